//! Balanced groups: who is sent clients, and what becomes of them.

use ninefold::model::VmDraw;

use crate::scenario::{Layer, Length, Us};
use crate::world::{ALL, Flaw, What, World};

/// Members of a group whose beats are missing.
#[derive(Clone, Copy, Debug)]
struct Silence {
    /// Into how many shares the clients fell when it began, the member's own included.
    shares: u64,
    /// Its guest has died meanwhile.
    died: bool,
    missed: bool,
    /// From when it is missed until the others have taken over its share.
    converges: Us,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// Clients are sent to it.
    converged: bool,
    silence: Option<Silence>,
    /// It has served for a convergence, and joins as soon as it has been dropped.
    is_ready: bool,
}

impl Default for Member {
    fn default() -> Member {
        Member { converged: true, silence: None, is_ready: false }
    }
}

/// Shares of up to five members are whole numbers of these.
const SHARES: u64 = 60;

impl World<'_> {
    fn converged(&self, instance: usize) -> u64 {
        self.vms_of(instance).iter().filter(|&&vm| self.members[vm].converged).count() as u64
    }

    /// Whether the others hear it: its guest runs, and the network of its clients is there. A balancer that looks into
    /// applications hears those that answer.
    fn beats(&self, vm: usize) -> bool {
        if self.service_of(vm).is_aware {
            return self.serves(vm);
        }
        self.vms[vm].phase.is_booted() && self.is_reached(vm)
    }

    pub(crate) fn settle_members(&mut self) {
        let before: Vec<u64> = (0..self.groups.len()).map(|instance| self.converged(instance)).collect();
        for vm in 0..self.vms.len() {
            if self.service_of(vm).layer == Layer::Balanced {
                self.settle_member(vm, before[self.names[vm].instance]);
            }
        }
    }

    fn settle_member(&mut self, vm: usize, shares: u64) {
        let (beats, serves) = (self.beats(vm), self.serves(vm));
        let booted = self.vms[vm].phase.is_booted();
        let member = &mut self.members[vm];
        match &mut member.silence {
            None if member.converged && !beats => {
                let noticed = self.draw(self.service_of(vm).detection, self.vm_stream(vm, VmDraw::Detection));
                let converges = self.convergence(vm);
                self.members[vm].silence = Some(Silence { shares, died: !booted, missed: false, converges });
                match noticed {
                    // Where nobody needs time to notice, nothing comes in between.
                    0 => self.missed(vm),
                    noticed => self.after(noticed, What::Missed(vm)),
                }
            }
            // It has not left.
            Some(silence) if !silence.missed && !silence.died && beats => {
                member.silence = None;
                self.call_off(What::Missed(vm));
                self.census.short_silences += 1;
            }
            Some(silence) => silence.died |= !booted,
            None => {}
        }
        let member = self.members[vm];
        let is_out = !member.converged || member.silence.is_some_and(|s| s.died || s.missed);
        let joins = is_out && serves;
        if joins && !member.is_ready && !self.is_pending(What::Joined(vm)) {
            match self.convergence(vm) {
                0 => self.joined(vm),
                converges => self.after(converges, What::Joined(vm)),
            }
        } else if !joins {
            let broken_off = self.call_off(What::Joined(vm)).is_some() || member.is_ready;
            self.members[vm].is_ready = false;
            if broken_off && member.converged && !matches!(self.service_of(vm).takeover, Length::Always(_)) {
                self.doubt("which draw is next after a join that was broken off within a window");
            }
        }
    }

    fn convergence(&mut self, vm: usize) -> Us {
        self.draw(self.service_of(vm).takeover, self.vm_stream(vm, VmDraw::Convergence))
    }

    pub(crate) fn missed(&mut self, vm: usize) {
        let Some(silence) = &mut self.members[vm].silence else { unreachable!("it is silent") };
        silence.missed = true;
        match silence.converges {
            0 => self.dropped(vm),
            converges => self.after(converges, What::Dropped(vm)),
        }
    }

    pub(crate) fn dropped(&mut self, vm: usize) {
        let is_ready = self.members[vm].is_ready;
        self.members[vm] = Member { converged: is_ready, silence: None, is_ready: false };
        self.census.dropped += 1;
    }

    pub(crate) fn joined(&mut self, vm: usize) {
        let member = &mut self.members[vm];
        if member.converged {
            member.is_ready = true;
            self.census.joins_inside_windows += 1;
        } else {
            *member = Member::default();
        }
    }

    /// What m serving members can carry, less the shares of those to whom clients are sent in vain.
    pub(crate) fn lost_by_members(&self, instance: usize) -> Us {
        let vms = self.vms_of(instance);
        let (service, shares) = (self.service_of(vms[0]), self.converged(instance));
        let all = SHARES * service.demand;
        let (mut serving, mut dark) = (0, 0);
        for &vm in &vms {
            let member = self.members[vm];
            match member.silence {
                Some(_) if self.flaw == Flaw::SharesThinOut => dark += all / shares,
                Some(silence) => dark += all / silence.shares,
                None if !member.converged => {}
                None if self.serves(vm) => serving += 1,
                None => dark += all / shares,
            }
        }
        let carried = (serving * SHARES * service.capacity).min(all);
        let served = carried.saturating_sub(dark);
        ALL - served * ALL / all
    }
}
