//! What clients want over the week: what it does to services, and how it is read from a file.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod load;
mod load_from_csv;
#[path = "../loading/mod.rs"]
mod loading;
