//! Defaults that took the place of keys.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::scenario::spec::Spec;
use crate::scenario::text::list;

/// A default that took the place of a key in one table or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultUsed<'s> {
    /// The last part of the key's path.
    pub key: &'s str,
    /// As a scenario would write it.
    pub value: &'s str,
    /// The fact it stands on, or "assumption".
    pub source: &'static str,
    /// The tables, in the scenario's order.
    pub of: Vec<&'s str>,
}

/// Every default used, equal ones together, in the order in which they were first needed.
#[must_use]
pub fn defaults_used(spec: &Spec) -> Vec<DefaultUsed<'_>> {
    let mut found: Vec<DefaultUsed<'_>> = Vec::new();
    let mut place: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for assumption in &spec.assumptions {
        let (owner, key) = assumption.path.rsplit_once('.').unwrap_or(("", &assumption.path));
        let at = *place.entry((key, &assumption.value, assumption.source)).or_insert_with(|| {
            let (value, source) = (&assumption.value, assumption.source);
            found.push(DefaultUsed { key, value, source, of: Vec::new() });
            found.len() - 1
        });
        found[at].of.push(owner);
    }
    found
}

/// The same as a section of the text.
pub(super) fn section(spec: &Spec, out: &mut String) {
    let used = defaults_used(spec);
    if used.is_empty() {
        return;
    }
    super::section(out, "defaults used (with what each stands on)");
    for DefaultUsed { key, value, source, of } in used {
        let _ = writeln!(out, "  {key} = {value} ({source}): {}", list(of));
    }
}
