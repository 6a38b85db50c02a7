//! Guest failover groups: one node owns the group, the others wait and watch.
//!
//! | phase | until |
//! | --- | --- |
//! | online | its owner does not serve any more |
//! | detecting | the others know that a node is lost, or the owner's polls that its application is |
//! | restarting | an application that failed is up again where it was (GFC-09, GFC-17) |
//! | taking over | the group is online on another node |
//! | waiting | some node can take it |
//! | no quorum | more than half of the votes are together |
//! | given up | a while has passed: it had moved too often (GFC-10, GFC-11) |
//!
//! Bringing a group online costs its takeover each time, also when all nodes were down and one returns. A node that fails
//! while it takes over is noticed like an owner, and the takeover starts over on another. An owner that was only
//! out of reach, and is back before another took over, goes on at once. Planned work moves the group
//! without anybody having to notice (MTX-85). There is one owner at any time (GFC-06).
//!
//! A group by plain laws notices everything alike, and what has failed on a node waits there for a person. One by a
//! profile brings its application up again where it failed, or where it went, without anybody. Where a takeover may come to
//! nothing (`coverage`) a person brings the group online.

use super::{Cause, Observer, Signal, Simulation};
use crate::engine::{Span, Time};
use crate::model::{FailoverRules, GuestGroup, InstanceId, Loss, TakeoverDraw, VmId};
use crate::policy;
use crate::state::{Bringing, GroupPhase, InstanceState, VmPhase};

impl<'m, O: Observer> Simulation<'m, O> {
    /// A node came, went, stalled or was cut off.
    pub(super) fn on_node_changed(&mut self, instance: InstanceId, vm: VmId, cause: Cause) {
        self.note_beats(instance, cause);
        let group = self.state.instances[instance.index()].group;
        let is_owner = vm == self.owner_of(instance);
        match group.phase {
            GroupPhase::Online if is_owner && !self.is_serving(vm) => {
                self.serve(instance, 0, cause);
                if cause.is_planned() {
                    self.elect_node(instance, true);
                } else {
                    self.begin_detection(instance);
                }
            }
            GroupPhase::Online => self.look_at_failback(instance),
            GroupPhase::Detecting if is_owner && self.is_serving(vm) => {
                self.disarm(self.model.timers.instances[instance.index()]);
                self.elect_node(instance, false);
            }
            GroupPhase::Detecting if is_owner && group.loss != Loss::Node && self.is_lost(instance, vm) => {
                // Its polls went with it.
                self.begin_detection(instance);
            }
            GroupPhase::Detecting | GroupPhase::GivenUp | GroupPhase::NoQuorum => {}
            GroupPhase::Waiting => self.elect(instance, false, false),
            GroupPhase::TakingOver | GroupPhase::Restarting
                if is_owner && !policy::can_take_over(self.model, self.state, vm) =>
            {
                if cause.is_planned() {
                    self.disarm(self.model.timers.instances[instance.index()]);
                    self.elect_node(instance, true);
                } else {
                    self.begin_detection(instance);
                }
            }
            GroupPhase::TakingOver | GroupPhase::Restarting => {}
        }
    }

    pub(super) fn owner_of(&self, instance: InstanceId) -> VmId {
        let owner = self.state.instances[instance.index()].group.owner;
        VmId(self.model.instances[instance.index()].first_vm.0 + u32::from(owner))
    }

