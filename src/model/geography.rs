//! Where things stand, and which sites a network joins.
//!
//! Sites are numbered places; what stands at none is at [`PlaceId::NOWHERE`]. Traffic of a kind passes within a place
//! where a network that covers it is up, and between two places where one that covers both is; traffic passes through
//! other sites on its way. Where no network is there to carry a kind of traffic it is perfect. Fibre Channel has a fabric
//! of its own at each site, so that of the networks for storage only those between sites matter to it.

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
    /// By place and way: the lowest place to which the way is perfect, since nothing carries it.
    pub joined: Vec<Segments>,
}

/// The lowest place that traffic reaches from one place, by way: places with the same number reach each other.
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
        let mut joined: Vec<Segments> = (0..places).map(|place| [place; Way::COUNT]).collect();
        for way in Way::all() {
            let users = || networks.iter().filter(|network| way.uses(network));
            if users().any(|network| network.reach == Reach::Everywhere) {
                continue;
            }
            for a in 0..places {
                for b in a + 1..places {
                    if !users().any(|network| network.reach.joins(PlaceId(a), PlaceId(b))) {
                        join(&mut joined, way, a, b);
                    }
                }
            }
        }
        Geography { places, joined }
    }
}

/// Notes that the way between two places is open: all that are joined to either are joined to the other.
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
