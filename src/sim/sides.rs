//! A cluster whose sites do not hear each other: it falls into sides.
//!
//! Products with a quorum go on where it is, on one side; the hosts of the others are alone, each for itself: most
//! votes (HYP-09, OSS-16), most hosts (XEN-28). vSphere elects a primary on every side (VMW-02), and VMware HA 4 goes
//! on wherever one of the five is: each takes the hosts of the other sides for silent.

use super::{Observer, Simulation};
use crate::engine::Time;
use crate::model::{ClusterId, HostId, Product};
use crate::state::HostPhase;

impl<O: Observer> Simulation<'_, O> {
    /// The ways between the places of a cluster have changed.
    pub(super) fn on_sides_changed(&mut self, cluster: ClusterId) {
        let fixed = &self.model.clusters[cluster.index()];
        if !fixed.spans_places() || matches!(fixed.product, Product::Custom { .. }) {
            return;
        }
        self.state.survey_cluster(self.model, cluster);
        match &fixed.product {
            Product::Primary(profile) => self.primary_on_sides_changed(cluster, profile),
            Product::FivePrimaries(_) | Product::Custom { .. } => {}
            Product::Pool(_) => self.choose_largest_side(cluster),
            Product::Quorum(_) | Product::Ring(_) => {
                self.state.clusters[cluster.index()].main = self.choose_side_by_votes(cluster);
            }
        }
        let row = &mut self.state.clusters[cluster.index()];
        if row.sides[row.main as usize] != row.main {
            // Nobody is up who could say which side counts: that of the first host does.
            row.main = row.sides[self.model.hosts[fixed.hosts[0].index()].place.index()];
        }
        self.tell_hosts_of_sides(cluster);
        self.on_witness_way_changed(cluster);
        self.declare_overdue(cluster);
    }

    /// Every host of a cluster finds out whether it is still, or again, with those who decide.
    pub(super) fn tell_hosts_of_sides(&mut self, cluster: ClusterId) {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        // First all are where they are, then the consequences come.
        for &host in hosts {
            self.state.refresh_room(self.model, host);
        }
        for &host in hosts {
            let row = &self.state.hosts[host.index()];
            if row.phase != HostPhase::Up {
                self.hung_host_on_management_changed(cluster, host);
                continue;
            }
            let out = row.isolated || row.fenced || row.missed_at != Time::NEVER;
            if out || !self.state.is_connected(self.model, host) {
                self.on_management_changed(host);
            } else {
                self.note_silence(cluster, host);
                self.look_at_silent_host(cluster, host, false);
            }
        }
        self.recheck_redirections(cluster);
        self.retry_waiting(cluster);
    }

    /// Notes since when the leaders of other sides hear nothing of a host that is on a side of its own.
    pub(super) fn note_silence(&mut self, cluster: ClusterId, host: HostId) {
        // Those with a quorum have no leaders elsewhere.
        let led = matches!(
            self.model.clusters[cluster.index()].product,
            Product::Primary(_) | Product::FivePrimaries(_)
        );
        if !led {
            return;
        }
        let split = self.state.clusters[cluster.index()].is_split;
        let row = &mut self.state.hosts[host.index()];
        row.silent_since = if split { row.silent_since.min(self.now) } else { Time::NEVER };
        row.given_up &= split;
    }

    /// Whether somebody who gives orders on another side hears nothing of a host that is up.
    pub(super) fn is_silent_to_others(&self, cluster: ClusterId, host: HostId) -> bool {
        if self.state.hosts[host.index()].phase != HostPhase::Up {
            return false;
        }
        let Some(side) = self.state.side(self.model, host) else { return true };
        if !self.state.is_connected(self.model, host) {
            return true;
        }
        self.state.clusters[cluster.index()].is_split
            && self.model.clusters[cluster.index()].hosts.iter().any(|&other| {
                let row = &self.state.hosts[other.index()];
                let leads = match &self.model.clusters[cluster.index()].product {
                    Product::Primary(_) => self.leads(cluster, other).is_some(),
                    _ => row.is_primary && row.phase == HostPhase::Up && !row.agent_out,
                };
                leads && self.state.side(self.model, other).is_some_and(|own| own != side)
            })
    }

    /// A host of the side that gives another host up, where the cluster has fallen into several: that side's leader,
    /// if it has one. Its own side sees a host die; one that lives is given up by others.
    pub(super) fn speaker_for(&self, cluster: ClusterId, host: HostId) -> Option<HostId> {
        let row = &self.state.clusters[cluster.index()];
        if !row.is_split {
            return None;
        }
        let acts = |other: HostId| match &self.model.clusters[cluster.index()].product {
            Product::Primary(_) => self.is_ready(cluster, other),
            Product::Pool(_) => row.primary == Some(other),
            Product::FivePrimaries(_) => self.state.hosts[other.index()].is_primary,
            Product::Quorum(_) | Product::Ring(_) | Product::Custom { .. } => true,
        };
        let lives = self.state.hosts[host.index()].phase == HostPhase::Up;
        let own = self.state.side(self.model, host);
        let hosts = self.model.clusters[cluster.index()].hosts.iter().copied();
        let others = hosts.filter(|&h| h != host && self.state.takes_orders(self.model, h) && acts(h));
        others.min_by_key(|&h| (self.state.side(self.model, h) == own) == lives)
    }

    /// XEN-28: the side with most hosts; of two that are equal that of the first host. Hosts without the statefile do
    /// not count, where others have it (XEN-30).
    pub(super) fn choose_largest_side(&mut self, cluster: ClusterId) {
        let hosts = &self.model.clusters[cluster.index()].hosts;
        let there = |sim: &Self, host: HostId| {
            let row = &sim.state.hosts[host.index()];
            row.phase == HostPhase::Up && !row.unlisted && !row.fenced
        };
        let any = hosts.iter().any(|&host| there(self, host) && self.sees_statefile(cluster, host));
        let belongs = |sim: &Self, host: HostId| {
            let counts = there(sim, host) && (!any || sim.sees_statefile(cluster, host));
            if counts { sim.state.side(sim.model, host) } else { None }
        };
        // A side is named after one of its places.
        let sides = self.model.clusters[cluster.index()].places.iter().filter_map(|place| {
            let mut members = (0..hosts.len()).filter(|&seat| belongs(self, hosts[seat]) == Some(place.0));
            let first = members.next()?;
            Some((1 + members.count(), std::cmp::Reverse(first), place.0))
        });
        if let Some((_, _, side)) = sides.max() {
            self.state.clusters[cluster.index()].main = side;
        }
    }

    /// The side with quorum. Where a witness would give it to either of two, the preferred site has it (HYP-59), then
    /// those who are in the cluster already, then the first host's; where no side has it the same order decides which
    /// of them counts as the cluster.
    pub(super) fn choose_side_by_votes(&self, cluster: ClusterId) -> u32 {
        let (mut first, mut before) = (None, None);
        for host in self.hosts_by_preference(cluster) {
            let Some(side) = self.state.side(self.model, host) else { continue };
            first = first.or(Some(side));
            // Hosts of a site stand together in the list, so hardly any side is counted twice.
            if before.replace(side) != Some(side) && self.side_has_quorum(cluster, side) {
                return side;
            }
        }
        first.unwrap_or(self.state.clusters[cluster.index()].main)
    }

    /// Hosts that are up: at the preferred site, in the cluster, others.
    fn hosts_by_preference(&self, cluster: ClusterId) -> impl Iterator<Item = HostId> {
        let fixed = &self.model.clusters[cluster.index()];
        let preferred = fixed.product.votes().and_then(|votes| votes.preferred);
        (0..3).flat_map(move |turn| {
            fixed.hosts.iter().copied().filter(move |host| {
                let row = &self.state.hosts[host.index()];
                let home = preferred.is_some_and(|place| place == self.model.hosts[host.index()].place);
                let own = if home {
                    0
                } else if row.missed_at == Time::NEVER {
                    1
                } else {
                    2
                };
                row.phase == HostPhase::Up && !row.agent_out && own == turn
            })
        })
    }

    /// HYP-09: a host of another side hears its neighbours again, or is up, and they may be the majority that the main side
    /// is not. True where they are the cluster from now on.
    pub(super) fn join_a_majority(&mut self, cluster: ClusterId, host: HostId) -> bool {
        let row = &self.state.clusters[cluster.index()];
        if !row.is_split || !self.counts_votes(cluster) {
            return false;
        }
        let (main, side) = (row.main, self.state.side(self.model, host));
        let Some(side) = side.filter(|&side| side != main) else { return false };
        if self.side_has_quorum(cluster, main) || !self.side_has_quorum(cluster, side) {
            return false;
        }
        self.state.clusters[cluster.index()].main = side;
        self.tell_hosts_of_sides(cluster);
        self.declare_overdue(cluster);
        true
    }

    /// The main side has no quorum: another one that has takes its place. True where it did.
    pub(super) fn give_way_to_another_side(&mut self, cluster: ClusterId) -> bool {
        if !self.state.clusters[cluster.index()].is_split {
            return false;
        }
        let side = self.choose_side_by_votes(cluster);
        if side == self.state.clusters[cluster.index()].main || !self.side_has_quorum(cluster, side) {
            return false;
        }
        self.state.clusters[cluster.index()].main = side;
        true
    }
}
