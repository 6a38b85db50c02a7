//! One state brought into line with another, at the cost of what they differ by.

use super::State;
#[cfg(test)]
use crate::engine::{Clock, Timers};

impl State {
    /// Becomes what `leader` is, at the cost of what has changed in either since this was so last ([`crate::engine::Table::follow`]): no other state may have
    /// followed that one meanwhile. Lists that mean nothing between events stay what they are.
    pub fn follow(&mut self, leader: &mut State) {
        let State {
            timers,
            outages,
            storages,
            mirrors,
            local_mirrors,
            channels,
            crews,
            hosts,
            clusters,
            instances,
            group_histories,
            vms,
            nodes,
            members,
            restarts,
            failed_starts,
            shutdowns,
            monitors,
            boots,
            sessions,
            moves,
            demands,
            evacuations,
            held,
            awaited,
            maintenances,
            turns,
            in_turn,
            patchings,
            struck,
            windows_open,
            connectivity,
            left_to_a_person,
            scratch: _,
            scratch_waiting: _,
            scratch_by_hand: _,
            scratch_seats: _,
            scratch_segments: _,
            scratch_flows: _,
            link_share,
        } = leader;
        self.timers.follow(timers);
        self.outages.follow(outages);
        self.storages.follow(storages);
        Clone::clone_from(&mut self.mirrors, mirrors);
        Clone::clone_from(&mut self.local_mirrors, local_mirrors);
        Clone::clone_from(&mut self.channels, channels);
        Clone::clone_from(&mut self.crews, crews);
        self.hosts.follow(hosts);
        Clone::clone_from(&mut self.clusters, clusters);
        self.instances.follow(instances);
        self.group_histories.follow(group_histories);
        self.vms.follow(vms);
        self.nodes.follow(nodes);
        self.members.follow(members);
        self.restarts.follow(restarts);
        self.failed_starts.follow(failed_starts);
        self.shutdowns.follow(shutdowns);
        self.monitors.follow(monitors);
        self.boots.follow(boots);
        self.sessions.follow(sessions);
        self.moves.follow(moves);
        self.demands.follow(demands);
        Clone::clone_from(&mut self.evacuations, evacuations);
        Clone::clone_from(&mut self.held, held);
        Clone::clone_from(&mut self.awaited, awaited);
        Clone::clone_from(&mut self.maintenances, maintenances);
        self.turns.follow(turns);
        Clone::clone_from(&mut self.in_turn, in_turn);
        self.patchings.follow(patchings);
        Clone::clone_from(&mut self.struck, struck);
        Clone::clone_from(&mut self.windows_open, windows_open);
        Clone::clone_from(&mut self.connectivity, connectivity);
        Clone::clone_from(&mut self.left_to_a_person, left_to_a_person);
        Clone::clone_from(&mut self.link_share, link_share);
    }
}

#[cfg(test)]
impl State {
    /// All that means anything, as text.
    pub(crate) fn shown(&self) -> String {
        let mut copy = self.clone();
        let clocks: Vec<Clock> =
            (0..copy.timers.slots() as u32).map(|slot| copy.timers.clock(slot)).collect();
        let earliest = copy.timers.earliest();
        copy.timers = Timers::new(0);
        copy.scratch.clear();
        copy.scratch_waiting.clear();
        copy.scratch_by_hand.clear();
        copy.scratch_seats.clear();
        copy.scratch_segments.clear();
        copy.scratch_flows.clear();
        format!("{copy:?} {clocks:?} {earliest:?}")
    }
}
