//! Models whose failures are too rare for plain runs, on the kernel alone: cycles from all up to all up, in which failures are
//! made likelier (failure biasing; Goyal, Shahabuddin, Heidelberger, Nicola and Glynn 1992).
//!
//! A cycle begins when the last unit is back. What is lost in one is weighted by how much less likely it was than it was made;
//! what one lasts is that of others, which are left alone. The part of the time that is lost is the ratio of the means.

use crate::compare::{Sample, times};
use ninefold::engine::{Law, Randomness, Stream, Time, Timers};

/// How many times as dense the law of a longer repair is, at so many hours.
type Denser = fn(f64) -> f64;

/// Units with exponential lives and one repairman, who takes the lowest first and finishes what he has begun.
struct System {
    units: usize,
    life_h: f64,
    repair: Law,
    /// Of this law is half of the repairs in biased cycles, until something is lost.
    longer: Option<(Law, Denser)>,
    broken: fn(&[bool]) -> bool,
    /// Once it is broken it comes back as new after so many hours; without, by the same repairs.
    renewed_h: Option<f64>,
}

/// What one cycle came to, in hours.
#[derive(Clone, Copy, Debug, Default)]
struct Cycle {
    /// Until all are up again, or until it breaks where it comes back as new.
    lasted: f64,
    /// In which it is broken, weighted.
    lost: f64,
}

fn exponential(hours: f64) -> Law {
    Law::exponential(hours * 3600.0).expect("a mean is positive")
}

/// A system in motion. The first timers are those of failures, the last that of the repair.
struct Run<'a> {
    system: &'a System,
    timers: &'a mut Timers,
    random: Randomness,
    draws: Vec<u32>,
    down: Vec<bool>,
    now: Time,
}

impl Run<'_> {
    fn uniform(&mut self, slot: usize) -> f64 {
        let v = self.random.uniform(Stream::numbered(8, slot as u64), self.draws[slot]);
        self.draws[slot] += 1;
        v
    }

    fn arm(&mut self, slot: usize, law: &Law) {
        let v = self.uniform(slot);
        self.timers.arm(slot as u32, self.now + law.sample(v));
    }

    /// A repair begins; the weight that its length has.
    fn repair(&mut self, is_biased: bool) -> f64 {
        let (system, slot) = (self.system, self.system.units);
        let longer = system.longer.as_ref().filter(|_| is_biased);
        let Some((longer, denser)) = longer else {
            self.arm(slot, &system.repair);
            return 1.0;
        };
        let law = if self.uniform(slot) < 0.5 { longer } else { &system.repair };
        self.arm(slot, law);
        let hours = self.timers.at(slot as u32).since(self.now).as_secs_f64() / 3600.0;
        2.0 / (1.0 + denser(hours))
    }

    /// Whatever is up has no memory, and may as well begin anew under another law.
    fn arm_all(&mut self, life: &Law) {
        for unit in 0..self.system.units {
            if !self.down[unit] {
                self.arm(unit, life);
            }
        }
    }

    /// One cycle; while something is down and nothing has been lost yet, units fail `boost` times as often as they should.
    fn cycle(&mut self, boost: f64) -> Cycle {
        let system = self.system;
        let (repairs, rate) = (system.units, 1.0 / system.life_h);
        let (plain, biased) = (exponential(system.life_h), exponential(system.life_h / boost));
        let (mut cycle, mut busy, mut weight, mut hit) = (Cycle::default(), None, 1.0, false);
        self.arm_all(&plain);
        loop {
            let up = self.down.iter().filter(|down| !**down).count();
            let is_biased = boost > 1.0 && up < system.units && !hit;
            let is_broken = (system.broken)(&self.down);
            let (at, slot) = self.timers.take_before(Time::NEVER).expect("something is always under way");
            let passed = at.since(self.now).as_secs_f64() / 3600.0;
            self.now = at;
            cycle.lasted += passed;
            cycle.lost += if is_broken { weight * passed } else { 0.0 };
            if is_biased {
                weight *= ((boost - 1.0) * rate * up as f64 * passed).exp();
            }
            let slot = slot as usize;
            if slot < repairs {
                weight /= if is_biased { boost } else { 1.0 };
                self.down[slot] = true;
                if (system.broken)(&self.down) && !hit {
                    if let Some(hours) = system.renewed_h {
                        cycle.lost = weight * hours;
                        return cycle;
                    }
                    hit = true;
                    // From here on all is as it is, and the weight stays.
                    self.arm_all(&plain);
                } else if up == system.units && boost > 1.0 {
                    self.arm_all(&biased);
                }
            } else {
                let unit = busy.take().expect("a repair is of something");
                self.down[unit] = false;
                if up + 1 == system.units {
                    return cycle;
                }
                self.arm(unit, if is_biased { &biased } else { &plain });
            }
            if let (None, Some(first)) = (busy, self.down.iter().position(|down| *down)) {
                busy = Some(first);
                weight *= self.repair(boost > 1.0 && !hit);
            }
        }
    }
}

