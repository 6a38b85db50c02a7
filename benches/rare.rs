//! What importance sampling buys: the variance of an estimate times the seconds that it took, of plain replications by that of
//! weighted ones, measured in one run. `cargo bench --bench rare`.

use std::time::Instant;

use ninefold::model::{Model, ServiceId};
use ninefold::probe::{Downtime, Figure, Shortfall};
use ninefold::scenario::{self, Input};
use ninefold::sim::Simulation;
use ninefold::sim::rare::{Effort, RareRun};
use ninefold::state::State;

/// A balanced group on three hosts, down while all of them are: (10 h / mttf)^3 of the time, about.
fn three_hosts(mttf_h: f64) -> Model {
    let text = format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n[host.h]\ncount = 3\ncores = 8\nmemory = \"16 GiB\"\nboot = \"0 s\"\n\
         crash = {{ mttf = \"{mttf_h} h\", mttr = \"10 h\" }}\n[service.s]\nrole = \"stateless\"\n\
         vm = {{ cores = 1, memory = \"1 GiB\" }}\npower_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n\
         [strategy.nlb]\nprotect = [\"nlb\"]\nmembers = 3\ndetection = \"0 s\"\nconvergence = \"0 s\"\n"
    );
    let input = Input { name: "bench", bytes: text.as_bytes(), overrides: &[], files: &[] };
    let spec = scenario::read(&input).0.expect("a scenario");
    scenario::compile(&spec).expect("a model").remove(0)
}

/// The variance of a replication's downtime (s²), its mean, and the seconds that one replication took.
fn measure(replications: u32, mut one: impl FnMut(u32) -> f64) -> (f64, f64, f64) {
    let begun = Instant::now();
    let values: Vec<f64> = (0..replications).map(|replication| one(replication) / 1e6).collect();
    let seconds = begun.elapsed().as_secs_f64() / f64::from(replications);
    let mean = values.iter().sum::<f64>() / f64::from(replications);
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / f64::from(replications - 1), mean, seconds)
}

fn main() {
    // Run by `cargo test --benches` it only shows that it works.
    let full = std::env::args().any(|argument| argument == "--bench");
    let (many, some) = if full { (3_000_000, 2_000) } else { (100, 10) };
    for (nines, mttf_h) in [("four", 215.0), ("six", 1_000.0), ("seven", 2_150.0)] {
        let model = three_hosts(mttf_h);
        let mut state = State::new(&model);
        let mut probe = Downtime::new(&model);
        let (variance, mean, seconds) = measure(many, |replication| {
            probe.reset();
            Simulation::new(&model, &mut state, 1, replication, &mut probe).run();
            probe.finish();
            probe.services()[0].downtime_us as f64
        });
        let services = [ServiceId(0)];
        let meter = Shortfall::new(&model, &services);
        let mut run = RareRun::new(&model, &services, Effort::branches(8), meter).expect("hosts fail");
        let (rare_variance, rare_mean, rare_seconds) =
            measure(some, |replication| run.run(1, replication)[Figure::Downtime.place()]);
        let (plain, weighted) = (variance * seconds, rare_variance * rare_seconds);
        println!(
            "{nines} nines: plain {mean:.4} s a year, {:.2} us a replication; weighted {rare_mean:.4} s, {:.2} us; variance times \
             seconds {:.0} to 1",
            seconds * 1e6,
            rare_seconds * 1e6,
            plain / weighted
        );
    }
}
