//! What strategies cost: sums done by hand in scripted scenarios, and a closed form.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod loading;

use ninefold::experiment::summary::{Estimate, Method, Summary};
use ninefold::experiment::{self, Plan};
use ninefold::report::{RunResult, charts, csv, markdown, text};

fn plan(replications: u32, threads: usize) -> Plan {
    Plan { title: "money".into(), sha256: String::new(), seed: 1, replications, threads: Some(threads) }
}

fn run(text: &str, replications: u32) -> Summary {
    experiment::run(&loading::load(text), &plan(replications, 1), &()).unwrap()
}

/// Two hosts in a cluster, two instances of a service; a crash at 1 h that takes host h-1 for 2 h. Nothing is drawn.
const SCRIPT: &str = r#"schema = 1
title = "money"
[run]
horizon = "1 d"
replications = 1
[cost]
currency = "EUR"
[host.h]
count = 2
cores = 16
memory = "64 GiB"
boot = "10 min"
price = 4_380
[cluster.c]
product = "custom"
detection = "1 min"
hosts = ["h"]
licence = 1_000.5
[service.db]
instances = 2
vm = { cores = 2, memory = "8 GiB" }
power_on = "0 s"
boot = "4 min"
start = "0 s"
recover = "0 s"
place = ["h-1", "h-2", "h-2", "h-1"]
sessions = 40
downtime_cost = 120
session_cost = 0.25
[strategy.none]
protect = []
[strategy.host-cluster]
protect = ["host-cluster"]
[strategy.guest-failover]
protect = ["guest-failover"]
detection = "30 s"
takeover = "30 s"
licence = 200
[[inject]]
at = "1 h"
fault = "host h-1 crash"
lasts = "2 h"
"#;

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{found}, and not {wanted}");
}

/// Days in a year: the script lasts one.
const YEAR: f64 = 365.0;

#[test]
fn a_script_costs_what_the_sum_by_hand_says() {
    let summary = run(SCRIPT, 1);
    let [none, cluster, failover] = summary.strategies.as_slice() else { panic!() };
    let cost = |strategy: &ninefold::experiment::summary::StrategySummary| strategy.cost.clone().unwrap();
    // Alone: 2 h of repair, 10 min of boot, 4 min of the guest's boot: 134 min at 2 a minute, and 40 sessions at 0.25.
    let alone = cost(none);
    assert_eq!((alone.currency.as_str(), alone.hosts, alone.licences), ("EUR", 8_760.0, 0.0));
    near(alone.downtime.mean, (134.0 * 2.0 + 10.0) * YEAR);
    near(alone.total.mean, 8_760.0 + 278.0 * YEAR);
    // Restarted: 1 min until it is noticed, 4 min of boot; both hosts are licensed.
    let restarted = cost(cluster);
    assert_eq!((restarted.hosts, restarted.licences), (8_760.0, 2_001.0));
    near(restarted.downtime.mean, (5.0 * 2.0 + 10.0) * YEAR);
    near(restarted.total.mean, 8_760.0 + 2_001.0 + 20.0 * YEAR);
    // Taken over: 1 min; four nodes are licensed, and no host.
    let taken = cost(failover);
    assert_eq!((taken.hosts, taken.licences), (8_760.0, 800.0));
    near(taken.downtime.mean, (1.0 * 2.0 + 10.0) * YEAR);
    near(taken.services[0].licences, 800.0);
    near(taken.services[0].total.mean, 800.0 + 12.0 * YEAR);
    // The difference of the years, strategy by strategy.
    let apart = |a: &str, b: &str| {
        let pair = summary.comparisons.iter().find(|c| c.service.is_none() && c.a == a && c.b == b);
        pair.unwrap().cost_a_minus_b.unwrap().mean
    };
    near(apart("none", "host-cluster"), 258.0 * YEAR - 2_001.0);
    near(apart("host-cluster", "guest-failover"), 8.0 * YEAR + 1_201.0);
}

/// The horizon says how much is simulated, and not what a year costs: a script of a day over ten days costs a tenth a year.
#[test]
fn a_year_has_8760_hours_whatever_the_horizon() {
    let ten_days = run(&SCRIPT.replace("horizon = \"1 d\"", "horizon = \"10 d\""), 1);
    let cost = ten_days.strategies[0].cost.clone().unwrap();
    assert_eq!(cost.hosts, 8_760.0);
    near(cost.downtime.mean, 278.0 * YEAR / 10.0);
}

/// Of a group that serves in part a second costs the part that is lost.
#[test]
fn degraded_time_costs_its_part() {
    let farm = SCRIPT
        .replace("sessions = 40\n", "demand = 100\ncapacity = 60\nrole = \"stateless\"\n")
        .replace("session_cost = 0.25\n", "")
        .replace(
            "[strategy.guest-failover]\nprotect = [\"guest-failover\"]\ndetection = \"30 s\"\ntakeover = \"30 s\"\n",
            "[strategy.nlb]\nprotect = [\"nlb\"]\ndetection = \"0 s\"\nconvergence = \"0 s\"\n",
        );
    let cost = run(&farm, 1).strategies[2].cost.clone().unwrap();
    // Both instances have a member there: for 134 min each loses 40 of 100.
    near(cost.downtime.mean, 2.0 * 134.0 * 0.4 * 2.0 * YEAR);
}

