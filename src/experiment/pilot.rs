//! Which services weighted replications are asked about, how it is gone about, and of whom they tell: decided by replications with random numbers
//! of their own. Whatever is decided by them, the means of all others are not bent by it, as they would be if what looks sharp, was seen
//! often or had bad luck were chosen among results.

mod costs;
mod shown;

use rayon::prelude::*;

use self::costs::{LOOKS_MAX, LOOKS_OF_OTHERS, LOOKS_UNEVEN_MAX, LOOKS_UNKNOWN_MAX, PLAIN_TIMES, STEP};
use self::shown::{EVENTS_WANTED, Pilot, Seen};
use super::pool::{Threads, Watch};
use super::rare::{KEPT, Stopped};
use super::series::Series;
use crate::engine::Time;
use crate::model::{Model, ServiceId};
use crate::probe::{FIGURES, Figure, Shortfall};
use crate::sim::Simulation;
use crate::sim::rare::{Diagnostics, Effort, Meter, Origin, RareRun, Way, allocate};
use crate::special::gamma_p;
use crate::state::State;

/// Fewer incidents than this in all replications are too few (statistics B4).
pub(super) const OUTAGES_FEW: f64 = 50.0;
/// What plain replications know no better than as so many incidents of one size is uneven, where weighted ones know it as so many times as many.
/// Assumptions.
const OUTAGES_SOME: f64 = 400.0;
const MUCH_BETTER: f64 = 4.0;
/// What plain replications seem to know as well as so many incidents of one size is the first that is not asked about where that takes too long.
/// Assumption.
const OUTAGES_MANY: f64 = 1_000.0;
/// As little is known where incidents that plain replications have not seen may be worth so many times all that is lost: -ln 2.5 % of them
/// may be missed. Assumption.
const UNSEEN_LARGE: f64 = 1.0;
/// Where a pilot has asked anyway, so little is enough. Assumption.
const UNSEEN_SOME: f64 = 0.65;
const MISSED: f64 = 3.69;

/// Some replications that are lived as they are show who is certainly not rare: with this chance, a service that is just rare has as many incidents in
/// them, where those come independently. Assumption: luck does no harm here, whom it strikes is told by replications that had no part in it.
const PLAIN: usize = 16;
const LUCK: f64 = 1e-3;
/// So many of them show how much is usually out.
const USUAL: usize = 4;
/// Then weighted ones show what is to be expected: so many, their branches, and what makes their random numbers others.
const PILOT: usize = 32;
const PILOT_BRANCHES: f64 = 4.0;
const PILOT_PART_OF_EACH: f64 = 0.5;
const PILOT_THIN: f64 = 1.0 / 16.0;
const PILOT_SEED: u64 = 0x7069_6c6f_7420_7275;
/// Where nobody is rare, an episode of which there are few has up to so many times as many branches. Assumption.
const KIND_MORE: f64 = 32.0;
/// Where that leaves weights uneven, others show which way is the better one: so many branches all the way, or so many of each level, of which there
/// are taken to be so many.
const FORCED: f64 = 64.0;
const SPLIT: f64 = 16.0;
const LEVELS: f64 = 5.0;
/// Levels that have not met what matters look better than they are: they must look so many times as good. Assumption.
const SPLIT_BETTER: f64 = 2.0;

/// Where no more than this part of the variance is due to branches of one episode being unlike, it is episodes that differ. Assumption.
const SCATTER_MIN: f64 = 0.25;
/// What is to be known as no more events than this is told by plain replications; and where those see incidents enough, what is known as no more than
/// that, or than so many times what those know. Assumptions.
const EVENTS_MIN: f64 = 5.0;
const EVENTS_SHARP: f64 = 30.0;
const BETTER: f64 = 2.0;

/// Where what weighted replications may cost ([`costs`]) is not enough for one branch of each episode, a part of the episodes is lived again; no less than
/// this. Assumption.
const PART_MIN: f64 = 0.01;
const PART_UNEVEN_MIN: f64 = 0.25;
/// Of whom nobody is rare not all replications need be lived again: rather the first of them, so many at least, than a smaller part of each. Assumption.
const FIRST_MIN: usize = 1_000;
/// Each pilot may cost this part of that, and one of its replications this part of the pilot: four times its share.
const PILOT_PART: f64 = 0.2;
const PILOT_REPLICATION_PART: f64 = 0.125;

/// Replications of a model for some of its services.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub model: &'a Model,
    pub services: &'a [ServiceId],
    pub numbers: &'a [u32],
    pub seed: u64,
}

