//! The states of a plant, and what its events do to them: the mechanisms of the simulation once more, for what has no memory.
//!
//! An event changes one component. Then everything that follows from it at the same instant does ([`Walk::settle`]): hosts lose
//! their power or get it back, VMs stop or begin their way back, a group looks for another node. A state is made of small
//! numbers; hosts that are alike are sorted, so that which of them it is makes no difference (states are lumped: Kemeny and
//! Snell, "Finite Markov chains", 1960, section 6.3).

use super::plant::{Layer, Plant, Source, Stages, UnitNode};
use super::worth::is_outage;
use crate::model::Traffic;

/// Most links of a host that matter to one instance.
pub(super) const LINKS_MAX: usize = 3;

/// How a component is: 0 in service, from 1 the stage of its repair, from [`QUEUE`] its place among those who wait for a crew.
pub(super) type Condition = u8;
/// The first who waits has the number after this one.
pub(super) const QUEUE: Condition = 128;
/// Nobody looks after it.
pub(super) const FINE: Condition = 0;

/// What a host is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum HostPhase {
    Up,
    Boot,
    Crashed,
    Hung,
    Off,
}

/// What a VM is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum VmPhase {
    /// There is none, or it is down with its host.
    Off,
    StorageWait,
    PowerOn,
    Boot,
    /// A node of a group that waits, or is to take over.
    Idle,
    Start,
    Up,
    GuestDead,
    AppDead(u8),
}

impl VmPhase {
    pub(super) fn is_booted(self) -> bool {
        matches!(self, VmPhase::Idle | VmPhase::Start | VmPhase::Up | VmPhase::AppDead(_))
    }

    fn uses_disk(self) -> bool {
        self.is_booted() || matches!(self, VmPhase::PowerOn | VmPhase::Boot)
    }
}

/// A host and its VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unit {
    pub host: HostPhase,
    /// Of its repair; while it boots, the stage of that.
    pub condition: Condition,
    pub vm: VmPhase,
    /// The stage of what the VM is doing.
    pub stage: u8,
    /// The group is here, or the one VM is, or it was here when its host went.
    pub owner: bool,
    pub links: [Condition; LINKS_MAX],
}

/// What a group, or a cluster with one VM, is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum GroupPhase {
    Online,
    /// The stage; and how many times its host has gone before anybody noticed: who finds out first finds out about all.
    Detecting(u8, u8),
    TakingOver(u8),
    /// A person does what a takeover did not.
    ByHand(u8),
    Waiting,
    /// Will the takeover come off? It is drawn before any time passes.
    Choosing,
}

/// A state of a plant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct World {
    pub parts: Vec<Condition>,
    pub units: Vec<Unit>,
    pub group: GroupPhase,
}

/// What a crew may be called to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Part(usize),
    Host(usize),
    Link(usize, usize),
}

/// What can happen next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Event {
    /// A component fails; a host crashes.
    Fails(Item),
    Hangs(usize),
    /// A stage of a repair is over.
    Mended(Item),
    Booted(usize),
    /// A stage of what a VM does is over.
    VmStepped(usize),
    GuestCrashed(usize),
    AppFailed(usize, u8),
    GroupStepped,
}

impl World {
    /// Everything up.
    pub(super) fn start(plant: &Plant) -> World {
        let mut first = true;
        let unit = |node: &UnitNode| {
            let owner = node.has_vm && std::mem::take(&mut first);
            let vm = match plant.layer {
                _ if !node.has_vm => VmPhase::Off,
                Layer::Failover { .. } if !owner => VmPhase::Idle,
                Layer::Restarted { .. } if !owner => VmPhase::Off,
                _ => VmPhase::Up,
            };
            let owner = owner && !matches!(plant.layer, Layer::Balanced { .. });
            Unit { host: HostPhase::Up, condition: FINE, vm, stage: 0, owner, links: [FINE; LINKS_MAX] }
        };
        let mut world = World {
            parts: vec![FINE; plant.parts.len()],
            units: plant.units.iter().map(unit).collect(),
            group: GroupPhase::Online,
        };
        world.sort(plant);
        world
    }

    /// Brings hosts that are alike into one order.
    pub(super) fn sort(&mut self, plant: &Plant) {
        let mut from = 0;
        for alike in plant.kinds.chunk_by(|a, b| a == b) {
            self.units[from..from + alike.len()].sort_unstable();
            from += alike.len();
        }
    }

    /// Whether a part does not work, for itself or for what feeds it.
    pub(super) fn is_out(&self, plant: &Plant, part: usize) -> bool {
        self.parts[part] != FINE || plant.parts[part].fed_by.is_some_and(|feeds| self.is_out(plant, feeds))
    }

    pub(super) fn is_powered(&self, plant: &Plant, unit: usize) -> bool {
        !plant.units[unit].power.iter().any(|&part| self.is_out(plant, part))
    }

