//! What some services have lost up to any moment, in numbers that a weight can multiply: for rare outages, where a replication is
//! left half way and lived again.

use super::Window;
use super::downtime::requests;
use crate::engine::{Table, Time, clone_in_place};
use crate::model::{Cause, InstanceId, Load, Model, Ppm, ServiceId};
use crate::sim::rare::{Losses, Meter};
use crate::sim::{Observer, Signal};

/// A figure of a service; times are in microseconds, all of them sums over its instances. Requests are the time in which clients
/// want most, as [`super::ServiceTally::unserved_us`] has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    Downtime,
    Outages,
    Degraded,
    Lost,
    RecoveryPoint,
    Sessions,
    Transactions,
    Requests,
    /// Outages, of which those that begin at one instant count once.
    Incidents,
    DowntimeBy(Cause),
    OutagesBy(Cause),
}

impl Figure {
    /// Its place among those of a service in [`Losses`].
    #[must_use]
    pub const fn place(self) -> usize {
        match self {
            Figure::Downtime => 0,
            Figure::Outages => 1,
            Figure::Degraded => 2,
            Figure::Lost => 3,
            Figure::RecoveryPoint => 4,
            Figure::Sessions => 5,
            Figure::Transactions => 6,
            Figure::Requests => 7,
            Figure::Incidents => 8,
            Figure::DowntimeBy(cause) => PLAIN + cause as usize,
            Figure::OutagesBy(cause) => PLAIN + CAUSES + cause as usize,
        }
    }
}

const CAUSES: usize = Cause::ALL.len();

/// Those that are not by cause.
const PLAIN: usize = 9;

/// Figures of a service.
pub const FIGURES: usize = PLAIN + 2 * CAUSES;

/// Billionths of all of the demand.
const ALL_PPB: u32 = 1_000_000_000;

/// A service that nobody asks about.
const NOBODY: u32 = u32::MAX;

/// An instance of a service that is asked about.
#[derive(Clone, Copy, Debug)]
struct Serving {
    /// What it does not serve.
    lost_ppb: u32,
    /// What took it down.
    cause: Cause,
}

/// A service that is asked about.
#[derive(Clone, Copy, Debug)]
struct Lacking {
    /// Instances down, instances degraded, and the demand that is not served.
    now: [f64; 3],
    /// Instances down by cause.
    by: [f64; CAUSES],
    /// When the last of its outages began.
    began: Time,
}

impl Serving {
    const WHOLE: Serving = Serving { lost_ppb: 0, cause: Cause::HostCrash };
}

impl Lacking {
    const NOTHING: Lacking = Lacking { now: [0.0; 3], by: [0.0; CAUSES], began: Time::NEVER };

    /// Billionths are whole numbers: their sum is exact, and zero where nothing is lost.
    fn is_whole(&self) -> bool {
        self.now[2] == 0.0
    }
}

/// Listens for what is down, and adds up as it goes.
#[derive(Debug)]
pub struct Shortfall {
    window: Window,
    since: Time,
    /// By instance, its service's place among those asked about.
    places: Vec<u32>,
    /// By instance.
    serving: Table<Serving>,
    /// By service asked about; and those that are not whole, in no order that means anything.
    lacking: Table<Lacking>,
    open: Vec<u32>,
    /// By service asked about, how its requests go over the week; empty where nobody counts any.
    requests: Vec<Option<Load>>,
    losses: Losses,
    /// By service; of those that nobody asks about nobody minds when their signals come.
    asked: Vec<bool>,
}

clone_in_place!(Shortfall { window, since, places, serving, lacking, open, requests, losses, asked });

impl Shortfall {
    /// Of these services of a model.
    #[must_use]
    pub fn new(model: &Model, services: &[ServiceId]) -> Shortfall {
        let window = Window::of(model);
        let mut place_of = vec![NOBODY; model.services.len()];
        (0..).zip(services).for_each(|(place, service)| place_of[service.index()] = place);
        Shortfall {
            window,
            since: Time::ZERO,
            places: model.instances.iter().map(|instance| place_of[instance.service.index()]).collect(),
            serving: Table::new(vec![Serving::WHOLE; model.instances.len()]),
            lacking: Table::new(vec![Lacking::NOTHING; services.len()]),
            open: Vec::new(),
            requests: requests(model, services.iter().copied()),
            losses: Losses::new(services.len(), FIGURES),
            asked: place_of.iter().map(|place| *place != NOBODY).collect(),
        }
    }

