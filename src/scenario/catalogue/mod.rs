//! Every key of a scenario: what kind of value it takes, what it is where nobody writes it, and what it is for.
//!
//! The reader decides what is right; this says it to those who cannot ask the reader: editors, by way of the
//! [schema](super::schema), and people who compare two scenarios. `tests/writing/schema.rs` holds the two against each other, key by
//! key and value by value.

mod cluster;
mod hardware;
mod plans;
mod service;

use super::fixed::limits;
use super::units;

/// A key of a table.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
    /// As TOML writes it; none where there is no value that stands for its absence, or not always the same one.
    pub(super) default: Option<&'static str>,
    pub(super) about: String,
}

/// What a key takes.
pub(super) enum Kind {
    /// Any text.
    Text,
    /// A text that is found by its form.
    Form(String),
    Truth,
    Whole(u64, u64),
    /// From, to; with a text in per cent as well where that is said.
    Number(f64, f64, Percent),
    /// Above zero.
    Positive,
    Duration,
    Size,
    Rate,
    Law,
    Fault,
    Words(Vec<&'static str>),
    /// A list of words; a single one counts as a list.
    WordList(Vec<&'static str>),
    /// A list of so many texts or more; a single one counts as a list.
    TextList(usize),
    /// A list of one duration or more; a single one counts as a list.
    DurationList,
    /// The one number there is.
    Version(u64),
    /// One of several.
    Either(Vec<Kind>),
    /// A table with these keys.
    Table(Table),
    /// Tables under names of their own.
    Named(Table),
    /// A list of tables.
    List(Table),
    /// Times of day, each with a part.
    Day,
}

/// Whether a number may be written in per cent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Percent {
    No,
    Yes,
}

/// The keys of a table.
#[derive(Default)]
pub(super) struct Table {
    /// The name of the definition in the schema; several places may have the same table.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) keys: Vec<Key>,
    /// Of each group exactly one key is written.
    pub(super) one_of: Vec<&'static [&'static str]>,
    /// Of each pair at most one key is written.
    pub(super) not_both: Vec<[&'static str; 2]>,
    /// The second key asks for the first.
    pub(super) needs: Vec<(&'static str, &'static str)>,
}

impl Key {
    fn required(self) -> Key {
        Key { required: true, ..self }
    }

    fn default(self, toml: &'static str) -> Key {
        Key { default: Some(toml), ..self }
    }
}

fn key(name: &'static str, kind: Kind, about: impl Into<String>) -> Key {
    Key { name, kind, required: false, default: None, about: about.into() }
}

fn table(name: &'static str, about: &'static str, keys: Vec<Key>) -> Table {
    Table { name, about, keys, ..Table::default() }
}

/// A fraction from 0 to 1.
fn part() -> Kind {
    Kind::Number(0.0, 1.0, Percent::Yes)
}

/// A price.
fn money() -> Kind {
    Kind::Number(0.0, 1e12, Percent::No)
}

fn crew() -> Key {
    key("crew", Kind::Text, "Who repairs it: the name of a [crew]. Without one somebody is always free.")
}

/// The words of a vocabulary.
fn words<T>(list: &'static [(&'static str, T)]) -> Vec<&'static str> {
    list.iter().map(|(word, _)| *word).collect()
}

/// The table that a whole scenario is.
pub(super) fn root() -> Table {
    let named = |table| Kind::Named(table);
    let keys = vec![
        key(
            "gate",
            Kind::List(plans::gate()),
            "What a pipeline asks: `ninefold test` says whether it is kept.",
        ),
        key("schema", Kind::Version(1), "The version of this format.").required(),
        key(
            "title",
            Kind::Text,
            "One line that says what the scenario is about. Default: the name of the file.",
        ),
        key("run", Kind::Table(plans::run()), "How much is simulated."),
        key("cost", Kind::Table(plans::cost()), "What money is called."),
        key("site", named(hardware::site()), "Places that can lose power."),
        key("rack", named(hardware::rack()), "Racks: power, or a top-of-rack switch."),
        key("crew", named(hardware::crew_table()), "People who repair."),
        key(
            "network",
            named(hardware::network()),
            "Networks. Traffic that no network carries has a perfect way.",
        ),
        key("storage", named(hardware::storage()), "Arrays, filers and local disks."),
        key(
            "host",
            named(hardware::host()),
            "Groups of equal hosts, whose members are NAME-1, NAME-2 and so on.",
        )
        .required(),
        key("cluster", named(cluster::cluster()), "Host clusters: what restarts VMs, and on which hosts."),
        key("load", named(service::load()), "How much clients want over the week."),
        key(
            "service",
            named(service::service()),
            "Applications, each of one or several equal instances NAME-1, NAME-2 and so on.",
        )
        .required(),
        key(
            "strategy",
            named(plans::strategy()),
            "What is compared: ways of protecting the services, on the same failures.",
        )
        .required(),
        key("maintenance", named(plans::maintenance()), "Planned work on hosts or guests."),
        key("faults", Kind::Table(plans::faults()), "A history of failures that is replayed."),
        key("inject", Kind::List(plans::inject()), "Scripted faults, beside those that chance brings."),
    ];
    table(
        "scenario",
        "A scenario of ninefold: hosts, storage, clusters, services, their faults, and the strategies to compare.",
        keys,
    )
}

/// What keys of a law or a fault take.
pub(super) fn of_law(key: &str) -> Kind {
    match key {
        "shape" => Kind::Number(super::law::SHAPE.0, super::law::SHAPE.1, Percent::No),
        "sigma" | "cv" => Kind::Positive,
        "stages" => Kind::Whole(1, 1_000),
        "values" => Kind::DurationList,
        "file" | "column" => Kind::Text,
        "unit" => Kind::Words(super::empirical::UNITS.to_vec()),
        _ => Kind::Duration,
    }
}

/// The form of a number with one of some units, as a regular expression of ECMA 262.
pub(super) fn form(units: impl Iterator<Item = &'static str>) -> String {
    let units: Vec<&str> = units.collect();
    format!(r"^\s*\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*({})\s*$", units.join("|"))
}

impl Kind {
    /// The form of its texts, where they have one.
    pub(super) fn form(&self) -> Option<String> {
        match self {
            Kind::Form(form) => Some(form.clone()),
            Kind::Duration => Some(form(units::DURATIONS.iter().map(|(unit, _)| *unit))),
            Kind::Size => Some(form(units::SIZES.iter().map(|(unit, _)| *unit))),
            Kind::Rate => Some(form(units::RATES.iter().map(|(unit, _)| *unit))),
            _ => None,
        }
    }
}

/// The default of a key at a path such as `run.seed` or `host.esx.count`, where the catalogue has one.
pub(super) fn default_at(path: &[&str]) -> Option<&'static str> {
    let mut table = root();
    let mut path = path.iter();
    loop {
        let name = path.next()?;
        let key = table.keys.into_iter().find(|key| key.name == *name)?;
        if path.as_slice().is_empty() {
            return key.default;
        }
        table = match key.kind {
            Kind::Table(inner) => inner,
            Kind::Named(inner) | Kind::List(inner) => {
                path.next()?;
                inner
            }
            _ => return None,
        };
    }
}

/// The most cores of a host or VM.
const CORES: u64 = limits::CORES;
