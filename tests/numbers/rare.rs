//! Rare outages by importance sampling: never biased, whatever the laws and however much goes on, and sharp where crude
//! simulation sees nothing. Each check says what it would notice; the seeds are fixed.

use ninefold::engine::Time;
use ninefold::experiment::summary::{Method, RareMethod};
use ninefold::experiment::{self, Plan, Summary};
use ninefold::model::{Model, ServiceId};
use ninefold::probe::{Downtime, FIGURES, Figure, Shortfall};
use ninefold::scenario::{self, Input};
use ninefold::sim::Replication;
use ninefold::sim::rare::{Diagnostics, Effort, Meter, RareRun, Way};
use ninefold::state::State;
use rayon::prelude::*;

pub(crate) fn models(text: &str) -> Vec<Model> {
    let input = Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] };
    let (spec, issues) = scenario::read(&input);
    let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
    scenario::compile(&spec).unwrap_or_else(|issues| panic!("{}", issues[0].render()))
}

/// A mean and its standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mean {
    pub(crate) mean: f64,
    pub(crate) se: f64,
}

impl Mean {
    pub(crate) fn of(values: &[f64]) -> Mean {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
        Mean { mean, se: (squares / (n - 1.0) / n).sqrt() }
    }

    /// How many standard errors it is away from an exact value.
    pub(crate) fn z(self, exact: f64) -> f64 {
        (self.mean - exact) / self.se
    }

    /// As many events of one size would be known as well.
    fn events(self) -> f64 {
        (self.mean / self.se).powi(2)
    }

    /// How many standard errors two are apart.
    pub(crate) fn z_from(self, other: Mean) -> f64 {
        (self.mean - other.mean) / self.se.hypot(other.se)
    }
}

/// Each figure of each service, by replication; and what the branches were like.
fn weighted(model: &Model, seed: u64, replications: u32, branches: u32) -> (Vec<Vec<f64>>, Diagnostics) {
    weighted_by(model, seed, replications, Effort::branches(branches))
}

pub(crate) fn weighted_by(
    model: &Model,
    seed: u64,
    replications: u32,
    effort: Effort,
) -> (Vec<Vec<f64>>, Diagnostics) {
    let mut run = rare_run(model, effort);
    let rows: Vec<Vec<f64>> = (0..replications).map(|replication| run.run(seed, replication)).collect();
    let columns = (0..rows[0].len()).map(|k| rows.iter().map(|row| row[k]).collect());
    (columns.collect(), run.diagnostics)
}

fn rare_run(model: &Model, effort: Effort) -> RareRun<'_, Shortfall> {
    let services: Vec<ServiceId> = (0..model.services.len() as u32).map(ServiceId).collect();
    let meter = Shortfall::new(model, &services);
    RareRun::new(model, &services, effort, meter).expect("something can fail")
}

/// The downtime of the only service, as a part of the horizon.
fn unavailability(model: &Model, seed: u64, replications: u32, branches: u32) -> (Mean, Diagnostics) {
    let (columns, found) = weighted(model, seed, replications, branches);
    let found_us = Mean::of(&columns[Figure::Downtime.place()]);
    let horizon_us = model.horizon.0 as f64;
    (Mean { mean: found_us.mean / horizon_us, se: found_us.se / horizon_us }, found)
}

/// A balanced group with a member on each of three hosts, which is down while all three are (facts, A3 i).
pub(crate) fn three_hosts(crash: &str, more: &str, crew: &str) -> String {
    format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n{more}[host.h]\ncount = 3\ncores = 8\nmemory = \"16 GiB\"\n{crew}boot = \"0 s\"\n\
         crash = {crash}\n[service.s]\nrole = \"stateless\"\nvm = {{ cores = 1, memory = \"1 GiB\" }}\n\
         power_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n\
         [strategy.nlb]\nprotect = [\"nlb\"]\nmembers = 3\ndetection = \"0 s\"\nconvergence = \"0 s\"\n"
    )
}

