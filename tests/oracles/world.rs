//! Random small datacenters in which every law is exponential and every delay exponential or zero.

use crate::dice::Dice;
use std::fmt::Write;

/// A fault; lengths in hours. `crew` says who repairs it.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub mttf: f64,
    pub mttr: f64,
    pub crew: Option<usize>,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Site,
    Rack,
    Storage,
    Network,
}

/// Something that fails by itself or with what feeds it.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub kind: Kind,
    pub fault: Fault,
    pub feeder: Option<usize>,
}

/// A host. A boot of 0 h takes no time.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub fault: Fault,
    pub boot: f64,
    /// The part that is its rack.
    pub rack: Option<usize>,
}

/// Who protects the service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Protection {
    Nothing,
    /// A member on each host, of which `need` carry everything.
    Balanced {
        need: usize,
    },
    /// Two nodes on the first two hosts.
    Failover {
        detection: f64,
        takeover: f64,
    },
}

/// The service: VM number i lives on host number i.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub protection: Protection,
    pub vms: usize,
    /// Power on, boot, start, recover.
    pub way: [f64; 4],
    pub guest: Option<Fault>,
    pub app: Option<Fault>,
}

/// A scenario.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub horizon: f64,
    /// How many people each crew has.
    pub crews: Vec<usize>,
    pub parts: Vec<Part>,
    pub hosts: Vec<Host>,
    pub service: Service,
}

impl World {
    /// A scenario at random. Lives are `scale` times as long as usual.
    pub(crate) fn random(dice: &mut Dice, scale: f64) -> World {
        let crews: Vec<usize> = (0..dice.below(3)).map(|_| 1 + dice.below(2)).collect();
        let who = |dice: &mut Dice, crews: &[usize]| {
            if crews.is_empty() || dice.chance(0.25) { None } else { Some(dice.below(crews.len())) }
        };
        let fault = |dice: &mut Dice, from: f64, to: f64| Fault {
            mttf: scale * dice.hours(from, to),
            mttr: dice.hours(2.0, 12.0),
            crew: who(dice, &crews),
        };
        let mut parts = Vec::new();
        let has_site = dice.chance(0.15);
        let feeder = has_site.then_some(0);
        if has_site {
            parts.push(Part { kind: Kind::Site, fault: fault(dice, 80.0, 200.0), feeder: None });
        }
        let racks = if has_site { 1 + dice.below(2) } else { dice.below(3) * dice.below(2) };
        for _ in 0..racks {
            parts.push(Part { kind: Kind::Rack, fault: fault(dice, 80.0, 200.0), feeder });
        }
        let first_rack = usize::from(has_site);
        // Racks come before the network and the storage: that is the order in which a site feeds them.
        if dice.chance(0.25) {
            parts.push(Part { kind: Kind::Network, fault: fault(dice, 80.0, 200.0), feeder: None });
        }
        if dice.chance(0.3) {
            let feeder = feeder.filter(|_| dice.chance(0.5));
            parts.push(Part { kind: Kind::Storage, fault: fault(dice, 80.0, 200.0), feeder });
        }
        let service = Service::random(dice, fault);
        let more = if service.vms <= 2 { dice.below(3) } else { 0 };
        let hosts = (0..service.vms + more)
            .map(|_| Host {
                fault: fault(dice, 20.0, 100.0),
                boot: if dice.chance(0.3) { dice.hours(0.5, 2.0) } else { 0.0 },
                rack: (racks > 0 && (has_site || dice.chance(0.7)))
                    .then(|| first_rack + dice.below(racks.max(1))),
            })
            .collect();
        World { horizon: 200.0, crews, parts, hosts, service }
    }

    /// The part of a kind, where there is one.
    pub(crate) fn part(&self, kind: Kind) -> Option<usize> {
        self.parts.iter().position(|part| part.kind == kind)
    }