    fn passes(&self, plant: &Plant, unit: usize, traffic: Traffic, nets: &[usize]) -> bool {
        let mut links = plant.units[unit].links.iter().zip(self.units[unit].links);
        (nets.is_empty() || nets.iter().any(|&part| !self.is_out(plant, part)))
            && links.all(|(link, condition)| link.traffic != traffic || condition == FINE)
    }

    fn reaches_disk(&self, plant: &Plant, unit: usize) -> bool {
        let node = &plant.units[unit];
        !node.storage.is_some_and(|part| self.is_out(plant, part))
            && self.passes(plant, unit, Traffic::Storage, &node.storage_nets)
    }

    fn hears_clients(&self, plant: &Plant, unit: usize) -> bool {
        self.passes(plant, unit, Traffic::Client, &plant.units[unit].client_nets)
    }

    fn is_serving(&self, plant: &Plant, unit: usize) -> bool {
        self.units[unit].vm == VmPhase::Up && self.hears_clients(plant, unit)
    }

    fn can_take_over(&self, plant: &Plant, unit: usize) -> bool {
        self.units[unit].vm == VmPhase::Idle
            && self.hears_clients(plant, unit)
            && self.reaches_disk(plant, unit)
    }

    /// How many VMs serve that count.
    pub(super) fn serving(&self, plant: &Plant) -> usize {
        let counts = |unit: usize| match plant.layer {
            Layer::Failover { .. } => self.group == GroupPhase::Online && self.units[unit].owner,
            _ => true,
        };
        (0..self.units.len()).filter(|&unit| counts(unit) && self.is_serving(plant, unit)).count()
    }

    fn condition(&mut self, item: Item) -> &mut Condition {
        match item {
            Item::Part(part) => &mut self.parts[part],
            Item::Host(unit) => &mut self.units[unit].condition,
            Item::Link(unit, link) => &mut self.units[unit].links[link],
        }
    }
}

/// The crew of a component.
pub(super) fn crew_of(plant: &Plant, item: Item) -> Option<usize> {
    match item {
        Item::Part(part) => plant.parts[part].crew,
        Item::Host(unit) => plant.units[unit].crew,
        Item::Link(unit, link) => plant.units[unit].links[link].crew,
    }
}

/// Everything that a crew may be called to.
pub(super) fn items(plant: &Plant) -> Vec<Item> {
    let mut items: Vec<Item> = (0..plant.parts.len()).map(Item::Part).collect();
    for (unit, node) in plant.units.iter().enumerate() {
        items.push(Item::Host(unit));
        items.extend((0..node.links.len()).map(|link| Item::Link(unit, link)));
    }
    items
}

