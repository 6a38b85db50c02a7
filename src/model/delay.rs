//! A law with its constant at hand.

use crate::engine::{Law, Randomness, Span, Stream};

/// The law of a duration that the simulation draws. Most durations of a scenario are constants; those are
/// rounded once, when the model is compiled.
#[derive(Clone, Debug)]
pub struct Delay {
    pub law: Law,
    fixed: Option<Span>,
}

impl Delay {
    /// The one length, where the law has only one.
    #[inline]
    #[must_use]
    pub fn fixed(&self) -> Option<Span> {
        self.fixed
    }

    /// Draw number `k` of a stream.
    // Inlined, the processor learns for each purpose by itself whether there is anything to draw.
    #[inline(always)]
    #[must_use]
    pub fn draw(&self, random: Randomness, stream: Stream, k: u32) -> Span {
        match self.fixed {
            Some(span) => span,
            None => self.sample(random, stream, k),
        }
    }

    #[inline(never)]
    fn sample(&self, random: Randomness, stream: Stream, k: u32) -> Span {
        self.law.sample(random.uniform(stream, k))
    }

    /// Whether it is always the same.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.fixed.is_some()
    }

    /// The length in seconds that is not exceeded with probability `p`.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        self.law.quantile(p)
    }
}

impl From<Law> for Delay {
    fn from(law: Law) -> Delay {
        // Any v serves: a constant does not look at it.
        let fixed = law.is_constant().then(|| law.sample(0.5));
        Delay { law, fixed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_what_every_draw_would_be() {
        let boot = Law::Constant { value_s: 61.5 };
        assert_eq!(Delay::from(boot.clone()).fixed(), Some(boot.sample(0.1)));
        assert_eq!(Delay::from(Law::Exponential { mean_s: 60.0 }).fixed(), None);
    }
}
