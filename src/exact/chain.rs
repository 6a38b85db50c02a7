//! A Markov chain in continuous time, explored from one state: whatever can be reached, up to a limit.

use std::collections::BTreeMap;

/// What is summed up over time.
pub const REWARDS: usize = 4;

/// A jump out of a state.
#[derive(Clone, Debug, PartialEq)]
pub struct Move<S> {
    pub to: S,
    /// Jumps a second.
    pub rate: f64,
    /// Outages that begin with it.
    pub outages: f64,
}

/// Something that jumps from state to state without memory.
pub trait Process {
    type State: Ord + Clone;

    /// Where it begins.
    fn start(&self) -> Self::State;

    /// Every jump out of a state. Those that lead back to it change nothing, but their outages count.
    fn moves(&self, state: &Self::State) -> Vec<Move<Self::State>>;

    /// What a state earns a second: time down, time degraded, what is lost. The last place is for the rate of outages, which
    /// comes from the moves.
    fn earns(&self, state: &Self::State) -> [f64; REWARDS];
}

/// The chain of a process: numbered states, and the rates between them. State 0 is where it begins.
#[derive(Clone, Debug)]
pub struct Chain {
    /// By state, where its jumps begin in `jumps`; one more for the end.
    starts: Vec<usize>,
    jumps: Vec<(u32, f64)>,
    /// By state, its rewards a second; the last is the rate at which outages begin.
    earns: Vec<[f64; REWARDS]>,
}

/// There are more states than somebody has set as the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyStates;

impl Chain {
    /// Explores a process breadth first.
    ///
    /// ```
    /// use ninefold::exact::{Chain, Move, Process, REWARDS};
    ///
    /// /// A host that fails every 99 s and is repaired in 1 s.
    /// struct Host;
    ///
    /// impl Process for Host {
    ///     type State = bool;
    ///     fn start(&self) -> bool {
    ///         true
    ///     }
    ///     fn moves(&self, up: &bool) -> Vec<Move<bool>> {
    ///         let (rate, outages) = if *up { (1.0 / 99.0, 1.0) } else { (1.0, 0.0) };
    ///         vec![Move { to: !up, rate, outages }]
    ///     }
    ///     fn earns(&self, up: &bool) -> [f64; REWARDS] {
    ///         [if *up { 0.0 } else { 1.0 }, 0.0, 0.0, 0.0]
    ///     }
    /// }
    ///
    /// let chain = Chain::explore(&Host, 10).unwrap();
    /// assert_eq!(chain.states(), 2);
    /// assert!((chain.stationary()[1] - 0.01).abs() < 1e-15);
    /// assert!(Chain::explore(&Host, 1).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// Where more than `most` states can be reached.
    pub fn explore<P: Process>(process: &P, most: usize) -> Result<Chain, TooManyStates> {
        let mut numbers = BTreeMap::from([(process.start(), 0_u32)]);
        let mut found = vec![process.start()];
        let mut chain = Chain { starts: vec![0], jumps: Vec::new(), earns: Vec::new() };
        let mut next = 0;
        while next < found.len() {
            let state = found[next].clone();
            let mut earns = process.earns(&state);
            let mut row: BTreeMap<u32, f64> = BTreeMap::new();
            for jump in process.moves(&state) {
                earns[REWARDS - 1] += jump.rate * jump.outages;
                if jump.to == state {
                    continue;
                }
                let number = *numbers.entry(jump.to.clone()).or_insert(found.len() as u32);
                if number as usize == found.len() {
                    if found.len() == most {
                        return Err(TooManyStates);
                    }
                    found.push(jump.to);
                }
                *row.entry(number).or_default() += jump.rate;
            }
            chain.jumps.extend(row);
            chain.starts.push(chain.jumps.len());
            chain.earns.push(earns);
            next += 1;
        }
        Ok(chain)
    }

    /// How many states it has.
    #[must_use]
    pub fn states(&self) -> usize {
        self.earns.len()
    }

    /// How many pairs of states it jumps between.
    #[must_use]
    pub fn jumps(&self) -> usize {
        self.jumps.len()
    }

    /// The jumps out of a state: where to, and how often a second.
    #[must_use]
    pub fn jumps_of(&self, state: usize) -> &[(u32, f64)] {
        &self.jumps[self.starts[state]..self.starts[state + 1]]
    }

    /// How often a second it leaves a state.
    #[must_use]
    pub fn exit_rate(&self, state: usize) -> f64 {
        self.jumps_of(state).iter().map(|jump| jump.1).sum()
    }

    /// By state, what it earns a second.
    #[must_use]
    pub fn earns(&self) -> &[[f64; REWARDS]] {
        &self.earns
    }

    /// The part of the time that it spends in each state in the long run, by elimination without subtraction
    /// (Grassmann, Taksar, Heyman, "Regenerative analysis and steady state distributions for Markov chains", 1985). Every
    /// state has to lead back to the first. The work grows with the cube of the number of states.
    #[must_use]
    pub fn stationary(&self) -> Vec<f64> {
        let n = self.states();
        let mut rates = vec![vec![0.0; n]; n];
        for (state, row) in rates.iter_mut().enumerate() {
            for &(to, rate) in self.jumps_of(state) {
                row[to as usize] += rate;
            }
        }
        for last in (1..n).rev() {
            let (kept, gone) = rates.split_at_mut(last);
            let out: f64 = gone[0][..last].iter().sum();
            for row in kept {
                row[last] /= out;
                let share = row[last];
                for (rate, leaves) in row[..last].iter_mut().zip(&gone[0]) {
                    *rate += share * leaves;
                }
            }
        }
        let mut time = vec![1.0; n];
        for state in 1..n {
            time[state] = (0..state).map(|from| time[from] * rates[from][state]).sum();
        }
        let all: f64 = time.iter().sum();
        time.iter().map(|part| part / all).collect()
    }
}
