//! An independent slow model of boots that share a bandwidth: microsecond by microsecond, with exact fractions and
//! no clock of its own, on random scripts of crashed hosts, crashed guests, lost storage and cut paths.
//!
//! It knows when a boot begins, stands still and ends; of the program it sees only when guests have booted.

use std::cmp::Ordering;
use std::fmt::Write as _;

use crate::boots;
use crate::loading::load;

/// A fraction above or equal to zero, in lowest terms. `None` where 128 bits do not hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fraction {
    over: u128,
    under: u128,
}

impl Fraction {
    fn whole(n: u64) -> Fraction {
        Fraction { over: u128::from(n), under: 1 }
    }

    fn new(over: u128, under: u128) -> Fraction {
        let (mut a, mut b) = (over, under);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        Fraction { over: over / a, under: under / a }
    }

    fn times(self, other: Fraction) -> Option<Fraction> {
        // Across first, so that products stay small.
        let (a, b) = (Fraction::new(self.over, other.under), Fraction::new(other.over, self.under));
        Some(Fraction { over: a.over.checked_mul(b.over)?, under: a.under.checked_mul(b.under)? })
    }

    fn less(self, other: Fraction) -> Option<Fraction> {
        let shared = Fraction::new(self.under, other.under);
        let (mine, theirs) = (shared.under, shared.over);
        let over = self.over.checked_mul(mine)?.checked_sub(other.over.checked_mul(theirs)?)?;
        Some(Fraction::new(over, self.under.checked_mul(mine)?))
    }

    fn compare(self, other: Fraction) -> Option<Ordering> {
        Some(self.over.checked_mul(other.under)?.cmp(&other.over.checked_mul(self.under)?))
    }

    fn is_zero(self) -> bool {
        self.over == 0
    }
}

/// A small generator of its own: the tests must not move with the program's streams.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    fn from(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Host(usize),
    Guest(usize),
    Path(usize),
    Storage,
}

/// Times in microseconds. VM number k is the only one of service k, on host number `host[k]`.
#[derive(Debug)]
struct Script {
    end: u64,
    bandwidth: u64,
    host_boot: u64,
    hosts: usize,
    host: Vec<usize>,
    power_on: Vec<u64>,
    boot: Vec<u64>,
    rate: Vec<u64>,
    /// When, what, for how long.
    faults: Vec<(u64, Fault, u64)>,
}

impl Script {
    fn new(seed: u64) -> Script {
        let mut dice = Dice(seed);
        let (vms, hosts) = (dice.from(1, 7) as usize, dice.from(1, 4) as usize);
        // Some scripts have larger numbers; in most of them much coincides.
        let unit = if dice.below(16) == 0 { 100 } else { 1 };
        let span = |dice: &mut Dice, most: u64| {
            let span = dice.from(1, most * unit);
            if dice.below(3) == 0 { span.next_multiple_of(5) } else { span }
        };
        let boot = (0..vms).map(|_| span(&mut dice, 40)).collect();
        let end = 400 * unit;
        let faults = (0..dice.from(4, 16)).map(|_| {
            let fault = match dice.below(8) {
                0..3 => Fault::Host(dice.below(hosts as u64) as usize),
                3..6 => Fault::Guest(dice.below(vms as u64) as usize),
                6 => Fault::Path(dice.below(hosts as u64) as usize),
                _ => Fault::Storage,
            };
            let at = dice.below(end * 3 / 4);
            (at, fault, span(&mut dice, 25))
        });
        let faults = faults.collect();
        Script {
            end,
            faults,
            bandwidth: dice.from(1, 9),
            host_boot: dice.from(1, 10),
            hosts,
            host: (0..vms).map(|_| dice.below(hosts as u64) as usize).collect(),
            power_on: (0..vms).map(|_| dice.below(4)).collect(),
            boot,
            rate: (0..vms).map(|_| dice.from(1, 6)).collect(),
        }
    }

