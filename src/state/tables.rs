//! The rows of the state's tables; those of clusters and restarts have files of their own.

use std::collections::VecDeque;

use super::group::GroupState;
use crate::engine::{Clock, Time, clone_in_place};
use crate::model::{Cause, DEPARTURES_MAX, Host, HostId, PartId, Room, VmClock, VmId};

/// Stands for "no VM", "no host" in the compact lists.
pub const NOWHERE: u32 = u32::MAX;

/// A storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StorageState {
    /// Why it cannot be reached: an outage of its own, no controller left, a move to another controller.
    pub reasons: u16,
    /// Controllers that are out, and moves so far: which draw comes next.
    pub controllers_out: u32,
    pub switches: u32,
    /// It moves to another controller.
    pub switching: bool,
    /// Its site is losing power at this very instant: nobody starts from it.
    pub doomed: bool,
}

impl StorageState {
    /// Whether it cannot be reached from anywhere.
    #[inline]
    #[must_use]
    pub const fn is_out(self) -> bool {
        self.reasons > 0
    }
}

/// What a crew is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    Part(PartId),
    Host(HostId),
    Vm(VmId),
}

/// People who repair, and who waits for them: first come, first served.
#[derive(Debug)]
pub struct CrewState {
    pub free: u32,
    pub queue: VecDeque<Job>,
}

clone_in_place!(CrewState { free, queue });

/// What a host is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostPhase {
    #[default]
    Up,
    /// Crashed: waits for its crew, or is repaired.
    Repair,
    /// It has stopped where it was, until somebody or its watchdog resets it.
    Hung,
    /// Without power.
    Off,
    Boot,
    Maintenance,
}

/// Whether planned work on a host waits for clients of balanced groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drains {
    #[default]
    No,
    Waits,
    /// One of them turned out to be needed: the host's turn is over.
    GivenUp,
}

/// A host.
#[derive(Clone, Copy, Debug)]
pub struct HostState {
    pub phase: HostPhase,
    /// Racks and sites around it that are out.
    pub cuts: u16,
    /// Why a kind of traffic does not pass: links that are cut; for storage no path left, or a move to another.
    pub links_cut: [u16; 4],
    /// Paths to the storage that are cut, and whether it moves to another just now.
    pub paths_out: u32,
    pub switching: bool,
    /// The cluster's agent does not answer, and since when; [`Time::NEVER`] while it does.
    pub agent_out: bool,
    pub agent_out_since: Time,
    /// It is up and not of the cluster: a pool that has no statefile, a node in quarantine.
    pub unlisted: bool,
    pub quarantined: bool,
    /// Its product holds the I/O of its VMs on block storage back, because it is alone.
    pub holds_io: bool,
    /// The others took it for dead although it is up, and how often they tried to start what runs on it.
    pub abandoned: bool,
    pub lock_attempts: u32,
    /// Copies of VMs in its memory that cannot write any more.
    pub stale: u32,
    /// The room that those take, and VMs that are being moved here.
    pub held: Room,
    /// VMs that are being moved from here or to here.
    pub migrations: u32,
    /// Those who live here are being moved elsewhere for planned work, until when at most; or they come home after it.
    pub evacuates: bool,
    pub evacuates_until: Time,
    /// When somebody is tried again who could not be moved in time.
    pub tries_again_at: Time,
    pub returns: bool,
    /// Head of the list of VMs that have left for planned work.
    pub first_evacuee: u32,
    /// When it left the cluster without a word, the last times.
    pub departures: [Time; DEPARTURES_MAX],
    pub crewed: bool,
    /// Its rack or site is losing power at this very instant: it is no place to go.
    pub doomed: bool,
    /// It crashed, or hung, so a new life begins when it is up; else its old one goes on.
    pub reborn: bool,
    pub revived: bool,
    /// What it is down with is of a history, which says when it is up again: its boot is over then.
    pub is_replayed: bool,
    /// Its cluster has given it up but nobody was there to act.
    pub undeclared: bool,
    /// The cluster has said that it gives it up; it does so once until it hears it again.
    pub given_up: bool,
    pub isolated: bool,
    /// It found itself alone and had no quorum by itself.
    pub outvoted: bool,
    /// Its product reset it because it was alone: it is out of the cluster until it hears the others again.
    pub fenced: bool,
    /// One of the five primaries.
    pub is_primary: bool,
    /// Its vote counts for quorum.
    pub has_vote: bool,
    /// Planned work waits for clients of balanced groups that have something under way on it.
    pub drains: Drains,
    /// Planned work is under way on it.
    pub worked_on: bool,
    /// Since when the others hear nothing of it, though it is up; [`Time::NEVER`] where they do.
    pub silent_since: Time,
    /// Since when it can be heard, if its way to the others is open: it has sent no beat before that.
    pub heard_since: Time,
    /// Of a pool: a host that neither hears the others nor sees the statefile, and did so before views were merged.
    pub mute: bool,
    /// Why it fell silent last.
    pub cut_off_by: Cause,
    /// When the others miss it, or have missed it; [`Time::NEVER`] while it is in the cluster.
    pub missed_at: Time,
    /// The plan whose window it is in until its VMs are back, or [`NOWHERE`].
    pub plan: u32,
    pub crashes: u32,
    pub hangs: u32,
    /// Moves to another path so far, and to another host's paths; whether those are in use.
    pub switches: u32,
    pub redirections: u32,
    pub redirected: bool,
    /// Times it went down, from whatever cause.
    pub downs: u32,
    pub boots: u32,
    pub works: u32,
    /// Head of the list of VMs that live here, running or not.
    pub first_vm: u32,
    /// Head of the list of VMs that were lost here and wait for the cluster to notice.
    pub first_lost: u32,
    /// Up to which of its downs the pending declaration reaches, and when the last one is due.
    pub declared_downs: u32,
    pub next_declaration: Time,
    /// VMs that wait here for their turn to start; starts under way, of what priority, and until when at most.
    pub queued: u32,
    pub starts: u32,
    pub starts_class: u8,
    pub starts_until: Time,
    pub used: Room,
}

