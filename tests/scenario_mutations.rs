//! Whatever the text, reading it ends with issues or a spec: no panic, no hang.

use ninefold::capacity::{measure, refusals};
use ninefold::scenario::{Input, Severity, compile_with_issues, describe, read};
use proptest::prelude::*;

const GOOD: &str = r#"schema = 1
title = "mutated"
[run]
horizon = "1 y"
[site.east]
[rack.r1]
site = "east"
[crew.people]
size = 2
[network.lan]
carries = ["management"]
[storage.san]
kind = "fc"
outage = { mttf = "10 y", ttr = { law = "triangular", min = "1 h", mode = "2 h", max = "9 h" } }
[host.esx]
count = 4
cores = 16
memory = "64 GiB"
storage = ["san"]
racks = ["r1"]
link.management = { mttf = "2 y", mttr = "4 h" }
[cluster.c]
product = "custom"
hosts = ["esx-1", "esx-2"]
detection = { law = "empirical", values = ["10 s", "20 s"] }
admission = { policy = "spare-hosts", hosts = ["esx-2"] }
limits = "ignore"
[service.mail]
vm = { cores = 2, memory = "8 GiB", storage = "san" }
place = ["esx-1", "esx-2"]
[strategy.s]
protect = ["host-cluster", "guest-failover"]
[strategy.s.cluster.c]
product = "vsphere-6"
admission = { policy = "slots", failures = 1, slot_memory = "4 GiB", slot_cores = 1 }
[strategy.t]
protect = ["host-cluster"]
cluster.c.admission = { policy = "percentage", memory = "25 %", cores = 0.25 }
[strategy.u]
protect = ["host-cluster"]
cluster.c.admission = { policy = "failures", tolerate = 1 }
[maintenance.patch]
hosts = ["esx"]
first = "15 d"
lasts = "1 h"
[maintenance.guests]
services = ["mail"]
first = "15 d"
lasts = "1 h"
[[inject]]
at = "1 h"
fault = "vm mail-1.2 app_crash"
[[gate]]
name = "gold"
service = ["mail"]
strategy = "s"
check = "p95 downtime <= 1.5 h/y"
confidence = "99 %"
replications_max = 400
[[gate]]
check = "s.downtime <= 0.5 x t.downtime"
"#;

/// What a mutation puts in: characters that mean something to TOML or to the reader.
const PIECES: &[&str] = &[
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "\n",
    "#",
    "-",
    "0",
    "9999999999999999999999",
    "nan",
    "\"\"\"",
    "é",
    "\u{0}",
    "\\",
    "esx",
    "[[",
    "]]",
    "[strategy.s]\n",
    "count = 0\n",
    "host",
    "\"1 s\"",
    "1e308",
    "\r",
    "\t",
];

fn total(text: &[u8], overrides: &[String]) {
    let (spec, issues) = read(&Input { name: "m.toml", bytes: text, overrides, files: &[] });
    let failed = issues.iter().any(|issue| issue.severity == Severity::Error);
    assert_eq!(spec.is_none(), failed, "a spec is there exactly when nothing is an error");
    for issue in &issues {
        assert!(issue.render().lines().count() >= 3);
    }
    if let Some(spec) = spec {
        assert!(!describe(&spec).is_empty());
        let vms: u32 = spec.services.iter().map(|service| service.instances).sum();
        if spec.host_count() < 100 && vms < 100 {
            let models = compile_with_issues(&spec).0;
            let _ = refusals(&spec, &models);
            for model in &models {
                assert_eq!(measure(model, 1).more_vms.len(), model.services.len());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_text_never_panics(
        edits in prop::collection::vec((0..GOOD.len(), 0_usize..12, 0..PIECES.len()), 1..6)
    ) {
        let mut text = GOOD.to_owned();
        for (at, removed, piece) in edits {
            let mut start = at.min(text.len());
            while !text.is_char_boundary(start) { start -= 1; }
            let mut end = (start + removed).min(text.len());
            while !text.is_char_boundary(end) { end -= 1; }
            text.replace_range(start..end.max(start), PIECES[piece]);
        }
        total(text.as_bytes(), &[]);
    }

    #[test]
    fn moved_lines_never_panic(order in prop::collection::vec(0_usize..50, 1..60)) {
        let lines: Vec<&str> = GOOD.lines().collect();
        let text: String = order.iter().filter_map(|&i| lines.get(i)).flat_map(|line| [*line, "\n"]).collect();
        total(text.as_bytes(), &[]);
    }

    #[test]
    fn bytes_and_overrides_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), set in ".{0,30}") {
        total(&bytes, &[]);
        total(GOOD.as_bytes(), std::slice::from_ref(&set));
        total(GOOD.as_bytes(), &[format!("host.esx.{set}"), format!("run.horizon={set}")]);
    }
}
