//! What one instance of a service depends on, as far as it can be solved: what fails, who repairs it, and what its VMs take to
//! come back.

use crate::engine::{Law, Span};
use crate::model::Traffic;

/// A duration as exponential stages, one after the other; none where it takes no time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stages {
    /// By stage, how often a second it ends.
    pub rates: Vec<f64>,
}

/// Longer rows of stages have no number in a state's byte.
const STAGES_MAX: usize = 100;

impl Stages {
    /// A law as stages, where it is made of such: exponential, Erlang, or no time at all.
    ///
    /// ```
    /// use ninefold::engine::{Law, Span};
    /// use ninefold::exact::Stages;
    /// assert_eq!(Stages::of(&Law::exponential(120.0).unwrap()).unwrap().rates, [1.0 / 120.0]);
    /// assert!(Stages::of(&Law::constant(Span::ZERO)).unwrap().is_none());
    /// assert!(Stages::of(&Law::constant(Span::from_secs(30))).is_none());
    /// ```
    #[must_use]
    pub fn of(law: &Law) -> Option<Stages> {
        if law.is_constant() {
            return (law.sample(0.5) == Span::ZERO).then(Stages::default);
        }
        match *law {
            Law::Exponential { mean_s } if mean_s > 0.0 => Some(Stages { rates: vec![1.0 / mean_s] }),
            Law::Exponential { .. } => Some(Stages::default()),
            Law::Gamma { shape, scale_s } if shape.fract() == 0.0 && shape <= STAGES_MAX as f64 => {
                Some(Stages { rates: vec![1.0 / scale_s; shape as usize] })
            }
            _ => None,
        }
    }

    /// This one, and then another.
    #[must_use]
    pub fn then(mut self, other: Stages) -> Stages {
        self.rates.extend(other.rates);
        self
    }

    /// Whether it takes no time.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.rates.is_empty()
    }

    /// Whether it is too long a row for a state.
    pub(super) fn is_too_long(&self) -> bool {
        self.rates.len() > STAGES_MAX
    }
}

/// A fault without memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// How often a second it strikes while its component is in service.
    pub rate: f64,
    /// The work of those who put it right.
    pub mend: Stages,
}

/// Something that is in service or out: power of a rack or a site, a storage, a network, a link of a host.
#[derive(Clone, Debug, PartialEq)]
pub struct PartNode {
    pub fault: Source,
    /// What feeds it.
    pub fed_by: Option<usize>,
    pub crew: Option<usize>,
}

/// A link of a host.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkNode {
    pub traffic: Traffic,
    pub fault: Source,
    pub crew: Option<usize>,
}

/// A host, and the VM of the instance on it where it has one.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitNode {
    pub has_vm: bool,
    pub crash: Option<Source>,
    pub hang: Option<Source>,
    pub boot: Stages,
    pub crew: Option<usize>,
    /// Parts that feed it.
    pub power: Vec<usize>,
    pub links: Vec<LinkNode>,
    /// Networks over which its clients come, each enough by itself; none where they always do. The same for its storage.
    pub client_nets: Vec<usize>,
    pub storage_nets: Vec<usize>,
    /// The storage of its VM, where that can fail.
    pub storage: Option<usize>,
}

/// What a VM takes to come back, and what fails in it.
#[derive(Clone, Debug, PartialEq)]
pub struct VmLaws {
    pub power_on: Stages,
    pub boot: Stages,
    /// The application in a VM that serves by itself: start and recovery.
    pub start: Stages,
    pub guest: Option<Source>,
    /// Crashes and hangs of the application.
    pub apps: Vec<Source>,
}

/// The layer inside the guests.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// One VM.
    Alone,
    /// One VM that a host cluster restarts on any of the hosts once it has noticed.
    Restarted { detection: Stages },
    /// All members serve, and are missed at once. What m of them carry, in billionths of the demand.
    Balanced { carried_ppb: Vec<u64> },
    /// One node serves.
    Failover { detection: Stages, takeover: Stages, coverage: f64, by_hand: Stages },
}

/// What one instance depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Plant {
    pub parts: Vec<PartNode>,
    pub units: Vec<UnitNode>,
    /// By unit, a number that those share which may change places without anybody noticing. Ascending.
    pub kinds: Vec<usize>,
    /// How many people each crew has.
    pub crews: Vec<u32>,
    pub vm: VmLaws,
    pub layer: Layer,
}
