//! Why something has no exact answer here.

use std::fmt;

/// What stands between a service and an exact answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// A law of a component that is neither exponential nor made of exponential stages: whose, of what, the law, and how many
    /// others have the same.
    Memory { of: String, what: &'static str, law: String, others: usize },
    /// A window of a balanced group, in which the share of a member is lost.
    Window { of: String, what: &'static str, law: String },
    /// Hosts of a product that does more than to notice after one time.
    Product(String),
    /// VMs that restart on other hosts compete for room, or for their turn.
    Room,
    /// Something of the scenario that is not solved.
    Unsolved(&'static str),
    /// The chain has too many states.
    TooManyStates(usize),
    /// The chain takes too many steps.
    TooStiff(usize),
}

impl fmt::Display for Obstacle {
    /// `the time to repair of host h-1 and 3 more remembers how long it has lasted: lognormal, mean 2 h, cv 1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::Memory { of, what, law, others } => {
                let others = if *others > 0 { format!(" and {others} more") } else { String::new() };
                write!(f, "the {what} of {of}{others} remembers how long it has lasted: {law}")
            }
            Obstacle::Window { of, what, law } => {
                write!(
                    f,
                    "the {what} of {of} takes time, in which the shares of several members add up: {law}"
                )
            }
            Obstacle::Product(cluster) => {
                write!(
                    f,
                    "cluster {cluster} votes, elects or isolates, which is more than one time to notice"
                )
            }
            Obstacle::Room => f.write_str("restarts on other hosts compete for room"),
            Obstacle::Unsolved(what) => f.write_str(what),
            Obstacle::TooManyStates(most) => write!(f, "its chain has more than {most} states"),
            Obstacle::TooStiff(states) => {
                write!(f, "its chain of {states} states takes too many steps to forget how it began")
            }
        }
    }
}
