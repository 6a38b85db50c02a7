//! Time in which an instance that serves gets less computing power than it wants (MTX-107).

use super::Window;
use crate::engine::Time;
use crate::model::{InstanceId, Model};
use crate::sim::{Observer, Signal};

/// Follows instances whose VMs want computing power.
#[derive(Clone, Debug)]
pub struct Overload {
    window: Window,
    /// By instance, its service, and since when it lacks something; empty where no VM wants anything.
    instances: Vec<(u32, Time)>,
    /// By service, after [`Overload::finish`].
    overload_us: Vec<u64>,
}

impl Overload {
    /// An observer for the replications of a model.
    #[must_use]
    pub fn new(model: &Model) -> Overload {
        let services = model.instances.iter().map(|instance| (instance.service.0, Time::NEVER));
        Overload {
            window: Window::of(model),
            instances: if model.has_demands() { services.collect() } else { Vec::new() },
            overload_us: vec![0; model.services.len()],
        }
    }

    /// Forgets a replication, before the next.
    pub fn reset(&mut self) {
        self.instances.iter_mut().for_each(|row| row.1 = Time::NEVER);
        self.overload_us.fill(0);
    }

    /// Microseconds, by service, summed over its instances.
    pub fn finish(&mut self) -> &[u64] {
        for number in 0..self.instances.len() as u32 {
            self.change(self.window.end, InstanceId(number), 0);
        }
        &self.overload_us
    }

    #[cold]
    fn change(&mut self, now: Time, instance: InstanceId, lacks_ppb: u32) {
        let (service, since) = &mut self.instances[instance.index()];
        if lacks_ppb > 0 {
            *since = now.min(*since);
        } else if *since != Time::NEVER {
            self.overload_us[*service as usize] += self.window.overlap(*since, now);
            *since = Time::NEVER;
        }
    }
}

impl Observer for Overload {
    // It keeps an account for each instance, and adds up integers.
    const ANY_ORDER: bool = true;

    #[inline(always)]
    fn observe(&mut self, now: Time, signal: Signal) {
        if let Signal::Starved { instance, lacks_ppb } = signal {
            self.change(now, instance, lacks_ppb);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lacking_more_or_less_is_lacking() {
        let window = Window { start: Time(100), end: Time(1_000) };
        let mut probe = Overload { window, instances: vec![(0, Time::NEVER); 2], overload_us: vec![0] };
        let starved = |instance, lacks_ppb| Signal::Starved { instance: InstanceId(instance), lacks_ppb };
        for (at, instance, lacks) in [(50, 0, 5), (150, 0, 9), (200, 0, 0), (300, 1, 1), (950, 0, 2)] {
            probe.observe(Time(at), starved(instance, lacks));
        }
        // 100 to 200, 300 to the end, 950 to the end.
        assert_eq!(probe.finish(), [100 + 700 + 50]);
        probe.reset();
        assert_eq!(probe.finish(), [0]);
    }
}
