//! Who was out when: the state of every host, VM, instance and service of one replication as spells of time, for pictures of it.
//!
//! A lane is one of them, a spell is a stretch of time in which it was not simply there. Of each lane the heaviest spells are kept,
//! and all are counted, so that the memory of it does not grow with the replication.

use super::Window;
use crate::engine::Time;
use crate::model::{Cause, Model};
use crate::sim::{Observer, Signal};

/// What a lane is in during a spell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// Out of service, or one instance or more of a service is.
    Down,
    /// Served in part; of a storage, a controller is out.
    Degraded,
    /// Its cluster looks for a host for it, or it waits for its disks.
    Waiting,
    /// It has a host and starts there.
    Starting,
    /// Cut off: a link is down, the cluster's agent does not answer, or the host is kept out of its cluster.
    Cut,
    /// VMs leave the host before planned work.
    Emptied,
    /// It is moved to another host while it runs.
    Moving,
    /// It stands still.
    Paused,
}

impl Condition {
    /// Its word in every output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Condition::Down => "down",
            Condition::Degraded => "degraded",
            Condition::Waiting => "waiting",
            Condition::Starting => "starting",
            Condition::Cut => "cut",
            Condition::Emptied => "emptied",
            Condition::Moving => "moving",
            Condition::Paused => "paused",
        }
    }

    /// Whether it takes away from what a lane is there for.
    #[must_use]
    pub const fn is_loss(self) -> bool {
        matches!(self, Condition::Down | Condition::Degraded | Condition::Waiting | Condition::Starting)
    }
}

/// A stretch of the measured time in one condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spell {
    pub from: Time,
    pub until: Time,
    pub condition: Condition,
    /// The cause, the reason or the kind of traffic; may be empty.
    pub why: &'static str,
    /// Of a service the most instances that were down at once, of a degraded instance the part that is lost in billionths, else 0.
    pub extent: u32,
}

impl Spell {
    fn weight(&self) -> u64 {
        // Many instances for a short time are as much as one for a long time. The extent of others is no number of anything.
        self.length().saturating_mul(if self.condition == Condition::Down {
            u64::from(self.extent.max(1))
        } else {
            1
        })
    }

    /// Microseconds.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.until.0 - self.from.0
    }
}

/// One lane.
#[derive(Clone, Debug, Default)]
pub struct Lane {
    open: Option<Spell>,
    kept: Vec<Spell>,
    /// All spells, kept or not, and the time that they took away.
    pub spells_all: u64,
    pub loss_us: u64,
}

/// Spells that a lane keeps.
pub const SPELLS: usize = 96;

impl Lane {
    /// Its spells in order of time; at most [`SPELLS`].
    #[must_use]
    pub fn spells(&self) -> &[Spell] {
        &self.kept
    }

    fn condition(&self) -> Option<Condition> {
        self.open.map(|open| open.condition)
    }

