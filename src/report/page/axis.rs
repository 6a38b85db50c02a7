//! Axes: from a value to a place on a chart, and which values are named beside it.

use crate::report::figures;

/// How values are spread over an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spread {
    Linear,
    Logarithmic,
}

/// An axis from one place to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) spread: Spread,
    /// Values at its ends.
    pub(super) from: f64,
    pub(super) to: f64,
    /// Places of its ends.
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Axis {
    /// The place of a value; what lies beyond an end is at that end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let part = match self.spread {
            Spread::Linear => (value - self.from) / (self.to - self.from),
            Spread::Logarithmic => {
                libm::log(value.max(self.from) / self.from) / libm::log(self.to / self.from)
            }
        };
        // Where there is nothing to spread, all is at the start.
        let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
        self.start + part * (self.end - self.start)
    }

    /// From 0 to at least `most`, with round steps.
    pub(super) fn from_zero(most: f64, (start, end): (f64, f64)) -> Axis {
        let most = if most > 0.0 && most.is_finite() { most } else { 1.0 };
        let step = step(most);
        Axis { spread: Spread::Linear, from: 0.0, to: libm::ceil(most / step) * step, start, end }
    }

    /// Round values of a linear axis, or powers of ten of a logarithmic one.
    pub(super) fn ticks(&self) -> Vec<f64> {
        if self.spread == Spread::Logarithmic {
            let exponents =
                (libm::floor(libm::log10(self.from)) as i32)..=(libm::ceil(libm::log10(self.to)) as i32);
            let decades: Vec<f64> = exponents.map(|exponent| libm::pow(10.0, f64::from(exponent))).collect();
            // Few decades have room for 2 and 5, many not even for every power of ten.
            let digits: &[f64] = if decades.len() <= 4 { &[1.0, 2.0, 5.0] } else { &[1.0] };
            let inside = |value: &f64| *value >= self.from * 0.999 && *value <= self.to * 1.001;
            let all = decades.iter().flat_map(|ten| digits.iter().map(move |digit| ten * digit));
            let all: Vec<f64> = all.filter(inside).collect();
            let each = all.len().div_ceil(10).max(1);
            return all.into_iter().step_by(each).collect();
        }
        let step = step(self.to - self.from);
        let count = libm::floor((self.to - self.from) / step + 1e-9) as u32;
        (0..=count).map(|number| self.from + f64::from(number) * step).collect()
    }
}

/// A round step of which four to eight go into a length.
fn step(length: f64) -> f64 {
    let rough = length / 5.0;
    let unit = libm::pow(10.0, libm::floor(libm::log10(rough)));
    [1.0, 2.0, 5.0]
        .map(|digit| digit * unit)
        .into_iter()
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(10.0 * unit)
}

/// Round lengths of time, in seconds, and how they are called.
const LENGTHS: [(f64, &str); 22] = [
    (1e-3, "1 ms"),
    (1e-2, "10 ms"),
    (1e-1, "100 ms"),
    (1.0, "1 s"),
    (5.0, "5 s"),
    (10.0, "10 s"),
    (30.0, "30 s"),
    (60.0, "1 min"),
    (300.0, "5 min"),
    (600.0, "10 min"),
    (1_800.0, "30 min"),
    (3_600.0, "1 h"),
    (10_800.0, "3 h"),
    (36_000.0, "10 h"),
    (86_400.0, "1 d"),
    (259_200.0, "3 d"),
    (864_000.0, "10 d"),
    (2_592_000.0, "30 d"),
    (8_640_000.0, "100 d"),
    (31_536_000.0, "1 y"),
    (315_360_000.0, "10 y"),
    (3_153_600_000.0, "100 y"),
];

/// Lengths of time along an axis, far enough from each other to be read.
pub(super) fn lengths(axis: &Axis) -> Vec<(f64, &'static str)> {
    const APART: f64 = 58.0;
    let mut kept: Vec<(f64, &'static str)> = Vec::new();
    for (seconds, label) in LENGTHS {
        let inside = seconds >= axis.from * 0.999 && seconds <= axis.to * 1.001;
        let is_free = kept.last().is_none_or(|(last, _)| (axis.at(seconds) - axis.at(*last)).abs() >= APART);
        if inside && is_free {
            kept.push((seconds, label));
        }
    }
    kept
}

/// A value beside a linear axis, with the decimals that tell its steps apart.
pub(super) fn label(value: f64, axis: &Axis) -> String {
    let step = match axis.spread {
        Spread::Linear => step(axis.to - axis.from),
        Spread::Logarithmic => value,
    };
    let decimals = -(libm::floor(libm::log10(step.max(1e-12)) + 1e-9) as i32);
    figures::fixed(value, decimals.clamp(0, 9))
}

/// A place on a chart, to a tenth of a pixel.
pub(super) fn px(place: f64) -> String {
    let text = format!("{place:.1}");
    let short = text.strip_suffix(".0").unwrap_or(&text);
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few() {
        for most in [0.3, 1.0, 7.0, 954.0, 123_456.0, 1e-6] {
            let axis = Axis::from_zero(most, (0.0, 100.0));
            let ticks = axis.ticks();
            assert!((3..=9).contains(&ticks.len()), "{most}: {ticks:?}");
            assert!(axis.to >= most && axis.at(axis.to) == 100.0 && axis.at(0.0) == 0.0);
        }
        let axis = Axis { spread: Spread::Logarithmic, from: 10.0, to: 1_000.0, start: 0.0, end: 100.0 };
        assert_eq!(axis.ticks(), [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0]);
        let wide = Axis { to: 1e7, ..axis };
        assert_eq!(wide.ticks(), [10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7]);
        assert!((axis.at(100.0) - 50.0).abs() < 1e-9 && axis.at(1.0) == 0.0);
        assert_eq!((label(1_000.0, &axis), px(12.04), px(-0.01)), ("1,000".into(), "12".into(), "0".into()));
    }

    #[test]
    fn an_axis_of_nothing_divides_by_nothing() {
        let axis = Axis { spread: Spread::Linear, from: 3.0, to: 3.0, start: 5.0, end: 9.0 };
        assert_eq!(axis.at(3.0), 5.0);
        assert_eq!(Axis::from_zero(f64::NAN, (0.0, 1.0)).to, 1.0);
    }
}
