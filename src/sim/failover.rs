//! Guest failover groups: one node owns the group, the others wait and watch.
//!
//! A dead owner is noticed after `detection`; the group is online elsewhere after `takeover`, which it
//! costs each time, also when all nodes were down and one returns. A node that fails while it takes
//! over is noticed like an owner, and the takeover starts over on another. An owner that was only
//! out of reach, and is back before another took over, goes on at once. Planned work moves the group
//! without anybody having to notice (MTX-85). There is one owner at any time (GFC-06).

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::Span;
use crate::model::{GuestGroup, InstanceId, VmId};
use crate::policy;
use crate::state::{GroupPhase, InstanceState, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// A node came, went, stalled or was cut off.
    pub(super) fn on_node_changed(&mut self, instance: InstanceId, vm: VmId, cause: Cause) {
        let group = self.state.instances[instance.index()].group;
        let is_owner = vm.0 == self.model.instances[instance.index()].first_vm.0 + u32::from(group.owner);
        match group.phase {
            GroupPhase::Online if is_owner && !self.is_serving(vm) => {
                self.serve(instance, 0, cause);
                if cause.is_planned() {
                    self.elect_node(instance);
                } else {
                    self.begin_detection(instance);
                }
            }
            GroupPhase::Online => {}
            GroupPhase::Detecting if is_owner && self.is_serving(vm) => {
                self.disarm(self.model.timers.instances[instance.index()]);
                self.elect_node(instance);
            }
            GroupPhase::Detecting => {}
            GroupPhase::Waiting => self.elect_node(instance),
            GroupPhase::TakingOver if is_owner && !policy::can_take_over(self.model, self.state, vm) => {
                if cause.is_planned() {
                    self.disarm(self.model.timers.instances[instance.index()]);
                    self.elect_node(instance);
                } else {
                    self.begin_detection(instance);
                }
            }
            GroupPhase::TakingOver => {}
        }
    }

    fn begin_detection(&mut self, instance: InstanceId) {
        let fixed = &self.model.instances[instance.index()];
        let Some(GuestGroup::Failover { detection, .. }) = &self.model.services[fixed.service.index()].guest
        else {
            unreachable!("only failover groups have owners")
        };
        let group = &mut self.state.instances[instance.index()].group;
        group.phase = GroupPhase::Detecting;
        group.detections += 1;
        let draw = group.detections;
        let span = self.draw(detection, fixed.detection, draw);
        self.step_group(instance, span);
    }

    /// Detection or takeover is over.
    pub(super) fn on_group_stepped(&mut self, instance: InstanceId) {
        match self.state.instances[instance.index()].group.phase {
            GroupPhase::Detecting => self.elect_node(instance),
            GroupPhase::TakingOver => self.finish_takeover(instance),
            phase @ (GroupPhase::Online | GroupPhase::Waiting) => {
                panic!("a group that is {phase:?} has no step")
            }
        }
    }

    fn step_group(&mut self, instance: InstanceId, span: Span) {
        let slot = self.model.timers.instances[instance.index()];
        if span == Span::ZERO {
            self.disarm(slot);
            self.on_group_stepped(instance);
        } else {
            self.arm(slot, span);
        }
    }

    /// The surviving nodes agree on a new owner, or wait until one of them can take over.
    fn elect_node(&mut self, instance: InstanceId) {
        let fixed = &self.model.instances[instance.index()];
        let former = VmId(fixed.first_vm.0 + u32::from(self.state.instances[instance.index()].group.owner));
        if self.is_serving(former) {
            // It was only out of reach, and nobody has taken its place.
            self.state.instances[instance.index()].group.phase = GroupPhase::Online;
            self.serve(instance, InstanceState::FULL_PPB, Cause::HostCrash);
            return;
        }
        let Some(node) = policy::choose_node(self.model, self.state, instance) else {
            self.state.instances[instance.index()].group.phase = GroupPhase::Waiting;
            return;
        };
        if self.state.vms[former.index()].phase == VmPhase::Up {
            // Alive, but out of reach: the disks' arbitration stops it.
            self.release_app(former);
        }
        let Some(GuestGroup::Failover { takeover, .. }) = &self.model.services[fixed.service.index()].guest
        else {
            unreachable!("only failover groups have owners")
        };
        let group = &mut self.state.instances[instance.index()].group;
        group.phase = GroupPhase::TakingOver;
        group.owner = node;
        group.takeovers += 1;
        let draw = group.takeovers;
        self.tell(Signal::FailoverStarted { instance, vm: VmId(fixed.first_vm.0 + u32::from(node)) });
        let span = self.draw(takeover, fixed.takeover, draw);
        self.step_group(instance, span);
    }

    fn finish_takeover(&mut self, instance: InstanceId) {
        let group = &mut self.state.instances[instance.index()].group;
        group.phase = GroupPhase::Online;
        let vm = VmId(self.model.instances[instance.index()].first_vm.0 + u32::from(group.owner));
        self.bring_app_up(vm);
        self.tell(Signal::AppUp { vm });
        self.tell(Signal::FailoverDone { instance, vm });
        self.serve(instance, InstanceState::FULL_PPB, Cause::HostCrash);
        if self.state.windows_open > 0 {
            self.look_at_window_of(vm);
        }
    }
}
