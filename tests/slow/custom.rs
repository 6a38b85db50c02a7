//! A cluster of which one number is known: from the loss of a host to the restart of what it ran. There is no network to
//! lose, and nothing to vote on.

use std::collections::BTreeSet;

use crate::story::What;
use crate::world::{Change, Family, Us, World};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Found(usize, u32);

pub(crate) struct Custom {
    detection: Us,
    given_up: Vec<bool>,
    overdue: Vec<bool>,
    due: BTreeSet<(usize, usize)>,
}

impl Custom {
    pub(crate) fn new(hosts: usize, detection: Us) -> Custom {
        Custom { detection, given_up: vec![false; hosts], overdue: vec![false; hosts], due: BTreeSet::new() }
    }
}

impl Family for Custom {
    type Tick = Found;

    fn interval(&self) -> Option<Us> {
        None
    }

    fn on_beat(&mut self, _: &mut World<Found>, _: usize) {}

    fn on_change(&mut self, world: &mut World<Found>, change: Change) {
        match change {
            Change::Down { host, batch } => world.after_all(self.detection, Found(host, batch)),
            Change::Up(host) => (self.given_up[host], self.overdue[host]) = (false, false),
            Change::Network | Change::Storage(_) | Change::Witness => {}
        }
    }

    fn on_tick(&mut self, world: &mut World<Found>, Found(host, batch): Found) {
        self.due.extend(world.guests.lost_on(host, batch).into_iter().map(|vm| (host, vm)));
        self.overdue[host] = true;
    }

    fn act(&mut self, world: &mut World<Found>) {
        for host in world.hosts() {
            let overdue = std::mem::take(&mut self.overdue[host]) && !world.is_up(host);
            if overdue && !std::mem::replace(&mut self.given_up[host], true) {
                world.tell(What::Declared(host));
            }
        }
        let due = std::mem::take(&mut self.due).into_iter().map(|(_, vm)| vm);
        for vm in world.guests.to_start(due) {
            world.order(vm, |_, _| true);
        }
    }
}
