//! What both models must agree on.

use std::fmt::Write as _;

use crate::world::{S, Us};

/// Something that everybody can see, with its instant. Hosts and VMs count from 0; VM n starts on host n.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Declared(usize),
    Isolated(usize),
    Fenced(usize),
    QuorumLost,
    QuorumRegained,
    Elected(usize),
    /// A VM stops.
    Down(usize, Why),
    /// A VM is ordered to start on a host.
    Ordered(usize, usize),
    /// An attempt to start a VM has come to nothing: another host holds its lock.
    Failed(usize),
}

/// Why a VM stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    Crash,
    Hang,
    Link,
    Network,
    Storage,
    Witness,
}

/// All of it in order of time; what happens at one instant is in order of its kind.
pub(crate) type Story = Vec<(Us, What)>;

/// A story in lines, with `>` before what the other one does not have.
pub(crate) fn lines(story: &Story, other: &Story) -> String {
    let mut text = String::new();
    for entry @ (at, what) in story {
        let mark = if other.contains(entry) { ' ' } else { '>' };
        writeln!(text, "{mark} {:>13.6}  {what:?}", *at as f64 / S as f64).expect("a String takes all");
    }
    text
}
