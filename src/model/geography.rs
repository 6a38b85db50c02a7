//! Where things stand, and which sites a network joins.
//!
//! Sites are numbered places; what stands at none is at [`PlaceId::NOWHERE`]. Traffic of a kind passes within a place
//! where a network that covers it is up, and between two places where one that covers both is, or several one after the
//! other. Where no network is there to carry a kind of traffic within a place, or between two, the way is perfect (and
//! leads nowhere else). Fibre Channel has a fabric of its own at each site, so that of the networks for storage only
//! those between sites matter to it.

use super::{Network, PlaceId, Traffic};

/// What a network covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All places, and the ways between them.
    Everywhere,
    /// One place.
    Within(PlaceId),
    /// The ways between some places, and nothing within them.
    Between(Vec<PlaceId>),
}

impl Reach {
    /// Whether traffic within a place can use it.
    #[must_use]
    pub fn covers(&self, place: PlaceId) -> bool {
        match self {
            Reach::Everywhere => true,
            Reach::Within(own) => *own == place,
            Reach::Between(_) => false,
        }
    }

    /// Whether traffic between two places can use it.
    #[must_use]
    pub fn joins(&self, a: PlaceId, b: PlaceId) -> bool {
        match self {
            Reach::Everywhere => true,
            Reach::Within(_) => false,
            Reach::Between(places) => places.contains(&a) && places.contains(&b),
        }
    }
}

impl PlaceId {
    /// Of hosts that stand at no site.
    pub const NOWHERE: PlaceId = PlaceId(0);
}

/// The places of a model.
#[derive(Clone, Debug, Default)]
pub struct Geography {
    /// How many, the one of those without a site included.
    pub places: u32,
    /// By way and pair of places: whether nothing carries it, so that it is perfect.
    perfect: Vec<bool>,
}

/// By way, the lowest place that networks lead to from one place.
pub type Segments = [u32; Way::COUNT];

/// How traffic gets from place to place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Over networks that carry a kind of traffic.
    Network(Traffic),
    /// Over the fabric of Fibre Channel.
    Fabric,
}

impl Way {
    /// How many there are.
    pub const COUNT: usize = Traffic::COUNT + 1;

    /// All of them.
    pub fn all() -> impl Iterator<Item = Way> {
        Traffic::WORDS.iter().map(|&(_, traffic)| Way::Network(traffic)).chain([Way::Fabric])
    }

    /// Its number in [`Segments`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Way::Network(traffic) => traffic as usize,
            Way::Fabric => Traffic::COUNT,
        }
    }

    /// Whether a network is part of it.
    #[must_use]
    pub fn uses(self, network: &Network) -> bool {
        match self {
            Way::Network(traffic) => network.carries.contains(&traffic),
            Way::Fabric => {
                network.carries.contains(&Traffic::Storage) && matches!(network.reach, Reach::Between(_))
            }
        }
    }
}

impl Geography {
    /// The places that networks join, or leave to themselves.
    #[must_use]
    pub fn new(places: u32, networks: &[Network]) -> Geography {
        let mut perfect = Vec::with_capacity(Way::COUNT * (places * places) as usize);
        for way in Way::all() {
            let joined = |a: u32, b: u32| {
                networks.iter().any(|n| way.uses(n) && n.reach.joins(PlaceId(a), PlaceId(b)))
            };
            for a in 0..places {
                perfect.extend((0..places).map(|b| a == b || !joined(a, b)));
            }
        }
        Geography { places, perfect }
    }

    /// Whether no network is there to carry a kind of traffic between two places.
    #[inline]
    #[must_use]
    pub fn is_perfect(&self, way: Way, a: PlaceId, b: PlaceId) -> bool {
        let places = self.places as usize;
        self.perfect[(way.index() * places + a.index()) * places + b.index()]
    }
}

/// Notes that networks lead from one place to another: all that are joined to either are joined to the other.
pub fn join(segments: &mut [Segments], way: Way, a: u32, b: u32) {
    let (a, b) = (segments[a as usize][way.index()], segments[b as usize][way.index()]);
    if a != b {
        for row in segments {
            if row[way.index()] == a.max(b) {
                row[way.index()] = a.min(b);
            }
        }
    }
}
