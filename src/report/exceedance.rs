//! How likely a long downtime is, read from the points of a distribution: (probability, seconds not exceeded with that
//! probability), ascending.

/// The share of instances that are down for longer than `seconds`.
pub(super) fn exceeded(points: &[(f64, f64)], seconds: f64) -> f64 {
    let within = points.iter().filter(|(_, s)| *s <= seconds).map(|(p, _)| *p);
    1.0 - within.fold(0.0, f64::max).clamp(0.0, 1.0)
}

/// The downtime not exceeded with probability `p`, along a line that is straight where both axes are logarithmic.
pub(super) fn quantile(points: &[(f64, f64)], p: f64) -> f64 {
    let Some(after) = points.iter().position(|(q, _)| *q >= p) else { return 0.0 };
    let (q1, s1) = points[after];
    let Some(&(q0, s0)) = after.checked_sub(1).and_then(|before| points.get(before)) else { return s1 };
    if q1 <= q0 || s0 <= 0.0 || s1 <= 0.0 {
        return s1;
    }
    let (up0, up1) = ((1.0 - q0).max(1e-12), (1.0 - q1).max(1e-12));
    let along = libm::log((1.0 - p) / up0) / libm::log(up1 / up0);
    s0 * libm::pow(s1 / s0, along.clamp(0.0, 1.0))
}

/// The longest of all.
pub(super) fn longest(points: &[(f64, f64)]) -> f64 {
    points.iter().map(|(_, seconds)| *seconds).fold(0.0, f64::max)
}

/// One instance drawn from several services, `weight` of them from each: the distribution of its downtime at all lengths
/// at which one of theirs has a point.
pub(super) fn mixture(parts: &[(f64, &[(f64, f64)])]) -> Vec<(f64, f64)> {
    let all: f64 = parts.iter().map(|(weight, _)| weight).sum();
    let mut lengths: Vec<f64> = parts.iter().flat_map(|(_, points)| points.iter().map(|(_, s)| *s)).collect();
    lengths.sort_by(f64::total_cmp);
    lengths.dedup();
    let share = |seconds: f64| {
        parts.iter().map(|(weight, points)| weight * exceeded(points, seconds)).sum::<f64>() / all
    };
    lengths.into_iter().map(|seconds| (1.0 - share(seconds), seconds)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: &[(f64, f64)] = &[(0.0, 0.0), (0.5, 0.0), (1.0, 60.0)];
    const ALWAYS: &[(f64, f64)] = &[(0.0, 30.0), (1.0, 30.0)];

    #[test]
    fn a_mixture_weighs_its_parts() {
        let mixed = mixture(&[(1.0, HALF), (3.0, ALWAYS)]);
        // Three of four are down for 30 s, and half of the rest for up to a minute.
        assert_eq!(exceeded(&mixed, 0.0), 0.875);
        assert_eq!(exceeded(&mixed, 30.0), 0.125);
        assert_eq!(exceeded(&mixed, 60.0), 0.0);
        assert_eq!(mixture(&[(2.0, ALWAYS)]).last(), Some(&(1.0, 30.0)));
    }
}
