//! What makes weighted replications blunt where it is not minded: components that are unlike, and instances that are many.

use ninefold::model::ServiceId;
use ninefold::probe::{Figure, Shortfall};
use ninefold::sim::rare::{Effort, RareRun};

use crate::hidden::QUICK;
use crate::rare::{Mean, models, run};

/// A member on each of four hosts, (mean time to failure, mean time to repair) in hours; down while all are.
fn four(hosts: [(f64, f64); 4]) -> String {
    let host = |(name, (mttf, mttr)): (char, (f64, f64))| {
        format!(
            "[host.{name}]\ncount = 1\ncores = 8\nmemory = \"16 GiB\"\nboot = \"0 s\"\ncrash = {{ mttf = \"{mttf} h\", mttr = \"{mttr} h\" }}\n"
        )
    };
    let hosts: String = "abcd".chars().zip(hosts).map(host).collect();
    format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n{hosts}[service.s]\nrole = \"stateless\"\nvm = {{ cores = 1, memory = \"1 GiB\" }}\n{QUICK}\
         [strategy.nlb]\nprotect = [\"nlb\"]\nmembers = 4\ndetection = \"0 s\"\nconvergence = \"0 s\"\n"
    )
}

/// One fails every four days and is back in an hour, another every eleven years, for four days: in each of its repairs the first one fails
/// about once, which is no step towards an outage. The product of four two-state formulas, of hosts that begin up; twice as much is no answer.
/// Branches know it as 300 outages of one size do, and far fewer where such faults are taken for steps.
#[test]
fn a_fault_that_comes_anyway_is_no_step_towards_an_outage() {
    let hosts = [(100.0, 1.0), (1_000.0, 1.0), (10_000.0, 10.0), (100_000.0, 100.0)];
    let down = |(mttf, mttr): (f64, f64), t: f64| {
        mttr / (mttf + mttr) * (1.0 - libm::exp(-t * (1.0 / mttf + 1.0 / mttr)))
    };
    let steps = 0..87_600;
    let product =
        steps.map(|k| hosts.map(|host| down(host, (f64::from(k) + 0.5) * 0.1)).iter().product::<f64>());
    let exact_us = product.sum::<f64>() * 0.1 * 3.6e9;
    // Most branches where most of it comes from, as a pilot has it.
    let effort = Effort { by_origin: vec![0.05, 0.2, 20.0, 300.0, 1.0], ..Effort::branches(1) };
    let model = &models(&four(hosts))[0];
    let services = [ServiceId(0)];
    let mut run =
        RareRun::new(model, &services, effort, Shortfall::new(model, &services)).expect("hosts fail");
    let rows: Vec<f64> = (0..1_200).map(|k| run.run(31, k)[Figure::Downtime.place()]).collect();
    let found = Mean::of(&rows);
    let (z, wrong, events) = (found.z(exact_us), found.z(2.0 * exact_us), (found.mean / found.se).powi(2));
    println!(
        "exact {exact_us:.0} us, found {:.0} +- {:.0}, z {z:.2}, {wrong:.2}; {events:.0}",
        found.mean, found.se
    );
    assert!(z.abs() < 4.0 && wrong.abs() > 4.0, "z {z}, {wrong}");
    assert!(events > 220.0, "worth {events:.0} outages");
}

/// 150 pairs, of which one has lost a member: the next fault to be made likelier is that of its other one, and not of any of 300 hosts. Each host is
/// out for its part of the time, for itself; half as much is no answer.
#[test]
fn of_many_instances_the_one_that_has_lost_a_member_is_in_danger() {
    let (mttf, mttr) = (2_400_000.0, 40.0);
    let text = format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n[host.h]\ncount = 300\ncores = 8\nmemory = \"16 GiB\"\nboot = \"0 s\"\n\
         crash = {{ mttf = \"{mttf} h\", mttr = \"{mttr} h\" }}\n[service.s]\nrole = \"stateless\"\ninstances = 150\n\
         vm = {{ cores = 1, memory = \"1 GiB\" }}\n{QUICK}\
         [strategy.nlb]\nprotect = [\"nlb\"]\nmembers = 2\ndetection = \"0 s\"\nconvergence = \"0 s\"\n"
    );
    let out: f64 = mttr / (mttf + mttr);
    // Hosts begin up: the square of 1 - exp(-t / mttr) lacks 1.5 mttr of the year.
    let exact_us = 150.0 * out * out * (8_760.0 - 1.5 * mttr) * 3.6e9;
    let events = worth(&text, &Effort::branches(32), 400, exact_us);
    assert!(events > 100.0, "worth {events:.0} outages");
}

/// What weighted replications find, and what it is worth: it is near the truth, and not near something else.
fn worth(text: &str, effort: &Effort, replications: u32, exact_us: f64) -> f64 {
    let model = &models(text)[0];
    let services = [ServiceId(0)];
    let meter = Shortfall::new(model, &services);
    let mut run = RareRun::new(model, &services, effort.clone(), meter).expect("something can fail");
    let rows: Vec<f64> = (0..replications).map(|k| run.run(8, k)[Figure::Downtime.place()]).collect();
    let found = Mean::of(&rows);
    let (z, wrong, events) = (found.z(exact_us), found.z(0.4 * exact_us), (found.mean / found.se).powi(2));
    println!(
        "exact {exact_us:.0} us, found {:.0} +- {:.0}, z {z:.2}, {wrong:.2}; {events:.0}",
        found.mean, found.se
    );
    assert!(z.abs() < 4.0 && wrong.abs() > 4.0, "z {z}, {wrong}");
    events
}