/// What is to be done.
pub(super) struct Decision {
    pub services: Vec<ServiceId>,
    /// By service, which figures will be told of what is found: none where the first, the downtime, is not.
    pub told: Vec<[bool; KEPT.len()]>,
    /// `None` where nothing would be told, or it would cost too much to find it.
    pub effort: Option<Effort>,
    /// So many of the first replications are lived again.
    pub replications: usize,
}

/// What replications that are lived as they are have shown.
struct Plain {
    /// By service.
    incidents: Vec<f64>,
    /// In us, of the mean replication, and the mean of its square.
    downtime_us: Vec<f64>,
    square: Vec<f64>,
    /// Of all replications to come.
    events: f64,
}

impl Plain {
    /// Whether so many will know the downtime of a service well, if nothing is seldom and long that these have not shown.
    fn seems_to_know(&self, place: usize, replications: usize) -> bool {
        let mean = self.downtime_us[place] * self.downtime_us[place];
        let variance = (self.square[place] - mean) * PLAIN as f64 / (PLAIN - 1) as f64;
        mean * replications as f64 > variance * OUTAGES_MANY
    }
}

/// What one weighted replication has lost, what its branches were like, and what began its episodes.
type Lived = (Vec<f64>, Diagnostics, Vec<Origin>, Vec<f64>);

/// Why nothing more is to be decided.
enum Ends {
    Stopped,
    /// It would take much longer than plain replications do.
    TooCostly,
}

