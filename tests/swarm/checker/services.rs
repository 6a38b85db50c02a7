//! What services lose, to what cause, and whether it could be otherwise.

use super::*;

impl<'m> Checker<'m> {
    pub(super) fn failover_started(&mut self, instance: InstanceId, vm: VmId) -> Checked {
        let row = self.instances[instance.index()];
        let node = self.vms[vm.index()];
        let alive = node.booted && node.home.is_some_and(|h| !self.hosts[h.index()].down);
        let own = self.model.vms_of(instance).any(|v| v == vm);
        self.require(!row.no_quorum, Rule::Quorum, || {
            format!("{} takes over without quorum", self.name(vm))
        })?;
        self.require(alive && own && row.lost_ppb == ALL_PPB && self.in_reach(vm), Rule::Failover, || {
            format!("{} cannot take over now", self.name(vm))
        })?;
        // A node that is shut down says so.
        let said_goodbye = |signal: &Signal| match *signal {
            Signal::VmDown { vm, cause } => {
                cause.is_planned() && self.model.vms[vm.index()].instance == instance
            }
            _ => false,
        };
        if let Some(GuestGroup::Failover(rules)) = &self.model.service_of(vm).guest
            && !row.cause.is_planned()
            && !row.taken_before
            && !self.instant.iter().any(said_goodbye)
        {
            // One that has been outvoted was missed before it stopped.
            let seen = |law| if row.outvoted { Span::ZERO } else { least(law) };
            let noticed = rules.detection.iter().map(|d| seen(&d.seen) + least(&d.confirmed)).min();
            let soonest = row.down_at + noticed.unwrap_or_default();
            self.require(self.now >= soonest, Rule::NotTooFast, || "a takeover before the detection".into())?;
        }
        // Of those who are in reach again at one instant one hears of it first.
        let back = |signal: &Signal| {
            matches!(signal, Signal::StorageUp { .. } | Signal::LinkUp { .. } | Signal::NetworkUp { .. })
        };
        let back = self.hidden_pauses || self.instant.iter().any(back);
        for other in self.model.vms_of(instance) {
            // One that its clients reach does not stop of itself: it was outvoted, or its group moves as planned.
            let recovers = row.taking.is_some_and(|(node, _)| node == other);
            let serves = self.vms[other.index()].app && self.in_reach(other) && !back && !recovers;
            self.vms[other.index()].app = false;
            self.require(other == vm || !serves || row.cause.is_planned(), Rule::Failover, || {
                format!("{} takes over from {}, which serves", self.name(vm), self.name(other))
            })?;
        }
        let row = &mut self.instances[instance.index()];
        (row.taking, row.taken_before) = (Some((vm, self.now)), true);
        Ok(())
    }

    /// The owner of a group is cut off from most votes: it served until now, and networks have failed.
    pub(super) fn node_outvoted(&mut self, instance: InstanceId, vm: VmId) -> Checked {
        self.work_is_given_up(instance);
        let row = &mut self.vms[vm.index()];
        let served = std::mem::take(&mut row.app) && self.in_reach(vm);
        let votes = match &self.model.service_of(vm).guest {
            Some(GuestGroup::Failover(rules)) => rules.votes.is_some(),
            _ => false,
        };
        let cut = self.first_cut <= self.now;
        self.require(served && votes && cut, Rule::Quorum, || format!("{} is outvoted", self.name(vm)))
    }

    /// A failed application is restarted where it is: its group watches it, and its guest lives.
    pub(super) fn app_restarting(&mut self, vm: VmId) -> Checked {
        let instance = self.model.vms[vm.index()].instance;
        let node = self.vms[vm.index()];
        let restarts = match &self.model.service_of(vm).guest {
            Some(GuestGroup::Failover(rules)) => rules.in_place.is_some(),
            _ => false,
        };
        let down = self.instances[instance.index()].lost_ppb == ALL_PPB;
        self.require(restarts && down && node.booted && !node.app, Rule::Failover, || {
            format!("the application of {} is restarted and has not failed", self.name(vm))
        })?;
        let row = &mut self.instances[instance.index()];
        (row.taking, row.taken_before) = (Some((vm, self.now)), true);
        Ok(())
    }

