//! A chart in its figure: what it is, what to see in it, the picture, and for whoever cannot see it a description.

use maud::{Markup, html};

use super::axis::{Axis, label, px};

/// The width of all charts; a style scales them.
pub(super) const WIDTH: f64 = 920.0;

/// A picture and what is said of it.
pub(super) struct Figure<'a> {
    /// Of the element; no other has it.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    /// What to see.
    pub(super) caption: &'a str,
    /// The figures in words, for a screen reader; or where the table is that has them.
    pub(super) description: String,
    pub(super) height: f64,
    pub(super) picture: Markup,
}

impl Figure<'_> {
    /// The whole, with something behind the picture.
    pub(super) fn with(&self, behind: &Markup) -> Markup {
        let (title, description) = (format!("{}-title", self.id), format!("{}-description", self.id));
        let size = format!("0 0 {} {}", px(WIDTH), px(self.height));
        html! {
            figure id=(self.id) {
                figcaption {
                    strong id=(title) { (self.title) }
                    " " (self.caption)
                }
                p.unseen id=(description) { (self.description) }
                div.chart tabindex="0" role="group" aria-labelledby=(title) {
                    svg viewBox=(size) width=(px(WIDTH)) height=(px(self.height)) role="img"
                        aria-labelledby=(title) aria-describedby=(description) { (self.picture) }
                }
                (behind)
            }
        }
    }

    pub(super) fn alone(&self) -> Markup {
        self.with(&html! {})
    }
}

/// A horizontal axis with its lines upwards and its labels below.
pub(super) fn across(axis: &Axis, named: &[(f64, String)], (top, bottom): (f64, f64), what: &str) -> Markup {
    html! {
        g.grid {
            @for (value, text) in named {
                path d={ "M" (px(axis.at(*value))) " " (px(top)) "V" (px(bottom)) } {}
                text.tick x=(px(axis.at(*value))) y=(px(bottom + 17.0)) text-anchor="middle" { (text) }
            }
            text.what x=(px((axis.start + axis.end) / 2.0)) y=(px(bottom + 36.0)) text-anchor="middle" { (what) }
        }
    }
}

/// An upward axis with its lines across and its labels to the left.
pub(super) fn upward(axis: &Axis, named: &[(f64, String)], (left, right): (f64, f64)) -> Markup {
    html! {
        g.grid {
            @for (value, text) in named {
                path d={ "M" (px(left)) " " (px(axis.at(*value))) "H" (px(right)) } {}
                text.tick x=(px(left - 8.0)) y=(px(axis.at(*value) + 4.0)) text-anchor="end" { (text) }
            }
        }
    }
}

/// The round values of an axis with their labels.
pub(super) fn named(axis: &Axis) -> Vec<(f64, String)> {
    axis.ticks().into_iter().map(|value| (value, label(value, axis))).collect()
}

/// Figures of which one is seen at a time, on paper as well; a script makes the choice of them, and without it all are there.
pub(super) fn choice(group: &str, what: &str, panels: Vec<(Markup, Markup)>) -> Markup {
    html! {
        div.choice data-choice=(group) data-what=(what) {
            @for (place, (head, panel)) in panels.iter().enumerate() {
                div.panel data-place=(place) {
                    p.of { (head) }
                    (panel)
                }
            }
        }
    }
}