    pub(super) fn failover_rules(&self, instance: InstanceId) -> &'m FailoverRules {
        let service = self.model.instances[instance.index()].service;
        match &self.model.services[service.index()].guest {
            Some(GuestGroup::Failover(rules)) => rules,
            _ => unreachable!("only failover groups have owners"),
        }
    }

    /// What has become of a node that does not serve: its own polls see an application that has failed while its guest
    /// lives, and the address of one whose clients cannot reach it while it beats on over its private card (assumption: an
    /// address fails as quickly as an application that is gone, GFC-12).
    fn loss_of(&self, vm: VmId) -> Loss {
        let row = &self.state.vms[vm.index()];
        let heard = self.state.nodes.get(vm.index()).map(|node| node.heard);
        match (row.phase, row.cause) {
            _ if heard == Some(false) || row.paused => Loss::Node,
            (VmPhase::Up, _) if heard == Some(true) && !row.suspended => Loss::AppCrash,
            // Without its disks a node beats on from memory; the thorough poll sees it (MTX-47).
            _ if row.suspended && row.phase.is_booted() => Loss::AppHang,
            (VmPhase::AppDead, Cause::AppHang) => Loss::AppHang,
            (VmPhase::AppDead, _) => Loss::AppCrash,
            _ => Loss::Node,
        }
    }

    /// Whether a node does not beat any more, to a group that knows the difference.
    fn is_lost(&self, instance: InstanceId, vm: VmId) -> bool {
        let row = &self.state.vms[vm.index()];
        let silent = self.state.nodes.get(vm.index()).is_some_and(|node| !node.heard);
        (silent || row.paused || !row.phase.is_booted()) && self.failover_rules(instance).watches
    }

    pub(super) fn begin_detection(&mut self, instance: InstanceId) {
        let fixed = &self.model.instances[instance.index()];
        let loss = self.loss_of(self.owner_of(instance));
        let group = &mut self.state.instances[instance.index()].group;
        (group.phase, group.loss) = (GroupPhase::Detecting, loss);
        group.detections += 1;
        let draw = group.detections;
        let detection = &self.failover_rules(instance).detection[loss as usize];
        let owner = self.owner_of(instance);
        let seen = match self.state.nodes.get(owner.index()) {
            // It is missed when its vote is.
            Some(node) if loss == Loss::Node && node.missed_at != Time::NEVER => {
                node.missed_at.max(self.now).since(self.now)
            }
            _ => self.draw(&detection.seen, fixed.detection, draw),
        };
        let confirmed = self.draw(&detection.confirmed, fixed.takeover_of(TakeoverDraw::Confirmation), draw);
        self.step_group(instance, seen + confirmed);
    }

    /// What the group was in is over.
    pub(super) fn on_group_stepped(&mut self, instance: InstanceId) {
        match self.state.instances[instance.index()].group.phase {
            GroupPhase::Detecting => self.on_loss_noticed(instance),
            GroupPhase::TakingOver | GroupPhase::Restarting => self.on_app_started(instance),
            GroupPhase::Online => self.go_back(instance),
            GroupPhase::GivenUp => {
                self.state.group_histories[instance.index()] = Default::default();
                self.elect_node(instance, false);
            }
            phase @ (GroupPhase::Waiting | GroupPhase::NoQuorum) => {
                panic!("a group that is {phase:?} has no step")
            }
        }
        if self.state.windows_open > 0 {
            self.look_at_patches_of(instance);
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

    /// A node is known to be lost, or an application to have failed: it is restarted where it is, or the group moves.
    fn on_loss_noticed(&mut self, instance: InstanceId) {
        let former = self.owner_of(instance);
        let rules = self.failover_rules(instance);
        let row = &self.state.vms[former.index()];
        let lost_app = row.phase == VmPhase::AppDead && !row.suspended;
        if !(rules.watches && lost_app) {
            self.elect_node(instance, false);
            return;
        }
        // Whatever was left of it is ended; a person is not needed.
        self.let_go(former);
        self.release_app(former);
        let now = self.now;
        let owner = self.state.instances[instance.index()].group.owner;
        let history = self.state.group_histories.get_mut(instance.index());
        let in_place = rules.in_place.as_ref().zip(history);
        let again =
            in_place.is_some_and(|(rule, history)| history.restarts.allows(rule.most, rule.window, now));
        if again && policy::can_take_over(self.model, self.state, former) {
            self.restart_in_place(instance, former);
        } else if rules.limit.is_some()
            && policy::choose_node(self.model, self.state, instance) == Some(owner)
        {
            // GFC-10: it has failed on every node that there is.
            self.give_group_up(instance);
        } else {
            self.elect_node(instance, false);
        }
    }

    fn restart_in_place(&mut self, instance: InstanceId, vm: VmId) {
        let fixed = &self.model.instances[instance.index()];
        let rule = self.failover_rules(instance).in_place.as_ref().expect("asked above");
        let group = &mut self.state.instances[instance.index()].group;
        (group.phase, group.bringing) = (GroupPhase::Restarting, Bringing::Unclean);
        group.takeovers += 1;
        let draw = group.takeovers;
        self.tell(Signal::AppRestarting { vm });
        let start = self.draw(&rule.start, fixed.takeover_of(TakeoverDraw::StartInPlace), draw);
        self.step_group(instance, start);
    }

    /// The application has started on the node where the group comes online, and recovers there; or it has recovered.
    fn on_app_started(&mut self, instance: InstanceId) {
        let fixed = &self.model.instances[instance.index()];
        let rules = self.failover_rules(instance);
        let vm = self.owner_of(instance);
        let group = &mut self.state.instances[instance.index()].group;
        let (in_place, draw) = (group.phase == GroupPhase::Restarting, group.takeovers);
        let before = std::mem::replace(&mut group.bringing, Bringing::Started);
        if before == Bringing::Started {
            self.finish_takeover(instance);
            return;
        }
        self.tell(Signal::AppUp { vm });
        let recover = match &rules.in_place {
            _ if before == Bringing::Clean => Span::ZERO,
            Some(rule) if in_place => {
                self.draw(&rule.recover, fixed.takeover_of(TakeoverDraw::RecoveryInPlace), draw)
            }
            _ => self.draw(&rules.takeover.recover, fixed.takeover_of(TakeoverDraw::Recover), draw),
        };
        self.step_group(instance, recover);
    }

    /// The surviving nodes agree on a new owner, or wait until one of them can take over. What is not planned counts as a
    /// failure of the group.
    pub(super) fn elect_node(&mut self, instance: InstanceId, planned: bool) {
        self.elect(instance, planned, !planned);
    }

    /// As [`Simulation::elect_node`]; a group that only comes back, as a node or quorum has, has not failed once more.
    pub(super) fn elect(&mut self, instance: InstanceId, planned: bool, counts: bool) {
        let fixed = &self.model.instances[instance.index()];
        let former = self.owner_of(instance);
        if self.state.instances[instance.index()].group.outvoted {
            self.state.instances[instance.index()].group.phase = GroupPhase::NoQuorum;
            return;
        }
        if self.is_serving(former) {
            // It was only out of reach, and nobody has taken its place.
            self.state.instances[instance.index()].group.phase = GroupPhase::Online;
            self.serve(instance, InstanceState::FULL_PPB, Cause::HostCrash);
            self.look_at_sessions(former);
            self.look_at_failback(instance);
            return;
        }
        let Some(node) = policy::choose_node(self.model, self.state, instance) else {
            self.state.instances[instance.index()].group.phase = GroupPhase::Waiting;
            // It was to go back to a node that is lost at this instant as well.
            self.disarm(self.model.timers.instances[instance.index()]);
            return;
        };
        let chosen = VmId(fixed.first_vm.0 + u32::from(node));
        if counts && chosen != former && !self.may_move(instance) {
            self.give_group_up(instance);
            return;
        }
        self.take_over(instance, chosen, planned);
    }

    /// Whether the group may move once more without a plan (GFC-11), which is counted. Assumption: losses of nodes count as
    /// failures of the group do.
    fn may_move(&mut self, instance: InstanceId) -> bool {
        let now = self.now;
        match (&self.failover_rules(instance).limit, self.state.group_histories.get_mut(instance.index())) {
            (Some(limit), Some(history)) => history.moves.allows(limit.most, limit.window, now),
            _ => true,
        }
    }

    fn give_group_up(&mut self, instance: InstanceId) {
        let fixed = &self.model.instances[instance.index()];
        let limit = self.failover_rules(instance).limit.as_ref().expect("it has moved too often");
        let group = &mut self.state.instances[instance.index()].group;
        group.phase = GroupPhase::GivenUp;
        let draw = group.takeovers;
        self.tell(Signal::FailoverGivenUp { instance });
        let span = self.draw(&limit.retry, fixed.takeover_of(TakeoverDraw::Retry), draw);
        // At once would be for ever.
        self.step_group(instance, span.max(Span(1)));
    }

    pub(super) fn take_over(&mut self, instance: InstanceId, vm: VmId, planned: bool) {
        let fixed = &self.model.instances[instance.index()];
        let former = self.owner_of(instance);
        if self.state.vms[former.index()].phase == VmPhase::Up {
            if planned {
                self.drop_work(former, true);
            }
            // Alive, but out of reach: the disks' arbitration stops it.
            self.release_app(former);
        }
        let group = &mut self.state.instances[instance.index()].group;
        group.phase = GroupPhase::TakingOver;
        group.bringing = if planned { Bringing::Clean } else { Bringing::Unclean };
        group.owner = (vm.0 - fixed.first_vm.0) as u8;
        group.takeovers += 1;
        let draw = group.takeovers;
        self.tell(Signal::FailoverStarted { instance, vm });
        if !planned && !self.is_covered(instance, draw) {
            self.await_person(instance, draw);
            return;
        }
        let takeover = &self.failover_rules(instance).takeover;
        let part = |delay, purpose| self.draw(delay, fixed.takeover_of(purpose), draw);
        let mut span = self.draw(&takeover.disk, fixed.takeover, draw);
        span = span
            + part(&takeover.address, TakeoverDraw::Address)
            + part(&takeover.start, TakeoverDraw::Start);
        if planned {
            span = span + part(&takeover.offline, TakeoverDraw::Offline);
        }
        self.step_group(instance, span);
    }

    /// Whether a takeover comes off (coverage, in the sense of Bouricius, Carter and Schneider, 1969).
    fn is_covered(&mut self, instance: InstanceId, takeover: u32) -> bool {
        let coverage = self.failover_rules(instance).coverage;
        let stream = self.model.instances[instance.index()].takeover_of(TakeoverDraw::Coverage);
        if coverage >= 1.0 {
            return true;
        }
        let uniform = self.random.uniform(stream, takeover);
        self.stretch.comes_off(coverage, uniform)
    }

    /// A takeover comes to nothing: a person brings the group online on the node that was to take it.
    fn await_person(&mut self, instance: InstanceId, takeover: u32) {
        self.tell(Signal::FailoverFailed { instance });
        // All of it is in the one law.
        self.state.instances[instance.index()].group.bringing = Bringing::Clean;
        let stream = self.model.instances[instance.index()].takeover_of(TakeoverDraw::ManualRecovery);
        let span = self.draw(&self.failover_rules(instance).manual_recovery, stream, takeover);
        self.step_group(instance, span);
    }

    fn finish_takeover(&mut self, instance: InstanceId) {
        let vm = self.owner_of(instance);
        let group = &mut self.state.instances[instance.index()].group;
        let before = std::mem::replace(&mut group.phase, GroupPhase::Online);
        self.bring_app_up(vm);
        if before == GroupPhase::TakingOver {
            self.tell(Signal::FailoverDone { instance, vm });
        }
        self.serve(instance, InstanceState::FULL_PPB, Cause::HostCrash);
        self.look_at_sessions(vm);
        self.look_at_failback(instance);
        if self.state.windows_open > 0 {
            self.look_at_window_of(vm);
        }
    }

    /// A group that is online elsewhere goes back to its first node some time after that could take it.
    pub(super) fn look_at_failback(&mut self, instance: InstanceId) {
        let fixed = &self.model.instances[instance.index()];
        let Some(failback) = &self.failover_rules(instance).failback else { return };
        let slot = self.model.timers.instances[instance.index()];
        let group = self.state.instances[instance.index()].group;
        let first = fixed.first_vm;
        // One that is about to be patched is no place to go.
        let ready = policy::can_take_over(self.model, self.state, first) && !self.has_patch_window(first);
        if group.owner == 0 || !ready {
            self.disarm(slot);
        } else if self.state.timers.at(slot) == Time::NEVER {
            let draw = group.takeovers;
            let span = self.draw(failback, fixed.takeover_of(TakeoverDraw::Failback), draw);
            self.step_group(instance, span);
        }
    }

    /// It goes back, as planned.
    fn go_back(&mut self, instance: InstanceId) {
        let first = self.model.instances[instance.index()].first_vm;
        if policy::can_take_over(self.model, self.state, first) {
            self.tell(Signal::FailbackBegun { instance, vm: first });
            self.serve(instance, 0, Cause::Maintenance);
            self.take_over(instance, first, true);
        }
    }
}
