//! Kinds of clocks whose hazard does not depend on their age: what they do in a window is the same for all of a kind.

use super::watched::Watched;
use super::window::{PARTS, fired_by};
use crate::engine::Law;

const MANY: usize = PARTS.len();

/// One kind, in the window that is open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Even {
    /// By law, how often it ends a life, a second; 0 where there is none.
    rates: [f64; 2],
    /// By law and part of the window: the chance that both are chosen, by that of firing within the part; what cannot be made to fire has no such
    /// number, and its chance is in `free`.
    scales: [[f64; MANY]; 2],
    free: f64,
}

impl Even {
    /// Of a clock of the kind, in a window of such parts; `None` where it matters how old it is.
    pub(super) fn of(watched: &Watched<'_>, parts_s: [f64; MANY]) -> Option<Even> {
        let mut even = Even::default();
        let lives = watched.laws.iter().flatten().count() as f64;
        for (which, law) in watched.laws.iter().enumerate() {
            let Some(law) = law else { continue };
            let Law::Exponential { mean_s } = law else { return None };
            even.rates[which] = 1.0 / mean_s;
            for (part, (_, chance)) in PARTS.iter().enumerate() {
                let all = parts_s[part] / mean_s;
                if all > 0.0 {
                    even.scales[which][part] = chance / lives / fired_by(all);
                } else {
                    even.free += chance / lives;
                }
            }
        }
        Some(even)
    }

    /// How much likelier those that were made to fire make it that they have not after so long.
    pub(super) fn likelihood(&self, parts_s: [f64; MANY], passed_s: f64) -> f64 {
        let lives = self.rates.iter().zip(&self.scales);
        lives.map(|(rate, scales)| of_law(*rate, scales, parts_s, passed_s)).sum::<f64>() + self.free
    }

    /// How much likelier it is that one of their laws has ended a life after so long, than that it has not.
    pub(super) fn more(&self, parts_s: [f64; MANY], passed_s: f64, which: usize) -> f64 {
        let scales = &self.scales[which];
        // Instants are rounded to a microsecond.
        let within = parts_s.iter().zip(scales).filter(|(part_s, _)| passed_s <= **part_s + 1e-6);
        within.map(|(_, scale)| scale).sum::<f64>() - of_law(self.rates[which], scales, parts_s, passed_s)
    }
}

fn of_law(rate: f64, scales: &[f64; MANY], parts_s: [f64; MANY], passed_s: f64) -> f64 {
    let mut sum = 0.0;
    for (part_s, scale) in parts_s.iter().zip(scales) {
        let left_s = part_s - passed_s;
        if left_s > 0.0 && *scale > 0.0 {
            sum += scale * fired_by(rate * left_s);
        }
    }
    sum
}
