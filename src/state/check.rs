//! The invariants of the state, recomputed from scratch. Tests call it after every event.

use crate::engine::{Clock, Time, Tournament, Work};
use crate::model::{
    AntiAffinity, ChannelId, GuestGroup, HostId, InstanceId, Model, Room, VmClock, VmId, WaitReason,
};

use super::{ClusterState, GroupPhase, HostPhase, MemberPhase, NOWHERE, State, VmPhase};

impl State {
    /// Panics with what is wrong where a list, a sum or a rule does not hold.
    pub fn check(&self, model: &Model) {
        self.check_residence(model);
        self.check_clusters(model);
        self.check_lost(model);
        self.check_vms(model);
        self.check_boots(model);
        self.check_sites(model);
        self.check_sessions(model);
        self.check_migrations(model);
        self.check_demands(model);
        for number in 0..model.instances.len() as u32 {
            self.check_instance(model, InstanceId(number));
        }
        for (crew, fixed) in self.crews.iter().zip(&model.crews) {
            assert!(crew.free <= fixed.size, "more people than the crew has");
            assert!(
                crew.free == 0 || crew.queue.is_empty(),
                "{}: somebody waits while somebody is free",
                fixed.name
            );
        }
    }

    fn check_residence(&self, model: &Model) {
        let mut homes = 0;
        for (number, host) in self.hosts.iter().enumerate() {
            let mut used = Room::default();
            let mut before = NOWHERE;
            let mut next = host.first_vm;
            while next != NOWHERE {
                let vm = &self.vms[next as usize];
                assert_eq!((vm.host, vm.prev), (number as u32, before), "list of residents is broken");
                let need = model.service_of(VmId(next)).need;
                used.memory_mib += need.memory_mib;
                used.cores += need.cores;
                homes += 1;
                before = next;
                next = vm.next;
            }
            assert_eq!(host.used, used, "{}: the room in use does not add up", model.hosts[number].name);
            let room = model.hosts[number].room;
            let stale = self.restarts.iter().enumerate().filter(|(_, row)| row.stale_on == number as u32);
            let mut kept = Room::default();
            let mut copies = 0;
            for (vm, _) in stale {
                let need = model.service_of(VmId(vm as u32)).need;
                kept.memory_mib += need.memory_mib;
                kept.cores += need.cores;
                copies += 1;
            }
            for row in self.moves_to(number as u32) {
                let need = model.service_of(row).need;
                kept.memory_mib += need.memory_mib;
                kept.cores += need.cores;
            }
            assert_eq!(
                (host.held, host.stale),
                (kept, copies),
                "copies in memory, and those on their way, do not add up"
            );
            assert!(
                used.memory_mib + kept.memory_mib <= room.memory_mib && used.cores + kept.cores <= room.cores,
                "a host holds more than it has"
            );
        }
        assert_eq!(
            homes,
            self.vms.iter().filter(|v| v.host != NOWHERE).count(),
            "a VM is in no list or in two"
        );
    }

    fn check_clusters(&self, model: &Model) {
        for (cluster, fixed) in self.clusters.iter().zip(&model.clusters) {
            for (seat, &host) in fixed.hosts.iter().enumerate() {
                let row = &self.hosts[host.index()];
                let want = if self.takes_orders(model, host) {
                    ClusterState::key(row.free(&model.hosts[host.index()]).memory_mib)
                } else {
                    Tournament::OUT
                };
                assert_eq!(
                    cluster.rooms.key(seat as u32),
                    want,
                    "the cluster's view of {} is stale",
                    fixed.name
                );
            }
            let ranks: Vec<u32> = cluster.waiting.iter().map(|v| model.vms[v.index()].rank).collect();
            assert!(ranks.is_sorted(), "the waiting list is out of order");
            for &vm in &cluster.waiting {
                assert!(self.vms[vm.index()].host == NOWHERE, "a VM with a home waits for room");
            }
        }
    }

