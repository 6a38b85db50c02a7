//! The clocks of VMs, and the private lives of VMs that concern nobody else.
//!
//! A VM has a few clocks of its own ([`VmClock`]) and one timer in the table, which shows the first of them.
//!
//! Most VMs crash and come back alone: no group listens, no crew has to choose whom to help first, no window of
//! planned work waits for them. Their clocks stay out of the table, and when somebody looks at such a VM
//! ([`Simulation::catch_up`]: its host fails, its storage is back, the horizon ends) it lives through all that
//! was due until then, one event after the other, as it would have among the others. Nothing it does can be
//! felt elsewhere, so nothing but the order of signals differs, and that only for observers who said that
//! they do not mind ([`Observer::ANY_ORDER`], [`Observer::takes_any_order_of`]). So whoever changes what a private VM depends on (its host, its
//! disks, the way to its clients) calls `catch_up` before the change. A test runs random scenarios both ways.

use super::life::{Life, Lookup};
use super::services::serve;
use super::sessions::lose;
use super::{Observer, Simulation};
use crate::engine::{Clock, Span, Table, Time};
use crate::model::{HostId, Model, Monitor, PartKind, Product, Traffic, VmClock, VmId};
use crate::state::{InstanceState, NOWHERE, RestartState, SessionState, VmPhase};

/// More events than this of one private VM without its clock moving are a loop of zero delays.
const PRIVATE_EVENTS_AT_ONCE: u64 = 1_000;

