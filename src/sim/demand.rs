//! The computing power that VMs want, and hosts that have too little of it (MTX-107, MTX-110).
//!
//! A VM wants what its service's `busy` says, times the load of the hour, while it serves its clients. While those on a host
//! want more than it has, each gets the same part of what it wants, and its instance serves that part of what it would serve
//! otherwise: it is degraded. Nothing is ever lost for good, and nobody is slowed in any other way.
//!
//! Nobody counts on a host whose residents fit even when all of them want most ([`State::is_crowded`]): it is asleep, and its
//! VMs may live private lives. One that could be asked for too much wakes up when a VM begins to serve there; it looks again
//! when one of its VMs begins or ceases to serve, and when the load comes to a step at which its share changes.
//!
//! Assumptions: a VM that boots, stands still, or is the second node of a failover group wants nothing; hypervisors share cores
//! out in proportion, without reservations, shares or limits (MTX-110); a member of a balanced group wants as much however many
//! others there are, and those who send clients to it do not see that it is slow (the group serves the mean of its members'
//! parts); agents and heartbeats of a host always get their turn (MTX-113 is not simulated).
//!
//! [`State::is_crowded`]: crate::state::State::is_crowded

use super::services::tell_served;
use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Time;
use crate::model::{HostId, InstanceId, Load, ServiceId, VmId};
use crate::state::{HostPhase, InstanceState, NOWHERE};

const FULL: u32 = InstanceState::FULL_PPB;

