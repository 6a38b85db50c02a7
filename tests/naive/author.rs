//! Small scenarios at random, within what the naive engine knows.

use crate::dice::Dice;
use crate::scenario::{Fault, Host, Kind, Layer, Length, Part, Scenario, Script, Service, Target};

/// Writes one scenario.
pub(crate) struct Author {
    dice: Dice,
    /// All lengths are constants of a few values, so that much happens at once.
    ties: bool,
    scenario: Scenario,
}

impl Author {
    pub(crate) fn write(seed: u64) -> Scenario {
        let mut dice = Dice::new(seed);
        let ties = dice.percent(60);
        let scenario = Scenario {
            horizon: 3600,
            warmup: dice.pick(&[0, 0, 600]),
            stationary: dice.percent(40),
            crews: (0..dice.below(3)).map(|_| 1 + dice.below(2)).collect(),
            parts: Vec::new(),
            hosts: Vec::new(),
            cluster: None,
            services: Vec::new(),
            scripts: Vec::new(),
        };
        let mut author = Author { dice, ties, scenario };
        author.add_parts();
        let hosts = 1 + author.dice.below(5);
        (0..hosts).for_each(|_| author.add_host());
        if author.dice.percent(50) {
            author.scenario.cluster = Some(author.length(&[0, 10, 30, 60, 120]));
        }
        let services = 1 + author.dice.below(3);
        (0..services).for_each(|_| author.add_service());
        if author.scenario.services.is_empty() {
            author.add_service_of(Layer::Nothing, 1, 1, None);
        }
        let scripts = author.dice.below(14);
        (0..scripts).for_each(|_| author.add_script());
        author.scenario
    }

    /// Seconds around one of these; some of them exactly.
    fn length(&mut self, around: &[u64]) -> Length {
        let seconds = self.dice.pick(around);
        if self.ties || seconds == 0 {
            return Length::Always(seconds);
        }
        match self.dice.below(3) {
            0 => Length::Always(seconds + self.dice.below(seconds as usize) as u64),
            1 => Length::Exponential(seconds),
            _ => Length::Uniform(seconds / 2, seconds * 2),
        }
    }

    fn fault(&mut self) -> Fault {
        let ttf = self.length(&[200, 400, 600, 1000, 2000]);
        Fault { ttf, ttr: self.length(&[0, 10, 30, 60, 200, 600]) }
    }

    fn maybe_fault(&mut self, percent: usize) -> Option<Fault> {
        self.dice.percent(percent).then(|| self.fault())
    }

    fn maybe_crew(&mut self) -> Option<usize> {
        let crews = self.scenario.crews.len();
        (crews > 0 && self.dice.percent(60)).then(|| self.dice.below(crews.max(1)))
    }

    fn of_kind(&self, is: impl Fn(Kind) -> bool) -> Vec<usize> {
        let parts = self.scenario.parts.iter().enumerate();
        parts.filter(|(_, part)| is(part.kind)).map(|(number, _)| number).collect()
    }

    /// In the order in which ties fall: racks, sites, storages, networks.
    fn add_parts(&mut self) {
        let (racks, sites) = (self.dice.below(3), self.dice.below(3).saturating_sub(1));
        for number in 0..racks {
            let site = (sites > 0 && self.dice.percent(60)).then_some(racks);
            self.add_part(Kind::Rack, format!("r{number}"), site);
        }
        for number in 0..sites {
            self.add_part(Kind::Site, format!("s{number}"), None);
        }
        for number in 0..self.dice.below(3) {
            let kind = self.dice.pick(&[Kind::Fc, Kind::Iscsi]);
            let site = (sites > 0 && self.dice.percent(40)).then_some(racks);
            self.add_part(kind, format!("st{number}"), site);
        }
        for number in 0..self.dice.below(4).saturating_sub(1) {
            let (client, storage) = self.dice.pick(&[(true, false), (false, true), (true, true)]);
            self.add_part(Kind::Network { client, storage }, format!("n{number}"), None);
        }
    }

    fn add_part(&mut self, kind: Kind, name: String, site: Option<usize>) {
        let (fault, crew) = (self.maybe_fault(35), self.maybe_crew());
        self.scenario.parts.push(Part { kind, name, fault, crew, site });
    }

    fn add_host(&mut self) {
        let powers = self.of_kind(|kind| matches!(kind, Kind::Rack | Kind::Site));
        let power =
            (!powers.is_empty() && self.dice.percent(70)).then(|| self.dice.below(powers.len().max(1)));
        let mut storages = self.of_kind(|kind| matches!(kind, Kind::Fc | Kind::Iscsi));
        storages.retain(|_| self.dice.percent(90));
        let host = Host {
            power: power.map(|place| powers[place]),
            memory: self.dice.pick(&[4, 6, 8]),
            storages,
            boot: self.length(if power.is_some() { &[10, 30, 60, 300] } else { &[0, 10, 30, 60, 300] }),
            faults: [self.maybe_fault(55), self.maybe_fault(20)],
            links: [self.maybe_fault(15), self.maybe_fault(15)],
            crew: self.maybe_crew(),
        };
        self.scenario.hosts.push(host);
    }

