//! Parts, hosts, the people who repair them, and scripts.

use ninefold::engine::Stream;
use ninefold::model::{FaultStreams, VmDraw};

use crate::guests::Phase;
use crate::scenario::{Fault, Kind, S, Target, Us};
use crate::world::{Flaw, HostPhase, Job, What, World};

impl World<'_> {
    /// Whether nothing keeps it out: no failure of its own, no script, no site without power.
    pub(crate) fn is_in_service(&self, thing: usize) -> bool {
        let row = &self.things[thing];
        !row.failed && row.scripts == 0 && row.site.is_none_or(|site| self.is_in_service(site))
    }

    fn link(&self, host: usize, link: usize) -> usize {
        self.scenario.parts.len() + 2 * host + link
    }

    pub(crate) fn has_power(&self, host: usize) -> bool {
        self.scenario.hosts[host].power.is_none_or(|power| self.is_in_service(power))
    }

    /// Whether some network carries it; where nobody does, the way is perfect.
    fn is_carried(&self, carries: impl Fn(Kind) -> bool) -> bool {
        let parts = self.scenario.parts.iter().enumerate();
        let mut carriers = parts.filter(|(_, part)| carries(part.kind)).map(|(number, _)| number).peekable();
        carriers.peek().is_none() || carriers.any(|number| self.is_in_service(number))
    }

    /// Whether clients reach a host.
    pub(crate) fn clients_reach(&self, host: usize) -> bool {
        self.is_in_service(self.link(host, 0))
            && self.is_carried(|kind| matches!(kind, Kind::Network { client: true, .. }))
    }

    /// Whether a host reaches a storage.
    pub(crate) fn reaches_storage(&self, host: usize, storage: Option<usize>) -> bool {
        let Some(part) = storage else { return true };
        self.scenario.hosts[host].storages.contains(&part)
            && self.is_in_service(part)
            && self.is_in_service(self.link(host, 1))
            && (self.scenario.parts[part].kind == Kind::Fc
                || self.is_carried(|kind| matches!(kind, Kind::Network { storage: true, .. })))
    }

    // What follows.

    /// Hosts without power stop, and boot when they have it again.
    pub(crate) fn settle_power(&mut self) {
        for host in 0..self.hosts.len() {
            let phase = self.hosts[host].phase;
            // Without power a host that hangs is reset.
            if !self.has_power(host) && phase == HostPhase::Repair && self.hosts[host].kind == 1 {
                self.leave(Job::Host(host));
                self.call_off(What::HostStep(host));
                self.hosts[host].phase = HostPhase::Off;
            }
            if !self.has_power(host) && matches!(phase, HostPhase::Up | HostPhase::Boot) {
                self.call_off(What::HostStep(host));
                self.hosts[host].phase = HostPhase::Off;
                if phase == HostPhase::Up {
                    self.lose_vms(host);
                }
            } else if self.has_power(host) && phase == HostPhase::Off {
                self.boot_host(host);
            }
        }
    }

    /// The clocks of parts, links and hosts.
    pub(crate) fn settle_things(&mut self) {
        for thing in 0..self.things.len() {
            let row = &self.things[thing];
            let host_runs = row.host.is_none_or(|host| self.hosts[host].phase == HostPhase::Up);
            let runs = host_runs && self.is_in_service(thing);
            if let Some(fault) = row.fault {
                let draw = (row.streams.ttf, row.failures);
                self.tend(What::Fails(thing), runs, fault.ttf, draw);
            }
        }
        for host in 0..self.hosts.len() {
            let phase = self.hosts[host].phase;
            let runs = phase == HostPhase::Up || (self.flaw == Flaw::ClocksRunOn && phase == HostPhase::Off);
            for kind in 0..2 {
                if let Some(fault) = self.scenario.hosts[host].faults[kind] {
                    let draw = (host_streams(host, kind).ttf, self.hosts[host].faults[kind]);
                    self.tend(What::HostFails(host, kind), runs, fault.ttf, draw);
                }
            }
        }
    }

    // What happens.

    pub(crate) fn thing_fails(&mut self, thing: usize) {
        self.things[thing].failed = true;
        self.things[thing].failures += 1;
        self.call(Job::Thing(thing));
    }

    pub(crate) fn thing_mended(&mut self, thing: usize) {
        self.leave(Job::Thing(thing));
        self.things[thing].failed = false;
    }

    pub(crate) fn host_fails(&mut self, host: usize, kind: usize, lasts: Option<Us>) {
        let was_up = self.hosts[host].phase == HostPhase::Up;
        self.census.host_crashes(was_up, self.vms.iter().any(|vm| vm.phase == Phase::Lost));
        self.call_off(What::HostStep(host));
        self.end_life(What::HostFails(host, kind));
        self.hosts[host].phase = HostPhase::Repair;
        self.hosts[host].lasts = lasts;
        self.hosts[host].faults[kind] += 1;
        self.hosts[host].kind = kind;
        if was_up {
            self.lose_vms(host);
        }
        self.call(Job::Host(host));
    }

    pub(crate) fn host_steps(&mut self, host: usize) {
        if self.hosts[host].phase == HostPhase::Repair {
            self.leave(Job::Host(host));
            // It boots as soon as it has power, which may be at once.
            self.hosts[host].phase = HostPhase::Off;
            return;
        }
        self.host_is_up(host);
    }

    fn host_is_up(&mut self, host: usize) {
        self.hosts[host].phase = HostPhase::Up;
        for vm in 0..self.vms.len() {
            if self.vms[vm].home == host && self.vms[vm].phase == Phase::Lost && !self.is_clustered(vm) {
                self.vms[vm].host = Some(host);
                self.power_on(vm);
                self.settle_group_of(vm);
            }
        }
    }

    fn boot_host(&mut self, host: usize) {
        let stream = Stream::new(&format!("host h{host}-1"), "boot");
        let boots = self.draw(self.scenario.hosts[host].boot, stream);
        self.hosts[host].phase = HostPhase::Boot;
        match boots {
            // Where it takes no time, nothing comes in between.
            0 => self.host_is_up(host),
            boots => self.after(boots, What::HostStep(host)),
        }
    }

    // People.

    fn crew_of(&self, job: Job) -> Option<usize> {
        match job {
            Job::Thing(thing) => self.things[thing].crew,
            // What a script says takes as long as it says.
            Job::Host(host) if self.hosts[host].lasts.is_some() => None,
            Job::Host(host) => self.scenario.hosts[host].crew,
            Job::Vm(vm) if self.vms[vm].lasts.is_some() => None,
            Job::Vm(vm) => self.service_of(vm).crew,
        }
    }

    pub(crate) fn call(&mut self, job: Job) {
        let Some(crew) = self.crew_of(job) else { return self.begin(job) };
        let people = self.scenario.crews[crew];
        if self.crews[crew].busy.len() < people || self.flaw == Flaw::EndlessCrews {
            self.crews[crew].busy.push(job);
            self.begin(job);
        } else {
            self.crews[crew].queue.push(job);
            self.census.queues += 1;
        }
    }

    /// Done, or no longer needed.
    pub(crate) fn leave(&mut self, job: Job) {
        let Some(crew) = self.crew_of(job) else { return };
        let last_come_first = self.flaw == Flaw::LastComeFirst;
        let crew = &mut self.crews[crew];
        crew.queue.retain(|other| *other != job);
        let busy = crew.busy.len();
        crew.busy.retain(|other| *other != job);
        if crew.busy.len() < busy && !crew.queue.is_empty() {
            let last = crew.queue.len() - 1;
            let next = crew.queue.remove(if last_come_first { last } else { 0 });
            crew.busy.push(next);
            self.begin(next);
        }
    }

    /// Somebody begins to repair it.
    fn begin(&mut self, job: Job) {
        let ttr = |fault: Option<Fault>| fault.expect("what has no fault does not fail").ttr;
        match job {
            Job::Thing(thing) => {
                let (length, stream) = (ttr(self.things[thing].fault), self.things[thing].streams.ttr);
                let lasts = self.draw_number(self.things[thing].failures - 1, length, stream);
                self.after(lasts, What::Mended(thing));
            }
            Job::Host(host) => {
                let lasts = match self.hosts[host].lasts {
                    Some(lasts) => lasts,
                    None => {
                        let kind = self.hosts[host].kind;
                        let (fault, streams) =
                            (self.scenario.hosts[host].faults[kind], host_streams(host, kind));
                        self.draw_number(self.hosts[host].faults[kind] - 1, ttr(fault), streams.ttr)
                    }
                };
                self.after(lasts, What::HostStep(host));
            }
            Job::Vm(vm) => {
                let service = self.service_of(vm);
                let (boots, starts) = (self.vms[vm].boots, self.vms[vm].starts);
                let (fault, draw, number) = match self.vms[vm].phase {
                    Phase::GuestDead => (service.guest, VmDraw::GuestTtr, boots),
                    Phase::AppDead(0) => (service.app[0], VmDraw::AppCrashTtr, starts),
                    Phase::AppDead(_) => (service.app[1], VmDraw::AppHangTtr, starts),
                    phase => unreachable!("nobody mends a VM that is {phase:?}"),
                };
                let lasts = match self.vms[vm].lasts {
                    Some(lasts) => lasts,
                    None => self.draw_number(number, ttr(fault), self.vm_stream(vm, draw)),
                };
                self.after(lasts, What::Step(vm));
            }
        }
    }

    // Scripts.

    pub(crate) fn script_begins(&mut self, script: usize) {
        let row = self.scenario.scripts[script];
        let lasts = row.lasts.map(|lasts| lasts * S);
        let thing = match row.target {
            Target::Host(host, kind) => {
                let phase = self.hosts[host].phase;
                // A host that boots can crash; to hang it must be up.
                if phase == HostPhase::Up || (phase == HostPhase::Boot && kind == 0) {
                    self.host_fails(host, kind, lasts);
                }
                return;
            }
            Target::Guest(vm) => {
                if self.vms[vm].phase.is_booted() {
                    self.guest_crashes(vm, lasts);
                }
                return;
            }
            Target::App(vm, kind) => {
                if self.vms[vm].phase == Phase::Up {
                    self.app_fails(vm, kind, lasts);
                }
                return;
            }
            Target::Part(part) => part,
            Target::Link(host, link) => self.link(host, link),
        };
        // What has failed for a script is as good as new afterwards.
        self.end_life(What::Fails(thing));
        let row = &mut self.things[thing];
        row.failures += u32::from(!row.failed && row.scripts == 0);
        row.scripts += 1;
        self.after(lasts.expect("outages of parts have an end"), What::ScriptEnds(script));
    }

    pub(crate) fn script_ends(&mut self, script: usize) {
        let thing = match self.scenario.scripts[script].target {
            Target::Part(part) => part,
            Target::Link(host, link) => self.link(host, link),
            target => unreachable!("nothing ends {target:?}"),
        };
        self.things[thing].scripts -= 1;
    }
}

fn host_streams(host: usize, kind: usize) -> FaultStreams {
    FaultStreams::new(&format!("host h{host}-1"), ["crash", "hang"][kind])
}
