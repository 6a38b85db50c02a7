//! Random faults, by fixed seeds.

use crate::sites::Sites;
use crate::story::Why;
use crate::world::{Change, S, Us};

/// What strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Crash(usize),
    Hang(usize),
    /// The management link of a host, or the whole management network of a site.
    Link(usize),
    Network(usize),
    /// A network between sites: for management, or for storage.
    Between(usize),
    Fabric(usize),
    /// The link of a host to the storage, or the storage itself.
    Path(usize),
    Storage,
    Witness,
}

impl Fault {
    /// What a family is told of it, where it strikes no host.
    pub(crate) fn concerns(self) -> Change {
        match self {
            Fault::Path(_) => Change::Storage(Why::Link),
            Fault::Storage => Change::Storage(Why::Storage),
            Fault::Fabric(_) => Change::Storage(Why::Network),
            Fault::Witness => Change::Witness,
            _ => Change::Network,
        }
    }
}

/// A fault, when it strikes and for how long. That of a crash is the repair, that of a hang the time until a person
/// resets the host; a boot follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Strike {
    pub(crate) at: Us,
    pub(crate) fault: Fault,
    pub(crate) lasts: Us,
}

/// Splitmix64: any good mixer will do.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0xD1B5_4A32_D192_ED03) ^ 0x5851_F42D_4C95_7F2D)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }
}

/// What a family's draws look like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) hosts: usize,
    /// Instants after the last beat, in seconds, at which something is decided: half of all lengths fall close to one.
    pub(crate) thresholds: &'static [f64],
    /// Faults of the storage, of the witness, hangs: whether the family's draws have them.
    pub(crate) storage: bool,
    pub(crate) witness: bool,
    /// How long a hang lasts at least: longer than the product's own reset, where it has one.
    pub(crate) hang_min: Us,
    /// Where there are networks between sites, one of them is cut in every draw.
    pub(crate) sites: Sites,
    /// What the draws are about where sites are cut off: all themes if none are named. Where they are, whatever else happens
    /// happens long after a cut for good.
    pub(crate) themes: &'static [u64],
}

/// Nothing strikes before this.
pub(crate) const BASE: Us = 60 * S;

impl Plan {
    pub(crate) fn longest(&self) -> Us {
        let longest = self.thresholds.iter().copied().fold(1.0, f64::max);
        (longest * S as f64) as Us
    }

    /// A length on one side or the other of something that counts.
    fn length(&self, dice: &mut Dice) -> Us {
        match dice.below(4) {
            0 => 1 + dice.below(2 * self.longest()),
            1 => 1 + dice.below(20 * S),
            _ => {
                let about = (dice.of(self.thresholds) * S as f64) as Us;
                (about + dice.below(3 * S)).saturating_sub(3 * S / 2).max(1)
            }
        }
    }

    /// A repair: for good, or so short that the host is back in time to matter.
    fn repair(dice: &mut Dice) -> Us {
        if dice.one_in(2) { 3_600 * S } else { 1 + dice.below(200 * S) }
    }

    fn host(&self, dice: &mut Dice) -> usize {
        dice.below(self.hosts as u64) as usize
    }

    fn crash(&self, dice: &mut Dice, at: Us, host: usize) -> Strike {
        Strike { at, fault: Fault::Crash(host), lasts: Plan::repair(dice) }
    }

    fn hang(&self, dice: &mut Dice, at: Us, host: usize) -> Strike {
        Strike { at, fault: Fault::Hang(host), lasts: self.hang_min + Plan::repair(dice) }
    }

    fn cut(&self, dice: &mut Dice, at: Us, fault: Fault) -> Strike {
        Strike { at, fault, lasts: self.length(dice) }
    }

    /// The faults of a seed. The themes take turns, so that each has its share.
    pub(crate) fn draw(&self, seed: u64) -> Vec<Strike> {
        let dice = &mut Dice::new(seed);
        if !self.sites.links.is_empty() {
            return self.draw_split(dice, seed);
        }
        let at = BASE + dice.below(20 * S);
        let (one, mut other) = (self.host(dice), self.host(dice));
        if other == one {
            other = (one + 1) % self.hosts;
        }
        let mut strikes = match seed % 9 {
            0 => vec![self.crash(dice, at, one)],
            1 => {
                let gap = if dice.one_in(8) { 0 } else { self.length(dice) };
                vec![self.crash(dice, at, one), self.crash(dice, at + gap, other)]
            }
            2 => vec![self.cut(dice, at, Fault::Link(one))],
            3 => self.partition(dice, at),
            4 => vec![self.hang(dice, at, one)],
            // A crash while a host is isolated: its own, or another's; any of them may be the primary.
            5 => {
                let gap = self.length(dice);
                let struck = if dice.one_in(2) { one } else { other };
                vec![self.cut(dice, at, Fault::Link(one)), self.crash(dice, at + gap, struck)]
            }
            6 => self.votes(dice, at),
            7 if self.storage => self.disks(dice, at, one, other),
            _ => self.wild(dice, at),
        };
        strikes.sort_by_key(|strike| strike.at);
        strikes
    }

    /// Several hosts lose their links at instants of their own, or all at once.
    fn partition(&self, dice: &mut Dice, at: Us) -> Vec<Strike> {
        if dice.one_in(3) {
            return vec![self.cut(dice, at, Fault::Network(0))];
        }
        let first = self.host(dice);
        let cut = 2 + dice.below(self.hosts as u64 - 1) as usize;
        let spread = self.length(dice);
        let hosts = (0..cut.min(self.hosts)).map(|n| (first + n) % self.hosts);
        hosts
            .map(|host| {
                let at = at + dice.below(spread);
                self.cut(dice, at, Fault::Link(host))
            })
            .collect()
    }

