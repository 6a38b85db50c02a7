//! From scenario text to models, for tests.

use ninefold::model::Model;
use ninefold::scenario::{Input, Spec, compile, read};

/// The spec and one model per strategy, or every problem as text.
pub(crate) fn try_load(text: &str) -> Result<(Spec, Vec<Model>), String> {
    let (spec, issues) =
        read(&Input { name: "test.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    let render = |issues: &[ninefold::scenario::Issue]| issues.iter().map(|i| i.render()).collect::<String>();
    let spec = spec.ok_or_else(|| render(&issues))?;
    let models = compile(&spec).map_err(|issues| render(&issues))?;
    Ok((spec, models))
}

/// The models of a scenario that must be valid.
#[allow(dead_code)] // Each test file uses what it needs.
pub(crate) fn load(text: &str) -> Vec<Model> {
    try_load(text).unwrap_or_else(|issues| panic!("{issues}\n{text}")).1
}
