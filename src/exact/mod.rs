//! Exact answers beside simulated ones: what an instance is down on average, where that can be said without chance.
//!
//! An instance whose faults, repairs and ways back are all exponential, or Erlang, or take no time, is a Markov chain. Its states
//! are built from the same model that the simulation runs, by a second and much smaller set of mechanisms ([`Plant`]), and solved
//! numerically from the state in which everything is up, over exactly the time that is measured. Other laws are solved where
//! nothing matters but how many components of one kind are up (renewal theory), numerically as well. Nothing is approximated that is
//! not told with a bound: a part of a scenario that does not fit is an [`Obstacle`] with a name.
//!
//! That is worth the trouble because the two share nothing but the model: a mistake in a mechanism, a clock, a stream or an
//! estimate shows as a difference of many standard errors.
//!
//! | solved | how |
//! | --- | --- |
//! | what one VM stands on: host, rack, site, storage, networks, links, guest, application | a chain |
//! | k of n balanced members that are missed at once, also with shared crews | a chain of counts |
//! | failover of two or more nodes, with coverage | a chain |
//! | one VM that a `custom` cluster restarts, with ample room | a chain |
//! | one VM on a single kind of fault without memory, with repairs and ways back of any law | cycles: bounds of their means |
//! | one VM on a single fault of any law; k of n members that fail apart from each other, with lives, repairs and ways back of any law | renewal processes on a lattice |
//! | k of n hosts that are alike and fail without memory, with one crew and repairs of any law | a queue, by the age of the repair under way |

mod chain;
mod cycle;
mod lattice;
mod members;
mod moments;
mod obstacle;
mod one_crew;
mod plant;
mod process;
mod recognise;
mod renewal;
mod settling;
mod transient;
mod world;
mod worth;

pub use chain::{Chain, Move, Process, REWARDS, TooManyStates};
pub use obstacle::Obstacle;
pub use plant::{Layer, LinkNode, PartNode, Plant, Source, Stages, UnitNode, VmLaws};
pub use transient::{Earned, TooStiff, earned};

use recognise::Counts;

use crate::model::{GuestGroup, InstanceId, Model, ServiceId};

/// The most states that a chain may have.
pub const STATES_MAX: usize = 100_000;

/// What is known less well than this part of itself is no answer.
const PRECISION: f64 = 1e-3;

/// What an instance of a service comes to over the measured time, on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    pub downtime_s: f64,
    pub outages: f64,
    /// Time degraded and what is lost, of a balanced group.
    pub degraded_s: Option<f64>,
    pub lost_s: Option<f64>,
    /// How far off the downtime may be at most.
    pub error_s: f64,
    /// States of the largest chain that was solved; none where renewals were.
    pub states: Option<usize>,
}