impl<'a> Run<'a> {
    pub(super) fn new_run(self, effort: &Effort) -> Option<RareRun<'a, Shortfall>> {
        RareRun::new(self.model, self.services, effort.clone(), Shortfall::new(self.model, self.services))
    }

    /// `None` where there is nobody to ask about, or nothing to be made likelier.
    pub(super) fn decide(self, threads: &Threads, watch: &dyn Watch) -> Result<Option<Decision>, Stopped> {
        let plain = self.plain(threads, watch)?;
        let is_open = |place: usize| !self.is_certain(plain.incidents[place]);
        let open = self.chosen(is_open);
        let may_miss = |place: usize| {
            may_miss_much(self.model, self.services[place], plain.downtime_us[place], self.numbers.len())
        };
        let count = self.numbers.len();
        let plain_looks = costs::of_plain(self.model, plain.events, count);
        let uneven_looks = LOOKS_UNEVEN_MAX.max(PLAIN_TIMES * plain_looks);
        // Episodes apart, weighted replications are lived event by event: all of them where anybody is rare.
        let first = if open.is_empty() { (FIRST_MIN as f64 / count as f64).min(1.0) } else { 1.0 };
        let least =
            |services: &[ServiceId]| first * costs::of_steps(self.model, services, plain.events, count);
        let others = self.chosen(|place| !is_open(place));
        let unsure = self.chosen(|place| !is_open(place) && !plain.seems_to_know(place, count));
        let uneven = self.chosen(|place| !is_open(place) && may_miss(place));
        // What is only uneven must not be the reason that rare ones are not asked about, nor what may be so of what is.
        let mut asked =
            [others, unsure, uneven.clone(), Vec::new()].map(|more| [&open[..], &more].concat()).to_vec();
        asked.retain(|services| *services == open || least(services) < uneven_looks);
        asked.dedup();
        for services in asked {
            let has_others = services.len() > open.len() + uneven.len();
            let rare_looks = LOOKS_MAX.max(PLAIN_TIMES * plain_looks);
            let [looks, first_looks] = match (open.is_empty(), uneven.is_empty()) {
                (false, _) => [rare_looks, if has_others { LOOKS_OF_OTHERS } else { rare_looks }],
                (true, false) => [uneven_looks; 2],
                // Until something tells that plain replications do not know enough.
                (true, true) => [uneven_looks, LOOKS_UNKNOWN_MAX.max(plain_looks)],
            };
            if open.is_empty() && least(&services) >= first_looks {
                continue;
            }
            let run = Run { services: &services, ..self };
            match run.decide_within([looks, first_looks], !open.is_empty(), threads, watch) {
                Ok(decision) => return Ok(decision),
                Err(Ends::Stopped) => return Err(Stopped),
                Err(Ends::TooCostly) => {}
            }
        }
        let times = self.numbers.len() as f64 / PLAIN as f64;
        let services = self.chosen(|place| plain.incidents[place] * times < OUTAGES_FEW);
        let told = vec![[false; KEPT.len()]; services.len()];
        let decision = Decision { services, told, effort: None, replications: count };
        Ok(Some(decision).filter(|decision| !decision.services.is_empty()))
    }

    fn chosen(self, is: impl Fn(usize) -> bool) -> Vec<ServiceId> {
        self.services
            .iter()
            .enumerate()
            .filter(|(place, _)| is(*place))
            .map(|(_, service)| *service)
            .collect()
    }

    /// For candidates, with so many looks, of which the first pilot may have a part of so many.
    fn decide_within(
        self,
        [looks, first_looks]: [f64; 2],
        is_anybody_rare: bool,
        threads: &Threads,
        watch: &dyn Watch,
    ) -> Result<Option<Decision>, Ends> {
        if self.services.is_empty() {
            return Ok(None);
        }
        let Some(effort) = self.usual(PILOT_BRANCHES) else { return Ok(None) };
        let first = self.first_pilot(effort, is_anybody_rare, looks.min(first_looks), (threads, watch))?;
        let services = self.chosen(|place| first.seen[place].is_rare || first.seen[place].is_uneven);
        if services.is_empty() {
            return Ok(None);
        }
        // How much is usually out, of those that are rare: what others have out is no reason to take their faults for nothing.
        let run = Run { services: &services, ..self };
        let pilot = match run.usual(PILOT_BRANCHES) {
            // What takes these out is planned work alone.
            None => return Ok(None),
            Some(_) if services.len() == self.services.len() => first,
            Some(effort) => run.first_pilot(effort, is_anybody_rare, looks, (threads, watch))?,
        };
        let (pilot, replications) = pilot.of_first(looks, self.numbers.len());
        let affordable = pilot.affordable(looks);
        if affordable < PART_MIN {
            return Err(Ends::TooCostly);
        }
        let usual = pilot.branches_usual(looks);
        // A pilot that has had more branches of what is seldom knows it better than that.
        let usually = if pilot.effort.by_origin.is_empty() { 1.0 } else { pilot.gain(usual).min(1.0) };
        let (pilot, branches) = match pilot.events() * usually {
            // Where that is not sharp, more ways of each episode are worth their time; and it may be another way.
            few if few < EVENTS_WANTED && affordable >= 1.0 && pilot.effort.branches >= 1.0 => {
                run.better(pilot, looks, threads, watch)?
            }
            _ => (pilot, usual),
        };
        // More branches than a pilot's know more at best.
        let gain = pilot.gain(branches);
        let known = if pilot.effort.branches < 1.0 { gain } else { gain.min(1.0) };
        let least = |seen: &Seen| match seen.is_rare {
            true => EVENTS_MIN,
            // A small part of many episodes would say much less of how many outages there are than plain replications do.
            false if branches < PART_UNEVEN_MIN => f64::INFINITY,
            false => EVENTS_SHARP.max(BETTER * seen.plain_events),
        };
        let is_told = |seen: &Seen| seen.events * known >= least(seen);
        let told: Vec<_> = pilot.seen.iter().map(|seen| seen.figures.map(|is| is && is_told(seen))).collect();
        let by_origin = pilot.by_origin(branches);
        let is_any = told.iter().any(|told| told[0]);
        let effort = is_any.then_some(Effort { branches, by_origin, ..pilot.effort });
        Ok(Some(Decision { told, effort, services, replications }))
    }

    /// Some replications as they are.
    fn plain(self, threads: &Threads, watch: &dyn Watch) -> Result<Plain, Stopped> {
        let new = || (State::new(self.model), Shortfall::new(self.model, self.services));
        let live = |(state, meter): &mut (State, Shortfall), &number: &u32| {
            meter.reset();
            let run = Simulation::new(self.model, state, self.seed ^ PILOT_SEED, number, &mut *meter);
            let (meter, events) = run.run_unless(|| watch.stops()).ok_or(Stopped)?;
            meter.advance(Time::ZERO + self.model.end());
            Ok((meter.losses().values().to_vec(), events))
        };
        let numbers = &self.numbers[..PLAIN];
        let rows: Result<Vec<(Vec<f64>, u64)>, Stopped> =
            threads.install(|| numbers.par_iter().map_init(new, live).collect());
        let mut plain = Plain {
            incidents: vec![0.0; self.services.len()],
            downtime_us: vec![0.0; self.services.len()],
            square: vec![0.0; self.services.len()],
            events: 0.0,
        };
        for (sums, events) in rows? {
            plain.events += events as f64 * self.numbers.len() as f64 / PLAIN as f64;
            for (place, figures) in sums.chunks_exact(FIGURES).enumerate() {
                plain.incidents[place] += figures[Figure::Incidents.place()];
                let downtime_us = figures[Figure::Downtime.place()];
                plain.downtime_us[place] += downtime_us / PLAIN as f64;
                plain.square[place] += downtime_us * downtime_us / PLAIN as f64;
            }
        }
        Ok(plain)
    }

    /// Whether nobody who is just rare has so many incidents in plain replications.
    fn is_certain(self, incidents: f64) -> bool {
        let just_rare = OUTAGES_FEW * PLAIN as f64 / self.numbers.len() as f64;
        incidents > 0.0 && gamma_p(incidents, just_rare) < LUCK
    }

    /// All the way, with what is usually out.
    fn usual(self, branches: f64) -> Option<Effort> {
        let effort = Effort { branches, ..Effort::branches(1) };
        let spare = self.new_run(&effort)?.usually_out(self.seed ^ PILOT_SEED, &self.numbers[..USUAL]);
        Some(Effort { spare, ..effort })
    }

    /// Branches of each episode; where that takes too long, of a part of the episodes.
    fn first_pilot(
        self,
        effort: Effort,
        is_anybody_rare: bool,
        looks: f64,
        (threads, watch): (&Threads, &dyn Watch),
    ) -> Result<Pilot, Ends> {
        let of = |branches: f64| {
            let by_origin = if is_anybody_rare { Vec::new() } else { self.by_kind(&effort, branches) };
            self.pilot(Effort { branches, by_origin, ..effort.clone() }, looks, threads, watch)
        };
        let fewer = if is_anybody_rare { &[PILOT_THIN][..] } else { &[PILOT_PART_OF_EACH, PILOT_THIN] };
        fewer.iter().fold(of(PILOT_BRANCHES), |pilot, &branches| match pilot {
            Err(Ends::TooCostly) => of(branches),
            pilot => pilot,
        })
    }

    /// So many branches of an episode, and more where few are begun by its kind of fault: what is seldom and long is what may be missing.
    fn by_kind(self, effort: &Effort, branches: f64) -> Vec<f64> {
        let expected = self.new_run(effort).map(|run| run.expected()).unwrap_or_default();
        let mean = expected.iter().sum::<f64>() / expected.len() as f64;
        let of = |expected: f64| branches * (mean / expected).clamp(1.0, KIND_MORE);
        expected.into_iter().map(of).chain([branches]).collect()
    }

    /// The way that knows more of the worst for what it costs, and with how many branches.
    fn better(
        self,
        first: Pilot,
        looks: f64,
        threads: &Threads,
        watch: &dyn Watch,
    ) -> Result<(Pilot, f64), Ends> {
        let effort = |way: Way, branches: f64| {
            let by_origin = if way == Way::Forcing { allocate(&first.origins, branches) } else { Vec::new() };
            Effort { way, branches, by_origin, ..first.effort.clone() }
        };
        let times = self.numbers.len() as f64 / PILOT as f64;
        // Half of what a pilot may cost: it may cost more than the first has shown.
        let affordable = first.affordable(looks * PILOT_PART / 2.0) * times;
        let forced = FORCED.min(affordable.floor()).max(PILOT_BRANCHES);
        let forced = self.pilot(effort(Way::Forcing, forced), looks, threads, watch)?;
        let split = SPLIT.min((affordable / LEVELS).floor());
        // What is known well enough with that needs no levels; nor does what no way to go on would make sharper.
        if forced.events() >= EVENTS_WANTED || forced.scatter < SCATTER_MIN * forced.squares || split < 2.0 {
            let branches = forced.branches_wanted(looks);
            return Ok((forced, branches));
        }
        let better = match self.pilot(effort(Way::Splitting, split), looks, threads, watch) {
            Ok(split) if split.worth() > SPLIT_BETTER * forced.worth() => split,
            Err(Ends::Stopped) => return Err(Ends::Stopped),
            _ => forced,
        };
        let branches = better.branches_wanted(looks);
        Ok((better, branches))
    }

    /// What some replications of their own show.
    fn pilot(
        self,
        effort: Effort,
        looks_max: f64,
        threads: &Threads,
        watch: &dyn Watch,
    ) -> Result<Pilot, Ends> {
        let model = self.new_run(&effort).expect("there is something to be made likelier");
        let size = costs::of_work(&model);
        let work_max = looks_max * PILOT_PART / size;
        let new = || self.new_run(&effort).map(|run| run.up_to((work_max * PILOT_REPLICATION_PART) as u64));
        let live = |run: &mut Option<RareRun<'_, Shortfall>>, &number: &u32| {
            let run = run.as_mut().ok_or(Ends::TooCostly)?;
            if watch.stops() {
                return Err(Ends::Stopped);
            }
            run.diagnostics = Diagnostics::default();
            run.origins.fill(Origin::default());
            run.squares.fill(0.0);
            let row = run.run(self.seed ^ PILOT_SEED, number);
            if run.has_given_up() {
                Err(Ends::TooCostly)
            } else {
                Ok((row, run.diagnostics, run.origins.clone(), run.squares.clone()))
            }
        };
        // The first alone: where that takes too long by itself, no others need begin.
        let mut lived = vec![live(&mut new(), &self.numbers[0])?];
        let numbers = &self.numbers[1..PILOT];
        let others: Result<Vec<Lived>, Ends> =
            threads.install(|| numbers.par_iter().map_init(new, live).collect());
        lived.extend(others?);
        let mut found = Diagnostics::default();
        lived.iter().for_each(|(_, diagnostics, ..)| found.merge(diagnostics));
        let (mut origins, mut plain_squares) = (lived[0].2.clone(), lived[0].3.clone());
        for (_, _, more, squares) in &lived[1..] {
            origins.iter_mut().zip(more).for_each(|(origin, more)| origin.merge(more));
            plain_squares.iter_mut().zip(squares).for_each(|(sum, more)| *sum += more);
        }
        if (found.work + found.steps) as f64 > work_max {
            return Err(Ends::TooCostly);
        }
        let times = self.numbers.len() as f64 / PILOT as f64;
        let all = Series::new(lived.iter().map(|(row, ..)| Shortfall::downtime(row)).collect());
        let squares = all.squares();
        let scatter = match effort.way {
            Way::Forcing => found.scatter.min(squares),
            Way::Splitting => squares,
        };
        Ok(Pilot {
            seen: (0..self.services.len()).map(|place| self.seen(place, &lived, &plain_squares)).collect(),
            effort,
            squares,
            scatter,
            origins,
            episodes: found.episodes as f64 * times,
            branches_lived: found.branches as f64 * times,
            looks: found.work as f64 / (found.branches as f64).max(1.0) * size,
            steps: found.steps as f64 * times * STEP,
        })
    }

    /// What that was of one of the services.
    fn seen(self, place: usize, lived: &[Lived], plain_squares: &[f64]) -> Seen {
        let figure = |figure: Figure| {
            Series::new(lived.iter().map(|(row, ..)| row[place * FIGURES + figure.place()]).collect())
        };
        let (all, times) = (self.numbers.len(), self.numbers.len() as f64 / PILOT as f64);
        let downtime = figure(Figure::Downtime);
        let downtime_us = downtime.sum() / PILOT as f64;
        let square = plain_squares[place * FIGURES + Figure::Downtime.place()] / PILOT as f64;
        // As many events of one size as weighted replications know it by, and plain ones would.
        let (events, plain_events) =
            (downtime.effective_events() * times, downtime_us * downtime_us * all as f64 / square);
        Seen {
            is_rare: figure(Figure::Incidents).sum() * times < OUTAGES_FEW,
            is_uneven: plain_events < OUTAGES_FEW
                || plain_events < OUTAGES_SOME.min(events / MUCH_BETTER)
                || may_miss(self.model, self.services[place], downtime_us, all) > UNSEEN_SOME,
            events,
            plain_events,
            figures: KEPT.map(|kept| figure(kept).sum() > 0.0),
        }
    }
}

/// Whether incidents that so many plain replications have not seen may be worth more than all that they know of a service's downtime, in us of the mean
/// replication.
pub(super) fn may_miss_much(
    model: &Model,
    service: ServiceId,
    downtime_us: f64,
    replications: usize,
) -> bool {
    may_miss(model, service, downtime_us, replications) > UNSEEN_LARGE
}

/// As a part of that.
fn may_miss(model: &Model, service: ServiceId, downtime_us: f64, replications: usize) -> f64 {
    let fixed = &model.services[service.index()];
    let (bound, n) = (fixed.incident, replications as f64);
    // Most of what hits a guest layer ends with a switch, and not with a repair.
    let own_s = if fixed.guest.is_some() { bound.downtime_s } else { 0.0 };
    let most_s = own_s.max(bound.seldom_s.min(bound.seldom_mean_s * n)).min(model.horizon.as_secs_f64());
    let missed_us = MISSED * most_s * 1e6 * f64::from(fixed.instances) / n;
    if missed_us > 0.0 { missed_us / downtime_us } else { 0.0 }
}

#[cfg(test)]
mod tests;
