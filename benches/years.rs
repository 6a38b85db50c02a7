//! Whole replications: what a simulated year costs, and that the cost of an event stays flat.
//!
//! | group | throughput | what |
//! | --- | --- | --- |
//! | `year` | years | 29 hosts and 400 VMs; `plain`: hosts crash; `plus`: guests and applications too; `plus by hand`: a loop written for nothing else |
//! | `event plus`, `event plain` | events | the same, by event; plain from 10 to 10,000 hosts |
//! | `san diego` | replications | each strategy of `scenarios/san-diego.toml`, where it is there |
//! | `products`, `one-array`, `two-sites` | events | each strategy of those scenarios: products, second copies, storms |
//!
//! Everything of a replication is counted: the reset of the state, the first draws, the probes.

mod reference;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ninefold::model::Model;
use reference::by_hand::ByHand;
use reference::{HOSTS, Replications, compile, scenario_text};
use std::time::Duration;

fn years(c: &mut Criterion) {
    let mut group = c.benchmark_group("year");
    group.throughput(Throughput::Elements(1));
    for (name, plus) in [("plus", true), ("plain", false)] {
        let models = compile(name, &scenario_text(HOSTS, plus));
        let mut replications = Replications::new(&models[0]);
        eprintln!("year/{name}: {} events a year", replications.events());
        group.bench_function(name, |b| b.iter(|| replications.run()));
    }
    let (mut by_hand, mut replication) = (ByHand::new(), 0);
    let events: u64 = (0..1024).map(|replication| by_hand.run(replication)).sum();
    eprintln!(
        "year/plus by hand: {} events a year, {:.2} min down and {:.2} outages a VM",
        events / 1024,
        by_hand.downtime_us as f64 / (60e6 * 400.0 * 1024.0),
        by_hand.outages as f64 / (400.0 * 1024.0),
    );
    group.bench_function("plus by hand", |b| {
        b.iter(|| {
            replication = (replication + 1) % 1024;
            by_hand.run(replication)
        });
    });
    group.finish();
}

fn events(c: &mut Criterion) {
    let cases = [("event plus", 29, true)]
        .into_iter()
        .chain([10, 29, 100, 1_000, 10_000].map(|hosts| ("event plain", hosts, false)));
    for (name, hosts, plus) in cases {
        let models = compile(name, &scenario_text(hosts, plus));
        let mut replications = Replications::new(&models[0]);
        let events = replications.events();
        eprintln!("{name}/{hosts}: {events} events a year");
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(events));
        group.bench_function(BenchmarkId::from_parameter(hosts), |b| b.iter(|| replications.run()));
        group.finish();
    }
}

/// A scenario that comes with the program, where it is there.
fn shipped(name: &str) -> Option<Vec<Model>> {
    let text =
        std::fs::read_to_string(format!("{}/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"))).ok()?;
    Some(compile(name, &text))
}

fn san_diego(c: &mut Criterion) {
    let Some(models) = shipped("san-diego") else { return };
    let mut group = c.benchmark_group("san diego");
    group.throughput(Throughput::Elements(1));
    for model in &models {
        let mut replications = Replications::new(model);
        eprintln!("san diego/{}: {} events a replication", model.strategy, replications.events());
        group.bench_function(&model.strategy, |b| b.iter(|| replications.run()));
    }
    group.finish();
}

/// By event, under every product, and with sites, second copies and storms.
fn products(c: &mut Criterion) {
    for name in ["products", "one-array", "two-sites"] {
        let Some(models) = shipped(name) else { continue };
        for model in &models {
            let mut group = c.benchmark_group(name);
            let mut replications = Replications::new(model);
            let events = replications.events();
            eprintln!("{name}/{}: {events} events a replication", model.strategy);
            group.throughput(Throughput::Elements(events));
            group.bench_function(&model.strategy, |b| b.iter(|| replications.run()));
            group.finish();
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = years, events, san_diego, products
}
criterion_main!(benches);
