//! A second opinion on a replication, from its log alone.
//!
//! The checker sees the fixed facts of a model (who is where, what they need, which laws hold) and
//! the signals in their order. It knows nothing of the simulation's state: it replays placement,
//! power, guests and services by itself, and says which rule the log breaks.
//!
//! Not in the log, and therefore not judged: for how long disks stand still while a host moves to another of several
//! paths. Rules that would need it are applied only to models without such hosts. A clustered VM whose host crashes while it boots after
//! maintenance is lost without a signal; from the window's opening until the next sign of life the
//! checker takes its place for uncertain.

mod demand;
mod guests;
mod hosts;
mod load;
mod migrations;
mod mirrors;
mod orders;
mod patching;
mod placement;
mod reach;
mod rules;
mod services;
mod sessions;
mod sides;
mod votes;

use migrations::MoveSeen;
use mirrors::{Loss, MirrorSeen, PairSeen};
use ninefold::engine::{Law, Span, Time};
use ninefold::model::{
    AntiAffinity, Cause, ClusterId, Delay, GuestGroup, HostId, InjectTarget, InstanceId, IsolationResponse,
    MirrorFailover, Model, Product, Reach, RetryHost, VmFault, VmId, WaitReason,
};
use ninefold::probe::{CauseTally, Entry, ServiceTally};
use ninefold::sim::Signal;
use orders::lacks_room;
use patching::Patch;
use reach::Ways;
pub(crate) use rules::{Rule, Violation};
use sessions::WorkSeen;
use votes::SideSeen;

/// A replication as its observers saw it.
#[derive(Clone)]
pub(crate) struct Log {
    pub entries: Vec<Entry>,
    pub services: Vec<ServiceTally>,
    pub waiting_us: u64,
}

#[derive(Clone, Copy, Default)]
struct HostSeen {
    down: bool,
    since: Time,
    up_since: Time,
    /// Since when nobody can hear it, and since when others can again.
    silent_since: Option<Time>,
    audible_since: Time,
    in_window: bool,
    closing: bool,
    /// Its product resets it.
    fenced: bool,
    /// It hangs.
    hung: bool,
    agent_out: bool,
    /// From when on it gives orders as a primary.
    leads_at: Option<Time>,
    /// Links that are cut, by kind of traffic.
    cuts: [u32; 4],
    /// How many VMs it is shutting down.
    shuts: u32,
    /// VMs leave it for planned work.
    evacuates: bool,
}

#[derive(Clone, Copy)]
struct VmSeen {
    home: Option<HostId>,
    /// It may have been lost without a signal.
    uncertain: bool,
    lost: Option<(HostId, Time)>,
    /// Its host told the cluster of the loss: nothing has to be detected.
    told: bool,
    /// When an answer must have come.
    deadline: Time,
    /// What it waits for, and since when.
    waiting: Option<(WaitReason, Time)>,
    /// It has a place and waits for its turn.
    queued: bool,
    /// Seats of hosts on which it failed to start, since it ran; and those that it is not tried on any more, since its
    /// cluster may have begun anew, which it did after so many failures.
    failed_on: u64,
    avoids: u64,
    failures: u32,
    /// Where a copy of it that cannot write is in memory.
    stale: Option<HostId>,
    booted: bool,
    app: bool,
    /// Planned work waits for its clients.
    drains_since: Option<Time>,
    /// It is held still.
    paused: bool,
    /// It is being moved.
    moves: Option<MoveSeen>,
    /// The earliest instant at which it could be up again.
    down_at: Time,
    up_at: Time,
    /// Where it is in a window of planned work of its own.
    patch: Patch,
    /// When it stopped last.
    stopped_at: Time,
    /// Its disks are on the second copy, where its cluster switches them; they are not ready yet; since when they are
    /// made ready.
    on_mirror: bool,
    unfinished: bool,
    switching: Option<Time>,
    /// What a switch at this instant costs it, and that it must tell.
    loss: Option<Loss>,
    must_lose: bool,
}

/// A boot that is over, or one that may have been: all of its reading and writing lies between two instants.
#[derive(Clone, Copy)]
struct BootSeen {
    begun: Time,
    /// At least, in bits, a million times over.
    drawn: u128,
}

