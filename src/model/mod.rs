//! The compiled datacenter under one strategy: dense tables, everything resolved, immutable while
//! replications run on it, shared by all threads.
//!
//! A [`Model`] is made by `scenario::compile` and never doubts itself: indices are in range, laws
//! are sane, VMs have a starting host. The same hosts, storage and faults stand in the models of
//! all strategies of a scenario, under the same names, and so draw the same failure history.
//!
//! Invariant: nothing here changes, draws or schedules; nothing here knows a file.

mod admission;
mod cause;
mod channel;
mod delay;
mod demand;
mod drain;
mod event;
mod geography;
mod guest;
mod ids;
mod load;
mod migration;
mod mirror;
mod monitor;
mod open_work;
mod part;
mod precision;
mod prices;
mod products;
mod purpose;
mod restart;
mod service;
mod storage_loss;
mod timer_table;
mod words;

pub use admission::{Admission, Ppm};
pub use cause::Cause;
pub use channel::Channel;
pub use delay::Delay;
pub use demand::Balance;
pub use drain::Drain;
pub use event::{Event, VmClock};
pub use geography::{Geography, Reach, Segments, Way, join};
pub use guest::{
    Detection, FailoverLimit, FailoverRules, GuestGroup, Loss, RestartInPlace, Takeover, TakeoverDraw,
    served_ppb,
};
pub use ids::{
    ChannelId, ClusterId, CrewId, DomainId, HostId, InjectId, InstanceId, LocalMirrorId, MaintenanceId,
    NetworkId, PartId, PlaceId, ServiceId, StorageId, VmId,
};
pub use load::Load;
pub use migration::{Evacuation, GuestMemory, MigrationKind, MigrationRules, StopRule};
pub use mirror::{LocalMirror, Mirror, MirrorFailover};
pub use monitor::{GuestMonitor, Monitor};
pub use open_work::OpenWork;
pub use part::{Part, PartKind};
pub use precision::{Precision, PrecisionOf};
pub use prices::{LossPrices, Money, Prices, ServicePrices};
pub use products::{
    DEPARTURES_MAX, Fencing, FivePrimariesProfile, IsolationResponse, PoolProfile, PrimaryProfile, Product,
    Quarantine, QuorumProfile, RingProfile, Votes, Witness, WitnessKind,
};
pub use purpose::{HostDraw, MirrorDraw};
pub use restart::{AntiAffinity, RestartRules, RetryHost};
pub use service::{IncidentBound, Instance, Service, WayBack};
pub use storage_loss::{StorageLoss, StorageRestart, StorageRestartPolicy};
pub use timer_table::{NO_TIMER, TimerTable};
pub use words::{Affinity, Ages, GuestLayer, Role, StorageKind, Traffic, VmFault, WaitReason};

use crate::engine::{Span, Stream};

/// One strategy's datacenter.
#[derive(Clone, Debug)]
pub struct Model {
    /// The strategy's name.
    pub strategy: String,
    pub horizon: Span,
    pub warmup: Span,
    pub ages: Ages,
    /// Whether rare outages are looked for with importance sampling.
    pub rare_events: bool,
    /// Absent: all replications are simulated that were asked for.
    pub precision: Option<Precision>,
    /// What can be out of service by itself besides hosts and VMs.
    pub parts: Vec<Part>,
    /// Racks first, then sites.
    pub domains: Vec<Domain>,
    pub crews: Vec<Crew>,
    pub networks: Vec<Network>,
    pub geography: Geography,
    pub storages: Vec<Storage>,
    pub local_mirrors: Vec<LocalMirror>,
    pub channels: Vec<Channel>,
    /// By VM, what it shares with others while it boots from its own disks, and from their second copy; empty where
    /// there are no channels.
    pub boots_on: Vec<[Option<ChannelId>; 2]>,
    pub hosts: Vec<Host>,
    pub clusters: Vec<Cluster>,
    pub services: Vec<Service>,
    pub instances: Vec<Instance>,
    pub vms: Vec<Vm>,
    pub maintenances: Vec<Maintenance>,
    pub injects: Vec<Inject>,
    /// In how many stretches a VM that concerns nobody else lives its life: more than one where it is so eventful
    /// that somebody may want to interrupt it.
    pub stretches: u32,
    /// The most VM-seconds of waiting that one host's failure can cause, 99.9th percentile.
    pub waiting_bound_vm_s: f64,
    /// The longest that one fault takes a host out, 99.9th percentile (s); 0 where none can.
    pub host_out_bound_s: f64,
    /// What all of it costs, where the scenario has prices.
    pub prices: Option<Prices>,
    /// Slot to event, and each component's slots.
    pub timers: TimerTable,
}

