//! A plant as a process without memory: which events are due in a state, and where they lead.

use super::chain::{Move, Process, REWARDS};
use super::plant::{Layer, Plant};
use super::world::{Event, FINE, GroupPhase, HostPhase, Item, QUEUE, VmPhase, Walk, World, items, mend};
use super::worth::{ALL_PPB, served};

/// A plant, played by its rules.
pub(super) struct Play<'a>(pub &'a Plant);

impl Process for Play<'_> {
    type State = World;

    fn start(&self) -> World {
        World::start(self.0)
    }

    fn moves(&self, world: &World) -> Vec<Move<World>> {
        let mut moves = Vec::new();
        for (rate, event) in due(self.0, world) {
            let mut walk = Walk::new(self.0, world.clone());
            walk.happen(event);
            for (share, walk) in chances(self.0, walk) {
                let mut to = walk.world;
                to.sort(self.0);
                moves.push(Move { to, rate: rate * share, outages: f64::from(walk.outages) });
            }
        }
        moves
    }

    fn earns(&self, world: &World) -> [f64; REWARDS] {
        let serving = world.serving(self.0);
        served(match &self.0.layer {
            Layer::Balanced { carried_ppb } => carried_ppb[serving],
            _ => ALL_PPB * serving as u64,
        })
    }
}

/// What comes of an event where a takeover may come off or not.
fn chances<'a>(plant: &Plant, walk: Walk<'a>) -> Vec<(f64, Walk<'a>)> {
    let Layer::Failover { coverage, .. } = plant.layer else { return vec![(1.0, walk)] };
    if walk.world.group != GroupPhase::Choosing {
        return vec![(1.0, walk)];
    }
    let (mut walk, mut other) = (walk.clone(), walk);
    walk.take_over(true);
    other.take_over(false);
    vec![(coverage, walk), (1.0 - coverage, other)]
}

/// What can happen in a state, and how often a second.
fn due(plant: &Plant, world: &World) -> Vec<(f64, Event)> {
    let mut due = Vec::new();
    for item in items(plant) {
        parts_due(plant, world, item, &mut due);
    }
    for (number, (node, unit)) in plant.units.iter().zip(&world.units).enumerate() {
        match unit.host {
            HostPhase::Up => {
                due.extend(node.crash.iter().map(|fault| (fault.rate, Event::Fails(Item::Host(number)))));
                due.extend(node.hang.iter().map(|fault| (fault.rate, Event::Hangs(number))));
            }
            HostPhase::Boot => {
                due.push((node.boot.rates[usize::from(unit.condition) - 1], Event::Booted(number)));
            }
            HostPhase::Crashed | HostPhase::Hung if unit.condition < QUEUE => {
                let fault = if unit.host == HostPhase::Hung { &node.hang } else { &node.crash };
                let rate = mend(fault.as_ref()).rates[usize::from(unit.condition) - 1];
                due.push((rate, Event::Mended(Item::Host(number))));
            }
            HostPhase::Crashed | HostPhase::Hung | HostPhase::Off => {}
        }
        if let Some(stages) = world.stages_of(plant, number) {
            due.push((stages.rates[usize::from(unit.stage)], Event::VmStepped(number)));
        }
        if unit.vm.is_booted() {
            due.extend(plant.vm.guest.iter().map(|fault| (fault.rate, Event::GuestCrashed(number))));
        }
        if unit.vm == VmPhase::Up {
            let apps = (0..).zip(&plant.vm.apps);
            due.extend(apps.map(|(app, fault)| (fault.rate, Event::AppFailed(number, app))));
        }
    }
    if let Some((stages, stage)) = world.group_stages(plant) {
        let times = if let GroupPhase::Detecting(_, times) = world.group { f64::from(times) } else { 1.0 };
        due.push((times * stages.rates[stage], Event::GroupStepped));
    }
    due
}

/// The faults and repairs of parts and links.
fn parts_due(plant: &Plant, world: &World, item: Item, due: &mut Vec<(f64, Event)>) {
    let (fault, condition, runs) = match item {
        Item::Part(part) => {
            let node = &plant.parts[part];
            let fed = !node.fed_by.is_some_and(|feeds| world.is_out(plant, feeds));
            (&node.fault, world.parts[part], fed)
        }
        Item::Link(unit, link) => {
            let up = world.units[unit].host == HostPhase::Up;
            (&plant.units[unit].links[link].fault, world.units[unit].links[link], up)
        }
        Item::Host(_) => return,
    };
    match condition {
        FINE if runs => due.push((fault.rate, Event::Fails(item))),
        FINE => {}
        waits if waits >= QUEUE => {}
        stage => due.push((fault.mend.rates[usize::from(stage) - 1], Event::Mended(item))),
    }
}
