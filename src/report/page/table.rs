//! Tables that can be sorted: what is shown, and the number by which a script sorts it.

use maud::{Markup, html};

/// A table's cell.
pub(super) struct Cell {
    shown: Markup,
    /// What it is sorted by; without it the text is.
    key: Option<f64>,
}

impl Cell {
    /// Words.
    pub(super) fn words(shown: Markup) -> Cell {
        Cell { shown, key: None }
    }

    /// A figure, sorted by its number.
    pub(super) fn figure(shown: &str, key: f64) -> Cell {
        // What is not there is last.
        Cell { shown: html! { (shown) }, key: Some(if key.is_finite() { key } else { -1.0 }) }
    }
}

/// A column's head.
pub(super) struct Column {
    head: String,
    is_figure: bool,
}

/// A column of words.
pub(super) fn words(head: &str) -> Column {
    Column { head: head.to_owned(), is_figure: false }
}

/// A column of figures.
pub(super) fn figures(head: &str) -> Column {
    Column { head: head.to_owned(), is_figure: true }
}

/// A table under its caption. The first cell of a row is its head.
pub(super) fn table(caption: &str, columns: &[Column], rows: Vec<Vec<Cell>>) -> Markup {
    assert!(rows.iter().all(|row| row.len() == columns.len()), "a cell for each column: {caption}");
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead {
                    tr {
                        @for column in columns {
                            th.figure[column.is_figure] scope="col" { (column.head) }
                        }
                    }
                }
                tbody {
                    @for row in &rows {
                        tr { @for (place, cell) in row.iter().enumerate() { (one(cell, place == 0)) } }
                    }
                }
            }
        }
    }
}

fn one(cell: &Cell, is_head: bool) -> Markup {
    // Seven digits are enough to sort by.
    let key = cell.key.map(|key| (key as f32).to_string());
    html! {
        @if is_head { th scope="row" { (cell.shown) } }
        @else if let Some(key) = key { td.figure data-key=(key) { (cell.shown) } }
        @else { td { (cell.shown) } }
    }
}