impl Default for HostState {
    fn default() -> HostState {
        HostState {
            phase: HostPhase::Up,
            cuts: 0,
            links_cut: [0; 4],
            paths_out: 0,
            switching: false,
            agent_out: false,
            agent_out_since: Time::NEVER,
            unlisted: false,
            quarantined: false,
            holds_io: false,
            abandoned: false,
            lock_attempts: 0,
            stale: 0,
            held: Room::default(),
            migrations: 0,
            evacuates: false,
            evacuates_until: Time::NEVER,
            tries_again_at: Time::NEVER,
            returns: false,
            first_evacuee: NOWHERE,
            departures: [Time::NEVER; DEPARTURES_MAX],
            crewed: false,
            doomed: false,
            reborn: false,
            is_replayed: false,
            revived: false,
            undeclared: false,
            given_up: false,
            isolated: false,
            outvoted: false,
            fenced: false,
            is_primary: false,
            has_vote: true,
            silent_since: Time::NEVER,
            heard_since: Time::ZERO,
            mute: false,
            cut_off_by: Cause::NetworkOutage,
            missed_at: Time::NEVER,
            drains: Drains::No,
            worked_on: false,
            plan: NOWHERE,
            crashes: 0,
            hangs: 0,
            switches: 0,
            redirections: 0,
            redirected: false,
            downs: 0,
            boots: 0,
            works: 0,
            first_vm: NOWHERE,
            first_lost: NOWHERE,
            declared_downs: 0,
            next_declaration: Time::NEVER,
            queued: 0,
            starts: 0,
            starts_class: 0,
            starts_until: Time::ZERO,
            used: Room::default(),
        }
    }
}

impl HostState {
    /// What is free under the host's room.
    #[inline]
    #[must_use]
    pub fn free(&self, host: &Host) -> Room {
        Room {
            memory_mib: host.room.memory_mib.saturating_sub(self.used.memory_mib + self.held.memory_mib),
            cores: host.room.cores.saturating_sub(self.used.cores + self.held.cores),
        }
    }
}

/// What a VM is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VmPhase {
    /// Not running: its host is down, or it has none.
    Off,
    /// Would start, but its disks cannot be reached.
    StorageWait,
    PowerOn,
    Boot,
    /// The guest runs; its application belongs to another node of the group just now.
    Idle,
    Start,
    Recover,
    #[default]
    Up,
    /// The guest runs, its application has failed and waits for a person.
    AppDead,
    /// The guest has crashed and waits for a person.
    GuestDead,
    /// The guest has been shut down and is being patched; its VM runs.
    Patch,
}

impl VmPhase {
    /// Whether the guest's operating system runs.
    #[inline]
    #[must_use]
    pub const fn is_booted(self) -> bool {
        matches!(self, VmPhase::Idle | VmPhase::Start | VmPhase::Recover | VmPhase::Up | VmPhase::AppDead)
    }

    /// Whether a guest is there that feels the loss of its disks.
    #[inline]
    #[must_use]
    pub const fn uses_disk(self) -> bool {
        self.is_booted() || matches!(self, VmPhase::PowerOn | VmPhase::Boot | VmPhase::Patch)
    }
}

/// A virtual machine. One line of the processor's cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct VmState {
    /// What will happen to it, by [`VmClock`].
    pub clocks: [Clock; VmClock::ALL.len()],
    /// Where it lives, or [`NOWHERE`].
    pub host: u32,
    /// Its neighbours in the list of its host, or in the list of the lost (`next`; `prev` is then the
    /// number of the host's down in which it was lost).
    pub next: u32,
    pub prev: u32,
    /// Boots and starts of the application so far: which draws come next.
    pub boots: u32,
    pub starts: u32,
    pub phase: VmPhase,
    /// Why it is not serving, while it is not.
    pub cause: Cause,
    /// It stands still: its disks cannot be reached just now, or it is paused.
    pub suspended: bool,
    /// Somebody holds its processors still, as the last moments of a live migration do (GFC-29).
    pub paused: bool,
    /// They are on the second copy of its storage.
    pub on_mirror: bool,
    /// It must recover before it serves again.
    pub unclean: bool,
    /// The application's pending fault is a hang.
    pub hangs: bool,
    /// A person is at work on it.
    pub crewed: bool,
    /// The step under way ends in a reset by the cluster, which is faster than the person.
    pub resets: bool,
    /// Nobody else is concerned by its clocks, so they are served when somebody looks at it.
    pub private: bool,
}

