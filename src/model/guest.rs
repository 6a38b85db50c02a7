//! The layer inside the guests of an instance: what a failover group, or a balancer, goes by.

use super::{Affinity, Delay, Drain, Instance, InstanceId, Model, Network, Ppm, Reach, Traffic, Votes, Way};
use crate::engine::{Span, Stream};

/// The layer inside the guests of an instance.
#[derive(Clone, Debug)]
pub enum GuestGroup {
    Failover(Box<FailoverRules>),
    Balanced {
        detection: Delay,
        convergence: Delay,
        /// From a member's return until clients are sent to it again.
        join: Delay,
        /// Whether a failed application counts as a dead member; without, it keeps its share (NLB-14).
        application_aware: bool,
        /// How clients are bound to members: those that are not lose their sessions when members join (NLB-11, NLB-16).
        affinity: Affinity,
        /// How planned work waits for clients to finish; absent: they have finished at once.
        drain: Option<Drain>,
        /// What m members can carry, by m, in billionths of what clients want when they want most; more than all of it
        /// where there is room to spare.
        carried_ppb: Vec<u64>,
    },
}

impl GuestGroup {
    /// Every law that an outage under it may be made of.
    #[must_use]
    pub fn laws(&self) -> Vec<&Delay> {
        match self {
            GuestGroup::Failover(rules) => rules.laws(),
            GuestGroup::Balanced { detection, convergence, join, .. } => vec![detection, convergence, join],
        }
    }
}

/// The part, in billionths, of what clients want that is served by members who can carry `carried_ppb` of the most, while
/// clients want `load` of that.
#[must_use]
pub fn served_ppb(carried_ppb: u64, load: Ppm) -> u32 {
    const ALL: u64 = 1_000_000_000;
    let wanted = u64::from(load.0);
    // Both sides in billionths of a millionth.
    let carried = u128::from(carried_ppb) * u128::from(Ppm::ONE.0);
    if carried_ppb > 0 && carried >= u128::from(ALL) * u128::from(wanted) {
        return ALL as u32;
    }
    // Without members nothing is served, whatever is wanted.
    if carried_ppb == 0 { 0 } else { (carried / u128::from(wanted)) as u32 }
}

/// What a failover group goes by.
#[derive(Clone, Debug)]
pub struct FailoverRules {
    /// Until the group acts, by what has become of its owner.
    pub detection: [Detection; Loss::COUNT],
    pub takeover: Takeover,
    /// The chance that a takeover which nobody has planned comes off, and what it takes a person to bring the group online
    /// where it does not.
    pub coverage: f64,
    pub manual_recovery: Delay,
    /// An application that fails is restarted where it is, before the group moves (GFC-09, GFC-17).
    pub in_place: Option<RestartInPlace>,
    /// A group that moves too often is left alone for a while (GFC-11).
    pub limit: Option<FailoverLimit>,
    /// From the return of the first node until the group goes back to it; without, it stays where it is.
    pub failback: Option<Delay>,
    /// Who may own the group: a node that is with more than half of the votes (GFC-35).
    pub votes: Option<Votes>,
    /// Nodes have cards on the private network as well, and hear each other over it (GFC-03).
    pub private_cards: bool,
    /// Whether the group looks at applications itself, and so knows a node that has died from one whose application
    /// has, and takes over from the latter what a person would have mended.
    pub watches: bool,
}

/// What has become of the owner of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loss {
    /// Its node does not beat any more.
    #[default]
    Node,
    /// Its application has gone, which the quick poll sees (GFC-12).
    AppCrash,
    /// Its application does not answer, which the thorough poll sees.
    AppHang,
}

impl Loss {
    pub const COUNT: usize = 3;
}

/// Until something is seen, and from there until it is certain.
#[derive(Clone, Debug)]
pub struct Detection {
    pub seen: Delay,
    pub confirmed: Delay,
}

/// What bringing a group online costs, one part after the other.
#[derive(Clone, Debug)]
pub struct Takeover {
    /// The clean end of the application where it still runs: planned moves only.
    pub offline: Delay,
    /// All of it as one law, or until the disks have changed their node.
    pub disk: Delay,
    /// Until clients find the new address.
    pub address: Delay,
    pub start: Delay,
    /// After an unclean end.
    pub recover: Delay,
}

/// What a draw for a takeover is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TakeoverDraw {
    Offline = 1,
    Address,
    Start,
    Recover,
    Confirmation,
    StartInPlace,
    RecoveryInPlace,
    Retry,
    Failback,
    Coverage,
    ManualRecovery,
}

/// Restarts of a failed application where it is.
#[derive(Clone, Debug)]
pub struct RestartInPlace {
    /// So many within the window; the next failure moves the group.
    pub most: u32,
    pub window: Span,
    pub start: Delay,
    pub recover: Delay,
}

/// Unplanned moves of a group.
#[derive(Clone, Debug)]
pub struct FailoverLimit {
    /// So many within the window; a group that would have to move again stays offline.
    pub most: u32,
    pub window: Span,
    /// Until the group is tried again.
    pub retry: Delay,
}

impl FailoverRules {
    fn laws(&self) -> Vec<&Delay> {
        let mut laws: Vec<&Delay> = Vec::new();
        for detection in &self.detection {
            laws.extend([&detection.seen, &detection.confirmed]);
        }
        let Takeover { offline, disk, address, start, recover } = &self.takeover;
        laws.extend([offline, disk, address, start, recover]);
        laws.extend((self.coverage < 1.0).then_some(&self.manual_recovery));
        laws.extend(self.in_place.iter().flat_map(|in_place| [&in_place.start, &in_place.recover]));
        laws.extend(self.limit.iter().map(|limit| &limit.retry));
        laws
    }
}

impl Instance {
    /// The stream for one purpose of a failover group, beside those of its detection and of its takeover as a whole.
    #[inline]
    #[must_use]
    pub const fn takeover_of(&self, draw: TakeoverDraw) -> Stream {
        Stream::numbered(self.takeover.0, draw as u64)
    }
}

impl Model {
    /// Whether the members of a balanced group may be cut off from each other by the networks between sites, wherever a
    /// cluster or a person has brought them.
    #[must_use]
    pub fn has_parts(&self, instance: InstanceId) -> bool {
        let service = &self.services[self.instances[instance.index()].service.index()];
        let way = Way::Network(Traffic::Client);
        let joins = |network: &Network| way.uses(network) && !matches!(network.reach, Reach::Within(_));
        matches!(service.guest, Some(GuestGroup::Balanced { .. }))
            && self.geography.places > 1
            && self.networks.iter().any(joins)
    }
}
