//! Planned work on guests: each is shut down, patched and booted, `at_once` of a plan at a time, instance after instance in
//! the order of the file.
//!
//! A VM without a layer is an announced outage, of which its host cluster takes no notice (MTX-89). A failover group is
//! patched node by node, the owner last: the group moves away from it as planned (MTX-90), so one node of a group at a time.
//! A member of a balanced group leaves without a loss, and joins again (MTX-91).
//!
//! The VM keeps running, and nobody powers it on; its application was stopped cleanly, and does not recover. A window
//! closes when its guest is back: an application serves, a node stands by, a member has joined. It closes as well when the
//! guest fails before that: what crashes with its host is restarted like anything lost, and counts as patched.
//!
//! Who could not be missed is not taken away: a group's owner waits until another node can take the group, a node whose vote
//! is needed until those that are missing are back (where it is needed with all of them there, its turn costs the quorum),
//! a member until another one serves. Meanwhile others have their turns. A guest that is not up when its turn comes is left out, but for
//! nodes and members that are back before their instance is through. A round ends when all have had their turn; rounds
//! follow each other as those of hosts do.
//!
//! Whatever changes on an instance in a round sets the plan's timer to now: turns are taken when everybody has heard of the
//! change, and never in the middle of it.

use super::{Cause, Observer, Signal, Simulation};
use crate::model::{GuestGroup, InstanceId, MaintenanceId, VmDraw, VmId};
use crate::policy;
use crate::state::{GroupPhase, HostPhase, MemberPhase, Turn, VmPhase};

/// Whose turn it is in an instance.
enum Next {
    Guest(VmId),
    /// One's that cannot be taken away, or is being worked on.
    Later,
    Nobody,
}

