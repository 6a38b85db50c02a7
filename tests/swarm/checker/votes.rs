//! Quorum of failover groups, as far as the log tells who hears whom: nobody serves for long who is not with most votes.

use super::*;
use ninefold::model::Traffic;

/// The side of the node that serves, and since when it has been that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SideSeen {
    nodes: u32,
    since: Time,
}

impl<'m> Checker<'m> {
    /// Whether two nodes are on a network that joins them.
    fn nodes_meet(&self, a: VmId, b: VmId, private: bool) -> bool {
        let runs = |vm: VmId| {
            let row = &self.vms[vm.index()];
            row.home.filter(|host| row.booted && !row.paused && !self.hosts[host.index()].down)
        };
        let Some((here, there)) = runs(a).zip(runs(b)) else { return false };
        [(Traffic::Client, true), (Traffic::Private, private)].into_iter().any(|(traffic, used)| {
            used && self.hears(here, traffic)
                && self.hears(there, traffic)
                && self.is_open(traffic as usize, self.place(here), self.place(there))
        })
    }

    /// The nodes that a node hears, directly or through others, itself among them.
    fn nodes_around(&self, instance: InstanceId, from: VmId, private: bool) -> u32 {
        let first = self.model.instances[instance.index()].first_vm.0;
        let mut seen = vec![from];
        let mut next = 0;
        while let Some(&at) = seen.get(next) {
            next += 1;
            let found: Vec<VmId> = self
                .model
                .vms_of(instance)
                .filter(|vm| !seen.contains(vm) && self.nodes_meet(at, *vm, private))
                .collect();
            seen.extend(found);
        }
        seen.into_iter().map(|vm| 1 << (vm.0 - first)).sum()
    }

    /// Where votes stay where they are, a node that serves and is with no more than half of them, the witness's included,
    /// stops when the others have been missed.
    pub(super) fn settle_votes(&mut self, next: Time) -> Checked {
        for number in 0..self.instances.len() as u32 {
            let instance = InstanceId(number);
            let fixed = &self.model.instances[instance.index()];
            let Some(GuestGroup::Failover(rules)) = &self.model.services[fixed.service.index()].guest else {
                continue;
            };
            let Some(votes) = rules.votes.filter(|votes| !votes.dynamic) else { continue };
            let serves = self.instances[instance.index()].lost_ppb < ALL_PPB;
            let Some(owner) = self.model.vms_of(instance).find(|vm| serves && self.vms[vm.index()].app)
            else {
                self.sides_of_groups[instance.index()] = SideSeen::default();
                continue;
            };
            let nodes = self.nodes_around(instance, owner, rules.private_cards);
            let row = &mut self.sides_of_groups[instance.index()];
            if row.nodes != nodes {
                *row = SideSeen { nodes, since: self.now };
            }
            let witness = u32::from(votes.witness.is_some());
            let outvoted = 2 * (nodes.count_ones() + witness) <= fixed.vms + witness;
            let since = row.since + most(&rules.detection[0].seen);
            self.require(!outvoted || next <= since, Rule::Quorum, || {
                format!("{} serves without most votes since {since:?}", self.name(owner))
            })?;
        }
        Ok(())
    }
}
