//! Answers that others have: random small Markov models solved by a second program, and models of the literature.
//!
//! Nothing here looks into the simulator. [`rules`] says what a state of a small datacenter is and what follows from each
//! event, as the README and its definitions say it; [`chain`] explores all states and solves the chain by uniformization;
//! [`world`] makes random scenarios. The simulator must come to the same means, by crude replications and by importance
//! sampling. Seeds are fixed, and each family has twins, slightly wrong theories that must be rejected.

mod chain;
mod cluster;
mod compare;
mod cycles;
mod dice;
mod literature;
mod rare;
mod rules;
mod turn;
mod world;
