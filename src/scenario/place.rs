//! Where something stands, for people: the file, the line, the column, and the line itself.

use std::ops::Range;
use std::sync::Arc;

use super::issue::Mark;
use super::terminal::{char_width, escaped, visible};
use super::text::short;

/// A position for people, complete in itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the file as the caller gave it, or `--set PATH=VALUE`.
    pub source: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The column behind the last character, on the same line: what goes on over several lines ends with the first.
    pub end_column: usize,
    /// Bytes from the start of the source.
    pub span: Range<usize>,
    /// The order of the sources, for sorting.
    pub order: u32,
    /// Whether the source is a file, with lines and columns to look at.
    pub in_file: bool,
    shown: ShownLine,
}

/// A line as a terminal may see it: what of it fits, with nothing in it that would move the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ShownLine {
    pub(super) text: String,
    /// The bytes of `text` that an issue is about.
    pub(super) span: Range<usize>,
}

/// Columns of a terminal that a line takes at most.
const LINE_COLUMNS: usize = 100;
/// Columns that are underlined at most: of what is longer the beginning says enough.
const SPAN_COLUMNS: usize = 70;
/// Characters of a name that a place shows.
const NAME_SHOWN: usize = 100;

impl Place {
    /// `FILE:LINE:COLUMN`, or the option as it was typed: that is one line, and a position in it says nothing.
    pub(super) fn text(&self) -> String {
        if self.in_file {
            format!("{}:{}:{}", visible(&self.source), self.line, self.column)
        } else {
            visible(&short(&self.source, NAME_SHOWN))
        }
    }

    pub(super) fn shown(&self) -> &ShownLine {
        &self.shown
    }
}

impl ShownLine {
    /// Of a line, what stands before a place, at it and behind it.
    fn of(before: &str, marked: &str, after: &str) -> ShownLine {
        let marked = beginning(marked, SPAN_COLUMNS);
        let left = LINE_COLUMNS - cost(&marked);
        let of_after = columns(after, LINE_COLUMNS).min((left / 2).max(left - columns(before, left)));
        let mut text = end(before, left - of_after);
        let start = text.len();
        text.push_str(&marked);
        let span = start..text.len();
        text.push_str(&beginning(after, of_after));
        ShownLine { text, span }
    }
}

/// A character of a line as it is shown.
fn cleaned(c: char) -> String {
    if c == '\t' { "    ".to_owned() } else { escaped(c) }
}

/// The columns that a shown text takes. A mark on a letter takes one too, so that ten thousand of them are cut as well.
fn cost(shown: &str) -> usize {
    shown.chars().map(|c| char_width(c).max(1)).sum()
}

/// How many columns a text takes when it is shown, counted up to a bound.
fn columns(text: &str, most: usize) -> usize {
    let mut used = 0;
    for c in text.chars() {
        used += cost(&cleaned(c));
        if used >= most {
            return most;
        }
    }
    used
}

/// As much of the beginning of a text as fits.
fn beginning(text: &str, most: usize) -> String {
    fit(text.chars(), most, |shown, piece| shown.push_str(piece))
}

/// As much of its end as fits.
fn end(text: &str, most: usize) -> String {
    fit(text.chars().rev(), most, |shown, piece| shown.insert_str(0, piece))
}

fn fit(chars: impl Iterator<Item = char> + Clone, most: usize, add: impl Fn(&mut String, &str)) -> String {
    const CUT: char = '…';
    let whole = chars.clone().try_fold(0, |used, c| {
        let used = used + cost(&cleaned(c));
        (used <= most).then_some(used)
    });
    let most = if whole.is_some() { most } else { most.saturating_sub(char_width(CUT)) };
    let (mut shown, mut used) = (String::new(), 0);
    for c in chars {
        let piece = cleaned(c);
        used += cost(&piece);
        if used > most {
            break;
        }
        add(&mut shown, &piece);
    }
    if whole.is_none() {
        add(&mut shown, &CUT.to_string());
    }
    shown
}

/// The texts a scenario was read from; turns a [`Mark`] into a [`Place`].
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

#[derive(Clone, Debug)]
struct Source {
    name: Arc<str>,
    text: Arc<str>,
    is_file: bool,
    /// Byte offset of the start of each line.
    lines: Vec<usize>,
}