/// So many of the last boots of a channel are held against its bandwidth.
const BOOTS_SEEN: usize = 64;

#[derive(Clone, Copy)]
struct InstanceSeen {
    lost_ppb: u32,
    /// What it lacks of the computing power that it wants.
    lacks_ppb: u32,
    since: Time,
    cause: Cause,
    down_at: Time,
    /// The group has lost quorum.
    no_quorum: bool,
    /// A takeover under way: on whom, since when.
    taking: Option<(VmId, Time)>,
    taken_before: bool,
    /// Its last outage began when its owner stopped because it was outvoted.
    outvoted: bool,
    members: u16,
    /// Of a balanced group: no member has been out of reach, or stood still, since all served together.
    calm: bool,
}

const ALL_PPB: u32 = 1_000_000_000;

struct Checker<'m> {
    model: &'m Model,
    now: Time,
    /// When something was out of reach, or held still, for the last time.
    last_silence: Time,
    instant: Vec<Signal>,
    hosts: Vec<HostSeen>,
    domains: Vec<bool>,
    storages: Vec<bool>,
    networks: Vec<bool>,
    ways: Ways,
    ways_changed_at: Time,
    /// When a network failed for the first time.
    first_cut: Time,
    mirrors: Vec<MirrorSeen>,
    pairs: Vec<PairSeen>,
    /// Since when pairs of hosts do not hear each other.
    unheard: Vec<Time>,
    witnesses_out: Vec<bool>,
    /// Hosts that have been ordered something at this instant, while nobody's hearing changed.
    ordered_now: Vec<HostId>,
    /// By cluster, since when a site of it is out, and whether a person may have forced quorum.
    site_out: Vec<Time>,
    forced: Vec<bool>,
    vms: Vec<VmSeen>,
    work: Vec<WorkSeen>,
    instances: Vec<InstanceSeen>,
    /// Of failover groups that count votes.
    sides_of_groups: Vec<SideSeen>,
    /// By channel.
    boots: Vec<Vec<BootSeen>>,
    /// Plans of which a guest has been patched.
    patched: Vec<bool>,
    tallies: Vec<ServiceTally>,
    waiting_us: u64,
    /// Disks of a host may stand still without a word of it in the log.
    hidden_pauses: bool,
    /// Some host's I/O may go through another host.
    redirects: bool,
    /// Clusters that have lost quorum.
    no_quorum: Vec<bool>,
    managers_out: Vec<bool>,
}

type Checked = Result<(), Violation>;

/// Replays a log and finds the first rule that it breaks.
pub(crate) fn check(model: &Model, log: &Log) -> Checked {
    let mut checker = Checker::new(model);
    checker.check_start()?;
    let end = Time::ZERO + model.end();
    for entry in &log.entries {
        if entry.at < checker.now || entry.at >= end {
            return checker.broken(Rule::TimeOrder, format!("{entry:?} after {:?}", checker.now));
        }
        if entry.at > checker.now {
            checker.settle(entry.at)?;
            checker.now = entry.at;
            checker.instant.clear();
            checker.ordered_now.clear();
        }
        checker.apply(entry.signal)?;
        checker.instant.push(entry.signal);
    }
    checker.settle(end)?;
    checker.finish(log, end)
}

/// The least that a law can give.
fn least(delay: &Delay) -> Span {
    match &delay.law {
        Law::Constant { value_s } => Span::from_secs_f64(*value_s),
        Law::Uniform { min_s, .. } | Law::Triangular { min_s, .. } => Span::from_secs_f64(*min_s),
        Law::Empirical { values_s } => Span::from_secs_f64(values_s[0]),
        _ => Span::ZERO,
    }
}

/// The most that a law can give.
fn most(delay: &Delay) -> Span {
    match &delay.law {
        Law::Constant { value_s } => Span::from_secs_f64(*value_s),
        Law::Uniform { max_s, .. } | Law::Triangular { max_s, .. } => Span::from_secs_f64(*max_s),
        Law::Empirical { values_s } => Span::from_secs_f64(values_s[values_s.len() - 1]),
        _ => Span::FOREVER,
    }
}

