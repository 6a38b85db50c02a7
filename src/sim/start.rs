//! The beginning of a replication: everything is up, every VM is placed and serves, and the first
//! life of each component is drawn, new or as it stands in a datacenter that runs for years.

use super::{Observer, Simulation};
use crate::engine::{Clock, Span, Stream, Time};
use crate::model::{
    Ages, Cause, ClusterId, Delay, GuestGroup, HostId, InstanceId, Product, VmClock, VmDraw, VmId,
};
use crate::state::VmPhase;

impl<O: Observer> Simulation<'_, O> {
    pub(super) fn start(&mut self) {
        self.state.reset(self.model);
        self.start_parts();
        self.start_hosts();
        for number in 0..self.model.instances.len() as u32 {
            self.start_instance(InstanceId(number));
        }
        for number in 0..self.model.vms.len() as u32 {
            self.start_vm(VmId(number));
        }
        for (number, plan) in self.model.maintenances.iter().enumerate() {
            let at = self.model.warmup + plan.first;
            self.arm_quietly(self.model.timers.maintenances[number], at);
        }
        for (number, inject) in self.model.injects.iter().enumerate() {
            self.arm_quietly(self.model.timers.injects[number], self.model.warmup + inject.at);
        }
        for number in 0..self.model.clusters.len() as u32 {
            self.start_cluster(ClusterId(number));
        }
        self.start_sessions();
        self.state.timers.settle();
        self.start_demands();
    }

    fn start_parts(&mut self) {
        for part in &self.model.parts {
            if let Some(fault) = &part.fault {
                self.first_life(part.timers[0], &fault.ttf, part.streams.ttf);
            }
        }
    }

    fn start_hosts(&mut self) {
        let model = self.model;
        for (host, timers) in model.hosts.iter().zip(&model.timers.hosts) {
            if let Some(fault) = &host.crash {
                self.first_life(timers.crash, &fault.ttf, host.streams.crash.ttf);
            }
            if let Some(fault) = &host.hang {
                self.first_life(timers.hang, &fault.ttf, host.streams.hang.ttf);
            }
        }
    }

    fn start_instance(&mut self, id: InstanceId) {
        let instance = &self.model.instances[id.index()];
        match self.model.services[instance.service.index()].guest {
            None => {}
            Some(GuestGroup::Failover(_)) => {
                for standby in self.model.vms_of(id).skip(1) {
                    self.state.vms[standby.index()].phase = VmPhase::Idle;
                }
            }
            Some(GuestGroup::Balanced { .. }) => {
                let row = &mut self.state.instances[id.index()];
                row.converged = instance.vms as u8;
                row.serving = instance.vms as u8;
                // With too little capacity from the start the instance is degraded from the start.
                self.serve_balanced(id, Cause::HostCrash);
            }
        }
    }

    fn start_vm(&mut self, vm: VmId) {
        let model = self.model;
        let service = model.service_of(vm);
        let streams = model.vms[vm.index()].streams;
        let guest = service.guest_crash.as_ref().map(|f| self.age(&f.ttf, streams.of(VmDraw::GuestTtf)));
        let mut app = None;
        if (service.app_crash.is_some() || service.app_hang.is_some())
            && self.state.vms[vm.index()].phase == VmPhase::Up
        {
            let life = |delay: &Delay, purpose| self.age(delay, streams.of(purpose));
            let crash =
                service.app_crash.as_ref().map_or(Span::FOREVER, |f| life(&f.ttf, VmDraw::AppCrashTtf));
            let hang = service.app_hang.as_ref().map_or(Span::FOREVER, |f| life(&f.ttf, VmDraw::AppHangTtf));
            self.state.vms[vm.index()].hangs = hang < crash;
            app = Some(crash.min(hang));
        }
        let private = self.may_be_private(vm);
        let row = &mut self.state.vms[vm.index()];
        for (which, life) in [(VmClock::Guest, guest), (VmClock::Step, app)] {
            if let Some(life) = life {
                row.clocks[which as usize] = Clock::due_at(Time::ZERO + life);
            }
        }
        row.private = private;
        if !row.private {
            let first = row.first_clock().0;
            self.state.timers.set_quietly(model.vms[vm.index()].timer, first);
        }
    }

    /// A cluster has run for years: its primary is the host that would win an election.
    fn start_cluster(&mut self, id: ClusterId) {
        let cluster = &self.model.clusters[id.index()];
        match &cluster.product {
            Product::Primary(profile) => {
                let host = profile.ranking.first().map(|&seat| cluster.hosts[seat as usize]);
                self.state.clusters[id.index()].primary = host;
            }
            Product::FivePrimaries(_) => self.five_primaries_start(id),
            Product::Pool(_) => self.pool_start(id),
            Product::Quorum(_) | Product::Ring(_) => self.adjust_votes(id),
            Product::Custom { .. } => {}
        }
    }

    /// The time to a component's first failure.
    fn age(&self, delay: &Delay, stream: Stream) -> Span {
        match self.model.ages {
            Ages::New => self.draw(delay, stream, 0),
            Ages::Stationary => delay.law.residual(self.random.uniform(stream, 0)),
        }
    }

    fn first_life(&mut self, slot: u32, delay: &Delay, stream: Stream) {
        let life = self.age(delay, stream);
        self.arm_quietly(slot, life);
    }

    fn arm_quietly(&mut self, slot: u32, delay: Span) {
        self.state.timers.arm_quietly(slot, Time::ZERO + delay);
    }

    /// The place of a host in its cluster's time: how far into the beat its heartbeats fall.
    pub(super) fn beat_phase(&self, host: HostId, interval: Span) -> Span {
        let phase = self.random.uniform(self.model.hosts[host.index()].streams.beat, 0);
        Span((phase * interval.0 as f64) as u64)
    }
}