impl System {
    /// What is lost in biased cycles, and what plain ones last.
    fn sample(&self, boost: f64, seed: u64, cycles: u32) -> [Sample; 2] {
        let mut timers = Timers::new(self.units + 1);
        let mut samples = [Sample::default(); 2];
        for number in 0..cycles {
            for (place, boost) in [boost, 1.0].into_iter().enumerate() {
                timers.clear();
                let mut run = Run {
                    system: self,
                    timers: &mut timers,
                    random: Randomness::new(seed, 2 * number + place as u32),
                    draws: vec![0; self.units + 1],
                    down: vec![false; self.units],
                    now: Time::ZERO,
                };
                let cycle = run.cycle(boost);
                samples[place].add(if place == 0 { cycle.lost } else { cycle.lasted });
            }
        }
        samples
    }
}

/// How many standard errors what is lost is away from this part of what passes.
fn z([lost, lasted]: [Sample; 2], part: f64) -> f64 {
    (lost.mean() - part * lasted.mean()) / lost.se().hypot(part * lasted.se())
}

/// Within five standard errors; told with what would be noticed (7.33 of them).
fn agrees(what: &str, found: [Sample; 2], part: f64) {
    let [lost, lasted] = found;
    let error = (lost.se() / lost.mean()).hypot(lasted.se() / lasted.mean());
    println!(
        "{what}: exact {part:.6e}, found {:.6e}, z {:.2}, detects {:.2} %",
        lost.mean() / lasted.mean(),
        z(found, part),
        733.0 * error
    );
    assert!(z(found, part).abs() < 5.0, "{what}");
}

/// A pipeline of eight pumps (after Villén-Altamirano, RESS 2010, and FIG's test `oilpipe`), with lives of 1,000 h and lognormal
/// repairs, in which `broken` says what must not be. What matters are long repairs, during which others fail: those that are
/// made likelier have e^1.5 times the median.
fn lognormal_pumps(broken: fn(&[bool]) -> bool) -> System {
    let law = |mu: f64| Law::lognormal_from_median(mu.exp() * 3600.0, 0.8).expect("it is a law");
    let denser: Denser = |hours| ((2.0 * (hours.ln() - 1.21) - 1.5) * 1.5 / (2.0 * 0.8 * 0.8)).exp();
    let longer = Some((law(1.21 + 1.5), denser));
    System { units: 8, life_h: 1_000.0, repair: law(1.21), longer, broken, renewed_h: None }
}

/// The mean of those lognormal repairs, e^(1.21 + 0.8² / 2) h.
const MEAN_H: f64 = 4.618_18;

fn exponential_pumps(broken: fn(&[bool]) -> bool) -> System {
    let denser: Denser = |hours| (hours / MEAN_H * 2.0 / 3.0).exp() / 3.0;
    let longer = Some((exponential(3.0 * MEAN_H), denser));
    System { repair: exponential(MEAN_H), longer, ..lognormal_pumps(broken) }
}

