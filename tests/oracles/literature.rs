//! Models of the literature on rare events, on the kernel alone and, where a scenario can say what they are, by importance
//! sampling.
//!
//! The database of Goyal et al. (1992) with two failure modes, as in FIG's regression tests; a pipeline of pumps in a row, of
//! which no two neighbours may be out (consecutive-2-of-8), with one repairman who takes the lowest first and lognormal
//! repairs (after Villén-Altamirano 2010). The pipeline's answer is that of an embedded chain over all its states.
//! And a fault tree.

use crate::cluster::agrees;
use crate::compare::{Sample, crude, is_long, model, times};
use ninefold::engine::{Law, Randomness, Stream, Time, Timers};
use ninefold::model::ServiceId;
use ninefold::probe::{FIGURES, Figure, Shortfall};
use ninefold::sim::rare::{Effort, RareRun};

/// Units that fail and are repaired, each with a timer.
struct Units<'a> {
    timers: &'a mut Timers,
    random: Randomness,
    draws: Vec<u32>,
    down: Vec<bool>,
    now: Time,
}

impl<'a> Units<'a> {
    fn new(timers: &'a mut Timers, number: usize, seed: u64, replication: u32) -> Units<'a> {
        timers.clear();
        let random = Randomness::new(seed, replication);
        Units { timers, random, draws: vec![0; number], down: vec![false; number], now: Time::ZERO }
    }

    /// A uniform number that is a unit's own.
    fn uniform(&mut self, unit: usize) -> f64 {
        let v = self.random.uniform(Stream::numbered(7, unit as u64), self.draws[unit]);
        self.draws[unit] += 1;
        v
    }

    fn arm(&mut self, unit: usize, law: &Law) {
        let v = self.uniform(unit);
        self.timers.arm(unit as u32, self.now + law.sample(v));
    }

    /// Passes to the next event: which unit's, and the hours that passed.
    fn next(&mut self, end: Time) -> (Option<usize>, f64) {
        let next = self.timers.take_before(end);
        let at = next.map_or(end, |(at, _)| at);
        let hours = at.since(self.now).as_secs_f64() / 3600.0;
        self.now = at;
        (next.map(|(_, slot)| slot as usize), hours)
    }
}

fn exponential(hours: f64) -> Law {
    Law::exponential(hours * 3600.0).expect("a mean is positive")
}

fn at(hours: f64) -> Time {
    Time((hours * 3.6e9) as u64)
}

/// Eight processors and controllers in pairs, then six clusters of four disks.
const PAIRED: usize = 8;
const UNITS: usize = PAIRED + 24;

/// The part of the time in which the database is down. Half of the repairs take twice as long.
fn database(mttf: [f64; 2], seed: u64, replications: u32, hours: f64) -> Sample {
    let lives = mttf.map(exponential);
    let repairs = [1.0, 2.0].map(exponential);
    let mut timers = Timers::new(UNITS);
    let mut sample = Sample::default();
    for replication in 0..replications {
        let mut units = Units::new(&mut timers, UNITS, seed, replication);
        let life = |unit: usize| &lives[usize::from(unit >= PAIRED)];
        (0..UNITS).for_each(|unit| units.arm(unit, life(unit)));
        let mut lost = 0.0;
        loop {
            let (pairs, disks) = units.down.split_at(PAIRED);
            let broken = pairs.chunks(2).any(|pair| pair[0] && pair[1])
                || disks.chunks(4).any(|disks| disks.iter().filter(|down| **down).count() >= 2);
            let (unit, passed) = units.next(at(hours));
            lost += if broken { passed } else { 0.0 };
            let Some(unit) = unit else { break };
            units.down[unit] = !units.down[unit];
            if units.down[unit] {
                let mode = usize::from(units.uniform(unit) < 0.5);
                units.arm(unit, &repairs[mode]);
            } else {
                units.arm(unit, life(unit));
            }
        }
        sample.add(lost / hours);
    }
    sample
}

/// What a unit lacks, and from it a pair and a cluster of disks, all of them independent.
fn lacking(mttf: [f64; 2]) -> [f64; 2] {
    let [q, d] = mttf.map(|mttf| 1.5 / (mttf + 1.5));
    [q * q, 1.0 - (1.0 - d).powi(3) * (1.0 + 3.0 * d)]
}

#[test]
fn the_database_on_the_kernel() {
    let common = database([50.0, 150.0], 3, 200 * times(), 20_000.0);
    agrees("database", common, 6.854_844_623_170e-3);
    // FIG's own figure is that of a simulation; repairs by mode, each half of the time, are not repairs of 1.6 h.
    assert!(common.z(6.854_844_623_170e-3 * 1.1).abs() > 5.0);
    let rare = database([2_000.0, 6_000.0], 4, 100 * times(), 2_000_000.0);
    agrees("rare database", rare, 4.494_745_797_889e-6);
    assert!(rare.z(4.494_745_797_889e-6 * 1.5).abs() > 5.0);
}

/// The same as a scenario: an application that crashes and hangs is a unit with two modes. Of four that a balancer does not
/// look into, and all of which are needed, two that have failed take everything away: 2/4 less 2 · 1/4.
#[test]
fn the_database_as_a_scenario() {
    let service = |name: &str, instances: u32, mttf: f64, demand: u32, members: u32| {
        format!(
            "[service.{name}]\ninstances = {instances}\nrole = \"stateless\"\nvm = {{ cores = 1, memory = \"1 GiB\" }}\n\
             power_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\ndemand = {demand}\ncapacity = 1\n\
             app_crash = {{ mttf = \"{mttf} h\", mttr = \"1 h\" }}\napp_hang = {{ mttf = \"{mttf} h\", mttr = \"2 h\" }}\n\
             [strategy.s.service.{name}]\nmembers = {members}\n"
        )
    };
    let mttf = [2_000.0, 6_000.0];
    let text = format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\nwarmup = \"100 h\"\n[host.h]\ncount = 4\ncores = 64\nmemory = \"64 GiB\"\n\
         [strategy.s]\nprotect = [\"nlb\"]\ndetection = \"0 s\"\nconvergence = \"0 s\"\n{}{}",
        service("pair", 4, 2.0 * mttf[0], 1, 2),
        service("disks", 6, 2.0 * mttf[1], 4, 4)
    );
    let model = model(&text);
    let services = [ServiceId(0), ServiceId(1)];
    let mut run = RareRun::new(&model, &services, Effort::branches(16), Shortfall::new(&model, &services))
        .expect("they can fail");
    let mut samples = [Sample::default(); 2];
    let year = 8_760.0 * 3.6e9;
    for replication in 0..if is_long() { 6_400 } else { 150 } {
        let row = run.run(9, replication);
        for (number, service) in model.services.iter().enumerate() {
            let which = usize::from(service.name == "disks");
            let instances = [4.0, 6.0][which];
            samples[which].add(row[number * FIGURES + Figure::Downtime.place()] / year / instances);
        }
    }
    let exact = lacking(mttf);
    agrees("a pair", samples[0], exact[0]);
    agrees("a cluster of disks", samples[1], exact[1]);
    let all = |parts: [f64; 2]| 1.0 - (1.0 - parts[0]).powi(4) * (1.0 - parts[1]).powi(6);
    assert!((all(exact) / 4.494_745_797_889e-6 - 1.0).abs() < 1e-10);
    assert!((all(lacking([50.0, 150.0])) / 6.854_844_623_170e-3 - 1.0).abs() < 1e-11);
    for (sample, exact) in samples.iter().zip(exact) {
        assert!(sample.z(1.4 * exact).abs() > 5.0);
    }
}

