//! What is wrong with a scenario, where, and how to mend it.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::code;
use super::fixed::limits;
use super::place::{Place, Sources};
use super::terminal::visible;
use super::text::short;

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot be simulated.
    Error,
    /// It can, but probably does not say what its author means.
    Warning,
}

impl Severity {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
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

    /// The issue with its source line and carets under what it is about, as a compiler would show it.
    ///
    /// The first line begins with the place, in the form that editors and pipelines make links of.
    ///
    /// ```
    /// use ninefold::scenario::{Input, read};
    /// let text = "schema = 1\nhosts = 4\n";
    /// let (_, issues) = read(&Input { name: "a.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
    /// let shown = issues.iter().find(|issue| issue.code == "E007").unwrap().render();
    /// assert!(shown.starts_with("a.toml:2:1: error[E007]: hosts: unknown key \"hosts\"\n"));
    /// assert!(shown.contains("2 | hosts = 4\n  | ^^^^^\n"));
    /// assert!(shown.contains("= help: did you mean \"host\"?"));
    /// ```
    #[must_use]
    pub fn render(&self) -> String {
        self.render_by(&Renderer::plain())
    }

    /// The same in the colours of a terminal.
    #[must_use]
    pub fn render_coloured(&self) -> String {
        self.render_by(&Renderer::styled())
    }

    fn render_by(&self, renderer: &Renderer) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let line = self.place.shown();
        let span = AnnotationKind::Primary.span(line.span.clone());
        let snippet = Snippet::source(line.text.as_str()).line_start(self.place.line).annotation(span);
        let mut group = level.primary_title(self.title()).id(self.code).element(snippet);
        if !self.remedy.is_empty() {
            group = group.element(Level::HELP.message(visible(&short(&self.remedy, Issue::TEXT_SHOWN))));
        }
        // What the line shows is cut to fit already; the renderer must not cut it a second time.
        let shown = renderer.clone().term_width(usize::from(u16::MAX)).render(&[group]);
        format!("{}: {}\n", self.place.text(), shown.trim_end_matches('\n'))
    }

    /// What is wrong, behind the path of the key.
    fn title(&self) -> String {
        let what = visible(&short(&self.what, Issue::TEXT_SHOWN));
        match &*self.path {
            "" => what,
            path => format!("{}: {what}", visible(&short(path, Issue::PATH_SHOWN))),
        }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}[{}]: {}", self.place.text(), self.severity.word(), self.code, self.title())?;
        if !self.remedy.is_empty() {
            write!(f, ": {}", visible(&short(&self.remedy, Issue::TEXT_SHOWN)))?;
        }
        Ok(())
    }
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
