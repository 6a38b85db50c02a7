//! What several signals of one instant say together.

use super::since::{Began, Since, length};
use crate::model::{Cause, HostId, Model};
use crate::probe::Entry;
use crate::report::timeline::{sentence, waits_for};
use crate::report::{clean, figures};
use crate::scenario::Spec;
use crate::sim::Signal;

/// As many names are told, or three and how many more.
const NAMES_MAX: usize = 4;

/// Signals of one instant that say the same of different things.
#[derive(Clone, Debug)]
pub(super) struct Clause<'e> {
    pub entries: Vec<&'e Entry>,
    /// Of each, when what it ends began.
    began: Vec<Option<Began>>,
}

impl<'e> Clause<'e> {
    /// The clauses of an instant, in the order of their first signals.
    pub(super) fn of(model: &Model, instant: &'e [Entry], since: &mut Since) -> Vec<Clause<'e>> {
        let mut clauses: Vec<(Alike<'_>, Clause<'e>)> = Vec::new();
        for entry in instant {
            let (alike, began) = (Alike::of(model, entry), since.note(entry));
            // What a thing does at an instant is told in the order in which it does it.
            let place = clauses.iter().position(|(other, _)| *other == alike).filter(|_| alike.is_common());
            match place {
                Some(place) => {
                    clauses[place].1.entries.push(entry);
                    clauses[place].1.began.push(began);
                }
                None => clauses.push((alike, Clause { entries: vec![entry], began: vec![began] })),
            }
        }
        clauses.into_iter().map(|(_, clause)| clause).collect()
    }

    fn first(&self) -> &'e Entry {
        self.entries[0]
    }

    /// The clause, without a full stop.
    pub(super) fn text(&self, spec: &Spec, model: &Model) -> String {
        let many = self.entries.len() > 1;
        let names = self.names(model);
        match self.first().signal {
            Signal::HostDown { cause, .. } => self.host_down(model, cause),
            Signal::HostUp { .. } => format!("{names} {} up again{}", are(many), self.after()),
            Signal::HostDeclaredFailed { host, .. } => self.declared(spec, model, host),
            Signal::VmDown { cause, .. } => self.vm_down(model, cause),
            Signal::VmUp { .. } if many => format!("{} have booted: {names}", self.counted("guest")),
            Signal::VmUp { .. } => format!("the guest of {names} has booted"),
            Signal::AppDown { cause, .. } => self.app_down(model, cause),
            Signal::AppUp { .. } if many => {
                format!("{} have started: {names}", self.counted("application"))
            }
            Signal::AppUp { .. } => format!("the application of {names} has started"),
            Signal::RestartOrdered { .. } => {
                format!("restarts {}: {}", self.counted("VM"), self.on_hosts(model))
            }
            Signal::RestartQueued { .. } => {
                format!("{} wait for their turn to start: {}", self.counted("VM"), self.on_hosts(model))
            }
            Signal::RestartWaiting { reason, .. } => {
                let (verb, why) = (if many { "wait" } else { "waits" }, waits_for(reason));
                format!("{} {verb}, {why}: {names}", self.counted("VM"))
            }
            Signal::ServiceDown { .. } => format!("{names} {} DOWN", are(many)),
            Signal::ServiceUp { .. } => format!("{names} {} up again{}", are(many), self.after()),
            Signal::ServiceDegraded { .. } if many => {
                let lost = self.first().lost().unwrap_or(0.0) * 100.0;
                format!("{names} are degraded: each turns {lost:.1} % of its clients away")
            }
            Signal::StorageUp { .. }
            | Signal::NetworkUp { .. }
            | Signal::DomainUp { .. }
            | Signal::ManagerUp { .. }
            | Signal::WitnessUp { .. }
            | Signal::GroupWitnessUp { .. }
            | Signal::QuorumRegained { .. }
            | Signal::QuorumForced { .. }
            | Signal::GroupQuorumRegained { .. }
            | Signal::MaintenanceEnded { .. } => format!("{}{}", self.plain(model), self.after()),
            _ => self.plain(model),
        }
    }

    /// The sentence of the first, and how many there are like it.
    fn plain(&self, model: &Model) -> String {
        let first = sentence(model, self.first());
        match self.entries.len() - 1 {
            0 => first,
            more => {
                let others = self.subjects(model).filter(|name| name != self.first().subject(model));
                format!("{first} (and so for {more} more: {})", list(others))
            }
        }
    }

    fn host_down(&self, model: &Model, cause: Cause) -> String {
        let (names, many) = (self.names(model), self.entries.len() > 1);
        let (one, all) = match cause {
            Cause::HostCrash => ("crashes", "crash"),
            Cause::HostHang => ("hangs", "hang"),
            Cause::RackOutage | Cause::SiteOutage => ("is without power", "are without power"),
            Cause::Maintenance => ("is taken down for planned work", "are taken down for planned work"),
            _ => ("is down", "are down"),
        };
        let why = if one == "is down" { format!(" ({})", cause.name()) } else { String::new() };
        format!("{names} {}{why}", if many { all } else { one })
    }

