//! Room: what a start placement leaves, what lasts through the loss of hosts, and what is free over time.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod capacity;
mod capacity_quorum;
mod dice;
mod headroom;
#[path = "../loading/mod.rs"]
mod loading;
mod spare_capacity;