    pub(super) fn failover_done(&mut self, instance: InstanceId, vm: VmId) -> Checked {
        let taking = self.instances[instance.index()].taking.take();
        let online = self.model.vms_of(instance).filter(|v| self.vms[v.index()].app).count();
        self.require(taking.is_some_and(|(node, _)| node == vm) && online == 1, Rule::Failover, || {
            format!("{} is online, {taking:?} was taking over, {online} nodes are online", self.name(vm))
        })?;
        let Some(GuestGroup::Failover(rules)) = &self.model.service_of(vm).guest else {
            return self.broken(Rule::Failover, "a takeover without a group");
        };
        let part = &rules.takeover;
        let last = least(&part.offline).min(least(&part.recover));
        let parts = least(&part.disk) + least(&part.address) + least(&part.start) + last;
        // A person may be faster.
        let parts = if rules.coverage < 1.0 { parts.min(least(&rules.manual_recovery)) } else { parts };
        let soonest = taking.map_or(Time::NEVER, |(_, since)| since + parts);
        self.require(self.now >= soonest, Rule::NotTooFast, || "a takeover too fast".into())
    }

    pub(super) fn service_down(&mut self, instance: InstanceId, cause: Cause) -> Checked {
        let own = |vm: VmId| self.model.vms[vm.index()].instance == instance;
        let seen = self.instant.iter().any(|signal| match *signal {
            Signal::VmDown { vm, cause: c } | Signal::AppDown { vm, cause: c } => own(vm) && c == cause,
            Signal::StorageDown { cause: c, .. } => c == cause,
            Signal::NetworkDown { network } => {
                let within = matches!(self.model.networks[network.index()].reach, Reach::Within(_));
                cause == Cause::NetworkOutage || (within && cause == Cause::SiteOutage)
            }
            Signal::LinkDown { .. } => cause == Cause::LinkFailure,
            // Nodes that have lost quorum together pause what they run (HYP-23).
            Signal::VmsPaused { host, .. } => {
                self.model.vms_of(instance).any(|vm| self.vms[vm.index()].home == Some(host))
            }
            Signal::GroupQuorumLost { instance: i } | Signal::NodeOutvoted { instance: i, .. } => {
                i == instance
            }
            Signal::VmPaused { vm } => {
                let moves = self.vms[vm.index()].moves.is_some();
                own(vm) && (cause == Cause::VmPause || (moves && cause == Cause::Migration))
            }
            Signal::FailbackBegun { instance: i, .. } => cause == Cause::Maintenance && i == instance,
            Signal::PatchBegun { vm } | Signal::Drains { vm, .. } => cause == Cause::Maintenance && own(vm),
            // A pool that has lost its statefile fences its hosts.
            Signal::HostFenced { .. } => true,
            // A node that is alone may hold the I/O of its VMs back, and so may those that have lost quorum together, for
            // whatever reason.
            Signal::HostIsolated { host } => {
                matches!(cause, Cause::LinkFailure | Cause::NetworkOutage) || self.waits_for_quorum(host)
            }
            _ => false,
        });
        // Those whose clients are not turned away carry less of what clients want from now on.
        let seen = seen || self.load_has_risen(instance);
        // What members can carry is less the shares of dead ones: together with others they may carry nothing that carried
        // something apart.
        let guest = &self.model.services[self.model.instances[instance.index()].service.index()].guest;
        let meets = |signal: &Signal| match *signal {
            Signal::NetworkUp { .. } => true,
            Signal::Parted { instance: i, .. } | Signal::Converged { instance: i, .. } => i == instance,
            _ => false,
        };
        let seen = seen
            || (matches!(guest, Some(GuestGroup::Balanced { .. }))
                && self.first_cut <= self.now
                && self.instant.iter().any(meets));
        // Redirected I/O ends with the host that it goes through.
        let seen = seen || (cause == Cause::LinkFailure && self.redirects);
        self.require(seen && can_happen(self.model, cause), Rule::CauseSeen, || {
            format!(
                "{} is down from {cause:?}, of which there is no trace",
                self.model.instances[instance.index()].name
            )
        })?;
        self.serves(instance, ALL_PPB, cause)?;
        let row = &mut self.instances[instance.index()];
        (row.down_at, row.taken_before) = (self.now, false);
        let stopped =
            |signal: &Signal| matches!(signal, Signal::NodeOutvoted { instance: i, .. } if *i == instance);
        self.instances[instance.index()].outvoted = self.instant.iter().any(stopped);
        Ok(())
    }

