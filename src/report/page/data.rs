//! The numbers that the page's script draws from, as JSON inside the page.

use std::collections::BTreeMap;

use serde::Serialize;

use super::distribution;
use super::name::short;
use super::room::{self, Pieces};
use super::security::inert;
use super::shown::Shown;
use super::timeline::{LOOKS, Look, Picture, Words, layout};
use crate::report::replays::Replays;

/// Chances of more, with their lengths.
type Points = Vec<(f64, f64)>;

#[derive(Serialize)]
struct Data<'a> {
    strategies: Vec<String>,
    /// By panel of the distribution: of each strategy there its place, and (chance of more, seconds).
    curves: Vec<Vec<(usize, Points)>>,
    /// By panel, where its chart lies.
    axes: Vec<distribution::Across>,
    looks: [Look; LOOKS.len()],
    words: Vec<String>,
    /// By the figure that they belong to.
    lanes: BTreeMap<String, Picture<'a>>,
    pieces: BTreeMap<usize, Pieces>,
}

/// What the script reads; safe inside its element.
pub(super) fn json(shown: &Shown<'_>, replays: Option<&Replays>) -> String {
    let panels = distribution::panels(shown);
    let axes = panels
        .iter()
        .map(|(service, curves)| distribution::where_it_lies(shown.result, *service, curves))
        .collect();
    let curves = panels.into_iter().map(|(_, curves)| {
        let of = |curve: distribution::Curve<'_>| {
            let points = curve.points.iter().map(|&(p, seconds)| (rounded(1.0 - p), rounded(seconds)));
            (curve.place, points.collect())
        };
        curves.into_iter().map(of).collect()
    });
    let (mut words, mut lanes, mut pieces) = (Words::default(), BTreeMap::new(), BTreeMap::new());
    for &place in &shown.replayed {
        let strategy = shown.strategies[place];
        let both =
            replays.and_then(|all| all.strategies.iter().find(|replay| replay.strategy == strategy.name));
        let Some(both) = both else { continue };
        for (which, replay) in [("worst", &both.worst), ("typical", &both.typical)] {
            lanes.insert(format!("{which}-{place}"), layout(replay, shown.replayed.len(), &mut words));
        }
        pieces.insert(place, room::pieces(both));
    }
    let data = Data {
        strategies: shown.strategies.iter().map(|strategy| short(&strategy.name, 60)).collect(),
        curves: curves.collect(),
        axes,
        looks: LOOKS,
        words: words.list().into_iter().map(str::to_owned).collect(),
        lanes,
        pieces,
    };
    // Numbers and strings always have a JSON form.
    inert(&serde_json::to_string(&data).unwrap_or_default())
}

/// Four significant digits: more than a pixel.
fn rounded(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let unit = libm::pow(10.0, libm::floor(libm::log10(value)) - 3.0);
    let rounded = libm::round(value / unit) * unit;
    // As it is written with so many digits, not as it is nearly.
    format!("{rounded:.12}").parse().unwrap_or(rounded)
}