impl<'m> Checker<'m> {
    fn new(model: &'m Model) -> Checker<'m> {
        let vms = model.vms.iter().map(|vm| {
            let failover = matches!(model.services[vm.service.index()].guest, Some(GuestGroup::Failover(_)));
            let first = model.instances[vm.instance.index()].first_vm;
            VmSeen {
                home: Some(vm.host),
                uncertain: false,
                lost: None,
                told: false,
                deadline: Time::NEVER,
                waiting: None,
                queued: false,
                failed_on: 0,
                avoids: 0,
                failures: 0,
                stale: None,
                drains_since: None,
                booted: true,
                app: !failover || model.vms[first.index()].name == vm.name,
                down_at: Time::ZERO,
                up_at: Time::ZERO,
                patch: Patch::None,
                paused: false,
                moves: None,
                stopped_at: Time::ZERO,
                on_mirror: false,
                unfinished: false,
                switching: None,
                loss: None,
                must_lose: false,
            }
        });
        let holds_io = model.clusters.iter().any(|c| matches!(&c.product, Product::Quorum(q) if q.holds_io));
        let redirects = model.clusters.iter().any(|c| c.storage_loss.redirect.is_some());
        let paused = |i: &ninefold::model::Inject| matches!(i.target, InjectTarget::Vm(_, VmFault::Pause));
        let hidden_pauses = redirects
            || holds_io
            || model.hosts.iter().any(|h| h.storage_paths > 1)
            || model.injects.iter().any(paused)
            || model
                .clusters
                .iter()
                .filter_map(|c| c.migration.as_ref())
                .any(|rules| !model.maintenances.is_empty() || rules.balance.is_some());
        let instances = model.instances.iter().map(|i| InstanceSeen {
            lost_ppb: 0,
            lacks_ppb: 0,
            since: Time::ZERO,
            cause: Cause::HostCrash,
            down_at: Time::ZERO,
            no_quorum: false,
            taking: None,
            taken_before: false,
            outvoted: false,
            members: i.vms as u16,
            calm: !hidden_pauses,
        });
        let networks = vec![false; model.networks.len()];
        let mut hosts = vec![HostSeen::default(); model.hosts.len()];
        for cluster in &model.clusters {
            if let Product::Primary(profile) = &cluster.product {
                let first = cluster.hosts[profile.ranking[0] as usize];
                hosts[first.index()].leads_at = Some(Time::ZERO);
            }
        }
        Checker {
            model,
            now: Time::ZERO,
            last_silence: Time::ZERO,
            instant: Vec::new(),
            unheard: vec![Time::NEVER; model.hosts.len() * model.hosts.len()],
            hosts,
            ways_changed_at: Time::NEVER,
            first_cut: Time::NEVER,
            ways: Ways::new(model, &networks),
            mirrors: vec![MirrorSeen::new(); model.storages.len()],
            pairs: vec![PairSeen::new(); model.local_mirrors.len()],
            ordered_now: Vec::new(),
            witnesses_out: vec![false; model.clusters.len()],
            site_out: vec![Time::NEVER; model.clusters.len()],
            forced: vec![false; model.clusters.len()],
            domains: vec![false; model.domains.len()],
            storages: vec![false; model.storages.len()],
            networks,
            work: vms.clone().map(|vm: VmSeen| WorkSeen::new(vm.app)).collect(),
            vms: vms.collect(),
            instances: instances.collect(),
            sides_of_groups: vec![SideSeen::default(); model.instances.len()],
            boots: vec![Vec::new(); model.channels.len()],
            patched: vec![false; model.maintenances.len()],
            tallies: vec![ServiceTally::default(); model.services.len()],
            waiting_us: 0,
            no_quorum: vec![false; model.clusters.len()],
            managers_out: vec![false; model.clusters.len()],
            hidden_pauses,
            redirects,
        }
    }

    fn broken<T>(&self, rule: Rule, what: impl Into<String>) -> Result<T, Violation> {
        Err(Violation { rule, at: self.now, what: what.into() })
    }

    fn require(&self, holds: bool, rule: Rule, what: impl FnOnce() -> String) -> Checked {
        if holds { Ok(()) } else { self.broken(rule, what()) }
    }

    fn check_start(&self) -> Checked {
        for number in 0..self.model.hosts.len() as u32 {
            let host = HostId(number);
            let (memory, cores) = self.used(host);
            let room = self.model.hosts[host.index()].room;
            self.require(memory <= room.memory_mib && cores <= room.cores, Rule::Room, || {
                format!("{} starts with more than it has", self.model.hosts[host.index()].name)
            })?;
        }
        for number in 0..self.model.vms.len() as u32 {
            let (vm, home) = (VmId(number), self.model.vms[number as usize].host);
            self.require(!self.sibling_on(vm, home), Rule::AntiAffinity, || {
                "siblings start together".into()
            })?;
        }
        Ok(())
    }

    fn apply(&mut self, signal: Signal) -> Checked {
        self.play(signal)?;
        if matches!(signal, Signal::NetworkDown { .. } | Signal::LinkDown { .. } | Signal::StorageDown { .. })
        {
            self.work_may_wait();
        }
        match signal {
            Signal::NetworkDown { .. } | Signal::NetworkUp { .. } => {
                self.ways.survey(self.model, &self.networks);
                self.ways_changed_at = self.now;
                self.first_cut = self.first_cut.min(self.now);
                self.look_at_mirrors();
                self.look_at_pairs();
                self.note_silences();
            }
            Signal::StorageDown { .. } | Signal::StorageUp { .. } => {
                self.forget_failed_starts();
                self.look_at_mirrors();
                self.look_at_pairs();
            }
            Signal::HostDown { .. }
            | Signal::HostUp { .. }
            | Signal::LinkDown { .. }
            | Signal::LinkUp { .. } => {
                self.forget_failed_starts();
                self.look_at_pairs();
                self.note_silences();
            }
            Signal::HostDeclaredFailed { .. }
            | Signal::HostIsolated { .. }
            | Signal::HostFenced { .. }
            | Signal::QuorumLost { .. }
            | Signal::DisksAwaited { .. }
            | Signal::PrimaryElected { .. } => self.forget_failed_starts(),
            Signal::MaintenanceBegun { .. }
            | Signal::DomainDown { .. }
            | Signal::DomainUp { .. }
            | Signal::WitnessDown { .. }
            | Signal::WitnessUp { .. }
            | Signal::QuorumRegained { .. } => self.note_silences(),
            _ => {}
        }
        Ok(())
    }

    fn play(&mut self, signal: Signal) -> Checked {
        match signal {
            Signal::DomainDown { domain } => self.turn(|c| &mut c.domains[domain.index()], true),
            Signal::DomainUp { domain } => self.turn(|c| &mut c.domains[domain.index()], false),
            Signal::StorageDown { storage, .. } => {
                self.note_moves_on(storage, true);
                self.turn(|c| &mut c.storages[storage.index()], true)
            }
            Signal::StorageUp { storage } => {
                self.note_moves_on(storage, false);
                self.turn(|c| &mut c.storages[storage.index()], false)
            }
            Signal::NetworkDown { network } => self.turn(|c| &mut c.networks[network.index()], true),
            Signal::NetworkUp { network } => self.turn(|c| &mut c.networks[network.index()], false),
            Signal::LinkDown { host, traffic } => {
                self.hosts[host.index()].cuts[traffic as usize] += 1;
                Ok(())
            }
            Signal::LinkUp { host, traffic } => {
                let cuts = &mut self.hosts[host.index()].cuts[traffic as usize];
                let fits = *cuts > 0;
                *cuts = cuts.saturating_sub(1);
                self.require(fits, Rule::PartAlternates, || "a link is mended that was not cut".into())
            }
            Signal::AgentDown { host } => self.turn(|c| &mut c.hosts[host.index()].agent_out, true),
            Signal::AgentUp { host } => self.agent_up(host),
            Signal::ManagerDown { cluster } => self.turn(|c| &mut c.managers_out[cluster.index()], true),
            Signal::ManagerUp { cluster } => self.turn(|c| &mut c.managers_out[cluster.index()], false),
            Signal::HostOverloaded { .. } | Signal::HostRelieved { .. } => Ok(()),
            Signal::Starved { instance, lacks_ppb } => self.starved(instance, lacks_ppb),
            Signal::HostQuarantined { .. }
            | Signal::HostReadmitted { .. }
            | Signal::ControllerDown { .. }
            | Signal::ControllerUp { .. } => Ok(()),
            Signal::StorageSwitched { storage, to } => self.storage_switched(storage, to),
            Signal::MirrorEqual { storage, host } => self.mirror_equal(storage, host),
            Signal::MirrorBehind { storage, copy, host } => self.mirror_behind(storage, copy, host),
            Signal::WritesLost { vm, instance, lost } => {
                self.account_writes(instance, lost);
                self.writes_lost(vm, lost)
            }
            Signal::SessionsLost { vm, instance, lost } => self.sessions_lost(vm, instance, lost),
            Signal::WitnessDown { cluster } => self.turn(|c| &mut c.witnesses_out[cluster.index()], true),
            Signal::WitnessUp { cluster } => self.turn(|c| &mut c.witnesses_out[cluster.index()], false),
            Signal::HostDown { host, cause } => self.host_down(host, cause),
            Signal::HostUp { host } => self.host_up(host),
            Signal::HostIsolated { host } => {
                let fits = !self.hosts[host.index()].down
                    && (self.is_silent(host)
                        || self.watches_storage(host)
                        || self.is_outvoted(host)
                        || self.waits_for_quorum(host));
                self.require(fits, Rule::Primary, || {
                    let name = &self.model.hosts[host.index()].name;
                    format!("{name} is down, or hears everybody, and declares itself isolated")
                })
            }
            Signal::HostFenced { host } => {
                let row = &mut self.hosts[host.index()];
                let fits = !row.down || row.hung;
                // What hangs is down already: this is its reset.
                row.fenced = !std::mem::take(&mut row.hung);
                self.require(fits, Rule::Primary, || "a host that is down is fenced".into())
            }
            Signal::QuorumLost { cluster } | Signal::QuorumRegained { cluster } => {
                let lost = matches!(signal, Signal::QuorumLost { .. });
                let was = std::mem::replace(&mut self.no_quorum[cluster.index()], lost);
                self.require(was != lost, Rule::Quorum, || "quorum is lost, or found, twice".into())
            }
            Signal::HostUndeclared { host } => {
                self.require(self.model.hosts[host.index()].cluster.is_some(), Rule::OrderLegal, || {
                    "a host without a cluster is looked after".into()
                })
            }
            Signal::ShutdownBegun { host, .. }
            | Signal::ShutdownEnded { host, .. }
            | Signal::ShutdownCutShort { host, .. } => self.shutdown(host, signal),
            Signal::VmsLeftOn { host, vms }
            | Signal::VmsPaused { host, vms }
            | Signal::VmsResumed { host, vms } => {
                let fits = !self.hosts[host.index()].down && vms > 0;
                self.require(fits, Rule::Response, || format!("{vms} VMs of {host:?} are told what to do"))
            }
            Signal::QuorumForced { cluster } => {
                let soonest = match &self.model.clusters[cluster.index()].product {
                    Product::Quorum(p) => self.site_out[cluster.index()] + least(&p.quorum_forced_after),
                    _ => Time::NEVER,
                };
                let fits = self.no_quorum[cluster.index()] && self.now >= soonest;
                self.require(fits, Rule::Quorum, || format!("a person forces quorum, not before {soonest:?}"))
            }
            Signal::DisksAwaited { vm } => {
                let row = self.vms[vm.index()];
                let fits = row.home.is_some_and(|h| !self.hosts[h.index()].down) && !row.booted;
                self.require(fits, Rule::GuestAlternates, || format!("{} waits for disks", self.name(vm)))
            }
            Signal::VmStays { vm, .. } => {
                self.require(self.vms[vm.index()].lost.is_none(), Rule::OrderLegal, || {
                    format!("{} has left its host, and stays there", self.name(vm))
                })
            }
            Signal::PersonFindsNoHost { vm } => {
                let copied = self.model.vms[vm.index()].storage.and_then(|storage| self.mirror_of(storage));
                let by_hand = copied.is_some_and(|mirror| mirror.failover == MirrorFailover::Manual);
                self.require(by_hand, Rule::Mirror, || format!("no person starts {}", self.name(vm)))
            }
            Signal::HostDeclaredFailed { host, .. } => {
                self.require(self.hosts[host.index()].down || self.is_silent(host), Rule::OrderLegal, || {
                    "a host that is up is given up".into()
                })
            }
            Signal::PrimaryElected { cluster, host } => {
                let fits =
                    !self.hosts[host.index()].down && self.model.hosts[host.index()].cluster == Some(cluster);
                let reads = match &self.model.clusters[cluster.index()].product {
                    Product::Primary(profile) => profile.restart_after_election,
                    _ => Span::ZERO,
                };
                self.hosts[host.index()].leads_at = Some(self.now + reads);
                self.require(fits, Rule::Primary, || "elected a host that is down, or a stranger".into())
            }
            Signal::EvacuationBegun { host } => {
                let row = &mut self.hosts[host.index()];
                row.evacuates = true;
                let fits = !row.down && !row.in_window;
                self.require(fits, Rule::MaintenancePairs, || format!("VMs leave {host:?}, which is not up"))
            }
            Signal::EvacuationGivenUp { host } => {
                let was = std::mem::take(&mut self.hosts[host.index()].evacuates);
                self.require(was, Rule::MaintenancePairs, || format!("nobody leaves {host:?}"))
            }
            Signal::WorkGivenUp { host } => {
                let row = &mut self.hosts[host.index()];
                row.evacuates = false;
                let fits = !row.down && !row.in_window;
                // Whoever cannot be missed takes clients again at that instant, and the turn is over after it.
                let kept = |signal: &Signal| match *signal {
                    Signal::Drains { vm, broken_off: true } => self.vms[vm.index()].home == Some(host),
                    _ => false,
                };
                let fits = fits && self.instant.iter().any(kept);
                self.require(fits, Rule::MaintenancePairs, || format!("the turn of {host:?} is given up"))
            }
            Signal::MigrationStarted { vm, from, to } => self.migration_started(vm, from, to),
            Signal::MigrationSwitched { vm, host } => self.migration_switched(vm, host),
            Signal::MigrationDone { vm, host, lasted, blackout, .. } => {
                self.migration_done(vm, host, lasted, blackout)
            }
            Signal::MigrationAborted { vm, host } => self.migration_aborted(vm, host),
            Signal::MaintenanceBegun { host } => {
                self.hosts[host.index()].evacuates = false;
                self.window_opens(host)
            }
            Signal::MaintenanceEnded { host } => {
                let row = &mut self.hosts[host.index()];
                let fits = row.in_window && row.closing && !row.down;
                (row.in_window, row.closing) = (false, false);
                self.require(fits, Rule::MaintenancePairs, || "a window ends that is not ending".into())
            }
            Signal::PatchBegun { vm } => self.patch_begun(vm),
            Signal::PatchEnded { vm } => self.patch_ended(vm),
            Signal::Drains { vm, broken_off: false } => self.drain_begun(vm),
            Signal::Drains { vm, broken_off: true } => {
                self.vms[vm.index()].drains_since = None;
                let serves = self.vms[vm.index()].app;
                self.require(serves, Rule::Patching, || {
                    format!("{} cannot take clients again", self.name(vm))
                })
            }
            Signal::VmDown { vm, cause } => {
                self.stops_moving(vm);
                self.drain_ends(vm, cause)?;
                self.work_ends(vm, Some(cause));
                self.vm_down(vm, cause)
            }
            Signal::VmUp { vm } => self.vm_up(vm),
            Signal::RestartOrdered { vm, host, .. } => self.start_ordered(vm, host),
            Signal::DisksSwitching { vm, host } => {
                let row = self.vms[vm.index()];
                // Its turn has come, or its host has come back from planned work with it.
                let turn = row.home == Some(host) && row.lost.is_none();
                self.disks_switching(vm, turn)?;
                if !turn {
                    self.ordered(vm, host, false)?;
                }
                self.vms[vm.index()].queued = true;
                Ok(())
            }
            Signal::StaleCopy { vm, host } => self.stale_copy(vm, host),
            Signal::StaleCopyGone { vm, host } => {
                let before = std::mem::take(&mut self.vms[vm.index()].stale);
                self.require(before == Some(host), Rule::OneWriter, || {
                    format!("{vm:?} had no copy on {host:?}")
                })
            }
            Signal::VmReset { vm } => {
                let row = self.vms[vm.index()];
                let fits = row.home.is_some_and(|h| !self.hosts[h.index()].down) && !row.app;
                self.require(fits, Rule::OrderLegal, || format!("{} is reset", self.name(vm)))
            }
            Signal::RestartQueued { vm, host } => {
                let row = &self.vms[vm.index()];
                if row.queued && row.home == Some(host) {
                    // It has been put there for planned work.
                    return Ok(());
                }
                // Where its turn will find its disks is told then.
                self.ordered(vm, host, self.other_copy_alive(vm, host))?;
                let row = &mut self.vms[vm.index()];
                (row.queued, row.switching) = (true, None);
                Ok(())
            }
            Signal::RestartFailed { vm, host } => self.restart_failed(vm, host),
            Signal::RestartWaiting { vm, reason, .. } => self.waits(vm, reason),
            Signal::AppDown { vm, .. } => {
                self.vms[vm.index()].drains_since = None;
                self.work_ends(vm, None);
                let was = std::mem::replace(&mut self.vms[vm.index()].app, false);
                self.require(was, Rule::GuestAlternates, || format!("{} failed twice", self.name(vm)))
            }
            Signal::AppUp { vm } => self.app_up(vm),
            Signal::GroupQuorumLost { instance } => {
                self.work_is_given_up(instance);
                for vm in self.model.vms_of(instance) {
                    self.vms[vm.index()].app = false;
                }
                let was = std::mem::replace(&mut self.instances[instance.index()].no_quorum, true);
                self.require(!was, Rule::Quorum, || format!("{instance:?} loses quorum twice"))
            }
            Signal::GroupQuorumRegained { instance } => {
                let row = &mut self.instances[instance.index()];
                let was = std::mem::replace(&mut row.no_quorum, false);
                // What was lost is known long since.
                row.taken_before = true;
                self.require(was, Rule::Quorum, || format!("{instance:?} had quorum"))
            }
            Signal::GroupWitnessDown { .. } | Signal::GroupWitnessUp { .. } => Ok(()),
            Signal::AppRestarting { vm } => self.app_restarting(vm),
            Signal::FailoverFailed { instance } => {
                let taking = self.instances[instance.index()].taking;
                let at_once = taking.is_some_and(|(_, since)| since == self.now);
                let service = self.model.instances[instance.index()].service;
                let guest = &self.model.services[service.index()].guest;
                let sure = matches!(guest, Some(GuestGroup::Failover(rules)) if rules.coverage >= 1.0);
                self.require(at_once && !sure, Rule::Failover, || "a failover comes to nothing".into())
            }
            Signal::FailoverGivenUp { instance } => {
                let down = self.instances[instance.index()].lost_ppb == ALL_PPB;
                self.require(down, Rule::Failover, || "a group that is online is given up".into())
            }
            Signal::FailbackBegun { instance, vm } => {
                let first = self.model.instances[instance.index()].first_vm == vm;
                let up = self.vms[vm.index()].booted && !self.vms[vm.index()].app;
                self.require(first && up, Rule::Failover, || format!("a group goes back to {vm:?}"))
            }
            Signal::FailoverStarted { instance, vm } => {
                self.work_is_left(instance)?;
                self.failover_started(instance, vm)
            }
            Signal::FailoverDone { instance, vm } => self.failover_done(instance, vm),
            Signal::Converged { instance, members } => {
                let row = &mut self.instances[instance.index()];
                let before = std::mem::replace(&mut row.members, members);
                if members > before {
                    // It may be one that drained until it was out of reach.
                    self.model.vms_of(instance).for_each(|vm| self.vms[vm.index()].drains_since = None);
                }
                let fits = before.abs_diff(members) == 1
                    && u32::from(members) <= self.model.instances[instance.index()].vms;
                self.require(fits, Rule::Converged, || format!("from {before} to {members} members"))
            }
            Signal::VmPaused { vm } => {
                self.last_silence = self.now;
                let row = &mut self.vms[vm.index()];
                let was = std::mem::replace(&mut row.paused, true);
                let booted = row.booted;
                self.require(!was && booted, Rule::GuestAlternates, || {
                    format!("{} is held still, and was, or does not run", self.name(vm))
                })
            }
            Signal::VmGoesOn { vm } => {
                self.goes_on(vm);
                let was = std::mem::replace(&mut self.vms[vm.index()].paused, false);
                self.require(was, Rule::GuestAlternates, || format!("{} was not held still", self.name(vm)))
            }
            Signal::NodeOutvoted { instance, vm } => self.node_outvoted(instance, vm),
            Signal::Parted { instance, parts } => self.parted(instance, parts),
            Signal::ServiceDown { instance, cause } => self.service_down(instance, cause),
            Signal::ServiceDegraded { instance, lost_ppb } => {
                // It comes back to a host that is full.
                if self.instances[instance.index()].lost_ppb == ALL_PPB {
                    self.work_begins(instance);
                }
                self.serves(instance, lost_ppb, Cause::HostCrash)
            }
            Signal::ServiceUp { instance } => {
                self.work_begins(instance);
                self.serves(instance, 0, Cause::HostCrash)
            }
        }
    }

    fn name(&self, vm: VmId) -> &'m str {
        &self.model.vms[vm.index()].name
    }

