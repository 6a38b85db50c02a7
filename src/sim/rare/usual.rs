//! How much is usually out: a large datacenter is hardly ever without anything that has failed.

use super::super::Simulation;
use super::ledger::Ledger;
use super::{Meter, RareRun};
use crate::engine::{Span, Time};

impl<M: Meter> RareRun<'_, M> {
    /// By kind, how many clocks stand still at least half of the time, in some replications as they are. Where episodes begin only when
    /// more than that is out, they end again, and their weights stay what one episode makes them. What is usually out of one kind is no
    /// reason to take the first fault of another for nothing.
    pub fn usually_out(&mut self, seed: u64, replications: &[u32]) -> Vec<u32> {
        // By kind, the time with so much out, by how much.
        let mut spent: Vec<Vec<Span>> = vec![Vec::new(); self.watched.kinds];
        for &replication in replications {
            self.meter.reset();
            let end = Time::ZERO + self.model.end();
            let mut main = Simulation::new(self.model, &mut self.state, seed, replication, &mut self.meter);
            let mut ledger = Ledger::new(&self.watched, main.state, self.model);
            let (well, mut since) = (ledger.running.clone(), Time::ZERO);
            loop {
                let next = main.state.timers.take_before(end);
                let at = next.map_or(end, |(at, _)| at);
                for ((spent, well), running) in spent.iter_mut().zip(&well).zip(&ledger.running) {
                    let out = well.saturating_sub(*running) as usize;
                    if spent.len() <= out {
                        spent.resize(out + 1, Span::ZERO);
                    }
                    spent[out].0 += at.since(since).0;
                }
                since = at;
                let Some((at, slot)) = next else { break };
                main.step(at, slot);
                ledger.now = at;
                ledger.look(main.state);
            }
        }
        spent.iter().map(|spent| median(spent)).collect()
    }
}

/// How much is out at least half of the time, of the times with so much out.
fn median(spent: &[Span]) -> u32 {
    let all: u64 = spent.iter().map(|span| span.0).sum();
    let mut sum = 0;
    let is_half = |span: &Span| {
        sum += span.0;
        2 * sum >= all
    };
    spent.iter().position(is_half).unwrap_or(0) as u32
}