/// One host with exponential failures, nobody who looks after it, and a guest that is there at once: what a year costs is the
/// price of an hour times the unavailability times 8,760 h. A tenth more is not.
#[test]
fn a_single_host_costs_its_unavailability() {
    let text = r#"schema = 1
title = "one"
[run]
horizon = "2 y"
replications = 4000
[host.h]
cores = 4
memory = "8 GiB"
boot = "0 s"
crash = { mttf = "30 d", mttr = "6 h" }
[service.a]
vm = { cores = 1, memory = "1 GiB" }
power_on = "0 s"
boot = "0 s"
start = "0 s"
recover = "0 s"
downtime_cost = 75.5
[strategy.none]
protect = []
"#;
    let cost = run(text, 4_000).strategies[0].cost.clone().unwrap();
    let unavailability = 6.0 / (30.0 * 24.0 + 6.0);
    let closed = 75.5 * unavailability * 8_760.0;
    let off = |value: f64| (cost.downtime.mean - value).abs() / cost.downtime.se;
    assert!(off(closed) < 5.0, "{:?} against {closed}", cost.downtime);
    assert!(off(closed * 1.1) > 5.0, "{:?} would not tell", cost.downtime);
    assert_eq!(cost.downtime.method, Method::StudentT);
    assert_eq!((cost.hosts, cost.licences, cost.total), (0.0, 0.0, cost.downtime));
}

/// Where nothing has a price there is no word of money anywhere; where anything has one, be it 0, there is.
#[test]
fn nothing_priced_is_nothing_told() {
    let prices = ["price", "licence", "downtime_cost", "session_cost", "currency", "[cost]"];
    let free: String = SCRIPT
        .lines()
        .filter(|line| !prices.iter().any(|key| line.starts_with(key)))
        .map(|line| format!("{line}\n"))
        .collect();
    let told = |text: &str| {
        let summary = run(text, 1);
        let result = RunResult::from(&summary);
        let tables = [csv::summary(&result), csv::strategies(&result), csv::comparisons(&result)];
        [
            &*tables.concat(),
            &text::comparison(&result),
            &markdown::summary(&result),
            &result.to_json().unwrap(),
        ]
        .concat()
    };
    assert!(!told(&free).contains("cost") && !told(&free).contains("Cost"));
    let nothing = free.replace("boot = \"10 min\"", "boot = \"10 min\"\nprice = 0");
    assert!(told(&nothing).contains("Cost a year\n") && told(&nothing).contains("cost_total_mean"));
}

/// A chart of money against lost service, where there is money, the same from the file; `NINEFOLD_LOOK=DIR` keeps it.
#[test]
fn money_is_drawn_against_what_is_lost() {
    let text = SCRIPT
        .replace("boot = \"10 min\"", "boot = \"10 min\"\ncrash = { mttf = \"90 d\", mttr = \"5 h\" }")
        .replace("horizon = \"1 d\"", "horizon = \"1 y\"");
    for text in
        [text.as_str(), SCRIPT, &SCRIPT.replace("120", "0").replace("0.25", "0").replace("1_000.5", "0")]
    {
        let result = RunResult::from(&run(text, 50));
        let drawn = charts::draw(&result, charts::Format::Svg).unwrap();
        let (name, bytes) = drawn.last().unwrap();
        let svg = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(name, "cost.svg");
        assert!(
            svg.contains("Cost a year, EUR") && svg.contains("guest-failover") && !svg.contains("NaN"),
            "{svg}"
        );
        let again = RunResult::from_json(&result.to_json().unwrap()).unwrap();
        assert_eq!(charts::draw(&again, charts::Format::Svg).unwrap().last().unwrap().1, *bytes);
        if let Some(folder) = std::env::var_os("NINEFOLD_LOOK") {
            let png = charts::draw(&result, charts::Format::Png).unwrap().pop().unwrap().1;
            std::fs::write(std::path::Path::new(&folder).join(format!("cost-{}.png", png.len())), png)
                .unwrap();
        }
    }
}

/// The same bytes for any number of threads, and no interval without a width where something is left to chance.
#[test]
fn costs_are_the_same_for_any_number_of_threads() {
    let text = SCRIPT
        .replace("boot = \"10 min\"", "boot = \"10 min\"\ncrash = { mttf = \"20 d\", mttr = \"3 h\" }")
        .replace("horizon = \"1 d\"", "horizon = \"60 d\"");
    let models = loading::load(&text);
    let one = experiment::run(&models, &plan(200, 1), &()).unwrap();
    let seven = experiment::run(&models, &plan(200, 7), &()).unwrap();
    let json = |summary: &Summary| RunResult::from(summary).to_json().unwrap();
    assert_eq!(json(&one), json(&seven));
    let wide = |estimate: Estimate| estimate.low < estimate.mean && estimate.mean < estimate.high;
    for strategy in &one.strategies {
        let cost = strategy.cost.clone().unwrap();
        assert!(wide(cost.downtime) && wide(cost.total), "{cost:?}");
        near(cost.total.low - cost.downtime.low, cost.hosts + cost.licences);
    }
    // What is read back is what was written.
    let read = RunResult::from_json(&json(&one)).unwrap();
    assert_eq!(read.to_json().unwrap(), json(&one));
}

/// Prices so high that sums do not fit in the finest grain are counted in a coarser one.
#[test]
fn the_dearest_things_are_counted_as_well() {
    let dear = SCRIPT
        .replace("downtime_cost = 120", "downtime_cost = 1e12")
        .replace("session_cost = 0.25", "session_cost = 1e12");
    let cost = run(&dear, 1).strategies[0].cost.clone().unwrap();
    near(cost.downtime.mean, (134.0 / 60.0 + 40.0) * 1e12 * YEAR);
}