    fn text(&self) -> String {
        let mut text = format!(
            "schema = 1\n[run]\nhorizon = \"{} us\"\nages = \"new\"\n[storage.san]\nkind = \"fc\"\nbandwidth = \"{} MB/s\"\n\
             [host.h]\ncount = {}\ncores = 64\nmemory = \"64 GiB\"\nstorage = [\"san\"]\nboot = \"{} us\"\n[strategy.s]\nprotect = []\n",
            self.end, self.bandwidth, self.hosts, self.host_boot
        );
        for vm in 0..self.host.len() {
            let _ = write!(
                text,
                "[service.v{vm}]\nplace = [\"h-{}\"]\nvm = {{ cores = 1, memory = \"1 GiB\", storage = \"san\", \
                 boot_io = \"{} MB/s\", disk_timeout = \"1 d\" }}\npower_on = \"{} us\"\nboot = \"{} us\"\nstart = \"7 us\"\n\
                 recover = \"0 s\"\n",
                self.host[vm] + 1,
                self.rate[vm],
                self.power_on[vm],
                self.boot[vm]
            );
        }
        for (at, fault, lasts) in &self.faults {
            let fault = match fault {
                Fault::Host(host) => format!("host h-{} crash", host + 1),
                Fault::Guest(vm) => format!("vm v{vm}-1 guest_crash"),
                Fault::Path(host) => format!("host h-{} link.storage", host + 1),
                Fault::Storage => "storage san outage".to_owned(),
            };
            let _ =
                write!(text, "[[inject]]\nat = \"{at} us\"\nfault = \"{fault}\"\nlasts = \"{lasts} us\"\n");
        }
        text
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    Up,
    Repair(u64),
    Boot(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guest {
    Off,
    /// Would start, and has no disks.
    Waits,
    /// A person is there until an instant.
    Dead(u64),
    PowerOn(u64),
    /// What is left of the boot at full speed.
    Boots(Fraction),
    Booted,
}

struct Slow<'s> {
    script: &'s Script,
    hosts: Vec<Host>,
    guests: Vec<Guest>,
    storage_out: u32,
    paths_out: Vec<u32>,
    booted: Vec<(String, u64)>,
}

impl Slow<'_> {
    /// When guests have booted, as [`boots`] tells it; `None` where the fractions grow too large.
    fn play(script: &Script) -> Option<Vec<(String, u64)>> {
        let mut slow = Slow {
            script,
            hosts: vec![Host::Up; script.hosts],
            guests: vec![Guest::Booted; script.host.len()],
            storage_out: 0,
            paths_out: vec![0; script.hosts],
            booted: Vec::new(),
        };
        for now in 0..script.end {
            slow.instant(now);
            slow.microsecond()?;
        }
        Some(slow.booted)
    }

    fn has_disks(&self, vm: usize) -> bool {
        self.storage_out == 0 && self.paths_out[self.script.host[vm]] == 0
    }

    /// All that happens at an instant: faults first, in the order of the script, then hosts, then guests.
    fn instant(&mut self, now: u64) {
        let script = self.script;
        for &(at, fault, lasts) in &script.faults {
            if at == now {
                self.strikes(fault, now + lasts);
            }
            if at + lasts == now {
                self.ends(fault);
            }
        }
        for host in 0..script.hosts {
            if self.hosts[host] == Host::Repair(now) {
                self.hosts[host] = Host::Boot(now + script.host_boot);
            }
            if self.hosts[host] == Host::Boot(now) {
                self.hosts[host] = Host::Up;
                (0..script.host.len()).filter(|vm| script.host[*vm] == host).for_each(|vm| self.starts(vm));
            }
        }
        for vm in 0..script.host.len() {
            self.steps(vm, now);
        }
    }

    fn strikes(&mut self, fault: Fault, until: u64) {
        match fault {
            Fault::Host(host) if !matches!(self.hosts[host], Host::Repair(_)) => {
                self.hosts[host] = Host::Repair(until);
                for vm in 0..self.guests.len() {
                    if self.script.host[vm] == host {
                        self.guests[vm] = Guest::Off;
                    }
                }
            }
            Fault::Guest(vm) if self.guests[vm] == Guest::Booted => self.guests[vm] = Guest::Dead(until),
            Fault::Host(_) | Fault::Guest(_) => {}
            Fault::Path(host) => self.paths_out[host] += 1,
            Fault::Storage => self.storage_out += 1,
        }
    }

    fn ends(&mut self, fault: Fault) {
        match fault {
            Fault::Path(host) => self.paths_out[host] -= 1,
            Fault::Storage => self.storage_out -= 1,
            Fault::Host(_) | Fault::Guest(_) => return,
        }
        for vm in 0..self.guests.len() {
            if self.guests[vm] == Guest::Waits {
                self.starts(vm);
            }
        }
    }

    fn starts(&mut self, vm: usize) {
        self.guests[vm] =
            if self.has_disks(vm) { Guest::PowerOn(self.script.power_on[vm]) } else { Guest::Waits };
    }

    fn steps(&mut self, vm: usize, now: u64) {
        if self.guests[vm] == Guest::Dead(now) {
            self.starts(vm);
        }
        if !self.has_disks(vm) {
            return;
        }
        if self.guests[vm] == Guest::PowerOn(0) {
            self.guests[vm] = Guest::Boots(Fraction::whole(self.script.boot[vm]));
        }
        if matches!(self.guests[vm], Guest::Boots(left) if left.is_zero()) {
            self.guests[vm] = Guest::Booted;
            self.booted.push((format!("v{vm}-1"), now));
        }
    }

    /// The microsecond after an instant. Whoever is through in the middle of it leaves the rest to the others.
    fn microsecond(&mut self) -> Option<()> {
        for vm in 0..self.guests.len() {
            if let Guest::PowerOn(left) = self.guests[vm]
                && self.has_disks(vm)
            {
                self.guests[vm] = Guest::PowerOn(left - 1);
            }
        }
        let mut rest = Fraction::whole(1);
        loop {
            let boots: Vec<(usize, Fraction)> = (0..self.guests.len())
                .filter_map(|vm| match self.guests[vm] {
                    Guest::Boots(left) if !left.is_zero() && self.has_disks(vm) => Some((vm, left)),
                    _ => None,
                })
                .collect();
            let wanted: u64 = boots.iter().map(|(vm, _)| self.script.rate[*vm]).sum();
            let slowed = wanted.max(self.script.bandwidth);
            let speed = Fraction::new(self.script.bandwidth.into(), slowed.into());
            let mut done = rest.times(speed)?;
            for (_, left) in &boots {
                if left.compare(done)? == Ordering::Less {
                    done = *left;
                }
            }
            for (vm, left) in &boots {
                self.guests[*vm] = Guest::Boots(left.less(done)?);
            }
            rest = rest.less(done.times(Fraction::new(slowed.into(), self.script.bandwidth.into()))?)?;
            if boots.is_empty() || rest.is_zero() {
                return Some(());
            }
        }
    }
}

#[test]
fn random_scripts_boot_as_the_slow_model_does() {
    let seeds = match (std::env::var("NINEFOLD_SEED"), std::env::var_os("NINEFOLD_LONG")) {
        (Ok(seed), _) => {
            let seed = seed.parse().expect("NINEFOLD_SEED is a number");
            seed..seed + 1
        }
        (_, Some(_)) => 0..50_000,
        _ => 0..3_000,
    };
    let (asked, mut played, mut seen, mut slowed) = (seeds.end - seeds.start, 0, 0, 0);
    for seed in seeds {
        let script = Script::new(seed);
        let Some(expected) = Slow::play(&script) else { continue };
        let text = script.text();
        let model = &load(&text)[0];
        let mut got = boots(model);
        got.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        assert_eq!(got, expected, "seed {seed}\n{text}");
        played += 1;
        seen += got.len();
        slowed += usize::from(!model.channels.is_empty()) * got.len();
    }
    println!("{played} of {asked} scripts, {seen} boots, {slowed} of them where boots can slow each other");
    assert!(asked < 100 || played * 10 > asked * 9, "too many fractions are too large: {played} of {asked}");
    assert!(asked < 100 || slowed > 3 * asked as usize, "too few boots tell nothing");
}

#[test]
fn fractions_are_exact() {
    let third = Fraction::new(2, 6);
    assert_eq!(third, Fraction { over: 1, under: 3 });
    assert_eq!(third.times(Fraction::new(9, 4)), Some(Fraction { over: 3, under: 4 }));
    assert_eq!(Fraction::whole(1).less(third), Some(Fraction { over: 2, under: 3 }));
    assert_eq!(Fraction::new(5, 6).less(Fraction::new(3, 4)), Some(Fraction { over: 1, under: 12 }));
    assert_eq!(third.compare(Fraction::new(1, 4)), Some(Ordering::Greater));
    assert_eq!(third.less(third), Some(Fraction { over: 0, under: 1 }));
    assert_eq!(Fraction::new(u128::MAX, 2).times(Fraction::new(4, 1)), None);
}