    /// A VM without a home is looked for: it waits for room, or on the list of the host it was lost on,
    /// and that host's failure is going to be declared.
    fn check_lost(&self, model: &Model) {
        let mut found = vec![0_u8; self.vms.len()];
        for vm in self.clusters.iter().flat_map(|cluster| &cluster.waiting) {
            found[vm.index()] += 1;
        }
        for (number, host) in self.hosts.iter().enumerate() {
            let mut next = host.first_lost;
            if next != NOWHERE {
                let slot = model.timers.hosts[number].declaration;
                let pending = self.timers.at(slot) != Time::NEVER || host.undeclared;
                assert!(pending, "nobody will notice what was lost on {}", model.hosts[number].name);
            }
            while next != NOWHERE {
                found[next as usize] += 1;
                next = self.vms[next as usize].next;
            }
        }
        for (number, vm) in self.vms.iter().enumerate() {
            let name = &model.vms[number].name;
            assert_eq!(found[number], u8::from(vm.host == NOWHERE), "{name} is lost, or looked for twice");
        }
        self.check_restarts(model);
        self.check_maintenances(model);
    }

    /// Who waits, waits for something and on one list; who is queued has a place and does not run.
    fn check_restarts(&self, model: &Model) {
        let mut held = 0;
        let mut queued = vec![0; self.hosts.len()];
        for (number, row) in self.restarts.iter().enumerate() {
            let name = &model.vms[number].name;
            let vm = &self.vms[number];
            let listed = self.clusters.iter().any(|c| c.waiting.contains(&VmId(number as u32)));
            assert_eq!(row.waits.is_some(), listed, "{name}: waits for {:?}", row.waits);
            held += u32::from(row.waits == Some(WaitReason::Dependency));
            if row.queued {
                assert!(vm.host().is_some() && vm.phase == VmPhase::Off, "{name}: queued and {:?}", vm.phase);
                queued[vm.host as usize] += 1;
            }
        }
        assert_eq!(self.held, held, "VMs that wait for others");
        for (host, count) in self.hosts.iter().zip(queued) {
            assert_eq!(host.queued, count, "VMs queued on a host");
        }
    }

    fn check_vms(&self, model: &Model) {
        for (number, vm) in self.vms.iter().enumerate() {
            let name = &model.vms[number].name;
            let shown = if vm.private { Clock::IDLE } else { vm.first_clock().0 };
            assert_eq!(
                self.timers.clock(model.vms[number].timer),
                shown,
                "{name}: its timer shows another time"
            );
            if let Some(host) = vm.host() {
                let up = self.hosts[host.index()].phase == HostPhase::Up;
                assert!(up || vm.phase == VmPhase::Off, "{name} runs on a host that is not up");
            } else {
                assert!(vm.phase == VmPhase::Off, "{name} runs nowhere");
            }
            assert!(
                !vm.runs(VmClock::Guest) || vm.phase.is_booted() || vm.phase == VmPhase::GuestDead,
                "{name}: a guest that does not run cannot crash"
            );
            let still = matches!(vm.phase, VmPhase::Off | VmPhase::StorageWait | VmPhase::Idle);
            assert!(!vm.runs(VmClock::Step) || !still, "{name}: a VM that is {:?} has no step", vm.phase);
            let awaits = vm.suspended || vm.phase == VmPhase::StorageWait;
            assert!(!vm.runs(VmClock::Disk) || awaits, "{name}: waits for disks that it has");
            assert!(!vm.suspended || vm.phase.uses_disk(), "{name}: suspended without a guest");
            if vm.suspended {
                let clocks =
                    vm.runs(VmClock::Guest) || (vm.runs(VmClock::Step) && vm.phase != VmPhase::AppDead);
                assert!(!clocks, "{name}: clocks run while the guest stands still");
            }
        }
    }

