//! A small table for terminals: the first column to the left, figures to the right.

use super::clean;

/// No line of a report for the terminal is wider.
pub(super) const COLUMNS: usize = 100;

/// The narrowest that the first column becomes to let the figures fit.
const NAME_MIN: usize = 12;

/// Rows of cells under a head; all of one length.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with its head.
    #[must_use]
    pub(super) fn new(head: &[&str]) -> Table {
        Table { rows: vec![head.iter().map(|&cell| cell.to_owned()).collect()] }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// How wide each column becomes. Names give way to figures.
    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| clean::width(cell)).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..columns).map(widest).collect();
        let total = line(&widths);
        if let (true, Some(first)) = (total > COLUMNS, widths.first_mut()) {
            *first = first.saturating_sub(total - COLUMNS).max(NAME_MIN.min(*first));
        }
        widths
    }

    /// Whether no figure has to be cut.
    #[must_use]
    pub(super) fn fits(&self) -> bool {
        line(&self.widths()) <= COLUMNS
    }

    /// The table as lines of at most [`COLUMNS`] columns, indented by two.
    #[must_use]
    pub(super) fn render(&self) -> String {
        let widths = self.widths();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::from(" ");
            for (index, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                let cell =
                    if index == 0 { clean::shorten_name(cell, width) } else { clean::shorten(cell, width) };
                let padding = " ".repeat(width - clean::width(&cell));
                line.push_str(if index == 0 { " " } else { "  " });
                if index == 0 {
                    line.push_str(&cell);
                    line.push_str(&padding);
                } else {
                    line.push_str(&padding);
                    line.push_str(&cell);
                }
            }
            text.push_str(&clean::shorten(line.trim_end(), COLUMNS));
            text.push('\n');
        }
        text
    }
}

/// A line of columns that are so wide: with two columns of indentation and between columns, as many gaps as columns.
fn line(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + 2 * widths.len()
}

/// `text` broken at spaces into lines of at most [`COLUMNS`] columns.
#[must_use]
pub(super) fn wrap(text: &str, indent: &str) -> String {
    let mut lines = String::new();
    let body = text.trim_start_matches(' ');
    // Spaces in front are the first line's indentation.
    let mut line = " ".repeat(text.len() - body.len());
    let mut fresh = true;
    for word in words(body) {
        let word = clean::shorten(&word, COLUMNS - clean::width(indent));
        if !fresh && clean::width(&line) + 1 + clean::width(&word) > COLUMNS {
            lines.push_str(line.trim_end());
            lines.push('\n');
            line = indent.to_owned();
            line.push_str(&word);
        } else {
            if !fresh {
                line.push(' ');
            }
            line.push_str(&word);
        }
        fresh = false;
    }
    lines.push_str(line.trim_end());
    lines.push('\n');
    lines
}

/// The words of a text, where a number and its unit are one word.
#[must_use]
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let unit = word.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '%');
        let is_unit = matches!(unit, "%" | "ms" | "s" | "min" | "h" | "d" | "y");
        match words.last_mut() {
            Some(number) if is_unit && number.ends_with(|c: char| c.is_ascii_digit()) => {
                number.push(' ');
                number.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_give_way_to_figures() {
        let mut table = Table::new(&["strategy", "value"]);
        table.row(vec!["x".repeat(300), "1,234 [1,100, 1,360]".to_owned()]);
        let text = table.render();
        assert!(text.lines().all(|line| clean::width(line) <= COLUMNS), "{text}");
        assert!(text.contains("1,234 [1,100, 1,360]") && text.contains("x…x"), "{text}");
    }

    #[test]
    fn a_number_stays_with_its_unit() {
        assert_eq!(words("at most 3 min a year (95 %)."), ["at", "most", "3 min", "a", "year", "(95 %)."]);
        let text = wrap(&format!("  {} 95 %", "x".repeat(94)), "    ");
        assert_eq!(text, format!("  {}\n    95 %\n", "x".repeat(94)));
    }
}
