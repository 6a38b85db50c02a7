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

mod mirrors;
mod reach;
mod sides;

use mirrors::{Loss, MirrorSeen};
use ninefold::engine::{Law, Span, Time};
use ninefold::model::{
    AntiAffinity, Cause, ClusterId, Delay, GuestGroup, HostId, InjectTarget, InstanceId, IsolationResponse,
    MirrorFailover, Model, Product, Reach, VmFault, VmId, WaitReason,
};
use ninefold::probe::{CauseTally, Entry, ServiceTally};
use ninefold::sim::Signal;
use reach::Ways;

/// What a log can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// Signals come in order of time, before the end.
    TimeOrder,
    /// A host goes down when it is up, and comes up when it is not.
    HostAlternates,
    /// A host that goes down without power has a rack or site that is out; one that is up has none.
    HostPower,
    /// Racks, sites, storages and networks go down and up in turn.
    PartAlternates,
    /// Maintenance begins on a host that is up and ends when it is up again.
    MaintenancePairs,
    /// Nothing is faster than its laws allow: boots, starts, takeovers.
    NotTooFast,
    /// No storage gives those who boot from it more than its bandwidth (STO-18).
    Bandwidth,
    /// Guests boot and applications start in turn, on hosts that are up.
    GuestAlternates,
    /// A guest that runs has a home, and its home is up.
    RunsOnUpHost,
    /// Only clustered VMs that lost their host are ordered to start, on a host of the cluster that is up.
    OrderLegal,
    /// No answer before the detection of the failure that lost the VM.
    OrderAfterDetection,
    /// Every lost VM is answered when its detection is over.
    OrderComes,
    /// Memory and cores are never exceeded.
    Room,
    /// No two VMs of an instance on one host.
    AntiAffinity,
    /// A VM is ordered only where it reaches its disks.
    DiskReach,
    /// The host with the most free memory is chosen, a spare one before all others.
    BestHost,
    /// A VM waits once, and until it is ordered.
    WaitingPairs,
    /// Nobody waits while a host could take him, and the first in rank comes first.
    WorkConservation,
    /// A failover group starts, and goes online, on one running node at a time.
    Failover,
    /// The converged members of a balanced group change by one and stay within the group.
    Converged,
    /// A service's condition changes at every signal about it.
    ServiceAlternates,
    /// A cause can happen in this model, and is seen at the instant it strikes.
    CauseSeen,
    /// What serves has an application that runs and is in reach, and enough of them.
    ServesForReason,
    /// An application that runs, is recovered and in reach serves.
    ServesWhenItCan,
    /// The probe's downtime, degraded time, lost service and outages are those of the log.
    Tally,
    /// Causes add up to the downtime.
    CauseSum,
    /// The probe's waiting time is that of the log.
    Waiting,
    /// A primary is elected among hosts that are up, and isolation happens to hosts that are up.
    Primary,
    /// Quorum is lost and found in turn, and nothing is restarted without it.
    Quorum,
    /// A VM that is started elsewhere has lost its disks where it was.
    OneWriter,
    /// A host is ordered nothing by those who do not hear it, and hosts that do not hear each other do not both start
    /// VMs where a quorum decides.
    Sides,
    /// Copies serve in turn; the other one takes over after the one in use is lost, and not where it is behind.
    Mirror,
    /// A copy takes over, or is equal again, when its time has come.
    MirrorSwitches,
    /// Copies are equal again after they have been there, and joined, for long enough.
    MirrorEqual,
    /// What is lost in a switch is what the copy was behind, neither more nor less.
    WritesLost,
}

/// Where a log breaks a rule.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub rule: Rule,
    pub at: Time,
    pub what: String,
}

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
    in_window: bool,
    closing: bool,
    /// Its product resets it.
    fenced: bool,
    /// It hangs.
    hung: bool,
    agent_out: bool,
    /// From when on it gives orders as a primary.
    leads_at: Option<Time>,
    /// Since when it is down, or hears nobody.
    lost_since: Option<Time>,
    /// Links that are cut, by kind of traffic.
    cuts: [u32; 4],
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
    /// Where a copy of it that cannot write is in memory.
    stale: Option<HostId>,
    booted: bool,
    app: bool,
    /// The earliest instant at which it could be up again.
    down_at: Time,
    up_at: Time,
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
    since: Time,
    cause: Cause,
    down_at: Time,
    /// A takeover under way: on whom, since when.
    taking: Option<(VmId, Time)>,
    taken_before: bool,
    members: u16,
}

const ALL_PPB: u32 = 1_000_000_000;

