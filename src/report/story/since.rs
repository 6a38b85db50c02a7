//! What is out, and since when.

use std::collections::BTreeMap;

use crate::engine::Time;
use crate::model::Cause;
use crate::probe::Entry;
use crate::sim::Signal;

/// Something that can be out, by its number among its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Domain(u32),
    Storage(u32),
    Controller(u32),
    Network(u32),
    Link(u32, u8),
    Agent(u32),
    Manager(u32),
    Witness(u32),
    Quorum(u32),
    Host(u32),
    Work(u32),
    Vm(u32),
    App(u32),
    Outage(u32),
    Degraded(u32),
    GroupQuorum(u32),
    GroupWitness(u32),
}

/// When something that is over, or is talked about, began, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Began {
    pub at: Time,
    pub cause: Option<Cause>,
}

/// All that is out.
#[derive(Clone, Debug, Default)]
pub(super) struct Since(BTreeMap<Thing, Began>);

impl Since {
    pub(super) fn is_calm(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes note of a signal; the answer is when what it ends, or looks back on, began.
    pub(super) fn note(&mut self, entry: &Entry) -> Option<Began> {
        use Signal as S;
        match entry.signal {
            S::DomainDown { domain } => self.begin(Thing::Domain(domain.0), entry, None),
            S::DomainUp { domain } => self.end(Thing::Domain(domain.0)),
            S::StorageDown { storage, cause } => self.begin(Thing::Storage(storage.0), entry, Some(cause)),
            S::StorageUp { storage } => self.end(Thing::Storage(storage.0)),
            // Controllers of one storage are told apart by nobody.
            S::ControllerDown { storage } => self.begin(Thing::Controller(storage.0), entry, None),
            S::ControllerUp { storage } => self.end(Thing::Controller(storage.0)),
            S::NetworkDown { network } => self.begin(Thing::Network(network.0), entry, None),
            S::NetworkUp { network } => self.end(Thing::Network(network.0)),
            S::LinkDown { host, traffic } => self.begin(Thing::Link(host.0, traffic as u8), entry, None),
            S::LinkUp { host, traffic } => self.end(Thing::Link(host.0, traffic as u8)),
            S::AgentDown { host } => self.begin(Thing::Agent(host.0), entry, None),
            S::AgentUp { host } => self.end(Thing::Agent(host.0)),
            S::ManagerDown { cluster } => self.begin(Thing::Manager(cluster.0), entry, None),
            S::ManagerUp { cluster } => self.end(Thing::Manager(cluster.0)),
            S::WitnessDown { cluster } => self.begin(Thing::Witness(cluster.0), entry, None),
            S::WitnessUp { cluster } => self.end(Thing::Witness(cluster.0)),
            S::QuorumLost { cluster } => self.begin(Thing::Quorum(cluster.0), entry, None),
            S::QuorumRegained { cluster } | S::QuorumForced { cluster } => self.end(Thing::Quorum(cluster.0)),
            S::HostDown { host, cause } => self.begin(Thing::Host(host.0), entry, Some(cause)),
            S::HostUp { host } => self.end(Thing::Host(host.0)),
            S::HostDeclaredFailed { host, .. } => self.0.get(&Thing::Host(host.0)).copied(),
            S::MaintenanceBegun { host } => self.begin(Thing::Work(host.0), entry, None),
            S::MaintenanceEnded { host } => self.end(Thing::Work(host.0)),
            S::VmDown { vm, cause } => self.begin(Thing::Vm(vm.0), entry, Some(cause)),
            S::VmUp { vm } => self.end(Thing::Vm(vm.0)),
            S::AppDown { vm, cause } => self.begin(Thing::App(vm.0), entry, Some(cause)),
            S::AppUp { vm } => self.end(Thing::App(vm.0)),
            S::ServiceDown { instance, cause } => self.begin(Thing::Outage(instance.0), entry, Some(cause)),
            S::ServiceDegraded { instance, .. } => {
                self.begin(Thing::Degraded(instance.0), entry, None);
                self.end(Thing::Outage(instance.0))
            }
            S::ServiceUp { instance } => {
                let degraded = self.end(Thing::Degraded(instance.0));
                self.end(Thing::Outage(instance.0)).or(degraded)
            }
            S::GroupQuorumLost { instance } => self.begin(Thing::GroupQuorum(instance.0), entry, None),
            S::GroupQuorumRegained { instance } => self.end(Thing::GroupQuorum(instance.0)),
            S::GroupWitnessDown { service } => self.begin(Thing::GroupWitness(service.0), entry, None),
            S::GroupWitnessUp { service } => self.end(Thing::GroupWitness(service.0)),
            _ => None,
        }
    }

    /// What is out already stays so since it was first.
    fn begin(&mut self, thing: Thing, entry: &Entry, cause: Option<Cause>) -> Option<Began> {
        self.0.entry(thing).or_insert(Began { at: entry.at, cause });
        None
    }

    fn end(&mut self, thing: Thing) -> Option<Began> {
        self.0.remove(&thing)
    }
}

/// A length in seconds as somebody would say it: `250 ms`, `18.0 s`, `2 min 13 s`, `4 h 2 min`, `3 d 5 h`.
pub(super) fn length(seconds: f64) -> String {
    if seconds < 0.9995 {
        return format!("{:.0} ms", seconds * 1e3);
    }
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    let two = |large: u64, small: u64, [one, other]: [&str; 2]| match small {
        0 => format!("{large} {one}"),
        _ => format!("{large} {one} {small} {other}"),
    };
    match whole {
        0..3_600 => two(whole / 60, whole % 60, ["min", "s"]),
        3_600..86_400 => two(whole / 3_600, whole / 60 % 60, ["h", "min"]),
        _ => two(whole / 86_400, whole / 3_600 % 24, ["d", "h"]),
    }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_read_as_people_say_them() {
        for (seconds, text) in [
            (0.0, "0 ms"),
            (0.25, "250 ms"),
            (0.9999, "1.0 s"),
            (18.0, "18.0 s"),
            (59.96, "1 min"),
            (133.0, "2 min 13 s"),
            (3_599.9, "1 h"),
            (14_520.0, "4 h 2 min"),
            (277_200.0, "3 d 5 h"),
        ] {
            assert_eq!(length(seconds), text);
        }
    }
}
