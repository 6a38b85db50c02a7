//! One state brought into line with another, at the cost of what they differ by.

use super::State;
#[cfg(test)]
use crate::engine::{Clock, Timers};

impl State {
    /// Becomes what `leader` is, at the cost of what has changed in either since this was so last ([`crate::engine::Table::follow`]): no other state may have
    /// followed that one meanwhile. Lists that mean nothing between events stay what they are.
    pub fn follow(&mut self, leader: &mut State) {
        // All fields are named, so that none is forgotten.
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
        self.mirrors.clone_from(mirrors);
        self.local_mirrors.clone_from(local_mirrors);
        self.channels.clone_from(channels);
        self.crews.clone_from(crews);
        self.hosts.follow(hosts);
        self.clusters.clone_from(clusters);
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
        self.evacuations = *evacuations;
        self.held = *held;
        self.awaited.clone_from(awaited);
        self.maintenances.clone_from(maintenances);
        self.turns.follow(turns);
        self.in_turn.clone_from(in_turn);
        self.patchings.follow(patchings);
        self.struck.clone_from(struck);
        self.windows_open = *windows_open;
        self.connectivity.clone_from(connectivity);
        self.left_to_a_person.clone_from(left_to_a_person);
        self.link_share.clone_from(link_share);
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
