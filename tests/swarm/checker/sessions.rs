//! What clients lose: what was under way where an application stops, times out, or is left by its group, and not twice.
//!
//! Of balanced groups the shares are known as long as no member has been out of reach, or stood still, since all of them
//! served together; afterwards only that nobody loses more than there is.

use super::*;
use ninefold::model::{Affinity, Maintenance, OpenWork, Service};

/// Who is at work on a VM.
#[derive(Clone, Copy, Debug)]
pub(super) struct WorkSeen {
    sessions: bool,
    transactions: bool,
    /// What must be told at this instant: at least, at most.
    owed: Option<(OpenWork, OpenWork)>,
    /// What was told for which no reason has been seen yet.
    unexplained: bool,
}

impl WorkSeen {
    pub(super) fn new(serves: bool) -> WorkSeen {
        WorkSeen { sessions: serves, transactions: serves, owed: None, unexplained: false }
    }
}

pub(super) fn is_balanced(service: &Service) -> bool {
    matches!(service.guest, Some(GuestGroup::Balanced { .. }))
}

impl<'m> Checker<'m> {
    fn work_of(&self, instance: InstanceId) -> OpenWork {
        self.model.services[self.model.instances[instance.index()].service.index()].work
    }

    /// An application is about to stop, with its guest (`cause`) or alone.
    pub(super) fn work_ends(&mut self, vm: VmId, cause: Option<Cause>) {
        let instance = self.model.vms[vm.index()].instance;
        let (all, row, seen) =
            (self.work_of(instance), self.work[vm.index()], self.instances[instance.index()]);
        let balanced = is_balanced(self.model.service_of(vm));
        let known = row.sessions || row.transactions;
        if all.is_none() || (balanced && !seen.calm) || !(balanced || known) {
            return;
        }
        // A member may have its share again without a word, or has not joined yet.
        let (has_sessions, has_transactions) = (balanced || row.sessions, balanced || row.transactions);
        let n = if balanced { u32::from(seen.members.max(1)) } else { 1 };
        let bound = |round: fn(u32, u32) -> u32| OpenWork {
            sessions: if has_sessions { round(all.sessions, n) } else { 0 },
            transactions: if has_transactions { round(all.transactions, n) } else { 0 },
        };
        let (least, most) = (bound(|all, n| all / n), bound(u32::div_ceil));
        let (mut least, most) = match self.finishes(vm, cause) {
            None => (OpenWork { transactions: 0, ..least }, most),
            Some(false) => (least, most),
            // Where all the others have joined, and nothing can part them, there is somebody to take its clients.
            Some(true)
                if balanced
                    && self.model.geography.places <= 1
                    && u32::from(seen.members) == self.model.instances[instance.index()].vms =>
            {
                (OpenWork::NONE, OpenWork::NONE)
            }
            Some(true) if balanced => (OpenWork::NONE, OpenWork { transactions: 0, ..all }),
            Some(true) => (OpenWork { transactions: 0, ..least }, OpenWork { transactions: 0, ..most }),
        };
        if balanced && (cause == Some(Cause::Maintenance) || !known) {
            least = OpenWork::NONE;
        }
        let row = &mut self.work[vm.index()];
        *row =
            WorkSeen { sessions: false, transactions: false, owed: Some((least, most)), unexplained: false };
    }

    /// Whether transactions finish in a stop, where that is sure.
    fn finishes(&self, vm: VmId, cause: Option<Cause>) -> Option<bool> {
        let Some(cause) = cause else { return Some(false) };
        let instance = self.model.vms[vm.index()].instance;
        let home = self.vms[vm.index()].home;
        if cause == Cause::Maintenance {
            let worked_on =
                home.is_some_and(|h| self.hosts[h.index()].in_window && self.hosts[h.index()].down);
            // One that stands still cannot be shut down.
            let serves = self.plain_loss(instance) == Some(0) && self.in_reach(vm);
            return (worked_on && serves && !self.hidden_pauses).then_some(true);
        }
        let product = home.and_then(|h| self.model.hosts[h.index()].cluster);
        let own = self.model.service_of(vm).isolation_response;
        let shuts = match product.map(|c| &self.model.clusters[c.index()].product) {
            Some(Product::Primary(p)) => own.unwrap_or(p.isolation_response) == IsolationResponse::ShutDown,
            Some(Product::FivePrimaries(p)) => {
                own.unwrap_or(p.isolation_response) == IsolationResponse::ShutDown
            }
            _ => false,
        };
        let up = home.is_some_and(|h| !self.hosts[h.index()].down);
        if shuts && up { None } else { Some(false) }
    }

