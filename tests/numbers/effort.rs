//! What is spent on episodes changes how well a mean is known, and never the mean: a part of them counts for all, and some kinds have more
//! branches than others.

use ninefold::experiment::summary::Method;
use ninefold::model::ServiceId;
use ninefold::probe::{Figure, Shortfall};
use ninefold::sim::rare::{Effort, Origin, RareRun, allocate, left};

use crate::hidden::QUICK;
use crate::rare::{Mean, models, run, times};

/// A member on each of three hosts, which are down for long after they crash; and applications that crash every month and are back in a minute.
fn busy(crash: &str) -> String {
    format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n[host.h]\ncount = 3\ncores = 8\nmemory = \"16 GiB\"\nboot = \"0 s\"\n\
         crash = {{ mttf = \"9000 h\", mttr = \"9 h\" }}\n[service.s]\nrole = \"stateless\"\nvm = {{ cores = 1, memory = \"1 GiB\" }}\n\
         {QUICK}{crash}\n[strategy.nlb]\nprotect = [\"nlb\"]\nmembers = 3\ndetection = \"0 s\"\nconvergence = \"0 s\"\n"
    )
}

const MONTHLY: &str = "app_crash = { mttf = \"700 h\", mttr = \"1 min\" }";

/// Downtimes by replication, in us; what began the episodes, and what they cost.
fn downtimes(text: &str, effort: Effort, replications: u32) -> (Vec<f64>, Vec<Origin>, u64) {
    let model = &models(text)[0];
    let services = [ServiceId(0)];
    let mut run =
        RareRun::new(model, &services, effort, Shortfall::new(model, &services)).expect("hosts fail");
    let rows: Vec<f64> = (0..replications).map(|k| run.run(7, k)[Figure::Downtime.place()]).collect();
    (rows, run.origins, run.diagnostics.work)
}

/// All three hosts are down, from all up: the two-state formula to the third power, integrated by the midpoint rule, in us; an
/// application that is down for a minute of each 700 h counts as its host.
fn exact_us(applications: bool) -> f64 {
    let (fail, repair): (f64, f64) = (1.0 / 9_000.0, 1.0 / 9.0);
    let (own, back): (f64, f64) = (1.0 / 700.0, 60.0);
    let down = |t: f64, fail: f64, back: f64| fail / (fail + back) * (1.0 - libm::exp(-(fail + back) * t));
    let steps = 87_600;
    let at = |k: i32| {
        let t = (f64::from(k) + 0.5) * 0.1;
        let host = down(t, fail, repair);
        let member = if applications { 1.0 - (1.0 - host) * (1.0 - down(t, own, back)) } else { host };
        member * member * member
    };
    (0..steps).map(at).sum::<f64>() * 0.1 * 3.6e9
}

/// Hosts alone, with so many branches an episode: the exact answer, and not one of a quarter more. What began the episodes.
fn holds(branches: f64, replications: u32) -> Origin {
    let effort = Effort { branches, ..Effort::branches(1) };
    let (rows, origins, _) = downtimes(&busy(""), effort, replications);
    let (found, exact) = (Mean::of(&rows), exact_us(false));
    let [z, wrong] = [found.z(exact), found.z(1.25 * exact)];
    println!("exact {exact:.0} us, found {:.0} +- {:.0}, z {z:.2}, {wrong:.2}", found.mean, found.se);
    assert!(z.abs() < 4.0 && wrong.abs() > 4.0, "z {z}, {wrong}");
    origins[0]
}

/// With a quarter of the episodes, of which each counts four times.
#[test]
fn a_part_of_the_episodes_counts_for_all() {
    let replications = 16_000 * times();
    // A quarter of 3 × 8,760 / 9,000 faults a year.
    let lived = holds(0.25, replications).episodes as f64 / f64::from(replications);
    assert!((lived / 0.73 - 1.0).abs() < 0.1, "{lived} a replication");
}

/// With two and a half branches on average, two or three of each: those that have three count as one episode all the same.
#[test]
fn a_number_of_branches_need_not_be_whole() {
    let origin = holds(2.5, 4_000 * times());
    let mean = origin.branches as f64 / origin.episodes as f64;
    assert!((mean - 2.5).abs() < 0.05, "{mean} an episode");
}

/// Applications crash in most episodes, hosts in those that matter: with as much work, branches that go where they are unlike know the mean far better.
#[test]
fn branches_that_go_where_they_are_unlike_know_more_for_the_same_work() {
    let (text, exact) = (busy(MONTHLY), exact_us(true));
    let (pilot, origins, _) = downtimes(&text, Effort::branches(4), 32);
    let branches = allocate(&origins, 4.0);
    assert!(left(&origins, &branches) < 0.5 * left(&origins, &[4.0; 3]), "{branches:?}");
    assert!(Mean::of(&pilot).mean > 0.0, "the pilot has seen nothing");
    let even = Effort::branches(4);
    let uneven = Effort { by_origin: branches, ..Effort::branches(4) };
    let [even, uneven] = [even, uneven].map(|effort| {
        let (rows, _, work) = downtimes(&text, effort, 400 * times());
        let found = Mean::of(&rows);
        let z = found.z(exact);
        println!("exact {exact:.0} us, found {:.0} +- {:.0}, z {z:.2}, work {work}", found.mean, found.se);
        assert!(z.abs() < 4.0, "z {z}");
        (found.se * found.se, work as f64)
    });
    assert!((uneven.1 / even.1 - 1.0).abs() < 0.25, "work {} and {}", even.1, uneven.1);
    assert!(uneven.0 < even.0 / 2.0, "variance {} and {}", even.0, uneven.0);
}

/// Disks of a rack's batteries that last two to four years cannot fail in the first: no factor makes them, and what else is rare is told all the same.
#[test]
fn a_life_that_cannot_end_within_the_horizon_hides_nothing() {
    let text = busy("").replace("[host.h]", "ages = \"new\"\n[rack.r]\noutage = { ttf = { law = \"uniform\", min = \"2 y\", max = \"4 y\" }, mttr = \"1 h\" }\n[host.h]\nrack = \"r\"");
    let summary = run(&text, 3, 200, 2);
    let downtime = summary.strategies[0].services[0].downtime_s;
    let exact_s = exact_us(false) / 1e6;
    assert_eq!(downtime.method, Method::ImportanceSampling);
    assert!(downtime.low <= exact_s && exact_s <= downtime.high, "{exact_s} {downtime:?}");
    assert!((downtime.mean - exact_s).abs() < 4.0 * downtime.se, "{exact_s} {downtime:?}");
}
