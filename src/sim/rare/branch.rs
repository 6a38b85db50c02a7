//! One way that an episode can take: from the moment of a fault until all is well again.

use super::super::{EVENTS_MAX, Simulation};
use super::calm::{Calm, Look, Outlook};
use super::ledger::Ledger;
use super::window::Window;
use super::{Losses, Meter};
use crate::engine::{Span, Time};

/// How likely a fault is made in the first window of an episode, while what is asked about serves and while it does not: then it
/// is the next fault that may keep it down for long, but it may also be down already for what it is all about. Assumptions.
const FIRING: f64 = 0.65;
const FIRING_DOWN: f64 = 0.3;
/// And while nothing is amiss but planned work is near: there are several such windows, ever shorter. Assumption.
const FIRING_DAWN: f64 = 0.15;
/// After each window in which none struck it is so many times that, so that the weight of an episode in which nothing more happens stays below 30,
/// however many repairs it takes. Where more is out than ever before in the branch, and that is rare, it is as at first.
const FADING: f64 = 0.75;
/// The weight of a window from which on what has fired in it says nothing of what is to come: part of a chance has passed. While something is being repaired
/// that comes anyway ([`super::shares::Shares::comes_anyway`]), an outage is hardly nearer than before: it is so small a part of a chance. Assumptions.
const COMMON: f64 = 0.9;
const ASIDE: f64 = 0.2;
/// On the way to an outage repairs may be done as well. After so many detours a branch that goes on is too unlikely to matter. Assumption.
const DETOURS: u32 = 6;
/// The weight from which on a window counts as one in which none struck. Assumption.
const WEIGHTY: f64 = 1.01;

/// Nobody knows how long what is not being repaired stays out; assumption: as long as a person takes, and four times as long each time
/// that it was longer. It is planned work, or members of a group that have come together on one host.
const UNKNOWN: Span = Span(3_600_000_000);

/// Where a branch has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// All is well again, or the replication is over.
    Over,
    /// As many components are out as it was to go on for.
    Level,
}

/// What one has come to.
pub(super) struct Lived {
    pub stop: Stop,
    /// Of all of it.
    pub weight: f64,
    /// When, after how many events.
    pub at: (Time, u64, u64),
    /// Events and windows, and one for the branch.
    pub work: u64,
}

/// One that is being lived.
pub(super) struct Branch<'r, 'w, 'm, M> {
    run: Simulation<'r, &'r mut M>,
    ledger: &'r mut Ledger<'w, 'm>,
    calm: &'r Calm,
    /// Clocks that may have been hurried before it.
    hurried: &'r [u32],
    end: Time,
    /// It goes no further than to so many components out.
    goal: u32,
    /// Of the windows that are closed: the weight of what happened in them, and how likely a fault is made in the next.
    weight: f64,
    firing: f64,
    /// What becomes of that where none strikes in the window that is open, and what that was opened for.
    fading: f64,
    outlook: Option<Outlook>,
    /// How unlikely the most was that has been out at once ([`Ledger::rarity`]), and what has fired since that would have done so anyway.
    rarest: f64,
    aside: Option<usize>,
    /// How often what is out may still have become less on the way.
    detours: u32,
    windows: u64,
    /// How long the next window is where nothing is being repaired.
    unknown: Span,
    /// What it has lost since its beginning, weighted as it was lost, and as it was.
    lost: &'r mut Losses,
    raw: &'r mut Losses,
}

