//! The text of a scenario as it grows, line by line.

use std::fmt::Write as _;

use crate::inventory::names::{key, shown};
use crate::inventory::{Source, Told};

/// Columns of a line that is broken.
const WIDTH: usize = 116;

#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: String,
}

impl Page {
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A comment, broken into lines. It holds nothing foreign but by way of [`shown`].
    pub(super) fn comment(&mut self, text: &str) {
        self.broken("# ", "# ", text.split(' '), " ");
        self.text.push('\n');
    }

    /// A heading between parts.
    pub(super) fn part(&mut self, title: &str) {
        let dashes = "-".repeat(WIDTH.saturating_sub(title.len() + 7));
        let _ = write!(self.text, "\n# --- {title} {dashes}\n");
    }

    /// `[kind.name]`, and what it was called.
    pub(super) fn table(&mut self, kind: &str, name: &str, foreign: Option<&str>) {
        let _ = write!(self.text, "\n[{kind}.{}]", key(name));
        match foreign.filter(|foreign| *foreign != name) {
            Some(foreign) => {
                let _ = writeln!(self.text, " # \"{}\"", shown(foreign));
            }
            None => self.text.push('\n'),
        }
    }

    /// `key = value # where it comes from`.
    pub(super) fn value(&mut self, name: &str, value: &str, source: &Source) {
        let _ = writeln!(self.text, "{name} = {value} # {}", words(source));
    }

    pub(super) fn told(&mut self, name: &str, told: &Told<String>) {
        self.value(name, &told.value, &told.source);
    }

    /// A number nobody has told: with a reason.
    pub(super) fn assumed(&mut self, name: &str, value: &str, why: &str) {
        let _ = writeln!(self.text, "{name} = {value} # ASSUMED: {why}");
    }

    /// A list of names, over some lines where it is long.
    pub(super) fn names<'a>(&mut self, name: &str, names: impl Iterator<Item = &'a str>, source: &Source) {
        let quoted: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
        let length: usize = quoted.iter().map(|name| name.len() + 2).sum();
        if length < WIDTH / 2 {
            return self.value(name, &format!("[{}]", quoted.join(", ")), source);
        }
        let _ = writeln!(self.text, "{name} = [ # {}", words(source));
        let last = quoted.len() - 1;
        let items: Vec<String> = quoted
            .iter()
            .enumerate()
            .map(|(n, q)| if n < last { format!("{q},") } else { q.clone() })
            .collect();
        self.broken("  ", "  ", items.iter().map(String::as_str), " ");
        self.line("\n]");
    }

    /// Foreign names in a comment, in their order.
    pub(super) fn originals<'a>(&mut self, what: &str, names: impl ExactSizeIterator<Item = &'a str>) {
        let last = names.len().saturating_sub(1);
        let comma = |number: usize| if number < last { "," } else { "" };
        let items: Vec<String> =
            names.enumerate().map(|(number, name)| format!("\"{}\"{}", shown(name), comma(number))).collect();
        self.broken(&format!("# {what}: "), "#   ", items.iter().map(String::as_str), " ");
        self.text.push('\n');
    }

    /// Words with a separator, broken where a line is full. No end of line behind the last.
    fn broken<'a>(&mut self, first: &str, next: &str, words: impl Iterator<Item = &'a str>, separator: &str) {
        self.text.push_str(first);
        let (mut column, mut is_first) = (first.len(), true);
        for word in words {
            if !is_first && column + separator.len() + word.len() > WIDTH {
                self.text.push('\n');
                self.text.push_str(next);
                column = next.len();
            } else if !is_first {
                self.text.push_str(separator);
                column += separator.len();
            }
            self.text.push_str(word);
            column += word.len();
            is_first = false;
        }
    }
}

/// A source as a comment says it.
pub(super) fn words(source: &Source) -> String {
    match source {
        Source::Export(from) => from.clone(),
        Source::Assumed(why) => format!("ASSUMED: {why}"),
    }
}
