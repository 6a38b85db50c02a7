//! Downtime, degraded time and lost service, by service and by cause, in exact integers.
//!
//! An outage begins when an instance goes down and ends when it is up or degraded again; its cause is
//! the fault that took it down, and the whole of it belongs to that cause. Outages that began before
//! the measured time count their measured part but are not counted again as outages; what is down at
//! the end is counted up to the end.

use super::Window;
use crate::engine::{Span, Time};
use crate::model::{Cause, InstanceId, Load, Model, Ppm, Service, ServiceId};
use crate::sim::{Observer, Signal};

/// What happened to one instance so far.
#[derive(Clone, Copy, Debug)]
struct Account {
    /// Since when it is in its present condition.
    since: Time,
    downtime_us: u64,
    longest_us: u64,
    outages: u64,
    recovery_point_us: u64,
    service: u32,
    /// Billionths of its demand that it does not serve just now.
    lost_ppb: u32,
    cause: Cause,
}

/// The outages of one cause, over the instances of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CauseTally {
    pub outages: u64,
    pub downtime_us: u64,
}

/// One service over one replication: sums over its instances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceTally {
    pub downtime_us: u64,
    pub degraded_us: u64,
    /// What was lost while degraded, in microseconds times billionths of the demand. The whole loss is
    /// this and the downtime: see [`ServiceTally::lost_us`].
    pub lost_degraded_ppb_us: u128,
    pub outages: u64,
    /// Writes that are lost for good, as the time in which they were made: the sum, and the most at once.
    pub recovery_point_us: u64,
    pub recovery_point_max_us: u64,
    pub sessions_lost: u64,
    pub transactions_lost: u64,
    /// What clients wanted and did not get, where requests are counted: microseconds times millionths of the most that they
    /// want times billionths. See [`ServiceTally::unserved_us`].
    pub unserved: u128,
    pub causes: [CauseTally; Cause::ALL.len()],
}

impl ServiceTally {
    /// The integral of what was not served, to the nearest microsecond.
    #[must_use]
    pub fn lost_us(&self) -> u64 {
        let all = u128::from(ALL_PPB);
        let degraded = (self.lost_degraded_ppb_us + all / 2) / all;
        self.downtime_us.saturating_add(u64::try_from(degraded).unwrap_or(u64::MAX))
    }

    /// What clients wanted and did not get, as time in which they want most, to the nearest microsecond.
    #[must_use]
    pub fn unserved_us(&self) -> u64 {
        let all = u128::from(ALL_PPB) * u128::from(Ppm::ONE.0);
        u64::try_from((self.unserved + all / 2) / all).unwrap_or(u64::MAX)
    }
}

/// One instance over one replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InstanceTally {
    pub downtime_us: u64,
    /// The longest single outage, as far as it was measured.
    pub longest_us: u64,
    pub outages: u64,
    pub recovery_point_us: u64,
}

/// Listens for what is down.
#[derive(Clone, Debug)]
pub struct Downtime {
    window: Window,
    accounts: Vec<Account>,
    services: Vec<ServiceTally>,
    /// Lengths of the outages that began in the measured time, by service.
    outages: Vec<Vec<u64>>,
    /// By service, how its requests go over the week; empty where nobody counts any.
    requests: Vec<Option<Load>>,
}

impl Account {
    fn new(window: Window, service: u32) -> Account {
        Account {
            since: window.start,
            downtime_us: 0,
            longest_us: 0,
            outages: 0,
            recovery_point_us: 0,
            service,
            lost_ppb: 0,
            cause: Cause::HostCrash,
        }
    }
}

/// All of the demand.
const ALL_PPB: u32 = 1_000_000_000;

impl Downtime {
    /// An observer for the replications of a model.
    #[must_use]
    pub fn new(model: &Model) -> Downtime {
        let window = Window::of(model);
        Downtime {
            window,
            accounts: model.instances.iter().map(|i| Account::new(window, i.service.0)).collect(),
            services: vec![ServiceTally::default(); model.services.len()],
            outages: vec![Vec::new(); model.services.len()],
            requests: requests(model, (0..model.services.len() as u32).map(ServiceId)),
        }
    }

