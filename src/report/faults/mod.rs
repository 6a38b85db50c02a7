//! What a history of failures says: laws that fit it, as TOML to paste, as a table, as JSON.
//!
//! ```
//! use ninefold::history::{Question, read, study};
//! use ninefold::report::faults::toml;
//! let history = read("entity,start,end\nesx-1,10 d,10.5 d\nesx-2,30 d,30.25 d\nesx-3,,\n", None)?;
//! let text = toml(&study(&history, &Question::default()));
//! assert!(text.contains("[host.NAME]\ncrash = { ttf = { law = \"exponential\", mean = "), "{text}");
//! # Ok::<(), ninefold::history::Mistakes>(())
//! ```

mod json;
mod paste;
mod table;
mod words;

pub use json::json;
pub use paste::toml;
pub use table::text;
