//! The invariants of VMs that are being moved.

use crate::model::{HostId, Model, VmId};

use super::{NOWHERE, State};

impl State {
    /// VMs that are on their way to a host and do not live there yet.
    pub(super) fn moves_to(&self, host: u32) -> impl Iterator<Item = VmId> + '_ {
        let rows = self.clusters.iter().flat_map(|cluster| &cluster.migrations);
        rows.filter(move |row| row.to.0 == host && row.holds_room()).map(|row| row.vm)
    }

    pub(super) fn check_migrations(&self, model: &Model) {
        let all = || self.clusters.iter().flat_map(|cluster| &cluster.migrations);
        for row in all() {
            let name = &model.vms[row.vm.index()].name;
            let vm = &self.vms[row.vm.index()];
            let lives = if row.step.is_over_there() { row.to } else { row.from };
            assert_eq!(vm.host, lives.0, "{name} is moved from where it does not live");
            assert_eq!(self.moves[row.vm.index()].to, row.to.0, "{name} is moved elsewhere");
            assert!(!vm.private, "{name} is moved, and lives by itself");
            assert_eq!(all().filter(|other| other.vm == row.vm).count(), 1, "{name} is moved twice");
        }
        let moving = self.moves.iter().filter(|row| row.to != NOWHERE).count();
        assert_eq!(moving, all().count(), "a VM is moved that is in no list");
        for (number, host) in self.hosts.iter().enumerate() {
            let id = HostId(number as u32);
            let ends = |from: HostId, to: HostId| u32::from(from == id) + u32::from(to == id);
            let count: u32 = all().map(|row| ends(row.from, row.to)).sum();
            assert_eq!(host.migrations, count, "{}: migrations do not add up", model.hosts[number].name);
            if let Some(rules) =
                model.hosts[number].cluster.and_then(|c| model.clusters[c.index()].migration.as_ref())
            {
                let limit = rules.limit(model.hosts[number].migration.unwrap_or(0.0));
                // One that was turned back has both ends at home (HYP-41: one at a time of each node).
                let pairs = all().filter(|row| (row.from == id) != (row.to == id)).count() as u32;
                assert!(pairs <= limit, "{}: {pairs} migrations at a time", model.hosts[number].name);
            }
        }
        let busy = self.hosts.iter().filter(|host| host.evacuates).count()
            + self.hosts.iter().filter(|host| host.returns).count();
        assert_eq!(self.evacuations, busy as u32, "hosts that are being emptied do not add up");
    }
}
