//! All that changes during a replication: flat tables by id, and the few transitions that touch
//! more than one of them at once, with their preconditions asserted.
//!
//! A worker keeps one [`State`] per model and resets it between replications, so that no
//! replication allocates. [`State::check`] recomputes every sum and walks every list.

mod channels;
mod check;
mod check_maintenances;
mod check_migrations;
mod check_sites;
mod cluster;
mod demand;
mod failed_starts;
mod follow;
mod group;
mod group_history;
mod local_mirrors;
mod member;
mod migration;
mod mirrors;
mod node;
mod outage;
mod parting;
mod precopy;
mod reach;
mod residence;
mod restart;
mod sessions;
mod shutdown;
mod tables;

pub use channels::ChannelState;
pub use cluster::{ClusterState, Lead, PrimaryPhase};
pub use demand::{Demands, HostDemand};
pub use failed_starts::FailedStarts;
pub use group::{Bringing, GroupPhase, GroupState};
pub use group_history::{GroupHistory, Recently};
pub use local_mirrors::LocalMirrorState;
pub use member::{MemberPhase, MemberState, Parting};
pub use migration::{Migration, MigrationStep, MoveState};
pub use mirrors::MirrorState;
pub use node::NodeState;
pub use outage::Outage;
pub use parting::{MEMBERS_MAX, Sides};
pub use precopy::{PreCopy, PreCopyEnd};
pub use reach::Connectivity;
pub use restart::{AwaitedState, DiskSwitch, MonitorState, RestartState};
pub use sessions::SessionState;
pub use shutdown::Shutdown;
pub use tables::{
    CrewState, Drains, HostPhase, HostState, InstanceState, Job, MaintenanceState, NOWHERE, Patching,
    StorageState, Turn, VmPhase, VmState,
};

use crate::engine::{Flow, LinkShare, Table, Time, Timers, Tournament, Work, clone_in_place};
use crate::model::{Cause, Cluster, ClusterId, GuestGroup, Model, Segments, VmId, Way};

/// The changing half of a replication; the [`Model`] is the other.
#[derive(Debug)]
pub struct State {
    pub timers: Timers,
    /// By part.
    pub outages: Table<Outage>,
    pub storages: Table<StorageState>,
    /// By storage; empty where none is mirrored.
    pub mirrors: Vec<MirrorState>,
    pub local_mirrors: Vec<LocalMirrorState>,
    pub channels: Vec<ChannelState>,
    pub crews: Vec<CrewState>,
    pub hosts: Table<HostState>,
    pub clusters: Vec<ClusterState>,
    pub instances: Table<InstanceState>,
    /// By instance; empty where no failover group counts how often it does something.
    pub group_histories: Table<GroupHistory>,
    pub vms: Table<VmState>,
    /// By VM; empty where no node of a failover group has a vote.
    pub nodes: Table<NodeState>,
    /// By VM; empty where the strategy balances nothing.
    pub members: Table<MemberState>,
    /// By VM; empty where the strategy clusters nothing.
    pub restarts: Table<RestartState>,
    /// By VM; empty where starts do not fail, or nobody minds on which host.
    pub failed_starts: Table<FailedStarts>,
    /// By VM; empty where no host shuts VMs down.
    pub shutdowns: Table<Shutdown>,
    /// By VM; empty where no cluster looks after guests.
    pub monitors: Table<MonitorState>,
    /// By VM, the mark on its channel's clock at which its boot is over, or what is left of it while it stands still;
    /// empty where there are no channels.
    pub boots: Table<Work>,
    /// By VM; empty where no service says how many sessions it has.
    pub sessions: Table<SessionState>,
    /// By VM; empty where nothing is moved alive.
    pub moves: Table<MoveState>,
    /// Empty where no VM wants computing power.
    pub demands: Demands,
    /// Hosts whose VMs are being moved elsewhere for planned work, or come home after it.
    pub evacuations: u32,
    /// VMs that wait for the services they come after.
    pub held: u32,
    /// By service.
    pub awaited: Vec<AwaitedState>,
    pub maintenances: Vec<MaintenanceState>,
    /// By plan and instance: whose guests have had their turn.
    pub turns: Table<Turn>,
    /// By plan, the instances that it has begun with, as places in its list.
    pub in_turn: Vec<Vec<u32>>,
    /// By instance; empty where no guest is patched.
    pub patchings: Table<Patching>,
    /// By scripted fault, the part that it struck, or the VM that it holds still.
    pub struck: Vec<u32>,
    /// Hosts whose maintenance window is open, and instances that are being patched, of all plans together.
    pub windows_open: u32,
    pub connectivity: Connectivity,
    /// VMs that found no room when a person wanted to start them at the other copy of their disks.
    pub left_to_a_person: Vec<VmId>,
    /// Reused lists for walks over VMs, so that no event allocates.
    pub scratch: Vec<VmId>,
    pub scratch_waiting: Vec<VmId>,
    pub scratch_by_hand: Vec<VmId>,
    /// Seats that a search for room has set aside.
    pub scratch_seats: Vec<(u32, u64)>,
    pub scratch_segments: Vec<Segments>,
    pub scratch_flows: Vec<Flow>,
    pub link_share: LinkShare,
}

