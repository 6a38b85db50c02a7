//! The walker: typed access to the tree that records what is wrong and goes on.

use std::collections::BTreeMap;

use crate::engine::Span;
use crate::model::Ppm;

use super::code;
use super::files::Library;
use super::issue::{Mark, Sink};
use super::place::Sources;
use super::spec::Assumption;
use super::text::{join, list, nearest, number, quote, suggest};
use super::tree::{Node, Table, Value};
use super::units;

/// What reading gathers besides values.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) sink: Sink,
    /// The texts it reads from.
    pub(super) sources: Sources,
    /// The files that they may name.
    pub(super) library: Library,
    pub(super) assumptions: Vec<Assumption>,
    /// The keys that each table may have, where somebody wants to know.
    pub(super) accepted: Option<BTreeMap<String, Vec<String>>>,
}

/// A value on its path.
#[derive(Clone, Debug)]
pub(super) struct At<'t> {
    pub(super) node: &'t Node,
    pub(super) path: String,
}

impl At<'_> {
    pub(super) fn mark(&self) -> Mark {
        self.node.mark
    }
}

/// A table whose keys have been checked, on its path.
#[derive(Clone, Debug)]
pub(super) struct Fields<'t> {
    pub(super) table: &'t Table,
    pub(super) path: String,
    /// The key or header that names the table: where a missing key is reported.
    pub(super) mark: Mark,
}

impl<'t> Fields<'t> {
    pub(super) fn get(&self, key: &str) -> Option<At<'t>> {
        self.table.get(key).map(|entry| At { node: &entry.node, path: join(&self.path, key) })
    }

    /// Where the value of a key is written, or the table when it is not.
    pub(super) fn value_mark(&self, key: &str) -> Mark {
        self.table.get(key).map_or(self.mark, |entry| entry.node.mark)
    }

    /// Where a key is written, or the table when it is not.
    pub(super) fn key_mark(&self, key: &str) -> Mark {
        self.table.get(key).map_or(self.mark, |entry| entry.key_mark)
    }
}

impl Reader {
    pub(super) fn report(
        &mut self,
        code: &'static str,
        at: &At<'_>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.sink.push(code, at.mark(), at.path.clone(), what, remedy);
    }

    /// Whether a value is a guess, because what was written could not be read. Nothing that needs such a
    /// value may be claimed: the guess is not what the author said.
    pub(super) fn doubts(&self, path: &str) -> bool {
        self.sink.is_unread(path)
    }

    /// Whether a table of components, such as `host`, is not all there.
    pub(super) fn doubts_table(&self, key: &str) -> bool {
        self.sink.is_unread_itself(key)
    }

    /// Whether no value is a guess: saves asking for each of very many.
    pub(super) fn doubts_nothing(&self) -> bool {
        self.sink.reads_well()
    }

    /// Notes that a default took the place of a key.
    pub(super) fn assume(&mut self, fields: &Fields<'_>, key: &str, value: String, source: &'static str) {
        self.assumptions.push(Assumption { path: join(&fields.path, key), value, source });
    }

