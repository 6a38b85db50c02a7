//! Who boots on which channel, in the order in which they will be through, and how far each has come.

use super::{NOWHERE, State};
use crate::engine::{Sharing, Time, Work, clone_in_place};
use crate::model::{Channel, ChannelId, Model, VmId};

/// A storage's bandwidth, or that of one host's own disks, and the VMs that boot on it.
#[derive(Debug)]
pub struct ChannelState {
    pub sharing: Sharing,
    /// The VMs that boot, the one that is through first at the end; of those that are through together the one with
    /// the lowest number.
    pub booting: Vec<VmId>,
    /// The VM whose clock shows when the first boot is over, or [`NOWHERE`].
    pub shown: u32,
}

clone_in_place!(ChannelState { sharing, booting, shown });

impl ChannelState {
    pub(super) fn new(channel: &Channel) -> ChannelState {
        ChannelState {
            sharing: Sharing::new(channel.bandwidth),
            booting: Vec::with_capacity(channel.vms as usize),
            shown: NOWHERE,
        }
    }

    pub(super) fn clear(&mut self) {
        self.sharing.clear();
        self.booting.clear();
        self.shown = NOWHERE;
    }
}

impl State {
    /// What a VM shares with others while it boots from the copy of its disks that it uses just now.
    #[inline]
    #[must_use]
    pub fn channel_of(&self, model: &Model, vm: VmId) -> Option<ChannelId> {
        model.boots_on.get(vm.index())?[usize::from(self.vms[vm.index()].on_mirror)]
    }

    /// A VM begins to boot on a channel that has been followed up to now, or goes on with what is left.
    pub fn join_channel(&mut self, model: &Model, channel: ChannelId, vm: VmId, now: Time, work: Work) {
        let row = &mut self.channels[channel.index()];
        self.boots[vm.index()] = row.sharing.join(now, model.service_of(vm).boot_io, work);
        let place = self.place_among_boots(channel, vm);
        self.channels[channel.index()].booting.insert(place, vm);
    }

    /// A VM boots no longer on a channel that has been followed up to now. What was left of its boot; `None` where it
    /// was through already.
    pub fn leave_channel(&mut self, model: &Model, channel: ChannelId, vm: VmId) -> Option<Work> {
        let place = self.place_among_boots(channel, vm);
        let row = &mut self.channels[channel.index()];
        if row.booting.get(place) != Some(&vm) {
            return None;
        }
        row.booting.remove(place);
        row.sharing.leave(model.service_of(vm).boot_io);
        if row.shown == vm.0 {
            row.shown = NOWHERE;
        }
        Some(row.sharing.left(self.boots[vm.index()]))
    }

    /// Follows a channel up to now: lets the next VM go that is through by then; `None` where nobody is.
    pub fn pass_boot(&mut self, model: &Model, channel: ChannelId, now: Time) -> Option<VmId> {
        let row = &mut self.channels[channel.index()];
        if let Some(&vm) = row.booting.last()
            && row.sharing.pass(self.boots[vm.index()], model.service_of(vm).boot_io, now)
        {
            row.booting.pop();
            self.boots[vm.index()] = Work::NONE;
            if row.shown == vm.0 {
                row.shown = NOWHERE;
            }
            return Some(vm);
        }
        row.sharing.advance(now);
        None
    }

    /// Whose boot is over first, and when if nobody comes or goes before.
    #[must_use]
    pub fn first_boot(&self, channel: ChannelId) -> Option<(VmId, Time)> {
        let row = &self.channels[channel.index()];
        row.booting.last().map(|&vm| (vm, row.sharing.due(self.boots[vm.index()])))
    }

    /// Where a VM stands, or belongs, among those that boot on a channel.
    fn place_among_boots(&self, channel: ChannelId, vm: VmId) -> usize {
        let rank = |vm: VmId| (self.boots[vm.index()], vm);
        self.channels[channel.index()].booting.partition_point(|&other| rank(other) > rank(vm))
    }
}
