//! What a result rests on besides the scenario's own text: the parts of `result.json` that say so.

use serde::{Deserialize, Serialize};

use crate::scenario::{self, Spec};

/// A part of what the scenario became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescriptionSection {
    /// `topology`, `services`, `strategies`, …
    pub title: String,
    /// Two spaces in front of a line for each level.
    pub lines: Vec<String>,
}

/// A default, and of which keys it took the place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssumedDefault {
    /// The key's last part.
    pub key: String,
    /// As a scenario would write it.
    pub value: String,
    /// The fact it stands on, or `assumption`.
    pub source: String,
    /// The tables in which the key is left out.
    pub of: Vec<String>,
}

/// What a scenario became, section by section.
#[must_use]
pub fn described(spec: &Spec) -> Vec<DescriptionSection> {
    let sections = scenario::describe_sections(spec).into_iter();
    sections.map(|(title, lines)| DescriptionSection { title, lines }).collect()
}

/// Every default that took the place of a key, equal ones together.
#[must_use]
pub fn assumed(spec: &Spec) -> Vec<AssumedDefault> {
    let of = |default: scenario::DefaultUsed<'_>| AssumedDefault {
        key: default.key.to_owned(),
        value: default.value.to_owned(),
        source: default.source.to_owned(),
        of: default.of.into_iter().map(str::to_owned).collect(),
    };
    scenario::defaults_used(spec).into_iter().map(of).collect()
}