/// The mean part of a year that a birth-death chain is in its last state, from its first: rates upwards and downwards (1/h), by
/// the classical fourth-order Runge-Kutta method.
fn last_state(up: &[f64], down: &[f64]) -> f64 {
    let states = up.len() + 1;
    let slope = |p: &[f64]| -> Vec<f64> {
        let mut slope = vec![0.0; states];
        for k in 0..states - 1 {
            let flow = up[k] * p[k] - down[k] * p[k + 1];
            slope[k] -= flow;
            slope[k + 1] += flow;
        }
        slope
    };
    let step = 0.5;
    let along = |p: &[f64], slope: &[f64], h: f64| -> Vec<f64> {
        p.iter().zip(slope).map(|(p, s)| p + h * s).collect()
    };
    let mut p = vec![0.0; states];
    p[0] = 1.0;
    let mut spent = 0.0;
    for _ in 0..(8760.0 / step) as u32 {
        let before = p[states - 1];
        let k1 = slope(&p);
        let k2 = slope(&along(&p, &k1, step / 2.0));
        let k3 = slope(&along(&p, &k2, step / 2.0));
        let k4 = slope(&along(&p, &k3, step));
        for k in 0..states {
            p[k] += step / 6.0 * (k1[k] + 2.0 * k2[k] + 2.0 * k3[k] + k4[k]);
        }
        spent += step * (before + p[states - 1]) / 2.0;
    }
    spent / 8760.0
}

/// From four to twelve nines; what is wrong by half is noticed everywhere, by a seventh at the first ones.
#[test]
fn three_of_three_from_one_in_ten_thousand_to_one_in_a_million_millions() {
    for (mttf_h, replications) in [(200.0, 40), (1_000.0, 200), (10_000.0, 800), (100_000.0, 1_200)] {
        let crash = format!("{{ mttf = \"{mttf_h} h\", mttr = \"10 h\" }}");
        let rate = 1.0 / mttf_h;
        for (crew, crews, repairs) in
            [("", "", [0.1, 0.2, 0.3]), ("crew = \"c\"\n", "[crew.c]\nsize = 1\n", [0.1, 0.1, 0.1])]
        {
            let model = &models(&three_hosts(&crash, crews, crew))[0];
            let (mean, found) = unavailability(model, 7, replications, 8);
            let exact = last_state(&[3.0 * rate, 2.0 * rate, rate], &repairs);
            let z = mean.z(exact);
            let weight = found.weights / found.branches as f64;
            println!(
                "mttf {mttf_h} h {crew:?}: exact {exact:.4e}, found {:.4e} +- {:.1} %, z {z:.2}, mean weight {weight:.3}, {} of \
                 {} branches hit, worth {:.0}",
                mean.mean,
                100.0 * mean.se / mean.mean,
                found.hits,
                found.branches,
                found.effective_hits()
            );
            assert!(z.abs() < 4.0 && mean.se < 0.125 * exact);
            // What is wrong by half is rejected.
            assert!(mean.z(1.5 * exact).abs() > 4.0);
            assert!((weight - 1.0).abs() < 0.1);
        }
    }
}

/// One array that fails once in a hundred years, under everything: forced. Weighted outages have the length of plain ones.
#[test]
fn a_single_point_that_hardly_ever_fails() {
    let text = "schema = 1\n[run]\nhorizon = \"1 y\"\n[storage.san]\nkind = \"fc\"\noutage = { mttf = \"100 y\", mttr = \"4 h\" }\n\
                [host.h]\ncores = 8\nmemory = \"16 GiB\"\nstorage = [\"san\"]\n[service.s]\n\
                vm = { cores = 1, memory = \"1 GiB\", storage = \"san\", disk_timeout = \"0 s\" }\npower_on = \"0 s\"\n\
                boot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n[strategy.none]\nprotect = []\n";
    let model = &models(text)[0];
    let (columns, _) = weighted(model, 7, 2_000, 4);
    let outages = Mean::of(&columns[Figure::Outages.place()]);
    let downtime = Mean::of(&columns[Figure::Downtime.place()]);
    // A renewal process from an up state that is stationary: it fails at rate 1 / mttf while it is up.
    let exact = 0.01 * (1.0 - 4.0 / (100.0 * 8760.0));
    println!("outages {outages:?}, exact {exact:.6}; downtime {:.1} s", downtime.mean / 1e6);
    assert!(outages.z(exact).abs() < 4.0 && outages.se < 0.05 * exact);
    assert!(downtime.z(exact * 4.0 * 3600e6).abs() < 4.0 && downtime.se < 0.06 * downtime.mean);
}