// A replication that goes several ways from one moment copies it often.
clone_in_place!(State {
    timers,
    outages,
    storages,
    mirrors,
    local_mirrors,
    channels,
    crews,
    hosts,
    clusters,
    instances,
    group_histories,
    vms,
    nodes,
    members,
    restarts,
    failed_starts,
    shutdowns,
    monitors,
    boots,
    sessions,
    moves,
    demands,
    evacuations,
    held,
    awaited,
    maintenances,
    turns,
    in_turn,
    patchings,
    struck,
    windows_open,
    connectivity,
    left_to_a_person,
    scratch,
    scratch_waiting,
    scratch_by_hand,
    scratch_seats,
    scratch_segments,
    scratch_flows,
    link_share
});

impl State {
    /// The state of a model before its first replication; [`State::reset`] must follow.
    #[must_use]
    pub fn new(model: &Model) -> State {
        let balanced = has_balanced(model);
        let vms = model.vms.len();
        State {
            timers: Timers::new(model.timers.events.len()),
            outages: Table::new(vec![Outage::default(); model.parts.len()]),
            storages: Table::new(vec![StorageState::default(); model.storages.len()]),
            mirrors: vec![MirrorState::default(); if has_mirrors(model) { model.storages.len() } else { 0 }],
            local_mirrors: vec![LocalMirrorState::default(); model.local_mirrors.len()],
            channels: model.channels.iter().map(ChannelState::new).collect(),
            crews: model
                .crews
                .iter()
                .map(|c| CrewState { free: c.size, queue: Default::default() })
                .collect(),
            hosts: Table::new(vec![HostState::default(); model.hosts.len()]),
            clusters: model.clusters.iter().map(|cluster| cluster_state(model, cluster)).collect(),
            instances: Table::new(vec![InstanceState::default(); model.instances.len()]),
            group_histories: Table::new(vec![
                GroupHistory::default();
                if counts_moves(model) { model.instances.len() } else { 0 }
            ]),
            vms: Table::new(vec![VmState::default(); vms]),
            nodes: Table::new(vec![NodeState::default(); if has_votes(model) { vms } else { 0 }]),
            members: Table::new(vec![MemberState::default(); if balanced { vms } else { 0 }]),
            restarts: Table::new(vec![RestartState::default(); if has_clustered(model) { vms } else { 0 }]),
            failed_starts: Table::new(vec![
                FailedStarts::default();
                if remembers_hosts(model) { vms } else { 0 }
            ]),
            shutdowns: Table::new(vec![Shutdown::NONE; if shutdown::shuts_down(model) { vms } else { 0 }]),
            monitors: Table::new(vec![MonitorState::default(); if has_monitored(model) { vms } else { 0 }]),
            boots: Table::new(vec![Work::NONE; if model.channels.is_empty() { 0 } else { vms }]),
            sessions: Table::new(vec![SessionState::default(); if model.has_open_work() { vms } else { 0 }]),
            moves: Table::new(vec![MoveState::default(); if migrates(model) { vms } else { 0 }]),
            demands: Demands::new(model),
            evacuations: 0,
            held: 0,
            awaited: vec![AwaitedState::default(); model.services.len()],
            maintenances: vec![MaintenanceState::default(); model.maintenances.len()],
            turns: Table::new(vec![
                Turn::default();
                model.maintenances.iter().map(|plan| plan.instances.len()).sum()
            ]),
            in_turn: model.maintenances.iter().map(|plan| Vec::with_capacity(plan.instances.len())).collect(),
            patchings: Table::new(vec![
                Patching::default();
                if patches_guests(model) { model.instances.len() } else { 0 }
            ]),
            struck: vec![NOWHERE; model.injects.len()],
            windows_open: 0,
            connectivity: Connectivity::new(model.geography.places),
            left_to_a_person: Vec::with_capacity(if has_mirrors(model) { vms } else { 0 }),
            scratch: Vec::with_capacity(vms),
            scratch_waiting: Vec::with_capacity(vms),
            scratch_by_hand: Vec::with_capacity(if has_mirrors(model) { vms } else { 0 }),
            scratch_seats: Vec::with_capacity(model.hosts.len()),
            scratch_segments: Vec::with_capacity(model.geography.places as usize),
            scratch_flows: Vec::new(),
            link_share: LinkShare::default(),
        }
    }

