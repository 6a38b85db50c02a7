//! What each code of an issue means, with an example that causes it and its mended form.
//!
//! The examples are short: each is laid into the same small scenario, in which a table of the example takes the place of the
//! one of that name. `tests/writing/explain.rs` runs them all.

mod components;
mod example;
mod form;
mod values;
mod warnings;

pub use example::{Example, Laid};

use super::text::{nearest, quote};

/// What is to be known about a code.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    pub code: &'static str,
    /// What it means, and why it matters.
    pub means: &'static str,
    /// What to do about it.
    pub mend: &'static str,
    /// Causes it.
    pub wrong: Example,
    /// The same, mended.
    pub right: Example,
}

/// The explanation of a code, however it is typed.
///
/// # Errors
/// There is none: what to type in its place.
pub fn find(typed: &str) -> Result<&'static Explanation, String> {
    let upper = typed.trim().to_ascii_uppercase();
    if let Some(found) = explanations().find(|explanation| explanation.code == upper) {
        return Ok(found);
    }
    let near = nearest(&upper, explanations().map(|explanation| explanation.code));
    let near = near.map_or(String::new(), |near| format!("did you mean {near}? "));
    Err(format!("{} is no code of an issue: {near}`ninefold explain` lists all of them", quote(typed)))
}

/// Every explanation, by code.
///
/// ```
/// use ninefold::scenario::explain::explanations;
/// let law = explanations().find(|explanation| explanation.code == "E017").unwrap();
/// assert!(law.wrong.laid().text.contains("exponentail"));
/// ```
pub fn explanations() -> impl Iterator<Item = &'static Explanation> {
    [form::FORM, values::VALUES, components::COMPONENTS, warnings::WARNINGS].into_iter().flatten()
}