    /// Hosts go one after the other, in any order, and some come back.
    fn votes(&self, dice: &mut Dice, at: Us) -> Vec<Strike> {
        let mut at = at;
        let first = self.host(dice);
        let mut strikes = Vec::new();
        for n in 0..1 + dice.below(self.hosts as u64) as usize {
            let host = (first + n) % self.hosts;
            let strike = match dice.below(4) {
                0 => self.cut(dice, at, Fault::Link(host)),
                1 if self.witness => self.cut(dice, at, Fault::Witness),
                _ => self.crash(dice, at, host),
            };
            strikes.push(strike);
            at += self.length(dice);
        }
        strikes
    }

    fn disks(&self, dice: &mut Dice, at: Us, one: usize, other: usize) -> Vec<Strike> {
        let lost = if dice.one_in(3) { Fault::Storage } else { Fault::Path(one) };
        let mut strikes = vec![self.cut(dice, at, lost)];
        let gap = self.length(dice);
        let (before, after) = (at.saturating_sub(gap).max(BASE), at + gap);
        let then = if dice.one_in(2) { before } else { after };
        match dice.below(4) {
            0 => strikes.push(self.crash(dice, then, other)),
            1 => strikes.push(self.crash(dice, after, one)),
            2 => strikes.push(self.cut(dice, then, Fault::Link(one))),
            _ => {}
        }
        strikes
    }

    /// The faults of a seed where sites can be cut off from each other.
    fn draw_split(&self, dice: &mut Dice, seed: u64) -> Vec<Strike> {
        let at = BASE + dice.below(20 * S);
        let host = self.host(dice);
        // Before, during or after the cut.
        let gap = self.length(dice);
        let then = if dice.one_in(3) { at.saturating_sub(gap).max(BASE) } else { at + gap };
        let mut strikes = self.split(dice, at);
        let steady = !self.themes.is_empty();
        let theme = if steady { self.themes[(seed % self.themes.len() as u64) as usize] } else { seed % 8 };
        let then = if steady && !matches!(theme, 0 | 5) {
            strikes.iter_mut().for_each(|strike| strike.lasts = 3_600 * S);
            at + 60 * S + gap
        } else {
            then
        };
        match theme {
            0 => {}
            1 | 2 => {
                strikes.push(self.crash(dice, then, host));
                if dice.one_in(3) {
                    let (gap, host) = (self.length(dice), self.host(dice));
                    strikes.push(self.crash(dice, then + gap, host));
                }
            }
            3 => strikes.push(self.cut(dice, then, Fault::Link(host))),
            4 => strikes.push(self.hang(dice, then, host)),
            // It is cut again, perhaps before it is whole.
            5 => {
                // With themes not within the beat after which sides know that they have met.
                let met = strikes[0].at + strikes[0].lasts;
                let close = steady && (met..met + 2 * S).contains(&(at + gap));
                let again = self.split(dice, if close { met + 2 * S } else { at + gap });
                strikes.extend(again);
                if dice.one_in(2) && !steady {
                    let then = then + self.length(dice);
                    strikes.push(self.crash(dice, then, host));
                }
            }
            6 => {
                let fault = match dice.below(4) {
                    0 if self.storage => Fault::Path(host),
                    1 if self.storage => Fault::Storage,
                    2 | 3 if self.witness => Fault::Witness,
                    _ => Fault::Network(self.sites.of(host)),
                };
                strikes.push(self.cut(dice, then, fault));
            }
            _ => {
                let more = self.wild(dice, then);
                strikes.extend(more.into_iter().take(3));
            }
        }
        strikes.sort_by_key(|strike| strike.at);
        strikes
    }

    /// Sites lose sight of each other; where there is a way for blocks it often goes as well, and sometimes alone.
    fn split(&self, dice: &mut Dice, at: Us) -> Vec<Strike> {
        let any = |dice: &mut Dice, of: usize| dice.below(of as u64) as usize;
        let (links, fabrics) = (self.sites.links.len(), self.sites.fabrics.len());
        let mut strikes = Vec::new();
        let first = any(dice, links);
        let cuts = if links > 1 && dice.one_in(2) { 2 } else { 1 };
        for n in 0..cuts {
            let at = at + if n == 0 || dice.one_in(2) { 0 } else { self.length(dice) };
            strikes.push(self.cut(dice, at, Fault::Between((first + n) % links)));
        }
        if fabrics > 0 && dice.one_in(2) {
            let at = at + if dice.one_in(2) { 0 } else { self.length(dice) };
            let fabric = any(dice, fabrics);
            let strike = self.cut(dice, at, Fault::Fabric(fabric));
            let lasts = if dice.one_in(2) { strikes[0].lasts } else { strike.lasts };
            strikes.push(Strike { lasts, ..strike });
        }
        strikes
    }

    /// Anything.
    fn wild(&self, dice: &mut Dice, at: Us) -> Vec<Strike> {
        let mut at = at;
        let mut strikes = Vec::new();
        for _ in 0..2 + dice.below(3) {
            let host = self.host(dice);
            let strike = match dice.below(9) {
                0 | 1 => self.crash(dice, at, host),
                2 => self.hang(dice, at, host),
                3 if self.storage => self.cut(dice, at, Fault::Path(host)),
                4 if self.storage => self.cut(dice, at, Fault::Storage),
                5 if self.witness => self.cut(dice, at, Fault::Witness),
                6 => self.cut(dice, at, Fault::Network(self.sites.of(host))),
                _ => self.cut(dice, at, Fault::Link(host)),
            };
            strikes.push(strike);
            at += self.length(dice);
        }
        strikes
    }
}