impl Sources {
    /// Adds a text; the first one is the scenario, the others are overrides.
    pub(super) fn add(&mut self, name: &str, text: &str) -> u32 {
        let is_file = self.list.is_empty();
        self.push(name, text.into(), is_file)
    }

    /// Adds the text of a file that one of the others names.
    pub(super) fn add_file(&mut self, name: &str, text: Arc<str>) -> u32 {
        self.push(name, text, true)
    }

    fn push(&mut self, name: &str, text: Arc<str>, is_file: bool) -> u32 {
        let mut lines = vec![0];
        lines.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1));
        self.list.push(Source { name: name.into(), text, is_file, lines });
        u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX)
    }

    /// Where a mark is, for people.
    #[must_use]
    pub fn place(&self, mark: Mark) -> Place {
        let Some(source) = self.list.get(mark.source as usize) else {
            return Place {
                source: "".into(),
                line: 1,
                column: 1,
                end_column: 1,
                span: 0..0,
                order: mark.source,
                in_file: mark.source == 0,
                shown: ShownLine::default(),
            };
        };
        let text: &str = &source.text;
        let start = floor_boundary(text, mark.start as usize);
        let end = floor_boundary(text, mark.end as usize).max(start);
        let line = source.lines.partition_point(|&first| first <= start).max(1);
        let first = source.lines[line - 1];
        let last = source.lines.get(line).map_or(text.len(), |next| next - 1);
        // A line break of Windows belongs to no line.
        let last = first + text[first..last.max(first)].trim_end_matches('\r').len();
        let (from, to) = (start.min(last), end.min(last));
        let (before, marked) = (&text[first..from], &text[from..to]);
        // An option is shown as it was typed, `--set ` included.
        let typed = source.name.strip_suffix(text).filter(|_| !source.is_file).unwrap_or_default();
        let shown = if typed.is_empty() {
            ShownLine::of(before, marked, &text[to..last])
        } else {
            ShownLine::of(&format!("{typed}{before}"), marked, &text[to..last])
        };
        let column = text[first..start].chars().count() + 1;
        Place {
            source: source.name.clone(),
            line,
            column,
            end_column: column + marked.chars().count(),
            span: start..end,
            order: mark.source,
            in_file: source.is_file,
            shown,
        }
    }
}

/// The nearest character boundary at or before a byte offset.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str, span: Range<usize>) -> ShownLine {
        ShownLine::of(&line[..span.start], &line[span.clone()], &line[span.end..])
    }

    #[test]
    fn a_line_that_fits_is_shown_whole() {
        let line = "memory = \"64 GiBs\" # größer";
        assert_eq!(of(line, 9..18), ShownLine { text: line.to_owned(), span: 9..18 });
    }

    /// Whatever the line and the place in it, what is shown fits, and is what the place is about.
    #[test]
    fn of_a_long_line_the_place_and_what_is_near_it_is_shown() {
        for line in ["x".repeat(10_000), "日".repeat(3_333), "e\u{301}".repeat(3_333)] {
            for at in [0, 3, 30, 1_500, 3_000, 5_997, line.len() - 3] {
                for length in [3, 300, line.len() - at] {
                    let shown = of(&line, at..(at + length).min(line.len()));
                    assert!(cost(&shown.text) <= LINE_COLUMNS, "{at} {length}: {}", shown.text);
                    assert!(cost(&shown.text) >= SPAN_COLUMNS - 3, "{at} {length}: {}", shown.text);
                    let marked = shown.text[shown.span.clone()].trim_end_matches('…');
                    assert!(line[at..].starts_with(marked) && !marked.is_empty(), "{at} {length}");
                    let cut = if at <= 3 { Some(false) } else { (at >= 1_500).then_some(true) };
                    assert!(cut.is_none_or(|cut| shown.text.starts_with('…') == cut), "{at}: {}", shown.text);
                }
            }
        }
    }

    #[test]
    fn what_would_fool_a_terminal_is_spelt_out_and_still_underlined() {
        let line = "\tname = \"a\u{1b}[2J\u{202e}b\" # \u{7}";
        let at = line.find('"').expect("a quote");
        let shown = of(line, at..line.len() - 4);
        assert_eq!(shown.text, "    name = \"a\\u{1b}[2J\\u{202e}b\" # \\u{7}");
        assert_eq!(&shown.text[shown.span], "\"a\\u{1b}[2J\\u{202e}b\"");
    }
}
