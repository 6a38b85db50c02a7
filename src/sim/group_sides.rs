//! Which nodes of a failover group hear each other, and which of its sides counts.
//!
//! Nodes beat over every network that both of their hosts are on: the client network, and the private one where they have
//! cards there (GFC-03), within a site and from site to site. Nodes that hear each other, directly or through others, are a
//! side; where there are several, one that has quorum counts, or that of the owner where several have or none: it holds its
//! disks, and the witness, by reservation (MTX-37). Who is on another side is silent.
//!
//! Assumptions: losing the private card alone is not felt while the client network carries beats as well. A group that
//! counts no votes is taken to have a perfect witness: its owner goes on while its clients reach it, whoever hears it.

use super::{Cause, Observer, Simulation};
use crate::model::{GuestGroup, HostId, InstanceId, Traffic, VmId, Way};

impl<O: Observer> Simulation<'_, O> {
    /// Networks between places are gone or back: every failover group that counts votes looks who hears whom.
    pub(super) fn on_ways_of_nodes_changed(&mut self, cause: Cause) {
        for number in 0..self.model.services.len() {
            let fixed = &self.model.services[number];
            if !matches!(&fixed.guest, Some(GuestGroup::Failover(rules)) if rules.votes.is_some()) {
                continue;
            }
            for instance in (0..fixed.instances).map(|n| InstanceId(fixed.first_instance.0 + n)) {
                for vm in self.model.vms_of(instance) {
                    self.on_vm_changed(vm, cause);
                }
                // Others may reach the witness now.
                self.count_group(instance, cause);
            }
        }
    }

    /// The private network of some hosts is gone or back: nodes with cards on it may be concerned.
    pub(super) fn on_private_card_changed(&mut self, vm: VmId, cause: Cause) {
        if matches!(&self.model.service_of(vm).guest, Some(GuestGroup::Failover(rules)) if rules.private_cards)
        {
            self.on_vm_changed(vm, cause);
        }
    }

    /// Finds out anew which nodes of a group are heard by those who count.
    pub(super) fn survey_nodes(&mut self, instance: InstanceId) {
        let Some(votes) = self.votes_of_group(instance) else { return };
        let first = self.model.instances[instance.index()].first_vm.0;
        let bit = |vm: VmId| 1_u32 << (vm.0 - first);
        let beating = || self.model.vms_of(instance).filter(|vm| self.has_a_beat(*vm));
        let all = beating().fold(0, |set, vm| set | bit(vm));
        let owner = self.owner_of(instance);
        let (mut left, mut main, mut best) = (all, 0, (false, false));
        while left != 0 {
            let side = self.side_of_node(instance, VmId(first + left.trailing_zeros()), all);
            left &= !side;
            if side == all {
                main = all;
                break;
            }
            let quorate = self.are_quorate(instance, votes, |vm| side & bit(vm) != 0);
            let claim = (quorate, side & bit(owner) != 0);
            if main == 0 || claim > best {
                (main, best) = (side, claim);
            }
        }
        for vm in self.model.vms_of(instance) {
            self.state.nodes[vm.index()].heard = main & bit(vm) != 0;
        }
    }

    /// The nodes of a set that hear each other, a given one among them.
    fn side_of_node(&self, instance: InstanceId, from: VmId, all: u32) -> u32 {
        let first = self.model.instances[instance.index()].first_vm.0;
        let bit = |vm: VmId| 1_u32 << (vm.0 - first);
        let (mut side, mut fresh) = (bit(from), bit(from));
        while fresh != 0 {
            let one = VmId(first + fresh.trailing_zeros());
            fresh &= fresh - 1;
            let others = self.model.vms_of(instance).filter(|vm| all & !side & bit(*vm) != 0);
            let found = others.filter(|vm| self.hear_each_other(one, *vm)).fold(0, |set, vm| set | bit(vm));
            (side, fresh) = (side | found, fresh | found);
        }
        side
    }

    /// Whether a node's guest runs and some network carries its beats.
    fn has_a_beat(&self, vm: VmId) -> bool {
        let row = &self.state.vms[vm.index()];
        row.phase.is_booted()
            && !row.paused
            && row.host().is_some_and(|host| {
                self.beats_over(vm).any(|traffic| self.state.hears(self.model, host, traffic))
            })
    }

    fn hear_each_other(&self, a: VmId, b: VmId) -> bool {
        let host = |vm: VmId| self.state.vms[vm.index()].host();
        let Some((here, there)) = host(a).zip(host(b)) else { return false };
        let place = |host: HostId| self.model.hosts[host.index()].place;
        self.beats_over(a).any(|traffic| {
            self.state.hears(self.model, here, traffic)
                && self.state.hears(self.model, there, traffic)
                && self.state.is_open(self.model, Way::Network(traffic), place(here), place(there))
        })
    }

    /// The kinds of traffic that carry the beats of a node.
    fn beats_over(&self, vm: VmId) -> impl Iterator<Item = Traffic> + use<O> {
        let private = matches!(&self.model.service_of(vm).guest, Some(GuestGroup::Failover(rules)) if rules.private_cards);
        [Traffic::Client, Traffic::Private].into_iter().take(1 + usize::from(private))
    }
}