/// Where the first failure is an outage already, a short one, it is the second that makes it long: that one is made likelier too.
/// Exact: by the Markov chain of `ninefold verify`, which is held against the literature. An error of a quarter would be noticed.
#[test]
fn a_second_failure_during_a_short_outage_is_found() {
    let text = "schema = 1\n[run]\nhorizon = \"30 d\"\n[host.h]\ncount = 2\ncores = 16\nmemory = \"128 GiB\"\nboot = \"0 s\"\n\
                crash = { mttf = \"2 y\", mttr = \"24 h\" }\n[service.db]\nvm = { cores = 2, memory = \"8 GiB\" }\n\
                power_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n[strategy.pair]\n\
                protect = [\"guest-failover\"]\ndetection = \"0 s\"\ntakeover = { law = \"exponential\", mean = \"25 s\" }\n";
    let model = &models(text)[0];
    let exact = ninefold::exact::answer(model, ServiceId(0)).expect("a chain").downtime_s;
    let (columns, _) = weighted(model, 7, 3_000, 4);
    let downtime = Mean::of(&columns[Figure::Downtime.place()]);
    println!("exact {exact:.4} s, found {:.4} +- {:.4} s", downtime.mean / 1e6, downtime.se / 1e6);
    assert!(downtime.z(exact * 1e6).abs() < 4.0 && downtime.se < 0.06 * exact * 1e6);
    let outages = Mean::of(&columns[Figure::Outages.place()]);
    let exact = ninefold::exact::answer(model, ServiceId(0)).expect("a chain").outages;
    assert!(outages.z(exact).abs() < 4.0);
}

/// Through the whole program: where weights would be uneven, the pilot finds that levels know more for what they cost.
#[test]
fn levels_are_chosen_where_weights_would_be_uneven() {
    let text =
        three_hosts("{ mttf = \"1000 h\", mttr = \"10 h\" }", "[crew.c]\nsize = 1\n", "crew = \"c\"\n")
            .replace("count = 3", "count = 8")
            .replace("members = 3", "members = 8");
    let up: Vec<f64> = (1..=8).rev().map(|hosts| f64::from(hosts) / 1_000.0).collect();
    let exact_s = last_state(&up, &[0.1; 8]) * 31_536_000.0;
    let summary = run(&text, 1, 120, 2);
    let (strategy, downtime) = (&summary.strategies[0], summary.strategies[0].services[0].downtime_s);
    assert_eq!(strategy.rare_events.as_ref().map(|rare| rare.method), Some(RareMethod::Splitting));
    let z = |exact: f64| (downtime.mean - exact) / downtime.se;
    println!("exact {exact_s:.5} s, {downtime:?}, z {:.2}", z(exact_s));
    assert!(z(exact_s).abs() < 4.0 && z(1.8 * exact_s).abs() > 4.0);
}

/// Six hosts, all down at once, with one crew: five failures after the first. In branches and level by level, both hold the exact
/// answer; what is wrong by half is rejected. The long form has more branches.
#[test]
fn six_of_six_in_branches_and_level_by_level() {
    let text = three_hosts("{ mttf = \"300 h\", mttr = \"10 h\" }", "[crew.c]\nsize = 1\n", "crew = \"c\"\n")
        .replace("count = 3", "count = 6")
        .replace("members = 3", "members = 6");
    let model = &models(&text)[0];
    let up: Vec<f64> = (1..=6).rev().map(|hosts| f64::from(hosts) / 300.0).collect();
    let exact = last_state(&up, &[0.1; 6]);
    let branches = if is_long() { 32 } else { 12 };
    for way in [Way::Forcing, Way::Splitting] {
        let (columns, found) = weighted_by(model, 7, 30, Effort { way, ..Effort::branches(branches) });
        let mean = Mean::of(&columns[Figure::Downtime.place()]);
        let (mean, se) = (mean.mean / model.horizon.0 as f64, mean.se / model.horizon.0 as f64);
        let mean = Mean { mean, se };
        println!(
            "{way:?}: exact {exact:.3e}, found {:.3e} +- {:.1} %, z {:.2}, {} hits",
            mean.mean,
            100.0 * se / mean.mean,
            mean.z(exact),
            found.hits
        );
        assert!(mean.z(exact).abs() < 4.0 && mean.z(1.5 * exact).abs() > 4.0);
    }
}

