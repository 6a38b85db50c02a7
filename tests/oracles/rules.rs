//! What a state of a small datacenter is, which events can come next, and what follows from them.
//!
//! Written from the definitions of the README, not from the simulator: clocks of hosts and parts stand still without power, a
//! guest's begins at each boot, an application's whenever it begins to serve; crews help who came first; a VM without
//! protection comes back with its host. All lives are exponential, so a state needs no ages.
//!
//! Much can happen at one instant, one thing after the other. Outages of no length count, so the order matters: [`crate::turn`]
//! goes through it step by step.

use crate::turn::Turn;
use crate::world::{Fault, Kind, Protection, World};

/// What waits for a person: parts, hosts, guests and applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Job {
    Part(usize),
    Host(usize),
    Vm(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum HostPhase {
    Up,
    Repair,
    Off,
    Boot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Off,
    NoDisks,
    PowerOn,
    Boot,
    Start,
    Recover,
    Up,
    /// The application of this node is not up, for it belongs to the other.
    Idle,
    GuestDead,
    AppDead,
}

impl Phase {
    pub(crate) fn is_booted(self) -> bool {
        matches!(self, Phase::Start | Phase::Recover | Phase::Up | Phase::Idle | Phase::AppDead)
    }

    pub(crate) fn uses_disk(self) -> bool {
        self.is_booted() || matches!(self, Phase::PowerOn | Phase::Boot)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Online,
    Detecting,
    TakingOver,
    Waiting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    PartFails(usize),
    PartMended(usize),
    HostCrashes(usize),
    HostSteps(usize),
    GuestCrashes(usize),
    AppCrashes(usize),
    VmSteps(usize),
    GroupSteps,
}

/// What a theory says, and what a wrong one would.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Repairs of hosts take this many times as long.
    pub repairs: f64,
    /// Hosts without power fail as well.
    pub fail_without_power: bool,
    /// Crews help who came last.
    pub last_come_first: bool,
    /// Each crew has so many people more.
    pub more_people: usize,
    /// Clients of a member whose application has failed go elsewhere.
    pub sees_applications: bool,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            repairs: 1.0,
            fail_without_power: false,
            last_come_first: false,
            more_people: 0,
            sees_applications: false,
        }
    }
}

/// All that the future depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct State {
    pub failed: Vec<bool>,
    pub hosts: Vec<HostPhase>,
    pub vms: Vec<Phase>,
    /// The members to which a balancer sends clients.
    pub converged: Vec<bool>,
    pub group: Group,
    pub owner: usize,
    pub free: Vec<usize>,
    pub queues: Vec<Vec<Job>>,
}

impl State {
    /// All up.
    pub(crate) fn new(world: &World, rules: Rules) -> State {
        let vms = world.service.vms;
        let mut phases = vec![Phase::Up; vms];
        if matches!(world.service.protection, Protection::Failover { .. }) {
            phases[1..].fill(Phase::Idle);
        }
        State {
            failed: vec![false; world.parts.len()],
            hosts: vec![HostPhase::Up; world.hosts.len()],
            vms: phases,
            converged: vec![true; vms],
            group: Group::Online,
            owner: 0,
            free: world.crews.iter().map(|size| size + rules.more_people).collect(),
            queues: vec![Vec::new(); world.crews.len()],
        }
    }

    /// Whether it is out, by itself or with what feeds it.
    pub(crate) fn is_out(&self, world: &World, part: usize) -> bool {
        self.failed[part] || world.parts[part].feeder.is_some_and(|feeder| self.failed[feeder])
    }

    pub(crate) fn has(&self, world: &World, kind: Kind) -> bool {
        world.part(kind).is_none_or(|part| !self.is_out(world, part))
    }

    pub(crate) fn has_power(&self, world: &World, host: usize) -> bool {
        world.hosts[host].rack.is_none_or(|rack| !self.is_out(world, rack))
    }

    fn waits(&self, crew: Option<usize>, job: Job) -> bool {
        crew.is_some_and(|crew| self.queues[crew].contains(&job))
    }

    pub(crate) fn serves(&self, world: &World, vm: usize) -> bool {
        self.vms[vm] == Phase::Up && self.has(world, Kind::Network)
    }

