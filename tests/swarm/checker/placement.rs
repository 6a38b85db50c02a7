//! Where VMs may live: room, disks, siblings, and which host is the best.

use super::*;

impl<'m> Checker<'m> {
    /// Memory and cores of the VMs that certainly live on a host.
    pub(super) fn used(&self, host: HostId) -> (u64, u64) {
        let here = self.vms.iter().enumerate().filter(|(n, v)| {
            (v.home == Some(host) && !v.uncertain)
                || v.stale == Some(host)
                || self.arrives(VmId(*n as u32), host)
        });
        here.map(|(n, _)| self.model.service_of(VmId(n as u32)).need)
            .fold((0, 0), |sum, need| (sum.0 + need.memory_mib, sum.1 + need.cores))
    }

    pub(super) fn sibling_on(&self, vm: VmId, host: HostId) -> bool {
        self.model.vms_of(self.model.vms[vm.index()].instance).any(|other| {
            let lives = self.vms[other.index()].home == Some(host) && !self.vms[other.index()].uncertain;
            other != vm && (lives || self.arrives(other, host))
        })
    }

    pub(super) fn admits(&self, host: HostId, vm: VmId) -> bool {
        let need = self.model.service_of(vm).need;
        let room = self.model.hosts[host.index()].room;
        let (memory, cores) = self.used(host);
        !self.hosts[host.index()].down
            && !self.hosts[host.index()].agent_out
            && memory + need.memory_mib <= room.memory_mib
            && cores + need.cores <= room.cores
            && self.disks_alive(vm, host)
            && !self.sibling_on(vm, host)
    }

    /// Whether who is where is certain enough to blame the cluster for leaving a VM waiting.
    pub(super) fn surely_admits(&self, host: HostId, vm: VmId) -> bool {
        let instance = self.model.vms[vm.index()].instance;
        let doubtful = self.hosts[host.index()].evacuates
            || self.vms.iter().any(|v| v.uncertain && v.home == Some(host))
            || self.model.vms_of(instance).any(|s| self.vms[s.index()].uncertain);
        !doubtful && self.vms[vm.index()].failed_on & self.seat(host) == 0 && self.admits(host, vm)
    }

    pub(super) fn free_memory(&self, host: HostId) -> u64 {
        self.model.hosts[host.index()].room.memory_mib - self.used(host).0
    }

    /// The hosts of a custom cluster that a host is in, where its decisions can be judged.
    pub(super) fn judged_hosts(&self, host: HostId) -> &'m [HostId] {
        match self.model.hosts[host.index()].cluster {
            Some(c) if !self.hidden_pauses && !self.is_leaderless(c) && self.looks_at_once(c) => {
                match self.model.clusters[c.index()].product {
                    Product::Custom { .. } => &self.model.clusters[c.index()].hosts,
                    _ => &[],
                }
            }
            _ => &[],
        }
    }

    /// Whether a cluster's choice of hosts can be judged: it looks at once, and keeps siblings apart.
    pub(super) fn looks_at_once(&self, cluster: ClusterId) -> bool {
        let rules = &self.model.clusters[cluster.index()].restart;
        rules.poll.fixed() == Some(Span::ZERO) && self.keeps_apart(cluster)
    }

    /// Whether nobody gives orders because the manager is gone.
    pub(super) fn is_leaderless(&self, cluster: ClusterId) -> bool {
        self.model.clusters[cluster.index()].needs_manager && self.managers_out[cluster.index()]
    }

    pub(super) fn is_spare(&self, host: HostId) -> bool {
        self.model.clusters.iter().any(|cluster| cluster.admission.spare_hosts().contains(&host))
    }

    /// Nobody of a better rank still waits and could have gone.
    pub(super) fn first_in_rank(&self, vm: VmId, cluster: Option<ninefold::model::ClusterId>) -> Checked {
        let rank = self.model.vms[vm.index()].rank;
        for number in 0..self.vms.len() as u32 {
            let other = VmId(number);
            if other == vm
                || self.vms[other.index()].waiting.is_none_or(|(r, _)| !lacks_room(r))
                || self.model.vms[other.index()].rank > rank
            {
                continue;
            }
            let from = self.vms[other.index()].lost.and_then(|(h, _)| self.model.hosts[h.index()].cluster);
            let Some(cluster) = cluster.filter(|_| from == cluster) else { continue };
            let hosts = &self.model.clusters[cluster.index()].hosts;
            let passed_over = hosts.iter().any(|&h| self.surely_admits(h, other));
            self.require(!passed_over, Rule::WorkConservation, || {
                format!("{} was passed over", self.name(other))
            })?;
        }
        Ok(())
    }

    /// Whether a cluster never brings VMs of one instance together.
    pub(super) fn keeps_apart(&self, cluster: ClusterId) -> bool {
        self.model.clusters[cluster.index()].restart.anti_affinity == AntiAffinity::Must
    }

    /// A host has room for a VM, reaches its disks, and holds no sibling of it.
    pub(super) fn settle_on(&mut self, vm: VmId, host: HostId, disks_ready_later: bool) -> Checked {
        self.vms[vm.index()].home = None;
        let disks = disks_ready_later || self.disks_alive(vm, host);
        self.require(disks, Rule::DiskReach, || format!("{} has no disks on {host:?}", self.name(vm)))?;
        let cluster = self.model.hosts[host.index()].cluster;
        let apart = cluster.is_none_or(|c| self.keeps_apart(c));
        self.require(!apart || !self.sibling_on(vm, host), Rule::AntiAffinity, || {
            format!("a sibling of {}", self.name(vm))
        })?;
        let (need, room, (memory, cores)) =
            (self.model.service_of(vm).need, self.model.hosts[host.index()].room, self.used(host));
        let fits = memory + need.memory_mib <= room.memory_mib && cores + need.cores <= room.cores;
        self.require(fits, Rule::Room, || format!("{} does not fit on {host:?}", self.name(vm)))
    }
}
