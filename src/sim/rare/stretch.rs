//! Repairs that are made to take longer, and mishaps that are made likelier.
//!
//! It is in long repairs that something else fails: where three hosts must be down at once, the first repair of those episodes is
//! on average four times as long as others. So the first few of a branch are drawn from a mixture: as they are, or with the
//! probability to take even longer cubed, which makes an exponential one three times as long. The weight of a draw is what that makes it
//! less likely by, for any law; at most 1 / P(as they are).
//!
//! What comes to nothing once in ten thousand times, a takeover or a start, may be what most downtime is due to: in a branch it happens
//! once in five times. The weight of that is the ratio of both chances.

/// How often a repair is stretched. Assumption, as is the cube.
const OFTEN: f64 = 0.5;
/// Repairs that may be: so the weights of a branch with many of them stay below 20.
const REPAIRS: u32 = 4;
/// How likely a mishap is made that is less likely, and how many may be: weights stay below 1.25 to their number. Assumptions.
const MISHAP: f64 = 0.2;
const MISHAPS: u32 = 4;

/// What a branch does with its repairs.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) struct Stretch {
    left: u32,
    mishaps_left: u32,
    /// Of the repairs and mishaps so far.
    pub(in crate::sim) weight: f64,
}

impl Stretch {
    /// All repairs are what they are.
    pub(in crate::sim) const NONE: Stretch = Stretch { left: 0, mishaps_left: 0, weight: 1.0 };
    /// The first few are stretched.
    pub(super) const FEW: Stretch = Stretch { left: REPAIRS, mishaps_left: MISHAPS, weight: 1.0 };

    /// Whether the next repair is stretched.
    #[inline]
    pub(in crate::sim) fn is_on(&self) -> bool {
        self.left > 0
    }

    /// The probability to take even longer that a repair is drawn for, instead of a uniform one.
    pub(in crate::sim) fn draw(&mut self, uniform: f64) -> f64 {
        self.left -= 1;
        let v = if uniform < OFTEN {
            let part = uniform / OFTEN;
            // Never 0: no law ends there.
            (part * part * part).max(f64::MIN_POSITIVE)
        } else {
            (uniform - OFTEN) / (1.0 - OFTEN)
        };
        let v = v.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0);
        let cubed = 1.0 / (3.0 * libm::cbrt(v) * libm::cbrt(v));
        self.weight /= 1.0 - OFTEN + OFTEN * cubed;
        v
    }
}

impl Stretch {
    /// Whether something comes off that does with some chance, by a uniform number.
    #[inline]
    pub(in crate::sim) fn comes_off(&mut self, chance: f64, uniform: f64) -> bool {
        let mishap = 1.0 - chance;
        if self.mishaps_left == 0 || mishap >= MISHAP || mishap <= 0.0 {
            return uniform < chance;
        }
        self.mishaps_left -= 1;
        let comes_off = uniform < 1.0 - MISHAP;
        self.weight *= if comes_off { chance / (1.0 - MISHAP) } else { mishap / MISHAP };
        comes_off
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moments of what is drawn, weighted, are those of a uniform number: by the midpoint rule.
    #[test]
    fn weights_make_up_for_it() {
        let cells = 1_000_000;
        let (mut weights, mut mean, mut largest) = (0.0, 0.0, 0.0_f64);
        for cell in 0..cells {
            let mut stretch = Stretch::FEW;
            let v = stretch.draw((f64::from(cell) + 0.5) / f64::from(cells));
            weights += stretch.weight / f64::from(cells);
            mean += stretch.weight * v / f64::from(cells);
            largest = largest.max(stretch.weight);
        }
        assert!((weights - 1.0).abs() < 1e-5, "{weights}");
        assert!((mean - 0.5).abs() < 1e-5, "{mean}");
        assert!(largest < 1.0 / (1.0 - OFTEN));
    }

    #[test]
    fn mishaps_are_likelier_and_weigh_less() {
        let cells = 100_000;
        for chance in [1e-6, 0.01, 0.2, 0.7] {
            let (mut weights, mut mishaps) = (0.0, 0.0);
            for cell in 0..cells {
                let mut stretch = Stretch::FEW;
                let uniform = (f64::from(cell) + 0.5) / f64::from(cells);
                let comes_off = stretch.comes_off(1.0 - chance, uniform);
                weights += stretch.weight / f64::from(cells);
                mishaps += if comes_off { 0.0 } else { stretch.weight / f64::from(cells) };
            }
            assert!((weights - 1.0).abs() < 1e-9, "{chance}: {weights}");
            assert!((mishaps - chance).abs() < 1e-9, "{chance}: {mishaps}");
        }
        let mut none = Stretch::NONE;
        assert!(none.comes_off(0.99, 0.9) && !none.comes_off(0.8, 0.9) && none.weight == 1.0);
    }

    #[test]
    fn only_the_first_few() {
        let mut stretch = Stretch::FEW;
        for _ in 0..REPAIRS {
            assert!(stretch.is_on());
            stretch.draw(0.5);
        }
        assert!(!stretch.is_on() && !Stretch::NONE.is_on());
    }
}