/// A cluster in which something is always out: episodes begin when more than usual is, and end again. Crude replications find the
/// same. The fast form would notice weighted ones that miss nearly all of it, the long form an error of a quarter.
#[test]
fn a_cluster_in_which_something_is_always_out() {
    let text = "schema = 1\n[run]\nhorizon = \"30 d\"\n[host.h]\ncount = 24\ncores = 8\nmemory = \"32 GiB\"\nboot = \"0 s\"\n\
                crash = { mttf = \"100 h\", mttr = \"10 h\" }\n[cluster.c]\nproduct = \"vsphere-6\"\nhosts = [\"h\"]\n\
                [service.s]\nrole = \"stateless\"\nvm = { cores = 1, memory = \"1 GiB\" }\nboot = \"6 h\"\n[strategy.both]\n\
                protect = [\"host-cluster\", \"nlb\"]\nmembers = 3\n";
    let model = &models(text)[0];
    let (plain, weighted, enough) =
        if is_long() { (32_000, 1_280, [50.0, 25.0]) } else { (800, 20, [20.0, 8.0]) };
    let crude = crude(model, 3, plain)[0];
    let spare = rare_run(model, Effort::branches(1)).usually_out(5, &[0, 1, 2, 3]);
    assert!(spare.iter().sum::<u32>() > 1, "{spare:?}");
    for way in [Way::Forcing, Way::Splitting] {
        let (columns, found) =
            weighted_by(model, 7, weighted, Effort { way, spare: spare.clone(), ..Effort::branches(4) });
        let values: Vec<f64> =
            columns[Figure::Downtime.place()].iter().map(|us| us / model.horizon.0 as f64).collect();
        let mean = Mean::of(&values);
        let z = mean.z_from(crude);
        println!("{way:?}, {spare:?} out: crude {crude:?}, found {mean:?}, z {z:.2}, {found:?}");
        assert!(z.abs() < 4.0 && crude.events() > enough[0] && mean.events() > enough[1]);
    }
}

/// What has a price, and what clients lose, follows the weighted downtime and not the plain one beside it.
#[test]
fn costs_and_requests_go_with_the_downtime() {
    let text = three_hosts("{ mttf = \"2000 h\", mttr = \"10 h\" }", "", "")
        .replace("role = \"stateless\"\n", "role = \"stateless\"\nrequests = 20\ndowntime_cost = 3600\n");
    let text = text.replace("[strategy.nlb]", "[strategy.none]\nprotect = []\n[strategy.nlb]");
    let summary = run(&text, 3, 200, 2);
    let nlb = &summary.strategies[1];
    let service = &nlb.services[0];
    assert_eq!(service.downtime_s.method, Method::ImportanceSampling);
    let requests = service.requests_lost.expect("they are counted");
    assert_eq!(requests.method, Method::ImportanceSampling);
    assert!((requests.mean / (20.0 * service.lost_s.mean) - 1.0).abs() < 1e-9, "{requests:?}");
    let cost = nlb.cost.as_ref().expect("an hour has a price");
    assert_eq!(cost.downtime.method, Method::ImportanceSampling);
    // A unit of money a second, for a year of 365 days.
    assert!((cost.downtime.mean / service.lost_s.mean - 1.0).abs() < 1e-9, "{cost:?}");
    assert!((cost.services[0].downtime.mean / cost.downtime.mean - 1.0).abs() < 1e-12);
    assert!((cost.total.mean - cost.downtime.mean).abs() < 1e-9);
}

/// Of six hosts one matters, and three dozen of its failures are all that 200 replications see: what is told must not be what happened
/// to look sharp. The mean of 25 runs is known within 4 %; where it was chosen by its own sharpness it was a quarter too high.
#[test]
fn what_is_told_is_not_chosen_by_luck() {
    let text = r#"
schema = 1
[run]
horizon = "1 y"

[host.h]
count = 6
crash = { mttf = "100 y", mttr = "10 h" }
cores = 8
memory = "32 GiB"
boot = "5 min"
[cluster.c]
product = "custom"
detection = "30 s"
hosts = ["h"]

[service.s]
vm = { cores = 1, memory = "8 GiB" }

[strategy.a]
protect = ["host-cluster"]
"#;
    let told: Vec<f64> = (0..25)
        .map(|seed| run(text, 40 + seed, 200, 2).strategies[0].services[0].outages)
        .filter(|outages| outages.method == Method::ImportanceSampling)
        .map(|outages| outages.mean)
        .collect();
    let mean = Mean::of(&told);
    println!("told in {} of 25, {mean:?}, z {:.2}", told.len(), mean.z(0.01));
    assert!(told.len() > 23 && mean.z(0.01).abs() < 4.0 && mean.z(0.012).abs() > 4.0);
}

