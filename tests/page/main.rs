//! The page: read back by a parser, held against other numbers, and seen in a real browser.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod bounds;
mod browser;
mod command;
mod driver;
mod equations;
mod gates;
mod hostile;
mod made;
mod parsed;
mod structure;
