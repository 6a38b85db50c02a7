//! Pure decisions from a read-only view of model and state. No clock, no randomness, no state of
//! their own; the simulation acts on them and asserts them again.

mod destination;
mod failover;
mod placement;
mod quorum;

pub use destination::{Destination, choose_cold, choose_destination, could_move};
pub use failover::{can_take_over, choose_node};
pub use placement::{
    admits, choose_host, choose_host_of_others, could_choose, is_apart, only_siblings_forbid,
};
pub use quorum::{gives_up_its_vote, keeps_quorum};
