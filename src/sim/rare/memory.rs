//! What is remembered of things that are over: as long as it is, the next one may be the one too many.
//!
//! A failover group that has moved as often as it may stays offline (GFC-11), an application that has been restarted where it is moves
//! (GFC-09), a guest that has been reset goes elsewhere or waits for a person (HYP-32), a node that keeps leaving is kept out (HYP-24).

use std::collections::BTreeSet;

use crate::engine::{Span, Time};
use crate::model::{GuestGroup, HostId, InstanceId, Model, Product, ServiceId, VmId};
use crate::state::State;

/// Who remembers anything, and for how long.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    /// Failover groups: their restarts where they are, and their moves.
    groups: Vec<(InstanceId, [Option<Span>; 2])>,
    /// Guests that are monitored: resets, and how soon after a start a crash is another matter.
    guests: Vec<(VmId, [Span; 2])>,
    /// Nodes that are kept out where they have left too often.
    nodes: Vec<(HostId, Span)>,
}

impl Memory {
    /// Of these services, on these hosts.
    pub(super) fn of(model: &Model, services: &BTreeSet<ServiceId>, hosts: &BTreeSet<u32>) -> Memory {
        let mut memory = Memory::default();
        for (number, instance) in (0..).zip(&model.instances) {
            let Some(GuestGroup::Failover(rules)) = &model.services[instance.service.index()].guest else {
                continue;
            };
            let windows = [
                rules.in_place.as_ref().map(|rule| rule.window),
                rules.limit.as_ref().map(|limit| limit.window),
            ];
            if services.contains(&instance.service) && windows != [None; 2] {
                memory.groups.push((InstanceId(number), windows));
            }
        }
        for (number, vm) in (0..).zip(&model.vms).filter(|(_, vm)| services.contains(&vm.service)) {
            let cluster = model.hosts[vm.host.index()].cluster;
            let monitor = cluster.map(|cluster| &model.clusters[cluster.index()].monitor);
            if let Some(rules) = monitor.and_then(|monitor| monitor.guest.as_ref()) {
                let fresh = rules.guard.max(rules.uptime_min);
                memory.guests.push((VmId(number), [rules.window, fresh]));
            }
        }
        for &host in hosts {
            let cluster = model.hosts[host as usize].cluster.map(|cluster| &model.clusters[cluster.index()]);
            if let Some(Product::Quorum(profile)) = cluster.map(|cluster| &cluster.product)
                && let Some(rules) = &profile.quarantine
            {
                memory.nodes.push((HostId(host), rules.window));
            }
        }
        memory
    }

    /// From when on nothing that has happened so far matters any more; `None` where that is so already.
    pub(super) fn ends(&self, state: &State, now: Time) -> Option<Time> {
        // Whoever has counted something for a while counts it at the end of that while still.
        let after = |began: Time, lasts: Span| began + lasts + Span(1);
        // Where nobody can get as far as that, the state has no rows for it.
        let groups = self.groups.iter().flat_map(|(instance, windows)| {
            let history = state.group_histories.get(instance.index()).copied().unwrap_or_default();
            let began = [history.restarts.began(), history.moves.began()];
            began.into_iter().zip(*windows).filter_map(|(began, window)| Some(after(began?, window?)))
        });
        let guests = self.guests.iter().flat_map(|(vm, [window, fresh])| {
            let watch = state.monitors.get(vm.index()).copied().unwrap_or_default();
            let resets = (watch.resets > 0).then(|| after(watch.window_began, *window));
            // What ran at the beginning has run for long.
            let started = (watch.started_at > Time::ZERO).then(|| after(watch.started_at, *fresh));
            [resets, started].into_iter().flatten()
        });
        let nodes = self.nodes.iter().filter_map(|(host, window)| {
            let last = state.hosts[host.index()].departures[0];
            (last != Time::NEVER).then(|| after(last, *window))
        });
        groups.chain(guests).chain(nodes).filter(|&until| until > now).max()
    }
}
