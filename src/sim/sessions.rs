//! What an outage loses besides time: sessions that were open, transactions that were in flight (the column "lost" of
//! MTX, "sess" and "tx").
//!
//! | what happens | sessions | transactions |
//! | --- | --- | --- |
//! | a VM or its application stops as in a crash (MTX-11 to MTX-13, MTX-67, MTX-75) | lost | lost |
//! | it is shut down (MTX-20, MTX-81, MTX-89) | lost | they finish |
//! | a group moves as planned (MTX-85), or goes back | lost | they finish |
//! | a group moves away from a node that is out of reach (GFC-19, GFC-21, MTX-37) | lost | lost |
//! | a member of a balanced group crashes (NLB-16) | its share | its share |
//! | it is drained (NLB-15, MTX-86) | none | none |
//! | nobody answers for longer than `session_timeout` (GFC-30, MTX-32) | lost | they wait |
//!
//! Transactions wait in a guest that is out of reach or stands still, and go on, or are lost with it (MTX-32, MTX-34,
//! MTX-40). Work on a VM begins whenever it serves. Assumptions: clients come back at once; those of a dead member when
//! the group has converged without it, evenly to all members; where members join, those who change theirs keep their
//! sessions unless nothing binds them to it (`affinity`).

use super::{Observer, Signal, Simulation};
use crate::engine::Time;
use crate::model::{Affinity, Cause, GuestGroup, InstanceId, OpenWork, VmId};
use crate::state::{GroupPhase, MemberPhase, SessionState, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// At the beginning all that serves has clients.
    pub(super) fn start_sessions(&mut self) {
        if self.state.sessions.is_empty() {
            return;
        }
        for number in 0..self.model.vms.len() as u32 {
            self.look_at_sessions(VmId(number));
        }
    }

    /// A VM has changed: if its application is not up any more, its clients have lost what they had under way.
    pub(super) fn end_sessions(&mut self, vm: VmId, cause: Cause) {
        let row = &self.state.vms[vm.index()];
        let at_work = &mut self.state.sessions[vm.index()];
        if row.phase == VmPhase::Up || at_work.open.is_none() {
            return;
        }
        let clean = !row.unclean;
        let drains = self.settle_drain(vm);
        let at_work = &mut self.state.sessions[vm.index()];
        let balanced = matches!(self.model.service_of(vm).guest, Some(GuestGroup::Balanced { .. }));
        let leaves = balanced && !drains && clean && cause.is_planned() && at_work.cut_since == Time::NEVER;
        if leaves && self.others_serve(vm) {
            // Drained (NLB-15): its clients have finished.
            self.state.sessions[vm.index()].open = OpenWork::NONE;
            return;
        }
        self.drop_work(vm, clean);
    }

    /// Whether another member of its group takes a member's clients.
    pub(super) fn others_serve(&self, vm: VmId) -> bool {
        let instance = self.model.vms[vm.index()].instance;
        let split = self.state.instances[instance.index()].is_split;
        let part = |vm: VmId| self.state.members[vm.index()].part;
        let beside = |other: VmId| other != vm && (!split || part(other) == part(vm));
        self.model.vms_of(instance).any(|other| beside(other) && self.seat(other) == Seat::Serves)
    }

    /// Whoever is at work on a VM is cut off for good.
    pub(super) fn drop_work(&mut self, vm: VmId, clean: bool) {
        let Some(row) = self.state.sessions.get_mut(vm.index()) else { return };
        let instance = self.model.vms[vm.index()].instance;
        lose(row, vm, instance, clean, self.now, &mut self.observer);
        if let Some(&slot) = self.model.timers.sessions.get(vm.index()) {
            self.disarm(slot);
        }
    }

    /// Who serves has clients; those of one that does not answer are patient for a while.
    pub(super) fn look_at_sessions(&mut self, vm: VmId) {
        let service = self.model.service_of(vm);
        if self.state.sessions.is_empty() || service.work.is_none() {
            return;
        }
        let (answers, slot) = (self.answers(vm), self.model.timers.sessions[vm.index()]);
        let row = &mut self.state.sessions[vm.index()];
        let balanced = matches!(service.guest, Some(GuestGroup::Balanced { .. }));
        if answers {
            let before = std::mem::replace(&mut row.cut_since, Time::NEVER);
            if !balanced {
                row.open = service.work;
            }
            if before != Time::NEVER {
                self.disarm(slot);
            }
        } else if !row.open.is_none() && row.cut_since == Time::NEVER {
            row.cut_since = self.now;
            self.arm(slot, service.session_timeout);
        }
        if balanced {
            self.spread_sessions(self.model.vms[vm.index()].instance);
        }
    }

    /// Whether clients of a VM get answers; of a failover group, those of the node on which it is online.
    fn answers(&self, vm: VmId) -> bool {
        let instance = self.model.vms[vm.index()].instance;
        let online = match self.model.service_of(vm).guest {
            Some(GuestGroup::Failover(_)) => {
                let group = self.state.instances[instance.index()].group;
                let owner = self.model.instances[instance.index()].first_vm.0 + u32::from(group.owner);
                group.phase == GroupPhase::Online && owner == vm.0
            }
            _ => true,
        };
        online && self.is_serving(vm)
    }

    /// Clients of a VM have waited for as long as they do.
    pub(super) fn on_sessions_timed_out(&mut self, vm: VmId) {
        // All VMs have had their turn at this instant.
        self.turn = self.turn.max(self.model.vms.len() as u32);
        self.catch_up(vm);
        let left = self.sessions_left(vm);
        let row = &mut self.state.sessions[vm.index()];
        let due = row.cut_since != Time::NEVER
            && row.cut_since + self.model.service_of(vm).session_timeout <= self.now;
        let open = if due { std::mem::take(&mut row.open.sessions) } else { 0 };
        let sessions = left.map_or(open, |left| left.min(open));
        if sessions > 0 {
            let instance = self.model.vms[vm.index()].instance;
            self.tell(Signal::SessionsLost { vm, instance, lost: OpenWork { sessions, transactions: 0 } });
            if matches!(self.model.service_of(vm).guest, Some(GuestGroup::Balanced { .. })) {
                self.spread_sessions(instance);
            }
        }
    }

    /// Clients of a balanced group are spread evenly over the members that it has converged on, the dead ones that nobody has
    /// noticed included: theirs fail. Who waits for a member that does not answer, or has not joined again, stays there.
    pub(super) fn spread_sessions(&mut self, instance: InstanceId) {
        let service = self.model.instances[instance.index()].service;
        let all = self.model.services[service.index()].work;
        if self.state.sessions.is_empty() || all.is_none() {
            return;
        }
        self.spread(instance, all.sessions, |open| &mut open.sessions);
        self.spread(instance, all.transactions, |open| &mut open.transactions);
    }

    fn spread(&mut self, instance: InstanceId, all: u32, which: impl Fn(&mut OpenWork) -> &mut u32) {
        let service = &self.model.services[self.model.instances[instance.index()].service.index()];
        let bound = !matches!(service.guest, Some(GuestGroup::Balanced { affinity: Affinity::None, .. }));
        let (mut kept, mut parts) = (0, 0);
        for vm in self.model.vms_of(instance) {
            match (self.seat(vm), *which(&mut self.state.sessions[vm.index()].open)) {
                (Seat::Aside | Seat::Silent, open @ 1..) => {
                    kept += self.sessions_left(vm).map_or(open, |left| left.min(open));
                }
                (Seat::Silent | Seat::Serves, _) => parts += 1,
                (Seat::Aside, 0) => {}
            }
        }
        let pool = OpenWork { sessions: all - kept, transactions: 0 };
        let mut next = 0;
        for vm in self.model.vms_of(instance) {
            let seat = self.seat(vm);
            let open = which(&mut self.state.sessions[vm.index()].open);
            match seat {
                Seat::Serves => {
                    let before = std::mem::replace(open, pool.part(next, parts).sessions);
                    let moved = before.saturating_sub(*open);
                    next += 1;
                    if !bound && moved > 0 {
                        self.lose_moved(vm, instance, moved, &which);
                    }
                }
                Seat::Silent if *open == 0 => next += 1,
                Seat::Silent | Seat::Aside => {}
            }
        }
    }

    /// Some of a member's clients are sent to others from now on, which know nothing of their sessions (NLB-16).
    fn lose_moved(
        &mut self,
        vm: VmId,
        instance: InstanceId,
        moved: u32,
        which: &impl Fn(&mut OpenWork) -> &mut u32,
    ) {
        let mut lost = OpenWork::NONE;
        *which(&mut lost) = moved;
        // Transactions are short: they end where they began.
        lost.transactions = 0;
        if !lost.is_none() {
            self.tell(Signal::SessionsLost { vm, instance, lost });
        }
    }

    fn seat(&self, vm: VmId) -> Seat {
        match self.state.members[vm.index()].phase {
            MemberPhase::Converged if self.is_serving(vm) => Seat::Serves,
            MemberPhase::Converged | MemberPhase::Unnoticed | MemberPhase::Leaving => Seat::Silent,
            MemberPhase::Out | MemberPhase::Joining | MemberPhase::Draining => Seat::Aside,
        }
    }
}

/// How a balanced group takes a member.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seat {
    Serves,
    /// Clients are sent to it and get no answer.
    Silent,
    Aside,
}

/// All that clients have under way on a VM is over; in a clean stop transactions finish.
#[inline]
pub(super) fn lose<O: Observer>(
    row: &mut SessionState,
    vm: VmId,
    instance: InstanceId,
    clean: bool,
    now: Time,
    observer: &mut O,
) {
    let mut lost = std::mem::take(row).open;
    if clean {
        lost.transactions = 0;
    }
    if !lost.is_none() {
        observer.observe(now, Signal::SessionsLost { vm, instance, lost });
    }
}