    /// From now on it is in this condition, or in none.
    fn turn(&mut self, window: Window, now: Time, into: Option<(Condition, &'static str, u32)>) {
        if let (Some(open), Some((condition, why, extent))) = (&mut self.open, into)
            && (open.condition, open.why) == (condition, why)
        {
            open.extent = open.extent.max(extent);
            return;
        }
        if let Some(open) = self.open.take() {
            let spell = Spell { from: open.from.max(window.start), until: now.min(window.end), ..open };
            if spell.from < spell.until {
                self.spells_all += 1;
                self.loss_us += if spell.condition.is_loss() { spell.length() } else { 0 };
                self.kept.push(spell);
                if self.kept.len() >= 2 * SPELLS {
                    self.prune();
                }
            }
        }
        self.open =
            into.map(|(condition, why, extent)| Spell { from: now, until: now, condition, why, extent });
    }

    fn end(&mut self, window: Window, now: Time, of: &[Condition]) {
        if self.condition().is_some_and(|condition| of.contains(&condition)) {
            self.turn(window, now, None);
        }
    }

    /// Keeps the heaviest; of equals the earlier ones.
    fn prune(&mut self) {
        if self.kept.len() > SPELLS {
            self.kept.sort_by_key(|spell| (std::cmp::Reverse(spell.weight()), spell.from));
            self.kept.truncate(SPELLS);
        }
        self.kept.sort_by_key(|spell| spell.from);
    }
}

/// A host's troubles, of which a lane shows the gravest.
#[derive(Clone, Copy, Debug, Default)]
struct HostState {
    down: Option<Cause>,
    links_out: u32,
    traffic: &'static str,
    agent_out: bool,
    kept_out: bool,
    emptied: bool,
}

impl HostState {
    fn shown(self) -> Option<(Condition, &'static str, u32)> {
        match self {
            HostState { down: Some(cause), .. } => Some((Condition::Down, cause.name(), 0)),
            HostState { kept_out: true, .. } => Some((Condition::Cut, "quarantine", 0)),
            HostState { agent_out: true, .. } => Some((Condition::Cut, "agent", 0)),
            HostState { links_out: 1.., traffic, .. } => Some((Condition::Cut, traffic, 0)),
            HostState { emptied: true, .. } => Some((Condition::Emptied, "maintenance", 0)),
            _ => None,
        }
    }
}

/// Follows everybody through one replication. The lanes of each kind are in the order of the model.
#[derive(Clone, Debug)]
pub struct Lanes {
    window: Window,
    pub domains: Vec<Lane>,
    pub networks: Vec<Lane>,
    pub storages: Vec<Lane>,
    pub managers: Vec<Lane>,
    pub witnesses: Vec<Lane>,
    pub hosts: Vec<Lane>,
    pub services: Vec<Lane>,
    pub instances: Vec<Lane>,
    pub vms: Vec<Lane>,
    states: Vec<HostState>,
    /// By service, instances that are down.
    out: Vec<u32>,
    is_down: Vec<bool>,
    service_of: Vec<u32>,
    /// By instance its first VM and how many it has; by VM, whether its guest runs and its application does not.
    vms_of: Vec<(usize, usize)>,
    app_out: Vec<bool>,
}

impl Lanes {
    /// An observer for one replication of a model.
    #[must_use]
    pub fn new(model: &Model) -> Lanes {
        let lanes = |count: usize| vec![Lane::default(); count];
        Lanes {
            window: Window::of(model),
            domains: lanes(model.domains.len()),
            networks: lanes(model.networks.len()),
            storages: lanes(model.storages.len()),
            managers: lanes(model.clusters.len()),
            witnesses: lanes(model.clusters.len()),
            hosts: lanes(model.hosts.len()),
            services: lanes(model.services.len()),
            instances: lanes(model.instances.len()),
            vms: lanes(model.vms.len()),
            states: vec![HostState::default(); model.hosts.len()],
            out: vec![0; model.services.len()],
            is_down: vec![false; model.instances.len()],
            service_of: model.instances.iter().map(|instance| instance.service.0).collect(),
            vms_of: model.instances.iter().map(|i| (i.first_vm.index(), i.vms as usize)).collect(),
            app_out: vec![false; model.vms.len()],
        }
    }

    /// Ends what is still going on, and leaves of each lane what is kept.
    pub fn finish(&mut self) {
        let (window, end) = (self.window, self.window.end);
        let all = [
            &mut self.domains,
            &mut self.networks,
            &mut self.storages,
            &mut self.managers,
            &mut self.witnesses,
            &mut self.hosts,
            &mut self.services,
            &mut self.instances,
            &mut self.vms,
        ];
        for lane in all.into_iter().flatten() {
            lane.turn(window, end, None);
            lane.prune();
        }
    }

    fn host(&mut self, now: Time, host: usize, change: impl FnOnce(&mut HostState)) {
        change(&mut self.states[host]);
        self.hosts[host].turn(self.window, now, self.states[host].shown());
    }

    /// An instance is down, or not any more.
    fn count(&mut self, now: Time, instance: usize, down: bool, why: &'static str) {
        if std::mem::replace(&mut self.is_down[instance], down) == down {
            return;
        }
        let service = self.service_of[instance] as usize;
        let before = self.out[service];
        self.out[service] = if down { before + 1 } else { before - 1 };
        let now_out = self.out[service];
        // A new spell where there are twice as many, or half: a picture shows orders of magnitude.
        let lane = &mut self.services[service];
        let is_same = before > 0 && now_out > 0 && before.ilog2() == now_out.ilog2();
        if is_same {
            let why = lane.open.map_or(why, |open| open.why);
            lane.turn(self.window, now, Some((Condition::Down, why, now_out)));
        } else {
            let began = lane.open.map(|open| open.why).filter(|_| !down).unwrap_or(why);
            lane.turn(self.window, now, None);
            lane.turn(self.window, now, (now_out > 0).then_some((Condition::Down, began, now_out)));
        }
    }

    /// An application that its group has started elsewhere is not missed where it was.
    fn moved(&mut self, now: Time, instance: usize, to: usize) {
        let (first, count) = self.vms_of[instance];
        for vm in (first..first + count).filter(|&vm| vm != to) {
            if std::mem::take(&mut self.app_out[vm]) {
                self.vms[vm].turn(self.window, now, None);
            }
        }
    }

