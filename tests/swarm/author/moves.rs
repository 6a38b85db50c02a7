//! VMs that are moved while they run: links, memory, stop rules, and plans that empty hosts. All throws are their own.

use super::*;

impl Author {
    /// Most hosts have a link for migrations, some a narrow one; and processors that differ.
    pub(super) fn link(&mut self) {
        std::mem::swap(&mut self.dice, &mut self.moves);
        if self.moving {
            if self.dice.percent(90) {
                // A memory of 2 GiB takes a few units, or next to no time.
                let units = *self.dice.pick(&[0.01, 0.3, 1.0, 4.0]);
                let bytes = (2.0 * 1024.0 * 1024.0 * 1024.0 / (self.unit as f64 / 1e6 * units)).ceil() as u64;
                self.line(format!("migration = \"{} kB/s\"", bytes.div_ceil(1000)));
            }
            if self.dice.percent(20) {
                self.line("cpu = \"another\"");
            }
        }
        std::mem::swap(&mut self.dice, &mut self.moves);
    }

    /// What a guest does with its memory: nothing, something, or more than any link carries.
    pub(super) fn memory(&mut self) -> String {
        std::mem::swap(&mut self.dice, &mut self.moves);
        let mut keys = String::new();
        if self.dice.percent(70) {
            let megabytes = *self.dice.pick(&[0, 1, 40, 500, 3000]);
            let _ = write!(keys, ", dirty_rate = \"{megabytes} MB/s\"");
        }
        if self.dice.percent(40) {
            keys.push_str(", working_set = \"64 MiB\"");
        }
        std::mem::swap(&mut self.dice, &mut self.moves);
        keys
    }

    /// How a product moves VMs.
    pub(super) fn stop_rule(&mut self, product: &str) {
        std::mem::swap(&mut self.dice, &mut self.moves);
        let profile = Product::find(product).expect("one of the products").profile();
        if self.dice.percent(60) {
            self.all_settings(profile.settings().filter(|setting| setting.key.starts_with("migration")));
        }
        if self.dice.percent(40) {
            self.line("cpu_baseline = \"the oldest\"");
        }
        std::mem::swap(&mut self.dice, &mut self.moves);
    }

    /// How long a plan waits for a host to be empty, and what becomes of those who have left it.
    pub(super) fn evacuation(&mut self) {
        std::mem::swap(&mut self.dice, &mut self.moves);
        if self.dice.percent(70) {
            let deadline = self.duration(&[0.0, 1.0, 10.0]);
            self.line(format!("deadline = {deadline}"));
        }
        if self.dice.percent(40) {
            self.line("bring_back = false");
        }
        if self.dice.percent(40) {
            self.line("cold_migration = true");
        }
        std::mem::swap(&mut self.dice, &mut self.moves);
    }
}