impl<'r, 'w, 'm, M: Meter> Branch<'r, 'w, 'm, M> {
    pub(super) fn new(
        run: Simulation<'r, &'r mut M>,
        ledger: &'r mut Ledger<'w, 'm>,
        (calm, hurried, end, goal): (&'r Calm, &'r [u32], Time, u32),
        [lost, raw]: [&'r mut Losses; 2],
    ) -> Self {
        lost.clear();
        raw.clear();
        Branch {
            run,
            ledger,
            calm,
            hurried,
            end,
            goal,
            weight: 1.0,
            firing: 1.0,
            fading: 1.0,
            outlook: None,
            rarest: 0.0,
            aside: None,
            detours: DETOURS,
            windows: 0,
            unknown: UNKNOWN,
            lost,
            raw,
        }
    }

    /// Lives from an event that has just been taken, or from now, until all is well again, or enough is out. What was lost is left in
    /// `lost`, weighted as it was lost.
    pub(super) fn live(mut self, first: Option<(Time, u32)>) -> Lived {
        let before = self.run.events;
        let (stop, weight) = self.go_on(first);
        Lived {
            stop,
            weight,
            at: (self.run.now, self.run.events, self.run.stuck_since),
            work: self.run.events - before + self.windows + 1,
        }
    }

    fn go_on(&mut self, first: Option<(Time, u32)>) -> (Stop, f64) {
        if let Some((at, slot)) = first {
            self.run.step(at, slot);
            self.weigh(None);
            self.ledger.look(self.run.state);
            self.ledger.turn = self.look().turn();
            if self.is_over() {
                return (Stop::Over, self.weight_with(None));
            }
        }
        if self.ledger.out() >= self.goal {
            return (Stop::Level, self.weight_with(None));
        }
        self.rarest = self.ledger.rarity();
        self.ledger.branch(&mut self.run, self.hurried);
        let mut window: Option<Window> = None;
        loop {
            let mut due = self.due();
            // What else happens at this instant may be the beginning of a repair.
            if window.is_none() && due > self.run.now {
                window = Some(self.open());
                due = self.due();
            }
            // The replication itself is calm again at that very instant, whatever window is open.
            let until = window.map_or(Time::NEVER, |window| window.ends.min(self.forgets()));
            if until < due.min(self.end) {
                self.pass(until);
                self.run.now = until;
                self.close(&mut window);
                if self.is_over() {
                    return (Stop::Over, self.weight_with(None));
                }
                continue;
            }
            let Some((at, slot)) = self.run.state.timers.take_before(self.end) else { break };
            self.pass(at);
            let look = Look { now: at, ..self.look() };
            if look.is_known(slot) && self.calm.is_good(look) {
                self.weigh(window.as_ref());
                return (Stop::Over, self.weight_with(window.as_ref()));
            }
            let event = self.run.model.timers.events[slot as usize];
            let fired = self.ledger.note(self.run.state, event, slot);
            self.run.step(at, slot);
            assert!(self.run.events < EVENTS_MAX, "an episode without an end");
            match (window, fired) {
                (Some(open), Some(fired)) => {
                    let weight = open.weight(self.ledger, Some(fired));
                    self.weight *= weight;
                    self.step_on(weight, fired.number);
                    self.weigh(None);
                    self.ledger.look(self.run.state);
                    open.close(self.ledger, &mut self.run);
                    window = None;
                }
                _ => {
                    self.weigh(window.as_ref());
                    self.ledger.look(self.run.state);
                    // What runs again has no part in the window, and what it was opened for may be over.
                    if self.ledger.woke || self.is_another_outlook() {
                        self.close(&mut window);
                    }
                }
            }
            if self.is_over() {
                return (Stop::Over, self.weight_with(window.as_ref()));
            }
            if fired.is_some() && self.ledger.out() >= self.goal {
                self.close(&mut window);
                return (Stop::Level, self.weight_with(None));
            }
        }
        self.pass(self.end);
        self.weigh(window.as_ref());
        (Stop::Over, self.weight_with(window.as_ref()))
    }

    /// A window, until the first repair is done, or as long as nothing changes that is known.
    fn open(&mut self) -> Window {
        self.windows += 1;
        self.outlook = self.calm.outlook(self.look());
        let ends = match self.outlook {
            Some(outlook) => outlook.until,
            None => self.ledger.next_repair(self.run.state),
        };
        let until = ends.unwrap_or(self.run.now + self.unknown);
        // Whatever lasts longer than a person takes may last for long.
        self.unknown = if ends.is_some() { UNKNOWN } else { Span(self.unknown.0.saturating_mul(4)) };
        let is_down = self.run.observer.is_down();
        let (firing, fading) = match self.outlook {
            Some(outlook) if outlook.is_dawn => (FIRING_DAWN, 1.0),
            _ => (self.firing * if is_down { FIRING_DOWN } else { FIRING }, FADING),
        };
        self.aside = self.aside.filter(|&number| self.ledger.is_out(number));
        let part = if self.aside.is_some() { ASIDE } else { 1.0 };
        let (firing, fading) = (firing * part, libm::pow(fading, part));
        self.fading = fading;
        Window::open(self.ledger, &mut self.run, firing, until.min(self.end))
    }

    /// Whether the window that is open was opened for something else.
    fn is_another_outlook(&self) -> bool {
        let is = |outlook: Option<Outlook>| outlook.map(|outlook| outlook.is_dawn);
        is(self.calm.outlook(self.look())) != is(self.outlook)
    }

    /// A clock has fired in a window of such a weight: it may be the next step towards an outage, or nothing that matters.
    fn step_on(&mut self, weight: f64, fired: usize) {
        if self.ledger.shares.comes_anyway(fired, self.ledger.watched) {
            self.aside = Some(fired);
        }
        if weight > COMMON {
            self.firing *= if weight > WEIGHTY { self.fading.sqrt() } else { 1.0 };
            return;
        }
        self.aside = None;
        // What came by itself where it hardly would have is no step that anybody has made: with chances again it would be met even less, and
        // what lasts long and is often struck would be missing.
        if self.weight > 1.0 {
            return;
        }
        let rarity = self.ledger.rarity();
        if rarity > self.rarest {
            (self.rarest, self.firing) = (rarity, 1.0);
        } else if self.detours > 0 {
            (self.detours, self.firing) = (self.detours - 1, 1.0);
        }
    }

    /// When an episode in which all stands as it should is over without an event.
    fn forgets(&self) -> Time {
        self.look().forgets().unwrap_or(Time::NEVER)
    }

    fn is_over(&self) -> bool {
        self.calm.is_over(self.look(), self.ledger.turn)
    }

    fn look(&self) -> Look<'_, 'w, 'm> {
        Look {
            model: self.run.model,
            ledger: self.ledger,
            state: self.run.state,
            is_down: self.run.observer.is_down(),
            now: self.run.now,
        }
    }