/// One event on its way through a plant.
#[derive(Clone)]
pub(super) struct Walk<'a> {
    pub plant: &'a Plant,
    pub world: World,
    /// Outages that have begun, and whether the instance is down.
    pub outages: u32,
    pub down: bool,
    /// VMs that serve.
    serving: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(plant: &'a Plant, world: World) -> Walk<'a> {
        let serving = world.serving(plant);
        Walk { plant, world, outages: 0, down: serving == 0, serving }
    }

    /// Counts an outage where one has begun, also one that is over at once.
    fn note(&mut self) {
        let before = std::mem::replace(&mut self.serving, self.world.serving(self.plant));
        if let Layer::Balanced { carried_ppb } = &self.plant.layer {
            // They are missed one after the other, and the share of each is lost until it is missed, however short that is.
            for left in (self.serving..before).rev() {
                let down = is_outage(carried_ppb, left);
                self.outages += u32::from(down && !self.down);
                self.down = left == 0;
            }
        }
        let down = self.serving == 0;
        self.outages += u32::from(down && !self.down);
        self.down = down;
    }

    /// Lets an event happen, with all that follows from it at once.
    pub(super) fn happen(&mut self, event: Event) {
        match event {
            Event::Fails(item) => self.fail(item, HostPhase::Crashed),
            Event::Hangs(unit) => self.fail(Item::Host(unit), HostPhase::Hung),
            Event::Mended(item) => {
                let stages = self.mend_of(item).rates.len();
                let condition = self.world.condition(item);
                *condition += 1;
                if usize::from(*condition) > stages {
                    self.mend(item);
                }
            }
            Event::Booted(unit) => {
                self.world.units[unit].condition += 1;
                self.boot_on(unit);
            }
            Event::VmStepped(unit) => {
                self.world.units[unit].stage += 1;
                self.step_vm(unit);
            }
            Event::GuestCrashed(unit) => self.enter(unit, VmPhase::GuestDead),
            Event::AppFailed(unit, app) => self.enter(unit, VmPhase::AppDead(app)),
            Event::GroupStepped => self.step_group(),
        }
        self.settle();
    }

    fn mend_of(&self, item: Item) -> &'a Stages {
        let plant = self.plant;
        let of_host = |unit: usize| match self.world.units[unit].host {
            HostPhase::Hung => &plant.units[unit].hang,
            _ => &plant.units[unit].crash,
        };
        match item {
            Item::Part(part) => &plant.parts[part].fault.mend,
            Item::Link(unit, link) => &plant.units[unit].links[link].fault.mend,
            Item::Host(unit) => mend(of_host(unit).as_ref()),
        }
    }

    /// A component fails, and its crew is called.
    fn fail(&mut self, item: Item, phase: HostPhase) {
        if let Item::Host(unit) = item {
            self.world.units[unit].host = phase;
            self.lose_again(unit);
        }
        // It is out before anybody comes, even if that takes no time.
        *self.world.condition(item) = QUEUE;
        self.settle();
        let Some(crew) = crew_of(self.plant, item) else { return self.begin_repair(item) };
        let (mut busy, mut last) = (0, QUEUE);
        for other in items(self.plant) {
            let repaired = self.is_with_crew(other);
            let condition = *self.world.condition(other);
            if other != item && repaired && crew_of(self.plant, other) == Some(crew) && condition != FINE {
                busy += u32::from(condition < QUEUE);
                last = last.max(condition);
            }
        }
        if busy < self.plant.crews[crew] {
            self.begin_repair(item);
        } else {
            *self.world.condition(item) = last + 1;
        }
    }

    /// Whether the condition of a component is that of a repair: that of a host that boots is not.
    fn is_with_crew(&self, item: Item) -> bool {
        match item {
            Item::Host(unit) => {
                matches!(self.world.units[unit].host, HostPhase::Crashed | HostPhase::Hung)
            }
            _ => true,
        }
    }

    fn begin_repair(&mut self, item: Item) {
        if self.mend_of(item).is_none() {
            self.mend(item);
        } else {
            *self.world.condition(item) = 1;
        }
    }

    /// A repair is over: the next in the queue is looked at.
    fn mend(&mut self, item: Item) {
        *self.world.condition(item) = FINE;
        if let Item::Host(unit) = item {
            // It boots as soon as it has power.
            self.world.units[unit].host = HostPhase::Off;
        }
        self.leave_crew(item);
        self.settle();
    }

    fn leave_crew(&mut self, item: Item) {
        let Some(crew) = crew_of(self.plant, item) else { return };
        let mut first = None;
        for other in items(self.plant) {
            if crew_of(self.plant, other) == Some(crew) && self.is_with_crew(other) {
                let condition = self.world.condition(other);
                if *condition == QUEUE + 1 {
                    first = Some(other);
                } else if *condition > QUEUE {
                    *condition -= 1;
                }
            }
        }
        if let Some(first) = first {
            self.begin_repair(first);
        }
    }

    /// A host that hung has lost its power: who works on it, or was to, has nothing more to do there.
    fn end_hang(&mut self, unit: usize) {
        let item = Item::Host(unit);
        let was = *self.world.condition(item);
        *self.world.condition(item) = FINE;
        self.world.units[unit].host = HostPhase::Off;
        if was < QUEUE {
            self.leave_crew(item);
            return;
        }
        let Some(crew) = crew_of(self.plant, item) else { return };
        for other in items(self.plant) {
            if crew_of(self.plant, other) == Some(crew) && *self.world.condition(other) > was {
                *self.world.condition(other) -= 1;
            }
        }
    }

    fn boot_on(&mut self, unit: usize) {
        if usize::from(self.world.units[unit].condition) > self.plant.units[unit].boot.rates.len() {
            self.world.units[unit].host = HostPhase::Up;
            self.world.units[unit].condition = FINE;
        }
    }

    /// Everything that follows at once from how things stand now.
    fn settle(&mut self) {
        for unit in 0..self.world.units.len() {
            let powered = self.world.is_powered(self.plant, unit);
            match self.world.units[unit].host {
                HostPhase::Up | HostPhase::Boot if !powered => {
                    if self.world.units[unit].host == HostPhase::Up {
                        self.lose_again(unit);
                    }
                    self.world.units[unit].host = HostPhase::Off;
                    self.world.units[unit].condition = FINE;
                }
                HostPhase::Hung if !powered => self.end_hang(unit),
                HostPhase::Off if powered => {
                    (self.world.units[unit].host, self.world.units[unit].condition) = (HostPhase::Boot, 1);
                    self.boot_on(unit);
                }
                _ => {}
            }
        }
        for unit in 0..self.world.units.len() {
            self.settle_vm(unit);
        }
        self.note();
        self.look();
        self.note();
    }
}

/// The repair of a fault.
pub(super) fn mend(fault: Option<&Source>) -> &Stages {
    const NONE: &Stages = &Stages { rates: Vec::new() };
    fault.map_or(NONE, |fault| &fault.mend)
}

mod guests;
