//! The time of a replication as an axis.

use maud::{Markup, html};

use super::axis::{Axis, Spread, label};
use super::figure;

/// A replication's time, in the unit in which people would count it.
pub(super) struct Clock {
    horizon_s: f64,
    unit_s: f64,
    unit: &'static str,
}

impl Clock {
    pub(super) fn of(horizon_us: u64) -> Clock {
        let horizon_s = horizon_us.max(1) as f64 / 1e6;
        let units = [(86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes"), (1.0, "seconds")];
        let (unit_s, unit) =
            units.into_iter().find(|(unit_s, _)| horizon_s >= 5.0 * unit_s).unwrap_or((1.0, "seconds"));
        Clock { horizon_s, unit_s, unit }
    }

    /// From its start to its end, in its unit.
    pub(super) fn axis(&self, (start, end): (f64, f64)) -> Axis {
        Axis { spread: Spread::Linear, from: 0.0, to: self.horizon_s / self.unit_s, start, end }
    }
}

/// The axis with its lines upwards.
pub(super) fn across(clock: &Clock, ends: (f64, f64), (top, bottom): (f64, f64)) -> Markup {
    let axis = clock.axis(ends);
    let named: Vec<(f64, String)> =
        axis.ticks().into_iter().map(|value| (value, label(value, &axis))).collect();
    html! { g.clock { (figure::across(&axis, &named, (top, bottom), clock.unit)) } }
}
