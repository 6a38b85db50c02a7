//! `--set PATH=VALUE`: values laid over the tree before it is read.

use super::code;
use super::issue::{Finding, Mark, Sink};
use super::place::Sources;
use super::read::Input;
use super::text::{join, quote, segment, suggest};
use super::tree::{self, Entry, Node, Table, Value};

/// Options that are short for a key of the scenario. They come here as they are typed, `--horizon 2 y`, so that
/// a mistake is told where it was made.
const OPTIONS: [(&str, &str); 4] = [
    ("--replications ", "run.replications"),
    ("--horizon ", "run.horizon"),
    ("--seed ", "run.seed"),
    ("--precision ", "run.precision"),
];

/// The path and the value of an option that is short for a key.
fn option(argument: &str) -> Option<(&'static str, &str)> {
    OPTIONS.iter().find_map(|(option, path)| Some((*path, argument.strip_prefix(option)?)))
}

/// An override as `PATH=VALUE`, also where it was typed as an option.
#[must_use]
pub fn plain(argument: &str) -> String {
    option(argument).map_or_else(|| argument.to_owned(), |(path, value)| format!("{path}={value}"))
}

/// The tree of a scenario with its overrides laid over it, and its text, for who wants to know what is written in it.
/// What cannot be read is left out: whoever reads the scenario tells it.
pub(super) fn laid_over<'a>(input: &Input<'a>) -> (Table, &'a str) {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let bytes = input.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(input.bytes);
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    sources.add(input.name, text);
    let (mut root, _) = tree::parse_document(text, 0, &mut sink);
    for argument in input.overrides {
        apply(argument, &mut root, &mut sources, &mut sink);
    }
    (root, text)
}

/// Lays one override over the tree. What cannot be applied becomes a finding.
pub(super) fn apply(argument: &str, root: &mut Table, sources: &mut Sources, sink: &mut Sink) {
    if let Some((path, value)) = option(argument) {
        let source = sources.add(argument, argument);
        let offset = argument.len() - value.len();
        let mark = Mark::new(source, 0..argument.len());
        let keys: Vec<Key> = path.split('.').map(|key| Key { text: key.to_owned(), mark }).collect();
        if let Some(node) = value_node(value, source, offset, &keys, sink) {
            set(root, "", &keys, node, sink);
        }
        return;
    }
    let source = sources.add(&format!("--set {argument}"), argument);
    let whole = Mark::new(source, 0..argument.len());
    let Some(equals) = equals_sign(argument) else {
        let what = format!("{} has no equals sign", quote(argument));
        sink.push(code::OVERRIDE, whole, "", what, "write it like run.horizon=\"1 y\"");
        return;
    };
    let (path, value) = (&argument[..equals], &argument[equals + 1..]);
    let Some(keys) = path_keys(path, source) else {
        let what = format!("{} is not a path", quote(path));
        let remedy = "write keys with dots between them, such as host.esx.count";
        sink.push(code::OVERRIDE, Mark::new(source, 0..equals), "", what, remedy);
        return;
    };
    let Some(node) = value_node(value, source, equals + 1, &keys, sink) else { return };
    set(root, "", &keys, node, sink);
}

