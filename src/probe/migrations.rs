//! VMs that were moved while they ran: how often, how long each stood still, and how long it took.

use super::Window;
use crate::engine::Time;
use crate::model::Model;
use crate::sim::{Observer, Signal};

/// Listens for migrations that are over.
#[derive(Clone, Debug)]
pub struct Migrations {
    window: Window,
    /// By instance, its service; empty where nothing is moved.
    services: Vec<u32>,
    moved: Vec<MovedOf>,
}

/// The migrations of one service over one replication, in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovedOf {
    pub blackouts_us: Vec<u64>,
    pub lengths_us: Vec<u64>,
}

impl Migrations {
    /// An observer for the replications of a model.
    #[must_use]
    pub fn new(model: &Model) -> Migrations {
        let moves = model.clusters.iter().any(|cluster| cluster.migration.is_some());
        let services = if moves { model.instances.iter().map(|i| i.service.0).collect() } else { Vec::new() };
        let count = if moves { model.services.len() } else { 0 };
        Migrations { window: Window::of(model), services, moved: vec![MovedOf::default(); count] }
    }

    /// Forgets a replication, before the next.
    pub fn reset(&mut self) {
        for row in &mut self.moved {
            row.blackouts_us.clear();
            row.lengths_us.clear();
        }
    }

    /// By service, those that were over in the measured time; empty where nothing is moved.
    #[must_use]
    pub fn services(&self) -> &[MovedOf] {
        &self.moved
    }
}

impl Observer for Migrations {
    // Those who move are nobody's private life, and it keeps lists of integers.
    const ANY_ORDER: bool = true;

    #[inline(always)]
    fn observe(&mut self, now: Time, signal: Signal) {
        if let Signal::MigrationDone { instance, lasted, blackout, .. } = signal
            && self.window.contains(now)
        {
            let row = &mut self.moved[self.services[instance.index()] as usize];
            row.blackouts_us.push(blackout.0);
            row.lengths_us.push(lasted.0);
        }
    }
}
