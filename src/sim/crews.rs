//! People who repair: a component with a crew waits for a free member, first come, first served;
//! its repair time runs from then. Without a crew somebody is always free.

use super::{Observer, Simulation};
use crate::model::CrewId;
use crate::state::{HostPhase, Job};

impl<O: Observer> Simulation<'_, O> {
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
            Job::Part(part) => &mut self.state.outages[part.index()].crewed,
            Job::Host(host) => &mut self.state.hosts[host.index()].crewed,
            Job::Vm(vm) => &mut self.state.vms[vm.index()].crewed,
        }
    }

    /// Draws the repair time and sets the timer.
    fn start_repair(&mut self, job: Job) {
        match job {
            Job::Part(part) => {
                let fixed = &self.model.parts[part.index()];
                let fault = fixed.fault.as_ref().expect("a part that is repaired has a fault");
                let draw = self.state.outages[part.index()].struck - 1;
                let span = self.draw_repair(&fault.ttr, fixed.streams.ttr, draw);
                self.arm(fixed.timers[1], span);
            }
            Job::Host(host) => {
                let fixed = &self.model.hosts[host.index()];
                let row = &self.state.hosts[host.index()];
                let (fault, streams, draw) = match row.phase {
                    HostPhase::Hung => (&fixed.hang, fixed.streams.hang, row.hangs - 1),
                    _ => (&fixed.crash, fixed.streams.crash, row.crashes - 1),
                };
                let fault = fault.as_ref().expect("a host that is repaired has a fault");
                let span = self.draw_repair(&fault.ttr, streams.ttr, draw);
                self.arm(self.model.timers.hosts[host.index()].step, span);
            }
            Job::Vm(vm) => {
                self.life(vm).begin_repair();
                self.on_life_changed(vm, None);
            }
        }
    }
}