    fn turn(&mut self, which: impl FnOnce(&mut Self) -> &mut bool, down: bool) -> Checked {
        let was = std::mem::replace(which(self), down);
        self.require(was != down, Rule::PartAlternates, || format!("a part is down = {down} twice"))
    }

    /// What must hold whenever the clock is about to move.
    fn settle(&mut self, next: Time) -> Checked {
        for number in 0..self.vms.len() as u32 {
            let vm = VmId(number);
            let row = self.vms[vm.index()];
            let home_up = row.home.is_some_and(|h| !self.hosts[h.index()].down);
            self.require(!(row.booted || row.app) || home_up, Rule::RunsOnUpHost, || {
                format!("{} runs, its home is {:?}", self.name(vm), row.home)
            })?;
            if let Some((from, at)) = row.lost {
                if let Some((reason, _)) = row.waiting {
                    if !lacks_room(reason) && reason != WaitReason::Storage {
                        continue;
                    }
                    let idle = self.judged_hosts(from).iter().find(|h| self.surely_admits(**h, vm));
                    self.require(idle.is_none(), Rule::WorkConservation, || {
                        format!("{} waits while {idle:?} has room", self.name(vm))
                    })?;
                } else if !row.uncertain && self.model.maintenances.is_empty() {
                    self.require(row.deadline >= next, Rule::OrderComes, || {
                        format!("{} lost at {at:?} got no answer by {:?}", self.name(vm), row.deadline)
                    })?;
                }
            }
        }
        for number in 0..self.instances.len() as u32 {
            self.settle_instance(InstanceId(number))?;
            self.settle_load(InstanceId(number), next)?;
        }
        self.settle_demands(next)?;
        self.settle_votes(next)?;
        self.settle_patches(next)?;
        self.settle_sessions(next)?;
        self.settle_mirrors(next)
    }

    fn finish(&mut self, log: &Log, end: Time) -> Checked {
        self.now = end;
        for number in 0..self.instances.len() as u32 {
            self.account(InstanceId(number), end);
        }
        for number in 0..self.vms.len() {
            self.end_waiting(VmId(number as u32));
        }
        for (found, own) in log.services.iter().zip(&self.tallies) {
            let sum: u64 = found.causes.iter().map(|c: &CauseTally| c.downtime_us).sum();
            self.require(sum == found.downtime_us, Rule::CauseSum, || {
                format!("{sum} of {}", found.downtime_us)
            })?;
            self.require(found == own, Rule::Tally, || format!("probe {found:?}\nlog   {own:?}"))?;
        }
        self.require(log.waiting_us == self.waiting_us, Rule::Waiting, || {
            format!("probe {}, log {}", log.waiting_us, self.waiting_us)
        })
    }
}
