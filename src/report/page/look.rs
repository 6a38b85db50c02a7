//! How strategies look: a colour that colour-blind people can tell from the others, a stroke and a marker, so that no two are told
//! apart by colour alone.

use maud::{Markup, html};

use super::axis::px;
use super::name;
use super::shown::Shown;

/// Okabe and Ito's colours without black, and without the yellow that is too faint for a line.
const COLOURS: usize = 6;

/// Classes of a strategy's lines and marks, by its place.
pub(super) fn class(place: usize) -> String {
    format!("s{} d{}", place % COLOURS, place / COLOURS % 3)
}

/// A strategy's marker: where colours come round again it is another one.
pub(super) fn marker(place: usize, x: f64, y: f64) -> Markup {
    let form = (place + place / COLOURS) % 6;
    let d = match form {
        0 => "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
        1 => "m-4 -4h8v8h-8z",
        2 => "m0 -5.2l5 9h-10z",
        3 => "m0 -5.6l5.6 5.6l-5.6 5.6l-5.6 -5.6z",
        4 => "m0 5.2l5 -9h-10z",
        _ => "m-1.6 -5h3.2v3.4h3.4v3.2h-3.4v3.4h-3.2v-3.4h-3.4v-3.2h3.4z",
    };
    html! { path.marker.(class(place)) d={ "M" (px(x)) " " (px(y)) (d) } {} }
}

/// The strategies with their lines.
pub(super) fn legend(shown: &Shown<'_>) -> Markup {
    html! {
        ul.legend {
            @for (place, strategy) in shown.strategies.iter().enumerate() {
                li {
                    svg viewBox="0 0 34 12" width="34" height="12" aria-hidden="true" {
                        path.line.(class(place)) d="M0 6H34" fill="none" stroke="currentColor" {}
                        (marker(place, 17.0, 6.0))
                    }
                    (name::name(&strategy.name))
                }
            }
        }
    }
}
