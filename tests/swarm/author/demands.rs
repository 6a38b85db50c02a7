//! VMs that want computing power, and clusters that balance. All throws are their own.

use super::*;

impl Author {
    /// Most VMs want something, where any do: little, or all of their cores.
    pub(super) fn busy(&mut self, cores: u64) -> String {
        if !self.busy || self.demands.percent(20) {
            return String::new();
        }
        let part = *self.demands.pick(&[0.125, 0.5, 0.75, 1.0, 1.0]);
        format!(", busy = {}", part * cores as f64)
    }

    /// Whether a cluster balances, how often it looks, and from what on.
    pub(super) fn balance(&mut self) {
        if !self.busy {
            return;
        }
        if self.demands.percent(70) {
            let word = *self.demands.pick(&["on", "on", "on", "off"]);
            self.line(format!("balance = \"{word}\""));
        }
        if self.demands.percent(80) {
            let us = self.unit * *self.demands.pick(&[1, 3, 5, 20]) / 3;
            self.line(format!("balance_interval = \"{us} us\""));
        }
        if self.demands.percent(50) {
            let percent = *self.demands.pick(&[1, 40, 80, 99, 100]);
            self.line(format!("balance_threshold = {percent}"));
        }
    }
}
