//! What a primary makes of what it sees and no longer sees of the others, and what a host that is alone does.

use super::{Attempts, Primary, Response, Role, Tick, Us, W, What};

impl Primary {
    /// Whether everything speaks for the death of a host (VMW-24): no beats, no answers to pings, and no heartbeats in
    /// the datastores.
    pub(super) fn is_dead(&self, world: &W, primary: usize, host: usize) -> bool {
        let n = self.numbers;
        let site = world.site(primary);
        let heard = self.heard[site][host];
        let unreachable = !world.hears(primary, host) && world.now >= heard + n.unreachable + n.pings;
        let vain = |end: Us| world.now >= end.max(heard + n.watch_from) + n.watch;
        unreachable && (!self.datastores || self.signs_end[site][host].is_some_and(vain))
    }

    /// The datastores show signs of a host to those of a site, or no longer do.
    pub(super) fn look_at_signs(&mut self, world: &mut W) {
        for site in world.ways.sites.with_hosts() {
            for host in world.hosts() {
                let reads = |r: usize| {
                    let there = world.ways.joins(world.site(r), site) && (r == host || world.is_linked(r));
                    there && world.is_up(r) && world.reaches_storage(r)
                };
                let signs = world.is_up(host) && world.reaches_storage(host);
                if signs && world.hosts().any(reads) {
                    self.signs_end[site][host] = None;
                } else if self.signs_end[site][host].is_none() {
                    self.signs_end[site][host] = Some(world.now);
                    world.after(self.numbers.watch, Tick::Judge);
                }
            }
        }
    }

    /// The primaries that can act, those of the main side first: they are ready, and hear others or the gateway.
    pub(super) fn judges(&self, world: &W) -> Vec<usize> {
        let ready =
            |&h: &usize| matches!(self.roles[h], Role::Leads { ready: true, .. }) && world.is_linked(h);
        let mut judges: Vec<usize> = world.hosts().filter(ready).collect();
        judges.sort_by_key(|&h| !world.ways.joins(world.site(h), self.main));
        judges
    }

    /// The primary that owns the datastores; where none can read them, the first.
    pub(super) fn owner(&self, world: &W, judges: &[usize]) -> Option<usize> {
        let reaches = |h: usize| !self.datastores || world.reaches_storage(h);
        let owns = |&&p: &&usize| world.group(p).into_iter().any(reaches);
        judges.iter().find(owns).or(judges.first()).copied()
    }

    pub(super) fn declare(&mut self, world: &mut W, primary: usize, host: usize, owns: bool) {
        for site in world.ways.heard_at(world.site(primary)) {
            self.given_up[site][host] = Some(Attempts::default());
        }
        if !std::mem::replace(&mut self.told[host], true) {
            world.tell(What::Declared(host));
        }
        if !self.datastores {
            self.attempt(world, primary, host);
        }
        // VMW-07: what belongs to another side is that side's business.
        if !world.is_up(host) || !self.datastores || world.reaches_storage(host) || !owns {
            return;
        }
        // VMW-26, VMW-42: it lives without its storage, and the locks of its VMs have run out.
        let batch = world.guests.new_batch();
        for vm in world.guests.on(host) {
            world.lose(vm, batch, world.why_without_storage(host));
            world.guests.leave_copy(vm, host);
        }
        let site = world.site(primary);
        self.due.extend(world.guests.of_batch(batch).into_iter().map(|vm| (host, vm, site)));
    }

    /// Without heartbeat datastores a host that is alone is taken for dead (VMW-24): the others try to start what it runs,
    /// and fail on its locks.
    pub(super) fn attempt(&mut self, world: &mut W, primary: usize, host: usize) {
        let sites = world.ways.heard_at(world.site(primary));
        let Some(mut attempts) = self.given_up[world.site(primary)][host] else { return };
        if let Some(wait) = attempts.make(world.now, self.numbers.pace) {
            world.after_all(wait, Tick::Judge);
        }
        sites.into_iter().for_each(|site| self.given_up[site][host] = Some(attempts));
        if world.is_up(host) && world.is_up(primary) {
            for vm in world.guests.on(host) {
                world.tell(What::Failed(vm));
            }
        }
    }

    pub(super) fn order(&self, world: &mut W, primary: usize, vm: usize) {
        let datastores = self.datastores;
        world.order(vm, |world, host| {
            (host == primary || world.hears(primary, host)) && (!datastores || world.reaches_storage(host))
        });
    }

    /// The VMs of a host that are to be stopped like that; it takes so long.
    fn stop(&mut self, world: &mut W, host: usize, response: Response, takes: Us) {
        let vms: Vec<usize> =
            world.guests.on(host).into_iter().filter(|&vm| self.responses[vm] == response).collect();
        if vms.is_empty() {
            return;
        }
        let (batch, why) = (world.guests.new_batch(), world.why_cut_off(host));
        vms.into_iter().for_each(|vm| world.lose(vm, batch, why));
        for site in world.ways.sites.with_hosts() {
            let seen = match self.given_up[site][host] {
                Some(attempts) if !self.datastores => attempts.next.map(|next| next - world.now),
                _ => Some(self.numbers.marker + takes),
            };
            if let Some(seen) = seen {
                let (heard, since) = (Us::MAX, world.now);
                world.after_all(seen, Tick::Due { site, host, batch, heard, since });
            }
        }
    }

    /// VMW-38: a VM is stopped only where somebody else owns its datastore, or its host has lost that.
    pub(super) fn respond(&mut self, world: &mut W, host: usize) {
        let owns = |p: usize| p != host && self.leads(p) && (!self.datastores || world.reaches_storage(p));
        let lost = self.datastores && !world.reaches_storage(host);
        if world.hosts().any(owns) || lost {
            self.stop(world, host, Response::PowerOff, 0);
            self.stop(world, host, Response::ShutDown, self.numbers.shutdown);
        }
        let responses = self.responses.clone();
        world.guests.forget_copies_of(host, |vm| responses[vm] != Response::LeaveOn);
    }

    /// When all signs of a host have been missed at a site.
    pub(super) fn missed_at(&self, world: &W, site: usize, host: usize) -> Us {
        let n = self.numbers;
        let heard = self.heard[site][host];
        let end = self.signs_end[site][host].unwrap_or(world.now);
        let silent = heard + n.unreachable + n.pings;
        if self.datastores { silent.max(end.max(heard + n.watch_from) + n.watch) } else { silent }
    }
}
