//! The life of one VM: its way back (power_on, boot, start, recover), crashes of its guest, failures of its
//! application, disks that stay away. A state machine that knows its own row and nobody else's.
//!
//! A guest's clock starts anew at every boot, an application's whenever it begins to serve.
//!
//! Methods that end or begin a VM's serving return `Some` cause: whoever looks after the VM must hear of it,
//! and an outage that follows is booked on that cause.

use super::{Observer, Signal};
use crate::engine::{Clock, Randomness, Span, Time};
use crate::model::{Cause, Delay, Fault, GuestGroup, Monitor, Service, VmClock, VmDraw, VmId, VmStreams};
use crate::state::{MonitorState, VmPhase, VmState};

/// A VM in hand.
pub(super) struct Life<'a, O> {
    pub vm: VmId,
    pub service: &'a Service,
    pub streams: VmStreams,
    pub row: &'a mut VmState,
    pub random: Randomness,
    pub now: Time,
    pub observer: &'a mut O,
    /// Whether its disks can be reached from where it lives.
    pub reaches_disk: bool,
    /// What the cluster sees of its guest, where it looks.
    pub monitor: Option<(&'a Monitor, &'a mut MonitorState)>,
    /// Its clients look for it where it was (HYP-55).
    pub lookup: Option<Lookup<'a>>,
}

/// What clients know of where a VM is: they keep it for a while.
pub(super) struct Lookup<'a> {
    pub known_at: &'a mut u32,
    pub here: u32,
    pub lasts: Span,
}