    /// Back to the start of a replication: everything up, every VM on its starting host. Sets no timer.
    pub fn reset(&mut self, model: &Model) {
        self.timers.clear();
        self.outages.fill(Outage::default());
        self.storages.fill(StorageState::default());
        self.mirrors.fill(MirrorState::default());
        self.local_mirrors.fill(LocalMirrorState::default());
        self.channels.iter_mut().for_each(ChannelState::clear);
        for (crew, model) in self.crews.iter_mut().zip(&model.crews) {
            crew.free = model.size;
            crew.queue.clear();
        }
        self.hosts.fill(HostState::default());
        self.instances.fill(InstanceState::default());
        self.group_histories.fill(GroupHistory::default());
        self.vms.fill(VmState::default());
        self.nodes.fill(NodeState::default());
        self.members.fill(MemberState::default());
        self.restarts.fill(RestartState::default());
        self.failed_starts.fill(FailedStarts::default());
        self.shutdowns.fill(Shutdown::NONE);
        self.monitors.fill(MonitorState::default());
        self.boots.fill(Work::NONE);
        self.sessions.fill(SessionState::default());
        self.moves.fill(MoveState::default());
        self.demands.reset();
        self.evacuations = 0;
        self.held = 0;
        self.awaited.fill(AwaitedState::default());
        self.maintenances.fill(MaintenanceState::default());
        self.turns.fill(Turn::default());
        self.in_turn.iter_mut().for_each(Vec::clear);
        self.patchings.fill(Patching::default());
        self.struck.fill(NOWHERE);
        self.windows_open = 0;
        self.left_to_a_person.clear();
        self.connectivity.reset(model);
        for way in Way::all() {
            self.survey(model, way);
        }
        for cluster in &mut self.clusters {
            cluster.waiting.clear();
            cluster.seeking.clear();
            cluster.migrations.clear();
            cluster.redirecting = 0;
            (cluster.polls, cluster.poll_at) = (0, Time::NEVER);
            cluster.primary = None;
            (cluster.primary_phase, cluster.absent_since) = (PrimaryPhase::Ready, Time::ZERO);
            cluster.others.fill(Lead::NOBODY);
            (cluster.quorate, cluster.alone, cluster.deserted) = (true, None, None);
            cluster.decides_since = Time::NEVER;
            (cluster.forced, cluster.forcings) = (false, 0);
            cluster.doubt = Cause::HostCrash;
        }
        for (number, cluster) in model.clusters.iter().enumerate() {
            self.survey_cluster(model, ClusterId(number as u32));
            self.clusters[number].main = cluster.places.first().map_or(0, |place| place.0);
        }
        for number in 0..model.vms.len() as u32 {
            let vm = VmId(number);
            self.settle_quietly(model, vm, model.vms[vm.index()].host);
        }
        for (cluster, state) in model.clusters.iter().zip(&mut self.clusters) {
            state.rooms.clear();
            for (seat, &host) in cluster.hosts.iter().enumerate() {
                let free = self.hosts[host.index()].free(&model.hosts[host.index()]);
                state.rooms.set_quietly(seat as u32, ClusterState::key(free.memory_mib));
            }
            state.rooms.play_all();
        }
    }