/// Whether the long form of the tests was asked for.
pub(crate) fn is_long() -> bool {
    std::env::var_os("NINEFOLD_LONG").is_some()
}

/// How many times as many replications the long form of a test has.
pub(crate) fn times() -> u32 {
    if is_long() { 16 } else { 1 }
}

/// Laws with a memory, both ages: what crude replications find. An error of 25 % would be noticed for most, of 38 % for all; in the
/// long form of 4 %.
#[test]
fn laws_with_a_memory_are_what_they_are() {
    let laws = [
        "law = \"weibull\", shape = 0.7, mean = \"150 h\"",
        "law = \"weibull\", shape = 2, mean = \"150 h\"",
        "law = \"lognormal\", mean = \"150 h\", cv = 1.2",
        "law = \"gamma\", shape = 2.5, mean = \"150 h\"",
        "law = \"uniform\", min = \"30 h\", max = \"270 h\"",
        "law = \"triangular\", min = \"0 h\", mode = \"100 h\", max = \"350 h\"",
    ];
    let cases = laws.iter().flat_map(|law| ["stationary", "new"].map(|ages| (*law, ages)));
    let cases: Vec<(u64, (&str, &str))> = (1..).zip(cases).collect();
    // The fast form takes each law with one of both.
    let cases: Vec<_> = cases.into_iter().filter(|(seed, _)| is_long() || seed % 4 < 2).collect();
    cases.into_par_iter().for_each(|(seed, (law, ages))| law_with_a_memory(law, ages, seed));
}

/// Weights have the mean 1, whatever the law: of lives that nothing can end for a while as well, of which some clocks are always
/// too young to be made to fire. An error of a twentieth is noticed.
#[test]
fn weights_have_the_mean_one_where_lives_cannot_end_for_a_while() {
    let laws = [
        "law = \"uniform\", min = \"30 h\", max = \"270 h\"",
        "law = \"weibull\", shape = 100, mean = \"150 h\"",
    ];
    for (law, ages) in laws.iter().flat_map(|law| ["stationary", "new"].map(|ages| (*law, ages))) {
        let crash =
            format!("{{ ttf = {{ {law} }}, ttr = {{ law = \"lognormal\", mean = \"20 h\", cv = 1 }} }}");
        let text = three_hosts(&crash, "", "").replace("[host.h]", &format!("ages = \"{ages}\"\n[host.h]"));
        let model = &models(&text)[0];
        let mut run = rare_run(model, Effort::branches(8));
        let mean_of = |replication| {
            let before = run.diagnostics;
            run.run(8, replication);
            let Diagnostics { weights, branches, .. } = run.diagnostics;
            (weights - before.weights) / (branches - before.branches) as f64
        };
        let mean = Mean::of(&(0..90).map(mean_of).collect::<Vec<_>>());
        println!("{law}, {ages}: {mean:?}, z {:.2}", mean.z(1.0));
        assert!(mean.z(1.0).abs() < 4.0 && mean.z(1.05).abs() > 4.0, "{law}, {ages}: {mean:?}");
    }
}

fn law_with_a_memory(law: &str, ages: &str, seed: u64) {
    let (weighted, plain, known) = if is_long() { (3_200, 48_000, 0.03) } else { (60, 1_500, 0.0425) };
    let crash = format!("{{ ttf = {{ {law} }}, ttr = {{ law = \"lognormal\", mean = \"20 h\", cv = 1 }} }}");
    let text = three_hosts(&crash, "", "").replace("[host.h]", &format!("ages = \"{ages}\"\n[host.h]"));
    let model = &models(&text)[0];
    let (rare, _) = unavailability(model, 100 + seed, weighted, 8);
    let crude = crude(model, 200 + seed, plain)[0];
    let z = rare.z_from(crude);
    println!(
        "{law}, {ages}: crude {:.4e} +- {:.1} %, found {:.4e} +- {:.1} %, z {z:.2}",
        crude.mean,
        100.0 * crude.se / crude.mean,
        rare.mean,
        100.0 * rare.se / rare.mean
    );
    assert!(z.abs() < 4.0 && rare.se < known * rare.mean && crude.se < known * crude.mean, "{law}");
}

