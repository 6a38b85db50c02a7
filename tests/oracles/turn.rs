//! One instant: what happens first, and all that follows from it at the same time.

use crate::rules::{Event, Group, HostPhase, Job, Phase, Rules, State, balanced, fault_of};
use crate::world::{Kind, Protection, World};

/// One instant.
pub(crate) struct Turn<'a> {
    world: &'a World,
    rules: Rules,
    pub state: State,
    down: bool,
    /// Outages that have begun.
    pub begun: u32,
    /// Members that serve, as far as their balancer has heard.
    counted: Vec<bool>,
    /// VMs that have just lost their disks.
    suspended: Vec<bool>,
    /// Hosts that lose their power at this instant.
    doomed: Vec<bool>,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(world: &'a World, rules: Rules, state: State) -> Turn<'a> {
        let vms = state.vms.len();
        Turn {
            world,
            rules,
            down: state.served(world) <= 0.0,
            begun: 0,
            counted: (0..vms).map(|vm| state.converged[vm] && state.serves(world, vm)).collect(),
            suspended: vec![false; vms],
            doomed: vec![false; state.hosts.len()],
            state,
        }
    }

    pub(crate) fn happens(&mut self, event: Event) {
        match event {
            Event::PartFails(part) => {
                self.state.failed[part] = true;
                self.part_down(part);
                self.call(self.world.parts[part].fault.crew, Job::Part(part));
                self.give_up_disks();
            }
            Event::PartMended(part) => {
                self.leave(self.world.parts[part].fault.crew, Job::Part(part));
                self.state.failed[part] = false;
                if !self.state.is_out(self.world, part) {
                    self.part_up(part);
                }
            }
            Event::HostCrashes(host) => {
                self.state.hosts[host] = HostPhase::Repair;
                self.doomed[host] = true;
                self.stop(host);
                self.doomed[host] = false;
                self.call(self.world.hosts[host].fault.crew, Job::Host(host));
            }
            Event::HostSteps(host) if self.state.hosts[host] == HostPhase::Boot => self.host_up(host),
            Event::HostSteps(host) => {
                self.leave(self.world.hosts[host].fault.crew, Job::Host(host));
                self.state.hosts[host] = HostPhase::Off;
                if self.state.has_power(self.world, host) {
                    self.boot_host(host);
                }
            }
            Event::GuestCrashes(vm) => self.fails(vm, Phase::GuestDead),
            Event::AppCrashes(vm) => self.fails(vm, Phase::AppDead),
            Event::VmSteps(vm) => self.vm_steps(vm),
            Event::GroupSteps => self.group_steps(),
        }
    }

    fn call(&mut self, crew: Option<usize>, job: Job) {
        let Some(crew) = crew else { return };
        if self.state.free[crew] > 0 {
            self.state.free[crew] -= 1;
        } else {
            self.state.queues[crew].push(job);
        }
    }

    fn leave(&mut self, crew: Option<usize>, job: Job) {
        let Some(crew) = crew else { return };
        let queue = &mut self.state.queues[crew];
        if let Some(place) = queue.iter().position(|other| *other == job) {
            queue.remove(place);
        } else if queue.is_empty() {
            self.state.free[crew] += 1;
        } else if self.rules.last_come_first {
            queue.pop();
        } else {
            queue.remove(0);
        }
    }

    // Parts and hosts.

    fn part_down(&mut self, part: usize) {
        match self.world.parts[part].kind {
            Kind::Network => (0..self.state.vms.len()).for_each(|vm| self.hear(vm)),
            Kind::Storage => {
                let felt: Vec<usize> =
                    (0..self.state.vms.len()).filter(|&vm| self.state.vms[vm].uses_disk()).collect();
                felt.iter().for_each(|&vm| self.suspended[vm] = true);
                felt.iter().for_each(|&vm| self.hear(vm));
            }
            Kind::Rack | Kind::Site => {
                for host in 0..self.doomed.len() {
                    let rack = self.world.hosts[host].rack;
                    self.doomed[host] |= rack == Some(part)
                        || rack.is_some_and(|rack| self.world.parts[rack].feeder == Some(part));
                }
                for host in self.hosts_in(part) {
                    if matches!(self.state.hosts[host], HostPhase::Up | HostPhase::Boot) {
                        self.state.hosts[host] = HostPhase::Off;
                        self.stop(host);
                    }
                }
                for fed in self.fed_by(part) {
                    if !self.state.failed[fed] {
                        self.part_down(fed);
                    }
                }
            }
        }
    }

    fn part_up(&mut self, part: usize) {
        match self.world.parts[part].kind {
            Kind::Network => (0..self.state.vms.len()).for_each(|vm| self.hear(vm)),
            Kind::Storage => {
                for vm in 0..self.state.vms.len() {
                    if self.state.vms[vm] == Phase::NoDisks {
                        self.power_on(vm);
                    }
                }
            }
            Kind::Rack | Kind::Site => {
                for fed in self.fed_by(part).into_iter().rev() {
                    if !self.state.failed[fed] {
                        self.part_up(fed);
                    }
                }
                for host in self.hosts_in(part) {
                    if self.state.hosts[host] == HostPhase::Off {
                        self.boot_host(host);
                    }
                }
            }
        }
    }

    fn hosts_in(&self, rack: usize) -> Vec<usize> {
        (0..self.world.hosts.len()).filter(|&host| self.world.hosts[host].rack == Some(rack)).collect()
    }

    fn fed_by(&self, site: usize) -> Vec<usize> {
        (0..self.world.parts.len()).filter(|&part| self.world.parts[part].feeder == Some(site)).collect()
    }

    fn boot_host(&mut self, host: usize) {
        self.state.hosts[host] = HostPhase::Boot;
        if self.world.hosts[host].boot == 0.0 {
            self.host_up(host);
        }
    }

    fn host_up(&mut self, host: usize) {
        self.state.hosts[host] = HostPhase::Up;
        if host < self.state.vms.len() {
            self.power_on(host);
        }
    }

    // VMs.

    fn stop(&mut self, host: usize) {
        if host < self.state.vms.len() && self.state.vms[host] != Phase::Off {
            self.let_go(host);
            (self.state.vms[host], self.suspended[host]) = (Phase::Off, false);
            self.hear(host);
        }
    }

    fn let_go(&mut self, vm: usize) {
        if let Some(fault) = fault_of(self.world, self.state.vms[vm]) {
            self.leave(fault.crew, Job::Vm(vm));
        }
    }

    fn fails(&mut self, vm: usize, phase: Phase) {
        self.let_go(vm);
        self.state.vms[vm] = phase;
        self.call(fault_of(self.world, phase).and_then(|fault| fault.crew), Job::Vm(vm));
        self.hear(vm);
    }

    fn vm_steps(&mut self, vm: usize) {
        self.let_go(vm);
        match self.state.vms[vm] {
            Phase::GuestDead => self.power_on(vm),
            Phase::PowerOn => self.goes_on(vm, Phase::Boot),
            Phase::Boot | Phase::AppDead => self.goes_on(vm, Phase::Start),
            Phase::Start => self.goes_on(vm, Phase::Recover),
            Phase::Recover => self.goes_on(vm, Phase::Up),
            phase => unreachable!("{phase:?} has no step"),
        }
    }

    fn power_on(&mut self, vm: usize) {
        if self.state.has(self.world, Kind::Storage) {
            self.goes_on(vm, Phase::PowerOn);
        } else {
            self.state.vms[vm] = Phase::NoDisks;
        }
    }

    /// The next phase of a VM's way back, and those after it that take no time.
    fn goes_on(&mut self, vm: usize, to: Phase) {
        let way = &self.world.service.way;
        let failover = matches!(self.world.service.protection, Protection::Failover { .. });
        let mut phase = to;
        loop {
            phase = match phase {
                Phase::PowerOn if way[0] == 0.0 => Phase::Boot,
                Phase::Boot if way[1] == 0.0 => Phase::Start,
                Phase::Start if failover => Phase::Idle,
                Phase::Start if way[2] == 0.0 => Phase::Recover,
                Phase::Recover if way[3] == 0.0 => Phase::Up,
                _ => break,
            };
        }
        self.state.vms[vm] = phase;
        if matches!(phase, Phase::Up | Phase::Idle) {
            self.hear(vm);
        }
    }

    /// Those that have lost their disks crash, at this instant.
    fn give_up_disks(&mut self) {
        for vm in 0..self.state.vms.len() {
            if std::mem::take(&mut self.suspended[vm]) {
                self.let_go(vm);
                self.state.vms[vm] = Phase::NoDisks;
                self.hear(vm);
            }
        }
    }

    // The service.

    fn serves(&self, vm: usize) -> bool {
        !self.suspended[vm] && self.state.serves(self.world, vm)
    }

    fn is_served(&mut self, served: bool) {
        self.begun += u32::from(!served && !self.down);
        self.down = !served;
    }

    /// Something has happened to a VM.
    fn hear(&mut self, vm: usize) {
        match self.world.service.protection {
            Protection::Nothing => self.is_served(self.serves(vm)),
            Protection::Balanced { need } => self.member_changed(vm, need),
            Protection::Failover { .. } => self.node_changed(vm),
        }
    }

    fn member_changed(&mut self, vm: usize, need: usize) {
        let serves = self.serves(vm);
        let alive = self.state.vms[vm].is_booted() && self.state.has(self.world, Kind::Network);
        self.counted[vm] = serves;
        if self.state.converged[vm] && (!alive || (self.rules.sees_applications && !serves)) {
            // Until it is missed clients are sent to it.
            self.is_served(balanced(need, &self.state.converged, &self.counted) > 0.0);
            self.state.converged[vm] = false;
        } else if serves {
            self.state.converged[vm] = true;
        }
        self.is_served(balanced(need, &self.state.converged, &self.counted) > 0.0);
    }

    fn can_take_over(&self, vm: usize) -> bool {
        self.state.vms[vm] == Phase::Idle
            && !self.suspended[vm]
            && !self.doomed[vm]
            && self.state.has(self.world, Kind::Network)
            && self.state.has(self.world, Kind::Storage)
    }

    fn node_changed(&mut self, vm: usize) {
        let is_owner = vm == self.state.owner;
        match self.state.group {
            Group::Online if is_owner && !self.serves(vm) => {
                self.is_served(false);
                self.detect();
            }
            Group::Detecting if is_owner && self.serves(vm) => self.elect(),
            Group::Waiting => self.elect(),
            Group::TakingOver if is_owner && !self.can_take_over(vm) => self.detect(),
            Group::Online | Group::Detecting | Group::TakingOver => {}
        }
    }

    fn delays(&self) -> (f64, f64) {
        match self.world.service.protection {
            Protection::Failover { detection, takeover } => (detection, takeover),
            _ => unreachable!("only failover groups have nodes"),
        }
    }

    fn detect(&mut self) {
        self.state.group = Group::Detecting;
        if self.delays().0 == 0.0 {
            self.elect();
        }
    }

    fn elect(&mut self) {
        let (owner, nodes) = (self.state.owner, self.state.vms.len());
        if self.serves(owner) {
            self.state.group = Group::Online;
            self.is_served(true);
            return;
        }
        let next = (1..=nodes).map(|step| (owner + step) % nodes).find(|&node| self.can_take_over(node));
        let Some(node) = next else {
            self.state.group = Group::Waiting;
            return;
        };
        if self.state.vms[owner] == Phase::Up {
            self.state.vms[owner] = Phase::Idle;
        }
        (self.state.group, self.state.owner) = (Group::TakingOver, node);
        if self.delays().1 == 0.0 {
            self.group_steps();
        }
    }

    fn group_steps(&mut self) {
        if self.state.group == Group::Detecting {
            self.elect();
        } else {
            self.state.group = Group::Online;
            self.state.vms[self.state.owner] = Phase::Up;
            self.is_served(true);
        }
    }
}
