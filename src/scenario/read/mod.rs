//! From text to a [`Spec`]: one file per kind of table, then what must hold between them.

mod admission;
mod check;
mod cluster;
mod cost;
mod demand;
mod fit;
mod gate;
mod guest;
mod handbook;
mod host;
mod inherited;
mod load;
mod mirror;
mod place;
mod planned;
mod product;
mod replay;
mod run;
mod schedule;
mod service;
mod settings;
mod strategy;
mod week;

use std::collections::BTreeMap;

pub(super) use admission::POLICIES;
pub use handbook::{Breach, breaches};
pub(super) use load::DAYS;
pub(super) use schedule::INJECTED;
pub(super) use service::{PRIORITIES, RESPONSES};
pub(super) use strategy::PARTS;
#[cfg(test)]
pub(crate) use strategy::PROTECTION;

use super::code;
use super::fields::{At, Fields, Reader};
use super::files::{File, Library};
use super::fixed::limits;
use super::issue::{Finding, Issue, Mark, Sink};
use super::names::{HostNames, Names};
use super::overrides;
use super::place::Sources;
use super::spec::Spec;
use super::syntax::Damage;
use super::text::{join, segment, unprintable};
use super::tree::{self, Entry, Table, Value};

/// What a scenario is read from.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The name to print, such as the file's.
    pub name: &'a str,
    /// The scenario as it came: checked here for size and encoding.
    pub bytes: &'a [u8],
    /// `PATH=VALUE`, laid over the scenario in this order.
    pub overrides: &'a [String],
    /// Those that [`files_named`](super::files_named) names. None are needed where the scenario names none.
    pub files: &'a [File],
}

/// The tables of a scenario: key and what its components are called in messages.
pub(super) const KINDS: [(&str, &str); 11] = [
    ("site", "site"),
    ("rack", "rack"),
    ("crew", "crew"),
    ("network", "network"),
    ("storage", "storage"),
    ("host", "host group"),
    ("cluster", "cluster"),
    ("service", "service"),
    ("strategy", "strategy"),
    ("maintenance", "maintenance"),
    ("load", "load"),
];

const ROOT: [&str; 18] = [
    "schema",
    "title",
    "run",
    "cost",
    "site",
    "rack",
    "crew",
    "network",
    "storage",
    "host",
    "cluster",
    "load",
    "service",
    "strategy",
    "maintenance",
    "faults",
    "inject",
    "gate",
];

/// Reads a scenario and finds everything wrong with it, in the order of the text.
///
/// The [`Spec`] is there exactly when no issue is an error; warnings do not prevent it.
#[must_use]
pub fn read(input: &Input<'_>) -> (Option<Spec>, Vec<Issue>) {
    read_with(Reader { library: Library::of(input.files), ..Reader::default() }, input).0
}

/// The keys that each table of a scenario may have, by its path, such as `host.esx`; the scenario itself is `""`.
///
/// ```
/// use ninefold::scenario::{Input, accepted_keys};
/// let tables = accepted_keys(&Input { name: "doc.toml", bytes: b"[crew.night]", overrides: &[], files: &[] });
/// assert_eq!(tables["crew.night"], ["size"]);
/// ```
#[must_use]
pub fn accepted_keys(input: &Input<'_>) -> BTreeMap<String, Vec<String>> {
    let library = Library::of(input.files);
    let reader = Reader { library, accepted: Some(BTreeMap::new()), ..Reader::default() };
    read_with(reader, input).1
}

type Found = (Option<Spec>, Vec<Issue>);

fn read_with(mut reader: Reader, input: &Input<'_>) -> (Found, BTreeMap<String, Vec<String>>) {
    let found = read_by(&mut reader, input);
    (found, reader.accepted.unwrap_or_default())
}

fn read_by(reader: &mut Reader, input: &Input<'_>) -> Found {
    let Some(text) = decode(input, &mut reader.sources, &mut reader.sink) else {
        return (None, std::mem::take(&mut reader.sink).finish(&reader.sources));
    };
    let (mut root, damage) = tree::parse_document(text, 0, &mut reader.sink);
    let broken = reader.sink.errors > 0;
    for argument in input.overrides {
        overrides::apply(argument, &mut root, &mut reader.sources, &mut reader.sink);
    }
    if root.entries.is_empty() && !broken {
        let remedy = "a scenario needs schema = 1, at least one [host.NAME], one [service.NAME] and one [strategy.NAME]";
        reader.sink.push(code::EMPTY, Mark::default(), "", "the scenario is empty", remedy);
        return (None, std::mem::take(&mut reader.sink).finish(&reader.sources));
    }
    let mut spec = reader.scenario(&root, input.name, broken);
    overrides::name_strangers(&root, &KINDS, &mut reader.sink);
    if broken {
        forgive(&mut reader.sink, &damage);
    }
    let failed = reader.sink.errors > 0;
    let issues = std::mem::take(&mut reader.sink).finish(&reader.sources);
    spec.sources = std::mem::take(&mut reader.sources);
    spec.assumptions = std::mem::take(&mut reader.assumptions);
    ((!failed).then_some(spec), issues)
}