    /// Forgets a replication, before the next.
    pub fn reset(&mut self) {
        for account in &mut self.accounts {
            *account = Account::new(self.window, account.service);
        }
        self.services.fill(ServiceTally::default());
        self.outages.iter_mut().for_each(Vec::clear);
    }

    /// Counts what is still down or degraded up to the end, and adds up.
    pub fn finish(&mut self) {
        for number in 0..self.accounts.len() {
            if self.accounts[number].lost_ppb > 0 {
                self.change(self.window.end, InstanceId(number as u32), 0, Cause::HostCrash);
            }
        }
        for tally in &mut self.services {
            tally.outages = tally.causes.iter().map(|cause| cause.outages).sum();
            tally.downtime_us = tally.causes.iter().map(|cause| cause.downtime_us).sum();
        }
    }

    /// The services' tallies, after [`Downtime::finish`].
    #[must_use]
    pub fn services(&self) -> &[ServiceTally] {
        &self.services
    }

    /// Each instance's downtime in microseconds, after [`Downtime::finish`].
    pub fn instances(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.accounts.iter().map(|account| (account.service, account.downtime_us))
    }

    /// All that is kept of each instance, after [`Downtime::finish`].
    pub fn tallies(&self) -> impl Iterator<Item = (u32, InstanceTally)> + '_ {
        self.accounts.iter().map(|account| {
            let Account { downtime_us, longest_us, outages, recovery_point_us, .. } = *account;
            (account.service, InstanceTally { downtime_us, longest_us, outages, recovery_point_us })
        })
    }

    /// The lengths in microseconds of all outages that began in the measured time, by service.
    #[must_use]
    pub fn outages(&self) -> &[Vec<u64>] {
        &self.outages
    }

    /// An instance serves all but `lost_ppb` from `now` on.
    #[inline]
    fn change(&mut self, now: Time, instance: InstanceId, lost_ppb: u32, cause: Cause) {
        if self.accounts[instance.index()].lost_ppb > 0 {
            self.book(now, instance);
        }
        let account = &mut self.accounts[instance.index()];
        (account.since, account.lost_ppb, account.cause) = (now, lost_ppb, cause);
    }

    /// Counts what an instance has not served since its last change.
    fn book(&mut self, now: Time, instance: InstanceId) {
        let account = &mut self.accounts[instance.index()];
        // What is told comes before the end of the measured time.
        let since = account.since.max(self.window.start);
        let span = now.since(since).0;
        let tally = &mut self.services[account.service as usize];
        if account.lost_ppb == ALL_PPB {
            let begun = account.since >= self.window.start;
            let booked = &mut tally.causes[account.cause as usize];
            booked.downtime_us += span;
            booked.outages += u64::from(begun);
            account.downtime_us += span;
            account.longest_us = account.longest_us.max(span);
            account.outages += u64::from(begun);
            if begun {
                self.outages[account.service as usize].push(span);
            }
        } else {
            tally.degraded_us += span;
            tally.lost_degraded_ppb_us += u128::from(span) * u128::from(account.lost_ppb);
        }
        if let Some(Some(load)) = self.requests.get(account.service as usize) {
            tally.unserved += load.between(since, now.max(since)) * u128::from(account.lost_ppb);
        }
    }
}

/// How the requests of some services go over the week; empty where none of them counts any.
pub(super) fn requests(model: &Model, services: impl Iterator<Item = ServiceId>) -> Vec<Option<Load>> {
    let steady = || Load::new(&[(Span::ZERO, Ppm::ONE)], Span::ZERO);
    let of =
        |service: &Service| (service.requests > 0.0).then(|| service.load.clone().unwrap_or_else(steady));
    let found: Vec<Option<Load>> = services.map(|service| of(&model.services[service.index()])).collect();
    if found.iter().any(Option::is_some) { found } else { Vec::new() }
}

impl Observer for Downtime {
    // It keeps an account for each instance, and adds up integers.
    const ANY_ORDER: bool = true;