    /// It in the words of the simulator.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("schema = 1\n[run]\nhorizon = \"{} h\"\nages = \"new\"\n", self.horizon);
        for (number, size) in self.crews.iter().enumerate() {
            let _ = writeln!(text, "[crew.c{number}]\nsize = {size}");
        }
        for (number, part) in self.parts.iter().enumerate() {
            let _ = match part.kind {
                Kind::Site => writeln!(text, "[site.s]"),
                Kind::Rack => writeln!(text, "[rack.r{number}]"),
                Kind::Storage => writeln!(text, "[storage.san]\nkind = \"fc\""),
                Kind::Network => writeln!(text, "[network.lan]\ncarries = [\"client\"]"),
            };
            if part.feeder.is_some() {
                text += "site = \"s\"\n";
            }
            let _ = writeln!(text, "outage = {}", outage(&part.fault));
            text += &crew(part.fault.crew);
        }
        let storage = self.part(Kind::Storage).is_some();
        for (number, host) in self.hosts.iter().enumerate() {
            let _ = writeln!(
                text,
                "[host.h{number}]\ncores = 8\nmemory = \"16 GiB\"\nboot = {}",
                delay(host.boot)
            );
            let _ = writeln!(text, "crash = {}\n{}", outage(&host.fault), crew(host.fault.crew));
            if let Some(rack) = host.rack {
                let _ = writeln!(text, "rack = \"r{rack}\"");
            }
            if storage {
                text += "storage = [\"san\"]\n";
            }
        }
        text += &self.service.text(storage);
        text
    }
}

impl Service {
    fn random(dice: &mut Dice, fault: impl Fn(&mut Dice, f64, f64) -> Fault) -> Service {
        let maybe = |dice: &mut Dice, p: f64| if dice.chance(p) { dice.hours(0.5, 2.0) } else { 0.0 };
        let (protection, vms, phases) = match dice.below(3) {
            0 => (Protection::Nothing, 1, 0.5),
            1 => {
                let vms = 2 + dice.below(4);
                (Protection::Balanced { need: 1 + dice.below(vms) }, vms, if vms < 4 { 0.3 } else { 0.1 })
            }
            _ => {
                let (detection, takeover) = (maybe(dice, 0.6), maybe(dice, 0.6));
                (Protection::Failover { detection, takeover }, 2, 0.4)
            }
        };
        let mut way = [(); 4].map(|()| maybe(dice, phases));
        if matches!(protection, Protection::Failover { .. }) {
            // A node's application is brought up by its group.
            (way[2], way[3]) = (0.0, 0.0);
        }
        let faults = if vms < 4 { 0.5 } else { 0.25 };
        let guest = dice.chance(faults).then(|| fault(dice, 20.0, 100.0));
        let mut app = dice.chance(faults).then(|| fault(dice, 20.0, 100.0));
        // A service has one crew.
        if let (Some(guest), Some(app)) = (&guest, &mut app) {
            app.crew = guest.crew;
        }
        Service { protection, vms, way, guest, app }
    }

    fn text(&self, storage: bool) -> String {
        let disks = if storage { ", storage = \"san\", disk_timeout = \"0 s\"" } else { "" };
        let places: Vec<String> = (0..self.vms).map(|host| format!("\"h{host}-1\"")).collect();
        let mut text = format!(
            "[service.a]\nrole = \"stateless\"\nplace = [{}]\nvm = {{ cores = 1, memory = \"1 GiB\"{disks} }}\n",
            places.join(", ")
        );
        for (step, hours) in ["power_on", "boot", "start", "recover"].iter().zip(self.way) {
            let _ = writeln!(text, "{step} = {}", delay(hours));
        }
        for (key, fault) in [("guest_crash", &self.guest), ("app_crash", &self.app)] {
            if let Some(fault) = fault {
                let _ = writeln!(text, "{key} = {}", outage(fault));
            }
        }
        text += &crew(self.guest.as_ref().or(self.app.as_ref()).and_then(|fault| fault.crew));
        let _ = match self.protection {
            Protection::Nothing => writeln!(text, "[strategy.s]\nprotect = []"),
            Protection::Balanced { need } => writeln!(
                text,
                "demand = {need}\ncapacity = 1\n[strategy.s]\nprotect = [\"nlb\"]\nmembers = {}\n\
                 detection = \"0 s\"\nconvergence = \"0 s\"",
                self.vms
            ),
            Protection::Failover { detection, takeover } => writeln!(
                text,
                "[strategy.s]\nprotect = [\"guest-failover\"]\nnodes = 2\ndetection = {}\ntakeover = {}",
                delay(detection),
                delay(takeover)
            ),
        };
        text
    }
}

fn crew(crew: Option<usize>) -> String {
    crew.map_or(String::new(), |number| format!("crew = \"c{number}\"\n"))
}

/// Whole minutes; lives are whole minutes times a whole number.
fn minutes(hours: f64) -> String {
    format!("{} min", (hours * 60.0).round())
}

fn outage(fault: &Fault) -> String {
    format!("{{ mttf = \"{}\", mttr = \"{}\" }}", minutes(fault.mttf), minutes(fault.mttr))
}

fn delay(hours: f64) -> String {
    match hours {
        0.0 => "\"0 s\"".to_owned(),
        _ => format!("{{ law = \"exponential\", mean = \"{}\" }}", minutes(hours)),
    }
}
