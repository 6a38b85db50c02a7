//! The highest point of a smooth function of two numbers: Newton's way, damped, on differences.

/// A maximum and how sharply the function falls away from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Summit {
    pub(super) point: [f64; 2],
    /// The inverse of minus the second derivatives: of a likelihood the covariance of the estimates.
    covariance: [[f64; 2]; 2],
}

impl Summit {
    /// The standard error along each coordinate.
    pub(super) fn errors(&self) -> [f64; 2] {
        [self.covariance[0][0].sqrt(), self.covariance[1][1].sqrt()]
    }

    /// The standard error of something that changes like this along the coordinates (delta method).
    pub(super) fn error_of(&self, [a, b]: [f64; 2]) -> f64 {
        let c = &self.covariance;
        (a * a * c[0][0] + 2.0 * a * b * c[0][1] + b * b * c[1][1]).max(0.0).sqrt()
    }
}

/// First and second derivatives.
struct Slope {
    first: [f64; 2],
    /// Along the first coordinate, along both, along the second.
    second: [f64; 3],
}

/// Steps of the differences: of first derivatives the error is about the square of it, of second ones rounding
/// grows with its inverse square.
const FIRST: f64 = 1e-5;
const SECOND: f64 = 1e-3;
/// Nobody takes as many: Newton's way doubles the digits that are known.
const ROUNDS: usize = 200;
/// No step is longer: coordinates are logarithms, and far away the function may not be a hill at all.
const STRIDE: f64 = 1.0;

/// Climbs from a point until no step leads higher; `None` where that is nowhere.
pub(super) fn climb(begin: [f64; 2], height: impl Fn([f64; 2]) -> f64) -> Option<Summit> {
    let mut point = begin;
    let mut here = height(point);
    for _ in 0..ROUNDS {
        if !here.is_finite() || point.iter().any(|x| x.abs() > 200.0) {
            return None;
        }
        let slope = slope(&height, point, here);
        let [dx, dy] = stride(&slope);
        let (mut share, mut moved) = (1.0, false);
        // Half as far, until it is higher there.
        for _ in 0..40 {
            let next = [point[0] + share * dx, point[1] + share * dy];
            let there = height(next);
            if there > here {
                moved = true;
                (point, here) = (next, there);
                break;
            }
            share *= 0.5;
        }
        if !moved || (share * dx).abs().max((share * dy).abs()) < 1e-10 {
            return summit(&height, point, here);
        }
    }
    None
}

/// Differences on both sides of a point.
fn slope(height: &impl Fn([f64; 2]) -> f64, [x, y]: [f64; 2], here: f64) -> Slope {
    let first = [
        (height([x + FIRST, y]) - height([x - FIRST, y])) / (2.0 * FIRST),
        (height([x, y + FIRST]) - height([x, y - FIRST])) / (2.0 * FIRST),
    ];
    let h = SECOND;
    let across = |dx: f64, dy: f64| height([x + dx, y + dy]) + height([x - dx, y - dy]) - 2.0 * here;
    let (xx, yy) = (across(h, 0.0), across(0.0, h));
    let xy = (across(h, h) - across(h, -h)) / 4.0;
    Slope { first, second: [xx, xy, yy].map(|difference| difference / (h * h)) }
}

/// The step to where the parabola through a point is highest; where that is no hill, one that is made one.
fn stride(slope: &Slope) -> [f64; 2] {
    let [xx, xy, yy] = slope.second;
    let [gx, gy] = slope.first;
    // The eigenvalues of the second derivatives: the larger one must lie below zero.
    let (middle, spread) = (0.5 * (xx + yy), libm::hypot(0.5 * (xx - yy), xy));
    let largest = middle + spread;
    let floor = -1e-3 * (libm::fabs(middle) + spread).max(1e-6);
    let damping = if largest > floor { largest - floor } else { 0.0 };
    let (a, b, c) = (xx - damping, xy, yy - damping);
    let determinant = a * c - b * b;
    let step = [(b * gy - c * gx) / determinant, (b * gx - a * gy) / determinant];
    let length = step[0].abs().max(step[1].abs());
    if length > STRIDE { step.map(|x| x * STRIDE / length) } else { step }
}

/// The covariance at the top; `None` where it is flat, or a ridge that rises on.
fn summit(height: &impl Fn([f64; 2]) -> f64, point: [f64; 2], here: f64) -> Option<Summit> {
    let Slope { second: [xx, xy, yy], .. } = slope(height, point, here);
    let determinant = xx * yy - xy * xy;
    if !(xx < 0.0 && determinant > 0.0) {
        return None;
    }
    let covariance = [[-yy / determinant, xy / determinant], [xy / determinant, -xx / determinant]];
    Some(Summit { point, covariance })
}
