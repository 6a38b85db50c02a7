//! One mistake is one issue: nothing is claimed that follows only from what could not be read.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use ninefold::scenario::{File, Input, Issue, read};

/// A scenario without a mistake, in which much would look wrong with another value in its place: more
/// nodes than the default, a script for the third of them, memory that is overcommitted, work and faults
/// after the default horizon.
const FULL: &str = r#"schema = 1
title = "full"
[run]
horizon = "3 y"
warmup = "1 d"
replications = 10
seed = 1
ages = "new"
[cost]
currency = "EUR"
[site.east]
outage = { mttf = "50 y", mttr = "8 h" }
crew = "people"
[site.west]
[site.third]
[rack.r]
site = "east"
[crew.people]
size = 2
[network.lan]
carries = ["management", "client"]
outage = { ttf = { law = "weibull", shape = 2.0, mean = "9 y" }, ttr = "1 h" }
[network.floor]
carries = ["management"]
site = "west"
[network.fibre]
carries = ["storage", "management"]
between = ["east", "west"]
outage = { mttf = "9 y", mttr = "8 h" }
[storage.san]
kind = "fc"
site = "east"
mirror = { to = "copy", mode = "async", lag = "5 min", failover = "manual", decision = "2 h", switch = "1 min", resync = "2 h" }
controllers = 2
controller = { mttf = "9 y", mttr = "8 h" }
[storage.copy]
kind = "fc"
site = "west"
[storage.local]
kind = "das"
mirror = "far"
[storage.far]
kind = "das"
[host.esx]
count = 4
rack = "r"
cores = 16
memory = "64 GiB"
storage = ["san", "local"]
migration = "1 Gbit/s"
cpu = "old"
boot = { law = "uniform", min = "1 min", max = "9 min" }
crash = { mttf = "2 y", mttr = "4 h" }
link.client = { mttf = "2 y", mttr = "4 h" }
price = 4_000.5
[host.big]
racks = ["r"]
cores = 64
memory = "256 GiB"
storage = ["san"]
migration = "10 Gbit/s"
[cluster.prod]
cpu_baseline = "old"
migration_rounds = 5
product = "custom"
hosts = ["esx", "big"]
detection = "20 s"
memory_overcommit = 1.5
cpu_overcommit = 4
admission = { policy = "percentage", memory = "2 %", cores = "2 %" }
balance = "on"
balance_interval = "10 min"
balance_threshold = 90
[cluster.idle]
product = "hyper-v-2016"
hosts = ["old-1", "old-2"]
witness = "share"
witness_site = "third"
preferred_site = "west"
failed_after_cross_site = "20 s"
quorum_forced_after = "2 h"
admission = { policy = "slots", failures = 1, slot_memory = "1 GiB", slot_cores = 1 }
start_failure = 0.1
licence = 300
headroom = "15 %"
[host.old]
count = 2
site = "west"
cores = 4
memory = "8 GiB"
storage = ["copy", "far"]
[load.week]
workdays = { "00:00" = 0.1, "08:00" = 1, "18:00" = 0.2 }
sunday = 0.05
days = 0.1
[load.measured]
csv = "week.csv"
column = "web"
[service.mail]
instances = 2
role = "stateful"
load = "week"
vm = { cores = 100, busy = 90, memory = "300 GiB", storage = "san", disk_timeout = "60 s", dirty_rate = "9 MB/s", working_set = "1 GiB" }
guest_crash = { mttf = "2 y", mttr = "4 h" }
sessions = 9
transactions = 3
downtime_cost = 2_000
recovery_point_cost = 50.5
session_cost = 0.25
transaction_cost = 3
[service.web]
instances = 3
role = "stateless"
after = ["mail"]
demand = 200
capacity = 30
load = "measured"
requests = 20
priority = "high"
vm = { cores = 1, memory = "1 GiB", storage = "san", nics = ["lan", "private"] }
place = ["esx-1", "esx-2", "esx-3", "esx-2", "esx-3", "esx-4"]
[strategy.guests]
protect = ["host-cluster"]
[strategy.guests.service.web]
protect = ["nlb"]
members = 3
convergence = "4 s"
licence = 120
[strategy.guests.cluster.idle]
product = "pacemaker"
fencing = "2 min"
[strategy.guests.cluster.prod]
admission = { policy = "spare-hosts", hosts = ["big"] }
[strategy.nodes]
protect = []
nodes = 3
[strategy.nodes.service.web]
protect = ["guest-failover"]
takeover = "9 s"
[maintenance.patch]
hosts = ["esx"]
first = "800 d"
every = "5 h"
lasts = "1 h"
at_once = 2
deadline = "2 h"
bring_back = false
cold_migration = true
[maintenance.guests]
services = ["web", "mail"]
first = "800 d"
every = "5 h"
lasts = "1 h"
at_once = 3
[faults]
replay = "failures.csv"
offset = "1 d"
[[inject]]
at = "900 d"
fault = "vm web-3.3 app_crash"
lasts = "2 h"
[[inject]]
at = "900 d"
fault = "host esx-4 crash"
[[gate]]
name = "gold"
service = ["mail", "web"]
strategy = "nodes"
check = "p99.9 longest_outage <= 1 h/3 y"
confidence = 0.99
replications_max = 400
[[gate]]
service = "all"
check = "guests.lost - nodes.lost <= -10 min/y"
[[gate]]
strategy = ["guests", "nodes"]
check = "more_vms >= 0"
"#;

