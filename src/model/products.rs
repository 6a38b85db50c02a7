//! Product families with their numbers. What the numbers stand on is in `scenario::profiles`.

use super::{Delay, PartId, PlaceId, StorageId};
use crate::engine::Span;

/// A product family with its numbers.
#[derive(Clone, Debug)]
pub enum Product {
    /// One law from the failure to the first restart order.
    Custom { detection: Delay },
    /// A primary and secondaries: vSphere 5 and later.
    Primary(PrimaryProfile),
    /// Five primaries: VMware HA 3 and 4.
    FivePrimaries(FivePrimariesProfile),
    /// A pool with a statefile and fencing by watchdog: XenServer.
    Pool(PoolProfile),
    /// Failover clustering with quorum: Hyper-V.
    Quorum(QuorumProfile),
    /// A token ring with fencing: Proxmox, Pacemaker.
    Ring(RingProfile),
}

impl Product {
    /// How often its hosts beat; `None` where the product has no network to lose.
    #[must_use]
    pub fn heartbeat_interval(&self) -> Option<Span> {
        match self {
            Product::Custom { .. } => None,
            Product::Primary(p) => Some(p.heartbeat_interval),
            Product::FivePrimaries(p) => Some(p.heartbeat_interval),
            Product::Pool(p) => Some(p.heartbeat_interval),
            Product::Quorum(p) => Some(p.heartbeat_interval),
            // A token goes round all the time.
            Product::Ring(_) => Some(Span::ZERO),
        }
    }

    /// From a host's hang to the reset by its own watchdog; `None` where a person has to do it, or the others.
    #[must_use]
    pub fn hang_reset_after(&self) -> Option<Span> {
        match self {
            Product::Pool(p) => Some(p.hang_reset_after),
            Product::Quorum(p) => Some(p.hang_reset_after),
            Product::Ring(p) => match p.fencing {
                Fencing::Watchdog { resets_after, .. } => Some(resets_after),
                Fencing::Peers { .. } => None,
            },
            Product::Custom { .. } | Product::Primary(_) | Product::FivePrimaries(_) => None,
        }
    }

    /// From the failure of a host's agent to the reset of the host; `None` where the product leaves it running.
    #[must_use]
    pub fn agent_reset_after(&self) -> Option<&Delay> {
        match self {
            Product::Pool(p) => Some(&p.agent_reset_after),
            Product::Quorum(p) => Some(&p.agent_reset_after),
            Product::Ring(p) => match &p.fencing {
                Fencing::Watchdog { agent_reset_after, .. } => Some(agent_reset_after),
                Fencing::Peers { .. } => None,
            },
            Product::Custom { .. } | Product::Primary(_) | Product::FivePrimaries(_) => None,
        }
    }

    /// Its votes, where it counts them.
    #[must_use]
    pub fn votes(&self) -> Option<&Votes> {
        match self {
            Product::Quorum(p) => Some(&p.votes),
            Product::Ring(p) => Some(&p.votes),
            _ => None,
        }
    }
}

/// What a host that is alone does with its VMs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsolationResponse {
    /// They run on.
    LeaveOn,
    /// They stop as in a crash.
    PowerOff,
    /// They stop cleanly.
    ShutDown,
    /// The host resets itself, or is switched off, and boots.
    Fence,
}

/// The numbers of the primary-and-secondaries family.
#[derive(Clone, Debug)]
pub struct PrimaryProfile {
    pub heartbeat_interval: Span,
    /// From a secondary's last heartbeat to the first restart, by whether it has heartbeat datastores.
    pub failed_after_datastore: Span,
    pub failed_after_no_datastore: Span,
    /// From the last heartbeat in a datastore to giving up a host that was silent already.
    pub datastore_watch: Span,
    /// From the primary's last heartbeat to the election.
    pub election_starts_after: Span,
    pub election_lasts: Span,
    /// From the new primary to its first restart.
    pub restart_after_election: Span,
    /// From the last heartbeat received to declaring oneself isolated.
    pub isolation_declared_after: Span,
    pub isolation_declared_after_primary: Span,
    pub isolation_response: IsolationResponse,
    /// From declaring oneself isolated to the response, and from there to restarts elsewhere.
    pub isolation_response_delay: Span,
    pub restart_after_response: Delay,
    /// How long a clean shutdown takes, and how long it may take.
    pub shutdown: Delay,
    pub shutdown_timeout: Span,
    /// Seats in the order in which they would win an election.
    pub ranking: Vec<u32>,
}

/// The numbers of the five-primaries family.
#[derive(Clone, Debug)]
pub struct FivePrimariesProfile {
    pub heartbeat_interval: Span,
    /// From the last heartbeat to restarts.
    pub failed_after: Span,
    /// From the last heartbeat received to declaring oneself isolated.
    pub isolation_declared_after: Span,
    pub isolation_response: IsolationResponse,
    /// From there to the response.
    pub isolation_response_delay: Span,
    /// How long a clean shutdown takes.
    pub shutdown: Delay,
}