    /// What a replication's changing half takes per VM, without hosts and the like.
    #[must_use]
    pub fn bytes_per_vm(model: &Model) -> usize {
        let vms = model.vms.len().max(1);
        // A slot: its key and number, and its share of the matches above it (12 bytes for each of a third).
        let timers = vms * (12 + 12 / 3);
        let balanced =
            usize::from(model.services.iter().any(|s| matches!(s.guest, Some(GuestGroup::Balanced { .. }))));
        let instances = model.instances.len() * size_of::<InstanceState>();
        let lists = 3 * size_of::<VmId>(); // Two scratch lists and a waiting list.
        size_of::<VmState>()
            + usize::from(has_votes(model)) * size_of::<NodeState>()
            + balanced * size_of::<MemberState>()
            + usize::from(has_clustered(model)) * size_of::<RestartState>()
            + usize::from(remembers_hosts(model)) * size_of::<FailedStarts>()
            + usize::from(shutdown::shuts_down(model)) * size_of::<Shutdown>()
            + usize::from(has_monitored(model)) * size_of::<MonitorState>()
            + usize::from(model.has_open_work()) * (size_of::<SessionState>() + 12 + 12 / 3)
            + usize::from(migrates(model)) * size_of::<MoveState>()
            // Where it is counted, and its share of what its instance gets.
            + usize::from(model.has_demands()) * 2 * size_of::<u32>()
            + usize::from(!model.channels.is_empty()) * (size_of::<Work>() + size_of::<VmId>())
            + lists
            + patching_bytes(model).div_ceil(vms)
            + usize::from(counts_moves(model))
                * (model.instances.len() * size_of::<GroupHistory>()).div_ceil(vms)
            + (timers + instances).div_ceil(vms)
    }
}

fn has_balanced(model: &Model) -> bool {
    model.services.iter().any(|s| matches!(s.guest, Some(GuestGroup::Balanced { .. })) && s.instances > 0)
}

fn patches_guests(model: &Model) -> bool {
    model.maintenances.iter().any(|plan| !plan.instances.is_empty())
}

fn patching_bytes(model: &Model) -> usize {
    let turns: usize = model.maintenances.iter().map(|plan| plan.instances.len()).sum();
    let patched = usize::from(patches_guests(model)) * model.instances.len();
    turns * (size_of::<Turn>() + size_of::<u32>()) + patched * size_of::<Patching>()
}

/// A cluster before its first replication.
fn cluster_state(model: &Model, cluster: &Cluster) -> ClusterState {
    ClusterState {
        rooms: Tournament::new(cluster.hosts.len()),
        waiting: Vec::new(),
        seeking: Vec::new(),
        migrations: Vec::new(),
        redirecting: 0,
        polls: 0,
        poll_at: Time::NEVER,
        primary: None,
        primary_phase: PrimaryPhase::Ready,
        absent_since: Time::ZERO,
        others: vec![Lead::NOBODY; if cluster.has_sides() { model.geography.places as usize } else { 0 }],
        deserted: None,
        quorate: true,
        forced: false,
        forcings: 0,
        doubt: Cause::HostCrash,
        alone: None,
        decides_since: Time::NEVER,
        sides: vec![0; model.geography.places as usize],
        main: 0,
        is_split: false,
        orders_from: None,
    }
}

fn migrates(model: &Model) -> bool {
    model.clusters.iter().any(|cluster| cluster.migration.is_some())
}

fn has_mirrors(model: &Model) -> bool {
    model.storages.iter().any(|storage| storage.mirror.is_some())
}

fn has_monitored(model: &Model) -> bool {
    model.services.iter().any(|service| service.is_monitored)
}

fn counts_moves(model: &Model) -> bool {
    model.services.iter().any(|service| match &service.guest {
        Some(GuestGroup::Failover(rules)) => rules.in_place.is_some() || rules.limit.is_some(),
        _ => false,
    })
}

fn has_votes(model: &Model) -> bool {
    model.services.iter().any(|service| match &service.guest {
        Some(GuestGroup::Failover(rules)) => rules.votes.is_some(),
        _ => false,
    })
}

fn remembers_hosts(model: &Model) -> bool {
    model.clusters.iter().any(|cluster| cluster.restart.remembers_hosts())
}

fn has_clustered(model: &Model) -> bool {
    model.services.iter().any(|service| service.host_cluster)
}
