//! What a strategy's start placement leaves: what admission control keeps free, how many more VMs fit, and
//! what would happen if hosts were lost at once. Nothing is simulated here and nothing fails: it is arithmetic
//! on the placement, and restarts by the same policy that the simulation asks.
//!
//! | file | answers |
//! | --- | --- |
//! | `census` | who starts where in a cluster |
//! | `admission` | does admission control let it start, and what does it keep free |
//! | `drill` | hosts are lost: who restarts, who waits |
//! | `plan` | is there a plan for any so many lost hosts |
//! | `losses` | N+1 and N+2, case by case |
//! | `more` | how many more VMs fit, and how many leave N+1 and N+2 as they are |
//! | `survival` | what still serves when more and more hosts are lost |
//! | `stranded` | who can never leave a host before planned work |
//! | `words`, `refusals` | the same in sentences, and as issues |

mod admission;
mod census;
mod drill;
mod losses;
mod more;
mod plan;
mod refusals;
mod stranded;
mod survival;
mod words;

pub use admission::Assessment;
pub use losses::{Case, Failures, Losses, lose_each};
pub use plan::Plan;
pub use refusals::refusals;
pub use stranded::stranded;
pub use survival::{Serving, Survival, survival};

use crate::model::{ClusterId, HostId, Model, Room, ServiceId};
use census::Census;

/// What one strategy's start placement leaves.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// What VMs may take of all hosts, overcommitment included.
    pub room: Room,
    /// What they take.
    pub used: Room,
    /// What admission control keeps free.
    pub reserved: Room,
    /// What admission control comes to, by cluster that has it.
    pub admission: Vec<(ClusterId, Assessment)>,
    /// How many more VMs of a service's size fit, by service: one kind at a time.
    pub more_vms: Vec<u64>,
    /// A service of the commonest size of VM.
    pub commonest: ServiceId,
    /// What happens when hosts are lost; absent where no cluster restarts anything.
    pub failures: Option<Failures>,
    /// How many more VMs of the commonest size leave N+1 as it is, and N+2 (the hosts of N+1 among their cases). Absent where
    /// no cluster restarts anything, or no host is left to do so; 0 where it does not hold as it is.
    pub more_vms_n1: Option<u64>,
    pub more_vms_n2: Option<u64>,
    /// What is free of each cluster that asks for headroom.
    pub headroom: Vec<Headroom>,
}

/// The room of a cluster that asks for headroom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headroom {
    pub cluster: ClusterId,
    pub all: Room,
    pub asked: Room,
    pub free: Room,
}

impl Headroom {
    /// Whether as much is free as is asked for, of memory and of cores.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.free.memory_mib >= self.asked.memory_mib && self.free.cores >= self.asked.cores
    }
}

impl Capacity {
    /// What is neither taken nor kept free.
    #[must_use]
    pub fn left(&self) -> Room {
        let left = |room: u64, used: u64, reserved: u64| room.saturating_sub(used).saturating_sub(reserved);
        Room {
            memory_mib: left(self.room.memory_mib, self.used.memory_mib, self.reserved.memory_mib),
            cores: left(self.room.cores, self.used.cores, self.reserved.cores),
        }
    }
}

/// Measures a strategy's start placement. The seed draws the pairs of lost hosts where there are too many.
#[must_use]
pub fn measure(model: &Model, seed: u64) -> Capacity {
    let census = Census::take(model);
    let admission = assess(model, &census);
    let mut reserved = Room::default();
    for (_, assessment) in &admission {
        add(&mut reserved, assessment.reserved(), 1);
    }
    let mut capacity = Capacity {
        room: Room::default(),
        used: Room::default(),
        reserved,
        admission,
        more_vms: more::count(model, &census),
        commonest: commonest(model),
        failures: losses::failures(model, seed),
        more_vms_n1: None,
        more_vms_n2: None,
        headroom: headroom(model, &census),
    };
    (capacity.more_vms_n1, capacity.more_vms_n2) = more_with_losses(model, &census, &capacity);
    for host in &model.hosts {
        add(&mut capacity.room, host.room, 1);
    }
    for vm in &model.vms {
        add(&mut capacity.used, model.services[vm.service.index()].need, 1);
    }
    capacity
}

/// What is free of each cluster that asks for headroom.
fn headroom(model: &Model, census: &[Census]) -> Vec<Headroom> {
    let of = |(number, census): (usize, &Census)| {
        let cluster = ClusterId(number as u32);
        let asked = model.clusters[number].headroom?;
        let all = model.room_of(cluster);
        let mut used = Room::default();
        census.used.iter().for_each(|&room| add(&mut used, room, 1));
        let free = Room {
            memory_mib: all.memory_mib.saturating_sub(used.memory_mib),
            cores: all.cores.saturating_sub(used.cores),
        };
        Some(Headroom { cluster, all, asked: all.part(asked), free })
    };
    census.iter().enumerate().filter_map(of).collect()
}

/// How many more VMs of the commonest size leave N+1 and N+2 as they are.
fn more_with_losses(model: &Model, census: &[Census], capacity: &Capacity) -> (Option<u64>, Option<u64>) {
    let Some(failures) = &capacity.failures else { return (None, None) };
    let count = |cases: &[&Case]| more::count_through(model, census, capacity.commonest, cases);
    let one: Vec<&Case> = failures.one.cases.iter().collect();
    let two: Vec<&Case> = one.iter().copied().chain(&failures.two.cases).collect();
    let hosts = one.len();
    ((hosts > 1).then(|| count(&one)), (hosts > 2).then(|| count(&two)))
}

/// What admission control comes to in each cluster that has it.
fn assess(model: &Model, census: &[Census]) -> Vec<(ClusterId, Assessment)> {
    let clusters = (0..model.clusters.len() as u32).map(ClusterId);
    clusters
        .filter_map(|cluster| {
            let assessment = admission::assess(model, cluster, &census[cluster.index()])?;
            Some((cluster, assessment))
        })
        .collect()
}

/// Of the services whose VMs have the commonest size, the one with most VMs; the first of equals.
fn commonest(model: &Model) -> ServiceId {
    let vms = |service: usize| {
        let row = &model.services[service];
        u64::from(row.instances) * u64::from(model.instances[row.first_instance.index()].vms)
    };
    let of_size = |need: Room| -> u64 {
        (0..model.services.len()).filter(|&s| model.services[s].need == need).map(vms).sum()
    };
    let services = (0..model.services.len()).rev();
    let found = services.max_by_key(|&s| (of_size(model.services[s].need), vms(s)));
    ServiceId(found.unwrap_or(0) as u32)
}

/// Adds a need so many times.
fn add(sum: &mut Room, need: Room, times: u64) {
    sum.memory_mib += need.memory_mib * times;
    sum.cores += need.cores * times;
}

/// How many times a need goes into what is free; without end where it needs nothing.
fn goes_into(need: Room, free: Room) -> u64 {
    let times = |free: u64, need: u64| free.checked_div(need).unwrap_or(u64::MAX);
    times(free.memory_mib, need.memory_mib).min(times(free.cores, need.cores))
}

/// What is free on a host of which so much is taken.
fn free(model: &Model, host: HostId, used: Room) -> Room {
    let room = model.hosts[host.index()].room;
    Room {
        memory_mib: room.memory_mib.saturating_sub(used.memory_mib),
        cores: room.cores.saturating_sub(used.cores),
    }
}
