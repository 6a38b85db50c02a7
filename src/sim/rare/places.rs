//! From a timer, a VM or a kind to the clocks that are found there.

use super::watched::{Place, Watched};
use crate::model::{Model, VmId};

/// No clock.
const NONE: u32 = u32::MAX;

/// Numbers of clocks, by what else they are known by.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    slots: Vec<u32>,
    /// Of a VM that of its guest and that of its application.
    vms: Vec<[u32; 2]>,
    /// By VM, its place among those that are asked about.
    asked: Vec<u32>,
    pub(super) kinds: Vec<Vec<u32>>,
}

impl Places {
    pub(super) fn new(model: &Model, clocks: &[Watched<'_>], kinds: usize, asked: &[VmId]) -> Places {
        let mut places = Places {
            slots: vec![NONE; model.timers.events.len()],
            vms: vec![[NONE; 2]; model.vms.len()],
            asked: vec![NONE; model.vms.len()],
            kinds: vec![Vec::new(); kinds],
        };
        for (number, watched) in (0..).zip(clocks) {
            match watched.place {
                Place::Slot(slot) => places.slots[slot as usize] = number,
                Place::Guest(vm) => places.vms[vm.index()][0] = number,
                Place::App(vm) => places.vms[vm.index()][1] = number,
            }
            places.kinds[watched.kind].push(number);
        }
        for (place, vm) in (0..).zip(asked) {
            places.asked[vm.index()] = place;
        }
        places
    }

    /// The clock with a timer of its own.
    pub(super) fn of_slot(&self, slot: u32) -> Option<usize> {
        some(self.slots[slot as usize])
    }

    /// Those of a VM.
    pub(super) fn of_vm(&self, vm: VmId) -> impl Iterator<Item = usize> + use<> {
        self.vms[vm.index()].into_iter().filter_map(some)
    }

    pub(super) fn of(&self, place: Place) -> Option<usize> {
        match place {
            Place::Slot(slot) => self.of_slot(slot),
            Place::Guest(vm) => some(self.vms[vm.index()][0]),
            Place::App(vm) => some(self.vms[vm.index()][1]),
        }
    }

    /// The place of a VM among those that are asked about.
    pub(super) fn asked(&self, vm: VmId) -> Option<usize> {
        some(self.asked[vm.index()])
    }
}

fn some(number: u32) -> Option<usize> {
    (number != NONE).then_some(number as usize)
}
