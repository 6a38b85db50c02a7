//! Random worlds by importance sampling: its means are those of the chain, where outages are common and where they are rare.

use crate::chain::Chain;
use crate::compare::{Found, HOUR_US, Sample, is_long, model, times, worlds};
use crate::rules::Rules;
use crate::world::{Fault, Host, Protection, Service, World};
use ninefold::model::{Model, ServiceId};
use ninefold::probe::{Figure, Shortfall};
use ninefold::sim::rare::{Effort, RareRun};

/// The figures of weighted replications.
fn weighted(model: &Model, seed: u64, replications: u32, branches: u32) -> [Sample; 3] {
    let services = [ServiceId(0)];
    let meter = Shortfall::new(model, &services);
    let mut run =
        RareRun::new(model, &services, Effort::branches(branches), meter).expect("something can fail");
    let mut samples = [Sample::default(); 3];
    for replication in 0..replications {
        let row = run.run(seed, replication);
        samples[0].add(row[Figure::Downtime.place()] / HOUR_US);
        samples[1].add(row[Figure::Outages.place()]);
        samples[2].add(row[Figure::Lost.place()] / HOUR_US);
    }
    samples
}

/// Lives of a day to four: weights have much to do, and nothing to gain.
#[test]
fn worlds_whose_outages_are_common() {
    let solved = worlds(2, 60, 1.0, 2_500, |_, exact| exact[1] >= 0.1);
    let found = Found::of(solved, |number, world| {
        weighted(&model(&world.text()), 5_000 + number as u64, if is_long() { 4_800 } else { 150 }, 4)
    });
    found.holds("common");
    found.rejects("longer repairs", Rules { repairs: 1.04, ..Rules::default() }, |_| true);
}

/// Lives of a month to half a year: a few outages in a hundred horizons, most of them of what stands alone.
#[test]
fn worlds_whose_outages_are_few() {
    let solved = worlds(3, 60, 40.0, 2_500, |_, exact| exact[0] > 1e-4 * 200.0);
    let found = Found::of(solved, |number, world| {
        weighted(&model(&world.text()), 6_000 + number as u64, 1_000 * times(), 4)
    });
    found.holds("few");
    found.rejects("longer repairs", Rules { repairs: 1.2, ..Rules::default() }, |_| true);
}

/// The same lives where hardly anything stands alone: from four nines to ten, and up to five members.
#[test]
fn worlds_whose_outages_are_rare() {
    let solved = worlds(4, 60, 40.0, 2_500, |_, exact| (1e-10..1e-4).contains(&(exact[0] / 200.0)));
    let parts: Vec<f64> = solved.iter().map(|solved| solved.exact[0] / 200.0).collect();
    let (least, most) = parts.iter().fold((1.0_f64, 0.0_f64), |(a, b), p| (a.min(*p), b.max(*p)));
    println!("unavailable for {least:.1e} to {most:.1e} of the time");
    let found = Found::of(solved, |number, world| {
        weighted(&model(&world.text()), 17_000 + number as u64, if is_long() { 48_000 } else { 1_000 }, 16)
    });
    found.holds("rare");
    found.rejects("longer repairs", Rules { repairs: 1.1, ..Rules::default() }, |_| true);
}

/// A pair that fails over in no time: while an application waits for a person, that of the other node runs, and no fewer clocks
/// than before. It is out all the same. Unless it is counted so, half of the downtime is not seen.
#[test]
fn a_node_whose_application_has_failed_is_out() {
    let fault = |mttf, mttr| Fault { mttf, mttr, crew: None };
    let host = || Host { fault: fault(4_000.0, 5.0), boot: 0.0, rack: None };
    let world = World {
        horizon: 200.0,
        crews: Vec::new(),
        parts: Vec::new(),
        hosts: vec![host(), host()],
        service: Service {
            protection: Protection::Failover { detection: 0.0, takeover: 0.0 },
            vms: 2,
            way: [0.0; 4],
            guest: None,
            app: Some(fault(1_500.0, 5.0)),
        },
    };
    let exact = Chain::of(&world, Rules::default(), 1_000).expect("it is small").expected(200.0)[0];
    let found = weighted(&model(&world.text()), 7, 1_000, 16)[0];
    println!("exact {exact:.3e} h, found {:.3e} +- {:.3e}", found.mean(), found.se());
    assert!(found.z(exact).abs() < 5.0 && found.se() < 0.1 * exact, "{}", found.z(exact));
    assert!(found.z(1.5 * exact).abs() > 5.0);
}

/// A pair of members that need long to start: meanwhile all their clocks run, and they are out all the same.
#[test]
fn a_member_that_starts_is_out() {
    let fault = |mttf, mttr| Fault { mttf, mttr, crew: None };
    let host = || Host { fault: fault(2_000.0, 3.0), boot: 0.0, rack: None };
    let world = World {
        horizon: 200.0,
        crews: Vec::new(),
        parts: Vec::new(),
        hosts: vec![host(), host()],
        service: Service {
            protection: Protection::Balanced { need: 1 },
            vms: 2,
            way: [0.0, 0.0, 6.0, 0.0],
            guest: None,
            app: None,
        },
    };
    let exact = Chain::of(&world, Rules::default(), 1_000).expect("it is small").expected(200.0)[0];
    let found = weighted(&model(&world.text()), 7, 1_000, 16)[0];
    println!("exact {exact:.3e} h, found {:.3e} +- {:.3e}", found.mean(), found.se());
    assert!(found.z(exact).abs() < 5.0 && found.se() < 0.1 * exact, "{}", found.z(exact));
    assert!(found.z(1.5 * exact).abs() > 5.0);
}