impl<O: Observer> Life<'_, O> {
    /// Serves a clock that is due. Those of members are their group's.
    #[inline(always)]
    pub(super) fn serve(&mut self, which: VmClock) -> Option<Cause> {
        self.row.clocks[which as usize] = Clock::IDLE;
        match which {
            VmClock::Step => self.end_step(),
            VmClock::Guest if self.row.phase == VmPhase::GuestDead => self.reset(),
            VmClock::Guest => self.crash_guest(None),
            VmClock::Disk => self.give_up_disks(),
            VmClock::Member => unreachable!("a member's window is its group's"),
        }
    }

    /// The step that it was in is over. Where its application was up, that has failed.
    #[inline(always)]
    fn end_step(&mut self) -> Option<Cause> {
        match self.row.phase {
            VmPhase::Up => {
                let cause = if self.row.hangs { Cause::AppHang } else { Cause::AppCrash };
                self.fail_app(cause, None)
            }
            VmPhase::AppDead if self.row.resets => self.reset(),
            VmPhase::AppDead => self.start_app(),
            VmPhase::GuestDead => {
                self.row.clocks[VmClock::Guest as usize] = Clock::IDLE;
                self.power_on()
            }
            VmPhase::PowerOn => self.boot(),
            VmPhase::Patch => {
                self.observer.observe(self.now, Signal::PatchEnded { vm: self.vm });
                self.boot_anew()
            }
            VmPhase::Boot => self.end_boot(),
            VmPhase::Start => self.end_start(),
            VmPhase::Recover => self.end_recover(),
            phase @ (VmPhase::Off | VmPhase::StorageWait | VmPhase::Idle) => {
                panic!("a VM that is {phase:?} has no step")
            }
        }
    }

    /// Whether a step takes time. One of no length is over at once.
    #[inline]
    fn waits(&mut self, span: Span) -> bool {
        if span == Span::ZERO && !self.row.suspended {
            return false;
        }
        self.arm(VmClock::Step, span);
        if self.row.suspended {
            // A person has mended the application: its start stands still with the rest of the guest until
            // the disks are back.
            self.row.clocks[VmClock::Step as usize].pause(self.now);
        }
        true
    }

    /// Starts it on the host where it lives, from `power_on`; where its disks are out of reach it starts when
    /// they are back.
    #[inline(always)]
    pub(super) fn power_on(&mut self) -> Option<Cause> {
        self.row.boots += 1;
        self.row.clocks[VmClock::Disk as usize] = Clock::IDLE;
        if let Some((_, watch)) = &mut self.monitor {
            watch.started_at = self.now;
        }
        if !self.reaches_disk {
            self.row.phase = VmPhase::StorageWait;
            self.observer.observe(self.now, Signal::DisksAwaited { vm: self.vm });
            return None;
        }
        self.row.phase = VmPhase::PowerOn;
        let span = self.draw(&self.service.way_back.power_on, VmDraw::PowerOn, self.row.boots);
        if self.waits(span) { None } else { self.boot() }
    }

    /// Shuts the guest down to patch it; its VM stays where it is, and starts from `boot` (MTX-89).
    pub(super) fn patch(&mut self, lasts: Span) {
        self.row.quieten();
        self.row.phase = VmPhase::Patch;
        self.row.cause = Cause::Maintenance;
        self.observer.observe(self.now, Signal::VmDown { vm: self.vm, cause: Cause::Maintenance });
        // One of no length ends after everybody has heard that it began.
        self.arm(VmClock::Step, lasts);
    }

    /// A guest that was shut down boots again: nobody powers its VM on.
    fn boot_anew(&mut self) -> Option<Cause> {
        self.row.boots += 1;
        if let Some((_, watch)) = &mut self.monitor {
            watch.started_at = self.now;
        }
        self.boot()
    }

    fn boot(&mut self) -> Option<Cause> {
        self.row.phase = VmPhase::Boot;
        let span = self.draw(&self.service.way_back.boot, VmDraw::Boot, self.row.boots);
        if self.waits(span) { None } else { self.end_boot() }
    }

    fn end_boot(&mut self) -> Option<Cause> {
        if let Some(fault) = &self.service.guest_crash {
            let life = self.draw(&fault.ttf, VmDraw::GuestTtf, self.row.boots);
            self.arm(VmClock::Guest, life);
        }
        self.observer.observe(self.now, Signal::VmUp { vm: self.vm });
        self.start_app()
    }

    /// Starts the application in a guest that runs; in a failover group the group decides where it runs.
    #[inline(always)]
    fn start_app(&mut self) -> Option<Cause> {
        self.row.resets = false;
        if matches!(self.service.guest, Some(GuestGroup::Failover(_))) {
            self.row.phase = VmPhase::Idle;
            return Some(self.row.cause);
        }
        self.row.phase = VmPhase::Start;
        self.row.starts += 1;
        let span = self.draw(&self.service.way_back.start, VmDraw::Start, self.row.starts);
        if self.waits(span) { None } else { self.end_start() }
    }

    #[inline(always)]
    fn end_start(&mut self) -> Option<Cause> {
        self.observer.observe(self.now, Signal::AppUp { vm: self.vm });
        let lookup = self.lookup.as_ref().map_or(Span::ZERO, |lookup| lookup.lasts);
        if self.row.unclean || lookup > Span::ZERO {
            self.row.phase = VmPhase::Recover;
            let recover = match self.row.unclean {
                true => self.draw(&self.service.way_back.recover, VmDraw::Recover, self.row.starts),
                false => Span::ZERO,
            };
            if self.waits(recover + lookup) {
                return None;
            }
        }
        self.end_recover()
    }

    #[inline(always)]
    fn end_recover(&mut self) -> Option<Cause> {
        // Found once, it is found until it moves again: a life in hand may go on for long.
        if let Some(lookup) = self.lookup.take() {
            *lookup.known_at = lookup.here;
        }
        self.begin_serving();
        Some(self.row.cause)
    }

    /// The application is in service: its clocks start anew.
    #[inline]
    pub(super) fn begin_serving(&mut self) {
        self.row.phase = VmPhase::Up;
        self.row.unclean = false;
        if self.service.app_crash.is_none() && self.service.app_hang.is_none() {
            return;
        }
        let life = |fault: &Option<Fault>, purpose| match fault {
            Some(fault) => self.draw(&fault.ttf, purpose, self.row.starts),
            None => Span::FOREVER,
        };
        let crash = life(&self.service.app_crash, VmDraw::AppCrashTtf);
        let hang = life(&self.service.app_hang, VmDraw::AppHangTtf);
        self.row.hangs = hang < crash;
        self.arm(VmClock::Step, crash.min(hang));
    }

    /// Its guest crashes and waits for a person, who starts it again from `power_on`. A script says how long
    /// the person takes.
    #[inline(always)]
    pub(super) fn crash_guest(&mut self, scripted: Option<Span>) -> Option<Cause> {
        assert!(self.row.phase.is_booted(), "only a guest that runs can crash");
        self.row.quieten();
        self.row.phase = VmPhase::GuestDead;
        self.row.cause = Cause::GuestCrash;
        self.row.unclean = true;
        self.observer.observe(self.now, Signal::VmDown { vm: self.vm, cause: Cause::GuestCrash });
        self.wait_for_person(scripted);
        self.wait_for_monitor();
        Some(Cause::GuestCrash)
    }

    /// Its application crashes or hangs and waits for a person, who starts it again.
    #[inline(always)]
    pub(super) fn fail_app(&mut self, cause: Cause, scripted: Option<Span>) -> Option<Cause> {
        assert!(self.row.phase == VmPhase::Up, "only an application that is up can fail");
        self.row.phase = VmPhase::AppDead;
        self.row.cause = cause;
        self.row.unclean = true;
        self.row.clocks[VmClock::Step as usize] = Clock::IDLE;
        self.observer.observe(self.now, Signal::AppDown { vm: self.vm, cause });
        self.wait_for_person(scripted);
        self.wait_for_app_monitor();
        Some(cause)
    }

    /// Without a crew somebody is there at once; else the crew begins the repair when it can.
    #[inline]
    fn wait_for_person(&mut self, scripted: Option<Span>) {
        match scripted {
            Some(lasts) => self.arm(VmClock::Step, lasts),
            None if self.service.crew.is_none() => self.begin_repair(),
            None => {}
        }
    }

    /// VM monitoring has seen that the guest does not run: when it will reset it, if it does.
    #[inline]
    fn wait_for_monitor(&mut self) {
        let Some((Monitor { guest: Some(rules), .. }, watch)) = &self.monitor else { return };
        // What ran at the beginning of the replication has run for long.
        let started = if watch.started_at == Time::ZERO { None } else { Some(watch.started_at) };
        let now = self.now;
        let spent = watch.resets >= rules.resets && now.since(watch.window_began) <= rules.window;
        if started.is_some_and(|at| now.since(at) < rules.guard) || (spent && !rules.moves) {
            return;
        }
        // Before that it is not looked at.
        let seen = started.map_or(now, |at| now.max(at + rules.uptime_min));
        let after = self.draw(&rules.after, VmDraw::Reset, self.row.boots);
        self.arm(VmClock::Guest, (seen - now) + rules.interval + after);
    }

    /// Application monitoring resets the VM, unless a person is faster.
    #[inline]
    fn wait_for_app_monitor(&mut self) {
        let Some((Monitor { app: Some(after), .. }, _)) = &self.monitor else { return };
        let at = Clock::due_at(self.now + self.draw(after, VmDraw::Reset, self.row.starts));
        if at < self.row.clocks[VmClock::Step as usize] {
            self.row.clocks[VmClock::Step as usize] = at;
            self.row.resets = true;
        }
    }

    /// Whether it has been reset as often as its cluster does: then it goes elsewhere.
    pub(super) fn is_spent(&self) -> bool {
        match &self.monitor {
            Some((Monitor { guest: Some(rules), .. }, watch)) => {
                watch.resets >= rules.resets && self.now.since(watch.window_began) <= rules.window
            }
            _ => false,
        }
    }

    /// The cluster resets it where it lives.
    fn reset(&mut self) -> Option<Cause> {
        if let Some((Monitor { guest: Some(rules), .. }, watch)) = &mut self.monitor {
            if watch.resets == 0 || self.now.since(watch.window_began) > rules.window {
                (watch.resets, watch.window_began) = (0, self.now);
            }
            watch.resets = watch.resets.saturating_add(1);
        }
        self.observer.observe(self.now, Signal::VmReset { vm: self.vm });
        // A guest that ran until now does not beat any more.
        let ran = (self.row.phase == VmPhase::AppDead).then_some(self.row.cause);
        if let Some(cause) = ran {
            self.observer.observe(self.now, Signal::VmDown { vm: self.vm, cause });
        }
        self.row.quieten();
        self.power_on().or(ran)
    }

    /// A person begins to put its guest or its application right.
    #[inline]
    pub(super) fn begin_repair(&mut self) {
        let service = self.service;
        let (fault, purpose, draw) = match (self.row.phase, self.row.cause) {
            (VmPhase::GuestDead, _) => (&service.guest_crash, VmDraw::GuestTtr, self.row.boots),
            (_, Cause::AppHang) => (&service.app_hang, VmDraw::AppHangTtr, self.row.starts),
            _ => (&service.app_crash, VmDraw::AppCrashTtr, self.row.starts),
        };
        let fault = fault.as_ref().expect("who waits for a person has a fault");
        let span = self.draw(&fault.ttr, purpose, draw);
        if self.row.resets && self.row.clocks[VmClock::Step as usize] <= Clock::due_at(self.now + span) {
            return;
        }
        self.row.resets = false;
        self.arm(VmClock::Step, span);
    }

    /// The guest has waited for its disks for too long, and crashes.
    fn give_up_disks(&mut self) -> Option<Cause> {
        let cause = match self.row.phase {
            VmPhase::AppDead => Cause::StorageOutage,
            _ => self.row.cause,
        };
        self.row.quieten();
        self.row.unclean |= self.row.phase.is_booted() || self.row.phase == VmPhase::Boot;
        self.row.phase = VmPhase::StorageWait;
        self.row.cause = cause;
        self.observer.observe(self.now, Signal::VmDown { vm: self.vm, cause });
        // Where they have just been switched to an older copy it boots from that at once (HYP-60).
        if !self.reaches_disk {
            self.observer.observe(self.now, Signal::DisksAwaited { vm: self.vm });
        }
        Some(cause)
    }

    #[inline]
    fn arm(&mut self, which: VmClock, span: Span) {
        self.row.clocks[which as usize] = Clock::due_at(self.now + span);
    }

    /// Draw number `k` for a purpose.
    #[inline]
    fn draw(&self, delay: &Delay, purpose: VmDraw, k: u32) -> Span {
        delay.draw(self.random, self.streams.of(purpose), k)
    }
}