impl<O: Observer> Simulation<'_, O> {
    /// A round is due, or something has changed while one runs.
    pub(super) fn on_patching_due(&mut self, plan: MaintenanceId) {
        let row = &mut self.state.maintenances[plan.index()];
        if !row.runs {
            row.runs = true;
            row.rounds += 1;
            row.next = 0;
            let fixed = &self.model.maintenances[plan.index()];
            let turns = fixed.first_turn as usize..fixed.first_turn as usize + fixed.instances.len();
            self.state.turns.some_mut(turns).fill(Turn::default());
        }
        self.close_patch_windows(plan);
        self.take_turns(plan);
        let row = &mut self.state.maintenances[plan.index()];
        let begun = row.next as usize == self.model.maintenances[plan.index()].instances.len();
        if begun && self.state.in_turn[plan.index()].is_empty() {
            row.runs = false;
            // Whatever it has set off itself does not begin another.
            self.disarm(self.model.timers.maintenances[plan.index()]);
            self.schedule_round(plan);
        }
    }

    /// Something changed on an instance: the plans that patch it look at it when everybody has heard of that.
    #[cold]
    pub(super) fn look_at_patches_of(&mut self, instance: InstanceId) {
        if self.state.patchings.get(instance.index()).is_none_or(|row| row.plans == 0) {
            return;
        }
        for (number, plan) in self.model.maintenances.iter().enumerate() {
            let listed = |place: &u32| plan.instances[*place as usize] == instance;
            if self.state.in_turn[number].iter().any(listed) {
                self.state.timers.arm(self.model.timers.maintenances[number], self.now);
            }
        }
    }

    /// The window of a guest that fails before it is shut down is over, even where it is back at once; its turn may come again.
    pub(super) fn note_lost_turn(&mut self, vm: VmId) {
        let fails = !matches!(self.state.vms[vm.index()].phase, VmPhase::Up | VmPhase::Idle);
        if !fails || !self.has_patch_window(vm) {
            return;
        }
        let (instance, bit) = (self.model.vms[vm.index()].instance, self.bit(vm));
        for number in 0..self.model.maintenances.len() {
            let plan = MaintenanceId(number as u32);
            for seat in 0..self.state.in_turn[number].len() {
                let place = self.state.in_turn[number][seat];
                let turn = *self.turn_of(plan, place);
                let begun = turn.open & bit > 0 && turn.done & bit == 0;
                if begun && self.model.maintenances[number].instances[place as usize] == instance {
                    self.close_patch_window(plan, place, vm);
                }
            }
        }
    }

    /// Whether a VM may have a window of its own.
    #[inline]
    pub(super) fn is_being_patched(&self, vm: VmId) -> bool {
        let instance = self.model.vms[vm.index()].instance;
        self.state.patchings.get(instance.index()).is_some_and(|row| row.plans > 0)
    }

    /// Whether it has one.
    pub(super) fn has_patch_window(&self, vm: VmId) -> bool {
        let instance = self.model.vms[vm.index()].instance;
        self.state.patchings.get(instance.index()).is_some_and(|row| row.open & self.bit(vm) > 0)
    }

    /// The bit of a VM in the rows of its instance.
    fn bit(&self, vm: VmId) -> u32 {
        let first = self.model.instances[self.model.vms[vm.index()].instance.index()].first_vm;
        1 << (vm.0 - first.0)
    }

    fn turn_of(&mut self, plan: MaintenanceId, place: u32) -> &mut Turn {
        let first = self.model.maintenances[plan.index()].first_turn;
        &mut self.state.turns[(first + place) as usize]
    }

    /// Those who have begun go first, then the next ones; as many as may be worked on at once.
    fn take_turns(&mut self, plan: MaintenanceId) {
        let fixed = &self.model.maintenances[plan.index()];
        let mut seat = 0;
        loop {
            let full = self.state.maintenances[plan.index()].open >= fixed.at_once;
            let Some(&place) = self.state.in_turn[plan.index()].get(seat) else {
                let next = self.state.maintenances[plan.index()].next;
                if full || next as usize == fixed.instances.len() {
                    return;
                }
                self.state.maintenances[plan.index()].next += 1;
                self.begin_instance(plan, next);
                continue;
            };
            match self.next_guest(plan, place) {
                Next::Guest(vm) if !full => self.open_patch_window(plan, place, vm),
                Next::Nobody => self.finish_instance(plan, seat),
                Next::Guest(_) | Next::Later => seat += 1,
            }
        }
    }

    fn begin_instance(&mut self, plan: MaintenanceId, place: u32) {
        let instance = self.model.maintenances[plan.index()].instances[place as usize];
        // They live up to now, and among the others from now on.
        for vm in self.model.vms_of(instance) {
            self.catch_up(vm);
        }
        self.state.in_turn[plan.index()].push(place);
        self.state.patchings[instance.index()].plans += 1;
        self.state.windows_open += 1;
        self.choose_privacy_of(instance);
    }

    fn finish_instance(&mut self, plan: MaintenanceId, seat: usize) {
        let place = self.state.in_turn[plan.index()].remove(seat);
        let instance = self.model.maintenances[plan.index()].instances[place as usize];
        self.state.patchings[instance.index()].plans -= 1;
        self.state.windows_open -= 1;
        self.choose_privacy_of(instance);
    }

    fn choose_privacy_of(&mut self, instance: InstanceId) {
        if O::ANY_ORDER {
            for vm in self.model.vms_of(instance) {
                let row = &self.state.vms[vm.index()];
                // Others may wait for the end of a start: that stays as it is.
                if let Some(host) = row.host().filter(|_| row.phase != VmPhase::PowerOn) {
                    self.choose_privacy(vm, host);
                }
            }
        }
    }

    fn next_guest(&mut self, plan: MaintenanceId, place: u32) -> Next {
        let instance = self.model.maintenances[plan.index()].instances[place as usize];
        let turn = *self.turn_of(plan, place);
        let fixed = &self.model.instances[instance.index()];
        let open = self.state.patchings[instance.index()].open;
        let waits = |sim: &Self, vm: VmId| (turn.done | open) & sim.bit(vm) == 0;
        match self.model.services[fixed.service.index()].guest {
            _ if fixed.vms == 0 => Next::Nobody,
            None => match turn.open > 0 {
                true => Next::Later,
                false if waits(self, fixed.first_vm) && self.can_be_patched(fixed.first_vm) => {
                    Next::Guest(fixed.first_vm)
                }
                false => Next::Nobody,
            },
            Some(GuestGroup::Failover(_)) => {
                let group = self.state.instances[instance.index()].group;
                if open > 0 || group.phase != GroupPhase::Online {
                    return Next::Later;
                }
                let owner = self.owner_of(instance);
                let mut standby = self.model.vms_of(instance).filter(|&vm| vm != owner);
                if let Some(vm) = standby.find(|&vm| waits(self, vm) && self.can_be_patched(vm)) {
                    return if self.keeps_quorum_without(instance, vm) {
                        Next::Guest(vm)
                    } else {
                        Next::Later
                    };
                }
                match waits(self, owner) {
                    false => Next::Nobody,
                    true if self.can_move(instance, owner) => Next::Guest(owner),
                    true => Next::Later,
                }
            }
            Some(GuestGroup::Balanced { .. }) => {
                let member = |vm: VmId| self.state.members[vm.index()];
                let stands = |vm: VmId| member(vm).phase == MemberPhase::Converged && member(vm).counted;
                let mut members = self.model.vms_of(instance);
                match members.find(|&vm| waits(self, vm) && stands(vm) && self.can_be_patched(vm)) {
                    Some(vm) if self.others_serve(vm) => Next::Guest(vm),
                    None if turn.open == 0 => Next::Nobody,
                    _ => Next::Later,
                }
            }
        }
    }

    /// Whether a group can do without its owner: another node can take it, and enough votes are left.
    fn can_move(&mut self, instance: InstanceId, owner: VmId) -> bool {
        policy::choose_node(self.model, self.state, instance).is_some()
            && self.keeps_quorum_without(instance, owner)
    }

    /// Whether a guest is up, on a host that lets it be.
    fn can_be_patched(&self, vm: VmId) -> bool {
        let row = &self.state.vms[vm.index()];
        matches!(row.phase, VmPhase::Up | VmPhase::Idle)
            && !row.suspended
            && row.host().is_some_and(|host| {
                let host = &self.state.hosts[host.index()];
                host.phase == HostPhase::Up && !host.doomed
            })
    }

    fn open_patch_window(&mut self, plan: MaintenanceId, place: u32, vm: VmId) {
        let instance = self.model.vms[vm.index()].instance;
        let bit = self.bit(vm);
        self.turn_of(plan, place).open |= bit;
        self.state.patchings[instance.index()].open |= bit;
        self.state.maintenances[plan.index()].open += 1;
        self.tell(Signal::PatchBegun { vm });
        let owns = matches!(self.model.service_of(vm).guest, Some(GuestGroup::Failover(_)))
            && vm == self.owner_of(instance);
        if !owns {
            if !self.drains(vm) {
                self.patch(plan, place, vm);
            }
        } else if let Some(node) = policy::choose_node(self.model, self.state, instance) {
            let first = self.model.instances[instance.index()].first_vm;
            self.serve(instance, 0, Cause::Maintenance);
            self.take_over(instance, VmId(first.0 + u32::from(node)), true);
        }
    }

    /// Shuts a guest down and patches it.
    fn patch(&mut self, plan: MaintenanceId, place: u32, vm: VmId) {
        let bit = self.bit(vm);
        self.turn_of(plan, place).done |= bit;
        let lasts = &self.model.maintenances[plan.index()].lasts;
        // A guest is patched once in a round of a plan: the same round lasts as long under every strategy.
        let plans = self.model.maintenances.len() as u32;
        let round = self.state.maintenances[plan.index()].rounds as u32;
        let lasts = self.draw_vm(lasts, vm, VmDraw::Patch, round.wrapping_mul(plans).wrapping_add(plan.0));
        self.abandon_migration(vm);
        self.note_last_write(vm);
        self.life(vm).patch(lasts);
        self.on_life_changed(vm, Some(Cause::Maintenance));
    }

    /// Closes the windows of a plan that are over, and shuts down former owners whose groups have moved.
    fn close_patch_windows(&mut self, plan: MaintenanceId) {
        let fixed = &self.model.maintenances[plan.index()];
        for seat in 0..self.state.in_turn[plan.index()].len() {
            let place = self.state.in_turn[plan.index()][seat];
            for vm in self.model.vms_of(fixed.instances[place as usize]) {
                let (bit, turn) = (self.bit(vm), *self.turn_of(plan, place));
                if turn.open & bit == 0 {
                    continue;
                }
                if turn.done & bit > 0 {
                    if self.is_patched(vm) {
                        self.close_patch_window(plan, place, vm);
                    }
                } else if self.is_draining(vm) {
                    continue;
                } else if !matches!(self.state.vms[vm.index()].phase, VmPhase::Up | VmPhase::Idle) {
                    self.close_patch_window(plan, place, vm);
                } else if matches!(self.model.service_of(vm).guest, Some(GuestGroup::Balanced { .. })) {
                    if self.is_drained(vm) && self.can_be_patched(vm) {
                        self.patch(plan, place, vm);
                    } else {
                        self.close_patch_window(plan, place, vm);
                        self.come_back(vm);
                    }
                } else if self.state.instances[self.model.vms[vm.index()].instance.index()].group.phase
                    == GroupPhase::Online
                {
                    // Where the move has failed the group is back on it.
                    if vm != self.owner_of(self.model.vms[vm.index()].instance) && self.can_be_patched(vm) {
                        self.patch(plan, place, vm);
                    } else {
                        self.close_patch_window(plan, place, vm);
                    }
                }
            }
        }
    }

    fn close_patch_window(&mut self, plan: MaintenanceId, place: u32, vm: VmId) {
        let (bit, instance) = (self.bit(vm), self.model.vms[vm.index()].instance);
        self.turn_of(plan, place).open &= !bit;
        self.state.patchings[instance.index()].open &= !bit;
        self.state.maintenances[plan.index()].open -= 1;
        let failover = matches!(self.model.service_of(vm).guest, Some(GuestGroup::Failover(_)));
        if failover && self.state.instances[instance.index()].group.phase == GroupPhase::Online {
            self.look_at_failback(instance);
        }
    }

    /// Whether a guest that was shut down is back, or has failed on the way.
    fn is_patched(&self, vm: VmId) -> bool {
        let joins = match self.model.service_of(vm).guest {
            Some(GuestGroup::Balanced { .. }) => {
                self.state.members[vm.index()].phase != MemberPhase::Converged && self.is_serving(vm)
            }
            _ => false,
        };
        use VmPhase::{Boot, Patch, Recover, Start};
        !joins && !matches!(self.state.vms[vm.index()].phase, Patch | Boot | Start | Recover)
    }
}
