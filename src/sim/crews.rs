//! People who repair: a component with a crew waits for a free member, first come, first served;
//! its repair time runs from then. Without a crew somebody is always free.

use super::{Observer, Simulation};
use crate::model::{CrewId, Fault, FaultStreams, Traffic};
use crate::state::{Job, Part};

impl<'m, O: Observer> Simulation<'m, O> {
    /// Asks for a repair.
    pub(super) fn call_crew(&mut self, job: Job, crew: Option<CrewId>) {
        if let Some(crew) = crew {
            let row = &mut self.state.crews[crew.index()];
            if row.free == 0 {
                row.queue.push_back(job);
                return;
            }
            row.free -= 1;
            *self.crewed(job) = true;
        }
        self.start_repair(job);
    }

    /// Ends a repair, or gives up waiting for one; the next in the queue gets the free hand.
    pub(super) fn leave_crew(&mut self, job: Job, crew: Option<CrewId>) {
        let Some(crew) = crew else { return };
        if !std::mem::take(self.crewed(job)) {
            // It waits, or a script repairs it.
            self.state.crews[crew.index()].queue.retain(|&other| other != job);
            return;
        }
        match self.state.crews[crew.index()].queue.pop_front() {
            None => self.state.crews[crew.index()].free += 1,
            Some(next) => {
                *self.crewed(next) = true;
                self.start_repair(next);
            }
        }
    }

    /// Whether a member of the crew is at work on it.
    fn crewed(&mut self, job: Job) -> &mut bool {
        match job {
            Job::Part(part) => &mut self.outage_mut(part).crewed,
            Job::Host(host) => &mut self.state.hosts[host.index()].crewed,
            Job::Vm(vm) => &mut self.state.vms[vm.index()].crewed,
        }
    }

    /// Draws the repair time and sets the timer.
    fn start_repair(&mut self, job: Job) {
        match job {
            Job::Part(part) => {
                let (fault, streams) = self.fault_of(part).expect("a part that is repaired has a fault");
                let draw = self.outage(part).struck - 1;
                let span = self.draw(&fault.ttr, streams.ttr, draw);
                self.arm(self.slots_of(part)[1], span);
            }
            Job::Host(host) => {
                let fixed = &self.model.hosts[host.index()];
                let draw = self.state.hosts[host.index()].crashes - 1;
                let fault = fixed.crash.as_ref().expect("a host that is repaired has a fault");
                let span = self.draw(&fault.ttr, fixed.streams.crash.ttr, draw);
                self.arm(self.model.timers.hosts[host.index()].step, span);
            }
            Job::Vm(vm) => {
                self.life(vm).begin_repair();
                self.on_life_changed(vm, None);
            }
        }
    }

    /// The random fault of a part, and its draws.
    pub(super) fn fault_of(&self, part: Part) -> Option<(&'m Fault, FaultStreams)> {
        let model = self.model;
        let (fault, streams) = match part {
            Part::Domain(d) => (&model.domains[d.index()].outage, model.domains[d.index()].streams),
            Part::Storage(s) => (&model.storages[s.index()].outage, model.storages[s.index()].streams),
            Part::Network(n) => (&model.networks[n.index()].outage, model.networks[n.index()].streams),
            Part::Link(host, place) => {
                let link = &model.hosts[host.index()].links[place as usize];
                (&link.fault, link.streams)
            }
        };
        fault.as_ref().map(|fault| (fault, streams))
    }

    /// The part that a link is.
    pub(super) fn link(&self, host: crate::model::HostId, traffic: Traffic) -> Part {
        let links = &self.model.hosts[host.index()].links;
        let place =
            links.iter().position(|link| link.traffic == traffic).expect("a link that fails is listed");
        Part::Link(host, place as u32)
    }
}
