//! What it is worth that so many members of a balanced group are up, or that the one VM is.

use super::chain::REWARDS;

/// All of the demand, in billionths; and what is left of it by rounding shares down.
pub(super) const ALL_PPB: u64 = 1_000_000_000;
const ROUNDING_PPB: u64 = 32;

/// By how many are up, what they carry, in billionths of the demand.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Worth {
    pub carried_ppb: Vec<u64>,
    /// Whether the share of each is lost until it is missed, however short that is.
    pub is_shared: bool,
}

impl Worth {
    /// What is earned a second: time down, time degraded, what is lost, outages that begin. `up` has the chances of each number of
    /// those that are up, `falls` by how many are left how often a second one goes down.
    pub(super) fn rates(&self, up: &[f64], falls: &[f64]) -> [f64; REWARDS] {
        let mut rates = [0.0; REWARDS];
        for (chance, carried) in up.iter().zip(&self.carried_ppb) {
            let earns = served(*carried);
            for (rate, earns) in rates.iter_mut().zip(earns) {
                *rate += chance * earns;
            }
        }
        for (left, often) in falls.iter().enumerate() {
            let begins = if self.is_shared { is_outage(&self.carried_ppb, left) } else { left == 0 };
            rates[REWARDS - 1] += f64::from(u8::from(begins)) * often;
        }
        rates
    }
}

/// Whether an outage begins as a member goes and so many are left, of whose share nothing is served until it is missed.
pub(super) fn is_outage(carried_ppb: &[u64], left: usize) -> bool {
    carried_ppb[left].min(ALL_PPB) <= ALL_PPB / (left as u64 + 1) + ROUNDING_PPB
}

/// What a second is down, degraded, and lost where so much of the demand is carried.
pub(super) fn served(carried_ppb: u64) -> [f64; REWARDS] {
    let served = (carried_ppb as f64 / ALL_PPB as f64).min(1.0);
    let down = f64::from(u8::from(served == 0.0));
    let degraded = f64::from(u8::from(served > 0.0 && served < 1.0));
    [down, degraded, 1.0 - served, 0.0]
}
