//! Laws as a scenario takes them.

use super::table;
use super::words::{duration, plain};
use crate::history::{By, Fits, Group};
use crate::report::clean;
use crate::scenario::toml_key;
use crate::stats::fit::Curve;

/// TOML to paste, with the tables of the fits as comments.
#[must_use]
pub fn toml(groups: &[Group]) -> String {
    let mut text = String::new();
    for group in groups {
        for line in table::of_group(group).lines() {
            text.push_str(format!("# {line}").trim_end());
            text.push('\n');
        }
        text.push_str(&lines(group));
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

/// The table and the fault of a group.
pub(super) fn lines(group: &Group) -> String {
    let (header, key) = place(group);
    let [ttf, ttr] = [&group.up, &group.down].map(law);
    let is_whole = ttf.is_some() && ttr.is_some();
    let is_told = group.by != By::Cause;
    let mark = if is_whole && is_told { "" } else { "# " };
    let or = |law: Option<String>, what| law.unwrap_or_else(|| format!("\"{what}\""));
    let fault = format!(
        "{key} = {{ ttf = {}, ttr = {} }}",
        or(ttf, "nothing seen to fail"),
        or(ttr, "no repair seen to its end")
    );
    let mut notes = String::new();
    if is_whole && group.kind == "host" {
        notes.push_str(
            "# repairs end when the host serves again: with boot = \"0 s\" beside it, no boot counts twice\n",
        );
    }
    if is_whole && !is_told {
        notes.push_str("# which of the faults of a component this cause is, whoever pastes it knows: the key says the commonest\n");
    }
    format!("{notes}{mark}[{header}]\n{mark}{fault}\n")
}

/// Where the fault goes: the table's header and the key in it. A scenario knows no causes.
fn place(group: &Group) -> (String, &'static str) {
    let [kind, of] = [&group.kind, &group.of].map(|name| toml_key(&clean::visible(name)));
    let header = match group.by {
        By::Kind | By::Cause => format!("{kind}.NAME"),
        By::EntityStem => format!("{kind}.{of}"),
    };
    (header, if group.kind == "host" { "crash" } else { "outage" })
}

/// The best law of some times.
fn law(fits: &Fits) -> Option<String> {
    let ranked = fits.ranked();
    let (_, best, _) = ranked.first()?;
    Some(match best.curve {
        Curve::Exponential { mean } => {
            format!("{{ law = \"exponential\", mean = \"{}\" }}", duration(mean))
        }
        Curve::Weibull { shape, scale } => {
            format!("{{ law = \"weibull\", shape = {}, scale = \"{}\" }}", plain(shape, 4), duration(scale))
        }
        Curve::Lognormal { mu, sigma } => {
            let median = duration(libm::exp(mu));
            format!("{{ law = \"lognormal\", median = \"{median}\", sigma = {} }}", plain(sigma, 4))
        }
        Curve::Gamma { shape, scale } => {
            let mean = duration(shape * scale);
            format!("{{ law = \"gamma\", shape = {}, mean = \"{mean}\" }}", plain(shape, 4))
        }
    })
}