impl<O: Observer> Simulation<'_, O> {
    /// Hosts that are full from the start wake up.
    pub(super) fn start_demands(&mut self) {
        for number in 0..self.state.demands.hosts.len() as u32 {
            let host = HostId(number);
            if self.state.is_crowded(self.model, host) {
                self.wake(host);
                self.hand_out(host);
            }
        }
    }

    /// A VM came, went, stalled or was cut off, where VMs want computing power.
    #[cold]
    pub(super) fn on_demand_changed(&mut self, vm: VmId, cause: Cause) {
        let touched = self.count_demand(vm);
        self.hear_of(vm, cause);
        for host in touched.into_iter().filter(|&host| host != NOWHERE) {
            self.hand_out(HostId(host));
        }
    }

    /// The application of a node was brought up, or let go: its group tells what it serves.
    #[inline]
    pub(super) fn note_demand(&mut self, vm: VmId) {
        if !self.state.demands.is_empty() {
            for host in self.count_demand(vm).into_iter().filter(|&host| host != NOWHERE) {
                self.hand_out(HostId(host));
            }
        }
    }

    /// What an instance serves, of which its VMs' shares are a part; told where that is news.
    #[cold]
    pub(super) fn serve_share(&mut self, instance: InstanceId, served_ppb: u32, cause: Cause) {
        let share = if served_ppb == 0 { FULL } else { self.state.share_of(self.model, instance) };
        let before_share = std::mem::replace(&mut self.state.demands.shares[instance.index()], share);
        let row = &mut self.state.instances[instance.index()];
        let before = part_of(std::mem::replace(&mut row.served_ppb, served_ppb), before_share);
        if share != before_share {
            self.tell(Signal::Starved { instance, lacks_ppb: FULL - share });
        }
        let served = part_of(served_ppb, share);
        if served != before {
            tell_served(instance, served, cause, self.now, &mut self.observer);
        }
    }

    /// What the VMs of a host want has come to a step that matters.
    pub(super) fn on_demand_stepped(&mut self, host: HostId) {
        self.share_cores(host);
        self.hand_out(host);
    }

    /// Counts a VM where it serves now. Gives the hosts whose shares that may have changed.
    fn count_demand(&mut self, vm: VmId) -> [u32; 2] {
        if self.model.service_of(vm).busy == 0 {
            return [NOWHERE; 2];
        }
        let before = self.state.demands.counted_on[vm.index()];
        let busy = self.state.is_busy(self.model, vm);
        let host = self.state.vms[vm.index()].host().filter(|_| busy);
        if let Some(host) = host
            && !self.state.demands.hosts[host.index()].awake
            && self.state.is_crowded(self.model, host)
        {
            self.wake(host);
            return [host.0, before];
        }
        let awake = host.filter(|host| self.state.demands.hosts[host.index()].awake);
        let after = awake.map_or(NOWHERE, |host| host.0);
        if after == before {
            return [NOWHERE; 2];
        }
        self.count(vm, after);
        for host in [before, after].into_iter().filter(|&host| host != NOWHERE) {
            self.share_cores(HostId(host));
        }
        [before, after]
    }

    /// A VM is counted on a host, or on none.
    fn count(&mut self, vm: VmId, host: u32) {
        let before = std::mem::replace(&mut self.state.demands.counted_on[vm.index()], host);
        if before != NOWHERE && self.state.demands.hosts[before as usize].awake {
            *self.serving(before, vm) -= 1;
        }
        if host != NOWHERE {
            *self.serving(host, vm) += 1;
        }
    }

    /// How many VMs of its service a VM's host counts.
    fn serving(&mut self, host: u32, vm: VmId) -> &mut u32 {
        let service = self.model.vms[vm.index()].service.index();
        &mut self.state.demands.serving[host as usize * self.model.services.len() + service]
    }

    /// Those on a host may want more than it has from now on.
    fn wake(&mut self, host: HostId) {
        self.state.demands.hosts[host.index()].awake = true;
        let mut next = self.state.hosts[host.index()].first_vm;
        while next != NOWHERE {
            let vm = VmId(next);
            self.catch_up(vm);
            if self.model.service_of(vm).busy > 0 && self.state.is_busy(self.model, vm) {
                self.count(vm, host.0);
            }
            next = self.state.vms[vm.index()].next;
        }
        self.end_privacy(host);
        self.share_cores(host);
    }

    /// They cannot any more.
    fn fall_asleep(&mut self, host: HostId) {
        let mut next = self.state.hosts[host.index()].first_vm;
        while next != NOWHERE {
            self.state.demands.counted_on[next as usize] = NOWHERE;
            next = self.state.vms[next as usize].next;
        }
        let services = self.model.services.len();
        let first = host.index() * services;
        self.state.demands.serving.some_mut(first..first + services).fill(0);
        let row = &mut self.state.demands.hosts[host.index()];
        (row.awake, row.pressed) = (false, false);
        self.state.timers.disarm(self.model.timers.demands[host.index()]);
        self.set_share(host, FULL);
    }

    /// What is wanted of a host that is awake, at some instant.
    pub(super) fn wanted(&self, host: HostId, at: Time) -> u64 {
        self.counted(host)
            .map(|(service, vms)| vms * self.model.services[service.index()].demand_at(at))
            .sum()
    }

    /// The services whose VMs serve on a host, and how many of them.
    fn counted(&self, host: HostId) -> impl Iterator<Item = (ServiceId, u64)> + '_ {
        let services = self.model.services.len();
        let row =
            &self.state.demands.serving.as_slice()[host.index() * services..(host.index() + 1) * services];
        let some = row.iter().enumerate().filter(|(_, vms)| **vms > 0);
        some.map(|(service, &vms)| (ServiceId(service as u32), u64::from(vms)))
    }

    /// What each VM of a host gets from now on, and when that changes by itself.
    fn share_cores(&mut self, host: HostId) {
        if !self.state.stays_awake(self.model, host) {
            self.fall_asleep(host);
            return;
        }
        let (share, pressed) = self.outlook(host, self.now);
        self.state.demands.hosts[host.index()].pressed = pressed;
        self.set_share(host, share);
        let slot = self.model.timers.demands[host.index()];
        match self.next_change(host, (share, pressed)) {
            Some(at) => self.state.timers.arm(slot, at),
            None => self.state.timers.disarm(slot),
        }
        if pressed {
            self.await_balance(host);
        }
    }

    /// The share of each VM at an instant if nobody comes or goes, and whether the host is one to be relieved.
    fn outlook(&self, host: HostId, at: Time) -> (u32, bool) {
        let (wanted, supply) = (self.wanted(host, at), self.model.hosts[host.index()].supply());
        let share = if wanted <= supply {
            FULL
        } else {
            (u128::from(supply) * u128::from(FULL) / u128::from(wanted)).max(1) as u32
        };
        (share, wanted > self.model.comfort(host))
    }

    /// The first step of a load after which it is not as it is now.
    fn next_change(&self, host: HostId, now: (u32, bool)) -> Option<Time> {
        let most =
            |(service, vms): (ServiceId, u64)| vms * self.model.services[service.index()].demand_most();
        if now == (FULL, false) && self.counted(host).map(most).sum::<u64>() <= self.model.comfort(host) {
            return None;
        }
        let step = |after: Time| {
            let load = |(service, _): (ServiceId, u64)| self.model.services[service.index()].load.as_ref();
            self.counted(host).filter_map(load).filter_map(|load| load.next_step(after)).min()
        };
        let mut next = step(self.now);
        while let Some(at) = next.filter(|&at| self.outlook(host, at) == now) {
            // After a week everything has been looked at.
            next = step(at).filter(|&next| next.since(self.now) <= Load::WEEK);
        }
        next
    }

    fn set_share(&mut self, host: HostId, share_ppb: u32) {
        let row = &mut self.state.demands.hosts[host.index()];
        let before = std::mem::replace(&mut row.share_ppb, share_ppb);
        if share_ppb == before {
            return;
        }
        self.tell(match share_ppb {
            FULL => Signal::HostRelieved { host },
            share => Signal::HostOverloaded { host, lacks_ppb: FULL - share },
        });
    }

    /// Everybody on a host serves what its share lets it.
    fn hand_out(&mut self, host: HostId) {
        let row = &mut self.state.demands.hosts[host.index()];
        if std::mem::replace(&mut row.told_ppb, row.share_ppb) == row.share_ppb {
            return;
        }
        // Of a host that goes down they all hear one after the other.
        let up = self.state.hosts[host.index()].phase == HostPhase::Up;
        let mut next = if up { self.state.hosts[host.index()].first_vm } else { NOWHERE };
        while next != NOWHERE {
            let vm = VmId(next);
            let fixed = &self.model.vms[vm.index()];
            let served = self.state.instances[fixed.instance.index()].served_ppb;
            if self.model.service_of(vm).busy > 0 {
                self.serve_share(fixed.instance, served, Cause::HostCrash);
            }
            next = self.state.vms[vm.index()].next;
        }
    }
}

/// What an instance serves of what it would serve, in billionths; whoever serves at all, serves something.
fn part_of(served_ppb: u32, share_ppb: u32) -> u32 {
    let part = u64::from(served_ppb) * u64::from(share_ppb) / u64::from(FULL);
    (part as u32).max(u32::from(served_ppb > 0))
}