struct Checker<'m> {
    model: &'m Model,
    now: Time,
    instant: Vec<Signal>,
    hosts: Vec<HostSeen>,
    domains: Vec<bool>,
    storages: Vec<bool>,
    networks: Vec<bool>,
    ways: Ways,
    mirrors: Vec<MirrorSeen>,
    /// Since when pairs of hosts do not hear each other.
    unheard: Vec<Time>,
    witnesses_out: Vec<bool>,
    /// By cluster, since when a site of it is out, and whether a person may have forced quorum.
    site_out: Vec<Time>,
    forced: Vec<bool>,
    vms: Vec<VmSeen>,
    instances: Vec<InstanceSeen>,
    /// By channel.
    boots: Vec<Vec<BootSeen>>,
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
            let failover =
                matches!(model.services[vm.service.index()].guest, Some(GuestGroup::Failover { .. }));
            let first = model.instances[vm.instance.index()].first_vm;
            VmSeen {
                home: Some(vm.host),
                uncertain: false,
                lost: None,
                told: false,
                deadline: Time::NEVER,
                waiting: None,
                queued: false,
                stale: None,
                booted: true,
                app: !failover || model.vms[first.index()].name == vm.name,
                down_at: Time::ZERO,
                up_at: Time::ZERO,
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
        let instances = model.instances.iter().map(|i| InstanceSeen {
            lost_ppb: 0,
            since: Time::ZERO,
            cause: Cause::HostCrash,
            down_at: Time::ZERO,
            taking: None,
            taken_before: false,
            members: i.vms as u16,
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
            instant: Vec::new(),
            unheard: vec![Time::NEVER; model.hosts.len() * model.hosts.len()],
            hosts,
            ways: Ways::new(model, &networks),
            mirrors: vec![MirrorSeen::new(); model.storages.len()],
            witnesses_out: vec![false; model.clusters.len()],
            site_out: vec![Time::NEVER; model.clusters.len()],
            forced: vec![false; model.clusters.len()],
            domains: vec![false; model.domains.len()],
            storages: vec![false; model.storages.len()],
            networks,
            vms: vms.collect(),
            instances: instances.collect(),
            boots: vec![Vec::new(); model.channels.len()],
            tallies: vec![ServiceTally::default(); model.services.len()],
            waiting_us: 0,
            no_quorum: vec![false; model.clusters.len()],
            managers_out: vec![false; model.clusters.len()],
            hidden_pauses: redirects || holds_io || model.hosts.iter().any(|h| h.storage_paths > 1),
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

    /// Memory and cores of the VMs that certainly live on a host.
    fn used(&self, host: HostId) -> (u64, u64) {
        let here = self
            .vms
            .iter()
            .enumerate()
            .filter(|(_, v)| (v.home == Some(host) && !v.uncertain) || v.stale == Some(host));
        here.map(|(n, _)| self.model.service_of(VmId(n as u32)).need)
            .fold((0, 0), |sum, need| (sum.0 + need.memory_mib, sum.1 + need.cores))
    }

    fn sibling_on(&self, vm: VmId, host: HostId) -> bool {
        self.model.vms_of(self.model.vms[vm.index()].instance).any(|other| {
            other != vm && self.vms[other.index()].home == Some(host) && !self.vms[other.index()].uncertain
        })
    }

    fn admits(&self, host: HostId, vm: VmId) -> bool {
        let need = self.model.service_of(vm).need;
        let room = self.model.hosts[host.index()].room;
        let (memory, cores) = self.used(host);
        !self.hosts[host.index()].down
            && !self.hosts[host.index()].agent_out
            && memory + need.memory_mib <= room.memory_mib
            && cores + need.cores <= room.cores
            && self.disks_alive(vm, host)
            && !self.sibling_on(vm, host)
    }

    /// Whether who is where is certain enough to blame the cluster for leaving a VM waiting.
    fn surely_admits(&self, host: HostId, vm: VmId) -> bool {
        let instance = self.model.vms[vm.index()].instance;
        let doubtful = self.vms.iter().any(|v| v.uncertain && v.home == Some(host))
            || self.model.vms_of(instance).any(|s| self.vms[s.index()].uncertain);
        !doubtful && self.admits(host, vm)
    }

    fn free_memory(&self, host: HostId) -> u64 {
        self.model.hosts[host.index()].room.memory_mib - self.used(host).0
    }

    /// The hosts of a custom cluster that a host is in, where its decisions can be judged.
    fn judged_hosts(&self, host: HostId) -> &'m [HostId] {
        match self.model.hosts[host.index()].cluster {
            Some(c) if !self.hidden_pauses && !self.is_leaderless(c) && self.looks_at_once(c) => {
                match self.model.clusters[c.index()].product {
                    Product::Custom { .. } => &self.model.clusters[c.index()].hosts,
                    _ => &[],
                }
            }
            _ => &[],
        }
    }

    /// Whether a cluster's choice of hosts can be judged: it looks at once, and keeps siblings apart.
    fn looks_at_once(&self, cluster: ClusterId) -> bool {
        let rules = &self.model.clusters[cluster.index()].restart;
        rules.poll.fixed() == Some(Span::ZERO) && self.keeps_apart(cluster)
    }

    /// Whether nobody gives orders because the manager is gone.
    fn is_leaderless(&self, cluster: ClusterId) -> bool {
        self.model.clusters[cluster.index()].needs_manager && self.managers_out[cluster.index()]
    }

    /// From a host's failure to the cluster's answer, at least and (where it is fixed) at most.
    fn detection(&self, host: HostId) -> (Span, Option<Span>) {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return (Span::ZERO, None) };
        match &self.model.clusters[cluster.index()].product {
            Product::Custom { detection } => {
                // Without a manager, or of a host whose agent is out, nothing is noticed in time.
                let row = &self.model.clusters[cluster.index()];
                let blind = row.needs_manager || row.hosts.iter().any(|h| self.hosts[h.index()].agent_out);
                let most = (!blind && detection.is_constant()).then(|| least(detection));
                (least(detection), most)
            }
            Product::Primary(p) => {
                let failed = p.failed_after_datastore.min(p.failed_after_no_datastore);
                (Span(failed.0.saturating_sub(p.heartbeat_interval.0)), None)
            }
            // A host that was silent before it went down has been missed since then.
            _ => (Span::ZERO, None),
        }
    }

    fn apply(&mut self, signal: Signal) -> Checked {
        self.play(signal)?;
        match signal {
            Signal::NetworkDown { .. } | Signal::NetworkUp { .. } => {
                self.ways.survey(self.model, &self.networks);
                self.look_at_mirrors();
                self.note_silences();
            }
            Signal::StorageDown { .. } | Signal::StorageUp { .. } => self.look_at_mirrors(),
            Signal::HostDown { .. }
            | Signal::HostUp { .. }
            | Signal::MaintenanceBegun { .. }
            | Signal::LinkDown { .. }
            | Signal::LinkUp { .. }
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
            Signal::StorageDown { storage, .. } => self.turn(|c| &mut c.storages[storage.index()], true),
            Signal::StorageUp { storage } => self.turn(|c| &mut c.storages[storage.index()], false),
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
            Signal::HostQuarantined { .. }
            | Signal::HostReadmitted { .. }
            | Signal::ControllerDown { .. }
            | Signal::ControllerUp { .. } => Ok(()),
            Signal::StorageSwitched { storage, to } => self.storage_switched(storage, to),
            Signal::MirrorEqual { storage } => self.mirror_equal(storage),
            Signal::WritesLost { vm, instance, lost } => {
                self.account_writes(instance, lost);
                self.writes_lost(vm, lost)
            }
            Signal::WitnessDown { cluster } => self.turn(|c| &mut c.witnesses_out[cluster.index()], true),
            Signal::WitnessUp { cluster } => self.turn(|c| &mut c.witnesses_out[cluster.index()], false),
            Signal::HostDown { host, cause } => self.host_down(host, cause),
            Signal::HostUp { host } => self.host_up(host),
            Signal::HostIsolated { host } => {
                let fits = !self.hosts[host.index()].down
                    && (self.is_silent(host) || self.watches_storage(host) || self.is_outvoted(host));
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
            Signal::HostDeclaredFailed { host } => {
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
            Signal::MaintenanceBegun { host } => self.window_opens(host),
            Signal::MaintenanceEnded { host } => {
                let row = &mut self.hosts[host.index()];
                let fits = row.in_window && row.closing && !row.down;
                (row.in_window, row.closing) = (false, false);
                self.require(fits, Rule::MaintenancePairs, || "a window ends that is not ending".into())
            }
            Signal::VmDown { vm, cause } => self.vm_down(vm, cause),
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
                // Where its turn will find its disks is told then.
                self.ordered(vm, host, self.other_copy_alive(vm, host))?;
                let row = &mut self.vms[vm.index()];
                (row.queued, row.switching) = (true, None);
                Ok(())
            }
            Signal::RestartFailed { vm, host } => self.restart_failed(vm, host),
            Signal::RestartWaiting { vm, reason, .. } => self.waits(vm, reason),
            Signal::AppDown { vm, .. } => {
                let was = std::mem::replace(&mut self.vms[vm.index()].app, false);
                self.require(was, Rule::GuestAlternates, || format!("{} failed twice", self.name(vm)))
            }
            Signal::AppUp { vm } => self.app_up(vm),
            Signal::FailoverStarted { instance, vm } => self.failover_started(instance, vm),
            Signal::FailoverDone { instance, vm } => self.failover_done(instance, vm),
            Signal::Converged { instance, members } => {
                let row = &mut self.instances[instance.index()];
                let before = std::mem::replace(&mut row.members, members);
                let fits = before.abs_diff(members) == 1
                    && u32::from(members) <= self.model.instances[instance.index()].vms;
                self.require(fits, Rule::Converged, || format!("from {before} to {members} members"))
            }
            Signal::ServiceDown { instance, cause } => self.service_down(instance, cause),
            Signal::ServiceDegraded { instance, lost_ppb } => {
                self.serves(instance, lost_ppb, Cause::HostCrash)
            }
            Signal::ServiceUp { instance } => self.serves(instance, 0, Cause::HostCrash),
        }
    }

    /// An agent that answers again tells at once what does not run any more: nothing more has to be detected.
    fn agent_up(&mut self, host: HostId) -> Checked {
        for row in &mut self.vms {
            row.told |= row.lost.is_some_and(|(from, _)| from == host);
        }
        self.turn(|c| &mut c.hosts[host.index()].agent_out, false)
    }

    fn name(&self, vm: VmId) -> &'m str {
        &self.model.vms[vm.index()].name
    }

    fn turn(&mut self, which: impl FnOnce(&mut Self) -> &mut bool, down: bool) -> Checked {
        let was = std::mem::replace(which(self), down);
        self.require(was != down, Rule::PartAlternates, || format!("a part is down = {down} twice"))
    }

    /// Whether any rack or site around a host is out.
    fn is_cut(&self, host: HostId) -> bool {
        let out = |d: usize| {
            let parent = self.model.domains[d].parent;
            self.domains[d] || parent.is_some_and(|p| self.domains[p.index()])
        };
        (0..self.domains.len()).any(|d| self.model.domains[d].hosts.contains(&host) && out(d))
    }

    fn host_down(&mut self, host: HostId, cause: Cause) -> Checked {
        // A host can also be fenced because work elsewhere has cost the quorum.
        if cause == Cause::Maintenance && !self.hosts[host.index()].fenced {
            let row = self.hosts[host.index()];
            return self.require(row.in_window && row.down, Rule::MaintenancePairs, || {
                format!("{host:?} is down for work that has not begun")
            });
        }
        let row = &mut self.hosts[host.index()];
        let was = std::mem::replace(&mut row.down, true);
        (row.since, row.leads_at) = (self.now, None);
        self.require(!was, Rule::HostAlternates, || format!("{host:?} is down already"))?;
        // A host that is reset names what cut it off.
        let row = &mut self.hosts[host.index()];
        let fenced = std::mem::take(&mut row.fenced);
        row.hung = cause == Cause::HostHang && !fenced;
        let failed = matches!(cause, Cause::HostCrash | Cause::HostHang);
        let powerless = matches!(cause, Cause::RackOutage | Cause::SiteOutage) && !fenced;
        self.require(!powerless || self.is_cut(host), Rule::HostPower, || {
            format!("{host:?} is down from {cause:?} while its power is on")
        })?;
        self.require(powerless || failed || fenced, Rule::CauseSeen, || {
            format!("a host down from {cause:?}")
        })?;
        let most = self.detection(host).1;
        // Of one that was silent before only the datastores told that it lived.
        let silent = !self.hears(host, ninefold::model::Traffic::Management);
        for number in 0..self.vms.len() {
            // One that a person has brought to a host without a cluster stays there.
            let clustered = self.model.service_of(VmId(number as u32)).host_cluster
                && self.model.hosts[host.index()].cluster.is_some();
            let row = &mut self.vms[number];
            if clustered && row.home == Some(host) {
                (row.home, row.lost, row.queued) = (None, Some((host, self.now)), false);
                row.deadline = most.map_or(Time::NEVER, |d| self.now + d);
                row.told |= silent;
            } else if row.lost.is_some_and(|(from, _)| from == host) && row.deadline != Time::NEVER {
                // It went down again before the cluster answered: that may take until the next detection.
                row.deadline = most.map_or(Time::NEVER, |d| self.now + d);
            }
        }
        Ok(())
    }

    fn host_up(&mut self, host: HostId) -> Checked {
        let row = &mut self.hosts[host.index()];
        let was = std::mem::replace(&mut row.down, false);
        row.closing = row.in_window;
        row.hung = false;
        let since = row.since;
        self.require(was, Rule::HostAlternates, || format!("{host:?} is up already"))?;
        let soonest = since + least(&self.model.hosts[host.index()].boot);
        self.require(self.now >= soonest, Rule::NotTooFast, || format!("{host:?} booted too fast"))?;
        self.require(!self.is_cut(host), Rule::HostPower, || format!("{host:?} is up without power"))
    }

    fn window_opens(&mut self, host: HostId) -> Checked {
        let row = &mut self.hosts[host.index()];
        let fits = !row.down && !row.in_window;
        (row.down, row.in_window, row.since, row.leads_at) = (true, true, self.now, None);
        for number in 0..self.vms.len() {
            let clustered = self.model.service_of(VmId(number as u32)).host_cluster;
            let vm = &mut self.vms[number];
            vm.uncertain |= clustered && vm.home == Some(host);
            vm.queued &= vm.home != Some(host);
        }
        self.require(fits, Rule::MaintenancePairs, || format!("work on {host:?}, which is not up"))
    }

    fn vm_down(&mut self, vm: VmId, cause: Cause) -> Checked {
        let row = &mut self.vms[vm.index()];
        (row.booted, row.app, row.down_at, row.stopped_at) = (false, false, self.now, self.now);
        let (home, lost) = (row.home, row.lost);
        if self.model.service_of(vm).host_cluster && home.is_some_and(|h| self.may_evict(h)) {
            // Its host may have stopped it because it was alone, or without quorum.
            self.vms[vm.index()].uncertain = true;
            return Ok(());
        }
        if matches!(cause, Cause::HostCrash | Cause::HostHang | Cause::RackOutage | Cause::SiteOutage) {
            let host_gone = home.is_some_and(|h| self.hosts[h.index()].down) || lost.is_some();
            // The interruption that crashed the guest began with the power of its storage, and may have
            // gone on for another reason.
            let disks = self.model.vms[vm.index()].storage;
            let disks_gone =
                disks.is_some() && (self.hidden_pauses || home.is_none_or(|h| !self.disks_alive(vm, h)));
            self.require(host_gone || disks_gone, Rule::CauseSeen, || {
                format!("{} lost no host", self.name(vm))
            })?;
        }
        if cause == Cause::Maintenance {
            // Work elsewhere can have cost the quorum, without which hosts are fenced.
            let lost = self.vms[vm.index()].lost.map(|(from, _)| from);
            let fits =
                home.or(lost).is_some_and(|h| self.hosts[h.index()].in_window || self.has_no_quorum(h));
            self.require(fits, Rule::CauseSeen, || format!("nobody works on the host of {}", self.name(vm)))?;
        }
        Ok(())
    }

    fn has_no_quorum(&self, host: HostId) -> bool {
        self.model.hosts[host.index()].cluster.is_some_and(|cluster| self.no_quorum[cluster.index()])
    }

    /// Whether a host may be on a side of its cluster that does not count.
    fn is_outvoted(&self, host: HostId) -> bool {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return false };
        self.model.clusters[cluster.index()].product.votes().is_some() && self.is_split(cluster)
    }

    /// Whether a host looks at a storage to know that it is of its cluster.
    fn watches_storage(&self, host: HostId) -> bool {
        let cluster = self.model.hosts[host.index()].cluster.map(|c| &self.model.clusters[c.index()].product);
        matches!(cluster, Some(Product::Pool(p)) if p.statefile.is_some())
    }

    /// Whether the product of a host stops VMs on a host that runs on.
    fn may_evict(&self, host: HostId) -> bool {
        let product = self.model.hosts[host.index()].cluster.map(|c| &self.model.clusters[c.index()].product);
        match product {
            None | Some(Product::Custom { .. } | Product::Pool(_)) => false,
            Some(Product::Primary(p)) => p.isolation_response != IsolationResponse::LeaveOn,
            Some(Product::FivePrimaries(p)) => p.isolation_response != IsolationResponse::LeaveOn,
            Some(Product::Quorum(_) | Product::Ring(_)) => true,
        }
    }

    fn vm_up(&mut self, vm: VmId) -> Checked {
        let row = &mut self.vms[vm.index()];
        let was = std::mem::replace(&mut row.booted, true);
        row.uncertain = false;
        row.up_at = self.now;
        let (home, down_at) = (row.home, row.down_at);
        self.require(!was, Rule::GuestAlternates, || format!("{} booted twice", self.name(vm)))?;
        self.require(home.is_some_and(|h| !self.hosts[h.index()].down), Rule::RunsOnUpHost, || {
            format!("{} boots on {home:?}", self.name(vm))
        })?;
        let way = &self.model.service_of(vm).way_back;
        let soonest = down_at + least(&way.power_on) + least(&way.boot);
        self.require(self.now >= soonest, Rule::NotTooFast, || format!("{} booted too fast", self.name(vm)))?;
        self.share_bandwidth(vm, down_at + least(&way.power_on))
    }

    /// Of the boots that are over, those that began at or after any instant have drawn no more since then than their
    /// storage could give; a microsecond more, because ends are whole ones.
    fn share_bandwidth(&mut self, vm: VmId, begun: Time) -> Checked {
        let Some(copies) = self.model.boots_on.get(vm.index()) else { return Ok(()) };
        let Some(channel) = copies[usize::from(self.is_on_second(vm))] else { return Ok(()) };
        // What boots while the other copy takes over reads from one and then from the other.
        if self.switched_at(vm) >= begun && self.switched_at(vm) > Time::ZERO {
            return Ok(());
        }
        let service = self.model.service_of(vm);
        let drawn = u128::from(service.boot_io) * u128::from(least(&service.way_back.boot).0);
        let boots = &mut self.boots[channel.index()];
        if boots.len() == BOOTS_SEEN {
            boots.remove(0);
        }
        boots.push(BootSeen { begun, drawn });
        let boots = &self.boots[channel.index()];
        let bandwidth = u128::from(self.model.channels[channel.index()].bandwidth);
        let exceeded = boots.iter().find(|first| {
            let drawn: u128 = boots.iter().filter(|b| b.begun >= first.begun).map(|b| b.drawn).sum();
            drawn > bandwidth * u128::from(self.now.since(first.begun).0 + 1)
        });
        self.require(exceeded.is_none(), Rule::Bandwidth, || {
            format!("the boot of {} ends too early for its storage", self.name(vm))
        })
    }

    fn app_up(&mut self, vm: VmId) -> Checked {
        let instance = self.model.vms[vm.index()].instance;
        let service = self.model.service_of(vm);
        let row = &mut self.vms[vm.index()];
        let was = std::mem::replace(&mut row.app, true);
        let (booted, up_at) = (row.booted, row.up_at);
        self.require(booted && !was, Rule::GuestAlternates, || {
            format!("the application of {}", self.name(vm))
        })?;
        if matches!(service.guest, Some(GuestGroup::Failover { .. })) {
            let taking = self.instances[instance.index()].taking;
            return self.require(taking.is_some_and(|(node, _)| node == vm), Rule::Failover, || {
                format!("{} goes online and was not chosen", self.name(vm))
            });
        }
        let soonest = up_at + least(&service.way_back.start);
        self.require(self.now >= soonest, Rule::NotTooFast, || format!("{} started too fast", self.name(vm)))
    }

    /// Whether a VM whose guest does not run may be moved to another host: it has crashed, or has lost its disks.
    fn may_move(&self, vm: VmId, home: Option<HostId>) -> bool {
        let cluster = home.and_then(|h| self.model.hosts[h.index()].cluster);
        let monitor = cluster.and_then(|c| self.model.clusters[c.index()].monitor.guest.as_ref());
        let unsheltered =
            cluster.is_some_and(|c| self.model.clusters[c.index()].storage_loss.restart.is_some());
        !self.vms[vm.index()].booted && (unsheltered || monitor.is_some_and(|m| m.moves))
    }

    /// The cluster's first word about a lost VM.
    fn answered(&mut self, vm: VmId) -> Checked {
        let row = &mut self.vms[vm.index()];
        let (lost, uncertain, waiting, home) = (row.lost, row.uncertain, row.waiting, row.home);
        row.deadline = Time::NEVER;
        let told = std::mem::take(&mut row.told);
        let clustered = self.model.service_of(vm).host_cluster;
        let moved = self.may_move(vm, home);
        self.require(clustered && (lost.is_some() || uncertain || moved), Rule::OrderLegal, || {
            format!("{} has its home {home:?}, and is restarted", self.name(vm))
        })?;
        if let (Some((from, at)), None, false) = (lost, waiting, uncertain || told) {
            let soonest = at + self.detection(from).0;
            self.require(self.now >= soonest, Rule::OrderAfterDetection, || {
                format!("{} lost at {at:?}, restarted before {soonest:?}", self.name(vm))
            })?;
        }
        Ok(())
    }

    fn start_ordered(&mut self, vm: VmId, host: HostId) -> Checked {
        let row = &mut self.vms[vm.index()];
        // One that was queued here, or whose disks were made ready, has its turn; or it has lost its place meanwhile.
        if std::mem::take(&mut row.queued) && row.home == Some(host) && row.lost.is_none() {
            row.down_at = row.down_at.max(self.now);
            return self.disks_ready(vm);
        }
        row.switching = None;
        self.disks_ready(vm)?;
        if self.is_by_hand(vm) { self.start_by_hand(vm, host) } else { self.ordered(vm, host, false) }
    }

    /// Whether a person may start a VM just now, who has switched its disks at this very instant (MTX-95, MTX-100), or
    /// earlier and has found no room before a host came up.
    fn is_by_hand(&self, vm: VmId) -> bool {
        let storage = self.model.vms[vm.index()].storage;
        let mirror = storage.and_then(|storage| self.mirror_of(storage));
        let begins = |signal: &Signal| match *signal {
            Signal::StorageSwitched { storage: s, .. } => storage == Some(s),
            Signal::HostUp { .. } => self.switched_at(vm) > Time::ZERO,
            _ => false,
        };
        mirror.is_some_and(|m| m.failover == MirrorFailover::Manual) && self.instant.iter().any(begins)
    }

    /// The person may also start it, on any host: what does not run where it is, on one that reaches its disks and has
    /// room. What a cluster starts at that instant cannot be told from it.
    fn start_by_hand(&mut self, vm: VmId, host: HostId) -> Checked {
        let before = self.vms[vm.index()];
        self.require(!before.booted && !self.hosts[host.index()].down, Rule::OrderLegal, || {
            format!("{} is started by hand and runs, or on a host that is down", self.name(vm))
        })?;
        self.settle_on(vm, host, false)?;
        self.end_waiting(vm);
        let evicts = self.may_evict(host);
        let row = &mut self.vms[vm.index()];
        (row.home, row.lost, row.uncertain) = (Some(host), None, evicts);
        row.down_at = row.down_at.max(self.now);
        Ok(())
    }

    /// A host has room for a VM, reaches its disks, and holds no sibling of it.
    fn settle_on(&mut self, vm: VmId, host: HostId, disks_ready_later: bool) -> Checked {
        self.vms[vm.index()].home = None;
        let disks = disks_ready_later || self.disks_alive(vm, host);
        self.require(disks, Rule::DiskReach, || format!("{} has no disks on {host:?}", self.name(vm)))?;
        let cluster = self.model.hosts[host.index()].cluster;
        let apart = cluster.is_none_or(|c| self.keeps_apart(c));
        self.require(!apart || !self.sibling_on(vm, host), Rule::AntiAffinity, || {
            format!("a sibling of {}", self.name(vm))
        })?;
        let (need, room, (memory, cores)) =
            (self.model.service_of(vm).need, self.model.hosts[host.index()].room, self.used(host));
        let fits = memory + need.memory_mib <= room.memory_mib && cores + need.cores <= room.cores;
        self.require(fits, Rule::Room, || format!("{} does not fit on {host:?}", self.name(vm)))
    }

    fn ordered(&mut self, vm: VmId, host: HostId, disks_ready_later: bool) -> Checked {
        self.answered(vm)?;
        let before = self.vms[vm.index()];
        let cluster = before
            .lost
            .map(|(from, _)| from)
            .or(before.home)
            .and_then(|h| self.model.hosts[h.index()].cluster);
        let fits = !self.hosts[host.index()].down && self.model.hosts[host.index()].cluster == cluster;
        self.require(fits, Rule::OrderLegal, || format!("{} ordered to {host:?}", self.name(vm)))?;
        let decided = self.model.hosts[host.index()].cluster.is_some_and(|c| !self.no_quorum[c.index()]);
        self.require(decided, Rule::Quorum, || format!("{} ordered without quorum", self.name(vm)))?;
        self.is_commanded(vm, host)?;
        self.settle_on(vm, host, disks_ready_later)?;
        for &other in self.judged_hosts(host) {
            let claim = |host| (self.is_spare(host), self.free_memory(host));
            let better = claim(other) > claim(host) && self.surely_admits(other, vm);
            let doubtful = self.vms.iter().any(|v| v.uncertain && v.home == Some(host));
            self.require(!better || doubtful, Rule::BestHost, || {
                format!("{other:?} is better for {}", self.name(vm))
            })?;
        }
        if before.waiting.is_some_and(|(r, _)| r == WaitReason::Room) && !self.judged_hosts(host).is_empty() {
            self.first_in_rank(vm, cluster)?;
        }
        self.end_waiting(vm);
        let evicts = self.may_evict(host);
        let row = &mut self.vms[vm.index()];
        (row.home, row.lost) = (Some(host), None);
        // One that does not run yet leaves a host that is alone without a word.
        row.uncertain = evicts;
        row.down_at = row.down_at.max(self.now);
        Ok(())
    }

    fn is_spare(&self, host: HostId) -> bool {
        self.model.clusters.iter().any(|cluster| cluster.admission.spare_hosts().contains(&host))
    }

    /// Nobody of a better rank still waits and could have gone.
    fn first_in_rank(&self, vm: VmId, cluster: Option<ninefold::model::ClusterId>) -> Checked {
        let rank = self.model.vms[vm.index()].rank;
        for number in 0..self.vms.len() as u32 {
            let other = VmId(number);
            if other == vm
                || self.vms[other.index()].waiting.is_none_or(|(r, _)| r != WaitReason::Room)
                || self.model.vms[other.index()].rank > rank
            {
                continue;
            }
            let from = self.vms[other.index()].lost.and_then(|(h, _)| self.model.hosts[h.index()].cluster);
            let Some(cluster) = cluster.filter(|_| from == cluster) else { continue };
            let hosts = &self.model.clusters[cluster.index()].hosts;
            let passed_over = hosts.iter().any(|&h| self.surely_admits(h, other));
            self.require(!passed_over, Rule::WorkConservation, || {
                format!("{} was passed over", self.name(other))
            })?;
        }
        Ok(())
    }

    fn waits(&mut self, vm: VmId, reason: WaitReason) -> Checked {
        let twice = self.vms[vm.index()].waiting.is_some_and(|(before, _)| before == reason);
        self.require(!twice, Rule::WaitingPairs, || format!("{} waits twice", self.name(vm)))?;
        self.answered(vm)?;
        self.end_waiting(vm);
        let now = self.now;
        let row = &mut self.vms[vm.index()];
        if let Some(home) = row.home.take() {
            row.lost = Some((home, now));
        }
        (row.waiting, row.uncertain) = (Some((reason, now)), false);
        Ok(())
    }

    /// Books a wait that is over; only room is a matter of capacity.
    fn end_waiting(&mut self, vm: VmId) {
        let start = Time::ZERO + self.model.warmup;
        if let Some((WaitReason::Room, since)) = self.vms[vm.index()].waiting.take() {
            self.waiting_us += self.now.since(since.max(start)).0;
        }
    }

    /// A start that came to nothing: its host told the cluster.
    fn restart_failed(&mut self, vm: VmId, host: HostId) -> Checked {
        let now = self.now;
        let row = &mut self.vms[vm.index()];
        // Others tried what runs on a silent host: its lock is held, and nothing has changed.
        if row.home.is_some_and(|home| home != host) && row.lost.is_none() {
            return Ok(());
        }
        let fits = row.home == Some(host) && !row.booted && !row.queued;
        (row.home, row.lost, row.told) = (None, Some((host, now)), true);
        self.require(fits, Rule::OrderLegal, || format!("{vm:?} failed to start where it was not"))
    }

    /// A copy stays in the memory of a host that has lost the VM's disks: it cannot write.
    fn stale_copy(&mut self, vm: VmId, host: HostId) -> Checked {
        let now = self.now;
        let cannot_write = !self.disks_alive(vm, host) || self.hidden_pauses;
        let silent = self.is_silent(host);
        let row = &mut self.vms[vm.index()];
        let fits = row.home == Some(host) && !row.booted && row.stale.is_none();
        (row.home, row.lost, row.told, row.stale) = (None, Some((host, now)), true, Some(host));
        self.require(fits && cannot_write && silent, Rule::OneWriter, || {
            format!("two instances of {} could write", self.name(vm))
        })
    }

    /// Whether a cluster never brings VMs of one instance together.
    fn keeps_apart(&self, cluster: ClusterId) -> bool {
        self.model.clusters[cluster.index()].restart.anti_affinity == AntiAffinity::Must
    }

    fn failover_started(&mut self, instance: InstanceId, vm: VmId) -> Checked {
        let row = self.instances[instance.index()];
        let node = self.vms[vm.index()];
        let alive = node.booted && node.home.is_some_and(|h| !self.hosts[h.index()].down);
        let own = self.model.vms_of(instance).any(|v| v == vm);
        self.require(alive && own && row.lost_ppb == ALL_PPB && self.in_reach(vm), Rule::Failover, || {
            format!("{} cannot take over now", self.name(vm))
        })?;
        if let Some(GuestGroup::Failover { detection, .. }) = &self.model.service_of(vm).guest
            && !row.cause.is_planned()
            && !row.taken_before
        {
            let soonest = row.down_at + least(detection);
            self.require(self.now >= soonest, Rule::NotTooFast, || "a takeover before the detection".into())?;
        }
        for other in self.model.vms_of(instance) {
            self.vms[other.index()].app = false;
        }
        let row = &mut self.instances[instance.index()];
        (row.taking, row.taken_before) = (Some((vm, self.now)), true);
        Ok(())
    }

    fn failover_done(&mut self, instance: InstanceId, vm: VmId) -> Checked {
        let taking = self.instances[instance.index()].taking.take();
        let online = self.model.vms_of(instance).filter(|v| self.vms[v.index()].app).count();
        self.require(taking.is_some_and(|(node, _)| node == vm) && online == 1, Rule::Failover, || {
            format!("{} is online, {taking:?} was taking over, {online} nodes are online", self.name(vm))
        })?;
        let Some(GuestGroup::Failover { takeover, .. }) = &self.model.service_of(vm).guest else {
            return self.broken(Rule::Failover, "a takeover without a group");
        };
        let soonest = taking.map_or(Time::NEVER, |(_, since)| since + least(takeover));
        self.require(self.now >= soonest, Rule::NotTooFast, || "a takeover too fast".into())
    }

    fn service_down(&mut self, instance: InstanceId, cause: Cause) -> Checked {
        let own = |vm: VmId| self.model.vms[vm.index()].instance == instance;
        let seen = self.instant.iter().any(|signal| match *signal {
            Signal::VmDown { vm, cause: c } | Signal::AppDown { vm, cause: c } => own(vm) && c == cause,
            Signal::StorageDown { cause: c, .. } => c == cause,
            Signal::NetworkDown { network } => {
                let within = matches!(self.model.networks[network.index()].reach, Reach::Within(_));
                cause == Cause::NetworkOutage || (within && cause == Cause::SiteOutage)
            }
            Signal::LinkDown { .. } => cause == Cause::LinkFailure,
            // A pool that has lost its statefile fences its hosts.
            Signal::HostFenced { .. } => true,
            // A node that is alone may hold the I/O of its VMs back.
            Signal::HostIsolated { .. } => matches!(cause, Cause::LinkFailure | Cause::NetworkOutage),
            _ => false,
        });
        // Redirected I/O ends with the host that it goes through.
        let seen = seen || (cause == Cause::LinkFailure && self.redirects);
        self.require(seen && can_happen(self.model, cause), Rule::CauseSeen, || {
            format!(
                "{} is down from {cause:?}, of which there is no trace",
                self.model.instances[instance.index()].name
            )
        })?;
        self.serves(instance, ALL_PPB, cause)?;
        let row = &mut self.instances[instance.index()];
        (row.down_at, row.taken_before) = (self.now, false);
        Ok(())
    }

    fn serves(&mut self, instance: InstanceId, lost_ppb: u32, cause: Cause) -> Checked {
        let row = self.instances[instance.index()];
        self.require(row.lost_ppb != lost_ppb && lost_ppb <= ALL_PPB, Rule::ServiceAlternates, || {
            format!("{} loses {lost_ppb} twice", self.model.instances[instance.index()].name)
        })?;
        self.account(instance, self.now);
        let start = Time::ZERO + self.model.warmup;
        if lost_ppb == ALL_PPB && self.now >= start {
            let tally = &mut self.tallies[self.model.instances[instance.index()].service.index()];
            tally.outages += 1;
            tally.causes[cause as usize].outages += 1;
        }
        let row = &mut self.instances[instance.index()];
        (row.lost_ppb, row.since, row.cause) = (lost_ppb, self.now, cause);
        Ok(())
    }

    /// Books an instance's present condition up to an instant.
    fn account(&mut self, instance: InstanceId, until: Time) {
        let row = self.instances[instance.index()];
        let start = Time::ZERO + self.model.warmup;
        let span = until.since(row.since.max(start)).0;
        let tally = &mut self.tallies[self.model.instances[instance.index()].service.index()];
        if row.lost_ppb == ALL_PPB {
            tally.downtime_us += span;
            tally.causes[row.cause as usize].downtime_us += span;
        } else if row.lost_ppb > 0 {
            tally.degraded_us += span;
            tally.lost_degraded_ppb_us += u128::from(span) * u128::from(row.lost_ppb);
        }
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
                    if !matches!(reason, WaitReason::Room | WaitReason::Storage) {
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
        }
        self.settle_mirrors(next)
    }

    fn settle_instance(&self, instance: InstanceId) -> Checked {
        let fixed = &self.model.instances[instance.index()];
        let service = &self.model.services[fixed.service.index()];
        let row = self.instances[instance.index()];
        let running = self.model.vms_of(instance).filter(|v| self.vms[v.index()].app).count();
        let serving =
            self.model.vms_of(instance).filter(|v| self.vms[v.index()].app && self.in_reach(*v)).count();
        let served = ALL_PPB - row.lost_ppb;
        let most = match &service.guest {
            Some(GuestGroup::Balanced { carried_ppb, .. }) => carried_ppb[serving],
            _ => ALL_PPB * u32::from(serving > 0),
        };
        self.require(served <= most, Rule::ServesForReason, || {
            format!("{} serves {served} ppb with {serving} VMs", fixed.name)
        })?;
        let failover = matches!(service.guest, Some(GuestGroup::Failover { .. }));
        self.require(!failover || running <= 1, Rule::Failover, || {
            format!("{running} nodes of {} online", fixed.name)
        })?;
        let at_once = service.guest.is_none() && service.way_back.recover.fixed() == Some(Span::ZERO);
        let idle = at_once && !self.hidden_pauses && serving == 1 && row.lost_ppb > 0;
        self.require(!idle, Rule::ServesWhenItCan, || format!("{} could serve and does not", fixed.name))
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

/// Whether anything in a model can be a cause.
fn can_happen(model: &Model, cause: Cause) -> bool {
    let injected = |wanted: &dyn Fn(&InjectTarget) -> bool| model.injects.iter().any(|i| wanted(&i.target));
    let part = |cause| {
        let own = |part: &ninefold::model::Part| part.cause == cause;
        model.parts.iter().any(|p| own(p) && p.fault.is_some())
            || injected(&|t| matches!(t, InjectTarget::Part(p, _) if own(&model.parts[p.index()])))
    };
    let fault = |wanted| injected(&|t| matches!(t, InjectTarget::Vm(_, fault) if *fault == wanted));
    match cause {
        Cause::HostCrash => {
            model.hosts.iter().any(|h| h.crash.is_some())
                || injected(&|t| matches!(t, InjectTarget::HostCrash(_)))
        }
        Cause::HostHang => {
            model.hosts.iter().any(|h| h.hang.is_some())
                || injected(&|t| matches!(t, InjectTarget::HostHang(_)))
                || part(cause)
        }
        Cause::RackOutage
        | Cause::SiteOutage
        | Cause::StorageOutage
        | Cause::ControllerFailure
        | Cause::NetworkOutage
        | Cause::LinkFailure
        | Cause::WitnessOutage => part(cause),
        Cause::GuestCrash => {
            model.services.iter().any(|s| s.guest_crash.is_some()) || fault(VmFault::GuestCrash)
        }
        Cause::AppCrash => model.services.iter().any(|s| s.app_crash.is_some()) || fault(VmFault::AppCrash),
        Cause::AppHang => model.services.iter().any(|s| s.app_hang.is_some()) || fault(VmFault::AppHang),
        Cause::Maintenance => !model.maintenances.is_empty(),
    }
}
