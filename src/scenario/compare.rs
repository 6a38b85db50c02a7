//! What one scenario says otherwise than another: key by key, table by table, with the defaults that changed.
//!
//! Two ways of writing the same (`"60 s"` and `"1 min"`, a default and nothing) are no difference. A table that only one of
//! the two has is one difference, whatever is in it.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue;
use super::describe::law_text;
use super::overrides;
use super::profiles::Value as SettingValue;
use super::read::{Input, KINDS};
use super::spec::Spec;
use super::text::{join, number};
use super::tree::{Node, Table, Value};
use super::units;

/// A scenario, as text and as what became of it.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    pub input: Input<'a>,
    pub spec: &'a Spec,
}

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table that it belongs to, such as `host.esx`; of what stands in none, its key.
    pub table: String,
    /// The dotted path.
    pub path: String,
    pub change: Change,
}

/// How it is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the second has it.
    Added(String),
    /// Only the first has it.
    Removed(String),
    Changed {
        from: Said,
        to: Said,
    },
}

/// What a key is, and whether anybody says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    pub is_default: bool,
}

/// What `b` says otherwise than `a`, in the order of `a`.
///
/// ```
/// use ninefold::scenario::compare::{Side, differences};
/// use ninefold::scenario::{Input, read};
/// let text = "schema = 1\n[host.h]\ncores = 8\nmemory = \"64 GiB\"\n[service.s]\nvm = { cores = 1, memory = \"1 GiB\" }\n\
///             [strategy.none]\nprotect = []\n";
/// let more = text.replace("cores = 8", "cores = 16\nboot = \"300 s\"");
/// let [a, b] = [text, &more].map(|text| Input { name: "doc.toml", bytes: text.as_bytes(), overrides: &[], files: &[] });
/// let [of_a, of_b] = [a, b].map(|input| read(&input).0.unwrap());
/// let found = differences(&Side { input: a, spec: &of_a }, &Side { input: b, spec: &of_b });
/// // Five minutes are what the boot takes anyway.
/// assert_eq!(found.iter().map(|d| d.path.as_str()).collect::<Vec<_>>(), ["host.h.cores"]);
/// ```
#[must_use]
pub fn differences(a: &Side<'_>, b: &Side<'_>) -> Vec<Difference> {
    let [a, b] = [a, b].map(Reading::of);
    let mut walk = Walk { a: &a, b: &b, found: Vec::new() };
    walk.tables(&[], &a.root, &b.root);
    walk.defaults();
    walk.files();
    // Defaults stand with what else is different about their table.
    let mut order: Vec<String> = Vec::new();
    for difference in &walk.found {
        if !order.contains(&difference.table) {
            order.push(difference.table.clone());
        }
    }
    let mut found = walk.found;
    found.sort_by_key(|difference| order.iter().position(|table| *table == difference.table));
    found
}

/// A scenario as it is written, and what is not.
struct Reading<'a> {
    input: Input<'a>,
    root: Table,
    /// Defaults in force, by path.
    defaults: BTreeMap<String, String>,
    written: BTreeSet<String>,
}

impl<'a> Reading<'a> {
    fn of(side: &Side<'a>) -> Reading<'a> {
        let root = overrides::laid_over(&side.input).0;
        let mut written = BTreeSet::new();
        note_written("", &root, &mut written);
        let plain = |text: &str| text.trim_matches('"').to_owned();
        let mut defaults: BTreeMap<String, String> =
            side.spec.assumptions.iter().map(|one| (one.path.clone(), plain(&one.value))).collect();
        for cluster in &side.spec.clusters {
            let hosts = side.spec.each_host(&cluster.hosts).count();
            let plan = cluster.plan(None, u32::try_from(hosts).unwrap_or(u32::MAX));
            for (key, value) in &plan.values {
                let text = match value {
                    SettingValue::Law(law) => plain(&law_text(law)),
                    SettingValue::Count(0) => {
                        plan.product.profile().setting(key).map_or("0", |s| s.zero()).to_owned()
                    }
                    SettingValue::Count(count) => count.to_string(),
                    SettingValue::Word(word) => (*word).to_owned(),
                };
                defaults.insert(join(&join("cluster", &cluster.name), key), text);
            }
        }
        defaults.retain(|path, _| !written.contains(path));
        Reading { input: side.input, root, defaults, written }
    }

    /// What a key is that nobody writes.
    fn default(&self, path: &str, keys: &[&str]) -> Option<String> {
        let known = || catalogue::default_at(keys).map(|toml| toml.trim_matches('"').to_owned());
        self.defaults.get(path).cloned().or_else(known)
    }
}

fn note_written(path: &str, table: &Table, written: &mut BTreeSet<String>) {
    for entry in &table.entries {
        let path = join(path, &entry.key);
        if let Value::Table(inner) = &entry.node.value {
            note_written(&path, inner, written);
        }
        written.insert(path);
    }
}

struct Walk<'a> {
    a: &'a Reading<'a>,
    b: &'a Reading<'a>,
    found: Vec<Difference>,
}