/// Neighbours that are out: the answers are those of an embedded chain over all states. Three neighbours tell the law of repairs
/// from another of the same mean: each finds its own answer and rejects the other's, an eighth away.
#[test]
fn neighbours_of_eight_pumps() {
    let two = |down: &[bool]| down.windows(2).any(|row| row.iter().all(|down| *down));
    let found = lognormal_pumps(two).sample(6.0, 12, 100_000 * times());
    agrees("two neighbours", found, 2.933_183_272_5e-4);
    assert!(z(found, 1.15 * 2.933_183_272_5e-4).abs() > 5.0);
    let three = |down: &[bool]| down.windows(3).any(|row| row.iter().all(|down| *down));
    let (lognormal, exponential) = (4.150_192_989_6e-6, 3.691_542_168_0e-6);
    for (what, system, seed, answer, other) in [
        ("lognormal", lognormal_pumps(three), 8, lognormal, exponential),
        ("exponential", exponential_pumps(three), 9, exponential, lognormal),
    ] {
        let found = system.sample(16.0, seed, 250_000 * times());
        agrees(&format!("three neighbours, {what} repairs"), found, answer);
        println!("  the other answer: z {:.1}", z(found, other));
        assert!(z(found, other).abs() > 5.0);
    }
}

/// An array that survives the loss of two of `disks`, whose rebuilds last exactly `rebuild_h`: the chance that a cycle from all up
/// ends in the loss of data, and its mean length. The mean time to the loss of data is the second over the first.
///
/// A rebuild begins with one disk out. Until it ends none of the others fails, and all are up; or one, and the next rebuild
/// begins as this one did; or two, and the data are lost: a pure birth chain, stopped at the end of the rebuild.
fn raid(disks: f64, life_h: f64, rebuild_h: f64) -> (f64, f64) {
    let rate = 1.0 / life_h;
    let (a, b) = ((disks - 1.0) * rate, (disks - 2.0) * rate);
    let [ea, eb] = [a, b].map(|rate| (-rate * rebuild_h).exp());
    let (none, one) = (ea, a / (a - b) * (eb - ea));
    // Hours of a rebuild: none more is out, and then one.
    let stay = (1.0 - ea) / a + a / (a - b) * ((1.0 - eb) / b - (1.0 - ea) / a);
    // Rebuilds follow each other until one ends well or badly.
    let rebuilds = 1.0 / (1.0 - one);
    let lost = (1.0 - none - one) * rebuilds;
    let lasted = 1.0 / (disks * rate) + stay * rebuilds;
    (lost, lasted)
}

/// A RAID 6 of six disks: rebuilds of exactly 2 h, one at a time, each of which begins anew; after a third disk has failed, 24 h
/// until all are as new (the net `raid6` of Machida, Xia and Trivedi, as gospn has it, with lives of 1,000 h; that a rebuild
/// starts from its beginning and that one is in progress at a time is how we read it). The mean time to the loss of data and
/// what is unavailable are what was computed for that net elsewhere. Exponential rebuilds lose data twice as often: noticed.
#[test]
fn an_array_with_deterministic_rebuilds() {
    let (chance, lasted) = raid(6.0, 1_000.0, 2.0);
    let part = 5.713_585_956e-6;
    println!("MTTDL {:.5} h, unavailable {:.9e}", lasted / chance, 24.0 / (lasted / chance + 24.0));
    assert!((lasted / chance / 4_200_490.385_61 - 1.0).abs() < 1e-11);
    assert!((24.0 / (lasted / chance + 24.0) / part - 1.0).abs() < 1e-9);
    let broken = |down: &[bool]| down.iter().filter(|down| **down).count() > 2;
    let system =
        |repair| System { units: 6, life_h: 1_000.0, repair, broken, longer: None, renewed_h: Some(24.0) };
    let fixed = Law::constant(ninefold::engine::Span(7_200_000_000));
    let found = system(fixed).sample(150.0, 10, 200_000 * times());
    // Cycles last until the loss, without the hours that it costs.
    agrees("24 h / MTTDL", found, 24.0 / 4_200_490.385_61);
    let twin = system(exponential(2.0)).sample(150.0, 11, 20_000);
    println!("  exponential rebuilds: z {:.1}", z(twin, 24.0 / 4_200_490.385_61));
    assert!(z(twin, 24.0 / 4_200_490.385_61) > 5.0);
    // And so are rebuilds that last a twentieth longer.
    let (chance, lasted) = raid(6.0, 1_000.0, 2.1);
    println!("  rebuilds of 2.1 h: z {:.1}", z(found, 24.0 * chance / lasted));
    assert!(z(found, 24.0 * chance / lasted).abs() > 5.0);
}
