//! The discrete-event kernel: time, timers, random streams, laws. No domain word in it.
//!
//! The run loop itself is three lines (`sim::Simulation::run`): ask [`Timers::take_before`], check the
//! order, dispatch. Nothing is scheduled elsewhere, so nothing is ever stale.

mod clock;
mod clone_in_place;
mod law;
mod link_share;
mod random;
mod sharing;
mod table;
mod time;
mod timers;
mod tournament;

pub use clock::Clock;
pub(crate) use clone_in_place::clone_in_place;
pub use law::Law;
pub use link_share::{Flow, LinkShare};
pub use random::{Cursor, Randomness, Stream};
pub use sharing::{Sharing, Work};
pub use table::{Table, Written};
pub use time::{Span, Time};
pub use timers::Timers;
pub use tournament::Tournament;
