//! VMs: what stops them, and their way back.

use ninefold::model::VmDraw;

use crate::scenario::{Layer, S, Service, Us};
use crate::world::{Flaw, Job, What, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Its host has gone.
    Lost,
    /// Its cluster has found no host for it.
    Waiting,
    /// On its host, which does not reach its disks.
    NoDisks,
    PowerOn,
    Boot,
    Start,
    Recover,
    /// The application is up.
    Up,
    /// A node of a failover group whose application is not up, for another has it.
    Idle,
    GuestDead,
    /// By a crash or a hang.
    AppDead(usize),
}

impl Phase {
    pub(crate) fn is_booted(self) -> bool {
        matches!(self, Phase::Start | Phase::Recover | Phase::Up | Phase::Idle | Phase::AppDead(_))
    }

    fn is_on_its_way(self) -> bool {
        matches!(self, Phase::PowerOn | Phase::Boot | Phase::Start | Phase::Recover)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Vm {
    pub home: usize,
    /// Where it is, and takes room.
    pub host: Option<usize>,
    pub phase: Phase,
    /// Its disks are out of reach, and it stands still.
    pub is_still: bool,
    /// What is left of a step that stands still.
    pub step_left: Option<Us>,
    /// How long a person takes, where a script says so.
    pub lasts: Option<Us>,
    /// The host that it was lost with, and the number of that failure.
    pub lost_with: Option<(usize, u32)>,
    /// How often its guest and its application have been started.
    pub boots: u32,
    pub starts: u32,
}

impl Vm {
    pub(crate) fn new(home: usize, phase: Phase) -> Vm {
        Vm {
            home,
            host: Some(home),
            phase,
            is_still: false,
            step_left: None,
            lasts: None,
            lost_with: None,
            boots: 0,
            starts: 0,
        }
    }
}

impl World<'_> {
    pub(crate) fn service_of(&self, vm: usize) -> &Service {
        &self.scenario.services[self.names[vm].service]
    }

    pub(crate) fn is_clustered(&self, vm: usize) -> bool {
        self.service_of(vm).clustered
    }

    fn is_node(&self, vm: usize) -> bool {
        self.service_of(vm).layer == Layer::Failover
    }

    fn has_disks(&self, vm: usize) -> bool {
        self.vms[vm].host.is_some_and(|host| self.reaches_storage(host, self.service_of(vm).storage))
    }

    /// Whether anybody can talk to it.
    pub(crate) fn is_reached(&self, vm: usize) -> bool {
        self.vms[vm].host.is_some_and(|host| self.clients_reach(host))
    }

    /// Whether its application answers its clients.
    pub(crate) fn serves(&self, vm: usize) -> bool {
        self.vms[vm].phase == Phase::Up && !self.vms[vm].is_still && self.is_reached(vm)
    }

    // What follows.

    /// Disks that have gone, or are back.
    pub(crate) fn settle_guests(&mut self) {
        for vm in 0..self.vms.len() {
            let (phase, still, reaches) = (self.vms[vm].phase, self.vms[vm].is_still, self.has_disks(vm));
            let uses_disks = phase.is_booted() || phase.is_on_its_way();
            if uses_disks && !reaches && !still {
                self.vms[vm].is_still = true;
                if phase.is_on_its_way() && self.flaw != Flaw::WayBackGoesOn {
                    self.vms[vm].step_left = self.call_off(What::Step(vm));
                    self.census.pauses_on_the_way += 1;
                }
                self.after(self.service_of(vm).disk_timeout * S, What::Disks(vm));
            } else if still && reaches {
                self.vms[vm].is_still = false;
                self.call_off(What::Disks(vm));
                self.census.pauses += 1;
                if let Some(left) = self.vms[vm].step_left.take() {
                    self.after(left, What::Step(vm));
                }
            }
        }
        // A pause ends for all at once; those that have crashed begin one after the other, and whoever is up first may act.
        for vm in 0..self.vms.len() {
            if self.vms[vm].phase == Phase::NoDisks && self.has_disks(vm) {
                self.power_on(vm);
                self.settle_group_of(vm);
            }
        }
    }

    /// The clocks of guests and applications.
    pub(crate) fn settle_lives(&mut self) {
        for vm in 0..self.vms.len() {
            let (phase, runs) = (self.vms[vm].phase, !self.vms[vm].is_still);
            let (guest, app) = (self.service_of(vm).guest, self.service_of(vm).app);
            let (boots, starts) = (self.vms[vm].boots, self.vms[vm].starts);
            let lives = [
                (What::GuestCrashes(vm), guest, VmDraw::GuestTtf, boots, phase.is_booted()),
                (What::AppFails(vm, 0), app[0], VmDraw::AppCrashTtf, starts, phase == Phase::Up),
                (What::AppFails(vm, 1), app[1], VmDraw::AppHangTtf, starts, phase == Phase::Up),
            ];
            for (what, fault, draw, number, lives) in lives {
                let Some(fault) = fault else { continue };
                if lives {
                    self.tend(what, runs, fault.ttf, (self.vm_stream(vm, draw), number));
                } else {
                    self.end_life(what);
                }
            }
        }
    }

    // What stops it.

    /// Nothing goes on in it any more.
    fn stop(&mut self, vm: usize) {
        if matches!(self.vms[vm].phase, Phase::GuestDead | Phase::AppDead(_)) {
            self.leave(Job::Vm(vm));
        }
        let row = &mut self.vms[vm];
        (row.is_still, row.step_left, row.lasts) = (false, None, None);
        for what in [What::Step(vm), What::Disks(vm)] {
            self.call_off(what);
        }
        // What ran in it begins another life, should it come back within this instant.
        for what in [What::AppFails(vm, 0), What::AppFails(vm, 1)] {
            self.end_life(what);
        }
    }

    fn stop_guest(&mut self, vm: usize) {
        self.stop(vm);
        self.end_life(What::GuestCrashes(vm));
    }

    /// A host has stopped with all that ran there.
    pub(crate) fn lose_vms(&mut self, host: usize) {
        self.hosts[host].failures += 1;
        let failure = self.hosts[host].failures;
        for vm in 0..self.vms.len() {
            if self.vms[vm].host == Some(host) {
                self.census.lost_on_the_way += u32::from(self.vms[vm].phase.is_on_its_way());
                self.stop_guest(vm);
                let row = &mut self.vms[vm];
                (row.phase, row.host, row.lost_with) = (Phase::Lost, None, Some((host, failure)));
            }
        }
        self.cluster_loses(host, failure);
    }

    pub(crate) fn guest_crashes(&mut self, vm: usize, lasts: Option<Us>) {
        let still = self.vms[vm].is_still;
        self.stop_guest(vm);
        self.census.crashes_while_still += u32::from(still);
        (self.vms[vm].phase, self.vms[vm].lasts) = (Phase::GuestDead, lasts);
        self.call(Job::Vm(vm));
    }

    pub(crate) fn app_fails(&mut self, vm: usize, kind: usize, lasts: Option<Us>) {
        for what in [What::AppFails(vm, 0), What::AppFails(vm, 1)] {
            self.end_life(what);
        }
        (self.vms[vm].phase, self.vms[vm].lasts) = (Phase::AppDead(kind), lasts);
        self.call(Job::Vm(vm));
    }

    pub(crate) fn disks_given_up(&mut self, vm: usize) {
        self.stop_guest(vm);
        self.vms[vm].phase = Phase::NoDisks;
        self.census.disks_given_up += 1;
    }

    // Its way back.

    pub(crate) fn power_on(&mut self, vm: usize) {
        self.vms[vm].boots += 1;
        if self.has_disks(vm) {
            self.begin_step(vm, Phase::PowerOn);
        } else {
            self.vms[vm].phase = Phase::NoDisks;
        }
    }

    fn begin_step(&mut self, vm: usize, phase: Phase) {
        let (step, draw) = match phase {
            Phase::PowerOn => (0, VmDraw::PowerOn),
            Phase::Boot => (1, VmDraw::Boot),
            Phase::Start => (2, VmDraw::Start),
            Phase::Recover => (3, VmDraw::Recover),
            _ => unreachable!("{phase:?} is no step"),
        };
        self.vms[vm].starts += u32::from(phase == Phase::Start);
        let number = if step < 2 { self.vms[vm].boots } else { self.vms[vm].starts };
        let takes = self.draw_number(number, self.service_of(vm).way[step], self.vm_stream(vm, draw));
        self.vms[vm].phase = phase;
        match takes {
            takes if self.vms[vm].is_still => self.vms[vm].step_left = Some(takes),
            // Where it takes no time, nothing comes in between.
            0 => self.vm_steps(vm),
            takes => self.after(takes, What::Step(vm)),
        }
    }

    pub(crate) fn vm_steps(&mut self, vm: usize) {
        let phase = self.vms[vm].phase;
        if matches!(phase, Phase::GuestDead | Phase::AppDead(_)) {
            self.leave(Job::Vm(vm));
            self.vms[vm].lasts = None;
        }
        match phase {
            Phase::GuestDead => self.power_on(vm),
            Phase::PowerOn => self.begin_step(vm, Phase::Boot),
            // The group decides where the application runs, and brings it up itself.
            Phase::Boot | Phase::AppDead(_) if self.is_node(vm) => self.vms[vm].phase = Phase::Idle,
            Phase::Boot | Phase::AppDead(_) => self.begin_step(vm, Phase::Start),
            Phase::Start => self.begin_step(vm, Phase::Recover),
            Phase::Recover => self.vms[vm].phase = Phase::Up,
            phase => unreachable!("{phase:?} has no step"),
        }
    }
}