    /// Hosts, and what hosts stand on.
    fn hear_of_hardware(&mut self, now: Time, signal: Signal) {
        let window = self.window;
        let down = |cause: &'static str| Some((Condition::Down, cause, 0));
        match signal {
            Signal::DomainDown { domain } => self.domains[domain.index()].turn(window, now, down("")),
            Signal::DomainUp { domain } => self.domains[domain.index()].turn(window, now, None),
            Signal::NetworkDown { network } => self.networks[network.index()].turn(window, now, down("")),
            Signal::NetworkUp { network } => self.networks[network.index()].turn(window, now, None),
            Signal::StorageDown { storage, cause } => {
                self.storages[storage.index()].turn(window, now, down(cause.name()));
            }
            Signal::StorageUp { storage } => self.storages[storage.index()].turn(window, now, None),
            Signal::ControllerDown { storage } => {
                let lane = &mut self.storages[storage.index()];
                if lane.condition() != Some(Condition::Down) {
                    lane.turn(window, now, Some((Condition::Degraded, "controller-failure", 0)));
                }
            }
            Signal::ControllerUp { storage } => {
                self.storages[storage.index()].end(window, now, &[Condition::Degraded]);
            }
            Signal::ManagerDown { cluster } => self.managers[cluster.index()].turn(window, now, down("")),
            Signal::ManagerUp { cluster } => self.managers[cluster.index()].turn(window, now, None),
            Signal::WitnessDown { cluster } => self.witnesses[cluster.index()].turn(window, now, down("")),
            Signal::WitnessUp { cluster } => self.witnesses[cluster.index()].turn(window, now, None),
            Signal::HostDown { host, cause } => self.host(now, host.index(), |state| {
                (state.down, state.emptied) = (Some(cause), false);
            }),
            Signal::HostUp { host } => self.host(now, host.index(), |state| state.down = None),
            Signal::LinkDown { host, traffic } => self.host(now, host.index(), |state| {
                (state.links_out, state.traffic) = (state.links_out + 1, traffic.word());
            }),
            Signal::LinkUp { host, .. } => self.host(now, host.index(), |state| {
                state.links_out = state.links_out.saturating_sub(1);
            }),
            Signal::AgentDown { host } => self.host(now, host.index(), |state| state.agent_out = true),
            Signal::AgentUp { host } => self.host(now, host.index(), |state| state.agent_out = false),
            Signal::HostQuarantined { host } => self.host(now, host.index(), |state| state.kept_out = true),
            Signal::HostReadmitted { host } => self.host(now, host.index(), |state| state.kept_out = false),
            Signal::EvacuationBegun { host } => self.host(now, host.index(), |state| state.emptied = true),
            Signal::EvacuationGivenUp { host } | Signal::WorkGivenUp { host } => {
                self.host(now, host.index(), |state| state.emptied = false);
            }
            _ => {}
        }
    }

    /// VMs, and what they are there for.
    fn hear_of_guests(&mut self, now: Time, signal: Signal) {
        let window = self.window;
        let moves = &[Condition::Moving, Condition::Paused];
        match signal {
            Signal::ServiceDown { instance, cause } => {
                let of = instance.index();
                self.instances[of].turn(window, now, Some((Condition::Down, cause.name(), 0)));
                self.count(now, of, true, cause.name());
            }
            Signal::ServiceDegraded { instance, lost_ppb } => {
                let of = instance.index();
                self.instances[of].turn(window, now, Some((Condition::Degraded, "", lost_ppb)));
                self.count(now, of, false, "");
            }
            Signal::ServiceUp { instance } => {
                self.instances[instance.index()].turn(window, now, None);
                self.count(now, instance.index(), false, "");
            }
            Signal::VmDown { vm, cause } | Signal::AppDown { vm, cause } => {
                self.app_out[vm.index()] = matches!(signal, Signal::AppDown { .. });
                self.vms[vm.index()].turn(window, now, Some((Condition::Down, cause.name(), 0)));
            }
            Signal::FailoverDone { instance, vm } => self.moved(now, instance.index(), vm.index()),
            Signal::RestartWaiting { vm, reason, .. } => {
                self.vms[vm.index()].turn(window, now, Some((Condition::Waiting, reason.word(), 0)));
            }
            Signal::RestartOrdered { vm, .. } | Signal::RestartQueued { vm, .. } => {
                self.vms[vm.index()].turn(window, now, Some((Condition::Starting, "", 0)));
            }
            Signal::VmUp { vm } | Signal::AppUp { vm } => {
                self.app_out[vm.index()] = false;
                self.vms[vm.index()].turn(window, now, None);
            }
            Signal::MigrationStarted { vm, .. } if self.vms[vm.index()].open.is_none() => {
                self.vms[vm.index()].turn(window, now, Some((Condition::Moving, "", 0)));
            }
            Signal::VmPaused { vm } if !self.vms[vm.index()].condition().is_some_and(Condition::is_loss) => {
                self.vms[vm.index()].turn(window, now, Some((Condition::Paused, "", 0)));
            }
            Signal::VmGoesOn { vm }
            | Signal::MigrationDone { vm, .. }
            | Signal::MigrationAborted { vm, .. } => {
                self.vms[vm.index()].end(window, now, moves);
            }
            _ => {}
        }
    }
}

impl Observer for Lanes {
    fn observe(&mut self, now: Time, signal: Signal) {
        self.hear_of_hardware(now, signal);
        self.hear_of_guests(now, signal);
    }
}
