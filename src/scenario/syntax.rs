//! Syntax errors in the words of somebody who has to mend them, and how much of a text they spoil.
//!
//! The parser goes on after an error and reports what it meets then, which is often the same mistake again:
//! one bracket that is not closed turns the rest of a file into complaints. Here each mistake is told once,
//! with what to write instead where that is known, and the part of the text that must not be believed is
//! marked, so that nobody draws conclusions from what the parser made of it.

use std::ops::Range;

use super::code;
use super::text::quote;
use super::units;

/// One mistake.
pub(super) struct Mistake {
    pub(super) code: &'static str,
    pub(super) span: Range<usize>,
    pub(super) what: String,
    pub(super) remedy: String,
}

/// The mistakes of a text, and the parts of it that they spoil.
#[derive(Default)]
pub(super) struct Damage {
    pub(super) mistakes: Vec<Mistake>,
    /// Ascending; no two overlap.
    spoilt: Vec<Range<usize>>,
}

impl Damage {
    /// Whether a part of the text says anything that can be relied on.
    pub(super) fn spoils(&self, span: &Range<usize>) -> bool {
        let end = span.end.max(span.start + 1);
        let first = self.spoilt.partition_point(|range| range.end <= span.start);
        self.spoilt.get(first).is_some_and(|range| range.start < end)
    }
}

/// Mistakes that are told; the rest is more of the same, and comparing all of them would take long.
const TOLD_MAX: usize = 1_000;

/// What the parser found, as mistakes: at most one a line, none inside a bracket that is never closed.
pub(super) fn explain(text: &str, errors: &[toml::de::Error]) -> Damage {
    let mut damage = Damage::default();
    let start = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
    let mut errors: Vec<&toml::de::Error> = errors.iter().collect();
    errors.sort_by_key(|error| start(error));
    let suspect = errors.iter().any(|error| follows_a_bracket(error.message()));
    let unclosed = if suspect { unclosed(text) } else { None };
    // A bracket inside a text that is not closed closes nothing: the quotation mark is what is missing.
    let unclosed = unclosed.filter(|&open| text[line_of(text, open)].matches('"').count().is_multiple_of(2));
    let mut before = "";
    for (message, span) in errors.into_iter().map(|e| (e.message(), e.span().unwrap_or(0..0))) {
        let again = std::mem::replace(&mut before, message) == message;
        if let Some(open) = unclosed.filter(|open| *open <= span.start) {
            let told = damage.spoilt.last().map_or(0, |range| range.end);
            damage.spoilt.push(line_of(text, open).start.max(told)..text.len().max(span.start + 1));
            let bracket = &text[open..=open];
            let (close, of) = if bracket == "{" { ("}", "table") } else { ("]", "list") };
            let what = format!("this {bracket} is never closed");
            let remedy = format!("write a {close} at the end of the {of}");
            let span = open..open + 1;
            damage.mistakes.push(Mistake { code: code::SYNTAX, span, what, remedy });
            break;
        }
        // Texts without quotes are as many mistakes, also on one line.
        let one_more = again && message.starts_with("string values must be quoted");
        let spoilt = damage.spoils(&(span.start..span.start + 1));
        if spoilt && !one_more {
            continue;
        }
        if damage.mistakes.len() >= TOLD_MAX {
            damage.spoilt.push(span.start..text.len().max(span.start + 1));
            break;
        }
        let line = line_of(text, span.start);
        let header = !text[line.clone()].contains('=');
        let end = if header { next_header(text, line.end) } else { line.end.max(line.start + 1) };
        if !spoilt {
            // Up to the next header the keys have lost the table that they belong to.
            damage.spoilt.push(line.start..end);
        }
        let (code, what, remedy) = if message == "duplicate key" {
            let what = "this key or table is already there".to_owned();
            (code::DUPLICATE, what, "keep one of the two".to_owned())
        } else {
            let (what, remedy) = Line { text, span: span.clone(), line }.explain(message);
            (code::SYNTAX, what, remedy)
        };
        damage.mistakes.push(Mistake { code, span, what, remedy });
    }
    damage
}