    /// The table at `at`, its keys checked against the accepted ones.
    pub(super) fn fields<'t>(&mut self, at: &At<'t>, accepted: &[&str]) -> Option<Fields<'t>> {
        let mark = at.mark();
        let Value::Table(table) = &at.node.value else {
            self.wrong_type(at, "a table", &format!("its keys: {}", list(accepted.iter().copied())));
            return None;
        };
        let fields = Fields { table, path: at.path.clone(), mark };
        self.unknown_keys(&fields, accepted);
        Some(fields)
    }

    /// Reports every key that is not accepted.
    pub(super) fn unknown_keys(&mut self, fields: &Fields<'_>, accepted: &[&str]) {
        if let Some(tables) = &mut self.accepted {
            tables.insert(fields.path.clone(), accepted.iter().map(|&key| key.to_owned()).collect());
        }
        // A near key that is already given is not what was meant, but for tables of components: there can be
        // `[host.a]` and, misspelt, `[hosts.b]`. Once a table, not once a key: a hostile table has a million.
        let given = |key: &str| !fields.path.is_empty() && fields.table.get(key).is_some();
        let free: Vec<&str> = accepted.iter().copied().filter(|key| !given(key)).collect();
        let words = list(accepted.iter().copied());
        for entry in &fields.table.entries {
            if accepted.contains(&entry.key.as_str()) {
                continue;
            }
            // An override is laid over a key that is given.
            let candidates = if entry.key_mark.source > 0 { accepted } else { &free };
            let near = nearest(&entry.key, candidates.iter().copied());
            let remedy = match near {
                Some(near) => {
                    // It is what was meant: it is not missing as well, and its value is not known.
                    self.sink.note_unread(join(&fields.path, near));
                    format!("did you mean \"{near}\"? (accepted: {words})")
                }
                None => format!("accepted: {words}"),
            };
            let what = format!("unknown key {}", quote(&entry.key));
            self.sink.push(code::UNKNOWN_KEY, entry.key_mark, join(&fields.path, &entry.key), what, remedy);
        }
    }

    /// Reads a key if it is there.
    pub(super) fn opt<'t, T>(
        &mut self,
        fields: &Fields<'t>,
        key: &str,
        read: impl FnOnce(&mut Reader, &At<'t>) -> Option<T>,
    ) -> Option<T> {
        fields.get(key).and_then(|at| read(self, &at))
    }

    /// Reads a key that must be there.
    pub(super) fn required<'t, T>(
        &mut self,
        fields: &Fields<'t>,
        key: &str,
        example: &str,
        read: impl FnOnce(&mut Reader, &At<'t>) -> Option<T>,
    ) -> Option<T> {
        match fields.get(key) {
            Some(at) => read(self, &at),
            None if self.doubts(&join(&fields.path, key)) => None,
            None => {
                let remedy = format!("add {key} = {example}");
                let what = format!("{key} is missing");
                self.sink.push(code::MISSING, fields.mark, fields.path.clone(), what, remedy);
                self.sink.note_unread(join(&fields.path, key));
                None
            }
        }
    }

    pub(super) fn wrong_type(&mut self, at: &At<'_>, wanted: &str, remedy: &str) {
        let what = format!("{} stands where {wanted} belongs", at.node.value.kind());
        self.report(code::TYPE, at, what, remedy);
    }

    pub(super) fn text<'t>(&mut self, at: &At<'t>) -> Option<&'t str> {
        match &at.node.value {
            Value::Text(text) => Some(text),
            _ => {
                self.wrong_type(at, "a text", "write it in quotes");
                None
            }
        }
    }

    /// A text that is one of a few words.
    pub(super) fn word<T: Copy>(&mut self, at: &At<'_>, words: &[(&str, T)]) -> Option<T> {
        let accepted = || words.iter().map(|(word, _)| *word);
        let Value::Text(text) = &at.node.value else {
            self.wrong_type(at, "a text", &format!("accepted: {}", list(accepted())));
            return None;
        };
        let found = words.iter().find(|(word, _)| word == text).map(|(_, value)| *value);
        if found.is_none() {
            let what = format!("{} is not known here", quote(text));
            self.report(code::WORD, at, what, suggest(text, accepted(), "accepted"));
        }
        found
    }

    /// A whole number within bounds.
    pub(super) fn whole(&mut self, at: &At<'_>, least: u64, most: u64) -> Option<u64> {
        self.whole_as(at, least, most, format!("write a whole number from {least} to {most}"))
    }

    /// A whole number, of which 0 has a meaning of its own.
    pub(super) fn whole_or_zero(&mut self, at: &At<'_>, most: u64, zero: &str) -> Option<u64> {
        self.whole_as(at, 0, most, format!("write a whole number from 0 to {most}; 0 means {zero}"))
    }

    fn whole_as(&mut self, at: &At<'_>, least: u64, most: u64, range: String) -> Option<u64> {
        match &at.node.value {
            Value::Whole(Some(n)) => match u64::try_from(*n) {
                Ok(n) if (least..=most).contains(&n) => Some(n),
                _ => {
                    self.report(code::RANGE, at, format!("{n} is outside {least} to {most}"), range);
                    None
                }
            },
            Value::Whole(None) => {
                self.report(code::RANGE, at, "the number is far too large", range);
                None
            }
            _ => {
                self.wrong_type(at, "a whole number", &range);
                None
            }
        }
    }

    /// As [`Reader::whole`], but more than `most` is a limit of this program and not of the world.
    pub(super) fn amount(&mut self, at: &At<'_>, most: u64, of: &str) -> Option<u64> {
        if let Value::Whole(n) = &at.node.value
            && n.is_none_or(|n| n > i128::from(most))
        {
            let what = format!("more than {most} {of}");
            self.report(code::LIMIT, at, what, format!("write a whole number from 1 to {most}"));
            return None;
        }
        self.whole(at, 1, most)
    }

    /// A number that is finite and above zero.
    pub(super) fn positive(&mut self, at: &At<'_>) -> Option<f64> {
        let value = self.number(at)?;
        if value.is_finite() && value > 0.0 {
            return Some(value);
        }
        self.report(
            code::RANGE,
            at,
            format!("{} is not above zero and finite", number(value)),
            "write a number above zero",
        );
        None
    }

    /// A number within bounds.
    pub(super) fn between(&mut self, at: &At<'_>, least: f64, most: f64) -> Option<f64> {
        let value = self.number(at)?;
        // Written so that NaN is outside.
        if value >= least && value <= most {
            return Some(value);
        }
        let what = format!("{} is outside {least} to {most}", number(value));
        self.report(code::RANGE, at, what, format!("write a number from {least} to {most}"));
        None
    }

    fn number(&mut self, at: &At<'_>) -> Option<f64> {
        match &at.node.value {
            Value::Whole(Some(n)) => Some(*n as f64),
            Value::Whole(None) => Some(f64::INFINITY),
            Value::Float(n) => Some(*n),
            _ => {
                self.wrong_type(at, "a number", "write a number without quotes or unit");
                None
            }
        }
    }

    pub(super) fn truth(&mut self, at: &At<'_>) -> Option<bool> {
        match &at.node.value {
            Value::Boolean(b) => Some(*b),
            _ => {
                self.wrong_type(at, "a truth value", "write true or false");
                None
            }
        }
    }

    /// A value written as a text with a unit.
    fn measured<T>(
        &mut self,
        at: &At<'_>,
        code: &'static str,
        noun: &str,
        example: &str,
        parse: fn(&str) -> Result<T, units::Wrong>,
    ) -> Option<T> {
        match &at.node.value {
            Value::Text(text) => match parse(text) {
                Ok(value) => Some(value),
                Err((what, remedy)) => {
                    self.report(code, at, what, remedy);
                    None
                }
            },
            Value::Whole(_) | Value::Float(_) => {
                let what = format!("a number without a unit stands where {noun} belongs");
                self.report(
                    code,
                    at,
                    what,
                    format!("write it in quotes with its unit, such as \"{example}\""),
                );
                None
            }
            _ => {
                self.wrong_type(at, noun, &format!("write it like \"{example}\""));
                None
            }
        }
    }

    pub(super) fn duration(&mut self, at: &At<'_>) -> Option<Span> {
        self.measured(at, code::DURATION, "a duration", "30 s", units::duration)
    }

    /// A duration that is not zero.
    pub(super) fn lasting(&mut self, at: &At<'_>) -> Option<Span> {
        let span = self.duration(at)?;
        if span > Span::ZERO {
            return Some(span);
        }
        self.report(code::RANGE, at, "a duration of zero makes no sense here", "write one above zero");
        None
    }

    /// A size in bytes, at least 1 MiB and at most `most`.
    pub(super) fn memory(&mut self, at: &At<'_>, most: u64) -> Option<u64> {
        let bytes = self.measured(at, code::SIZE, "a size", "64 GiB", units::size)?;
        if bytes > most {
            let what = format!("more than {} TiB", most >> 40);
            self.report(code::LIMIT, at, what, "write a smaller size");
            return None;
        }
        if bytes < 1 << 20 {
            self.report(code::RANGE, at, "less than 1 MiB of memory", "write a size such as \"4 GiB\"");
            return None;
        }
        Some(bytes)
    }

    /// A rate above zero, in bits per second.
    pub(super) fn rate(&mut self, at: &At<'_>) -> Option<f64> {
        let bits = self.measured(at, code::RATE, "a rate", "10 Gbit/s", units::rate)?;
        if bits > 0.0 {
            return Some(bits);
        }
        self.report(code::RANGE, at, "a rate of zero makes no sense here", "write one above zero");
        None
    }

    /// A rate in bits per second, which may be none at all.
    pub(super) fn rate_or_zero(&mut self, at: &At<'_>) -> Option<f64> {
        self.measured(at, code::RATE, "a rate", "10 MB/s", units::rate)
    }

    /// A number within bounds, also as a percentage: 1.1 or `"110 %"`.
    pub(super) fn ratio(&mut self, at: &At<'_>, least: f64, most: f64) -> Option<f64> {
        if !matches!(at.node.value, Value::Text(_)) {
            return self.between(at, least, most);
        }
        let value = self.measured(at, code::FRACTION, "a fraction", "15 %", units::fraction)?;
        if value >= least && value <= most {
            return Some(value);
        }
        let [least, most] = [least, most].map(|bound| number(bound * 100.0));
        let what = format!("{} % is outside {least} % to {most} %", number(value * 100.0));
        self.report(code::RANGE, at, what, format!("write a percentage from {least} % to {most} %"));
        None
    }

    /// A fraction from 0 to 1, as `"15 %"` or `0.15`.
    pub(super) fn fraction(&mut self, at: &At<'_>) -> Option<Ppm> {
        let value = match &at.node.value {
            Value::Text(_) => self.measured(at, code::FRACTION, "a fraction", "15 %", units::fraction)?,
            _ => self.number(at)?,
        };
        let written = match &at.node.value {
            Value::Text(text) => quote(text),
            _ => value.to_string(),
        };
        if let Some(part) = units::part(value) {
            if !units::is_too_fine(value, part) {
                return Some(part);
            }
            let nearest = f64::from(part.0) / f64::from(Ppm::ONE.0);
            let what = format!("{written} is finer than millionths, which is how fractions are kept");
            self.report(
                code::RANGE,
                at,
                what,
                format!("write the nearest one, {nearest}, or one with six decimals"),
            );
            return None;
        }
        let remedy = "write a fraction such as \"15 %\" or 0.15";
        self.report(code::RANGE, at, format!("{written} is outside 0 to 100 %"), remedy);
        None
    }

    /// The items of a list; a single text counts as a list of one.
    pub(super) fn items<'t>(&mut self, at: &At<'t>, example: &str) -> Option<Vec<At<'t>>> {
        match &at.node.value {
            Value::Array(nodes) => Some(
                nodes
                    .iter()
                    .enumerate()
                    .map(|(i, node)| At { node, path: format!("{}.{i}", at.path) })
                    .collect(),
            ),
            Value::Text(_) => Some(vec![at.clone()]),
            _ => {
                self.wrong_type(at, "a list", &format!("write {example}"));
                None
            }
        }
    }
}