/// A random fault and the people who repair it.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Time in service until it strikes.
    pub ttf: Delay,
    /// Repair time, from the moment somebody is free.
    pub ttr: Delay,
}

/// The draws of one fault of one component.
#[derive(Clone, Copy, Debug)]
pub struct FaultStreams {
    pub ttf: Stream,
    pub ttr: Stream,
}

impl FaultStreams {
    /// The streams of a component's fault, by name.
    #[must_use]
    pub fn new(component: &str, fault: &str) -> FaultStreams {
        FaultStreams {
            ttf: Stream::new(component, &format!("{fault}.ttf")),
            ttr: Stream::new(component, &format!("{fault}.ttr")),
        }
    }
}

/// A rack or a site: its outage takes the power of everything in it.
#[derive(Clone, Debug)]
pub struct Domain {
    pub name: String,
    /// What its outage is called: rack-outage or site-outage.
    pub cause: Cause,
    /// The site a rack stands in.
    pub parent: Option<DomainId>,
    /// Its power.
    pub part: PartId,
    /// Hosts, and parts (racks, storages, witnesses), that lose their power with it.
    pub hosts: Vec<HostId>,
    pub feeds: Vec<PartId>,
}

/// People who repair.
#[derive(Clone, Debug)]
pub struct Crew {
    pub name: String,
    pub size: u32,
}

/// A network.
#[derive(Clone, Debug)]
pub struct Network {
    pub name: String,
    pub carries: Vec<Traffic>,
    pub reach: Reach,
    pub part: PartId,
}

/// A storage array or filer.
#[derive(Clone, Debug)]
pub struct Storage {
    pub name: String,
    pub kind: StorageKind,
    /// The site it stands at; absent: it is reached from everywhere alike.
    pub place: Option<PlaceId>,
    pub part: PartId,
    /// Its controllers, where they can fail by themselves.
    pub controllers: Vec<PartId>,
    /// From the failure of a controller until another has taken over.
    pub controller_failover: Delay,
    pub switching: Stream,
    /// Its second copy, where it has one.
    pub mirror: Option<Mirror>,
    /// Mirrored storages of which it is one copy, itself among them.
    pub copies: Vec<StorageId>,
    /// The VMs whose disks it holds, or may hold one day.
    pub vms: Vec<VmId>,
    /// The clusters that must look again for room when it returns.
    pub clusters: Vec<ClusterId>,
}

/// A host.
#[derive(Clone, Debug)]
pub struct Host {
    pub name: String,
    pub cores: u32,
    pub memory_mib: u64,
    pub place: PlaceId,
    /// What its VMs may take under its cluster's overcommitment.
    pub room: Room,
    pub storages: Vec<StorageId>,
    pub cluster: Option<ClusterId>,
    /// Its number among the hosts of its cluster.
    pub seat: u32,
    pub boot: Delay,
    pub crash: Option<Fault>,
    pub hang: Option<Fault>,
    /// Its link for migrations, in bytes a second, where it has one; and which processors are like its own.
    pub migration: Option<f64>,
    pub processor: u32,
    /// What can fail on it by itself: links, paths, the cluster's agent.
    pub parts: Vec<PartId>,
    /// How many paths lead to its storage, and how long its disks stand still when one of several fails.
    pub storage_paths: u32,
    pub path_failover: Delay,
    pub crew: Option<CrewId>,
    /// Pairs of local disks of which it has one copy.
    pub local_mirrors: Vec<LocalMirrorId>,
    pub streams: HostStreams,
}

/// Memory and cores, as capacity or as a need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    pub memory_mib: u64,
    pub cores: u64,
}

impl Room {
    /// So much of each.
    #[must_use]
    pub fn part(self, part: Ppm) -> Room {
        Room { memory_mib: part.of(self.memory_mib), cores: part.of(self.cores) }
    }
}