fn issues_of(text: &str) -> Vec<Issue> {
    // Nobody wants more than the members of web carry, and what nobody knows is taken for all there can be.
    let failures =
        "entity,kind,start,end\nesx-4,host,2 d,3 d\nbig-1,host,,\nsan,storage,4 d,5 d\neast,site,,\n";
    let files = [
        File::new("week.csv", format!("mail,web\n{}", "0.9,0.1\n".repeat(7)).into_bytes()),
        File::new("failures.csv", failures.as_bytes()),
    ];
    read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &files }).1
}

fn shown(issues: &[Issue]) -> String {
    issues.iter().map(Issue::render).collect()
}

/// Where every value of a text stands, tables and lists with what is in them.
fn values(text: &str) -> Vec<std::ops::Range<usize>> {
    fn walk(
        value: &toml::de::DeValue<'_>,
        span: std::ops::Range<usize>,
        found: &mut Vec<std::ops::Range<usize>>,
    ) {
        found.push(span);
        match value {
            toml::de::DeValue::Array(items) => {
                items.iter().for_each(|item| walk(item.get_ref(), item.span(), found));
            }
            toml::de::DeValue::Table(table) => {
                table.iter().for_each(|(_, item)| walk(item.get_ref(), item.span(), found));
            }
            _ => {}
        }
    }
    let (root, errors) = toml::de::DeTable::parse_recoverable(text);
    assert!(errors.is_empty(), "{errors:?}");
    let mut found = Vec::new();
    root.get_ref().iter().for_each(|(_, value)| walk(value.get_ref(), value.span(), &mut found));
    // A table under a header is no value that something else could stand in place of.
    let line = |at: usize| &text[text[..at].rfind('\n').map_or(0, |n| n + 1)..];
    found.retain(|span| !line(span.start).starts_with('['));
    found
}

/// A date belongs nowhere in a scenario.
#[test]
fn a_value_that_cannot_be_read_is_one_issue() {
    assert!(issues_of(FULL).is_empty(), "{}", shown(&issues_of(FULL)));
    let mut wrong = String::new();
    let mut count = 0;
    for span in values(FULL) {
        let text = format!("{}1979-05-27{}", &FULL[..span.start], &FULL[span.end..]);
        let issues = issues_of(&text);
        count += 1;
        if issues.len() != 1 || issues[0].place.span.start != span.start {
            wrong.push_str(&format!("\n{:?} as a date:\n{}", &FULL[span], shown(&issues)));
        }
    }
    assert!(count > 100, "{count}");
    assert!(wrong.is_empty(), "{wrong}");
}

