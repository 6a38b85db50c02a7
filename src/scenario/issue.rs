//! What is wrong with a scenario, where, and how to mend it.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::code;
use super::fixed::limits;
use super::text::short;

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot be simulated.
    Error,
    /// It can, but probably does not say what its author means.
    Warning,
}

/// Where a value stands, in three words: kept beside values for whoever finds a problem later.
/// [`Sources::place`] turns it into line and column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Index of the source: 0 is the scenario text, then the overrides in their order, then files that they name.
    pub source: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Mark {
    /// A mark from a byte range; offsets beyond 4 GiB cannot occur below the size limit.
    pub(super) fn new(source: u32, span: Range<usize>) -> Mark {
        let clip = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Mark { source, start: clip(span.start), end: clip(span.end.max(span.start)) }
    }
}

/// A position for people, complete in itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the file as the caller gave it, or `--set PATH=VALUE`.
    pub source: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes from the start of the source.
    pub span: Range<usize>,
    /// The order of the sources, for sorting.
    pub order: u32,
    /// Whether the source is a file, with lines and columns to look at.
    pub in_file: bool,
    /// The line itself, at most [`SNIPPET_CHARS`] characters around the column.
    snippet: String,
    /// Characters before the caret in `snippet`, and how many carets.
    caret: (usize, usize),
}

/// Characters of a source line shown under an issue.
const SNIPPET_CHARS: usize = 100;

/// One problem of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Error or warning.
    pub severity: Severity,
    /// A stable code, see [`super::code`].
    pub code: &'static str,
    /// Where.
    pub place: Place,
    /// The dotted path of the key, such as `host.esx.crash.mttf`; empty for the whole file.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What to write in its place.
    pub remedy: String,
}

impl Issue {
    /// Characters of a path that a message shows.
    const PATH_SHOWN: usize = 100;
    /// Characters of what is wrong, and of what to write instead: more than any that we write, less than a name
    /// of some thousand characters in it would make.
    const TEXT_SHOWN: usize = 800;

    /// An issue at a place. The first letter of the code says whether it is an error.
    #[must_use]
    pub fn new(
        code: &'static str,
        place: Place,
        path: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Issue {
        let severity = if code.starts_with('W') { Severity::Warning } else { Severity::Error };
        Issue { severity, code, place, path: path.into(), what: what.into(), remedy: remedy.into() }
    }

    /// The issue with its source line and carets under what it is about.
    #[must_use]
    pub fn render(&self) -> String {
        let gutter = self.place.line.to_string();
        let pad = " ".repeat(gutter.len());
        let (before, width) = self.place.caret;
        format!(
            "{self}\n{pad} |\n{gutter} | {}\n{pad} | {}{}\n",
            self.place.snippet,
            " ".repeat(before),
            "^".repeat(width)
        )
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        // An override is one line that the user has just typed; a position in it says nothing.
        if self.place.in_file {
            write!(f, "{}:{}:{}: ", self.place.source, self.place.line, self.place.column)?;
        } else {
            write!(f, "{}: ", short(&self.place.source, Issue::PATH_SHOWN))?;
        }
        write!(f, "{word}[{}]: ", self.code)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", short(&self.path, Issue::PATH_SHOWN))?;
        }
        f.write_str(&short(&self.what, Issue::TEXT_SHOWN))?;
        if !self.remedy.is_empty() {
            write!(f, ": {}", short(&self.remedy, Issue::TEXT_SHOWN))?;
        }
        Ok(())
    }
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
                span: 0..0,
                order: mark.source,
                in_file: mark.source == 0,
                snippet: String::new(),
                caret: (0, 1),
            };
        };
        let text: &str = &source.text;
        let start = floor_boundary(text, mark.start as usize);
        let end = floor_boundary(text, mark.end as usize).max(start);
        let line = source.lines.partition_point(|&first| first <= start).max(1);
        let first = source.lines[line - 1];
        let last = source.lines.get(line).map_or(text.len(), |next| next - 1);
        let before = text[first..start].chars().count();
        let width = text[start..end.min(last).max(start)].chars().count();
        let shown_from = before.saturating_sub(SNIPPET_CHARS / 2);
        let snippet: String = text[first..last.max(first)]
            .trim_end_matches('\r')
            .chars()
            .skip(shown_from)
            .take(SNIPPET_CHARS)
            // A tab or control character would put the carets under something else.
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let caret = before - shown_from;
        let width = width.clamp(1, SNIPPET_CHARS.saturating_sub(caret).max(1));
        Place {
            source: source.name.clone(),
            line,
            column: before + 1,
            span: start..end,
            order: mark.source,
            in_file: source.is_file,
            snippet,
            caret: (caret, width),
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

/// An issue that does not know its line yet.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) mark: Mark,
    pub(super) code: &'static str,
    pub(super) path: String,
    pub(super) what: String,
    pub(super) remedy: String,
}

