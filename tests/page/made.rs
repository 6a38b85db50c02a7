//! Pages of scenarios, made by the library as the program makes them.

use ninefold::experiment::{self, Plan, Summary, Threads};
use ninefold::model::Model;
use ninefold::report::replays::Replays;
use ninefold::report::{RunResult, assumed, described};
use ninefold::scenario::{self, Input};

/// A result with all that its page needs.
pub(crate) struct Made {
    pub(crate) models: Vec<Model>,
    pub(crate) summary: Summary,
    pub(crate) result: RunResult,
    pub(crate) replays: Replays,
}

/// Runs a scenario.
pub(crate) fn made(text: &str, replications: u32) -> Made {
    let (spec, issues) =
        scenario::read(&Input { name: "page.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
    let models = scenario::compile(&spec).unwrap();
    let plan = Plan {
        title: spec.title.clone(),
        sha256: "5796bc616ac4d6db8a81b5ee584f5b8ff572254d6c40d87343f46ebebca54dec".into(),
        seed: spec.run.seed,
        replications,
        threads: Some(2),
    };
    let threads = Threads::new(Some(2));
    let summary = experiment::run_gated(&threads, &models, &plan, &spec.gates, &()).unwrap().summary;
    let replayed = experiment::replay_all(&models, summary.seed, &Replays::wanted(&summary), &threads);
    let replays = Replays::of(&summary, &models, &replayed);
    let result =
        RunResult { description: described(&spec), assumptions: assumed(&spec), ..RunResult::from(&summary) };
    Made { models, summary, result, replays }
}

/// The first example of the program.
pub(crate) fn san_diego() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/san-diego.toml");
    std::fs::read_to_string(path).unwrap()
}

/// Two hosts, a cluster that asks for headroom, two services, three strategies, sessions, prices and planned work.
pub(crate) const SMALL: &str = r#"
schema = 1
title = "Two hosts and what they carry"
run = { horizon = "1 y", seed = 4 }
cost = { currency = "EUR" }
site.east = { outage = { mttf = "5 y", mttr = "3 h" } }
storage.san = { kind = "fc", site = "east", outage = { mttf = "8 y", mttr = "2 h" } }
host.h = { count = 3, cores = 16, memory = "64 GiB", site = "east", storage = ["san"], price = 3000, crash = { mttf = "90 d", mttr = "6 h" }, link.management = { mttf = "200 d", mttr = "1 h" }, migration = "10 Gbit/s" }
cluster.c = { product = "vsphere-6", hosts = ["h"], headroom = "20 %", retry_after = "3 min" }
maintenance.patches = { hosts = ["h"], first = "10 d", every = "60 d", lasts = "1 h" }
[service.mail]
instances = 3
role = "stateful"
vm = { cores = 2, memory = "8 GiB", storage = "san" }
app_hang = { mttf = "120 d", mttr = "40 min" }
sessions = 200
downtime_cost = 900
[service.web]
instances = 2
role = "stateless"
vm = { cores = 2, memory = "4 GiB", storage = "san" }
guest_crash = { mttf = "150 d", mttr = "30 min" }
[strategy.none]
protect = []
[strategy.cluster]
protect = ["host-cluster"]
[strategy.both]
protect = ["host-cluster", "guest-failover"]
[strategy.both.service.web]
protect = ["host-cluster", "nlb"]
"#;