/// The part of the time in which two neighbours of eight pumps are out.
fn pipeline(repair: &Law, seed: u64, replications: u32, hours: f64) -> Sample {
    const PUMPS: usize = 8;
    let life = exponential(1_000.0);
    let mut timers = Timers::new(PUMPS);
    let mut sample = Sample::default();
    for replication in 0..replications {
        let mut units = Units::new(&mut timers, PUMPS, seed, replication);
        (0..PUMPS).for_each(|pump| units.arm(pump, &life));
        let (mut lost, mut busy) = (0.0, None);
        loop {
            let broken = units.down.windows(2).any(|pair| pair[0] && pair[1]);
            let (pump, passed) = units.next(at(hours));
            lost += if broken { passed } else { 0.0 };
            let Some(pump) = pump else { break };
            units.down[pump] = !units.down[pump];
            if !units.down[pump] {
                busy = None;
                units.arm(pump, &life);
            }
            if let (None, Some(first)) = (busy, units.down.iter().position(|down| *down)) {
                busy = Some(first);
                units.arm(first, repair);
            }
        }
        sample.add(lost / hours);
    }
    sample
}

#[test]
fn the_pipeline() {
    let lognormal = Law::lognormal_from_median(1.21_f64.exp() * 3600.0, 0.8).expect("it is a law");
    let two = pipeline(&lognormal, 5, 100 * times(), 1_000_000.0);
    agrees("two neighbours", two, 2.933_183_272_5e-4);
    assert!(two.z(2.933_183_272_5e-4 * 1.15).abs() > 5.0);
}

/// A fault tree of DFTRES's tests, `simple-fdep`: an application, its host, and a rack that takes the host with it, at rates of
/// 0.1, 0.2 and 0.3 per hour (the rack the last): 1 - e^-0.6 within the first hour. Nothing comes back within it, so there is one outage or none.
#[test]
fn a_rack_that_takes_its_host_with_it() {
    let lasts =
        |mttf: &str| format!("{{ ttf = {{ law = \"exponential\", mean = \"{mttf}\" }}, ttr = \"2 h\" }}");
    let text = format!(
        "schema = 1\n[run]\nhorizon = \"1 h\"\n[rack.c]\noutage = {}\n[host.b]\ncores = 4\nmemory = \"8 GiB\"\nrack = \"c\"\n\
         boot = \"0 s\"\ncrash = {}\n[service.a]\nvm = {{ cores = 1, memory = \"1 GiB\" }}\napp_crash = {}\n\
         [strategy.s]\nprotect = []\n",
        lasts("200 min"),
        lasts("5 h"),
        lasts("10 h")
    );
    let failed = crude(&model(&text), 15, 40_000 * times())[1];
    agrees("simple-fdep", failed, 0.451_188_363_905_973);
    // Without the trigger, and at a tenth more.
    assert!(failed.z(1.0 - (-0.3_f64).exp()).abs() > 5.0 && failed.z(1.0 - (-0.66_f64).exp()).abs() > 5.0);
}