impl Default for VmState {
    fn default() -> VmState {
        VmState {
            clocks: [Clock::IDLE; VmClock::ALL.len()],
            host: NOWHERE,
            next: NOWHERE,
            prev: NOWHERE,
            boots: 0,
            starts: 0,
            phase: VmPhase::Up,
            cause: Cause::HostCrash,
            suspended: false,
            paused: false,
            on_mirror: false,
            unclean: false,
            hangs: false,
            crewed: false,
            resets: false,
            private: false,
        }
    }
}

impl VmState {
    /// Its host.
    #[inline]
    #[must_use]
    pub fn host(&self) -> Option<HostId> {
        (self.host != NOWHERE).then_some(HostId(self.host))
    }

    /// Its first clock, and which one that is.
    #[inline]
    #[must_use]
    pub fn first_clock(&self) -> (Clock, VmClock) {
        let mut first = (self.clocks[0], VmClock::ALL[0]);
        for which in &VmClock::ALL[1..] {
            let clock = self.clocks[*which as usize];
            first = if clock < first.0 { (clock, *which) } else { first };
        }
        first
    }

    /// The first clock of a VM that lives by itself, and which one that is: as [`VmState::first_clock`], of a VM that is
    /// nobody's member and has its disks.
    #[inline]
    #[must_use]
    pub fn private_clock(&self) -> (Time, VmClock) {
        debug_assert!(!self.runs(VmClock::Member) && !self.runs(VmClock::Disk), "not its own business");
        let [guest, step] = [VmClock::Guest, VmClock::Step].map(|which| self.clocks[which as usize]);
        if guest <= step { (guest.due(), VmClock::Guest) } else { (step.due(), VmClock::Step) }
    }

    /// Stops every clock but the group's: what it did, or was waiting for, is over.
    #[inline]
    pub fn quieten(&mut self) {
        (self.suspended, self.paused, self.resets) = (false, false, false);
        for which in [VmClock::Disk, VmClock::Guest, VmClock::Step] {
            self.clocks[which as usize] = Clock::IDLE;
        }
    }

    /// It stops, cleanly or as in a crash. Without its disks no guest can be shut down cleanly. True where it ran.
    #[inline]
    pub fn stop(&mut self, cause: Cause, clean: bool) -> bool {
        let clean = clean && !self.suspended;
        self.quieten();
        self.unclean |= !clean && (self.phase.is_booted() || self.phase == VmPhase::Boot);
        let ran = !matches!(self.phase, VmPhase::GuestDead | VmPhase::StorageWait);
        (self.phase, self.cause) = (VmPhase::Off, cause);
        ran
    }

    /// Whether a clock runs.
    #[must_use]
    pub fn runs(&self, which: VmClock) -> bool {
        self.clocks[which as usize].runs()
    }
}

/// An instance of a service.
#[derive(Clone, Copy, Debug)]
pub struct InstanceState {
    /// The part of its demand that is served, in billionths.
    pub served_ppb: u32,
    /// A balanced group: members converged (dead and unnoticed ones included), members that serve,
    /// and the shares that dead ones turn away.
    pub converged: u8,
    pub serving: u8,
    pub dark_ppb: u64,
    /// Whether some of its members, or of their clients, do not reach others, or have not agreed with them; and what
    /// members are about to do about that.
    pub is_split: bool,
    pub parting: super::Parting,
    pub group: GroupState,
}

impl InstanceState {
    /// All of the demand.
    pub const FULL_PPB: u32 = 1_000_000_000;
}

impl Default for InstanceState {
    fn default() -> InstanceState {
        InstanceState {
            served_ppb: InstanceState::FULL_PPB,
            converged: 0,
            serving: 0,
            dark_ppb: 0,
            is_split: false,
            parting: super::Parting::Agreed,
            group: GroupState::default(),
        }
    }
}

/// A maintenance plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct MaintenanceState {
    /// Rounds begun.
    pub rounds: u64,
    /// The next host, or instance, of this round, and hosts or guests whose window is open.
    pub next: u32,
    pub open: u32,
    /// A round of patching runs.
    pub runs: bool,
}

/// An instance in a round of a plan that patches its guests. Bits stand for its VMs, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Those that have been shut down to be patched.
    pub done: u32,
    /// Those whose window is open. One of them that is not done owns its group, which moves first.
    pub open: u32,
}

/// What plans do to the guests of an instance, all of them together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patching {
    /// Whose window is open, as in [`Turn`].
    pub open: u32,
    /// Plans that have begun with it and are not through.
    pub plans: u32,
}

/// Sizes that the promise of 200 bytes of state a VM rests on.
const _: () = assert!(size_of::<VmState>() <= 64 && size_of::<super::MemberState>() <= 32);
