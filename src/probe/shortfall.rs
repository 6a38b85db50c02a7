//! What some services have lost up to any moment, in numbers that a weight can multiply: for rare outages, where a replication is
//! left half way and lived again.

use super::Window;
use super::downtime::requests;
use crate::engine::{Time, clone_in_place};
use crate::model::{Cause, InstanceId, Load, Model, Ppm, ServiceId};
use crate::sim::rare::Meter;
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
    /// Its place among those of a service in [`Meter::sums`].
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

/// Listens for what is down, and adds up as it goes.
#[derive(Debug)]
pub struct Shortfall {
    window: Window,
    since: Time,
    /// By instance, what it does not serve, and its service's place among those asked about.
    lost_ppb: Vec<u32>,
    places: Vec<u32>,
    /// By instance, what took it down.
    causes: Vec<Cause>,
    /// By service asked about: instances down, instances degraded, and the demand that is not served; and instances down by
    /// cause.
    now: Vec<[f64; 3]>,
    now_by: Vec<[f64; CAUSES]>,
    /// By service asked about, how its requests go over the week; empty where nobody counts any.
    requests: Vec<Option<Load>>,
    /// By service asked about, when the last of its outages began.
    began: Vec<Time>,
    sums: Vec<f64>,
    /// By service; of those that nobody asks about nobody minds when their signals come.
    asked: Vec<bool>,
}

clone_in_place!(Shortfall {
    window,
    since,
    lost_ppb,
    places,
    causes,
    now,
    now_by,
    requests,
    began,
    sums,
    asked
});

impl Shortfall {
    /// Of these services of a model.
    #[must_use]
    pub fn new(model: &Model, services: &[ServiceId]) -> Shortfall {
        let window = Window::of(model);
        let place =
            |service| services.iter().position(|&s| s == service).map_or(NOBODY, |place| place as u32);
        Shortfall {
            window,
            since: Time::ZERO,
            lost_ppb: vec![0; model.instances.len()],
            places: model.instances.iter().map(|instance| place(instance.service)).collect(),
            causes: vec![Cause::HostCrash; model.instances.len()],
            now: vec![[0.0; 3]; services.len()],
            now_by: vec![[0.0; CAUSES]; services.len()],
            requests: requests(model, services.iter().copied()),
            began: vec![Time::NEVER; services.len()],
            sums: vec![0.0; services.len() * FIGURES],
            asked: (0..model.services.len() as u32).map(|id| services.contains(&ServiceId(id))).collect(),
        }
    }

    /// What is lost at one moment adds to a figure.
    fn add(&mut self, now: Time, instance: InstanceId, figure: Figure, amount: f64) {
        let place = self.places[instance.index()];
        if place != NOBODY && self.window.contains(now) {
            self.sums[place as usize * FIGURES + figure.place()] += amount;
        }
    }