    pub(super) fn serves(&mut self, instance: InstanceId, lost_ppb: u32, cause: Cause) -> Checked {
        let row = self.instances[instance.index()];
        self.require(row.lost_ppb != lost_ppb && lost_ppb <= ALL_PPB, Rule::ServiceAlternates, || {
            format!("{} loses {lost_ppb} twice", self.model.instances[instance.index()].name)
        })?;
        self.account(instance, self.now);
        let start = Time::ZERO + self.model.warmup;
        if lost_ppb == ALL_PPB && self.now >= start {
            let tally = &mut self.tallies[self.model.instances[instance.index()].service.index()];
            tally.outages += 1;
            tally.causes[cause as usize].outages += 1;
        }
        let row = &mut self.instances[instance.index()];
        (row.lost_ppb, row.since, row.cause) = (lost_ppb, self.now, cause);
        Ok(())
    }

    /// Books an instance's present condition up to an instant.
    pub(super) fn account(&mut self, instance: InstanceId, until: Time) {
        let row = self.instances[instance.index()];
        let start = Time::ZERO + self.model.warmup;
        let span = until.since(row.since.max(start)).0;
        let tally = &mut self.tallies[self.model.instances[instance.index()].service.index()];
        if row.lost_ppb == ALL_PPB {
            tally.downtime_us += span;
            tally.causes[row.cause as usize].downtime_us += span;
        } else if row.lost_ppb > 0 {
            tally.degraded_us += span;
            tally.lost_degraded_ppb_us += u128::from(span) * u128::from(row.lost_ppb);
        }
        if row.lost_ppb > 0 {
            self.account_requests(instance, row.since.max(start), until);
        }
    }

    /// Members of a balanced group have agreed with those whom they hear: that takes several sites, and at least the
    /// convergence since the ways between them have changed, or a member that heard only some of the others joined.
    pub(super) fn parted(&mut self, instance: InstanceId, parts: u16) -> Checked {
        let fixed = &self.model.instances[instance.index()];
        let Some(GuestGroup::Balanced { convergence, join, .. }) =
            &self.model.services[fixed.service.index()].guest
        else {
            return self.broken(Rule::Converged, "a group falls apart that is not balanced");
        };
        let soonest = self.first_cut + least(convergence).min(least(join));
        let fits = u32::from(parts) <= fixed.vms && self.now >= soonest;
        self.require(fits, Rule::Converged, || format!("{} has {parts} parts", fixed.name))
    }

    /// The clients of a balanced group to whom a network leads from a member that serves: as many are at each place as
    /// members were there at the start.
    fn most_reached(&self, instance: InstanceId) -> u32 {
        let way = ninefold::model::Traffic::Client as usize;
        let members = || self.model.vms_of(instance);
        let serving: Vec<_> = members().filter(|v| self.vms[v.index()].app && self.in_reach(*v)).collect();
        let place = |vm: VmId| self.vms[vm.index()].home.map(|host| self.place(host));
        let reached = |client: &VmId| {
            let at = self.place(self.model.vms[client.index()].host);
            serving.iter().any(|&vm| place(vm).is_some_and(|there| self.leads(way, at, there)))
        };
        let all = members().count() as u64;
        let parts = members().filter(reached).count() as u64;
        // What is out of reach is rounded down.
        (u64::from(ALL_PPB) - u64::from(ALL_PPB) * (all - parts) / all) as u32
    }