/// Collects findings. Past a bound it only counts, so that a hostile file cannot fill the memory.
#[derive(Debug, Default)]
pub(super) struct Sink {
    pub(super) findings: Vec<Finding>,
    uncounted: usize,
    pub(super) errors: usize,
    /// Paths that something was wrong with: whatever stands in for what could not be read is a guess.
    unread: BTreeSet<String>,
    /// Every table is read; what is found from here on are contradictions between values that could be.
    all_read: bool,
}

impl Sink {
    const KEPT: usize = 10_000;

    pub(super) fn push(
        &mut self,
        code: &'static str,
        mark: Mark,
        path: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.errors += usize::from(!code.starts_with('W'));
        if self.findings.len() >= Sink::KEPT {
            self.uncounted += 1;
            return;
        }
        let (path, what, remedy) = (path.into(), what.into(), remedy.into());
        // Of a table that lacks one key the others are known.
        if !code.starts_with('W') && code != code::MISSING && !path.is_empty() {
            self.note_unread(path.clone());
        }
        self.findings.push(Finding { mark, code, path, what, remedy });
    }

    /// Takes some findings out, in their order.
    pub(super) fn take(&mut self, which: impl Fn(&Finding) -> bool) -> Vec<Finding> {
        let (taken, left) = std::mem::take(&mut self.findings).into_iter().partition(which);
        self.findings = left;
        taken
    }

    /// Notes a path whose value is a guess.
    pub(super) fn note_unread(&mut self, path: String) {
        if !self.all_read && self.unread.len() < Sink::KEPT {
            self.unread.insert(path);
        }
    }

    /// Whether a path itself is unread, or taken for a misspelt key beside it.
    pub(super) fn is_unread_itself(&self, path: &str) -> bool {
        self.unread.contains(path)
    }

    /// Whether every value could be read so far.
    pub(super) fn reads_well(&self) -> bool {
        self.unread.is_empty()
    }

    /// Ends the reading of single tables.
    pub(super) fn end_reading(&mut self) {
        self.all_read = true;
    }

    /// Whether something was wrong with what stands at a path, below it, or with a table it stands in.
    pub(super) fn is_unread(&self, path: &str) -> bool {
        let inside = format!("{path}.");
        let below = self.unread.range(inside.clone()..).next().is_some_and(|next| next.starts_with(&inside));
        let above = || path.match_indices('.').any(|(dot, _)| self.unread.contains(&path[..dot]));
        below || self.unread.contains(path) || above()
    }

    /// The issues by place; of more than [`limits::ISSUES`] the first, and how many more there are.
    pub(super) fn finish(mut self, sources: &Sources) -> Vec<Issue> {
        // Errors first when not all can be shown, so that a wall of warnings hides none.
        let total = self.findings.len() + self.uncounted;
        if self.findings.len() > limits::ISSUES {
            self.findings.sort_by_key(|f| (f.code.starts_with('W'), f.mark));
            self.findings.truncate(limits::ISSUES);
        }
        self.findings.sort_by(|a, b| (a.mark, a.code, &a.path).cmp(&(b.mark, b.code, &b.path)));
        let shown = self.findings.len();
        let mut issues: Vec<Issue> = self
            .findings
            .into_iter()
            .map(|f| Issue::new(f.code, sources.place(f.mark), f.path, f.what, f.remedy))
            .collect();
        if total > shown {
            let place = match issues.last() {
                Some(last) => last.place.clone(),
                None => sources.place(Mark::default()),
            };
            let what = format!("{} more issues are not shown", total - shown);
            issues.push(Issue::new(code::MORE, place, "", what, "mend these first"));
        }
        issues
    }
}
