//! Who wants computing power of which host, and what everybody gets of it.
//!
//! A host whose residents can never want more than it has is asleep: nobody counts what they want. One where they could is
//! awake from the moment when all of them may be there.

use crate::engine::{Table, clone_in_place};
use crate::model::{GuestGroup, HostId, InstanceId, Model, Traffic, VmId};

use super::{HostPhase, InstanceState, NOWHERE, State, VmPhase};

/// All of that. Every table is empty where no VM wants anything.
#[derive(Debug, Default)]
pub struct Demands {
    pub hosts: Table<HostDemand>,
    /// By host and service: VMs that serve, of hosts that are awake.
    pub serving: Table<u32>,
    /// By VM, the host on which it is counted, or [`NOWHERE`].
    pub counted_on: Table<u32>,
    /// By instance, what it gets of what it wants, in billionths.
    pub shares: Table<u32>,
    /// By host, what its VMs want when all serve, moves that are under way done: for one look of a cluster that balances.
    pub expected: Table<u64>,
}

clone_in_place!(Demands { hosts, serving, counted_on, shares, expected });

/// A host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostDemand {
    /// The most that those who live here ever want together.
    pub most: u64,
    pub awake: bool,
    /// More is wanted than its cluster puts up with.
    pub pressed: bool,
    /// What each of its VMs gets of what it wants, in billionths; and what they have been told.
    pub share_ppb: u32,
    pub told_ppb: u32,
}

impl HostDemand {
    const IDLE: HostDemand = HostDemand {
        most: 0,
        awake: false,
        pressed: false,
        share_ppb: InstanceState::FULL_PPB,
        told_ppb: InstanceState::FULL_PPB,
    };
}

impl Demands {
    pub(super) fn follow(&mut self, leader: &mut Demands) {
        let Demands { hosts, serving, counted_on, shares, expected } = leader;
        self.hosts.follow(hosts);
        self.serving.follow(serving);
        self.counted_on.follow(counted_on);
        self.shares.follow(shares);
        self.expected.follow(expected);
    }

    pub(super) fn new(model: &Model) -> Demands {
        if !model.has_demands() {
            return Demands::default();
        }
        let hosts = model.hosts.len();
        Demands {
            hosts: Table::new(vec![HostDemand::IDLE; hosts]),
            serving: Table::new(vec![0; hosts * model.services.len()]),
            counted_on: Table::new(vec![NOWHERE; model.vms.len()]),
            shares: Table::new(vec![InstanceState::FULL_PPB; model.instances.len()]),
            expected: Table::new(vec![0; hosts]),
        }
    }

    pub(super) fn reset(&mut self) {
        self.hosts.fill(HostDemand::IDLE);
        self.serving.fill(0);
        self.counted_on.fill(NOWHERE);
        self.shares.fill(InstanceState::FULL_PPB);
    }

    /// Whether nobody wants anything.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }
}

impl State {
    /// Whether a VM uses its host: it serves its clients.
    #[must_use]
    pub fn is_busy(&self, model: &Model, vm: VmId) -> bool {
        let row = &self.vms[vm.index()];
        row.phase == VmPhase::Up
            && !row.suspended
            && row.host().is_some_and(|host| self.hears(model, host, Traffic::Client))
    }

    /// Whether those who live on a host could want more than it has, or than its cluster puts up with.
    #[inline]
    #[must_use]
    pub fn is_crowded(&self, model: &Model, host: HostId) -> bool {
        !self.demands.is_empty() && {
            let row = &self.demands.hosts[host.index()];
            row.awake || (row.most > 0 && row.most > model.comfort(host))
        }
    }

    /// Whether it still could.
    #[must_use]
    pub(crate) fn stays_awake(&self, model: &Model, host: HostId) -> bool {
        self.demands.hosts[host.index()].most > model.comfort(host)
            && self.hosts[host.index()].phase == HostPhase::Up
    }

    /// What an instance gets of the computing power that it wants, in billionths: the mean of those of its VMs that serve.
    #[must_use]
    pub fn share_of(&self, model: &Model, instance: InstanceId) -> u32 {
        let (mut sum, mut count) = (0_u64, 0);
        if model.service_of(model.instances[instance.index()].first_vm).busy == 0 {
            return InstanceState::FULL_PPB;
        }
        for vm in model.vms_of(instance) {
            let serves = match self.members.get(vm.index()) {
                Some(member) if matches!(model.service_of(vm).guest, Some(GuestGroup::Balanced { .. })) => {
                    member.counted
                }
                _ => self.is_busy(model, vm),
            };
            if let Some(host) = self.vms[vm.index()].host().filter(|_| serves) {
                sum += u64::from(self.demands.hosts[host.index()].share_ppb);
                count += 1;
            }
        }
        // Who serves no more at this instant will say so.
        sum.checked_div(count).map_or(self.demands.shares[instance.index()], |mean| mean as u32)
    }

    /// Panics where sums of demands, or shares, do not hold.
    pub(super) fn check_demands(&self, model: &Model) {
        if self.demands.is_empty() {
            return;
        }
        let mut most = vec![0; model.hosts.len()];
        let mut serving = vec![0; self.demands.serving.len()];
        for (number, row) in self.vms.iter().enumerate() {
            let vm = VmId(number as u32);
            let Some(host) = row.host() else {
                assert_eq!(self.demands.counted_on[number], NOWHERE, "a VM without a host wants something");
                continue;
            };
            most[host.index()] += model.service_of(vm).demand_most();
            let awake = self.demands.hosts[host.index()].awake;
            let wants = awake && model.service_of(vm).busy > 0 && self.is_busy(model, vm);
            let counted = if wants { host.0 } else { NOWHERE };
            assert_eq!(self.demands.counted_on[number], counted, "{}", model.vms[number].name);
            if wants {
                serving[host.index() * model.services.len() + model.vms[number].service.index()] += 1;
            }
            let crowded = self.is_crowded(model, host);
            // Whoever has not begun to start yet chooses when it does.
            let lives = row.private && row.phase != VmPhase::Off;
            assert!(!(lives && awake), "{}: a private life on a full host", model.vms[number].name);
            assert!(awake || !(crowded && wants), "{}: a full host sleeps", model.hosts[host.index()].name);
        }
        assert_eq!(*self.demands.serving, serving, "those who want something do not add up");
        for (host, most) in self.demands.hosts.iter().zip(most) {
            assert_eq!(host.most, most, "peaks do not add up");
            assert_eq!(host.share_ppb, host.told_ppb, "somebody does not know its share");
        }
        for number in 0..model.instances.len() as u32 {
            let instance = InstanceId(number);
            let (share, served) =
                (self.demands.shares[instance.index()], self.instances[instance.index()].served_ppb);
            let expected = if served == 0 { InstanceState::FULL_PPB } else { self.share_of(model, instance) };
            assert_eq!(share, expected, "{}: another share", model.instances[instance.index()].name);
        }
    }
}