/// The draws of a host.
#[derive(Clone, Copy, Debug)]
pub struct HostStreams {
    pub crash: FaultStreams,
    pub hang: FaultStreams,
    pub boot: Stream,
    /// From its failure to the cluster's reaction.
    pub detection: Stream,
    /// Where in the beat its heartbeats fall.
    pub beat: Stream,
    pub maintenance: Stream,
    pub switching: Stream,
}

/// A host cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub name: String,
    pub hosts: Vec<HostId>,
    /// Whether it restarts any service's VMs under this strategy; else its product is `custom` and does nothing.
    pub restarts: bool,
    pub product: Product,
    pub restart: RestartRules,
    pub monitor: Monitor,
    pub storage_loss: StorageLoss,
    /// Where its hosts stand, ascending.
    pub places: Vec<PlaceId>,
    /// The server that manages it, where it can fail, and whether nothing is restarted without it.
    pub manager: Option<PartId>,
    pub needs_manager: bool,
    /// Whether VMs of it have a response of their own that stops them on a host that is alone (VMW-35).
    pub has_vms_that_stop_alone: bool,
    /// How its VMs are moved alive, where that is possible.
    pub migration: Option<MigrationRules>,
    /// None where the strategy's cluster restarts nothing.
    pub admission: Admission,
    /// The part of its room that should be free at any time, where somebody asks.
    pub headroom: Option<Ppm>,
}

impl Cluster {
    /// Whether its hosts stand at several sites.
    #[must_use]
    pub fn spans_places(&self) -> bool {
        self.places.len() > 1
    }

    /// Whether its sites lead themselves while they do not hear each other (VMW-02).
    #[must_use]
    pub fn has_sides(&self) -> bool {
        self.spans_places() && matches!(self.product, Product::Primary(_))
    }
}

/// A virtual machine. One line of the processor's cache: every event of a VM reads it.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct Vm {
    pub name: Box<str>,
    pub service: ServiceId,
    pub instance: InstanceId,
    pub storage: Option<StorageId>,
    /// Where it starts a replication.
    pub host: HostId,
    /// Restart order within a cluster: by priority, then by table.
    pub rank: u32,
    pub streams: VmStreams,
    /// The slot that shows the first of its clocks.
    pub timer: u32,
}

const _: () = assert!(size_of::<Vm>() == 64);

/// The draws of a VM. One number names the VM, one the purpose: a VM's own hash is all it stores.
#[derive(Clone, Copy, Debug)]
pub struct VmStreams(pub u64);

/// What a VM's draw is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VmDraw {
    PowerOn,
    Boot,
    Start,
    Recover,
    GuestTtf,
    GuestTtr,
    AppCrashTtf,
    AppCrashTtr,
    AppHangTtf,
    AppHangTtr,
    Detection,
    Convergence,
    StartFailure,
    Resumption,
    Reset,
    StorageRestart,
    Lag,
    Switch,
    DiskMove,
    Patch,
    MigrationResume,
}

impl VmStreams {
    /// The streams of a VM, by the name of the component. The first VM of an instance is named like
    /// the instance, however many VMs the strategy gives it, so that it meets the same faults under
    /// every strategy.
    #[must_use]
    pub fn new(component: &str) -> VmStreams {
        VmStreams(Stream::new(component, "vm").0)
    }

