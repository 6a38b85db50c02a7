//! Inverting a distribution function: Halley's method in logarithms, between brackets.

/// What [`invert`] needs to know at a point t > 0 about the distribution of ln T.
pub(crate) struct Point {
    /// The probability of the tail that is inverted.
    pub(crate) tail: f64,
    /// The density of ln T at ln t.
    pub(crate) density: f64,
    /// The derivative of the logarithm of that density.
    pub(crate) slope: f64,
}

/// Which tail of the distribution has the wanted probability.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Tail {
    Lower,
    Upper,
}

/// The t > 0 whose `side` tail is `wanted`, where the density of ln T is log-concave.
///
/// Then both tails are log-concave in ln t as well (Bagnoli & Bergstrom, Economic Theory 26, 2005), so that
/// Newton's method on ln tail against ln t converges from every start: after one step it stays on one side of
/// the root and only comes nearer. Halley's correction makes it cubic; the bracket holds it where the
/// correction is too bold. `scale` is a typical width of ln T, to know when a step no longer matters.
pub(crate) fn invert(start: f64, side: Tail, wanted: f64, scale: f64, at: impl Fn(f64) -> Point) -> f64 {
    let ln_wanted = libm::log(wanted);
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut t = start;
    for _ in 0..100 {
        let point = at(t);
        let (error, hazard, bend) = match side {
            // Signs are turned so that `error` grows with t: negative means t is too small.
            Tail::Lower => {
                let hazard = point.density / point.tail;
                (libm::log(point.tail) - ln_wanted, hazard, point.slope - hazard)
            }
            Tail::Upper => {
                let hazard = point.density / point.tail;
                (ln_wanted - libm::log(point.tail), hazard, point.slope + hazard)
            }
        };
        if error == 0.0 {
            return t;
        }
        if error < 0.0 {
            low = t;
        } else {
            high = t;
        }
        let newton = -error / hazard;
        // f'' / f' is `bend`; Halley divides Newton's step by 1 + step * f'' / (2 f').
        let step = newton / (1.0 + 0.5 * newton * bend).clamp(0.5, 2.0);
        let mut next = t * libm::exp(step);
        if !(next > low && next < high) {
            // Not between the brackets, or no number because the tail vanished: halve what is left, in logarithms.
            next = match (low > 0.0, high.is_finite()) {
                (true, true) => low.sqrt() * high.sqrt(),
                (true, false) => low * 16.0,
                _ => high / 16.0,
            };
            if next == low || next == high {
                return next;
            }
        } else if step.abs() < 1e-5 * scale {
            // Cubic convergence: what remains is of the order of the cube of this step.
            return next;
        }
        t = next;
    }
    t
}