    pub(super) fn settle_instance(&self, instance: InstanceId) -> Checked {
        let fixed = &self.model.instances[instance.index()];
        let service = &self.model.services[fixed.service.index()];
        let row = self.instances[instance.index()];
        let running = self.model.vms_of(instance).filter(|v| self.vms[v.index()].app).count();
        let serving =
            self.model.vms_of(instance).filter(|v| self.vms[v.index()].app && self.in_reach(*v)).count();
        let served = ALL_PPB - row.lost_ppb;
        let most = match &service.guest {
            Some(GuestGroup::Balanced { .. }) => {
                self.carried(instance, serving, self.now).min(self.most_reached(instance))
            }
            _ => ALL_PPB * u32::from(serving > 0),
        };
        self.require(served <= most, Rule::ServesForReason, || {
            format!("{} serves {served} ppb with {serving} VMs", fixed.name)
        })?;
        let failover = matches!(service.guest, Some(GuestGroup::Failover(_)));
        self.require(!failover || running <= 1, Rule::Failover, || {
            format!("{running} nodes of {} online", fixed.name)
        })?;
        // Clients may look for it at its old site for a while.
        let at_once = service.guest.is_none()
            && !service.is_looked_up
            && service.way_back.recover.fixed() == Some(Span::ZERO);
        let idle = at_once && !self.hidden_pauses && serving == 1 && self.plain_loss(instance) != Some(0);
        self.require(!idle, Rule::ServesWhenItCan, || format!("{} could serve and does not", fixed.name))
    }
}

/// Whether anything in a model can be a cause.
pub(super) fn can_happen(model: &Model, cause: Cause) -> bool {
    let injected = |wanted: &dyn Fn(&InjectTarget) -> bool| model.injects.iter().any(|i| wanted(&i.target));
    let part = |cause| {
        let own = |part: &ninefold::model::Part| part.cause == cause;
        model.parts.iter().any(|p| own(p) && p.fault.is_some())
            || injected(&|t| matches!(t, InjectTarget::Part(p, _) if own(&model.parts[p.index()])))
    };
    let fault = |wanted| injected(&|t| matches!(t, InjectTarget::Vm(_, fault) if *fault == wanted));
    match cause {
        Cause::HostCrash => {
            model.hosts.iter().any(|h| h.crash.is_some())
                || injected(&|t| matches!(t, InjectTarget::HostCrash(_)))
        }
        Cause::HostHang => {
            model.hosts.iter().any(|h| h.hang.is_some())
                || injected(&|t| matches!(t, InjectTarget::HostHang(_)))
                || part(cause)
        }
        Cause::RackOutage
        | Cause::SiteOutage
        | Cause::StorageOutage
        | Cause::ControllerFailure
        | Cause::NetworkOutage
        | Cause::LinkFailure
        | Cause::WitnessOutage => part(cause),
        Cause::GuestCrash => {
            model.services.iter().any(|s| s.guest_crash.is_some()) || fault(VmFault::GuestCrash)
        }
        Cause::AppCrash => model.services.iter().any(|s| s.app_crash.is_some()) || fault(VmFault::AppCrash),
        Cause::AppHang => model.services.iter().any(|s| s.app_hang.is_some()) || fault(VmFault::AppHang),
        Cause::VmPause => fault(VmFault::Pause),
        Cause::Migration => model.clusters.iter().any(|cluster| cluster.migration.is_some()),
        Cause::Maintenance => {
            let goes_back = |s: &ninefold::model::Service| match &s.guest {
                Some(GuestGroup::Failover(rules)) => rules.failback.is_some(),
                _ => false,
            };
            !model.maintenances.is_empty() || model.services.iter().any(goes_back)
        }
    }
}
