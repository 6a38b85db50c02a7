//! The world of the naive engine: what there is, what is pending, and the loop.
//!
//! Pending things are a plain list: the next one is searched for, what is called off is deleted. After each event
//! everything that follows from the state of the world is worked out anew from all of it.

use std::collections::BTreeMap;

use ninefold::engine::{Randomness, Stream};
use ninefold::model::{FaultStreams, VmDraw, VmStreams};

use crate::balanced::Member;
use crate::census::Census;
use crate::groups::Group;
use crate::guests::{Phase, Vm};
use crate::scenario::{Fault, Kind, Layer, Length, S, Scenario, Target, Us, VmName};

/// All of the demand, in billionths.
pub(crate) const ALL: u64 = 1_000_000_000;

/// What can be pending. A thing is a part of the scenario, or a link of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    ScriptBegins(usize),
    ScriptEnds(usize),
    Fails(usize),
    Mended(usize),
    /// It crashes, or hangs.
    HostFails(usize, usize),
    /// A host's repair or boot is over.
    HostStep(usize),
    /// The cluster gives up a host for its failure of this number.
    Declared(usize, u32),
    /// The cluster looks for room for those who wait.
    Look,
    /// Detection or takeover of a failover group.
    Group(usize),
    /// A balanced member is missed; the others have converged without it; it may join.
    Missed(usize),
    Dropped(usize),
    Joined(usize),
    /// A guest gives up its disks.
    Disks(usize),
    GuestCrashes(usize),
    /// The application's crash or hang.
    AppFails(usize, usize),
    /// A step of the way back, or a person's work, is over.
    Step(usize),
}

/// How wrong the engine is made, to see whether anybody notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    TiesReversed,
    EndlessCrews,
    RestartBeforeDetection,
    /// A pause of the disks costs nothing of the way back.
    WayBackGoesOn,
    /// Hosts grow old without power.
    ClocksRunOn,
    /// The share of a dead member shrinks as others join.
    SharesThinOut,
    LastComeFirst,
    PriorityIgnored,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostPhase {
    Up,
    Repair,
    /// Without power.
    Off,
    Boot,
}

#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub phase: HostPhase,
    pub failures: u32,
    /// Crashes and hangs.
    pub faults: [u32; 2],
    /// Which of them it is out by.
    pub kind: usize,
    /// How long its repair takes, where a script says so.
    pub lasts: Option<Us>,
}

/// Something that has outages.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub fault: Option<Fault>,
    pub streams: FaultStreams,
    pub crew: Option<usize>,
    /// The site that feeds it; of a link, the host that it is of.
    pub site: Option<usize>,
    pub host: Option<usize>,
    pub failed: bool,
    pub failures: u32,
    /// Scripts that keep it out.
    pub scripts: u32,
}

/// What waits for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    Thing(usize),
    Host(usize),
    Vm(usize),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Crew {
    pub busy: Vec<Job>,
    pub queue: Vec<Job>,
}

