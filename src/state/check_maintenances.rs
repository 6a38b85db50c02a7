//! The invariants of planned work: windows add up, and nobody is patched without one.

use crate::model::{GuestGroup, InstanceId, MaintenanceId, Model};

use super::{Patching, State, Turn, VmPhase};

impl State {
    pub(super) fn check_maintenances(&self, model: &Model) {
        let mut patchings = vec![Patching::default(); self.patchings.len()];
        let mut windows = 0;
        for (number, row) in self.maintenances.iter().enumerate() {
            let plan = MaintenanceId(number as u32);
            let hosts = self.hosts.iter().filter(|host| host.plan == plan.0).count() as u32;
            let guests = self.check_round(model, plan, &mut patchings);
            assert_eq!(row.open, hosts + guests, "{}: windows", model.maintenances[number].name);
            windows += hosts as usize + self.in_turn[number].len();
        }
        assert_eq!(windows, self.windows_open as usize, "windows that are open");
        assert_eq!(patchings, *self.patchings, "guests that are being patched");
        for (number, row) in self.patchings.iter().enumerate() {
            let id = InstanceId(number as u32);
            let fixed = &model.instances[number];
            let failover =
                matches!(model.services[fixed.service.index()].guest, Some(GuestGroup::Failover(_)));
            assert!(!failover || row.open.count_ones() <= 1, "{}: two nodes are worked on", fixed.name);
            for (bit, vm) in model.vms_of(id).enumerate() {
                let patched = self.vms[vm.index()].phase == VmPhase::Patch;
                assert!(
                    !patched || row.open >> bit & 1 > 0,
                    "{}: patched by nobody",
                    model.vms[vm.index()].name
                );
            }
        }
    }

    /// How many guests of a plan have a window.
    fn check_round(&self, model: &Model, plan: MaintenanceId, patchings: &mut [Patching]) -> u32 {
        let (fixed, row) = (&model.maintenances[plan.index()], &self.maintenances[plan.index()]);
        let in_turn = &self.in_turn[plan.index()];
        assert!(row.runs || in_turn.is_empty(), "{}: turns without a round", fixed.name);
        let mut guests = 0;
        for (place, &instance) in fixed.instances.iter().enumerate() {
            let turn: Turn = self.turns[fixed.first_turn as usize + place];
            let patching = &mut patchings[instance.index()];
            let begun = in_turn.contains(&(place as u32));
            assert!(begun || turn.open == 0, "{}: a window out of turn", fixed.name);
            assert!(!begun || (place as u32) < row.next, "{}: begun before its turn", fixed.name);
            assert!(patching.open & turn.open == 0, "{}: two windows of one guest", fixed.name);
            patching.open |= turn.open;
            patching.plans += u32::from(begun);
            guests += turn.open.count_ones();
        }
        guests
    }
}
