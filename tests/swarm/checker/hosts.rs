//! Hosts: power, planned work, when their loss is noticed, and what their products do on them.

use super::*;

impl<'m> Checker<'m> {
    /// Whether any rack or site around a host is out.
    pub(super) fn is_cut(&self, host: HostId) -> bool {
        let out = |d: usize| {
            let parent = self.model.domains[d].parent;
            self.domains[d] || parent.is_some_and(|p| self.domains[p.index()])
        };
        (0..self.domains.len()).any(|d| self.model.domains[d].hosts.contains(&host) && out(d))
    }

    pub(super) fn host_down(&mut self, host: HostId, cause: Cause) -> Checked {
        // A host can also be fenced because work elsewhere has cost the quorum.
        if cause == Cause::Maintenance && !self.hosts[host.index()].fenced {
            let row = self.hosts[host.index()];
            return self.require(row.in_window && row.down, Rule::MaintenancePairs, || {
                format!("{host:?} is down for work that has not begun")
            });
        }
        let row = &mut self.hosts[host.index()];
        let was = std::mem::replace(&mut row.down, true);
        (row.since, row.leads_at) = (self.now, None);
        self.require(!was, Rule::HostAlternates, || format!("{host:?} is down already"))?;
        // A host that is reset names what cut it off.
        let row = &mut self.hosts[host.index()];
        let fenced = std::mem::take(&mut row.fenced);
        row.hung = cause == Cause::HostHang && !fenced;
        let failed = matches!(cause, Cause::HostCrash | Cause::HostHang);
        let powerless = matches!(cause, Cause::RackOutage | Cause::SiteOutage) && !fenced;
        self.require(!powerless || self.is_cut(host), Rule::HostPower, || {
            format!("{host:?} is down from {cause:?} while its power is on")
        })?;
        self.require(powerless || failed || fenced, Rule::CauseSeen, || {
            format!("a host down from {cause:?}")
        })?;
        let most = self.detection(host).1;
        // Of one that was silent before only the datastores told that it lived.
        let silent = !self.hears(host, ninefold::model::Traffic::Management);
        for number in 0..self.vms.len() {
            // One that a person has brought to a host without a cluster stays there.
            let clustered = self.model.service_of(VmId(number as u32)).host_cluster
                && self.model.hosts[host.index()].cluster.is_some();
            let row = &mut self.vms[number];
            if clustered && row.home == Some(host) {
                (row.home, row.lost, row.queued) = (None, Some((host, self.now)), false);
                row.deadline = most.map_or(Time::NEVER, |d| self.now + d);
                row.told |= silent;
            } else if row.lost.is_some_and(|(from, _)| from == host) && row.deadline != Time::NEVER {
                // It went down again before the cluster answered: that may take until the next detection.
                row.deadline = most.map_or(Time::NEVER, |d| self.now + d);
            }
        }
        Ok(())
    }

    pub(super) fn host_up(&mut self, host: HostId) -> Checked {
        let row = &mut self.hosts[host.index()];
        let was = std::mem::replace(&mut row.down, false);
        row.closing = row.in_window;
        row.hung = false;
        let since = row.since;
        self.require(was, Rule::HostAlternates, || format!("{host:?} is up already"))?;
        let soonest = since + least(&self.model.hosts[host.index()].boot);
        self.require(self.now >= soonest, Rule::NotTooFast, || format!("{host:?} booted too fast"))?;
        self.require(!self.is_cut(host), Rule::HostPower, || format!("{host:?} is up without power"))
    }

    pub(super) fn window_opens(&mut self, host: HostId) -> Checked {
        let row = &mut self.hosts[host.index()];
        let fits = !row.down && !row.in_window;
        (row.down, row.in_window, row.since, row.leads_at) = (true, true, self.now, None);
        for number in 0..self.vms.len() {
            let clustered = self.model.service_of(VmId(number as u32)).host_cluster;
            let vm = &mut self.vms[number];
            vm.uncertain |= clustered && vm.home == Some(host);
            vm.queued &= vm.home != Some(host);
        }
        self.require(fits, Rule::MaintenancePairs, || format!("work on {host:?}, which is not up"))
    }