/// The microseconds of a year in which three components of one kind are out at once that are up when it begins.
fn three_out_us(mttf_h: f64, mttr_h: f64) -> f64 {
    let out = |t: f64| mttr_h / (mttf_h + mttr_h) * -libm::expm1(-t * (1.0 / mttf_h + 1.0 / mttr_h));
    (0..8_760).map(|hour| out(f64::from(hour) + 0.5).powi(3)).sum::<f64>() * 3.6e9
}

/// Twenty groups of three, each in three of sixty racks, and nothing fails but racks: with one of them gone it is those of the same group of which the
/// next is made to go, and not any of 59. Two fifths of it are no answer.
#[test]
fn of_many_racks_those_of_an_instance_that_has_lost_a_member_are_in_danger() {
    let racks: String = (0..60)
        .map(|rack| format!("[rack.r{rack}]\noutage = {{ mttf = \"40000 h\", mttr = \"72 h\" }}\n"))
        .collect();
    let names: Vec<String> = (0..60).map(|rack| format!("\"r{rack}\"")).collect();
    let text = format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n{racks}[host.h]\ncount = 60\nracks = [{}]\ncores = 8\nmemory = \"4 GiB\"\nboot = \"0 s\"\n\
         [service.s]\nrole = \"stateless\"\ninstances = 20\nvm = {{ cores = 1, memory = \"3 GiB\" }}\n{QUICK}\
         [strategy.nlb]\nprotect = [\"nlb\"]\nmembers = 3\ndetection = \"0 s\"\nconvergence = \"0 s\"\n",
        names.join(", ")
    );
    let events = worth(&text, &Effort::branches(8), 400, 20.0 * three_out_us(40_000.0, 72.0));
    assert!(events > 150.0, "worth {events:.0} outages");
}

/// Three networks for clients, of which one is enough, and a member on each of twelve hosts that are all unlike: with one network gone it is the
/// next of the networks that matters, which is one of thirteen kinds that all seem near.
#[test]
fn what_takes_the_place_of_something_is_of_its_sort() {
    let networks: String = (0..3)
        .map(|number| {
            format!("[network.n{number}]\ncarries = [\"client\"]\noutage = {{ mttf = \"40000 h\", mttr = \"200 h\" }}\n")
        })
        .collect();
    let hosts: String = (0..12)
        .map(|number| {
            format!(
                "[host.h{number}]\ncount = 1\ncores = 8\nmemory = \"4 GiB\"\nboot = \"0 s\"\ncrash = {{ mttf = \"{} h\", mttr = \"5 h\" }}\n",
                200_000 + number
            )
        })
        .collect();
    let text = format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n{networks}{hosts}[service.s]\nrole = \"stateless\"\n\
         vm = {{ cores = 1, memory = \"3 GiB\" }}\n{QUICK}\
         [strategy.nlb]\nprotect = [\"nlb\"]\nmembers = 12\ndetection = \"0 s\"\nconvergence = \"0 s\"\n"
    );
    let events = worth(&text, &Effort::branches(64), 500, three_out_us(40_000.0, 200.0));
    assert!(events > 40.0, "worth {events:.0} outages");
}

/// Applications of two members that crash after seven days each, to the microsecond, and are back in two minutes: their clocks are as far apart as
/// they happen to be, in four replications of ten thousand less than two minutes, and then fifty times a year. Of 40 runs 35 must hold the mean: those
/// that have seen none must allow for all fifty.
#[test]
fn what_strikes_together_once_does_so_again_and_again() {
    let text = format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n[host.h]\ncount = 2\ncores = 8\nmemory = \"16 GiB\"\nboot = \"0 s\"\n\
         [service.s]\nrole = \"stateless\"\nvm = {{ cores = 1, memory = \"1 GiB\" }}\n{QUICK}app_crash = {{ ttf = \"7 d\", ttr = \"2 min\" }}\n\
         [strategy.nlb]\nprotect = [\"nlb\"]\nmembers = 2\ndetection = \"0 s\"\nconvergence = \"0 s\"\napplication_aware = true\n"
    );
    // Two phases, each anywhere in a cycle of 7 d and 2 min: both are down for the square of the part that one is.
    let part: f64 = 120.0 / (7.0 * 86_400.0 + 120.0);
    let exact_s = part * part * 365.0 * 86_400.0;
    let holds = |seed: u64| {
        let summary = run(&text, seed, 400, 2);
        let downtime = summary.strategies[0].services[0].downtime_s;
        downtime.low <= exact_s && exact_s <= downtime.high
    };
    let held = (0..40).filter(|&seed| holds(seed)).count();
    assert!(held >= 35, "{held} of 40 hold {exact_s:.3} s");
}
