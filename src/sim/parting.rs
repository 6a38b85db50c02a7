//! Balanced groups whose members do not all hear each other, because the client network between their sites is cut.
//!
//! Each part converges on its own, and both answer where they are reachable (NLB-18): from the cut until `detection` and
//! `convergence` have passed the clients of one side that fall to members of the other fail; then each side answers all of
//! its own. A cut that is over before it is noticed has not been there (NLB-05). Members that hear each other again go on
//! answering for their parts until they have converged, after a `join` (NLB-09). Whenever a member has joined, or been
//! dropped, its side has agreed anew.
//!
//! Assumptions: what is cut while one convergence is under way is found by that one. Sessions that ran across the cut are not
//! counted as lost: their clients are patient, and their numbers small beside those of an outage.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Span;
use crate::model::{Delay, GuestGroup, InstanceId, NO_TIMER, TakeoverDraw, VmId};
use crate::state::{MemberPhase, Parting, Sides};

impl<O: Observer> Simulation<'_, O> {
    /// The client network between places has changed: every balanced group looks who hears whom.
    pub(super) fn on_ways_of_members_changed(&mut self, cause: Cause) {
        for number in 0..self.model.instances.len() as u32 {
            if self.model.timers.instances[number as usize] != NO_TIMER {
                let service = self.model.instances[number as usize].service;
                if let Some(GuestGroup::Balanced { .. }) = self.model.services[service.index()].guest {
                    self.look_at_parts(InstanceId(number));
                    self.serve_balanced(InstanceId(number), cause);
                }
            }
        }
    }

    /// Whether the members of a group are with whom they have agreed; else they begin to find out.
    pub(super) fn look_at_parts(&mut self, instance: InstanceId) {
        if self.model.timers.instances[instance.index()] == NO_TIMER {
            return;
        }
        let sides = self.state.sides_of_members(self.model, instance);
        let whole = self.state.is_whole(self.model, instance, &sides);
        let row = &mut self.state.instances[instance.index()];
        row.is_split = !whole;
        let parting = row.parting;
        let agreed = self.state.have_agreed(self.model, instance, &sides);
        match parting {
            Parting::Agreed if !agreed => {
                let divided = self.state.is_divided(self.model, instance, &sides);
                let next = if divided { Parting::Unnoticed } else { Parting::Agreeing };
                self.begin_parting(instance, next, divided);
            }
            Parting::Unnoticed if agreed => {
                self.state.instances[instance.index()].parting = Parting::Agreed;
                self.disarm(self.model.timers.instances[instance.index()]);
            }
            Parting::Agreed | Parting::Unnoticed | Parting::Agreeing => {}
        }
    }

    fn begin_parting(&mut self, instance: InstanceId, next: Parting, divided: bool) {
        let fixed = &self.model.instances[instance.index()];
        let Some(GuestGroup::Balanced { detection, convergence, join, .. }) =
            &self.model.services[fixed.service.index()].guest
        else {
            unreachable!("only balanced groups part")
        };
        let row = &mut self.state.instances[instance.index()];
        row.parting = next;
        let draw = &mut row.group.detections;
        *draw += 1;
        let draw = *draw;
        let law: &Delay = match next {
            Parting::Unnoticed => detection,
            _ if divided => convergence,
            _ => join,
        };
        let stream = match next {
            Parting::Unnoticed => fixed.detection,
            _ => fixed.takeover_of(TakeoverDraw::Start),
        };
        let span = self.draw(law, stream, draw);
        let slot = self.model.timers.instances[instance.index()];
        if span == Span::ZERO {
            self.disarm(slot);
            self.end_parting_step(instance);
        } else {
            self.arm(slot, span);
        }
    }

    /// The cut has been noticed, or the parts have converged.
    pub(super) fn on_parting_stepped(&mut self, instance: InstanceId) {
        self.end_parting_step(instance);
        self.serve_balanced(instance, Cause::NetworkOutage);
        self.spread_sessions(instance);
    }

    fn end_parting_step(&mut self, instance: InstanceId) {
        match self.state.instances[instance.index()].parting {
            Parting::Unnoticed => self.begin_parting(instance, Parting::Agreeing, true),
            Parting::Agreeing => self.adopt_sides(instance),
            Parting::Agreed => panic!("a group that has agreed has no step"),
        }
    }

    /// Those who hear each other have agreed on who they are.
    fn adopt_sides(&mut self, instance: InstanceId) {
        let sides = self.state.sides_of_members(self.model, instance);
        let mut parts = 0;
        let mut seen: u32 = 0;
        for (vm, side) in self.model.vms_of(instance).zip(&sides) {
            let member = &mut self.state.members[vm.index()];
            member.part = *side;
            if member.phase == MemberPhase::Converged && seen & (1 << side) == 0 {
                seen |= 1 << side;
                parts += 1;
            }
        }
        self.state.instances[instance.index()].parting = Parting::Agreed;
        self.look_at_parts(instance);
        self.tell(Signal::Parted { instance, parts });
    }

    /// A member has joined or been dropped: those on its side have agreed on who they are, whatever they missed or heard.
    pub(super) fn agree_on_side_of(&mut self, instance: InstanceId, vm: VmId) {
        let first = self.model.instances[instance.index()].first_vm;
        let sides = self.state.sides_of_members(self.model, instance);
        let side_of = |vm: VmId| sides[(vm.0 - first.0) as usize];
        let converged = |vm: VmId| self.state.members[vm.index()].phase == MemberPhase::Converged;
        let other = self.model.vms_of(instance).find(|&other| other != vm && converged(other));
        // One that was restarted on the other side of a cut joins nobody there.
        let meets = !converged(vm) || other.is_none_or(|other| side_of(other) == side_of(vm));
        if !self.state.instances[instance.index()].is_split && meets {
            // All are of one part, and so is who joins.
            let part = other.map_or(0, |other| self.state.members[other.index()].part);
            self.state.members[vm.index()].part = part;
            self.look_at_parts(instance);
            return;
        }
        let side = side_of(vm);
        let part = self.free_part(instance, &sides, side);
        for (other, on) in self.model.vms_of(instance).zip(&sides) {
            if *on == side {
                self.state.members[other.index()].part = part;
            }
        }
        self.look_at_parts(instance);
    }

    /// A number that nobody on other sides goes by.
    fn free_part(&self, instance: InstanceId, sides: &Sides, side: u8) -> u8 {
        let mut used: u64 = 0;
        for (other, on) in self.model.vms_of(instance).zip(sides) {
            if *on != side {
                used |= 1 << self.state.members[other.index()].part;
            }
        }
        used.trailing_ones() as u8
    }
}
