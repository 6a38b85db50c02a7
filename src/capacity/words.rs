//! What admission control comes to, in a sentence.

use super::admission::{Assessment, Share, Slots};
use super::losses::Case;
use super::plan::Plan;
use crate::model::Model;
use crate::scenario::count_text;

impl Assessment {
    /// What is needed, what is there and what of it is kept free.
    #[must_use]
    pub fn text(&self, model: &Model) -> String {
        match self {
            Assessment::Slots(slots) => slots.text(),
            Assessment::Percentage(share) => share.text(),
            Assessment::SpareHosts { hosts, room } => format!(
                "{} with {} kept empty (VMW-90)",
                count_text(u64::from(*hosts), "host", "hosts"),
                mib(room.memory_mib)
            ),
            Assessment::Plan(plan) => plan.text(model),
        }
    }
}

impl Slots {
    fn text(&self) -> String {
        if self.vms == 0 {
            return "no VM that the cluster protects (VMW-86)".to_owned();
        }
        format!(
            "{} {} of {} and {} (VMW-86); the hosts have {}, at most {} each, and {} kept for {}: {} left",
            count_text(self.vms, "VM needs", "VMs need"),
            count_text(self.needed, "slot", "slots"),
            mib(self.slot.memory_mib),
            count_text(self.slot.cores, "core", "cores"),
            self.slots,
            self.most_on_a_host,
            count_text(self.reserved, "of them is", "of them are"),
            count_text(u64::from(self.failures), "failure", "failures"),
            self.slots - self.reserved
        )
    }
}

impl Share {
    fn text(&self) -> String {
        let left = |total: u64, reserved: u64| total - reserved;
        format!(
            "VMs need {} and {} (VMW-89); the hosts give {} and {}, and {} and {} kept free: {} and {} left",
            mib(self.needed.memory_mib),
            count_text(self.needed.cores, "core", "cores"),
            overcommitted(mib(self.total.memory_mib), self.total.memory_mib, self.bare.memory_mib, mib),
            overcommitted(cores(self.total.cores), self.total.cores, self.bare.cores, cores),
            mib(self.reserved.memory_mib),
            count_text(self.reserved.cores, "core are", "cores are"),
            mib(left(self.total.memory_mib, self.reserved.memory_mib)),
            count_text(left(self.total.cores, self.reserved.cores), "core", "cores"),
        )
    }
}

fn cores(n: u64) -> String {
    count_text(n, "core", "cores")
}

/// `256 cores (32 cores, overcommitted 8 times)`: what there is, where more of it is given away.
fn overcommitted(text: String, total: u64, bare: u64, unit: fn(u64) -> String) -> String {
    if total == bare || bare == 0 {
        return text;
    }
    let times = (total as f64 / bare as f64 * 100.0).round() / 100.0;
    format!("{text} ({}, overcommitted {times} times)", unit(bare))
}

impl Plan {
    fn text(&self, model: &Model) -> String {
        match self {
            Plan::Tried { tolerate, cases, failing, worst, needed_mib } => {
                let what = failed(*tolerate);
                let memory = format!("at most {} to be restarted on other hosts", mib(*needed_mib));
                match worst {
                    None => format!("a plan for each of {cases} cases of {what} (XEN-45), with {memory}"),
                    Some(worst) => format!(
                        "no plan for {failing} of {cases} cases of {what} (XEN-45), with {memory}; worst {}",
                        worst.text(model)
                    ),
                }
            }
            Plan::Approximated { tolerate, largest_mib, needed, places } => format!(
                "for {}, too many cases to try each, {} as large as the largest ({}) to be restarted, and {} for \
                 them on the other hosts (XEN-45)",
                failed(*tolerate),
                count_text(*needed, "VM", "VMs"),
                mib(*largest_mib),
                count_text(*places, "place", "places"),
            ),
        }
    }
}

impl Case {
    /// `esx-3 and esx-7: 5 VMs wait (mail 3, web 2)`; of admission control, which looks at no votes
    fn text(&self, model: &Model) -> String {
        let hosts: Vec<&str> =
            self.hosts.iter().map(|host| model.hosts[host.index()].name.as_str()).collect();
        let name = |&(service, vms): &(crate::model::ServiceId, u32)| {
            format!("{} {vms}", model.services[service.index()].name)
        };
        let waiting: Vec<String> = self.waiting.iter().map(name).collect();
        format!(
            "{}: {} ({})",
            hosts.join(" and "),
            count_text(u64::from(self.waiting_vms()), "VM waits", "VMs wait"),
            waiting.join(", ")
        )
    }
}

/// "128 GiB and 40 cores"
pub(super) fn room(room: crate::model::Room) -> String {
    format!("{} and {}", mib(room.memory_mib), cores(room.cores))
}

fn failed(hosts: u32) -> String {
    count_text(u64::from(hosts), "failed host", "failed hosts")
}

/// In GiB however much it is: these numbers are there to be compared.
fn mib(mib: u64) -> String {
    match mib {
        1..1024 => format!("{mib} MiB"),
        _ => {
            let text = format!("{:.2}", mib as f64 / 1024.0);
            format!("{} GiB", text.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}
