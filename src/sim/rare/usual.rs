//! How much is usually out: a large datacenter is hardly ever without anything that has failed.

use super::super::Simulation;
use super::ledger::Ledger;
use super::{Meter, RareRun};
use crate::engine::{Span, Time};

impl<M: Meter> RareRun<'_, M> {
    /// How many clocks stand still at least half of the time, in some replications as they are. Where episodes begin only when
    /// more than that is out, they end again, and their weights stay what one episode makes them.
    pub fn usually_out(&mut self, seed: u64, replications: &[u32]) -> usize {
        // The time with so much out, by how much.
        let mut spent: Vec<Span> = Vec::new();
        for &replication in replications {
            self.meter.reset();
            let end = Time::ZERO + self.model.end();
            let mut main = Simulation::new(self.model, &mut self.state, seed, replication, &mut self.meter);
            let mut ledger = Ledger::new(&self.watched, main.state, self.model);
            let (well, mut since) = (ledger.standing.running, Time::ZERO);
            loop {
                let next = main.state.timers.take_before(end);
                let at = next.map_or(end, |(at, _)| at);
                let out = well.saturating_sub(ledger.standing.running);
                if spent.len() <= out {
                    spent.resize(out + 1, Span::ZERO);
                }
                spent[out].0 += at.since(since).0;
                since = at;
                let Some((at, slot)) = next else { break };
                main.step(at, slot);
                ledger.look(self.model, main.state, at);
            }
        }
        let all: u64 = spent.iter().map(|span| span.0).sum();
        let mut sum = 0;
        spent
            .iter()
            .position(|span| {
                sum += span.0;
                2 * sum >= all
            })
            .unwrap_or(0)
    }
}