    pub(super) fn sessions_lost(&mut self, vm: VmId, instance: InstanceId, lost: OpenWork) -> Checked {
        if self.now >= Time::ZERO + self.model.warmup {
            let tally = &mut self.tallies[self.model.instances[instance.index()].service.index()];
            tally.sessions_lost += u64::from(lost.sessions);
            tally.transactions_lost += u64::from(lost.transactions);
        }
        let (all, seen, row) =
            (self.work_of(instance), self.instances[instance.index()], self.work[vm.index()]);
        let possible =
            lost.sessions <= all.sessions && lost.transactions <= all.transactions && !lost.is_none();
        self.require(possible, Rule::SessionsLost, || format!("{} loses {lost:?}", self.name(vm)))?;
        let balanced = is_balanced(self.model.service_of(vm));
        if balanced && !seen.calm {
            return Ok(());
        }
        if let Some((least, most)) = self.work[vm.index()].owed.take() {
            let fits = (least.sessions..=most.sessions).contains(&lost.sessions)
                && (least.transactions..=most.transactions).contains(&lost.transactions);
            return self.require(fits, Rule::SessionsLost, || {
                format!("{} loses {lost:?}, and had {least:?} to {most:?}", self.name(vm))
            });
        }
        let had = OpenWork {
            sessions: if row.sessions { all.sessions } else { 0 },
            transactions: if row.transactions { all.transactions } else { 0 },
        };
        let timeout = self.model.service_of(vm).session_timeout;
        let due = seen.lost_ppb == ALL_PPB && seen.down_at + timeout == self.now;
        let timed_out = due && lost == OpenWork { transactions: 0, ..had };
        let goes_back = self
            .instant
            .iter()
            .any(|s| matches!(s, Signal::FailbackBegun { instance: i, .. } if *i == instance));
        let finishes = goes_back || seen.cause.is_planned();
        // Who joins takes clients from the others, whom nothing may bind.
        let guest = &self.model.service_of(vm).guest;
        let unbound = matches!(guest, Some(GuestGroup::Balanced { affinity: Affinity::None, .. }));
        let joined = |s: &Signal| matches!(s, Signal::Converged { instance: i, .. } if *i == instance);
        if unbound && lost.transactions == 0 && self.instant.iter().any(joined) {
            return Ok(());
        }
        // Planned work that waits for nobody.
        let cut =
            matches!(guest, Some(GuestGroup::Balanced { drain: Some(d), .. }) if d.lasts(1) == Span::ZERO);
        let due = |plan: &Maintenance| self.now >= Time::ZERO + self.model.warmup + plan.first;
        if cut && lost.transactions == 0 && self.model.maintenances.iter().any(due) {
            self.instances[instance.index()].calm = false;
            return Ok(());
        }
        let left = lost == had || (finishes && lost == OpenWork { transactions: 0, ..had });
        self.require(!balanced && (timed_out || left), Rule::SessionsLost, || {
            format!("{} loses {lost:?} of {had:?}, for no reason", self.name(vm))
        })?;
        let row = &mut self.work[vm.index()];
        row.sessions = false;
        if !timed_out {
            (row.transactions, row.unexplained) = (false, true);
        }
        Ok(())
    }

    /// Nobody new is sent to a member, and those who are there finish one by one: how many are left is not followed.
    pub(super) fn drain_begun(&mut self, vm: VmId) -> Checked {
        let row = self.vms[vm.index()];
        let instance = self.model.vms[vm.index()].instance;
        self.instances[instance.index()].calm = false;
        let drains =
            matches!(self.model.service_of(vm).guest, Some(GuestGroup::Balanced { drain: Some(_), .. }));
        let begun = |plan: &Maintenance| {
            let its =
                row.home.is_some_and(|host| plan.hosts.contains(&host)) || plan.instances.contains(&instance);
            its && self.now >= Time::ZERO + self.model.warmup + plan.first
        };
        // One that is cut off at this very instant may not have been missed yet.
        let others = |v: &VmId| *v != vm && self.vms[v.index()].app;
        let fits = drains
            && row.app
            && self.model.maintenances.iter().any(begun)
            && self.model.vms_of(instance).any(|v| others(&v));
        // Work on a host waits for all who drain there.
        for other in self.vms.iter_mut().filter(|v| v.home == row.home && v.drains_since.is_some()) {
            other.drains_since = Some(self.now);
        }
        self.vms[vm.index()].drains_since = Some(self.now);
        self.require(fits, Rule::Patching, || format!("{} drains for no reason", self.name(vm)))
    }