impl<O: Observer> Simulation<'_, O> {
    /// Serves the first clock of a VM whose timer is due.
    pub(super) fn on_vm_due(&mut self, vm: VmId) {
        (self.served, self.turn) = (vm.0, self.turn.max(vm.0));
        let (_, which) = self.state.vms[vm.index()].first_clock();
        if which == VmClock::Member {
            self.state.vms[vm.index()].clocks[VmClock::Member as usize] = Clock::IDLE;
            self.on_member_stepped(vm);
        } else if self.disks_switch(vm, which) {
            self.state.vms[vm.index()].clocks[VmClock::Step as usize] = Clock::IDLE;
            self.on_disks_switched(vm);
        } else if self.start_fails(vm, which) {
            self.on_start_failed(vm);
        } else if self.is_moved(vm, which) {
            self.move_guest(vm);
        } else if which == VmClock::Disk {
            let before = self.state.vms[vm.index()].phase;
            self.abandon_migration(vm);
            self.let_go(vm);
            self.on_disks_awaited(vm);
            if before == VmPhase::PowerOn {
                self.on_start_through(vm);
            }
        } else {
            self.let_go(vm);
            let before = self.state.vms[vm.index()].phase;
            self.finish_boot(vm);
            if which == VmClock::Guest {
                self.note_last_write(vm);
            }
            if which == VmClock::Guest || self.state.vms[vm.index()].resets {
                self.abandon_migration(vm);
            }
            let changed = self.life(vm).serve(which);
            self.share_boot(vm);
            if let Some(cause) = changed {
                if matches!(self.state.vms[vm.index()].phase, VmPhase::GuestDead | VmPhase::AppDead) {
                    self.call_person(vm, None);
                }
                self.on_vm_changed(vm, cause);
            }
            if before == VmPhase::PowerOn {
                self.on_start_through(vm);
            }
        }
        (self.served, self.turn) = (NOWHERE, self.turn.max(vm.0 + 1));
        self.show_clocks(vm);
        if self.state.evacuations > 0 {
            self.look_at_evacuation_of(vm);
        }
    }

    /// Lets a private VM live through what was due before now. VMs that are due at the same instant have
    /// their turns in the order of the table.
    #[inline]
    pub(super) fn catch_up(&mut self, vm: VmId) {
        if self.state.vms[vm.index()].private {
            let had_its_turn = u64::from(vm.0 < self.turn);
            self.live_until(vm, Time(self.now.0 + had_its_turn));
        }
    }

    /// A private VM lives through what is due before `end`, if anything is.
    #[inline(always)]
    fn live_until(&mut self, vm: VmId, end: Time) {
        let first = self.state.vms[vm.index()].private_clock();
        if first.0 < end {
            self.live_from(vm, first, end);
        }
    }

    /// A private VM lives through its `first` clock, which is due before `end`, and what follows until then.
    fn live_from(&mut self, vm: VmId, first: (Time, VmClock), end: Time) {
        let model = self.model;
        let host = self.state.vms[vm.index()].host().expect("clocks run where a VM lives");
        let hears_clients = self.state.hears(self.model, host, Traffic::Client);
        let reaches_disk = self.state.reaches_disk(model, vm, host);
        let fixed = &model.vms[vm.index()];
        let service = model.service_of(vm);
        let monitor = if service.is_monitored { monitor_of(model, host) } else { None };
        let instance = &mut self.state.instances[fixed.instance.index()];
        let mut life = Life {
            vm,
            service,
            streams: fixed.streams,
            row: &mut self.state.vms[vm.index()],
            random: self.random,
            now: Time::ZERO,
            observer: &mut self.observer,
            reaches_disk,
            monitor: monitor.map(|monitor| (monitor, &mut self.state.monitors[vm.index()])),
            lookup: if service.is_looked_up {
                lookup_of(model, vm, host, &mut self.state.restarts)
            } else {
                None
            },
        };
        let mut clients = self.state.sessions.get_mut(vm.index()).filter(|_| !service.work.is_none());
        let ((mut due, mut which), mut at_once) = (first, 0);
        while due < end {
            at_once = if due == life.now { at_once + 1 } else { 0 };
            if at_once > PRIVATE_EVENTS_AT_ONCE {
                self.give_up(due, fixed.timer);
            }
            life.now = due;
            self.events += 1;
            if let Some(cause) = life.serve(which) {
                let serves = hears_clients && life.row.phase == VmPhase::Up && !life.row.suspended;
                if let Some(clients) = &mut clients {
                    if serves {
                        **clients = SessionState { open: service.work, cut_since: Time::NEVER };
                    } else if life.row.phase != VmPhase::Up {
                        lose(clients, vm, fixed.instance, !life.row.unclean, life.now, life.observer);
                    }
                }
                let served = if serves { InstanceState::FULL_PPB } else { 0 };
                serve(instance, fixed.instance, served, cause, life.now, life.observer);
            }
            (due, which) = life.row.private_clock();
        }
    }

    /// Every private VM lives up to an instant that nothing else happens before.
    pub(super) fn catch_up_with_all(&mut self, until: Time) {
        if !O::ANY_ORDER {
            return;
        }
        for number in 0..self.model.vms.len() as u32 {
            if self.state.vms[number as usize].private {
                self.live_until(VmId(number), until);
            }
        }
    }

    /// Nobody depends on a VM, and nobody wants to hear at once what it does.
    pub(super) fn may_be_private(&self, vm: VmId) -> bool {
        let service = self.model.vms[vm.index()].service;
        O::ANY_ORDER
            && self.model.services[service.index()].is_alone
            && self.observer.takes_any_order_of(service)
    }

    /// Every private VM lives up to the end of the horizon, or until somebody stops it: then false.
    pub(super) fn live_to_the_end(&mut self, end: Time, stop: impl Fn() -> bool) -> bool {
        let stretches = u64::from(self.model.stretches);
        for number in 0..self.model.vms.len() as u32 {
            if !self.state.vms[number as usize].private {
                continue;
            }
            for stretch in 1..stretches {
                self.live_until(VmId(number), Time(end.0 / stretches * stretch));
                if stop() {
                    return false;
                }
            }
            self.live_until(VmId(number), end);
        }
        true
    }

    /// A VM begins a stretch of its life: is anybody else concerned by it?
    #[inline(always)]
    pub(super) fn choose_privacy(&mut self, vm: VmId, host: HostId) {
        let awaited = self.state.hosts[host.index()].plan != NOWHERE
            || (self.state.windows_open > 0 && self.is_being_patched(vm));
        let row = &self.state.vms[vm.index()];
        // Its cluster may do something about disks that are gone.
        let awaits = row.suspended || row.phase == VmPhase::StorageWait;
        // Its disks may depend on any other host of its cluster.
        let redirected = self.state.hosts[host.index()].redirected;
        let lonely = !awaited && !awaits && !redirected && !self.state.is_moving(vm);
        let crowded = self.state.is_crowded(self.model, host);
        let private = lonely && !crowded && self.may_be_private(vm);
        if private != self.state.vms[vm.index()].private {
            self.state.vms[vm.index()].private = private;
            let shown = if private { Clock::IDLE } else { self.state.vms[vm.index()].first_clock().0 };
            self.state.timers.set(self.model.vms[vm.index()].timer, shown);
        }
    }

    /// What VMs on a host do is not their own business any more.
    pub(super) fn end_privacy(&mut self, host: HostId) {
        let mut next = self.state.hosts[host.index()].first_vm;
        while next != NOWHERE {
            let vm = VmId(next);
            next = self.state.vms[vm.index()].next;
            if std::mem::replace(&mut self.state.vms[vm.index()].private, false) && self.served != vm.0 {
                self.show_clocks(vm);
            }
        }
    }

    /// Before the state of a part changes: all VMs that depend on it live up to now.
    pub(super) fn catch_up_with(&mut self, kind: PartKind) {
        if !O::ANY_ORDER {
            return;
        }
        match kind {
            PartKind::Storage(storage) | PartKind::Controller(storage) => {
                for &vm in &self.model.storages[storage.index()].vms {
                    self.catch_up(vm);
                }
            }
            PartKind::Network(network) => {
                let carries = &self.model.networks[network.index()].carries;
                if carries.contains(&Traffic::Client) || carries.contains(&Traffic::Storage) {
                    for number in 0..self.model.vms.len() as u32 {
                        self.catch_up(VmId(number));
                    }
                }
            }
            PartKind::Link(host, _) => {
                let mut next = self.state.hosts[host.index()].first_vm;
                while next != NOWHERE {
                    self.catch_up(VmId(next));
                    next = self.state.vms[next as usize].next;
                }
            }
            // What a domain feeds is changed one by one; the others are no business of a VM.
            PartKind::Domain(_)
            | PartKind::Agent(_)
            | PartKind::Manager(_)
            | PartKind::Witness(_)
            | PartKind::GroupWitness(_) => {}
        }
    }

    /// Sets a clock of a VM `span` from now.
    #[inline]
    pub(super) fn arm_vm(&mut self, vm: VmId, which: VmClock, span: Span) {
        self.set_clock(vm, which, Clock::due_at(self.now + span));
    }

    /// Stops a clock of a VM for good.
    #[inline]
    pub(super) fn disarm_vm(&mut self, vm: VmId, which: VmClock) {
        self.set_clock(vm, which, Clock::IDLE);
    }

    /// Stops a clock of a VM for a while.
    #[inline]
    pub(super) fn pause_vm(&mut self, vm: VmId, which: VmClock) {
        let mut clock = self.state.vms[vm.index()].clocks[which as usize];
        clock.pause(self.now);
        self.set_clock(vm, which, clock);
    }

    /// Lets a paused clock of a VM go on.
    #[inline]
    pub(super) fn resume_vm_clock(&mut self, vm: VmId, which: VmClock) {
        let mut clock = self.state.vms[vm.index()].clocks[which as usize];
        clock.resume(self.now);
        self.set_clock(vm, which, clock);
    }

    #[inline]
    fn set_clock(&mut self, vm: VmId, which: VmClock, clock: Clock) {
        self.state.vms[vm.index()].clocks[which as usize] = clock;
        if self.served != vm.0 {
            self.show_clocks(vm);
        }
    }

    /// Shows the first of a VM's clocks in the table; those of a private VM are nobody's business.
    #[inline]
    pub(super) fn show_clocks(&mut self, vm: VmId) {
        let row = &self.state.vms[vm.index()];
        if !row.private {
            self.state.timers.set(self.model.vms[vm.index()].timer, row.first_clock().0);
        }
    }
}

/// What the cluster of a host sees of its guests.
#[inline]
pub(super) fn monitor_of(model: &Model, host: HostId) -> Option<&Monitor> {
    let cluster = model.hosts[host.index()].cluster?;
    Some(&model.clusters[cluster.index()].monitor).filter(|monitor| monitor.is_on())
}

/// What clients of a VM know of where it is, where that is not where it lives (HYP-55). Assumption: all of them keep it for
/// as long as they may, from the start of its application on.
pub(super) fn lookup_of<'a>(
    model: &Model,
    vm: VmId,
    host: HostId,
    restarts: &'a mut Table<RestartState>,
) -> Option<Lookup<'a>> {
    let place = |host: HostId| model.hosts[host.index()].place.0;
    let cluster = model.hosts[host.index()].cluster?;
    let Product::Quorum(profile) = &model.clusters[cluster.index()].product else { return None };
    let known_at = &mut restarts[vm.index()].known_at;
    if *known_at == NOWHERE {
        *known_at = place(model.vms[vm.index()].host);
    }
    let here = place(host);
    (*known_at != here && profile.name_ttl > Span::ZERO).then_some(Lookup {
        known_at,
        here,
        lasts: profile.name_ttl,
    })
}