/// The exact answer for a service under a model's strategy: the mean of its instances.
///
/// ```
/// use ninefold::exact::{answer, Obstacle};
/// use ninefold::model::ServiceId;
/// use ninefold::scenario::{self, Input};
///
/// let text = r#"
/// schema = 1
/// title = "A host and its VM"
/// [run]
/// horizon = "100 y"
/// [host.h]
/// cores = 16
/// memory = "64 GiB"
/// boot = "0 s"
/// crash = { mttf = "99 d", mttr = "1 d" }
/// [service.app]
/// vm = { cores = 2, memory = "8 GiB" }
/// power_on = "0 s"
/// boot = { law = "erlang", stages = 4, mean = "2 min" }
/// start = "0 s"
/// recover = "0 s"
/// [strategy.alone]
/// protect = []
/// "#;
/// let solve = |text: &str| {
///     let (spec, _) = scenario::read(&Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] });
///     answer(&scenario::compile(&spec.unwrap()).unwrap()[0], ServiceId(0))
/// };
/// let exact = solve(text).unwrap();
/// // A cycle of host and VM: up for 99 d but for the boot, down for a day.
/// let up = 36_500.0 * 86_400.0 - exact.downtime_s;
/// assert!((up / (36_500.0 * 86_400.0) - (99.0 - 120.0 / 86_400.0) / 100.0).abs() < 1e-5);
/// // The host, waiting; and the four stages of the boot.
/// assert_eq!(exact.states, Some(6));
/// let obstacles = solve(&text.replace("mttr = \"1 d\"", "ttr = \"1 d\"").replace("mttf = \"99 d\"", "ttf = \"99 d\""));
/// assert!(matches!(obstacles.unwrap_err()[0], Obstacle::Memory { .. }));
/// ```
///
/// # Errors
///
/// Everything that is in the way of one.
pub fn answer(model: &Model, service: ServiceId) -> Result<Answer, Vec<Obstacle>> {
    let fixed = &model.services[service.index()];
    let mut solved: Vec<(Plant, Solution)> = Vec::new();
    let (mut sums, mut error_s, mut states) = ([0.0; REWARDS], 0.0, None);
    let share = 1.0 / f64::from(fixed.instances);
    for number in 0..fixed.instances {
        let instance = InstanceId(fixed.first_instance.0 + number);
        let solution = match recognise::plant_of(model, instance) {
            // Instances are often alike.
            Ok(plant) => match solved.iter().find(|(other, _)| *other == plant) {
                Some((_, solution)) => *solution,
                None => {
                    let solution = solve(model, &plant).map_err(|obstacle| vec![obstacle])?;
                    solved.push((plant, solution));
                    solution
                }
            },
            Err(obstacles) => {
                solve_cycle(model, instance).or_else(|| solve_counts(model, instance)).ok_or(obstacles)?
            }
        };
        for (sum, value) in sums.iter_mut().zip(solution.sums) {
            *sum += share * value;
        }
        error_s += share * solution.error_s;
        states = states.max(solution.states);
    }
    let [downtime_s, degraded_s, lost_s, outages] = sums;
    let in_parts = matches!(fixed.guest, Some(GuestGroup::Balanced { .. }));
    let degraded_s = in_parts.then_some(degraded_s);
    Ok(Answer { downtime_s, outages, degraded_s, lost_s: in_parts.then_some(lost_s), error_s, states })
}

#[derive(Clone, Copy)]
struct Solution {
    sums: [f64; REWARDS],
    error_s: f64,
    states: Option<usize>,
}

fn solve(model: &Model, plant: &Plant) -> Result<Solution, Obstacle> {
    let chain =
        Chain::explore(&process::Play(plant), STATES_MAX).map_err(|_| Obstacle::TooManyStates(STATES_MAX))?;
    let (from, lasts) = (model.warmup.as_secs_f64(), model.horizon.as_secs_f64());
    let earned = earned(&chain, from, lasts).map_err(|_| Obstacle::TooStiff(chain.states()))?;
    Ok(Solution { sums: earned.sums, error_s: earned.errors[0], states: Some(chain.states()) })
}

fn solve_cycle(model: &Model, instance: InstanceId) -> Option<Solution> {
    let cycle = cycle::cycle_of(model, instance)?;
    let (from, lasts) = (model.warmup.as_secs_f64(), model.horizon.as_secs_f64());
    let (downtime_s, error_s, outages) = cycle.downtime_s(from, lasts)?;
    Some(Solution { sums: [downtime_s, 0.0, downtime_s, outages], error_s, states: None })
}

fn solve_counts(model: &Model, instance: InstanceId) -> Option<Solution> {
    let (from, lasts) = (model.warmup.as_secs_f64(), model.horizon.as_secs_f64());
    let window = match recognise::counts_of(model, instance)? {
        Counts::Members(members) => members.earned(from, lasts)?,
        Counts::OneCrew(hosts) => hosts.earned(from, lasts)?,
    };
    let is_known = |reward: usize| window.errors[reward] <= PRECISION * window.sums[reward];
    (0..REWARDS).all(is_known).then(|| Solution {
        sums: window.sums,
        error_s: window.errors[0],
        states: None,
    })
}