/// The numbers of the pool family.
#[derive(Clone, Debug)]
pub struct PoolProfile {
    pub heartbeat_interval: Span,
    /// From the last heartbeat to both channels having timed out.
    pub failed_after: Span,
    /// Until the living agree; until a loser must have fenced itself; until the master looks.
    pub agreement: Delay,
    pub winners_wait: Delay,
    pub notice: Delay,
    /// Until another host is master, where the master died.
    pub master_takeover: Delay,
    /// From the last heartbeat heard to a host fencing itself.
    pub isolation_fenced_after: Span,
    /// How much longer the others wait for one that looked alive on the statefile.
    pub winners_wait_extension: Delay,
    /// From a hang to the watchdog's reset; the same where only the toolstack does not answer.
    pub hang_reset_after: Span,
    pub agent_reset_after: Delay,
    /// Where the hosts write their statefile; `None`: it never fails.
    pub statefile: Option<StorageId>,
}

/// The numbers of failover clustering.
#[derive(Clone, Debug)]
pub struct QuorumProfile {
    pub heartbeat_interval: Span,
    /// From the last heartbeat to a host being missed, by others at its site and by those at other sites.
    pub failed_after: Span,
    pub failed_after_cross_site: Span,
    /// How long a silent host is only watched.
    pub resiliency: Span,
    /// Until the living agree; until the disks have moved.
    pub regroup: Delay,
    pub disk_move: Delay,
    /// From a hang to the reset; the same where only the cluster service does not answer.
    pub hang_reset_after: Span,
    pub agent_reset_after: Delay,
    /// Whether a node that is alone pauses its VMs on block storage.
    pub holds_io: bool,
    pub quarantine: Option<Quarantine>,
    /// How long clients keep the address of a VM that has changed its site; zero where it takes its address along.
    pub name_ttl: Span,
    /// From the loss of quorum with a site to a person's forcing it where the other site is.
    pub quorum_forced_after: Delay,
    pub votes: Votes,
}

/// When a node that keeps leaving is kept out.
#[derive(Clone, Copy, Debug)]
pub struct Quarantine {
    /// So many departures within the window.
    pub departures: u32,
    pub window: Span,
    pub lasts: Span,
}

/// The numbers of a token ring.
#[derive(Clone, Debug)]
pub struct RingProfile {
    /// Until a lost token is missed.
    pub failed_after: Span,
    /// Until the living agree.
    pub regroup: Delay,
    pub fencing: Fencing,
    pub votes: Votes,
}

/// How a ring makes sure that a lost host writes no more.
#[derive(Clone, Debug)]
pub enum Fencing {
    /// The others switch it off, which takes a while; nothing restarts before.
    Peers { takes: Delay },
    /// Its own watchdog resets it; the others wait until it has been away for long enough and its lock has run out, then
    /// look in loops.
    Watchdog {
        resets_after: Span,
        agent_reset_after: Delay,
        fence_delay: Span,
        recover_after: Span,
        loops: Delay,
    },
}

/// As many departures of a host from its cluster as a quarantine can look back on.
pub const DEPARTURES_MAX: usize = 8;

/// Who may decide: more than half of the votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Votes {
    /// A witness has a vote beside the hosts.
    pub witness: Option<Witness>,
    /// Only the witness has a vote: whoever reaches it decides (HYP-10, disk only).
    pub witness_only: bool,
    /// The votes of hosts that have left are taken away while there is quorum, and the witness's counts only
    /// where the hosts' are even (HYP-13, HYP-14).
    pub dynamic: bool,
    /// The site that goes on where two sides are equal.
    pub preferred: Option<PlaceId>,
}

impl Votes {
    /// Whether so many votes of so many hosts that have one are a majority, with or without the witness's.
    #[must_use]
    pub const fn are_enough(&self, hosts: usize, present: usize, witness_reached: bool) -> bool {
        if self.witness_only {
            return witness_reached;
        }
        // HYP-14: the vote of a dynamic witness counts where the hosts' votes are even.
        let witness = (self.witness.is_some() && (!self.dynamic || hosts.is_multiple_of(2))) as usize;
        2 * (present + if witness_reached { witness } else { 0 }) > hosts + witness
    }
}

/// A vote that is no host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witness {
    pub kind: WitnessKind,
    /// Where it can fail by itself.
    pub part: Option<PartId>,
    /// Where it stands; absent: it is reached from everywhere alike.
    pub place: Option<PlaceId>,
}

/// What a witness is, which says who reaches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WitnessKind {
    /// Any host reaches it.
    Anywhere,
    /// A disk: hosts that reach its storage.
    Disk(StorageId),
    /// A share or a blob in a cloud: hosts on the management network.
    Network,
}
