//! One fault without memory, and repairs and ways back of any law: cycles that begin anew.
//!
//! A VM that stands on a single fault whose time to failure is exponential goes round in cycles. Its clock runs for an exponential
//! time of rate λ, stands still while it is out for D, and runs again while the VM is on its way back for S, which the next failure
//! may cut short. Whatever the laws of D and S, Wald's identity gives means over any window: with p(t) the chance that the
//! clock runs at t, N failures until t, ρ = λ E D, and O what is left at t of an outage that is under way,
//!
//! ```text
//! E N = λ (t - E D_t),   E D_t = E D · E N - E O,   so   E D_t = (ρ t - E O) / (1 + ρ)
//! E O = λ ∫_0^t p(t - s) E (D - s)+ ds,   1 - ρ <= p <= 1,   E D² - E D³ / t <= 2 ∫_0^t E (D - s)+ ds <= E D²
//! ```
//!
//! (Cox, "Renewal theory", 1962, chapters 4 and 7). O matters once a window and not once a cycle, so that bounds of it are as good
//! as the number itself. What follows is arithmetic with both ends; how far apart they come is told.

use super::PRECISION;
use super::moments::Moments;
use super::recognise::{Alone, Builder, is_in_scope};
use crate::engine::Law;
use crate::model::{Delay, InstanceId, Model};

/// One fault without memory, and what comes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cycle {
    /// Failures a second while the clock runs.
    pub rate: f64,
    /// The time out, in which the clock stands still.
    pub out: Moments,
    /// The way back, in which it runs.
    pub back: Moments,
}

/// A mean that lies between two ends.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Between(f64, f64);

impl Between {
    fn plus(self, other: Between) -> Between {
        Between(self.0 + other.0, self.1 + other.1)
    }

    fn minus(self, other: Between) -> Between {
        Between(self.0 - other.1, self.1 - other.0)
    }

    /// Both are not negative.
    fn times(self, other: Between) -> Between {
        Between(self.0.max(0.0) * other.0, self.1 * other.1)
    }

    fn by(self, factor: f64) -> Between {
        Between(self.0 * factor, self.1 * factor)
    }
}

impl Cycle {
    /// Downtime and its error, and outages, of a window from `from_s` on that lasts `lasts_s`; `None` where it is too short.
    pub(super) fn downtime_s(&self, from_s: f64, lasts_s: f64) -> Option<(f64, f64, f64)> {
        let rate = self.rate;
        let ([out, _, _], [back, back2, _]) = (self.out.0, self.back.0);
        let load = rate * out;
        let end_s = from_s + lasts_s;
        let exactly = |value: f64| Between(value, value);
        let out_s =
            exactly(load * lasts_s).plus(self.left(from_s)).minus(self.left(end_s)).by(1.0 / (1.0 + load));
        let failures = exactly(lasts_s).minus(out_s).by(rate);
        // Ways back that begin: one a failure, but for those whose outage reaches over an end of the window.
        let away = |at: f64| Between(0.0, if at > 0.0 { load.min(1.0) } else { 0.0 });
        let begun = failures.plus(away(from_s)).minus(away(end_s));
        // E min(S, X) for X exponential.
        let length = Between((back - rate * back2 / 2.0).max(0.0), back);
        let under_way = |at: f64| Between(0.0, if at > 0.0 { rate * back2 / 2.0 } else { 0.0 });
        let back_s = begun.times(length).plus(under_way(from_s)).minus(under_way(end_s));
        let Between(least, most) = out_s.plus(back_s);
        let (middle, error_s) = (f64::midpoint(least, most), (most - least) / 2.0);
        (error_s <= PRECISION * middle).then_some((middle, error_s, rate * (lasts_s - middle)))
    }

    /// What is left at an instant of an outage that is under way.
    fn left(&self, at: f64) -> Between {
        if at <= 0.0 {
            return Between(0.0, 0.0);
        }
        let [out, out2, out3] = self.out.0;
        let runs = (1.0 - self.rate * out).max(0.0);
        Between(runs * (out2 - out3 / at).max(0.0), out2.min(2.0 * out * at)).by(self.rate / 2.0)
    }
}

/// The cycle of an instance, where it has one.
pub(super) fn cycle_of(model: &Model, instance: InstanceId) -> Option<Cycle> {
    let builder = Builder::new(model, instance);
    let service = builder.service;
    if service.guest.is_some() || builder.is_clustered() || !is_in_scope(model, instance) {
        return None;
    }
    let alone = builder.alone(builder.instance.first_vm.index())?;
    if alone.crew.is_some() { None } else { cycle(&alone) }
}

/// Of faults that all lead to the same, with what belongs to the time out after each repair, and with the way back.
fn cycle(alone: &Alone<'_>) -> Option<Cycle> {
    let sum = |laws: &[&Delay]| {
        laws.iter().map(|delay| Moments::of(&delay.law)).fold(Moments::default(), Moments::plus)
    };
    let mut parts = Vec::new();
    for fault in &alone.faults {
        let Law::Exponential { mean_s } = fault.ttf.law else { return None };
        parts.push((1.0 / mean_s, Moments::of(&fault.ttr.law).plus(sum(&alone.out))));
    }
    let rate: f64 = parts.iter().map(|part| part.0).sum();
    (!parts.is_empty() && rate.is_finite()).then(|| Cycle {
        rate,
        out: Moments::mixed(&parts),
        back: sum(&alone.back),
    })
}
