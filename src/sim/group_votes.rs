//! Who may own a failover group: only nodes that are with more than half of the votes (GFC-35, HYP-09 to HYP-14).
//!
//! A node beats while its guest runs, from memory if its disks are gone, and is on a side that counts (`group_sides`); the
//! others miss it some beats after that. Votes are counted whenever a node is missed or is back, and whenever the witness is
//! gone or back. Without quorum the group is offline everywhere; with it again it is brought online (HYP-15). An owner that
//! serves its clients and is cut off from most votes misses the others when they miss it, and stops; then the group moves.
//!
//! Assumptions: a witness is missed at once. Where no node is on the network, the owner of a disk witness keeps it.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Time;
use crate::model::{
    GuestGroup, HostId, InstanceId, Loss, ServiceId, StorageId, Traffic, VmDraw, VmId, Votes, Way, Witness,
    WitnessKind,
};
use crate::policy;
use crate::state::{GroupPhase, VmPhase};

impl<'m, O: Observer> Simulation<'m, O> {
    pub(super) fn votes_of_group(&self, instance: InstanceId) -> Option<&'m Votes> {
        self.failover_rules(instance).votes.as_ref()
    }

    /// Nodes are heard, or are not any more: the others know it at once, or miss them in time. One that is shut down says so.
    pub(super) fn note_beats(&mut self, instance: InstanceId, cause: Cause) {
        if self.votes_of_group(instance).is_none() {
            return;
        }
        self.survey_nodes(instance);
        for vm in self.model.vms_of(instance) {
            self.note_beat(instance, vm, cause);
        }
    }

    fn note_beat(&mut self, instance: InstanceId, vm: VmId, cause: Cause) {
        let row = &mut self.state.nodes[vm.index()];
        let known = row.missed_at == Time::NEVER;
        if row.heard == known {
            return;
        }
        if row.heard {
            row.missed_at = Time::NEVER;
            self.count_group(instance, cause);
            return;
        }
        row.silences += 1;
        row.cause = cause;
        let draw = row.silences;
        let seen = &self.failover_rules(instance).detection[Loss::Node as usize].seen;
        let span = self.draw_vm(seen, vm, VmDraw::Detection, draw);
        let at = if cause.is_planned() { self.now } else { self.now + span };
        let outvoted = self.state.instances[instance.index()].group.outvoted;
        if cause.is_planned() && !outvoted && self.votes_of_group(instance).is_some_and(|votes| votes.dynamic)
        {
            // HYP-13: one that is shut down gives its vote up first, and the others are counted without it.
            self.state.nodes[vm.index()].voteless = true;
        }
        self.state.nodes[vm.index()].missed_at = at;
        if at == self.now {
            self.count_group(instance, cause);
        } else {
            let slot = self.model.timers.group_counts[instance.index()];
            if at < self.state.timers.at(slot) {
                self.state.timers.arm(slot, at);
            }
        }
    }

    /// A node is missed.
    pub(super) fn on_group_counted(&mut self, instance: InstanceId) {
        let missed = |vm: &VmId| self.state.nodes[vm.index()].missed_at == self.now;
        let missed = self.model.vms_of(instance).find(missed);
        let cause = missed.map_or(Cause::HostCrash, |vm| self.state.nodes[vm.index()].cause);
        self.count_group(instance, cause);
        let next = self.model.vms_of(instance).map(|vm| self.state.nodes[vm.index()].missed_at);
        if let Some(at) = next.filter(|at| *at > self.now && *at != Time::NEVER).min() {
            self.state.timers.arm(self.model.timers.group_counts[instance.index()], at);
        }
    }

    /// Counts the votes of a group. What is lost by a change is booked on its cause.
    pub(super) fn count_group(&mut self, instance: InstanceId, cause: Cause) {
        let Some(votes) = self.votes_of_group(instance) else { return };
        let quorate = self.has_group_quorum(instance, votes);
        if quorate && votes.dynamic {
            // Those who have left lose their votes while the others are the majority (HYP-13).
            for vm in self.model.vms_of(instance) {
                let row = &mut self.state.nodes[vm.index()];
                row.voteless = row.missed_at <= self.now;
            }
        }
        let group = &mut self.state.instances[instance.index()].group;
        let outvoted = std::mem::replace(&mut group.outvoted, !quorate);
        match (outvoted, quorate) {
            (false, false) => self.lose_group_quorum(instance, cause),
            (true, true) => self.regain_group_quorum(instance),
            (false, true) => self.stop_cut_off_owner(instance, cause),
            (true, false) => {}
        }
    }

    /// An owner that is online and has been missed has no quorum by itself, and stops before the others take over, so that
    /// there is one owner at any time.
    fn stop_cut_off_owner(&mut self, instance: InstanceId, cause: Cause) {
        let owner = self.owner_of(instance);
        let online = self.state.instances[instance.index()].group.phase == GroupPhase::Online;
        let missed = self.state.nodes[owner.index()].missed_at <= self.now;
        if !(online && missed && self.is_serving(owner)) {
            return;
        }
        self.tell(Signal::NodeOutvoted { instance, vm: owner });
        self.let_go(owner);
        self.release_app(owner);
        self.serve(instance, 0, cause);
        self.look_at_sessions(owner);
        self.begin_detection(instance);
    }

    /// Whether a group would keep quorum without a node. With all of its nodes there nothing is to be waited for.
    pub(super) fn keeps_quorum_without(&mut self, instance: InstanceId, vm: VmId) -> bool {
        let Some(votes) = self.votes_of_group(instance) else { return true };
        if self.model.vms_of(instance).all(|vm| self.state.nodes[vm.index()].missed_at == Time::NEVER) {
            return true;
        }
        let missed_at = std::mem::replace(&mut self.state.nodes[vm.index()].missed_at, self.now);
        let keeps = self.has_group_quorum(instance, votes);
        self.state.nodes[vm.index()].missed_at = missed_at;
        keeps
    }

    fn has_group_quorum(&self, instance: InstanceId, votes: &Votes) -> bool {
        let owner = self.owner_of(instance);
        let there = |vm: VmId| self.state.nodes[vm.index()].missed_at > self.now;
        // With nobody on the network the disk is with who has it.
        let keeps_disk = matches!(votes.witness.map(|w| w.kind), Some(WitnessKind::Disk(_)))
            && !self.model.vms_of(instance).any(there)
            && self.state.vms[owner.index()].phase == VmPhase::Up;
        self.are_quorate(instance, votes, |vm| there(vm) || (keeps_disk && vm == owner))
    }

    /// Whether some nodes have quorum together.
    pub(super) fn are_quorate(
        &self,
        instance: InstanceId,
        votes: &Votes,
        present: impl Fn(VmId) -> bool,
    ) -> bool {
        let nodes = || {
            self.model.vms_of(instance).filter(|vm| !self.state.nodes[vm.index()].voteless || !votes.dynamic)
        };
        let reached = votes.witness.is_some_and(|witness| {
            self.model.vms_of(instance).filter(|vm| present(*vm)).any(|vm| {
                let host = self.state.vms[vm.index()].host();
                host.is_some_and(|host| self.reaches_group_witness(&witness, host))
            })
        });
        let mut voters = nodes().count();
        let mut with_us = nodes().filter(|vm| present(*vm)).count();
        if votes.dynamic && votes.witness.is_none() && voters.is_multiple_of(2) {
            // HYP-13: one of an even number has none, so that they are odd: the last of them.
            let last = nodes().next_back();
            voters = voters.saturating_sub(1);
            with_us -= usize::from(last.is_some_and(present));
        }
        // Who has come back without a vote is as good as none until it has been counted.
        votes.are_enough(voters, with_us, reached) || (voters == 0 && with_us == 0 && reached)
    }

    fn reaches_group_witness(&self, witness: &Witness, host: HostId) -> bool {
        if witness.part.is_some_and(|part| self.state.outages[part.index()].is_out()) {
            return false;
        }
        match witness.kind {
            WitnessKind::Anywhere => true,
            WitnessKind::Disk(storage) => {
                let copy = self.state.serving_copy(self.model, storage);
                self.model.hosts[host.index()].storages.contains(&copy)
                    && self.state.reaches_serving_copy(self.model, storage, host)
            }
            // A share or a cloud, as clients reach what is at a site.
            WitnessKind::Network => {
                let (from, way) = (self.model.hosts[host.index()].place, Way::Network(Traffic::Client));
                self.state.hears(self.model, host, Traffic::Client)
                    && witness.place.is_none_or(|to| self.state.is_open(self.model, way, from, to))
            }
        }
    }

    /// The group is offline everywhere.
    fn lose_group_quorum(&mut self, instance: InstanceId, cause: Cause) {
        self.tell(Signal::GroupQuorumLost { instance });
        self.disarm(self.model.timers.instances[instance.index()]);
        let owner = self.owner_of(instance);
        self.state.instances[instance.index()].group.phase = GroupPhase::NoQuorum;
        if matches!(self.state.vms[owner.index()].phase, VmPhase::Up | VmPhase::AppDead) {
            self.let_go(owner);
            self.release_app(owner);
        }
        self.serve(instance, 0, cause);
    }

    fn regain_group_quorum(&mut self, instance: InstanceId) {
        self.tell(Signal::GroupQuorumRegained { instance });
        if self.state.instances[instance.index()].group.phase != GroupPhase::NoQuorum {
            return;
        }
        let owner = self.owner_of(instance);
        if policy::can_take_over(self.model, self.state, owner) {
            // Nothing has moved it: it is brought online where it was.
            self.take_over(instance, owner, false);
        } else {
            self.elect(instance, false, false);
        }
    }

    /// A storage is gone or back: it may hold the witness of a group.
    pub(super) fn on_group_witness_disk_changed(&mut self, storage: StorageId, cause: Cause) {
        for number in 0..self.model.services.len() as u32 {
            let Some(GuestGroup::Failover(rules)) = &self.model.services[number as usize].guest else {
                continue;
            };
            let kind = rules.votes.and_then(|votes| votes.witness).map(|witness| witness.kind);
            if let Some(WitnessKind::Disk(disk)) = kind
                && (disk == storage || self.state.serving_copy(self.model, disk) == storage)
            {
                self.on_group_witness_changed(ServiceId(number), cause);
            }
        }
    }

    /// The witness of the groups of a service is gone or back.
    pub(super) fn on_group_witness_changed(&mut self, service: ServiceId, cause: Cause) {
        let fixed = &self.model.services[service.index()];
        for number in 0..fixed.instances {
            self.count_group(InstanceId(fixed.first_instance.0 + number), cause);
        }
    }
}