pub(crate) struct World<'a> {
    pub scenario: &'a Scenario,
    pub flaw: Flaw,
    pub now: Us,
    pub pending: Vec<(Us, What)>,
    /// What is left of lives that stand still.
    pub lives: BTreeMap<What, Us>,
    random: Randomness,
    draws: BTreeMap<u64, u32>,
    starting: bool,
    pub things: Vec<Thing>,
    pub hosts: Vec<Host>,
    pub crews: Vec<Crew>,
    pub names: Vec<VmName>,
    pub vms: Vec<Vm>,
    pub groups: Vec<Group>,
    pub members: Vec<Member>,
    pub census: Census,
    /// Of each instance, what it does not serve, in billionths, from when on.
    pub lost: Vec<Vec<(Us, u64)>>,
    /// When each instance went down by a fault that was alone at its instant, and which.
    pub downs: Vec<Vec<(Us, &'static str)>>,
    /// VMs that wait for a host, over time.
    pub waiting: Vec<(Us, u64)>,
    /// VMs whose hosts are given up at this instant, where somebody is about to look for room.
    pub due: Vec<usize>,
    /// What of a cluster's capacity was there before this event.
    pub capacity: Vec<bool>,
    pub log: Vec<(Us, String)>,
    /// From when on both need not agree, and why.
    pub doubt: Option<(Us, &'static str)>,
}

impl<'a> World<'a> {
    pub(crate) fn new(scenario: &'a Scenario, flaw: Flaw, seed: u64, replication: u32) -> World<'a> {
        let names = scenario.vms();
        let instances = names.last().map_or(0, |vm| vm.instance + 1);
        let vm = |name: &VmName| {
            let service = &scenario.services[name.service];
            let is_idle = service.layer == Layer::Failover && name.member > 0;
            let first = names.iter().filter(|other| other.service == name.service);
            let number = first.take_while(|other| other.name != name.name).count();
            Vm::new(service.place[number], if is_idle { Phase::Idle } else { Phase::Up })
        };
        World {
            scenario,
            flaw,
            now: 0,
            pending: Vec::new(),
            lives: BTreeMap::new(),
            random: Randomness::new(seed, replication),
            draws: BTreeMap::new(),
            starting: true,
            things: things(scenario),
            hosts: vec![
                Host { phase: HostPhase::Up, failures: 0, faults: [0; 2], kind: 0, lasts: None };
                scenario.hosts.len()
            ],
            crews: vec![Crew::default(); scenario.crews.len()],
            vms: names.iter().map(vm).collect(),
            groups: vec![Group::default(); instances],
            members: vec![Member::default(); names.len()],
            census: Census::default(),
            lost: vec![Vec::new(); instances],
            downs: vec![Vec::new(); instances],
            waiting: Vec::new(),
            due: Vec::new(),
            capacity: Vec::new(),
            log: Vec::new(),
            doubt: None,
            names,
        }
    }

    /// Plays it to its end.
    pub(crate) fn run(mut self) -> World<'a> {
        for (number, script) in self.scenario.scripts.iter().enumerate() {
            self.pending.push(((self.scenario.warmup + script.at) * S, What::ScriptBegins(number)));
        }
        self.settle();
        self.starting = false;
        let end = (self.scenario.warmup + self.scenario.horizon) * S;
        let mut events = 0;
        while let Some(next) = self.next().filter(|&place| self.pending[place].0 < end) {
            let (at, what) = self.pending.remove(next);
            assert!(at >= self.now, "time runs backwards");
            events += 1;
            assert!(events < 200_000, "a loop without an end at {at}");
            let is_tie = at == self.now && events > 1;
            self.census.happens(is_tie, what);
            self.now = at;
            self.tell(format!("{what:?}"));
            self.happens(what);
            self.settle();
            self.record_causes(what, is_tie);
        }
        self
    }

    /// The place of what comes next in the list.
    fn next(&self) -> Option<usize> {
        let before = |a: &(Us, What), b: &(Us, What)| {
            let tie = order(self.things(), a.1).cmp(&order(self.things(), b.1));
            a.0.cmp(&b.0).then(if self.flaw == Flaw::TiesReversed { tie.reverse() } else { tie })
        };
        (0..self.pending.len()).min_by(|&a, &b| before(&self.pending[a], &self.pending[b]))
    }

    fn things(&self) -> &[Thing] {
        &self.things
    }

    pub(crate) fn tell(&mut self, line: String) {
        self.log.push((self.now, line));
    }

    /// What happens now is told differently by the product, or not told by the definitions.
    pub(crate) fn doubt(&mut self, why: &'static str) {
        self.doubt.get_or_insert((self.now, why));
    }

    pub(crate) fn after(&mut self, length: Us, what: What) {
        self.pending.push((self.now + length, what));
    }

    pub(crate) fn is_pending(&self, what: What) -> bool {
        self.pending.iter().any(|pending| pending.1 == what)
    }

    /// Deletes it; how long it still had, where it was pending.
    pub(crate) fn call_off(&mut self, what: What) -> Option<Us> {
        let place = self.pending.iter().position(|pending| pending.1 == what)?;
        Some(self.pending.remove(place).0 - self.now)
    }

    /// The next draw of a stream, of which draw 0 belongs to how all was at the start.
    pub(crate) fn draw(&mut self, length: Length, stream: Stream) -> Us {
        let k = self.draws.entry(stream.0).or_insert(0);
        *k += 1;
        let k = *k;
        self.draw_number(k, length, stream)
    }

    pub(crate) fn draw_number(&self, k: u32, length: Length, stream: Stream) -> Us {
        length.law().sample(self.random.uniform(stream, k)).0
    }

    pub(crate) fn vm_stream(&self, vm: usize, draw: VmDraw) -> Stream {
        // The first VM draws by the name of its instance, under every strategy.
        let name = &self.names[vm].name;
        let name = name.strip_suffix(".1").unwrap_or(name);
        VmStreams::new(&format!("vm {name}")).of(draw)
    }

    /// A life that goes on, or stands still.
    pub(crate) fn tend(&mut self, what: What, runs: bool, ttf: Length, (stream, k): (Stream, u32)) {
        if runs && !self.is_pending(what) {
            let left = match self.lives.remove(&what) {
                Some(left) => left,
                None if self.starting && self.scenario.stationary => {
                    ttf.law().residual(self.random.uniform(stream, k)).0
                }
                None => self.draw_number(k, ttf, stream),
            };
            self.after(left, what);
        } else if !runs && let Some(left) = self.call_off(what) {
            self.lives.insert(what, left);
        }
    }

    /// A life is over; the next one is another draw.
    pub(crate) fn end_life(&mut self, what: What) {
        self.call_off(what);
        self.lives.remove(&what);
    }

    fn happens(&mut self, what: What) {
        match what {
            What::ScriptBegins(script) => self.script_begins(script),
            What::ScriptEnds(script) => self.script_ends(script),
            What::Fails(thing) => self.thing_fails(thing),
            What::Mended(thing) => self.thing_mended(thing),
            What::HostFails(host, kind) => self.host_fails(host, kind, None),
            What::HostStep(host) => self.host_steps(host),
            What::Declared(host, failure) => self.declared(host, failure),
            What::Look => self.look(),
            What::Group(instance) => self.group_steps(instance),
            What::Missed(vm) => self.missed(vm),
            What::Dropped(vm) => self.dropped(vm),
            What::Joined(vm) => self.joined(vm),
            What::Disks(vm) => self.disks_given_up(vm),
            What::GuestCrashes(vm) => self.guest_crashes(vm, None),
            What::AppFails(vm, kind) => self.app_fails(vm, kind, None),
            What::Step(vm) => self.vm_steps(vm),
        }
    }

    /// Everything that follows from how things are.
    fn settle(&mut self) {
        self.settle_power();
        self.settle_things();
        self.settle_guests();
        self.settle_groups();
        self.settle_members();
        self.settle_lives();
        self.settle_cluster();
        self.record();
    }

    /// What took those down that have just gone down. Where faults come together each may have done it.
    fn record_causes(&mut self, what: What, is_tie: bool) {
        let Some(cause) = cause(self, what) else { return };
        for instance in 0..self.groups.len() {
            let is_down = self.lost[instance].last() == Some(&(self.now, ALL));
            let was_alone = !is_tie && self.pending.iter().all(|pending| pending.0 > self.now);
            if is_down && was_alone {
                self.downs[instance].push((self.now, cause));
            }
        }
    }

    /// What each instance serves now, and who waits.
    fn record(&mut self) {
        for instance in 0..self.groups.len() {
            let lost = self.lost_ppb(instance);
            note(&mut self.lost[instance], self.now, lost);
        }
        let waiting = self.vms.iter().filter(|vm| vm.phase == Phase::Waiting).count() as u64;
        note(&mut self.waiting, self.now, waiting);
    }
}

/// Faults, as causes of outages.
fn cause(world: &World, what: What) -> Option<&'static str> {
    let of_part = |part: usize| match world.scenario.parts.get(part).map(|part| part.kind) {
        Some(Kind::Rack) => "rack-outage",
        Some(Kind::Site) => "site-outage",
        Some(Kind::Fc | Kind::Iscsi) => "storage-outage",
        Some(Kind::Network { .. }) => "network-outage",
        None => "link-failure",
    };
    let of_host = |kind: usize| if kind == 0 { "host-crash" } else { "host-hang" };
    let of_app = |kind: usize| if kind == 0 { "app-crash" } else { "app-hang" };
    match what {
        What::Fails(thing) => Some(of_part(thing)),
        What::HostFails(_, kind) => Some(of_host(kind)),
        What::GuestCrashes(_) => Some("guest-crash"),
        What::AppFails(_, kind) => Some(of_app(kind)),
        What::ScriptBegins(script) => Some(match world.scenario.scripts[script].target {
            Target::Host(_, kind) => of_host(kind),
            Target::Part(part) => of_part(part),
            Target::Link(..) => "link-failure",
            Target::Guest(_) => "guest-crash",
            Target::App(_, kind) => of_app(kind),
        }),
        _ => None,
    }
}