    fn due(&mut self) -> Time {
        self.run.state.timers.earliest().map_or(Time::NEVER, |(at, _)| at)
    }

    fn pass(&mut self, until: Time) {
        self.ledger.now = until;
        self.run.observer.advance(until);
    }

    /// A window ends in which no clock has fired.
    fn close(&mut self, window: &mut Option<Window>) {
        self.weigh(window.as_ref());
        if let Some(open) = window.take() {
            let weight = open.weight(self.ledger, None);
            self.weight *= weight;
            // One that has hardly begun is not another chance.
            self.firing *= if weight > WEIGHTY { self.fading } else { 1.0 };
            open.close(self.ledger, &mut self.run);
        }
    }

    /// What has been lost since the last time has the weight of now, with that of a clock which has just fired: the instant at
    /// which it did is part of what its weight makes up for.
    fn weigh(&mut self, window: Option<&Window>) {
        if !self.run.observer.losses().is_empty() {
            self.lost.add(self.weight_with(window), self.run.observer.losses());
            self.raw.add(1.0, self.run.observer.losses());
            self.run.observer.empty();
        }
    }

    fn weight_with(&self, window: Option<&Window>) -> f64 {
        self.weight * self.run.stretch.weight * window.map_or(1.0, |window| window.weight(self.ledger, None))
    }
}
