//! Names of components, and what refers to them.

use std::collections::BTreeMap;

use super::code;
use super::fields::{At, Reader};
use super::fixed::limits;
use super::spec::HostRef;
use super::text::{quote, suggest, unprintable};
use super::tree::{Entry, Table, Value};

/// The names of one kind of component, by position in the scenario.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// In the words of a message: "crew", "host group".
    pub(super) kind: &'static str,
    by_name: BTreeMap<String, usize>,
    in_order: Vec<String>,
}

impl Names {
    /// The names of the tables `[key.NAME]`. A table that turns out bad keeps its name, so that
    /// whoever refers to it is not reported too.
    pub(super) fn of(root: &Table, key: &'static str, kind: &'static str) -> Names {
        let mut names = Names { kind, ..Names::default() };
        if let Some(Entry { node, .. }) = root.get(key)
            && let Value::Table(table) = &node.value
        {
            for (index, entry) in table.entries.iter().enumerate() {
                names.by_name.insert(entry.key.clone(), index);
                names.in_order.push(entry.key.clone());
            }
        }
        names
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub(super) fn name(&self, index: usize) -> &str {
        self.in_order.get(index).map_or("", String::as_str)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.in_order.iter().map(String::as_str)
    }

    /// `esx-12` as a group's index and a number from 1, where such a group exists.
    pub(super) fn member(&self, name: &str) -> Option<(usize, u64)> {
        let (group, number) = split_member(name)?;
        Some((self.find(group)?, number))
    }
}

/// `esx-12` as `("esx", 12)`. Numbers have no sign and no leading zero: each member has one name.
pub(super) fn split_member(name: &str) -> Option<(&str, u64)> {
    let (group, digits) = name.rsplit_once('-')?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    let number = digits.parse().ok()?;
    plain.then_some((group, number))
}

/// The host groups with their counts: what host names can refer to.
#[derive(Debug)]
pub(super) struct HostNames<'a> {
    pub(super) names: &'a Names,
    pub(super) counts: &'a [u32],
}

impl HostNames<'_> {
    fn count(&self, group: usize) -> u32 {
        self.counts.get(group).copied().unwrap_or(0)
    }

    /// A group or one of its members.
    pub(super) fn find(&self, name: &str) -> Option<(usize, Option<u32>)> {
        if let Some(group) = self.names.find(name) {
            return Some((group, None));
        }
        let (group, number) = self.names.member(name)?;
        let number = u32::try_from(number).ok()?;
        (number <= self.count(group)).then_some((group, Some(number)))
    }
}

impl Reader {
    /// Whether a name can be used.
    pub(super) fn name(&mut self, entry: &Entry, path: &str) {
        let name = &entry.key;
        let wrong = if name.is_empty() {
            "an empty name".to_owned()
        } else if let Some(wrong) = unprintable(name) {
            format!("a name with {wrong} in it")
        } else if name.trim() != name {
            "a name that begins or ends with a space".to_owned()
        } else if name.chars().nth(limits::NAME_CHARS).is_some() {
            format!("a name of {} characters", name.chars().count())
        } else {
            return;
        };
        self.sink.push(
            code::NAME,
            entry.key_mark,
            path.to_owned(),
            wrong,
            format!("choose a printable name of at most {} characters", limits::NAME_CHARS),
        );
    }

    /// The component that a text names.
    pub(super) fn reference(&mut self, at: &At<'_>, names: &Names) -> Option<usize> {
        let text = self.text(at)?;
        let found = names.find(text);
        if found.is_none() {
            self.no_such(at, names.kind, text, names.iter());
        }
        found
    }

    pub(super) fn no_such<'n>(
        &mut self,
        at: &At<'_>,
        kind: &str,
        name: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        // Under a key that is misspelt there may be one.
        let table = match kind {
            "VM" => "service",
            kind => kind.split(' ').next().unwrap_or(kind),
        };
        if self.doubts_table(table) {
            return;
        }
        let what = format!("there is no {kind} {}", quote(name));
        self.report(code::REFERENCE, at, what, suggest(name, known, "there are"));
    }

    /// A list of components, each at most once.
    pub(super) fn references(&mut self, at: &At<'_>, names: &Names) -> Option<Vec<usize>> {
        let items = self.items(at, "a list of names")?;
        let mut seen = BTreeMap::new();
        let mut list = Vec::new();
        for item in &items {
            let Some(index) = self.reference(item, names) else { continue };
            if seen.insert(index, ()).is_some() {
                self.twice(item, names.name(index));
            } else {
                list.push(index);
            }
        }
        Some(list)
    }

    pub(super) fn twice(&mut self, at: &At<'_>, name: &str) {
        self.report(code::TWICE, at, format!("{} is listed twice", quote(name)), "list it once");
    }

    /// A host group or a single host.
    pub(super) fn host(&mut self, at: &At<'_>, hosts: &HostNames<'_>) -> Option<HostRef> {
        let text = self.text(at)?;
        if let Some((group, member)) = hosts.find(text) {
            return Some(HostRef { group, member, mark: at.mark() });
        }
        if let Some((group, number)) = hosts.names.member(text) {
            let name = hosts.names.name(group);
            let count = hosts.count(group);
            let what = format!("there is no host {}: group {} ends at {count}", quote(text), quote(name));
            let remedy = format!("write a number from 1 to {count} instead of {number}, or raise the count");
            self.report(code::REFERENCE, at, what, remedy);
        } else {
            self.no_such(at, "host or host group", text, hosts.names.iter());
        }
        None
    }

    /// Hosts and groups, no host twice.
    pub(super) fn hosts(&mut self, at: &At<'_>, hosts: &HostNames<'_>) -> Option<Vec<HostRef>> {
        let items = self.items(at, "a list of hosts or host groups, such as [\"esx\"]")?;
        if items.is_empty() {
            self.report(code::RANGE, at, "no host is listed", "list at least one host or host group");
            return None;
        }
        let mut list: Vec<HostRef> = Vec::new();
        let mut whole = BTreeMap::new();
        let mut single = BTreeMap::new();
        for item in &items {
            let Some(host) = self.host(item, hosts) else { continue };
            let again = match host.member {
                None => {
                    whole.insert(host.group, ()).is_some()
                        || single.range((host.group, 0)..=(host.group, u32::MAX)).next().is_some()
                }
                Some(number) => {
                    whole.contains_key(&host.group) || single.insert((host.group, number), ()).is_some()
                }
            };
            if again {
                let name = self.text(item).unwrap_or_default();
                self.twice(item, name);
            } else {
                list.push(host);
            }
        }
        Some(list)
    }
}