/// The mean part of the horizon that each service is down, of crude replications.
pub(crate) fn crude(model: &Model, seed: u64, replications: u32) -> Vec<Mean> {
    let mut state = State::new(model);
    let mut probe = Downtime::new(model);
    let mut values = vec![Vec::new(); model.services.len()];
    for replication in 0..replications {
        probe.reset();
        Replication::new(model, &mut state, seed, replication, &mut probe).run();
        probe.finish();
        for (values, tally) in values.iter_mut().zip(probe.services()) {
            values.push(tally.downtime_us as f64 / model.horizon.0 as f64);
        }
    }
    values.iter().map(|values| Mean::of(values)).collect()
}

/// Hardly a day in which all is well.
const BUSY: &str = r#"
schema = 1
[run]
horizon = "60 d"
[crew.c]
size = 2
[network.lan]
carries = ["management", "client"]
outage = { mttf = "40 d", mttr = "1 h" }
[storage.san]
kind = "fc"
outage = { mttf = "60 d", mttr = "2 h" }
[rack.r1]
outage = { mttf = "50 d", mttr = "3 h" }
[rack.r2]
outage = { mttf = "50 d", mttr = "3 h" }
[host.h]
count = 4
racks = ["r1", "r2"]
cores = 16
memory = "64 GiB"
storage = ["san"]
migration = "1 Gbit/s"
boot = "4 min"
crew = "c"
crash = { ttf = { law = "weibull", shape = 0.8, mean = "20 d" }, ttr = { law = "lognormal", mean = "6 h", cv = 1 } }
hang = { mttf = "60 d", mttr = "1 h" }
link.management = { mttf = "60 d", mttr = "4 h" }
link.client = { mttf = "60 d", mttr = "4 h" }
[cluster.c]
product = "vsphere-6"
hosts = ["h"]
[service.db]
role = "stateful"
vm = { cores = 2, memory = "16 GiB", storage = "san" }
boot = "90 s"
start = "40 s"
recover = { law = "exponential", mean = "60 s" }
guest_crash = { mttf = "30 d", mttr = "30 min" }
app_crash = { mttf = "20 d", mttr = "10 min" }
app_hang = { mttf = "40 d", mttr = "20 min" }
sessions = 300
transactions = 20
[service.web]
instances = 2
role = "stateless"
sessions = 100
requests = 50
vm = { cores = 1, memory = "4 GiB", storage = "san" }
boot = "60 s"
guest_crash = { mttf = "15 d", mttr = "1 h" }
app_crash = { mttf = "10 d", mttr = "10 min" }
[maintenance.patches]
hosts = ["h"]
first = "10 d"
every = "30 d"
lasts = "30 min"
[strategy.none]
protect = []
[strategy.host-cluster]
protect = ["host-cluster"]
[strategy.groups]
protect = []
service.db.protect = ["guest-failover"]
service.web.protect = ["nlb"]
[strategy.both]
protect = []
service.db.protect = ["host-cluster", "guest-failover"]
service.web.protect = ["host-cluster", "nlb"]
"#;

/// Much goes on at once: racks, links, a hang, an array with controllers, crews, planned work, guests and applications, under
/// every kind of protection. Weighted and crude replications agree on every figure of every service, by cause: what is planned
/// hardly differs between replications, and shows a bias of a sixtieth, in the long form of a four-hundredth. Under both host clusters and
/// groups a few long episodes weigh most: only the long form has enough of them, and finds half of all outages by one cause missing where branches get
/// chances again for faults that came by themselves.
#[test]
fn whatever_goes_on_it_is_not_biased() {
    let models = models(BUSY);
    let models = if is_long() { &models[..] } else { &models[..3] };
    let worst = models.par_iter().map(worst_of_all_figures).reduce(|| 0.0, f64::max);
    assert!(worst < 4.5, "{worst}");
}