/// The nearest known key stands for the one that was meant, and is not missing.
#[test]
fn a_key_that_is_misspelt_is_one_issue() {
    let mut wrong = String::new();
    for (number, line) in FULL.lines().enumerate() {
        let Some((key, value)) = line.split_once(" = ").filter(|_| !line.starts_with('[')) else { continue };
        let lines: Vec<String> = FULL
            .lines()
            .enumerate()
            .map(|(n, l)| if n == number { format!("{key}x = {value}") } else { l.to_owned() })
            .collect();
        let issues = issues_of(&lines.join("\n"));
        // `at`, two letters, is too short to be recognised.
        let missing = issues.len() == 2 && key == "at" && issues.iter().any(|i| i.code == "E009");
        if (issues.len() != 1 || issues[0].place.line != number + 1) && !missing {
            wrong.push_str(&format!("\n{key}x:\n{}", shown(&issues)));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Whoever refers to a component under it is right.
#[test]
fn a_table_that_is_misspelt_is_one_issue() {
    let mut wrong = String::new();
    for (number, line) in FULL.lines().enumerate().filter(|(_, line)| line.starts_with('[')) {
        let kind = line.trim_matches(&['[', ']'][..]).split('.').next().unwrap();
        let lines: Vec<String> = FULL
            .lines()
            .enumerate()
            .map(|(n, l)| if n == number { l.replacen(kind, &format!("{kind}s"), 1) } else { l.to_owned() })
            .collect();
        let issues = issues_of(&lines.join("\n"));
        let named = issues.iter().all(|i| i.code == "E007" && i.remedy.contains(kind));
        if issues.len() != 1 || !named {
            wrong.push_str(&format!("\n{line}:\n{}", shown(&issues)));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What is written in the place of what, the line of the only issue, and what its remedy says.
const SYNTAX: &[(&str, &str, &str)] = &[
    ("count = 4", "count == 4", "write count = 4"),
    ("count = 4", "count = = 4", "write count = 4"),
    ("count = 4", "count 4", "write count = 4"),
    ("count = 4", "count: 4", "write count = 4"),
    ("count = 4", "count =", "write one behind"),
    ("count = 4", "count = 4;", "write 4"),
    ("count = 4", "count = 4 // four", "write 4 #"),
    ("count = 4", "count = 4 cores = 3", "a line of its own"),
    ("count = 4", "four", "write four = VALUE"),
    ("seed = 1", "seed = 10,000", "write 10_000"),
    ("seed = 1", "seed = 01", "without it"),
    ("memory = \"64 GiB\"", "memory = 64 GiB", "write \"64 GiB\""),
    ("memory = \"64 GiB\"", "memory = “64 GiB”", "write \"64 GiB\" with straight"),
    ("memory = \"64 GiB\"", "memory = \"64 GiB", "write a \" where it ends"),
    ("memory = \"64 GiB\"", "memory = 64 GiB\"", "write \"64 GiB\""),
    ("memory = \"64 GiB\"", "memory = '64 GiB", "write a ' where it ends"),
    ("memory = \"64 GiB\"", "memory\u{a0}= \"64 GiB\"", "ordinary space"),
    ("product = \"custom\"", "product = custom", "write \"custom\""),
    ("title = \"full\"", "title = \"C:\\data\"", "for each backslash"),
    ("seed = 1", "seed = True", "write true"),
    ("crash = { mttf = \"2 y\", mttr = \"4 h\" }", "crash = { mttf = 2 y, mttr = \"4 h\" }", "write \"2 y\""),
    ("crash = { mttf = \"2 y\", mttr", "crash = { mttf = \"2 y, mttr", "between two"),
    ("crash = { mttf = \"2 y\", mttr", "crash = { mttf = \"2 y\" mttr", "a comma"),
    ("crash = { mttf = \"2 y\", mttr = \"4 h\" }", "crash = { mttf = \"2 y\", mttr = \"4 h\"", "write a }"),
    ("hosts = [\"esx\", \"big\"]", "hosts = [\"esx\", \"big\"", "write a ]"),
    ("hosts = [\"esx\", \"big\"]", "hosts = [\"esx\" \"big\"]", "a comma"),
    ("[host.esx]", "[host.esx", "write [host.esx]"),
    ("[host.esx]", "host.esx]", "write [host.esx]"),
    ("[host.esx]", "{host.esx}", "write [host.esx]"),
    ("[host.esx]", "[host.my esx]", "write [host.\"my esx\"]"),
    ("[host.esx]", "[host.]", "write the name"),
    ("[[inject]]", "[[inject]", "write [[inject]]"),
    ("[host.big]", "[host.esx]", "keep one"),
];

#[test]
fn a_syntax_error_is_one_issue_and_says_what_to_write() {
    let mut wrong = String::new();
    for (from, to, remedy) in SYNTAX {
        assert!(FULL.contains(from), "{from}");
        let at = FULL.find(from).unwrap();
        let line = FULL[..at].matches('\n').count() + 1;
        let issues = issues_of(&FULL.replacen(from, to, 1));
        let found: Vec<_> = issues.iter().map(|i| (i.place.line, i.remedy.contains(remedy))).collect();
        if found != [(line, true)] {
            wrong.push_str(&format!("\n{to:?}, line {line}, {remedy:?}:\n{}", shown(&issues)));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Several of them are as many issues, and what stands elsewhere is read all the same.
#[test]
fn syntax_errors_hide_no_mistake_elsewhere() {
    let text = FULL
        .replacen("count = 4", "count == 4", 1)
        .replacen("memory = \"64 GiB\"", "memory = 64 GiB", 1)
        .replacen("role = \"stateless\"", "role = \"statles\"", 1)
        .replacen("seed = 1", "sead = 1", 1);
    let issues = issues_of(&text);
    let codes: Vec<&str> = issues.iter().map(|issue| issue.code).collect();
    assert_eq!(codes, ["E007", "E004", "E004", "E016"], "{}", shown(&issues));
}