/// Whether a text means to be a scenario: it has a `schema`, or cannot be read at all. Folders have other files in TOML too.
///
/// ```
/// use ninefold::scenario::is_scenario;
/// assert!(is_scenario(b"schema = 1") && is_scenario(b"schema = ]"));
/// assert!(!is_scenario(b"[package]\nname = \"schema\""));
/// ```
#[must_use]
pub fn is_scenario(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return true };
    let mut sink = Sink::default();
    let (root, _) = tree::parse_document(text.strip_prefix('\u{feff}').unwrap_or(text), 0, &mut sink);
    sink.errors > 0 || root.get("schema").is_some()
}

/// Checks size and encoding; drops a byte-order mark.
fn decode<'a>(input: &Input<'a>, sources: &mut Sources, sink: &mut Sink) -> Option<&'a str> {
    if input.bytes.len() > limits::TEXT_BYTES {
        sources.add(input.name, "");
        // Whoever reads files reads no more of them than shows that it is too much.
        let most = limits::TEXT_BYTES >> 20;
        let what = format!("the text has more than {most} MiB");
        let remedy = format!(
            "a scenario has at most {most} MiB: let members of a group share a table, with count or instances"
        );
        sink.push(code::TOO_LARGE, Mark::default(), "", what, remedy);
        return None;
    }
    let bytes = input.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(input.bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            sources.add(input.name, text);
            Some(text)
        }
        Err(error) => {
            let valid = error.valid_up_to();
            sources.add(input.name, &String::from_utf8_lossy(bytes));
            let byte = bytes.get(valid).copied().unwrap_or(0);
            let what = format!("byte 0x{byte:02X} is not UTF-8");
            let mark = Mark::new(0, valid..valid + 1);
            sink.push(code::ENCODING, mark, "", what, "save the file as UTF-8 text");
            None
        }
    }
}

/// After a syntax error part of the text is lost: what seems missing may only have been unreadable, and what
/// stands where the text is spoilt is most likely the same mistake.
fn forgive(sink: &mut Sink, damage: &Damage) {
    let own = |f: &Finding| f.code == code::SYNTAX || f.code == code::DUPLICATE;
    sink.findings.retain(|f| {
        let follows = f.code == code::MISSING
            || f.code == code::REFERENCE
            || f.code == code::SCHEMA
            || f.code == code::EMPTY
            || f.code == code::NO_CLUSTER
            || f.code.starts_with('W')
            || (f.mark.source == 0 && damage.spoils(&(f.mark.start as usize..f.mark.end as usize)));
        own(f) || f.mark.source > 0 || !follows
    });
}

impl Reader {
    /// The whole scenario; where something is wrong, a value that no other check objects to.
    fn scenario(&mut self, root: &Table, name: &str, broken: bool) -> Spec {
        let top = Fields { table: root, path: String::new(), mark: Mark::default() };
        self.unknown_keys(&top, &ROOT);
        self.schema(&top);
        let title = self.title(&top).unwrap_or_else(|| name.to_owned());
        let run = self.run(&top);
        let cost = self.cost(&top);
        for (key, _) in KINDS {
            self.names(&top, key);
        }
        let [sites, racks, crews, networks, storages, hosts, clusters, services, strategies, _, loads] =
            KINDS.map(|(key, kind)| Names::of(root, key, kind));
        let mut spec = Spec {
            sources: Sources::default(),
            title,
            run,
            cost,
            sites: self.each(&top, "site", |r, f| r.site(f, &crews)),
            racks: self.each(&top, "rack", |r, f| r.rack(f, &sites, &crews)),
            crews: self.each(&top, "crew", Reader::crew),
            networks: self.each(&top, "network", |r, f| r.network(f, &sites, &crews)),
            storages: self.each(&top, "storage", |r, f| r.storage(f, &sites, &crews, &storages)),
            hosts: Vec::new(),
            clusters: Vec::new(),
            loads: self.each(&top, "load", Reader::load),
            services: Vec::new(),
            strategies: Vec::new(),
            maintenances: Vec::new(),
            injects: Vec::new(),
            replay: None,
            gates: Vec::new(),
            assumptions: Vec::new(),
        };
        let place = host::Places { sites: &sites, racks: &racks, crews: &crews, storages: &storages };
        spec.hosts = self.each(&top, "host", |r, f| r.host_group(f, &place));
        let counts: Vec<u32> = spec.hosts.iter().map(|group| group.count).collect();
        let host_names = HostNames { names: &hosts, counts: &counts };
        let about = cluster::Around { sites: &sites, storages: &storages, hosts: &host_names };
        spec.clusters = self.each(&top, "cluster", |r, f| r.cluster(f, &about));
        let around = service::Around {
            crews: &crews,
            networks: &networks,
            storages: &storages,
            arrays: &spec.storages,
            services: &services,
            loads: &loads,
            hosts: &host_names,
            migrates: !spec.clusters.is_empty() && spec.hosts.iter().any(|group| group.migration.is_some()),
        };
        spec.services = self.each(&top, "service", |r, f| r.service(f, &around));
        spec.strategies = self.each(&top, "strategy", |r, f| r.strategy(f, &services, &clusters, &about));
        spec.maintenances = self.each(&top, "maintenance", |r, f| r.maintenance(f, &host_names, &services));
        let all = schedule::Everything {
            sites: &sites,
            racks: &racks,
            networks: &networks,
            storages: &storages,
            clusters: &clusters,
            services: &services,
            hosts: &host_names,
        };
        self.scripts(&top, &all, &mut spec);
        let settings = spec.clusters.iter().map(|cluster| &cluster.settings);
        let over = spec.strategies.iter().flat_map(|strategy| strategy.clusters.iter().map(|(_, over)| over));
        let asked = gate::Around {
            services: &services,
            strategies: &strategies,
            run: &spec.run,
            asks_for_headroom: settings.chain(over).any(|settings| settings.headroom.is_some()),
        };
        spec.gates = self.gates(&top, &asked);
        if !broken {
            self.enough(&top);
        }
        // What does not fit together may only seem so while part of it cannot be read.
        if !broken {
            self.check(&spec, &host_names, &services);
        }
        spec
    }