/// What the parser says where it reads on inside a bracket that its author thinks closed.
fn follows_a_bracket(message: &str) -> bool {
    message.contains("comma")
        || message.contains("in array")
        || message.contains("inline table")
        || message.starts_with("unclosed array")
}

/// The line that holds a byte, without its line break.
fn line_of(text: &str, at: usize) -> Range<usize> {
    let at = at.min(text.len());
    let bytes = text.as_bytes();
    let start = bytes[..at].iter().rposition(|&b| b == b'\n').map_or(0, |n| n + 1);
    let end = bytes[at..].iter().position(|&b| b == b'\n').map_or(text.len(), |n| at + n);
    start..end
}

/// Where the next line with a table's header begins.
fn next_header(text: &str, from: usize) -> usize {
    let mut at = from;
    while at < text.len() {
        let line = line_of(text, at + 1);
        if text[line.clone()].trim_start().starts_with('[') {
            return line.start;
        }
        at = line.end.max(at + 1);
    }
    text.len()
}

/// `[name]` and nothing else: no list of a scenario looks like that.
fn is_header(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or(line).trim();
    let inner = line.trim_start_matches('[').trim_end_matches(']');
    line.starts_with('[') && line.ends_with(']') && !inner.is_empty() && !inner.contains([',', '[', '{'])
}

/// The first bracket of a value that is not closed where a table's header begins, at the end of the text, or
/// where one of another kind is.
fn unclosed(text: &str) -> Option<usize> {
    let mut open: Vec<(usize, u8)> = Vec::new();
    let mut quoted: Option<u8> = None;
    let mut at = 0;
    // Nothing stands on this line yet; the outermost bracket is that of a header.
    let (mut bare, mut header) = (true, false);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let b = bytes[at];
        match (quoted, b) {
            (_, b'\n') => {
                (quoted, bare) = (None, true);
                if header {
                    // A header is one line; that it is not closed is told as such.
                    open.clear();
                    header = false;
                }
                if !open.is_empty() && is_header(&text[line_of(text, at + 1)]) {
                    break;
                }
                at += 1;
                continue;
            }
            (Some(b'"'), b'\\') => at += 1,
            (Some(mark), b) if mark == b => quoted = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quoted = Some(b),
            (None, b'#') => at = line_of(text, at).end - 1,
            (None, b'[' | b'{') => {
                header |= bare && open.is_empty();
                open.push((at, b));
            }
            (None, b']' | b'}') => {
                let fits = if b == b']' { b'[' } else { b'{' };
                match open.pop() {
                    Some((place, bracket)) if bracket != fits => return Some(place),
                    _ => header &= !open.is_empty(),
                }
            }
            _ => {}
        }
        bare &= b.is_ascii_whitespace();
        at += 1;
    }
    open.last().map(|&(place, _)| place)
}

/// A mistake and the line that it is on.
struct Line<'a> {
    text: &'a str,
    span: Range<usize>,
    line: Range<usize>,
}