    /// The part of the demand that is served.
    pub(crate) fn served(&self, world: &World) -> f64 {
        let serves: Vec<bool> = (0..self.vms.len()).map(|vm| self.serves(world, vm)).collect();
        match world.service.protection {
            Protection::Nothing => f64::from(u8::from(serves[0])),
            Protection::Failover { .. } => f64::from(u8::from(self.group == Group::Online)),
            Protection::Balanced { need } => {
                let counted: Vec<bool> = serves.iter().zip(&self.converged).map(|(a, b)| *a && *b).collect();
                balanced(need, &self.converged, &counted)
            }
        }
    }

    /// What can come next, and how often (1/h).
    pub(crate) fn events(&self, world: &World, rules: Rules) -> Vec<(Event, f64)> {
        let mut events = Vec::new();
        for (number, part) in world.parts.iter().enumerate() {
            if self.failed[number] {
                if !self.waits(part.fault.crew, Job::Part(number)) {
                    events.push((Event::PartMended(number), 1.0 / part.fault.mttr));
                }
            } else if !self.is_out(world, number) {
                events.push((Event::PartFails(number), 1.0 / part.fault.mttf));
            }
        }
        for (number, host) in world.hosts.iter().enumerate() {
            match self.hosts[number] {
                HostPhase::Up => events.push((Event::HostCrashes(number), 1.0 / host.fault.mttf)),
                HostPhase::Off if rules.fail_without_power => {
                    events.push((Event::HostCrashes(number), 1.0 / host.fault.mttf));
                }
                HostPhase::Boot => events.push((Event::HostSteps(number), 1.0 / host.boot)),
                HostPhase::Repair if !self.waits(host.fault.crew, Job::Host(number)) => {
                    events.push((Event::HostSteps(number), 1.0 / (host.fault.mttr * rules.repairs)));
                }
                HostPhase::Repair | HostPhase::Off => {}
            }
        }
        for vm in 0..self.vms.len() {
            self.events_of(world, vm, &mut events);
        }
        if let Protection::Failover { detection, takeover } = world.service.protection {
            match self.group {
                Group::Detecting => events.push((Event::GroupSteps, 1.0 / detection)),
                Group::TakingOver => events.push((Event::GroupSteps, 1.0 / takeover)),
                Group::Online | Group::Waiting => {}
            }
        }
        events
    }

    fn events_of(&self, world: &World, vm: usize, events: &mut Vec<(Event, f64)>) {
        let (service, phase) = (&world.service, self.vms[vm]);
        if let (true, Some(guest)) = (phase.is_booted(), &service.guest) {
            events.push((Event::GuestCrashes(vm), 1.0 / guest.mttf));
        }
        if let (Phase::Up, Some(app)) = (phase, &service.app) {
            events.push((Event::AppCrashes(vm), 1.0 / app.mttf));
        }
        let step = match phase {
            Phase::PowerOn => service.way[0],
            Phase::Boot => service.way[1],
            Phase::Start => service.way[2],
            Phase::Recover => service.way[3],
            Phase::GuestDead | Phase::AppDead => {
                let Some(fault) = fault_of(world, phase) else { unreachable!("it has failed") };
                if self.waits(fault.crew, Job::Vm(vm)) {
                    return;
                }
                fault.mttr
            }
            Phase::Off | Phase::NoDisks | Phase::Up | Phase::Idle => return,
        };
        events.push((Event::VmSteps(vm), 1.0 / step));
    }

    /// What an event leads to, and how many outages begin with it.
    pub(crate) fn after(&self, world: &World, rules: Rules, event: Event) -> (State, u32) {
        let mut turn = Turn::new(world, rules, self.clone());
        turn.happens(event);
        (turn.state, turn.begun)
    }
}

/// What kind of fault a VM that is dead has.
pub(crate) fn fault_of(world: &World, phase: Phase) -> Option<&Fault> {
    match phase {
        Phase::GuestDead => world.service.guest.as_ref(),
        Phase::AppDead => world.service.app.as_ref(),
        _ => None,
    }
}

/// What members serve of which `need` can carry all: less the shares of those to whom clients are sent in vain.
pub(crate) fn balanced(need: usize, converged: &[bool], counted: &[bool]) -> f64 {
    let sent_to = converged.iter().filter(|c| **c).count().max(1) as f64;
    let serving = counted.iter().filter(|c| **c).count() as f64;
    let dark = converged.iter().zip(counted).filter(|(sent, serves)| **sent && !**serves).count() as f64;
    let served = (serving / need as f64).min(1.0) - dark / sent_to;
    if served < 1e-6 { 0.0 } else { served }
}