    /// Planned work on a VM does not wait for its clients, or those of others on its host, longer than they need or are let.
    pub(super) fn drain_ends(&mut self, vm: VmId, cause: Cause) -> Checked {
        let Some(since) = self.vms[vm.index()].drains_since.take() else { return Ok(()) };
        let longest = |service: &Service| match service.guest {
            Some(GuestGroup::Balanced { drain: Some(drain), .. }) => drain.lasts(service.work.sessions),
            _ => Span::ZERO,
        };
        let longest = self.model.services.iter().map(longest).max().unwrap_or_default();
        let waited = self.now.since(since);
        // One that stands still when its drain is over cannot be worked on.
        let fits = cause != Cause::Maintenance || waited <= longest || self.last_silence >= since;
        self.require(fits, Rule::Patching, || format!("{} drains for {waited:?}", self.name(vm)))
    }

    /// A group has lost quorum: its application ends wherever it runs.
    pub(super) fn work_is_given_up(&mut self, instance: InstanceId) {
        for vm in self.model.vms_of(instance) {
            if self.vms[vm.index()].app {
                self.work_ends(vm, None);
            }
        }
    }

    /// A group goes to another node: nothing is left on the one that it leaves.
    pub(super) fn work_is_left(&mut self, instance: InstanceId) -> Checked {
        let all = self.work_of(instance);
        for vm in self.model.vms_of(instance) {
            let row = &mut self.work[vm.index()];
            row.unexplained = false;
            // In a planned move transactions finish, which nobody tells.
            let planned = self.instances[instance.index()].cause.is_planned();
            let kept =
                (row.sessions && all.sessions > 0) || (row.transactions && all.transactions > 0 && !planned);
            let row = std::mem::replace(row, WorkSeen { owed: row.owed, ..WorkSeen::new(false) });
            self.require(!kept, Rule::SessionsLost, || {
                format!("{} keeps {row:?} while its group moves", self.name(vm))
            })?;
        }
        Ok(())
    }

    /// All of an instance is served again: it has clients, and all of them.
    pub(super) fn work_begins(&mut self, instance: InstanceId) {
        let service = &self.model.services[self.model.instances[instance.index()].service.index()];
        if is_balanced(service) {
            return;
        }
        for vm in self.model.vms_of(instance) {
            if self.vms[vm.index()].app {
                (self.work[vm.index()].sessions, self.work[vm.index()].transactions) = (true, true);
            }
        }
    }

    /// A balanced group that has converged on all of its members and turns nobody away: each has its share.
    fn work_is_spread(&mut self, instance: InstanceId) {
        let (fixed, seen) = (&self.model.instances[instance.index()], self.instances[instance.index()]);
        if !is_balanced(&self.model.services[fixed.service.index()]) {
            return;
        }
        let carried = self.carried(instance, fixed.vms as usize, self.now);
        // While sites are cut one may serve none of the clients that are left to it.
        let cut = self.model.geography.places > 1 && self.networks.contains(&true);
        let all_serve =
            !cut && self.model.vms_of(instance).all(|vm| self.vms[vm.index()].app && self.in_reach(vm));
        if u32::from(seen.members) == fixed.vms
            && seen.lost_ppb == ALL_PPB - carried
            && !self.hidden_pauses
            && all_serve
        {
            self.instances[instance.index()].calm = true;
            for vm in self.model.vms_of(instance) {
                self.work[vm.index()] = WorkSeen::new(true);
            }
        }
    }

    /// Something is out of reach: clients may wait.
    pub(super) fn work_may_wait(&mut self) {
        self.last_silence = self.now;
        self.instances.iter_mut().for_each(|row| row.calm = false);
    }

    pub(super) fn settle_sessions(&mut self, next: Time) -> Checked {
        for number in 0..self.work.len() as u32 {
            let vm = VmId(number);
            let instance = self.model.vms[vm.index()].instance;
            let (service, seen) = (self.model.service_of(vm), self.instances[instance.index()]);
            if service.work.is_none() {
                continue;
            }
            let row = &mut self.work[vm.index()];
            let must = row.owed.take().is_some_and(|(least, _)| !least.is_none());
            let row = *row;
            let calm = !is_balanced(service) || seen.calm;
            self.require(!(must && calm), Rule::SessionsLost, || {
                format!("clients of {} lose nothing", self.name(vm))
            })?;
            self.require(!row.unexplained, Rule::SessionsLost, || {
                format!("the group of {} goes nowhere", self.name(vm))
            })?;
            let waits = row.sessions && service.work.sessions > 0 && seen.lost_ppb == ALL_PPB;
            let in_time = seen.down_at + service.session_timeout >= next;
            self.require(is_balanced(service) || !waits || in_time, Rule::SessionsLost, || {
                format!("clients of {} wait for ever", self.name(vm))
            })?;
        }
        for number in 0..self.instances.len() as u32 {
            self.work_is_spread(InstanceId(number));
        }
        Ok(())
    }
}