impl<'a> Line<'a> {
    fn all(&self) -> &'a str {
        self.text[self.line.clone()].trim_end_matches('\r')
    }

    /// The text that the parser complains about.
    fn raw(&self) -> &'a str {
        let end = self.span.end.min(self.line.end).max(self.span.start);
        self.text.get(self.span.start..end).unwrap_or("").trim_end_matches('\r')
    }

    /// The line up to the place, and from there on.
    fn before(&self) -> &'a str {
        self.text.get(self.line.start..self.span.start).unwrap_or_default()
    }

    fn after(&self) -> &'a str {
        self.text.get(self.span.start..self.line.end).unwrap_or_default().trim_end_matches('\r')
    }

    /// Key and value of a line that holds one key, without its comment.
    fn halves(&self, separator: char) -> Option<(&'a str, &'a str)> {
        let (key, value) = self.all().trim_start_matches(['-', ' ']).split_once(separator)?;
        let value = value.split(" #").next().unwrap_or(value);
        Some((key.trim(), value.trim().trim_start_matches(separator).trim()))
    }

    fn explain(&self, message: &str) -> (String, String) {
        self.of_quotes(message)
            .or_else(|| self.of_equals(message))
            .or_else(|| self.of_words(message))
            .or_else(|| self.of_headers(message))
            .unwrap_or_else(|| self.of_the_rest(message))
    }

    fn of_quotes(&self, message: &str) -> Option<(String, String)> {
        const CURLED: [char; 10] = ['“', '”', '„', '‟', '‘', '’', '‚', '«', '»', '″'];
        if let Some(mark) = self.all().chars().find(|c| CURLED.contains(c)) {
            let what = format!("{mark} is no quotation mark here");
            let inner = self.raw().trim_matches(&CURLED[..]);
            let remedy = if self.raw().starts_with(&CURLED[..]) && !inner.is_empty() {
                format!("write {} with straight ones", quote(inner))
            } else {
                "write straight ones: \"…\"".to_owned()
            };
            return Some((what, remedy));
        }
        let odd = |mark: char| self.all().matches(mark).count() % 2 == 1;
        if message.starts_with("missing opening quote") && !message.contains("comma") && self.raw().is_empty()
        {
            let value = self.after().trim().trim_matches('"');
            return Some((
                "a text ends in a quotation mark and begins with none".to_owned(),
                format!("write {}", quote(value)),
            ));
        }
        if message.contains("basic string") || message.contains("literal string, expected `'`") {
            if message.contains('\\') || message.contains("escape") {
                return None;
            }
            let mark = if message.contains("basic") { '"' } else { '\'' };
            return Some((
                "a text is not closed".to_owned(),
                format!("write a {mark} where it ends, on the same line"),
            ));
        }
        if odd('"') && !message.contains("escape") {
            return Some((
                "a quotation mark is missing on this line".to_owned(),
                "put each text between two \"".to_owned(),
            ));
        }
        if message.contains("escape") {
            let remedy = "write \\\\ for each backslash, or the text between single quotes";
            return Some((
                "a backslash in a text begins an escape, and this is none".to_owned(),
                remedy.to_owned(),
            ));
        }
        None
    }

    fn of_equals(&self, message: &str) -> Option<(String, String)> {
        let one = |key: &str, value: &str| format!("write {key} = {value}");
        if message.starts_with("extra `=`") {
            let remedy = match self.halves('=') {
                Some((key, value)) if !value.is_empty() && !self.all().contains('{') => one(key, value),
                _ => "write one".to_owned(),
            };
            return Some(("two equals signs stand here".to_owned(), remedy));
        }
        let assignment = message.starts_with("key with no value")
            || message.starts_with("missing assignment")
            || message.starts_with("invalid unquoted key");
        if !assignment {
            return None;
        }
        let before = self.all();
        let colon = self.before().trim_end().ends_with(':') || self.after().starts_with(':');
        if colon || (before.contains(':') && !before.contains('=') && !before.contains('"')) {
            let remedy = match self.halves(':') {
                Some((key, value)) if !value.is_empty() && !before.contains('{') => one(key, value),
                _ => "write an equals sign".to_owned(),
            };
            return Some(("a colon stands where an equals sign belongs".to_owned(), remedy));
        }
        if message.starts_with("invalid unquoted key") {
            return None;
        }
        let line = before.split('#').next().unwrap_or(before).trim();
        if line.ends_with(']') && !line.starts_with('[') {
            let what = "the header of a table has no opening bracket".to_owned();
            return Some((what, format!("write [{line}")));
        }
        let remedy = match line.split_once(char::is_whitespace) {
            Some((key, value)) if !line.contains('{') => one(key, value.trim()),
            _ => format!("write {} = VALUE", shown(line)),
        };
        Some(("an equals sign is missing".to_owned(), remedy))
    }

    /// Texts without quotes, and what was written in the belief that this is another language.
    fn of_words(&self, message: &str) -> Option<(String, String)> {
        let unquoted = message.starts_with("string values must be quoted")
            || ["boolean", "float", "integer", "number"]
                .iter()
                .any(|kind| message.starts_with(&format!("invalid {kind}")));
        let raw = self.raw().trim();
        let word = raw.to_ascii_lowercase();
        if word == "true" || word == "false" {
            return Some((format!("{} is no truth value", quote(raw)), format!("write {word}")));
        }
        if !unquoted {
            return None;
        }
        let value = self.halves('=').map_or("", |(_, value)| value);
        if raw.is_empty() {
            return Some(("a value is missing".to_owned(), "write one behind the equals sign".to_owned()));
        }
        let inline = self.before().contains(['{', '[']);
        if !inline && value.contains("//") {
            let value = value.split("//").next().unwrap_or(value).trim();
            return Some(("a comment begins with #".to_owned(), format!("write {value} # …")));
        }
        if !inline && value.ends_with(';') {
            let remedy = format!("write {}", value.trim_end_matches(';').trim());
            return Some(("a line ends without a semicolon".to_owned(), remedy));
        }
        if !inline && value.contains('=') {
            return Some(("two keys stand on one line".to_owned(), "give each a line of its own".to_owned()));
        }
        let what = format!("{} is not in quotes", shown(raw));
        let remedy = if units::has_unit(raw) {
            format!("a value with a unit is a text: write {}", quote(raw))
        } else {
            format!("write {}", quote(raw))
        };
        Some((what, remedy))
    }

    fn of_headers(&self, message: &str) -> Option<(String, String)> {
        let line = self.all().split('#').next().unwrap_or_default().trim();
        if message.starts_with("unclosed table") || message.starts_with("unclosed array table") {
            let (open, close) = if line.starts_with("[[") { ("[[", "]]") } else { ("[", "]") };
            let name = line.trim_matches(&['[', ']'][..]).trim();
            let what = "the header of a table is not closed".to_owned();
            if let Some((kind, spaced)) = name.split_once('.').filter(|(_, name)| name.contains(' ')) {
                let what = "a name with a space is not in quotes".to_owned();
                return Some((what, format!("write {open}{kind}.{}{close}", quote(spaced))));
            }
            return Some((what, format!("write {open}{name}{close}")));
        }
        if message.contains("keys cannot be empty") {
            let what = "a name is missing before or behind a dot".to_owned();
            return Some((what, "write the name, or leave the dot out".to_owned()));
        }
        if message.starts_with("invalid key-value pair") && line.starts_with(['{', '(']) {
            let name = line.trim_matches(&['{', '}', '(', ')'][..]).trim();
            let what = "the header of a table stands in square brackets".to_owned();
            return Some((what, format!("write [{name}]")));
        }
        if message.starts_with("invalid unquoted key") {
            let wrong = self.after().chars().next()?;
            if wrong.is_whitespace() || wrong.is_control() || !wrong.is_ascii() && !wrong.is_alphanumeric() {
                let what = format!("an unusual character stands here (U+{:04X})", u32::from(wrong));
                return Some((what, "delete it, or write an ordinary space".to_owned()));
            }
            let what = format!("{wrong:?} cannot stand in a key without quotes");
            return Some((what, "put the key in quotes".to_owned()));
        }
        None
    }

    fn of_the_rest(&self, message: &str) -> (String, String) {
        let (before, after) = (self.before(), self.after());
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if after.starts_with(',')
            && before.ends_with(|c: char| c.is_ascii_digit())
            && !before.contains(['{', '['])
        {
            let whole = format!("{}{after}", before.rsplit(' ').next().unwrap_or_default());
            if digits(&whole.replace(',', "")) {
                let remedy = format!("write {}", whole.replace(',', "_"));
                return ("a comma does not group digits".to_owned(), remedy);
            }
        }
        let remedy = match message {
            m if m.contains("missing comma") => "write a comma between the two",
            m if m.contains("leading zero") => "write the number without it",
            m if m.contains("unexpected key or value") => "write one key a line, and a text in quotes",
            m if m.contains("`_` may only go") => "write it between two digits, or leave it out",
            _ => "write KEY = VALUE, a text in \"quotes\", a list in [brackets], keys in {braces}",
        };
        let what = message.split(", expected").next().unwrap_or(message);
        (what.to_owned(), remedy.to_owned())
    }
}

/// A user's text without quotes, cut to a readable length.
fn shown(text: &str) -> String {
    let quoted = quote(text);
    quoted[1..quoted.len() - 1].to_owned()
}