    fn change(&mut self, now: Time, instance: InstanceId, lost_ppb: u32, cause: Cause) {
        let place = self.places[instance.index()];
        if place == NOBODY {
            return;
        }
        self.advance(now);
        let by = &mut self.now_by[place as usize];
        if self.lost_ppb[instance.index()] == ALL_PPB {
            by[self.causes[instance.index()] as usize] -= 1.0;
        }
        if lost_ppb == ALL_PPB {
            self.causes[instance.index()] = cause;
            by[cause as usize] += 1.0;
        }
        let old = std::mem::replace(&mut self.lost_ppb[instance.index()], lost_ppb);
        let row = &mut self.now[place as usize];
        for (ppb, sign) in [(old, -1.0), (lost_ppb, 1.0)] {
            row[0] += sign * f64::from(u8::from(ppb == ALL_PPB));
            row[1] += sign * f64::from(u8::from(ppb > 0 && ppb < ALL_PPB));
            row[2] += sign * f64::from(ppb);
        }
        let (was_down, is_down) = (old == ALL_PPB, lost_ppb == ALL_PPB);
        // A cause that changes while it is down ends no outage.
        if is_down && !was_down && self.window.contains(now) {
            let sums = &mut self.sums[place as usize * FIGURES..];
            sums[Figure::Outages.place()] += 1.0;
            sums[Figure::OutagesBy(cause).place()] += 1.0;
            let began = std::mem::replace(&mut self.began[place as usize], now);
            sums[Figure::Incidents.place()] += f64::from(u8::from(began != now));
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
        self.lost_ppb.fill(0);
        self.now.fill([0.0; 3]);
        self.now_by.fill([0.0; CAUSES]);
        self.began.fill(Time::NEVER);
        self.sums.fill(0.0);
    }

    fn advance(&mut self, now: Time) {
        let (span, since) = (self.window.overlap(self.since, now) as f64, self.since.max(self.window.start));
        self.since = now;
        if span == 0.0 {
            return;
        }
        let rows = self.now.iter().zip(&self.now_by);
        for ((row, by), sums) in rows.zip(self.sums.chunks_exact_mut(FIGURES)) {
            // Billionths are whole numbers: their sum is exact, and zero where nothing is lost.
            if row[2] == 0.0 {
                continue;
            }
            sums[Figure::Downtime.place()] += row[0] * span;
            sums[Figure::Degraded.place()] += row[1] * span;
            sums[Figure::Lost.place()] += row[2] * span / f64::from(ALL_PPB);
            let by_cause = Figure::DowntimeBy(Cause::HostCrash).place();
            for (sum, down) in sums[by_cause..].iter_mut().zip(by) {
                *sum += down * span;
            }
        }
        for ((row, load), sums) in
            self.now.iter().zip(&self.requests).zip(self.sums.chunks_exact_mut(FIGURES))
        {
            if let (Some(load), true) = (load, row[2] > 0.0) {
                let wanted = load.between(since, now.min(self.window.end)) as f64;
                let all = f64::from(ALL_PPB) * f64::from(Ppm::ONE.0);
                sums[Figure::Requests.place()] += wanted * row[2] / all;
            }
        }
    }

    fn sums(&self) -> &[f64] {
        &self.sums
    }

    fn downtime(sums: &[f64]) -> f64 {
        sums.iter().step_by(FIGURES).sum()
    }

    fn is_down(&self) -> bool {
        self.now.iter().any(|row| row[0] > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One instance, measured from 100 us on.
    fn probe() -> Shortfall {
        Shortfall {
            window: Window { start: Time(100), end: Time(1000) },
            since: Time::ZERO,
            lost_ppb: vec![0],
            places: vec![0],
            causes: vec![Cause::HostCrash],
            now: vec![[0.0; 3]],
            now_by: vec![[0.0; CAUSES]],
            requests: Vec::new(),
            began: vec![Time::NEVER],
            sums: vec![0.0; FIGURES],
            asked: vec![true],
        }
    }

    #[test]
    fn a_degraded_second_loses_its_fraction_and_the_warmup_loses_nothing() {
        let (mut probe, instance) = (probe(), InstanceId(0));
        probe.observe(Time(50), Signal::ServiceDown { instance, cause: Cause::AppHang });
        probe.observe(Time(130), Signal::ServiceDegraded { instance, lost_ppb: 250_000_000 });
        probe.observe(Time(170), Signal::ServiceDown { instance, cause: Cause::HostCrash });
        probe.observe(Time(180), Signal::ServiceUp { instance });
        probe.advance(Time(1000));
        let of = |figure: Figure| probe.sums()[figure.place()];
        // Down for 30 us of what began in the warm-up and for 10; degraded for 40 us, of which a quarter is lost.
        assert_eq!((of(Figure::Downtime), of(Figure::Degraded), of(Figure::Lost)), (40.0, 40.0, 50.0));
        assert_eq!(of(Figure::DowntimeBy(Cause::AppHang)), 30.0);
        assert_eq!(of(Figure::DowntimeBy(Cause::HostCrash)), 10.0);
        let begun = [Figure::Outages, Figure::OutagesBy(Cause::HostCrash), Figure::OutagesBy(Cause::AppHang)];
        assert_eq!(begun.map(of), [1.0, 1.0, 0.0]);
    }
}