impl Walk<'_> {
    fn tables(&mut self, keys: &[&str], a: &Table, b: &Table) {
        let both = a.entries.iter().chain(b.entries.iter().filter(|entry| a.get(&entry.key).is_none()));
        for key in both.map(|entry| entry.key.as_str()) {
            let own = [keys, &[key]].concat();
            let [first, second] = [a, b].map(|table| table.get(key).map(|entry| &entry.node));
            self.entry(&own, first, second);
        }
    }

    fn entry(&mut self, keys: &[&str], a: Option<&Node>, b: Option<&Node>) {
        let nothing = Table::default();
        let table = |node: Option<&Node>| match node.map(|node| &node.value) {
            Some(Value::Table(table)) => Some(table.clone()),
            None if is_of_tables(keys) => Some(nothing.clone()),
            _ => None,
        };
        match (a, b) {
            (Some(a), Some(b)) if is_same(a, b) => {}
            _ if table(a).is_some_and(|a| !is_law(&a)) && table(b).is_some_and(|b| !is_law(&b)) => {
                self.tables(keys, &table(a).unwrap_or_default(), &table(b).unwrap_or_default());
            }
            (Some(a), Some(b)) if is_list_of_tables(a) && is_list_of_tables(b) => {
                self.lists(keys, Some(a), Some(b))
            }
            (Some(a), Some(b)) => {
                let [from, to] = [a, b].map(|node| Said { text: text(node), is_default: false });
                self.tell(keys, Change::Changed { from, to });
            }
            (Some(node), None) => self.one(keys, node, self.b, true),
            (None, Some(node)) => self.one(keys, node, self.a, false),
            (None, None) => {}
        }
    }

    /// What only one of the two writes.
    fn one(&mut self, keys: &[&str], node: &Node, other: &Reading<'_>, is_first: bool) {
        if is_list_of_tables(node) {
            let (a, b) = if is_first { (Some(node), None) } else { (None, Some(node)) };
            return self.lists(keys, a, b);
        }
        let written = Said { text: text(node), is_default: false };
        match other.default(&path_of(keys), keys) {
            Some(default) if is_same_text(&written.text, &default) => {}
            Some(text) => {
                let default = Said { text, is_default: true };
                let (from, to) = if is_first { (written, default) } else { (default, written) };
                self.tell(keys, Change::Changed { from, to });
            }
            None if is_first => self.tell(keys, Change::Removed(written.text)),
            None => self.tell(keys, Change::Added(written.text)),
        }
    }

    /// Lists of tables have no names: what only one of the two has is told whole.
    fn lists(&mut self, keys: &[&str], a: Option<&Node>, b: Option<&Node>) {
        let items = |node: Option<&Node>| -> Vec<String> {
            let Some(Value::Array(items)) = node.map(|node| &node.value) else { return Vec::new() };
            items.iter().map(text).collect()
        };
        let (gone, mut come) = (items(a), items(b));
        for text in gone {
            match come.iter().position(|other| *other == text) {
                Some(place) => drop(come.remove(place)),
                None => self.tell(keys, Change::Removed(text)),
            }
        }
        for text in come {
            self.tell(keys, Change::Added(text));
        }
    }

    /// Defaults that nobody has written, and that are others all the same: those of another role, of another product.
    fn defaults(&mut self) {
        for (path, from) in &self.a.defaults {
            let Some(to) = self.b.defaults.get(path).filter(|to| *to != from) else { continue };
            if self.a.written.contains(path) || self.b.written.contains(path) {
                continue;
            }
            let [from, to] = [from, to].map(|text| Said { text: text.clone(), is_default: true });
            let table = self
                .found
                .iter()
                .map(|d| d.table.clone())
                .filter(|table| path.starts_with(&format!("{table}.")));
            let table = table.max_by_key(String::len).unwrap_or_else(|| path.clone());
            self.found.push(Difference { table, path: path.clone(), change: Change::Changed { from, to } });
        }
    }

    /// A file that both name, with other bytes in it.
    fn files(&mut self) {
        for file in self.a.input.files {
            let other = self.b.input.files.iter().find(|other| other.name == file.name);
            if other.is_some_and(|other| other.content != file.content) {
                let said = |text: &str| Said { text: text.to_owned(), is_default: false };
                let change = Change::Changed { from: said("its rows"), to: said("other rows") };
                self.found.push(Difference { table: file.name.clone(), path: file.name.clone(), change });
            }
        }
    }

    fn tell(&mut self, keys: &[&str], change: Change) {
        let depth = if is_of_tables(&keys[..1]) && keys[0] != "run" && keys[0] != "cost" { 2 } else { 1 };
        let table = path_of(&keys[..depth.min(keys.len())]);
        self.found.push(Difference { table, path: path_of(keys), change });
    }
}

