//! From text to values: reads a scenario, finds everything that is wrong with it, resolves
//! defaults, units and names. No I/O: text comes in, with the bytes of the files that it names, and a [`Spec`] and
//! [`Issue`]s go out.
//!
//! The text is parsed into a tree that remembers where each value stood, overrides are laid over
//! it, and a reader written by hand walks it. A derived deserializer would stop at the first
//! mistake; this one collects them all.
//!
//! ```
//! use ninefold::scenario::{Input, read};
//! let (spec, issues) = read(&Input { name: "empty.toml", bytes: b"", overrides: &[], files: &[] });
//! assert!(spec.is_none());
//! assert_eq!(issues[0].code, "E001");
//! ```

mod admission;
mod cards;
mod catalogue;
pub mod code;
pub mod compare;
mod compile;
mod describe;
mod empirical;
pub mod explain;
mod fields;
mod files;
mod fixed;
pub mod gate;
pub mod goal;
pub mod grid;
mod guest_plan;
mod issue;
mod law;
mod names;
mod overrides;
mod place;
mod plans;
pub mod product_limits;
pub mod profiles;
mod read;
mod replay;
mod resolve;
mod schema;
mod sheet;
mod spec;
pub mod starter;
mod syntax;
mod terminal;
mod text;
mod tree;
mod units;
mod witness;
pub mod workload;
mod written;

pub use compile::{compile, compile_with_issues};
pub use describe::{DefaultUsed, bytes_text as size_text, defaults_used, describe, describe_sections};
pub use files::{File, Refusal, files_named};
pub use fixed::limits;
pub use guest_plan::{FailoverPlan, TakeoverPlan};
pub use issue::{Issue, Mark, Severity};
pub use overrides::plain as plain_override;
pub use place::{Place, Sources};
#[cfg(test)]
pub(crate) use read::PROTECTION;
pub use read::{Breach, Input, accepted_keys, breaches, is_scenario, read};
pub use resolve::{ClusterPlan, ServiceProtection};
pub use schema::schema;
pub use spec::*;
pub use terminal::{char_width, is_invisible, visible, width};
pub use text::count as count_text;
pub use units::duration_text as read_duration;
pub use written::{WrittenStrategies, toml_key};
