//! How flows share the links that they leave and enter: max-min fair, which is what the flows of one path come to. Two on one
//! path take twice as long; one whose other end is the narrower takes no more than it can, and leaves the rest to the others
//! (Bertsekas and Gallager, Data Networks, 6.5.2: progressive filling).
//!
//! A link sends and receives at its full rate at the same time.

use super::clone_in_place;

/// One flow: from which link to which, and what it gets, in bytes a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    pub from: u32,
    pub to: u32,
    pub rate: f64,
}

/// What is left of a link, and how many flows still want some of it.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    left: f64,
    flows: u32,
}

/// Shares links; keeps its tables from time to time.
#[derive(Debug, Default)]
pub struct LinkShare {
    out: Vec<Link>,
    into: Vec<Link>,
}

clone_in_place!(LinkShare { out, into });

impl LinkShare {
    /// Gives each flow its rate. `capacity` says how much a link carries, in bytes a second.
    ///
    /// ```
    /// use ninefold::engine::{Flow, LinkShare};
    /// let flow = |from, to| Flow { from, to, rate: 0.0 };
    /// let mut flows = [flow(0, 1), flow(0, 2), flow(3, 2)];
    /// LinkShare::default().share(&mut flows, |link| if link == 1 { 20.0 } else { 100.0 });
    /// assert_eq!(flows.map(|flow| flow.rate), [20.0, 50.0, 50.0]);
    /// ```
    pub fn share(&mut self, flows: &mut [Flow], capacity: impl Fn(u32) -> f64) {
        let links = flows.iter().map(|flow| flow.from.max(flow.to) as usize + 1).max().unwrap_or(0);
        for side in [&mut self.out, &mut self.into] {
            side.resize(side.len().max(links), Link::default());
        }
        flows.iter_mut().for_each(|flow| flow.rate = f64::NAN);
        self.charge(flows, &capacity);
        let mut open = flows.len();
        while open > 0 {
            let least = flows.iter().filter(|flow| flow.rate.is_nan()).map(|flow| self.offer(flow));
            let least = least.fold(f64::INFINITY, f64::min);
            // Those at the tightest link get an equal part of it; what they do not use elsewhere is the others'.
            for flow in flows.iter_mut() {
                if flow.rate.is_nan() && self.offer(flow) <= least {
                    flow.rate = least;
                    open -= 1;
                }
            }
            self.charge(flows, &capacity);
        }
    }

    /// An equal part of what is left of the tighter of its links.
    fn offer(&self, flow: &Flow) -> f64 {
        let part = |link: &Link| link.left / f64::from(link.flows);
        part(&self.out[flow.from as usize]).min(part(&self.into[flow.to as usize]))
    }

    /// Counts anew what is left of the links that are used, and how many still want some of it.
    fn charge(&mut self, flows: &[Flow], capacity: &impl Fn(u32) -> f64) {
        for flow in flows {
            self.out[flow.from as usize] = Link { left: capacity(flow.from), flows: 0 };
            self.into[flow.to as usize] = Link { left: capacity(flow.to), flows: 0 };
        }
        for flow in flows {
            for link in [&mut self.out[flow.from as usize], &mut self.into[flow.to as usize]] {
                if flow.rate.is_nan() {
                    link.flows += 1;
                } else {
                    link.left = (link.left - flow.rate).max(0.0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // A fixed seed: a test that fails, fails for everybody.
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        /// Max-min fair: no link carries more than it can, and each flow has a link that is full and on which nobody has more.
        #[test]
        fn each_flow_has_a_bottleneck(pairs in prop::collection::vec((0u32..6, 0u32..6), 1..20), capacities in prop::collection::vec(1u32..1000, 6)) {
            let mut flows: Vec<Flow> = pairs.iter().map(|&(from, to)| Flow { from, to, rate: 0.0 }).collect();
            let capacity = |link: u32| f64::from(capacities[link as usize]);
            LinkShare::default().share(&mut flows, capacity);
            let on = |link: u32, end: fn(&Flow) -> u32| -> Vec<f64> {
                flows.iter().filter(|flow| end(flow) == link).map(|flow| flow.rate).collect()
            };
            for flow in &flows {
                let is_bottleneck = |link: u32, end: fn(&Flow) -> u32| {
                    let rates = on(link, end);
                    let sum: f64 = rates.iter().sum();
                    assert!(sum <= capacity(link) * (1.0 + 1e-9), "a link carries {sum} of {}", capacity(link));
                    sum >= capacity(link) * (1.0 - 1e-9) && rates.iter().all(|&rate| rate <= flow.rate * (1.0 + 1e-9))
                };
                prop_assert!(is_bottleneck(flow.from, |flow| flow.from) || is_bottleneck(flow.to, |flow| flow.to), "{flow:?} of {flows:?}");
            }
        }
    }
}