/// How many standard errors weighted and crude replications are apart where they are most.
fn worst_of_all_figures(model: &Model) -> f64 {
    let (plain, few) = if is_long() { (24_000, 4_000) } else { (600, 100) };
    let mut worst: f64 = 0.0;
    let crude = crude_figures(model, 11, plain);
    let (columns, found) = weighted(model, 7, few, 2);
    for (place, (crude, column)) in crude.iter().zip(&columns).enumerate() {
        let (rare, z) = (Mean::of(column), Mean::of(column).z_from(*crude));
        // Where one of the two has hardly seen it, it has no error to speak of.
        if crude.events() < 25.0 || rare.events() < 25.0 {
            continue;
        }
        let service = &model.services[place / FIGURES].name;
        if place % FIGURES == Figure::Downtime.place() || z.abs() > 3.0 {
            println!(
                "{} {service} figure {}: crude {crude:?}, weighted {rare:?}, z {z:.2}",
                model.strategy,
                place % FIGURES
            );
        }
        worst = worst.max(z.abs());
    }
    println!("  mean weight {:.3} of {}", found.weights / found.branches as f64, found.branches);
    worst
}

/// Each figure of each service, of crude replications.
fn crude_figures(model: &Model, seed: u64, replications: u32) -> Vec<Mean> {
    let services: Vec<ServiceId> = (0..model.services.len() as u32).map(ServiceId).collect();
    let (mut state, mut meter) = (State::new(model), Shortfall::new(model, &services));
    let row = |replication: u32| {
        meter.reset();
        Replication::new(model, &mut state, seed, replication, &mut meter).run();
        meter.advance(Time::ZERO + model.end());
        meter.losses().values().to_vec()
    };
    let rows: Vec<Vec<f64>> = (0..replications).map(row).collect();
    (0..services.len() * FIGURES)
        .map(|k| Mean::of(&rows.iter().map(|row| row[k]).collect::<Vec<_>>()))
        .collect()
}

pub(crate) fn run(text: &str, seed: u64, replications: u32, threads: usize) -> Summary {
    let plan =
        Plan { title: String::new(), sha256: String::new(), seed, replications, threads: Some(threads) };
    experiment::run(&models(text), &plan, &()).expect("nobody stops it")
}

/// The whole program: an interval of 95 % holds the truth in at least 20 of 24 runs, and says how it came about. Of intervals that hold
/// it in 95 %, fewer do once in 170 times; that they hold it in 60 % is noticed in 98 % of all cases. In the long form it is
/// 92 % of 768, missed once in a million times, and 89.5 % is noticed.
#[test]
fn its_intervals_cover() {
    let text = three_hosts("{ mttf = \"10000 h\", mttr = \"10 h\" }", "", "");
    let rate = 1e-4;
    let exact = last_state(&[3.0 * rate, 2.0 * rate, rate], &[0.1, 0.2, 0.3]) * 31_536_000.0;
    let (mut covered, mut weighted, runs) = (0, 0, if is_long() { 768 } else { 24 });
    for seed in 0..runs {
        let downtime = run(&text, 1_000 + seed, 100, 2).strategies[0].services[0].downtime_s;
        weighted += u64::from(downtime.method == Method::ImportanceSampling);
        covered += u32::from(downtime.low <= exact && exact <= downtime.high);
    }
    println!("{covered} of {runs}, of which {weighted} by importance sampling");
    assert!(weighted * 100 >= runs * 95);
    assert!(u64::from(covered) * 100 >= runs * if is_long() { 92 } else { 83 }, "{covered} of {runs}");
}

#[test]
fn the_number_of_threads_never_shows_and_it_can_be_left_out() {
    let text = three_hosts("{ mttf = \"1000 h\", mttr = \"10 h\" }", "", "");
    let one = run(&text, 3, 120, 1);
    assert_eq!(one, run(&text, 3, 120, 5));
    let rare = one.strategies[0].rare_events.as_ref().expect("it is rare");
    assert_eq!(rare.services, ["s"]);
    assert!(rare.hits > 100 && (rare.weight_mean - 1.0).abs() < 0.1);
    let off = run(&text.replace("[host.h]", "rare_events = \"off\"\n[host.h]"), 3, 120, 1);
    assert_eq!(off.strategies[0].rare_events, None);
    assert_ne!(off.strategies[0].services[0].downtime_s.method, Method::ImportanceSampling);
    // Distributions and rows are those of crude replications either way.
    assert_eq!(one.rows, off.rows);
}
