//! What is said of loads: how much clients want, and where that is written.

use super::{count, item, section, short};
use crate::engine::Span;
use crate::model::{Load, Ppm};
use crate::scenario::spec::{Spec, WeeklyLoad};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

pub(super) fn loads(spec: &Spec, out: &mut String) {
    if !spec.loads.is_empty() {
        section(out, "loads (the measured time begins on a Monday at 0:00: assumption)");
    }
    for load in &spec.loads {
        let from = load.column.as_ref().map_or(String::new(), |from| {
            format!("{} of {}, {}", from.column, from.file, count(from.rows as u64, "row", "rows"))
        });
        let facts = [
            from,
            format!("at most {} of the demand", percent(load.most())),
            format!("{} on average", percent(load.mean())),
            count(load.steps.len() as u64, "step a week", "steps a week"),
        ];
        item(out, "load", &load.name, &facts, &[]);
        if load.column.is_some() {
            // What a scenario says can be read there; a file is better looked at in short.
            out.push_str(&format!("    {}\n", days(load).join(", ")));
        }
    }
}

fn percent(fraction: f64) -> String {
    format!("{} %", short(libm::round(fraction * 1e4) / 1e2))
}

/// The least and the most of each day.
fn days(load: &WeeklyLoad) -> Vec<String> {
    let of_day = |(number, day): (u64, &&str)| {
        let (from, to) = (Span(Load::WEEK.0 / 7 * number), Span(Load::WEEK.0 / 7 * (number + 1)));
        let before = load.steps.partition_point(|step| step.0 <= from).saturating_sub(1);
        let parts = || load.steps[before..].iter().take_while(|step| step.0 < to).map(|step| step.1);
        let [least, most] =
            [parts().min(), parts().max()].map(|part| percent(fraction(part.unwrap_or(Ppm::ONE))));
        if least == most { format!("{day} {most}") } else { format!("{day} {least} to {most}") }
    };
    (0..).zip(&DAYS).map(of_day).collect()
}

fn fraction(part: Ppm) -> f64 {
    f64::from(part.0) / f64::from(Ppm::ONE.0)
}