    /// What is lost at one moment adds to a figure.
    fn add(&mut self, now: Time, instance: InstanceId, figure: Figure, amount: f64) {
        let place = self.places[instance.index()];
        if place != NOBODY && self.window.contains(now) {
            self.losses.row_mut(place as usize)[figure.place()] += amount;
        }
    }

    fn change(&mut self, now: Time, instance: InstanceId, lost_ppb: u32, cause: Cause) {
        let place = self.places[instance.index()];
        if place == NOBODY {
            return;
        }
        self.advance(now);
        let (place, old) = (place as usize, self.serving[instance.index()]);
        let (was_down, is_down) = (old.lost_ppb == ALL_PPB, lost_ppb == ALL_PPB);
        let cause = if is_down { cause } else { old.cause };
        self.serving[instance.index()] = Serving { lost_ppb, cause };
        let was_whole = self.lacking[place].is_whole();
        let row = &mut self.lacking[place];
        row.by[old.cause as usize] -= f64::from(u8::from(was_down));
        row.by[cause as usize] += f64::from(u8::from(is_down));
        for (ppb, sign) in [(old.lost_ppb, -1.0), (lost_ppb, 1.0)] {
            row.now[0] += sign * f64::from(u8::from(ppb == ALL_PPB));
            row.now[1] += sign * f64::from(u8::from(ppb > 0 && ppb < ALL_PPB));
            row.now[2] += sign * f64::from(ppb);
        }
        let is_whole = row.is_whole();
        // A cause that changes while it is down ends no outage.
        if is_down && !was_down && self.window.contains(now) {
            let began = std::mem::replace(&mut row.began, now);
            let figures = self.losses.row_mut(place);
            figures[Figure::Outages.place()] += 1.0;
            figures[Figure::OutagesBy(cause).place()] += 1.0;
            figures[Figure::Incidents.place()] += f64::from(u8::from(began != now));
        }
        match (was_whole, is_whole) {
            (true, false) => self.open.push(place as u32),
            (false, true) => self.open.retain(|&other| other as usize != place),
            _ => {}
        }
    }
}

impl Observer for Shortfall {
    /// Of services that nobody asks about.
    const ANY_ORDER: bool = true;

    fn takes_any_order_of(&self, service: ServiceId) -> bool {
        !self.asked[service.index()]
    }

    fn observe(&mut self, now: Time, signal: Signal) {
        match signal {
            Signal::ServiceDown { instance, cause } => self.change(now, instance, ALL_PPB, cause),
            Signal::ServiceDegraded { instance, lost_ppb } => {
                self.change(now, instance, lost_ppb, Cause::HostCrash);
            }
            Signal::ServiceUp { instance } => self.change(now, instance, 0, Cause::HostCrash),
            Signal::WritesLost { instance, lost, .. } => {
                self.add(now, instance, Figure::RecoveryPoint, lost.0 as f64);
            }
            Signal::SessionsLost { instance, lost, .. } => {
                self.add(now, instance, Figure::Sessions, f64::from(lost.sessions));
                self.add(now, instance, Figure::Transactions, f64::from(lost.transactions));
            }
            _ => {}
        }
    }
}

impl Meter for Shortfall {
    fn reset(&mut self) {
        self.since = Time::ZERO;
        self.serving.fill(Serving::WHOLE);
        self.lacking.fill(Lacking::NOTHING);
        self.open.clear();
        self.losses.clear();
    }

    fn follow(&mut self, leader: &mut Shortfall) {
        let Shortfall { window: _, since, places: _, serving, lacking, open, requests: _, losses, asked: _ } =
            leader;
        assert!(losses.is_empty(), "what is lost is accounted for before a moment is kept");
        self.since = *since;
        self.serving.follow(serving);
        self.lacking.follow(lacking);
        self.open.clone_from(open);
        self.losses.clear();
    }