    /// An agent that answers again tells at once what does not run any more: nothing more has to be detected.
    pub(super) fn agent_up(&mut self, host: HostId) -> Checked {
        for row in &mut self.vms {
            row.told |= row.lost.is_some_and(|(from, _)| from == host);
        }
        self.turn(|c| &mut c.hosts[host.index()].agent_out, false)
    }

    pub(super) fn has_no_quorum(&self, host: HostId) -> bool {
        self.model.hosts[host.index()].cluster.is_some_and(|cluster| self.no_quorum[cluster.index()])
    }

    /// Whether a host may be on a side of its cluster that does not count.
    pub(super) fn is_outvoted(&self, host: HostId) -> bool {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return false };
        self.model.clusters[cluster.index()].product.votes().is_some() && self.is_split(cluster)
    }

    /// Whether a host has lost quorum with others and does not stop its VMs at once (HYP-15).
    pub(super) fn waits_for_quorum(&self, host: HostId) -> bool {
        self.model.hosts[host.index()].cluster.is_some_and(|cluster| {
            let product = &self.model.clusters[cluster.index()].product;
            let resilient = matches!(product, Product::Quorum(p) if p.resiliency > Span::ZERO);
            resilient && self.no_quorum[cluster.index()]
        })
    }

    /// Whether a host looks at a storage to know that it is of its cluster.
    pub(super) fn watches_storage(&self, host: HostId) -> bool {
        let cluster = self.model.hosts[host.index()].cluster.map(|c| &self.model.clusters[c.index()].product);
        matches!(cluster, Some(Product::Pool(p)) if p.statefile.is_some())
    }

    /// Whether the product of a host stops a VM on it while it runs on.
    pub(super) fn may_evict(&self, host: HostId, vm: VmId) -> bool {
        let own = self.model.service_of(vm).isolation_response;
        let product = self.model.hosts[host.index()].cluster.map(|c| &self.model.clusters[c.index()].product);
        match product {
            None | Some(Product::Custom { .. } | Product::Pool(_)) => false,
            Some(Product::Primary(p)) => own.unwrap_or(p.isolation_response) != IsolationResponse::LeaveOn,
            Some(Product::FivePrimaries(p)) => {
                own.unwrap_or(p.isolation_response) != IsolationResponse::LeaveOn
            }
            Some(Product::Quorum(_) | Product::Ring(_)) => true,
        }
    }

    /// From a host's failure to the cluster's answer, at least and (where it is fixed) at most.
    pub(super) fn detection(&self, host: HostId) -> (Span, Option<Span>) {
        let Some(cluster) = self.model.hosts[host.index()].cluster else { return (Span::ZERO, None) };
        match &self.model.clusters[cluster.index()].product {
            Product::Custom { detection } => {
                // Without a manager, or of a host whose agent is out, nothing is noticed in time.
                let row = &self.model.clusters[cluster.index()];
                let blind = row.needs_manager || row.hosts.iter().any(|h| self.hosts[h.index()].agent_out);
                let most = (!blind && detection.is_constant()).then(|| least(detection));
                (least(detection), most)
            }
            Product::Primary(p) => {
                let failed = p.failed_after_datastore.min(p.failed_after_no_datastore);
                (Span(failed.0.saturating_sub(p.heartbeat_interval.0)), None)
            }
            // A host that was silent before it went down has been missed since then.
            _ => (Span::ZERO, None),
        }
    }

    /// A host begins to shut its VMs down, is through, or is not for some of them.
    pub(super) fn shutdown(&mut self, host: HostId, signal: Signal) -> Checked {
        let row = &mut self.hosts[host.index()];
        let (down, before) = (row.down, row.shuts);
        let (fits, left) = match signal {
            Signal::ShutdownBegun { vms, .. } => (!down && vms > 0, before + vms),
            Signal::ShutdownEnded { vms, .. } => {
                (!down && vms > 0 && vms <= before, before.saturating_sub(vms))
            }
            Signal::ShutdownCutShort { vms, .. } => (vms > 0 && vms <= before, before.saturating_sub(vms)),
            _ => (false, 0),
        };
        row.shuts = left;
        self.require(fits, Rule::Response, || format!("{signal:?} after {before} VMs"))
    }
}
