//! Clusters whose sites do not hear each other: who hears whom, who may give orders, where quorum is.

use super::{Checked, Checker, Rule, least};
use ninefold::engine::{Span, Time};
use ninefold::model::{ClusterId, HostId, PlaceId, Product, Traffic, VmId, WitnessKind};

const MANAGEMENT: usize = Traffic::Management as usize;

impl Checker<'_> {
    /// Whether hosts at two places of a cluster hear each other, over any of its places.
    fn places_hear(&self, cluster: ClusterId, a: PlaceId, b: PlaceId) -> bool {
        let mut seen = vec![a];
        let mut next = 0;
        while let Some(&from) = seen.get(next) {
            next += 1;
            for &to in &self.model.clusters[cluster.index()].places {
                if !seen.contains(&to) && self.is_open(MANAGEMENT, from, to) {
                    seen.push(to);
                }
            }
        }
        seen.contains(&b)
    }

    /// Whether two hosts of a cluster hear each other, as far as networks and links go.
    pub(super) fn hear_each_other(&self, cluster: ClusterId, a: HostId, b: HostId) -> bool {
        a == b
            || (self.hears(a, Traffic::Management)
                && self.hears(b, Traffic::Management)
                && self.places_hear(cluster, self.place(a), self.place(b)))
    }

    fn is_there(&self, host: HostId) -> bool {
        !self.hosts[host.index()].down
    }

    /// Whether somebody in its cluster, or nobody at all, may fail to hear a host that is up.
    pub(super) fn is_silent(&self, host: HostId) -> bool {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return false };
        let others = &self.model.clusters[cluster.index()].hosts;
        !self.hears(host, Traffic::Management)
            || others.iter().any(|&other| self.is_there(other) && !self.hear_each_other(cluster, host, other))
    }

    /// Whether a cluster has places that do not hear each other.
    pub(super) fn is_split(&self, cluster: ClusterId) -> bool {
        let places = &self.model.clusters[cluster.index()].places;
        places.iter().any(|&place| !self.places_hear(cluster, places[0], place))
    }

    /// Notes since when hosts do not hear each other; one that is down hears nobody.
    pub(super) fn note_silences(&mut self) {
        let hosts = self.hosts.len();
        self.ordered_now.clear();
        for number in 0..self.model.clusters.len() as u32 {
            let cluster = ClusterId(number);
            if self.model.clusters[cluster.index()].product.votes().is_none() {
                continue;
            }
            for &a in &self.model.clusters[cluster.index()].hosts {
                for &b in &self.model.clusters[cluster.index()].hosts {
                    let heard = a == b
                        || (self.is_there(a) && self.is_there(b) && self.hear_each_other(cluster, a, b));
                    let since = &mut self.unheard[a.index() * hosts + b.index()];
                    *since = if heard { Time::NEVER } else { (*since).min(self.now) };
                    if a == b {
                        self.note_silence(a);
                    }
                }
            }
            self.note_force(cluster);
        }
    }

    /// Since when a host is up, and since when nobody can hear it, or can again.
    fn note_silence(&mut self, host: HostId) {
        let (up, audible) = (self.is_there(host), self.hears(host, Traffic::Management));
        let row = &mut self.hosts[host.index()];
        row.up_since = if up { row.up_since.min(self.now) } else { Time::NEVER };
        if up && audible {
            if row.silent_since.take().is_some() {
                row.audible_since = self.now;
            }
        } else {
            row.silent_since = row.silent_since.or(Some(self.now));
        }
    }

    /// A person may have forced quorum: a site of the cluster has been out for long enough. From then on, until most
    /// votes are together again, the log does not tell whether that person is still heeded.
    fn note_force(&mut self, cluster: ClusterId) {
        let fixed = &self.model.clusters[cluster.index()];
        let Product::Quorum(profile) = &fixed.product else { return };
        let out = fixed
            .places
            .iter()
            .any(|place| self.model.site(*place).is_some_and(|site| self.domains[site.index()]));
        // Of two sides that do not hear each other the one that returns with most votes may not decide (HYP-16).
        let most = !self.is_split(cluster)
            && fixed.hosts.iter().any(|h| self.is_there(*h) && self.has_most_votes(cluster, *h, None));
        // A person who has been called comes, though the site may have been back for a moment.
        let since = &mut self.site_out[cluster.index()];
        if out {
            *since = (*since).min(self.now);
        } else if most {
            *since = Time::NEVER;
        }
        let forced = out && self.now >= *since + least(&profile.quorum_forced_after);
        self.forced[cluster.index()] = forced || (self.forced[cluster.index()] && !most);
    }

    /// An order to start a VM goes to a host: somebody who may give it is in touch with it.
    pub(super) fn is_commanded(&self, vm: VmId, host: HostId) -> Checked {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return Ok(()) };
        let fixed = &self.model.clusters[cluster.index()];
        let heard = self.hears(host, Traffic::Management);
        match &fixed.product {
            Product::Custom { .. } => return Ok(()),
            Product::Primary(_) => {
                let leads = |other: &&HostId| {
                    let row = &self.hosts[other.index()];
                    !row.down
                        && !row.agent_out
                        && self.hear_each_other(cluster, host, **other)
                        && row.leads_at.is_some_and(|at| self.now >= at)
                };
                let led = heard && fixed.hosts.iter().any(|other| leads(&other));
                return self.require(led, Rule::Sides, || {
                    format!("{} is ordered to {host:?}, whom no primary reaches", self.name(vm))
                });
            }
            Product::FivePrimaries(_) => {
                return self.require(heard, Rule::Sides, || {
                    format!("{} is ordered to {host:?}, who hears nobody", self.name(vm))
                });
            }
            Product::Pool(_) | Product::Quorum(_) | Product::Ring(_) => {}
        }
        // Since who hears whom has changed last, in this instant.
        let mut peers = self.ordered_now.iter().copied().filter(|other| fixed.hosts.contains(other));
        let stranger =
            peers.find(|&other| self.is_there(other) && !self.hear_each_other(cluster, host, other));
        self.require(stranger.is_none(), Rule::Sides, || {
            format!("{host:?} and {stranger:?} start VMs and do not hear each other")
        })?;
        let most = fixed.product.votes().is_none_or(|votes| {
            votes.dynamic || self.forced[cluster.index()] || {
                self.has_most_votes(cluster, host, Some(self.missed_after(cluster)))
            }
        });
        self.require(most, Rule::Quorum, || {
            format!("{} is ordered to {host:?}, where most votes are not", self.name(vm))
        })
    }

    /// How long hosts that are not heard are still counted, at most.
    fn missed_after(&self, cluster: ClusterId) -> Span {
        match &self.model.clusters[cluster.index()].product {
            Product::Quorum(p) => p.failed_after.max(p.failed_after_cross_site) + p.hang_reset_after,
            Product::Ring(p) => p.failed_after,
            _ => Span::ZERO,
        }
    }

    /// Whether most votes are with those that a host hears or, where there is a grace, has heard not long ago.
    fn has_most_votes(&self, cluster: ClusterId, host: HostId, grace: Option<Span>) -> bool {
        let fixed = &self.model.clusters[cluster.index()];
        let Some(votes) = fixed.product.votes() else { return true };
        let fresh = |from: HostId, to: HostId| {
            let since = self.unheard[from.index() * self.hosts.len() + to.index()];
            // Assumption of the model: who was cut off too shortly to be missed knows what its side knows.
            let (a, b) = (&self.hosts[from.index()], &self.hosts[to.index()]);
            let kept_up = |grace: Span| {
                a.up_since < since && a.audible_since <= since + grace && !self.is_split(cluster)
            };
            since == Time::NEVER
                || grace.is_some_and(|grace| {
                    // Assumption of the model: who is on the network is heard, though nobody else may be on it just then.
                    let came_back = b.audible_since > since && !self.is_split(cluster);
                    let known = kept_up(grace) || came_back;
                    let silent_since = b.silent_since.filter(|_| known).unwrap_or(since);
                    self.now <= since.max(silent_since) + grace
                })
        };
        // A member knows whom the others have heard.
        let mut present = vec![host];
        let mut next = 0;
        while let Some(&from) = present.get(next) {
            next += 1;
            for &other in &fixed.hosts {
                if !present.contains(&other) && fresh(from, other) {
                    present.push(other);
                }
            }
        }
        let reached = votes.witness.is_some_and(|witness| {
            !self.witnesses_out[cluster.index()]
                && present.iter().any(|&h| match witness.kind {
                    // What is cut off at this very instant is noticed at its end.
                    _ if grace.is_some() && self.ways_changed_at == self.now => true,
                    WitnessKind::Anywhere => true,
                    WitnessKind::Disk(storage) => {
                        self.hidden_pauses || self.reaches_storage(self.serving_copy(storage), h)
                    }
                    WitnessKind::Network => {
                        self.hears(h, Traffic::Management)
                            && witness.place.is_none_or(|to| self.is_open(MANAGEMENT, self.place(h), to))
                    }
                })
        });
        if votes.witness_only {
            return reached;
        }
        let witness = usize::from(votes.witness.is_some());
        2 * (present.len() + usize::from(reached)) > fixed.hosts.len() + witness
    }
}