    /// Those who boot and reach their disks are in the list of their channel, and nobody else is; what they want adds
    /// up; the first shows when its boot is over, and the others show nothing.
    fn check_boots(&self, model: &Model) {
        let mut listed = vec![false; self.vms.len()];
        for (number, row) in self.channels.iter().enumerate() {
            let id = ChannelId(number as u32);
            let rank = |vm: &VmId| std::cmp::Reverse((self.boots[vm.index()], *vm));
            assert!(row.booting.is_sorted_by_key(rank), "boots are out of order");
            let wanted: u64 = row.booting.iter().map(|&vm| model.service_of(vm).boot_io).sum();
            assert_eq!(row.sharing.demand(), wanted, "what those who boot want does not add up");
            let first = self.first_boot(id);
            assert_eq!(
                row.shown,
                first.map_or(NOWHERE, |(vm, _)| vm.0),
                "another boot is shown than the first"
            );
            for &vm in &row.booting {
                let (name, of) = (&model.vms[vm.index()].name, self.channel_of(model, vm));
                assert!(
                    !std::mem::replace(&mut listed[vm.index()], true) && of == Some(id),
                    "{name}: lost channel"
                );
                assert!(row.sharing.left(self.boots[vm.index()]) > Work::NONE, "{name}: its boot is over");
                let due = first.filter(|first| first.0 == vm).map_or(Time::NEVER, |(_, due)| due);
                let shown = self.vms[vm.index()].clocks[VmClock::Step as usize];
                assert_eq!(shown, Clock::due_at(due), "{name}: its boot shows another end");
            }
        }
        let shares = |number: &usize| self.channel_of(model, VmId(*number as u32)).is_some();
        for (number, vm) in self.vms.iter().enumerate().filter(|(number, _)| shares(number)) {
            let name = &model.vms[number].name;
            // One that is through waits for its turn at this very instant.
            let through = self.boots[number] == Work::NONE;
            let boots = vm.phase == VmPhase::Boot && !vm.suspended;
            assert_eq!(listed[number], boots && !through, "{name}: boots in no list, or in one");
            assert!(!boots || listed[number] || vm.runs(VmClock::Step), "{name}: nothing ends its boot");
            assert!(!vm.private, "{name}: a private VM cannot share");
        }
    }

    fn check_instance(&self, model: &Model, id: InstanceId) {
        let instance = &model.instances[id.index()];
        let row = &self.instances[id.index()];
        match &model.services[instance.service.index()].guest {
            None => {}
            Some(GuestGroup::Failover(_)) => {
                let owners = model.vms_of(id).filter(|v| self.vms[v.index()].phase == VmPhase::Up).count();
                assert!(owners <= 1, "{}: {owners} nodes own the group", instance.name);
                assert!(!row.group.outvoted || owners == 0, "{}: online without quorum", instance.name);
                for vm in model.vms_of(id) {
                    let fixed = self.nodes.get(vm.index()).filter(|node| node.heard);
                    let runs = self.vms[vm.index()].phase.is_booted() && !self.vms[vm.index()].paused;
                    let counts = matches!(&model.service_of(vm).guest, Some(GuestGroup::Failover(r)) if r.votes.is_some());
                    assert!(
                        !counts || fixed.is_none() || runs,
                        "{} is heard, and does not run",
                        model.vms[vm.index()].name
                    );
                }
                assert!(
                    row.group.phase != GroupPhase::Online || owners == 1,
                    "{}: online nowhere",
                    instance.name
                );
            }
            Some(GuestGroup::Balanced { .. }) => {
                let members = || model.vms_of(id).map(|v| &self.members[v.index()]);
                let converged = members()
                    .filter(|m| {
                        !matches!(m.phase, MemberPhase::Out | MemberPhase::Joining | MemberPhase::Draining)
                    })
                    .count();
                let dark: u64 = members().map(|m| u64::from(m.dark_ppb)).sum();
                assert_eq!(usize::from(row.converged), converged, "{}: members converged", instance.name);
                assert_eq!(
                    usize::from(row.serving),
                    members().filter(|m| m.counted).count(),
                    "{}",
                    instance.name
                );
                assert_eq!(row.dark_ppb, dark, "{}: dark shares", instance.name);
                self.check_parts(model, id);
            }
        }
        self.check_anti_affinity(model, id);
    }

    /// Nodes and members of an instance live on different hosts, where no cluster may bring them together.
    fn check_anti_affinity(&self, model: &Model, id: InstanceId) {
        let service = &model.services[model.instances[id.index()].service.index()];
        let lax = |c: &crate::model::Cluster| c.restart.anti_affinity != AntiAffinity::Must;
        if service.host_cluster && model.clusters.iter().any(lax) {
            return;
        }
        let mut homes: Vec<HostId> = model.vms_of(id).filter_map(|v| self.vms[v.index()].host()).collect();
        let all = homes.len();
        homes.sort_unstable();
        homes.dedup();
        assert_eq!(homes.len(), all, "{}: two of its VMs share a host", model.instances[id.index()].name);
    }
}