/// A step function's next value: of one instant only the last counts.
fn note(steps: &mut Vec<(Us, u64)>, now: Us, value: u64) {
    if steps.last().is_some_and(|last| last.0 == now) {
        steps.pop();
    }
    if steps.last().is_none_or(|last| last.1 != value) {
        steps.push((now, value));
    }
}

/// Which of two comes first where both are due at once: causes before consequences, hosts before the VMs on them, and
/// everything in the order of the file (the model's table of timers).
fn order(things: &[Thing], what: What) -> (u32, usize, usize) {
    let of = |thing: usize, which: usize| match things[thing].host {
        // Both links of a host are the last two things that it has.
        Some(host) => (2, host, 2 * thing + which),
        None => (1, thing, which),
    };
    match what {
        What::ScriptBegins(script) => (0, script, 0),
        What::ScriptEnds(script) => (0, script, 1),
        What::Fails(thing) => of(thing, 0),
        What::Mended(thing) => of(thing, 1),
        What::HostFails(host, kind) => (2, host, 10_000 + kind),
        What::HostStep(host) => (2, host, 10_002),
        What::Declared(host, _) => (2, host, 10_003),
        What::Look => (3, 0, 0),
        What::Group(instance) => (4, instance, 0),
        What::Missed(vm) | What::Dropped(vm) => (5, vm, 0),
        What::Joined(vm) => (5, vm, 1),
        What::Disks(vm) => (5, vm, 2),
        What::GuestCrashes(vm) => (5, vm, 3),
        What::AppFails(vm, kind) => (5, vm, 4 + kind),
        What::Step(vm) => (5, vm, 6),
    }
}

/// The parts of the scenario, and after them two links of each host.
fn things(scenario: &Scenario) -> Vec<Thing> {
    let mut things = Vec::new();
    for (number, part) in scenario.parts.iter().enumerate() {
        let streams = FaultStreams::new(&scenario.component(number), "outage");
        let (fault, crew, site) = (part.fault, part.crew, part.site);
        things.push(Thing { fault, streams, crew, site, host: None, failed: false, failures: 0, scripts: 0 });
    }
    for (number, host) in scenario.hosts.iter().enumerate() {
        for (link, name) in host.links.iter().zip(["link.client", "link.storage"]) {
            let streams = FaultStreams::new(&format!("host h{number}-1"), name);
            let (fault, crew, host) = (*link, host.crew, Some(number));
            things.push(Thing {
                fault,
                streams,
                crew,
                site: None,
                host,
                failed: false,
                failures: 0,
                scripts: 0,
            });
        }
    }
    things
}