    fn declared(&self, spec: &Spec, model: &Model, host: HostId) -> String {
        let names = self.names(model);
        let by = self.first().host(model).map(|other| format!("the side of {other}"));
        let by = by.or_else(|| Some(product(spec, model, host)?.to_owned()));
        let by = by.unwrap_or_else(|| "the cluster".to_owned());
        let verb = match self.began[0].and_then(|began| began.cause) {
            Some(Cause::HostCrash) => "crashed",
            Some(Cause::HostHang) => "hung",
            Some(Cause::RackOutage | Cause::SiteOutage) => "lost its power",
            _ => "went down",
        };
        match self.spread() {
            Some(spread) => format!("{by} declares {names} dead, {spread} after it {verb}"),
            // It lives, and nobody hears it.
            None => format!("{by} gives {names} up"),
        }
    }

    fn vm_down(&self, model: &Model, cause: Cause) -> String {
        let (names, many) = (self.names(model), self.entries.len() > 1);
        match cause {
            Cause::GuestCrash if many => format!("{} crash: {names}", self.counted("guest")),
            Cause::GuestCrash => format!("the guest of {names} crashes"),
            _ if many => format!("{} go down ({}): {names}", self.counted("VM"), cause.name()),
            _ => format!("VM {names} goes down ({})", cause.name()),
        }
    }

    fn app_down(&self, model: &Model, cause: Cause) -> String {
        let (names, many) = (self.names(model), self.entries.len() > 1);
        let verb = match cause {
            Cause::AppCrash => "crashes",
            Cause::AppHang => "hangs",
            _ => "fails",
        };
        let why = if verb == "fails" { format!(" ({})", cause.name()) } else { String::new() };
        if many {
            let verb = verb.trim_end_matches('s').replace("crashe", "crash");
            return format!("{} {verb}{why}: {names}", self.counted("application"));
        }
        format!("the application of {names} {verb}{why}")
    }

    fn counted(&self, noun: &str) -> String {
        figures::counted(u32::try_from(self.entries.len()).unwrap_or(u32::MAX), noun)
    }

    /// In the order in which people count, not in that of the model's tables.
    fn subjects(&self, model: &Model) -> impl Iterator<Item = String> + use<> {
        let mut names: Vec<String> =
            self.entries.iter().map(|entry| entry.subject(model).to_owned()).collect();
        names.sort_by(|a, b| parts(a).cmp(&parts(b)));
        names.into_iter()
    }

    fn names(&self, model: &Model) -> String {
        list(self.subjects(model))
    }

    /// Each with the host that it names.
    fn on_hosts(&self, model: &Model) -> String {
        let on = |entry: &&Entry| match entry.host(model) {
            Some(host) => format!("{} on {host}", entry.subject(model)),
            None => entry.subject(model).to_owned(),
        };
        list(self.entries.iter().map(on))
    }

    /// ` after 2 min 13 s`, or nothing.
    fn after(&self) -> String {
        self.spread().map_or(String::new(), |spread| format!(" after {spread}"))
    }

    /// How long ago it began: the shortest and the longest.
    fn spread(&self) -> Option<String> {
        let now = self.first().at;
        let lengths = self.began.iter().flatten().map(|began| now.since(began.at));
        let (least, most) = (lengths.clone().min()?, lengths.max()?);
        let [least, most] = [least, most].map(|span| length(span.as_secs_f64()));
        Some(if least == most { least } else { format!("{least} to {most}") })
    }
}

/// What signals must share to be told together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Alike<'m> {
    word: &'static str,
    cause: Option<&'static str>,
    reason: Option<&'static str>,
    host: Option<&'m str>,
    link: Option<&'static str>,
    lost_ppb: Option<u64>,
}

impl<'m> Alike<'m> {
    fn of(model: &'m Model, entry: &Entry) -> Alike<'m> {
        let by = matches!(entry.signal, Signal::HostDeclaredFailed { .. });
        Alike {
            word: entry.word(model),
            cause: entry.cause(),
            reason: entry.reason(),
            host: entry.host(model).filter(|_| by),
            link: entry.link(),
            lost_ppb: entry.lost().map(|lost| (lost * 1e9) as u64),
        }
    }

    /// Whether it is the kind of thing that many do at once.
    fn is_common(&self) -> bool {
        const ALONE: [&str; 6] = [
            "migration-done",
            "sessions-lost",
            "writes-lost",
            "converged",
            "failover-started",
            "failover-done",
        ];
        !ALONE.contains(&self.word)
    }
}

fn are(many: bool) -> &'static str {
    if many { "are" } else { "is" }
}

/// What the cluster of a host is called.
fn product(spec: &Spec, model: &Model, host: HostId) -> Option<&'static str> {
    let cluster = model.hosts[host.index()].cluster?;
    let strategy = spec.strategies.iter().find(|strategy| strategy.name == model.strategy)?;
    let at = spec.clusters.iter().position(|row| row.name == *model.clusters[cluster.index()].name)?;
    spec.plan(strategy, at).product.profile().name
}

/// A name that ends in a number, as both: `mail-10` comes after `mail-9`.
fn parts(name: &str) -> (&str, Option<u64>) {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem, name[stem.len()..].parse().ok())
}

/// `a, b, c and 11 more`.
fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.map(|name| clean::shorten(&name, 40)).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some(_) if names.len() > NAMES_MAX => {
            format!("{} and {} more", names[..NAMES_MAX - 1].join(", "), names.len() + 1 - NAMES_MAX)
        }
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
