//! What a cluster keeps free for the failures to come, as a rule. What the rule comes to under a given
//! placement is for `capacity` to say.

use super::HostId;

/// A share in millionths, so that sums over hosts stay whole numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ppm(pub u32);

impl Ppm {
    /// All of it.
    pub const ONE: Ppm = Ppm(1_000_000);

    /// The share of a whole, rounded up: what is promised is kept.
    #[must_use]
    pub fn of(self, whole: u64) -> u64 {
        (u128::from(whole) * u128::from(self.0)).div_ceil(u128::from(Ppm::ONE.0)) as u64
    }
}

/// Admission control of a cluster. It decides at the start only and never holds a restart back (VMW-92).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Admission {
    /// Everything that fits may run.
    #[default]
    None,
    /// VMW-86: room in slots of one size, without the hosts that have most of them. VMW-88: caps on the
    /// size of a slot; a larger VM takes several.
    Slots { failures: u32, memory_mib: Option<u64>, cores: Option<u64> },
    /// VMW-89: a share of the memory and of the cores of all hosts.
    Percentage { memory: Ppm, cores: Ppm },
    /// VMW-90: hosts that are empty at the start and the first to be used by restarts.
    SpareHosts(Vec<HostId>),
    /// XEN-45: a plan for any so many failed hosts.
    Failures { tolerate: u32 },
}

impl Admission {
    /// The policy's word in a scenario.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Admission::None => "none",
            Admission::Slots { .. } => "slots",
            Admission::Percentage { .. } => "percentage",
            Admission::SpareHosts(_) => "spare-hosts",
            Admission::Failures { .. } => "failures",
        }
    }

    /// The hosts that are kept empty at the start.
    #[inline]
    #[must_use]
    pub fn spare_hosts(&self) -> &[HostId] {
        match self {
            Admission::SpareHosts(hosts) => hosts,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_down() {
        assert_eq!(Ppm(250_000).of(400), 100);
        assert_eq!(Ppm(250_000).of(401), 101);
        assert_eq!(Ppm(70_000).of(100), 7); // 0.07 x 100 is a little more than 7 in floating point.
        assert_eq!(Ppm::ONE.of(u64::MAX), u64::MAX);
        assert_eq!(Ppm(0).of(12), 0);
    }
}