/// The first equals sign outside quotes.
pub(super) fn equals_sign(argument: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in argument.char_indices() {
        match (quote, c) {
            (None, '=') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// A key of the path and where it stands.
struct Key {
    text: String,
    mark: Mark,
}

/// The keys of a dotted path, as TOML reads them.
fn path_keys(path: &str, source: u32) -> Option<Vec<Key>> {
    let mut errors = Sink::default();
    let (document, _) = tree::parse_document(&format!("{path}=0"), source, &mut errors);
    if !errors.findings.is_empty() {
        return None;
    }
    let mut keys = Vec::new();
    let mut table = &document;
    loop {
        let [entry] = table.entries.as_slice() else { return None };
        keys.push(Key { text: entry.key.clone(), mark: entry.key_mark });
        match &entry.node.value {
            Value::Table(inner) => table = inner,
            _ => return Some(keys),
        }
    }
}

/// The value as TOML, or as a bare text when it is none: a shell takes quotes away.
fn value_node(value: &str, source: u32, offset: usize, keys: &[Key], sink: &mut Sink) -> Option<Node> {
    let trimmed = value.trim();
    let start = offset + (value.len() - value.trim_start().len());
    match tree::parse_value(trimmed, source, start) {
        Ok(node) => Some(node),
        Err((message, span)) => {
            let opens = trimmed.starts_with(['"', '\'', '{', '[']);
            if opens || trimmed.is_empty() {
                let path: Vec<String> = keys.iter().map(|key| segment(&key.text)).collect();
                let mark = Mark::new(source, start + span.start..start + span.end);
                let what = if trimmed.is_empty() { "the value is empty".to_owned() } else { message };
                sink.push(code::OVERRIDE, mark, path.join("."), what, "write a TOML value or a bare text");
                return None;
            }
            let mark = Mark::new(source, start..start + trimmed.len());
            Some(Node { mark, value: Value::Text(trimmed.to_owned()) })
        }
    }
}

/// An override of a component that is not there makes one, which is seldom what was meant: it says so, where
/// keys of it are missing, in the place of what the new one lacks.
pub(super) fn name_strangers(root: &Table, kinds: &[(&str, &str)], sink: &mut Sink) {
    for (key, kind) in kinds {
        let Some(Value::Table(table)) = root.get(key).map(|entry| &entry.node.value) else { continue };
        for stranger in table.entries.iter().filter(|entry| entry.key_mark.source > 0) {
            let lacks = |f: &Finding| f.code == code::MISSING && f.mark == stranger.key_mark;
            let missing: Vec<Finding> = sink.take(lacks);
            if missing.is_empty() {
                continue;
            }
            let known =
                || table.entries.iter().filter(|entry| entry.key_mark.source == 0).map(|e| e.key.as_str());
            let adds: Vec<&str> = missing.iter().map(|f| f.remedy.trim_start_matches("add ")).collect();
            let remedy = format!(
                "{}; for a new one set {} too",
                suggest(&stranger.key, known(), "there are"),
                adds.join(", ")
            );
            let what = format!("there is no {kind} {}", quote(&stranger.key));
            sink.push(code::REFERENCE, stranger.key_mark, join(key, &stranger.key), what, remedy);
        }
    }
}

/// Replaces or adds the value at a path below a table. `path` leads to that table.
fn set(table: &mut Table, path: &str, keys: &[Key], node: Node, sink: &mut Sink) {
    let Some((key, rest)) = keys.split_first() else { return };
    if table.get(&key.text).is_none() {
        // `inject` and `gate` are the lists of tables; the rest of a new path is tables in tables.
        let list = path.is_empty() && matches!(key.text.as_str(), "inject" | "gate");
        let value = if list { Value::Array(Vec::new()) } else { Value::Table(Table::default()) };
        let empty = Node { mark: key.mark, value };
        table.entries.push(Entry { key: key.text.clone(), key_mark: key.mark, node: empty });
    }
    let Some(entry) = table.get_mut(&key.text) else { return };
    if rest.is_empty() {
        entry.key_mark = key.mark;
    }
    set_node(&mut entry.node, &join(path, &key.text), rest, node, sink);
}

/// Replaces a value, or what lies below it where keys are left.
fn set_node(target: &mut Node, path: &str, keys: &[Key], node: Node, sink: &mut Sink) {
    let Some((key, rest)) = keys.split_first() else {
        *target = node;
        return;
    };
    match &mut target.value {
        Value::Table(table) => set(table, path, keys, node, sink),
        Value::Array(items) => {
            // A number steps into a list; one past its end adds to it.
            let length = items.len();
            let Some(index) = key.text.parse::<usize>().ok().filter(|index| *index <= length) else {
                let what = match length {
                    0 => format!("{path} has no entry yet"),
                    1 => format!("{path} has one entry, {path}.0"),
                    _ => format!("{path} has {length} entries, {path}.0 to {path}.{}", length - 1),
                };
                let remedy = format!("write one of them, or {path}.{length} to add one");
                sink.push(code::OVERRIDE, key.mark, path, what, remedy);
                return;
            };
            if index == length {
                items.push(Node { mark: key.mark, value: Value::Table(Table::default()) });
            }
            if let Some(item) = items.get_mut(index) {
                set_node(item, &format!("{path}.{index}"), rest, node, sink);
            }
        }
        other => {
            let what = format!("{path} is {}, not a table", other.kind());
            let remedy = format!("replace it whole: --set {path}=VALUE");
            sink.push(code::OVERRIDE, key.mark, path, what, remedy);
        }
    }
}
