//! The laws of each group beside each other, the best first.

use super::paste;
use super::words::{self, duration};
use crate::history::{Fits, Group};
use crate::report::table::{Table, wrap};
use crate::report::{clean, figures};
use crate::stats::fit::{Family, NoFit, mean_at_least};

/// What was found, for people: tables, and under them what to paste.
#[must_use]
pub fn text(groups: &[Group]) -> String {
    let mut text = String::new();
    for group in groups {
        text.push_str(&of_group(group));
        text.push('\n');
        text.push_str(&paste::lines(group));
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

/// What was watched of a group, and the laws of its times.
pub(super) fn of_group(group: &Group) -> String {
    let mut text = wrap(&head(group), "");
    for (what, fits) in [("time to failure", &group.up), ("time to repair", &group.down)] {
        text.push('\n');
        text.push_str(&wrap(&seen(what, fits), "  "));
        text.push_str(&laws(fits));
    }
    text
}

fn head(group: &Group) -> String {
    let of = match group.of.as_str() {
        "" => String::new(),
        of => format!(", {}", clean::visible(of)),
    };
    let years = group.up.seen.exposure() / 31_536_000.0;
    format!(
        "{}{of}: {} watched for {} years in service, {} of them failed",
        clean::visible(&group.kind),
        figures::whole(group.entities),
        words::digits(years, 3),
        figures::whole(group.failed)
    )
}

/// How much of it was seen.
fn seen(what: &str, fits: &Fits) -> String {
    let seen = &fits.seen;
    let ends = figures::whole(seen.ends() as u64);
    let open = figures::whole((seen.open.len() + seen.open_rest.len()) as u64);
    let unseen = seen.rest.len() + seen.open_rest.len();
    let mut text = format!("{what}: {ends} seen to the end, {open} still going on when the watching ended");
    if unseen > 0 {
        text.push_str(&format!("; of {} the beginning was not seen", figures::whole(unseen as u64)));
    }
    if !seen.below.is_empty() {
        let bound = duration(seen.below[0]);
        text.push_str(&format!(
            "; {} took no time, so less than {bound}",
            figures::whole(seen.below.len() as u64)
        ));
    }
    text
}

fn laws(fits: &Fits) -> String {
    let ranked = fits.ranked();
    let mut text = String::new();
    if ranked.is_empty() {
        return if fits.seen.ends() == 0 && fits.seen.exposure() > 0.0 {
            let least = duration(mean_at_least(fits.seen.exposure()));
            wrap(&format!("  no law can be told; the mean is {least} or more (97.5 %)"), "  ")
        } else {
            "  no law can be told\n".to_owned()
        };
    }
    let mut table = Table::new(&["law", "weight", "AICc", "mean [95 %]", "parameters [95 %]"]);
    let mut rest = String::new();
    for (family, law, weight) in &ranked {
        let mut cells = vec![
            family.word().to_owned(),
            figures::share(*weight),
            words::digits(if law.aicc.is_nan() { law.aic } else { law.aicc }, 5),
            words::time(&law.mean),
        ];
        // A gamma law's mean stands in its column.
        let others = match family {
            Family::Exponential => &[],
            Family::Gamma => &law.parameters[..1],
            _ => &law.parameters[..],
        };
        let told = others.iter().map(|(name, value)| {
            let is_number = matches!(*name, "shape" | "sigma");
            let value = if is_number { words::known(value) } else { words::time(value) };
            format!("{name} {value}")
        });
        cells.push(told.collect::<Vec<_>>().join(", "));
        table.row(cells);
    }
    let few = fits.laws.iter().any(|(_, law)| matches!(law, Err(NoFit::TooFew(..))));
    if few {
        rest.push_str(&wrap("  too few to tell a shape: only the mean is fitted", "  "));
    } else {
        for (family, law) in &fits.laws {
            if let Err(why) = law {
                rest.push_str(&format!("  {}: {why}\n", family.word()));
            }
        }
    }
    text.push_str(&table.render());
    text.push_str(&rest);
    text
}
