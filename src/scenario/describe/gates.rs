//! What a pipeline asks, and of whom.

use std::fmt::Write as _;

use super::section;
use crate::scenario::gate::Check;
use crate::scenario::spec::Spec;
use crate::scenario::text::{count, list};

pub(super) fn gates(spec: &Spec, out: &mut String) {
    if spec.gates.is_empty() {
        return;
    }
    section(out, "gates");
    for gate in &spec.gates {
        let named = gate.name.as_deref().map_or_else(String::new, |name| format!("{name}: "));
        let names = |names: &Option<Vec<String>>, each: &str| match names {
            Some(names) => list(names.iter().map(String::as_str)),
            None => each.to_owned(),
        };
        let whom = match &gate.check {
            Check::Goal(_) => format!(
                "{} under {}",
                names(&gate.services, "each service"),
                names(&gate.strategies, "each strategy")
            ),
            Check::Versus(_) => names(&gate.services, "each service"),
            Check::Room(_) | Check::Headroom(_) => names(&gate.strategies, "each strategy"),
        };
        let most = u64::from(gate.replications_max).max(spec.run.replications);
        let _ = writeln!(
            out,
            "  {named}{}; {whom}; {} % sure, up to {}",
            gate.check.text(),
            super::short(gate.confidence * 100.0),
            count(most, "replication", "replications")
        );
    }
}