    /// The stream for one purpose.
    #[inline]
    #[must_use]
    pub fn of(self, draw: VmDraw) -> Stream {
        // An odd multiplier spreads the purposes over all bits; a VM's own hash keeps VMs apart.
        Stream(self.0 ^ (draw as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// Planned work, host after host, or guest after guest.
#[derive(Clone, Debug)]
pub struct Maintenance {
    pub name: String,
    pub hosts: Vec<HostId>,
    /// Whose guests are patched; where they are listed, no hosts are.
    pub instances: Vec<InstanceId>,
    /// Where the turns of its instances begin among those of all plans.
    pub first_turn: u32,
    /// From the start of the measured horizon.
    pub first: Span,
    pub every: Option<Span>,
    pub lasts: Delay,
    pub at_once: u32,
    /// What becomes of the VMs on a host whose cluster can move them.
    pub evacuation: Evacuation,
}

/// A scripted fault.
#[derive(Clone, Debug)]
pub struct Inject {
    /// From the start of the measured horizon.
    pub at: Span,
    pub target: InjectTarget,
    /// Absent: the component's own time to repair, or for good.
    pub lasts: Option<Span>,
    /// It is one of a history: whatever else befalls the component, it is in service again when this is over and not before, and a
    /// host needs no boot then.
    pub is_replayed: bool,
}

impl Inject {
    /// Whether a script ends it: everything else is repaired, or put right, by its own rules.
    #[must_use]
    pub const fn has_an_end(&self) -> bool {
        self.is_replayed || self.target.has_an_end()
    }
}

/// What a scripted fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectTarget {
    HostCrash(HostId),
    HostHang(HostId),
    /// The first of these that is in service; they are equals.
    Part(PartId, u32),
    Vm(VmId, VmFault),
}

impl InjectTarget {
    const fn has_an_end(self) -> bool {
        matches!(self, InjectTarget::Part(..) | InjectTarget::Vm(_, VmFault::Pause))
    }
}

impl Model {
    /// The end of a replication: warm-up and measured horizon.
    #[must_use]
    pub fn end(&self) -> Span {
        self.warmup + self.horizon
    }

    /// The site that a place is. Sites are the last of the domains, in the order of the places.
    #[must_use]
    pub fn site(&self, place: PlaceId) -> Option<DomainId> {
        let sites = self.geography.places - 1;
        (place != PlaceId::NOWHERE).then(|| DomainId(self.domains.len() as u32 - sites + place.0 - 1))
    }

    /// All faults that strike by chance.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        let parts = self.parts.iter().map(|part| &part.fault);
        let hosts = self.hosts.iter().flat_map(|host| [&host.crash, &host.hang]);
        let services = self.services.iter().flat_map(|s| [&s.guest_crash, &s.app_crash, &s.app_hang]);
        parts.chain(hosts).chain(services).flatten()
    }

    /// The service of a VM.
    #[inline]
    #[must_use]
    pub fn service_of(&self, vm: VmId) -> &Service {
        &self.services[self.vms[vm.index()].service.index()]
    }

    /// The VMs of an instance.
    #[inline]
    pub fn vms_of(&self, instance: InstanceId) -> impl DoubleEndedIterator<Item = VmId> + use<> {
        let instance = &self.instances[instance.index()];
        (instance.first_vm.0..instance.first_vm.0 + instance.vms).map(VmId)
    }

    /// What VMs may take of all hosts of a cluster.
    #[must_use]
    pub fn room_of(&self, cluster: ClusterId) -> Room {
        let hosts = self.clusters[cluster.index()].hosts.iter().map(|host| self.hosts[host.index()].room);
        hosts.fold(Room::default(), |sum, room| Room {
            memory_mib: sum.memory_mib + room.memory_mib,
            cores: sum.cores + room.cores,
        })
    }

    /// Whether a host is wired to a VM's storage. A VM that names no storage needs none that can fail.
    #[must_use]
    pub fn reaches(&self, host: HostId, vm: VmId) -> bool {
        self.vms[vm.index()]
            .storage
            .is_none_or(|storage| self.hosts[host.index()].storages.contains(&storage))
    }

    /// Whether a VM's disks are in the host it started on and a cluster can start it nowhere else.
    #[must_use]
    pub fn is_local(&self, vm: VmId) -> bool {
        let storage = self.vms[vm.index()].storage.map(|storage| &self.storages[storage.index()]);
        storage.is_some_and(|s| s.kind == StorageKind::Das) && !self.switches_copies(vm)
    }

    /// Whether a host cluster may start a VM at the other copy of its disks.
    #[must_use]
    pub fn switches_copies(&self, vm: VmId) -> bool {
        let storage = self.vms[vm.index()].storage.map(|storage| &self.storages[storage.index()]);
        storage
            .and_then(|storage| storage.mirror.as_ref())
            .is_some_and(|mirror| mirror.failover == MirrorFailover::Cluster)
    }
}

/// A model is shared by all threads.
const fn _assert_shared<T: Sync + Send>() {}
const _: () = _assert_shared::<Model>();
