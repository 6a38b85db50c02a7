//! Text to a tree of values that know where they stood, in the order in which they were written.

use toml::de::{DeTable, DeValue};

use super::code;
use super::fixed::limits;
use super::issue::{Mark, Sink};
use super::syntax::{self, Damage};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) mark: Mark,
    pub(super) value: Value,
}

/// A TOML value. Whole numbers are as wide as any that a file can mean.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    /// `None`: does not fit.
    Whole(Option<i128>),
    Float(f64),
    Boolean(bool),
    Datetime,
    Array(Vec<Node>),
    Table(Table),
}

/// A table, its entries in the order of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_mark: Mark,
    pub(super) node: Node,
}

impl Value {
    /// The type with its article, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Whole(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Boolean(_) => "a truth value",
            Value::Datetime => "a date",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl Table {
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }
}

/// Parses a document. Every syntax error becomes a finding; what could be understood is returned, and which
/// parts of the text could not.
pub(super) fn parse_document(text: &str, source: u32, sink: &mut Sink) -> (Table, Damage) {
    if let Some(at) = too_deep(text) {
        let what = format!("a key with more than {} dots", limits::KEY_DOTS);
        sink.push(code::SYNTAX, Mark::new(source, at..at + 1), "", what, "no key of a scenario is that deep");
        return (Table::default(), Damage::default());
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut damage = syntax::explain(text, &errors);
    for mistake in std::mem::take(&mut damage.mistakes) {
        let mark = Mark::new(source, mistake.span);
        sink.push(mistake.code, mark, "", mistake.what, mistake.remedy);
    }
    let mut root = table(root.get_ref(), source);
    if !errors.is_empty() {
        drop_spoilt(&mut root, text, &damage);
    }
    (root, damage)
}

/// Takes out what the parser made of text that it could not read. Tables under a header stay: their keys
/// are looked at one by one.
fn drop_spoilt(table: &mut Table, text: &str, damage: &Damage) {
    table.entries.retain_mut(|entry| {
        let (key, node) = (entry.key_mark, &mut entry.node);
        let inline = text.as_bytes().get(node.mark.start as usize) == Some(&b'{');
        if let (Value::Table(inner), false) = (&mut node.value, inline) {
            drop_spoilt(inner, text, damage);
            return true;
        }
        if let Value::Array(items) = &mut node.value
            && text.get(key.end as usize..).is_some_and(|rest| rest.starts_with(']'))
        {
            // A list of tables, each under a header of its own.
            for item in items {
                if let Value::Table(inner) = &mut item.value {
                    drop_spoilt(inner, text, damage);
                }
            }
            return true;
        }
        !damage.spoils(&(key.start as usize..node.mark.end.max(key.end) as usize))
    });
}

/// Parses one value that stands at `offset` of its source.
///
/// # Errors
/// The first syntax error: message and byte range within `text`.
pub(super) fn parse_value(
    text: &str,
    source: u32,
    offset: usize,
) -> Result<Node, (String, std::ops::Range<usize>)> {
    if let Some(at) = too_deep(text) {
        return Err((format!("a key with more than {} dots", limits::KEY_DOTS), at..at + 1));
    }
    match DeValue::parse(text) {
        Ok(value) => {
            let mut node = node(value.get_ref(), value.span(), source);
            shift(&mut node, u32::try_from(offset).unwrap_or(u32::MAX));
            Ok(node)
        }
        Err(error) => Err((error.message().to_owned(), error.span().unwrap_or(0..0))),
    }
}

fn table(from: &DeTable<'_>, source: u32) -> Table {
    let mut entries: Vec<Entry> = from
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_mark: Mark::new(source, key.span()),
            node: node(value.get_ref(), value.span(), source),
        })
        .collect();
    // The parser sorts by name; a report follows the file.
    entries.sort_by_key(|entry| entry.key_mark);
    Table { entries }
}

fn node(from: &DeValue<'_>, span: std::ops::Range<usize>, source: u32) -> Node {
    let value = match from {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(n) => Value::Whole(i128::from_str_radix(n.as_str(), n.radix()).ok()),
        DeValue::Float(n) => Value::Float(n.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(b) => Value::Boolean(*b),
        DeValue::Datetime(_) => Value::Datetime,
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| node(item.get_ref(), item.span(), source)).collect())
        }
        DeValue::Table(t) => Value::Table(table(t, source)),
    };
    Node { mark: Mark::new(source, span), value }
}

fn shift(node: &mut Node, by: u32) {
    let moved = |m: Mark| Mark { start: m.start.saturating_add(by), end: m.end.saturating_add(by), ..m };
    node.mark = moved(node.mark);
    match &mut node.value {
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Table(t) => {
            for entry in &mut t.entries {
                entry.key_mark = moved(entry.key_mark);
                shift(&mut entry.node, by);
            }
        }
        _ => {}
    }
}

/// Where a dotted key is too long. The parser bounds the nesting of brackets but not of dots, and
/// a tree a million levels deep would overflow the stack of whoever walks or drops it.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut dots = 0;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'.' => {
                dots += 1;
                if dots > limits::KEY_DOTS {
                    return Some(at);
                }
            }
            b'#' => at += bytes[at..].iter().position(|&b| b == b'\n').unwrap_or(bytes.len() - at - 1),
            quote @ (b'"' | b'\'') => at = skip_string(bytes, at, quote),
            b'\n' | b'=' | b',' | b'{' | b'}' | b'[' | b']' => dots = 0,
            _ => {}
        }
        // A comment or string may have ended on a line break.
        if bytes.get(at) == Some(&b'\n') {
            dots = 0;
        }
        at += 1;
    }
    None
}

/// The last byte of the string that opens at `at`, or of its line when it is never closed.
fn skip_string(bytes: &[u8], at: usize, quote: u8) -> usize {
    let long = bytes.get(at + 1) == Some(&quote) && bytes.get(at + 2) == Some(&quote);
    let mut i = at + if long { 3 } else { 1 };
    while i < bytes.len() {
        let b = bytes[i];
        if b == b'\\' && quote == b'"' {
            // No escape reaches over the end of a one-line string.
            if !long && bytes.get(i + 1) == Some(&b'\n') {
                return i + 1;
            }
            i += 2;
            continue;
        }
        if long {
            if b == quote && bytes.get(i + 1) == Some(&quote) && bytes.get(i + 2) == Some(&quote) {
                return i + 2;
            }
        } else if b == quote || b == b'\n' {
            return i;
        }
        i += 1;
    }
    bytes.len()
}