    fn free(&self, host: usize) -> u64 {
        let there = |service: &Service| {
            service.memory * service.place.iter().filter(|&&place| place == host).count() as u64
        };
        self.scenario.hosts[host].memory - self.scenario.services.iter().map(there).sum::<u64>()
    }

    /// Hosts for all VMs of a service, those of one instance on different ones.
    fn place(
        &mut self,
        storage: Option<usize>,
        memory: u64,
        instances: usize,
        vms: usize,
    ) -> Option<Vec<usize>> {
        let mut free: Vec<u64> = (0..self.scenario.hosts.len()).map(|host| self.free(host)).collect();
        let mut place = Vec::new();
        for _ in 0..instances {
            let first = place.len();
            for _ in 0..vms {
                let fits = |host: &usize| {
                    let wired = storage.is_none_or(|s| self.scenario.hosts[*host].storages.contains(&s));
                    wired && free[*host] >= memory && !place[first..].contains(host)
                };
                let hosts: Vec<usize> = (0..free.len()).filter(fits).collect();
                if hosts.is_empty() {
                    return None;
                }
                let host = self.dice.pick(&hosts);
                free[host] -= memory;
                place.push(host);
            }
        }
        Some(place)
    }

    fn add_service(&mut self) {
        let layer = self.dice.pick(&[Layer::Nothing, Layer::Failover, Layer::Balanced]);
        let vms = match layer {
            Layer::Nothing => 1,
            Layer::Failover => 2 + self.dice.below(2),
            Layer::Balanced => 2 + self.dice.below(3),
        };
        let storages = self.of_kind(|kind| matches!(kind, Kind::Fc | Kind::Iscsi));
        let storage = (!storages.is_empty() && self.dice.percent(70)).then(|| self.dice.pick(&storages));
        let instances = 1 + self.dice.below(3);
        self.add_service_of(layer, instances, vms, storage);
    }

    fn add_service_of(&mut self, layer: Layer, instances: usize, vms: usize, storage: Option<usize>) {
        let memory = self.dice.pick(&[1, 2, 3]);
        let is_group = layer == Layer::Failover;
        let Some(place) = self.place(storage, memory, instances, vms) else { return };
        // What one return of power does at one instant has no order in the definitions. It would show in groups that need no
        // time to boot: who is up first.
        let boots: &[u64] = if is_group { &[10, 20, 60] } else { &[0, 10, 20, 60] };
        let mut way = [(); 4].map(|()| self.length(&[0, 10, 20, 60]));
        way[1] = self.length(boots);
        let service = Service {
            instances,
            layer,
            clustered: self.scenario.cluster.is_some() && self.dice.percent(85),
            vms,
            place,
            memory,
            storage,
            disk_timeout: self.dice.pick(&[0, 10, 30, 60, 100]),
            way,
            guest: self.maybe_fault(40),
            app: [self.maybe_fault(30), self.maybe_fault(20)],
            crew: self.maybe_crew(),
            priority: 1 + self.dice.below(5) as u8,
            demand: 1 + self.dice.below(vms) as u64,
            capacity: 1 + self.dice.below(2) as u64,
            is_aware: layer == Layer::Balanced && self.dice.percent(40),
            detection: self.length(&[0, 10, 20, 60]),
            takeover: self.length(&[0, 10, 20, 60]),
        };
        self.scenario.services.push(service);
    }

    fn target(&mut self) -> Option<Target> {
        let host = self.dice.below(self.scenario.hosts.len());
        let vms = self.scenario.vms().len();
        let parts = self.scenario.parts.len();
        Some(match self.dice.below(8) {
            0..3 => Target::Host(host, self.dice.below(6) / 5),
            3 | 4 if parts > 0 => Target::Part(self.dice.below(parts)),
            5 => Target::Link(host, self.dice.below(2)),
            6 if vms > 0 => Target::Guest(self.dice.below(vms)),
            7 if vms > 0 => Target::App(self.dice.below(vms), self.dice.below(2)),
            _ => return None,
        })
    }

    fn add_script(&mut self) {
        let Some(target) = self.target() else { return };
        let at = if self.ties { 10 * self.dice.below(300) } else { self.dice.below(3000) } as u64;
        let service = |vm: usize| &self.scenario.services[self.scenario.vms()[vm].service];
        let has_own = match target {
            Target::Host(host, kind) => self.scenario.hosts[host].faults[kind].is_some(),
            Target::Guest(vm) => service(vm).guest.is_some(),
            Target::App(vm, kind) => service(vm).app[kind].is_some(),
            Target::Part(_) | Target::Link(..) => false,
        };
        let lasts = self.dice.pick(&[0, 10, 20, 30, 60, 200, 600, 1000]);
        let lasts = if has_own && self.dice.percent(50) { None } else { Some(lasts) };
        self.scenario.scripts.push(Script { at, target, lasts });
    }
}