    fn schema(&mut self, top: &Fields<'_>) {
        match top.get("schema") {
            None if self.doubts("schema") => {}
            None => {
                let remedy = "add schema = 1 as the first line";
                self.sink.push(code::SCHEMA, Mark::default(), "schema", "schema is missing", remedy);
            }
            Some(at) => {
                if !matches!(at.node.value, Value::Whole(Some(1))) {
                    let what = "this version reads schema 1";
                    self.report(code::SCHEMA, &at, what, "write schema = 1");
                }
            }
        }
    }

    fn title(&mut self, top: &Fields<'_>) -> Option<String> {
        let at = top.get("title")?;
        let text = self.text(&at)?;
        if let Some(wrong) = unprintable(text) {
            let what = format!("a title is one printable line, and there is {wrong} in it");
            self.report(code::NAME, &at, what, "leave it out");
            return None;
        }
        Some(text.to_owned())
    }

    /// Checks the names of `[key.NAME]`.
    fn names(&mut self, top: &Fields<'_>, key: &str) {
        let Some(at) = top.get(key) else { return };
        let Value::Table(table) = &at.node.value else {
            self.wrong_type(&at, "a table", &format!("write [{key}.NAME]"));
            return;
        };
        for entry in &table.entries {
            self.name(entry, &join(key, &entry.key));
        }
    }

    /// Reads every table `[key.NAME]` in the order of the file.
    fn each<'t, T>(
        &mut self,
        top: &Fields<'t>,
        key: &str,
        mut read: impl FnMut(&mut Reader, &Named<'t>) -> T,
    ) -> Vec<T> {
        let Some(Entry { node, .. }) = top.table.get(key) else { return Vec::new() };
        let Value::Table(table) = &node.value else { return Vec::new() };
        table
            .entries
            .iter()
            .map(|entry| {
                let path = format!("{key}.{}", segment(&entry.key));
                let at = At { node: &entry.node, path };
                read(self, &Named { name: &entry.key, mark: entry.key_mark, at })
            })
            .collect()
    }

    /// A scenario without hosts, services or strategies says nothing.
    fn enough(&mut self, top: &Fields<'_>) {
        for (key, kind, example) in [
            ("host", "host", "[host.esx] with cores and memory"),
            ("service", "service", "[service.app] with vm = { cores = 2, memory = \"4 GiB\" }"),
            ("strategy", "strategy", "[strategy.none] with protect = []"),
        ] {
            let none = match top.table.get(key) {
                None => true,
                Some(Entry { node, .. }) => matches!(&node.value, Value::Table(t) if t.entries.is_empty()),
            };
            if none && !self.doubts_table(key) {
                let what = format!("the scenario has no {kind}");
                self.sink.push(code::EMPTY, Mark::default(), key, what, format!("add {example}"));
            }
        }
    }
}

/// A table `[kind.NAME]`.
struct Named<'t> {
    name: &'t str,
    /// Its name in the header.
    mark: Mark,
    at: At<'t>,
}

impl<'t> Named<'t> {
    /// Its keys, checked. Of something that is no table: none, so that reading goes on.
    fn fields(&self, reader: &mut Reader, accepted: &[&str]) -> Option<Fields<'t>> {
        let mut fields = reader.fields(&self.at, accepted)?;
        fields.mark = self.mark;
        Some(fields)
    }
}