    // Where a signal is told, its kind is known: inlined, nothing of the match is left.
    #[inline(always)]
    fn observe(&mut self, now: Time, signal: Signal) {
        match signal {
            Signal::ServiceDown { instance, cause } => self.change(now, instance, ALL_PPB, cause),
            Signal::ServiceDegraded { instance, lost_ppb } => {
                self.change(now, instance, lost_ppb, Cause::HostCrash)
            }
            Signal::ServiceUp { instance } => self.change(now, instance, 0, Cause::HostCrash),
            Signal::WritesLost { instance, lost, .. } if now >= self.window.start => {
                let account = &mut self.accounts[instance.index()];
                account.recovery_point_us = account.recovery_point_us.saturating_add(lost.0);
                let tally = &mut self.services[account.service as usize];
                tally.recovery_point_us = tally.recovery_point_us.saturating_add(lost.0);
                tally.recovery_point_max_us = tally.recovery_point_max_us.max(lost.0);
            }
            Signal::SessionsLost { instance, lost, .. } if now >= self.window.start => {
                let service = self.accounts[instance.index()].service;
                let tally = &mut self.services[service as usize];
                tally.sessions_lost += u64::from(lost.sessions);
                tally.transactions_lost += u64::from(lost.transactions);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(start: u64, end: u64) -> Downtime {
        let window = Window { start: Time(start), end: Time(end) };
        Downtime {
            window,
            accounts: vec![Account::new(window, 0)],
            services: vec![ServiceTally::default()],
            outages: vec![Vec::new()],
            requests: Vec::new(),
        }
    }

    const ONE: InstanceId = InstanceId(0);

    #[test]
    fn an_outage_across_the_warmup_counts_its_measured_part_only() {
        let mut probe = probe(100, 1000);
        probe.observe(Time(50), Signal::ServiceDown { instance: ONE, cause: Cause::AppHang });
        probe.observe(Time(130), Signal::ServiceUp { instance: ONE });
        probe.finish();
        assert_eq!((probe.services[0].downtime_us, probe.services[0].outages), (30, 0));
        assert_eq!(
            probe.services[0].causes[Cause::AppHang as usize],
            CauseTally { outages: 0, downtime_us: 30 }
        );
    }

    #[test]
    fn what_is_down_at_the_end_counts_up_to_the_end() {
        let mut probe = probe(0, 1000);
        probe.observe(Time(900), Signal::ServiceDown { instance: ONE, cause: Cause::HostCrash });
        probe.finish();
        assert_eq!((probe.services[0].downtime_us, probe.services[0].outages), (100, 1));
        assert_eq!(probe.outages(), [[100]]);
    }

    #[test]
    fn the_longest_outage_of_an_instance_is_kept_beside_their_sum() {
        let mut probe = probe(100, 1000);
        for (from, until) in [(50, 130), (200, 260), (300, 320)] {
            probe.observe(Time(from), Signal::ServiceDown { instance: ONE, cause: Cause::AppHang });
            probe.observe(Time(until), Signal::ServiceUp { instance: ONE });
        }
        probe.finish();
        let tally =
            InstanceTally { downtime_us: 30 + 60 + 20, longest_us: 60, outages: 2, recovery_point_us: 0 };
        assert_eq!(probe.tallies().collect::<Vec<_>>(), [(0, tally)]);
        probe.reset();
        assert_eq!(probe.tallies().collect::<Vec<_>>(), [(0, InstanceTally::default())]);
    }

    #[test]
    fn an_outage_of_no_length_is_an_outage() {
        let mut probe = probe(0, 1000);
        probe.observe(Time(10), Signal::ServiceDown { instance: ONE, cause: Cause::HostCrash });
        probe.observe(Time(10), Signal::ServiceUp { instance: ONE });
        probe.finish();
        assert_eq!((probe.services[0].downtime_us, probe.services[0].outages), (0, 1));
    }

    #[test]
    fn a_degraded_second_loses_its_fraction_and_is_no_downtime() {
        let mut probe = probe(0, 1000);
        probe.observe(Time(100), Signal::ServiceDegraded { instance: ONE, lost_ppb: 250_000_000 });
        probe.observe(Time(200), Signal::ServiceDown { instance: ONE, cause: Cause::HostCrash });
        probe.observe(Time(300), Signal::ServiceDegraded { instance: ONE, lost_ppb: 500_000_000 });
        probe.observe(Time(400), Signal::ServiceUp { instance: ONE });
        probe.finish();
        let tally = probe.services[0];
        assert_eq!((tally.downtime_us, tally.degraded_us), (100, 200));
        assert_eq!(tally.lost_us(), 25 + 100 + 50);
    }
}
