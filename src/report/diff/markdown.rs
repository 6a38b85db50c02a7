//! For a review: what differs as a block of changes, then a table for every strategy.

use super::super::clean;
use super::Diff;
use super::text::{cells, differences, preface, verdict};

/// The whole of it.
#[must_use]
pub fn markdown(diff: &Diff) -> String {
    let [a, b] = [&diff.a, &diff.b].map(|side| clean::markdown(&side.title));
    let mut text = format!("# {a} → {b}\n\n");
    // Nothing in a block of code is markup but the fence that ends it, and no line of ours begins with one. What has changed is
    // coloured by an exclamation mark.
    text.push_str(&format!("```diff\n{}```\n", differences(&diff.differences, '!')));
    let Some(effect) = &diff.effect else { return text };
    text.push_str(&format!("\n{}\n", clean::markdown(&preface(effect))));
    for strategy in &effect.strategies {
        text.push_str(&format!("\n## {}\n\n", clean::markdown(&strategy.name)));
        text.push_str("| service | A | B | B − A | correlation | B is down |\n| --- | ---: | ---: | ---: | ---: | --- |\n");
        for row in &strategy.services {
            let cells: Vec<String> = cells(effect, row).iter().map(|cell| clean::markdown(cell)).collect();
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    }
    for sentence in effect.strangers().into_iter().chain(verdict(effect)) {
        text.push_str(&format!("\n{}\n", clean::markdown(&sentence)));
    }
    text
}
