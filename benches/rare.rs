//! What importance sampling buys: the variance of an estimate times the seconds that it took, of plain replications by that of
//! weighted ones, measured in one run. `cargo bench --bench rare`, or `cargo bench --bench rare -- seven` for the cases with that in their names.

use std::time::Instant;

use ninefold::model::{Model, ServiceId};
use ninefold::probe::{Downtime, Figure, Shortfall};
use ninefold::scenario::{self, Input};
use ninefold::sim::Simulation;
use ninefold::sim::rare::{Effort, RareRun};
use ninefold::state::State;

/// A balanced group on three hosts, down while all of them are: (10 h / mttf)^3 of the time, about. Alone, or beside so many VMs of another service
/// on hosts of their own, which fail once a month and cost a plain replication its time.
fn three_hosts(mttf_h: f64, others: u32) -> Model {
    let beside = match others {
        0 => String::new(),
        _ => format!(
            "[host.o]\ncount = {}\ncores = 32\nmemory = \"64 GiB\"\n[service.o]\ninstances = {others}\n\
             vm = {{ cores = 1, memory = \"2 GiB\" }}\npower_on = \"5 s\"\nboot = \"1 min\"\nstart = \"20 s\"\n\
             app_crash = {{ mttf = \"30 d\", mttr = \"20 min\" }}\nplace = [{}]\n[strategy.nlb.service.o]\nprotect = []\n",
            others / 20,
            (0..others).map(|vm| format!("\"o-{}\"", vm / 20 + 1)).collect::<Vec<_>>().join(", ")
        ),
    };
    let text = format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n[host.h]\ncount = 3\ncores = 8\nmemory = \"16 GiB\"\nboot = \"0 s\"\n\
         crash = {{ mttf = \"{mttf_h} h\", mttr = \"10 h\" }}\n[service.s]\nrole = \"stateless\"\n\
         vm = {{ cores = 1, memory = \"1 GiB\" }}\npower_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n\
         place = [\"h-1\", \"h-2\", \"h-3\"]\n\
         [strategy.nlb]\nprotect = [\"nlb\"]\nmembers = 3\ndetection = \"0 s\"\nconvergence = \"0 s\"\n{beside}"
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
    let (options, names): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let full = options.iter().any(|option| option == "--bench");
    for (name, mttf_h, others, many) in [
        ("four nines", 215.0, 0, 3_000_000),
        ("six nines", 1_000.0, 0, 3_000_000),
        ("seven nines", 2_150.0, 0, 6_000_000),
        ("six nines beside 200 VMs", 1_000.0, 200, 40_000),
        ("six nines beside 1,000 VMs", 1_000.0, 1_000, 10_000),
    ] {
        if !names.iter().all(|part| name.contains(part.as_str())) {
            continue;
        }
        let (many, some) = if full { (many, 2_000) } else { (100, 10) };
        let model = three_hosts(mttf_h, others);
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
            "{name}: plain {mean:.4} s a year, {:.2} us a replication; weighted {rare_mean:.4} s, {:.2} us; variance times \
             seconds {:.0} to 1",
            seconds * 1e6,
            rare_seconds * 1e6,
            plain / weighted
        );
    }
}
