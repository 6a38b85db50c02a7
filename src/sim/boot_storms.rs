//! Boot storms: VMs that boot at the same time from one storage share its bandwidth (STO-18, MTX-23, MTX-50, MTX-94).
//!
//! While the VMs that boot want no more than the storage gives, each boot takes its own time. Where they want k times
//! as much, all of them go on at 1/k of their speed: `storm(k) = max(1, sum of boot_io / bandwidth)`. Only the step
//! `boot` is stretched, as in MTX's `t_pon + storm * t_boot + t_rec + t_app`.
//!
//! Assumptions: what runs already takes nothing away from those who boot, the bandwidth is shared in proportion to
//! what each wants, and a VM wants the same from the first to the last second of its boot.
//!
//! The VMs that boot stand in the list of their channel ([`crate::state::ChannelState`]). Of their clocks only that of
//! the one which is through first shows an instant; it is set anew whenever somebody comes or goes. A VM that stands
//! still because its disks are gone is not in the list, and remembers what is left of its boot.

use super::{Observer, Simulation};
use crate::engine::{Span, Work};
use crate::model::{ChannelId, VmClock, VmId};
use crate::state::{NOWHERE, VmPhase};

impl<O: Observer> Simulation<'_, O> {
    /// The channel of a VM that is booting just now, or stands still while it does.
    #[inline]
    fn boots_on(&self, vm: VmId) -> Option<ChannelId> {
        let channel = self.state.channel_of(self.model, vm)?;
        (self.state.vms[vm.index()].phase == VmPhase::Boot).then_some(channel)
    }

    /// Something has happened to a VM: where its boot has begun, it shares with the others from now on. Its clock
    /// shows how long the boot takes by itself.
    #[inline]
    pub(super) fn share_boot(&mut self, vm: VmId) {
        if let Some(channel) = self.boots_on(vm) {
            let due = self.state.vms[vm.index()].clocks[VmClock::Step as usize].due();
            self.join_storm(channel, vm, due.since(self.now).into());
        }
    }

    /// A clock of a VM is due: where that ends its boot, it shares with nobody any more.
    #[inline]
    pub(super) fn finish_boot(&mut self, vm: VmId) {
        if let Some(channel) = self.boots_on(vm) {
            let left = self.leave_storm(channel, vm);
            assert!(left.is_none(), "a boot ends before it is over");
        }
    }

    /// A VM is about to be stopped: it shares with nobody any more.
    #[inline]
    pub(super) fn abandon_boot(&mut self, vm: VmId) {
        if let Some(channel) = self.boots_on(vm)
            && !self.state.vms[vm.index()].suspended
        {
            self.leave_storm(channel, vm);
        }
    }

    /// The disks of a VM are gone: what is left of its boot stands still.
    #[inline]
    pub(super) fn halt_boot(&mut self, vm: VmId) {
        if self.shares_boots(vm) {
            let left = match self.boots_on(vm) {
                Some(channel) => self.leave_storm(channel, vm),
                None => Some(
                    self.state.vms[vm.index()].clocks[VmClock::Step as usize].due().since(self.now).into(),
                ),
            };
            self.state.boots[vm.index()] = left.unwrap_or(Work::NONE);
            if let Some(left) = left {
                self.arm_vm(vm, VmClock::Step, left.ceil());
            }
        }
    }

    /// They are back, or the other copy of them is there: what is left goes on. A boot that was over at the very
    /// instant at which they went is over now.
    #[inline]
    pub(super) fn resume_boot(&mut self, vm: VmId) {
        if self.shares_boots(vm) {
            let left = self.state.boots[vm.index()];
            match self.boots_on(vm) {
                Some(channel) if left > Work::NONE => self.join_storm(channel, vm, left),
                _ => self.state.boots[vm.index()] = Work::NONE,
            }
        }
    }

    /// Whether a VM boots, and shares with others while it does, at one copy of its disks at least.
    #[inline]
    fn shares_boots(&self, vm: VmId) -> bool {
        self.model.boots_on.get(vm.index()).is_some_and(|channels| *channels != [None; 2])
            && self.state.vms[vm.index()].phase == VmPhase::Boot
    }

    #[cold]
    fn join_storm(&mut self, channel: ChannelId, vm: VmId, work: Work) {
        self.follow(channel);
        self.state.join_channel(self.model, channel, vm, self.now, work);
        self.disarm_vm(vm, VmClock::Step);
        self.show_first_boot(channel);
    }

    /// What was left of the VM's boot, where it was not over.
    #[cold]
    fn leave_storm(&mut self, channel: ChannelId, vm: VmId) -> Option<Work> {
        self.follow(channel);
        let left = self.state.leave_channel(self.model, channel, vm);
        self.show_first_boot(channel);
        left
    }

    /// Follows a channel up to now. Boots that are over by now show it; their turn comes in the order of the table.
    fn follow(&mut self, channel: ChannelId) {
        while let Some(vm) = self.state.pass_boot(self.model, channel, self.now) {
            self.arm_vm(vm, VmClock::Step, Span::ZERO);
        }
    }

    /// The clock of the VM that is through first shows when; that of the one which was first before shows nothing.
    fn show_first_boot(&mut self, channel: ChannelId) {
        let first = self.state.first_boot(channel);
        let shown = first.map_or(NOWHERE, |(vm, _)| vm.0);
        let before = std::mem::replace(&mut self.state.channels[channel.index()].shown, shown);
        if before != NOWHERE && before != shown {
            self.disarm_vm(VmId(before), VmClock::Step);
        }
        if let Some((vm, due)) = first {
            self.arm_vm(vm, VmClock::Step, due.since(self.now));
        }
    }
}
