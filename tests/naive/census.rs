//! What has really occurred: a generator that never gets there tests nothing.

use crate::world::What;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Census {
    pub events: u32,
    /// Events that share their instant with the one before.
    pub ties: u32,
    pub scripts: u32,
    pub queues: u32,
    pub host_crashes: u32,
    pub crashes_while_booting: u32,
    pub second_failures: u32,
    pub lost_on_the_way: u32,
    pub pauses: u32,
    pub pauses_on_the_way: u32,
    pub disks_given_up: u32,
    pub crashes_while_still: u32,
    pub guest_crashes: u32,
    pub app_failures: u32,
    pub restarts: u32,
    pub several_restarts: u32,
    pub host_back_before_noticed: u32,
    pub waits: u32,
    pub takeovers: u32,
    pub failed_takeovers: u32,
    pub back_before_noticed: u32,
    pub dropped: u32,
    pub short_silences: u32,
    pub joins_inside_windows: u32,
}

impl Census {
    pub(crate) fn happens(&mut self, is_tie: bool, what: What) {
        self.events += 1;
        self.ties += u32::from(is_tie);
        match what {
            What::ScriptBegins(_) => self.scripts += 1,
            What::GuestCrashes(_) => self.guest_crashes += 1,
            What::AppFails(..) => self.app_failures += 1,
            _ => {}
        }
    }

    pub(crate) fn host_crashes(&mut self, was_up: bool, others_are_lost: bool) {
        self.host_crashes += 1;
        self.crashes_while_booting += u32::from(!was_up);
        self.second_failures += u32::from(others_are_lost);
    }

    pub(crate) fn counts(&self) -> [(&'static str, u32); 24] {
        [
            ("events", self.events),
            ("ties", self.ties),
            ("scripts", self.scripts),
            ("waits for a crew", self.queues),
            ("host crashes", self.host_crashes),
            ("host crashes while booting", self.crashes_while_booting),
            ("host crashes while VMs are lost", self.second_failures),
            ("VMs lost on their way back", self.lost_on_the_way),
            ("pauses of disks", self.pauses),
            ("pauses on the way back", self.pauses_on_the_way),
            ("guests without disks", self.disks_given_up),
            ("crashes of guests that stand still", self.crashes_while_still),
            ("guest crashes", self.guest_crashes),
            ("application failures", self.app_failures),
            ("restarts", self.restarts),
            ("several restarts at once", self.several_restarts),
            ("hosts back before they are missed", self.host_back_before_noticed),
            ("waits for room or disks", self.waits),
            ("takeovers", self.takeovers),
            ("failed takeovers", self.failed_takeovers),
            ("owners back before they are missed", self.back_before_noticed),
            ("members dropped", self.dropped),
            ("short silences", self.short_silences),
            ("members ready inside their windows", self.joins_inside_windows),
        ]
    }
}
