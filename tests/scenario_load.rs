//! How large a question may be: what one replication would take is estimated, told with its place, and about right.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use ninefold::probe::Downtime;
use ninefold::scenario::{Input, Issue, compile, limits, read};
use ninefold::sim::Replication;
use ninefold::state::State;

/// One kind of component after the other makes the work.
const SCENARIO: &str = r#"schema = 1
title = "load"
[run]
horizon = "HORIZON y"
[site.east]
[rack.r]
site = "east"
[network.lan]
carries = ["client"]
[storage.san]
kind = "fc"
[host.h]
count = 4
cores = 8
memory = "64 GiB"
boot = "1 min"
racks = ["r"]
storage = ["san"]
[cluster.c]
product = "custom"
hosts = ["h"]
detection = "20 s"
[service.a]
instances = 6
role = "stateless"
vm = { cores = 1, memory = "2 GiB", storage = "san", disk_timeout = "10 s" }
[strategy.s]
protect = []
"#;

fn issues(text: &str) -> Vec<Issue> {
    let (spec, issues) = read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
    compile(&spec).err().unwrap_or_default()
}

/// Events of one replication, on average over a few.
fn events(text: &str) -> f64 {
    let (spec, _) = read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    let models = compile(&spec.unwrap()).unwrap();
    let mut state = State::new(&models[0]);
    let of_one = |replication| {
        Replication::new(&models[0], &mut state, 1, replication, Downtime::new(&models[0])).run_counted().1
    };
    (0..4).map(of_one).sum::<u64>() as f64 / 4.0
}

/// The longest horizon that passes, in years, times the events of a year must be near the limit.
#[test]
fn the_estimate_is_about_right() {
    let host = "[host.h]\ncrash = { mttf = \"1 h\", mttr = \"1 min\" }";
    let app = "[service.a]\napp_crash = { mttf = \"20 min\", mttr = \"1 min\" }";
    let guest = "[service.a]\nguest_crash = { mttf = \"1 h\", mttr = \"1 min\" }";
    // Most lives are short, and the mean is made by a few long ones.
    let swarms = "[service.a]\napp_crash = { ttf = { law = \"lognormal\", mean = \"1 h\", sigma = 5 }, ttr = \"1 s\" }";
    let cases = [
        ("hosts", "[]", host),
        ("hosts in a cluster", "[\"host-cluster\"]", host),
        ("applications", "[]", app),
        ("applications in groups", "[\"guest-failover\"]", app),
        ("guests", "[\"nlb\"]", guest),
        ("swarms", "[]", swarms),
        ("storage", "[]", "[storage.san]\noutage = { mttf = \"2 h\", mttr = \"1 min\" }"),
        ("site", "[]", "[site.east]\noutage = { mttf = \"3 h\", mttr = \"1 min\" }"),
        ("network", "[]", "[network.lan]\noutage = { mttf = \"3 h\", mttr = \"1 min\" }"),
    ];
    for (name, protect, fault) in cases {
        let (table, _) = fault.split_once('\n').unwrap();
        let text =
            SCENARIO.replace("protect = []", &format!("protect = {protect}")).replacen(table, fault, 1);
        let text = text.replace("[run]", "[run]\nages = \"new\"");
        let with = |years: f64| text.replace("HORIZON", &format!("{years}"));
        let (mut fits, mut not) = (0.001, 90_000.0);
        let passes = |years| issues(&with(years)).iter().all(|issue| issue.path == "run.horizon");
        assert!(passes(fits) && !passes(not), "{name}");
        while not / fits > 1.02 {
            let middle = f64::sqrt(fits * not);
            if passes(middle) { fits = middle } else { not = middle }
        }
        let tried = (fits / 200.0).max(0.05);
        let most = events(&with(tried)) / tried * fits;
        let ratio = limits::STEPS / most;
        assert!(
            (0.5..6.0).contains(&ratio),
            "{name}: {fits} years pass, {most:.2e} events, {ratio:.2} times fewer"
        );
    }
}

/// Each alone would pass; the worst of them has the blame.
#[test]
fn faults_add_up() {
    let text = SCENARIO
        .replace("HORIZON", "20")
        .replace("[host.h]", "[host.h]\ncrash = { mttf = \"80 s\", mttr = \"1 s\" }")
        .replace("[service.a]", "[service.a]\napp_crash = { mttf = \"80 s\", mttr = \"1 s\" }");
    let found = issues(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].code, found[0].path.as_str(), found[0].place.line), ("E019", "host.h.crash", 13));
    assert!(
        found[0].what.contains("2e8") && found[0].remedy.contains("shorten run.horizon to"),
        "{}",
        found[0]
    );
    let alone = text.replace("[host.h]\ncrash = { mttf = \"80 s\", mttr = \"1 s\" }", "[host.h]");
    assert!(issues(&alone.replace("\"20 y\"", "\"10 y\"")).is_empty());
}

