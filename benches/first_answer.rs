//! How long somebody waits for a first answer: from the scenario's text to the comparison on the
//! terminal, with 100 replications on one thread.

use criterion::{Criterion, criterion_group, criterion_main};
use ninefold::experiment::{Plan, run};
use ninefold::report::{RunResult, text};
use ninefold::scenario::{self, Input};
use std::hint::black_box;
use std::time::Duration;

/// Two ways to protect a service on four hosts.
const SCENARIO: &str = r#"schema = 1
title = "A first scenario"

[storage.san]
kind = "fc"
outage = { mttf = "10 y", mttr = "8 h" }

[host.h]
count = 4
cores = 16
memory = "128 GiB"
storage = ["san"]
crash = { mttf = "2190 h", mttr = "4 h" }

[cluster.c]
product = "vsphere-6"
hosts = ["h"]

[service.shop]
instances = 10
vm = { cores = 2, memory = "8 GiB", storage = "san" }
app_crash = { mttf = "30 d", mttr = "15 min" }

[strategy.nothing]
protect = []

[strategy.restart]
protect = ["host-cluster"]
"#;

const REPLICATIONS: u32 = 100;

fn answer(scenario: &str) -> String {
    let (spec, issues) =
        scenario::read(&Input { name: "first.toml", bytes: scenario.as_bytes(), overrides: &[], files: &[] });
    let told = || issues.iter().map(|issue| issue.render()).collect::<String>();
    let spec = spec.unwrap_or_else(|| panic!("{}", told()));
    let models = scenario::compile(&spec).unwrap_or_else(|_| panic!("the VMs find no room"));
    let plan = Plan {
        title: spec.title.clone(),
        sha256: String::new(),
        seed: spec.run.seed,
        replications: REPLICATIONS,
        threads: Some(1),
    };
    let summary = run(&models, &plan, &()).expect("nobody stops the run");
    text::comparison(&RunResult::from(&summary))
}

fn first_answer(c: &mut Criterion) {
    c.bench_function("first answer", |b| b.iter(|| answer(black_box(SCENARIO))));
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = first_answer
}
criterion_main!(benches);
