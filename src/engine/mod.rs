//! The discrete-event kernel. No domain word in it.

mod law;
mod random;
mod time;

pub use law::Law;
pub use random::{Cursor, Randomness, Stream};
pub use time::{Span, Time};