#[test]
fn planned_work_without_an_end_is_found() {
    let work = "[maintenance.m]\nhosts = [\"h\"]\nfirst = \"1 s\"\nevery = \"1 us\"\nlasts = \"0 s\"\n";
    let found = issues(&(SCENARIO.replace("HORIZON", "1") + work));
    assert_eq!(
        found.iter().map(|i| i.path.as_str()).collect::<Vec<_>>(),
        ["maintenance.m.every"],
        "{found:#?}"
    );
}

/// What is short is named, with its numbers and at its key; once for strategies that are short of the same.
#[test]
fn what_runs_short_is_named() {
    let text = SCENARIO.replace("HORIZON", "1");
    let one = |text: &str| {
        let found = issues(text);
        assert_eq!(found.len(), 1, "{found:#?}");
        (found[0].path.clone(), found[0].to_string())
    };
    // 4 hosts of 64 GiB and, with cpu_overcommit 8, 64 cores.
    let (path, said) = one(&text.replace("instances = 6", "instances = 200"));
    assert_eq!(path, "service.a.vm.memory");
    assert!(
        said.contains("72 of 200 VMs find no starting host, the first of them a-129: it needs 2 GiB"),
        "{said}"
    );
    assert!(said.contains("all 200 VMs need 400 GiB, all hosts have 256 GiB"), "{said}");
    assert!(said.contains("(under strategy \"s\")") && !said.contains("several VMs"), "{said}");

    let small =
        text.replace("memory = \"2 GiB\"", "memory = \"1 MiB\"").replace("instances = 6", "instances = 300");
    let (path, said) = one(&small);
    assert_eq!(path, "service.a.vm.cores");
    assert!(said.contains("it needs 1 core, and the most that any host has left is 0"), "{said}");
    assert!(
        said.contains("all 300 VMs need 300, all hosts have 256") && said.contains("raise cpu_overcommit"),
        "{said}"
    );

    // Two hosts have the cores and two the memory.
    let mixed = text
        .replace("count = 4\ncores = 8\nmemory = \"64 GiB\"", "count = 2\ncores = 1\nmemory = \"64 GiB\"")
        .replace(
            "[cluster.c]",
            "[host.i]\ncount = 2\ncores = 8\nmemory = \"1 GiB\"\nstorage = [\"san\"]\n[cluster.c]",
        )
        .replace("cores = 1, memory = \"2 GiB\"", "cores = 9, memory = \"2 GiB\"");
    assert!(one(&mixed).1.contains("the other way round"), "{}", one(&mixed).1);

    let pinned =
        text.replace("instances = 6", "instances = 2\nplace = [\"h-1\", \"h-1\"]").replace("2 GiB", "40 GiB");
    let more = pinned.clone() + "[strategy.t]\nprotect = []\n[strategy.u]\nprotect = [\"host-cluster\"]\n";
    let (path, said) = one(&more);
    assert_eq!(path, "service.a.place");
    assert!(
        said.contains("a-2 cannot start on h-1: it needs 40 GiB of memory, and 24 GiB are left there"),
        "{said}"
    );
    assert!(said.contains("(under strategy \"s\", \"t\", \"u\")"), "{said}");

    // VMs without a host are on none, also where another strategy has said so already.
    let crowd = SCENARIO.replace("HORIZON", "1").replace("instances = 6", "instances = 3000");
    let crowd = crowd
        .replace("product = \"custom\"", "product = \"vsphere-6\"")
        .replace("detection = \"20 s\"\n", "");
    let (_, said) = one(&(crowd + "[strategy.t]\nprotect = [\"host-cluster\"]\n"));
    assert!(said.contains("2872 of 3000 VMs"), "{said}");
}

/// Where the horizon is written, and that the VMs find no room is told as well.
#[test]
fn a_limit_is_told_at_its_key_and_hides_nothing() {
    let text = SCENARIO.replace("HORIZON", "50000").replace("instances = 6", "instances = 1000");
    let found = issues(&text);
    let places: Vec<_> =
        found.iter().map(|i| (i.code, i.path.as_str(), i.place.line, i.place.column)).collect();
    assert_eq!(places[0], ("E019", "run.horizon", 4, 11), "{found:#?}");
    assert!(places.iter().any(|(code, ..)| *code == "E033"), "{found:#?}");
    // Where it is not written, at its table.
    let text = text
        .replace("horizon = \"50000 y\"\n", "warmup = \"1 d\"\n")
        .replace("instances = 6", "instances = 1000");
    let text = text.replace("instances = 1000", "instances = 900000");
    assert_eq!(issues(&text)[0].place.line, 3);
}