fn path_of(keys: &[&str]) -> String {
    keys.iter().fold(String::new(), |path, key| join(&path, key))
}

/// Whether a table is there for the tables, or the keys with defaults, that are in it: to have none of them is to have none
/// of those.
fn is_of_tables(keys: &[&str]) -> bool {
    match keys {
        [key] => matches!(*key, "run" | "cost") || KINDS.iter().any(|(kind, _)| kind == key),
        ["strategy", _, key] => matches!(*key, "service" | "cluster"),
        _ => false,
    }
}

/// The numbers of a law mean nothing without its name.
fn is_law(table: &Table) -> bool {
    table.get("law").is_some() || table.get("policy").is_some()
}

fn is_list_of_tables(node: &Node) -> bool {
    let Value::Array(items) = &node.value else { return false };
    !items.is_empty() && items.iter().all(|item| matches!(item.value, Value::Table(_)))
}

/// Whether two values mean the same.
fn is_same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Text(a), Value::Text(b)) => is_same_text(a, b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        // A single text counts as a list of one.
        (Value::Array(list), Value::Text(_)) => list.len() == 1 && is_same(&list[0], b),
        (Value::Text(_), Value::Array(list)) => list.len() == 1 && is_same(a, &list[0]),
        (Value::Table(a), Value::Table(b)) => {
            let has = |entry: &super::tree::Entry| {
                b.get(&entry.key).is_some_and(|other| is_same(&entry.node, &other.node))
            };
            a.entries.len() == b.entries.len() && a.entries.iter().all(has)
        }
        (Value::Table(_) | Value::Array(_), _) | (_, Value::Table(_) | Value::Array(_)) => false,
        _ => is_same_text(&text(a), &text(b)),
    }
}

/// Whether two texts are the same quantity: a duration, a size, a rate, or a part.
fn is_same_text(a: &str, b: &str) -> bool {
    fn both<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
        a.is_some() && a == b
    }
    let part = |text: &str| units::fraction(text).ok().or_else(|| text.parse::<f64>().ok()).map(f64::to_bits);
    a == b
        || both(units::duration(a).ok(), units::duration(b).ok())
        || both(units::size(a).ok(), units::size(b).ok())
        || both(units::rate(a).ok().map(f64::to_bits), units::rate(b).ok().map(f64::to_bits))
        || both(part(a), part(b))
}

/// A value on one line, without what only TOML needs.
fn text(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => text.clone(),
        Value::Whole(Some(n)) => n.to_string(),
        Value::Whole(None) => "a number that is far too large".to_owned(),
        Value::Float(n) => number(*n),
        Value::Boolean(truth) => truth.to_string(),
        Value::Datetime => "a date".to_owned(),
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let keys: Vec<String> =
                table.entries.iter().map(|entry| format!("{} = {}", entry.key, text(&entry.node))).collect();
            format!("{{ {} }}", keys.join(", "))
        }
    }
}
