//! Balanced groups: all members serve, each an equal share of the clients directed to it.
//!
//! From a member's death until `detection` and `convergence` have passed its share (one over the
//! number of converged members, itself included) is lost; the windows of several dead members add up.
//! One that was out of reach, or stood still, and answers again before it was missed has not left: five beats
//! (NLB-05), or three checks (NLB-19), have to be lost; its share has failed meanwhile (NLB-08, NLB-14), and
//! nobody converges. One whose guest has died begins anew, however soon it is back.
//! A member that returns joins after a `convergence` during which the others serve on. Planned work
//! drains a member: it leaves without a loss (MTX-86). A balancer that does not look into the
//! application keeps sending clients to a member whose service has failed while its guest lives (NLB-14).

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{GuestGroup, InstanceId, Ppm, Traffic, VmClock, VmDraw, VmId, served_ppb};
use crate::state::{InstanceState, MemberPhase, VmPhase};

/// Each of up to 32 shares loses less than a billionth when it is rounded down.
const ROUNDING_PPB: u32 = 32;

impl<O: Observer> Simulation<'_, O> {
    /// A member came, went, stalled or was cut off.
    pub(super) fn on_member_changed(&mut self, instance: InstanceId, vm: VmId, cause: Cause) {
        let serving = self.is_serving(vm);
        let looks_alive = self.looks_alive(vm, serving);
        let member = &mut self.state.members[vm.index()];
        if member.phase == MemberPhase::Unnoticed {
            member.died |= !self.state.vms[vm.index()].phase.is_booted();
            if looks_alive && !member.died {
                // Nobody has missed it. Others may have come or gone while it was silent: if it turns clients away, those of
                // the share that it has now.
                member.phase = MemberPhase::Converged;
                self.disarm_vm(vm, VmClock::Member);
                self.set_dark(instance, vm, 0);
            }
        }
        match self.state.members[vm.index()].phase {
            MemberPhase::Converged => {
                self.count_member(instance, vm, serving);
                if looks_alive {
                    let dark = if serving { 0 } else { self.share(instance) };
                    self.set_dark(instance, vm, dark);
                } else if cause.is_planned() {
                    self.drop_member(instance, vm);
                } else {
                    let share = self.share(instance);
                    self.set_dark(instance, vm, share);
                    self.begin_window(instance, vm, cause);
                }
            }
            MemberPhase::Unnoticed => {
                let back_at = if serving { self.now } else { Time::NEVER };
                self.state.members[vm.index()].joins_at = back_at;
            }
            MemberPhase::Leaving => {
                // It joins like any other that returns.
                let joins_at = if serving { self.now + self.join_span(instance, vm) } else { Time::NEVER };
                self.state.members[vm.index()].joins_at = joins_at;
            }
            MemberPhase::Out if serving => {
                self.state.members[vm.index()].phase = MemberPhase::Joining;
                let span = self.join_span(instance, vm);
                self.step_member(instance, vm, span);
            }
            MemberPhase::Joining if !serving => {
                self.state.members[vm.index()].phase = MemberPhase::Out;
                self.disarm_vm(vm, VmClock::Member);
            }
            MemberPhase::Draining if self.state.vms[vm.index()].phase != VmPhase::Up => {
                self.state.members[vm.index()].phase = MemberPhase::Out;
                self.disarm_vm(vm, VmClock::Member);
            }
            MemberPhase::Out | MemberPhase::Joining | MemberPhase::Draining => {}
        }
        self.look_at_parts(instance);
        self.serve_balanced(instance, cause);
        self.look_at_drains(instance);
    }

    /// Whether the balancer takes a member for alive.
    fn looks_alive(&self, vm: VmId, serving: bool) -> bool {
        let row = &self.state.vms[vm.index()];
        match self.model.service_of(vm).guest {
            Some(GuestGroup::Balanced { application_aware: true, .. }) => serving,
            _ => {
                row.phase.is_booted()
                    && !row.paused
                    && row.host().is_some_and(|host| self.state.hears(self.model, host, Traffic::Client))
            }
        }
    }

    /// The share of one converged member, in billionths of the clients.
    fn share(&self, instance: InstanceId) -> u32 {
        InstanceState::FULL_PPB / u32::from(self.state.instances[instance.index()].converged.max(1))
    }

    fn set_dark(&mut self, instance: InstanceId, vm: VmId, dark_ppb: u32) {
        let member = &mut self.state.members[vm.index()];
        let row = &mut self.state.instances[instance.index()];
        // A share once lost stays the share it was, until the member is back or gone.
        let dark_ppb = if member.dark_ppb > 0 && dark_ppb > 0 { member.dark_ppb } else { dark_ppb };
        row.dark_ppb = row.dark_ppb - u64::from(member.dark_ppb) + u64::from(dark_ppb);
        member.dark_ppb = dark_ppb;
    }

    /// The group has agreed on its members anew: clients are shared out among them, and a member whose
    /// service has failed unseen turns away its new share. Windows of the dead keep theirs.
    fn share_out(&mut self, instance: InstanceId) {
        let share = self.share(instance);
        for vm in self.model.vms_of(instance) {
            let member = &self.state.members[vm.index()];
            if member.phase == MemberPhase::Converged && member.dark_ppb > 0 {
                self.set_dark(instance, vm, 0);
                self.set_dark(instance, vm, share);
            }
        }
    }

    fn count_member(&mut self, instance: InstanceId, vm: VmId, counted: bool) {
        let member = &mut self.state.members[vm.index()];
        let row = &mut self.state.instances[instance.index()];
        row.serving = row.serving + u8::from(counted) - u8::from(member.counted);
        member.counted = counted;
    }

    /// The balancer has dropped a member.
    pub(super) fn drop_member(&mut self, instance: InstanceId, vm: VmId) {
        self.set_dark(instance, vm, 0);
        self.count_member(instance, vm, false);
        self.state.members[vm.index()].phase = MemberPhase::Out;
        self.state.instances[instance.index()].converged -= 1;
        self.agree_on_side_of(instance, vm);
        self.share_out(instance);
        self.tell_converged(instance);
    }

    fn begin_window(&mut self, instance: InstanceId, vm: VmId, cause: Cause) {
        let Some(GuestGroup::Balanced { detection, .. }) = &self.model.service_of(vm).guest else {
            unreachable!("only balanced groups have members")
        };
        let died = !self.state.vms[vm.index()].phase.is_booted();
        let member = &mut self.state.members[vm.index()];
        (member.phase, member.died, member.joins_at) = (MemberPhase::Unnoticed, died, Time::NEVER);
        member.deaths += 1;
        let draw = member.deaths;
        let noticed = self.draw_vm(detection, vm, VmDraw::Detection, draw);
        // While it is dark the clients that are sent to it fail.
        self.serve_balanced(instance, cause);
        self.step_member(instance, vm, noticed);
    }

    /// A member has been missed: the others agree on going on without it.
    fn leave(&mut self, instance: InstanceId, vm: VmId) {
        let Some(GuestGroup::Balanced { convergence, .. }) = &self.model.service_of(vm).guest else {
            unreachable!("only balanced groups have members")
        };
        let member = &mut self.state.members[vm.index()];
        member.phase = MemberPhase::Leaving;
        let (draw, back_at) = (member.deaths + member.joins, member.joins_at);
        let agreed = self.draw_vm(convergence, vm, VmDraw::Convergence, draw);
        if back_at != Time::NEVER {
            let span = self.join_span(instance, vm);
            self.state.members[vm.index()].joins_at = back_at + span;
        }
        self.step_member(instance, vm, agreed);
    }

    /// How long it takes until a member that returns has joined.
    fn join_span(&mut self, instance: InstanceId, vm: VmId) -> Span {
        let service = self.model.instances[instance.index()].service;
        let Some(GuestGroup::Balanced { join, .. }) = &self.model.services[service.index()].guest else {
            unreachable!("only balanced groups have members")
        };
        let member = &mut self.state.members[vm.index()];
        member.joins += 1;
        let draw = member.deaths + member.joins;
        self.draw_vm(join, vm, VmDraw::Convergence, draw)
    }

    fn step_member(&mut self, instance: InstanceId, vm: VmId, span: Span) {
        if span == Span::ZERO {
            self.disarm_vm(vm, VmClock::Member);
            self.end_member_step(instance, vm);
        } else {
            self.arm_vm(vm, VmClock::Member, span);
        }
    }

    /// A window of detection, or of joining, is over.
    pub(super) fn on_member_stepped(&mut self, vm: VmId) {
        let instance = self.model.vms[vm.index()].instance;
        self.end_member_step(instance, vm);
        let cause = self.state.vms[vm.index()].cause;
        self.serve_balanced(instance, cause);
        self.spread_sessions(instance);
        if self.state.windows_open > 0 {
            self.look_at_window_of(vm);
        }
    }

    fn end_member_step(&mut self, instance: InstanceId, vm: VmId) {
        let member = self.state.members[vm.index()];
        match member.phase {
            MemberPhase::Unnoticed => self.leave(instance, vm),
            MemberPhase::Leaving => {
                self.drop_member(instance, vm);
                if member.joins_at != Time::NEVER {
                    self.state.members[vm.index()].phase = MemberPhase::Joining;
                    self.step_member(instance, vm, member.joins_at.since(self.now));
                }
            }
            MemberPhase::Joining => {
                self.state.members[vm.index()].phase = MemberPhase::Converged;
                self.state.instances[instance.index()].converged += 1;
                self.count_member(instance, vm, true);
                self.agree_on_side_of(instance, vm);
                self.share_out(instance);
                self.tell_converged(instance);
            }
            MemberPhase::Draining => self.end_drain(vm),
            phase @ (MemberPhase::Converged | MemberPhase::Out) => {
                panic!("a member that is {phase:?} has no step")
            }
        }
    }

    fn tell_converged(&mut self, instance: InstanceId) {
        let members = u16::from(self.state.instances[instance.index()].converged);
        self.tell(Signal::Converged { instance, members });
    }

    /// What the group serves, of what clients want just now.
    pub(super) fn serve_balanced(&mut self, instance: InstanceId, cause: Cause) {
        let load = self.load_of(instance);
        self.serve(instance, self.served_under(instance, load), cause);
        self.await_load(instance);
    }

    /// What it serves while clients want a part of the most: what its serving members can carry, less what dead ones turn
    /// away.
    pub(super) fn served_under(&self, instance: InstanceId, load: Ppm) -> u32 {
        let service = self.model.instances[instance.index()].service;
        let Some(GuestGroup::Balanced { carried_ppb, .. }) = &self.model.services[service.index()].guest
        else {
            unreachable!("only balanced groups have members")
        };
        let carried = |members: usize| served_ppb(carried_ppb[members], load);
        let row = &self.state.instances[instance.index()];
        let served = if row.is_split {
            self.state.served_apart(self.model, instance, carried)
        } else {
            let dark = row.dark_ppb.min(u64::from(InstanceState::FULL_PPB)) as u32;
            carried(usize::from(row.serving)).saturating_sub(dark)
        };
        // Shares are rounded down: what is left of all of them together is nothing.
        if served <= ROUNDING_PPB { 0 } else { served }
    }
}