    fn advance(&mut self, now: Time) {
        let (span, since) = (self.window.overlap(self.since, now) as f64, self.since.max(self.window.start));
        self.since = now;
        if span == 0.0 {
            return;
        }
        for &place in &self.open {
            let (Lacking { now: row, by, .. }, figures) =
                (&self.lacking[place as usize], self.losses.row_mut(place as usize));
            figures[Figure::Downtime.place()] += row[0] * span;
            figures[Figure::Degraded.place()] += row[1] * span;
            figures[Figure::Lost.place()] += row[2] * span / f64::from(ALL_PPB);
            let by_cause = Figure::DowntimeBy(Cause::HostCrash).place();
            for (sum, down) in figures[by_cause..].iter_mut().zip(by) {
                *sum += down * span;
            }
            if let Some(Some(load)) = self.requests.get(place as usize) {
                let wanted = load.between(since, now.min(self.window.end)) as f64;
                let all = f64::from(ALL_PPB) * f64::from(Ppm::ONE.0);
                figures[Figure::Requests.place()] += wanted * row[2] / all;
            }
        }
    }

    fn losses(&self) -> &Losses {
        &self.losses
    }

    fn empty(&mut self) {
        self.losses.clear();
    }

    fn downtime(figures: &[f64]) -> f64 {
        figures.iter().step_by(FIGURES).sum()
    }

    fn is_down(&self) -> bool {
        self.open.iter().any(|&place| self.lacking[place as usize].now[0] > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many services of two instances, measured from 100 us on.
    fn probe(services: u32) -> Shortfall {
        Shortfall {
            window: Window { start: Time(100), end: Time(1000) },
            since: Time::ZERO,
            places: (0..2 * services).map(|instance| instance / 2).collect(),
            serving: Table::new(vec![Serving::WHOLE; 2 * services as usize]),
            lacking: Table::new(vec![Lacking::NOTHING; services as usize]),
            open: Vec::new(),
            requests: Vec::new(),
            losses: Losses::new(services as usize, FIGURES),
            asked: vec![true; services as usize],
        }
    }

    #[test]
    fn a_degraded_second_loses_its_fraction_and_the_warmup_loses_nothing() {
        let (mut probe, instance) = (probe(1), InstanceId(0));
        probe.observe(Time(50), Signal::ServiceDown { instance, cause: Cause::AppHang });
        probe.observe(Time(130), Signal::ServiceDegraded { instance, lost_ppb: 250_000_000 });
        probe.observe(Time(170), Signal::ServiceDown { instance, cause: Cause::HostCrash });
        probe.observe(Time(180), Signal::ServiceUp { instance });
        probe.advance(Time(1000));
        let of = |figure: Figure| probe.losses().values()[figure.place()];
        // Down for 30 us of what began in the warm-up and for 10; degraded for 40 us, of which a quarter is lost.
        assert_eq!((of(Figure::Downtime), of(Figure::Degraded), of(Figure::Lost)), (40.0, 40.0, 50.0));
        assert_eq!(of(Figure::DowntimeBy(Cause::AppHang)), 30.0);
        assert_eq!(of(Figure::DowntimeBy(Cause::HostCrash)), 10.0);
        let begun = [Figure::Outages, Figure::OutagesBy(Cause::HostCrash), Figure::OutagesBy(Cause::AppHang)];
        assert_eq!(begun.map(of), [1.0, 1.0, 0.0]);
    }
    /// A branch and its replication, each with signals of its own, brought into line again and again.
    #[test]
    fn what_follows_goes_on_as_its_leader_does() {
        let random = crate::engine::Randomness::new(5, 0);
        let stream = crate::engine::Stream::new("signals", "test");
        let signal = |draw: u32| {
            let uniform = random.uniform(stream, draw);
            let instance = InstanceId((uniform * 6.0) as u32);
            match (uniform * 600.0) as u32 % 3 {
                0 => Signal::ServiceDown { instance, cause: Cause::ALL[draw as usize % CAUSES] },
                1 => Signal::ServiceDegraded { instance, lost_ppb: 1_000_000 * (draw % 900 + 1) },
                _ => Signal::ServiceUp { instance },
            }
        };
        let mut leader = probe(3);
        let mut follower = leader.clone();
        let shown = |probe: &Shortfall| format!("{probe:?}").replace("are_touched", "");
        for round in 0..80_u32 {
            let at = Time(u64::from(10 * round));
            leader.advance(at);
            leader.observe(at, signal(5 * round));
            leader.empty();
            follower.follow(&mut leader);
            let mut copy = leader.clone();
            for step in 1..5 {
                let at = Time(at.0 + u64::from(step));
                for probe in [&mut follower, &mut copy] {
                    probe.observe(at, signal(5 * round + step));
                }
            }
            assert!(!copy.losses.is_empty() || round < 10);
            assert_eq!(shown(&follower), shown(&copy), "round {round}");
        }
    }
}
