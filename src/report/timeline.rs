//! One replication, line by line: a story for people, JSON lines for programs.
//!
//! Instants count from the start of the measured horizon; what happens in the warm-up is before zero.

use std::fmt::Write;

use serde::Serialize;

use super::clean::visible;
use super::figures;
use crate::engine::Span;
use crate::model::{Model, WaitReason};
use crate::probe::{Entry, Moved, Timeline};
use crate::sim::Signal;

/// One JSON object a line, in order of time; see the contract for the fields.
#[must_use]
pub fn jsonl(model: &Model, timeline: &Timeline) -> String {
    let mut out = String::new();
    for entry in &timeline.entries {
        let line = Line {
            t_us: since_start(model, entry),
            signal: entry.word(model),
            subject: entry.subject(model),
            host: entry.host(model),
            vm: entry.vm().map(|vm| &*model.vms[vm.index()].name),
            cause: entry.cause(),
            reason: entry.reason(),
            to: entry.to(model),
            recovery_point_us: entry.writes_lost().map(|lost| lost.0),
            sessions_lost: entry.work_lost().map(|lost| lost.sessions).filter(|&n| n > 0),
            transactions_lost: entry.work_lost().map(|lost| lost.transactions).filter(|&n| n > 0),
            link: entry.link(),
            lost: entry.lost(),
            members: entry.members(),
            parts: entry.parts(),
            vms: entry.vms(),
            blackout_us: entry.moved().map(|moved| moved.blackout.0),
            lasted_us: entry.moved().map(|moved| moved.lasted.0),
            rounds: entry.moved().map(|moved| moved.rounds),
            sent_bytes: entry.moved().map(|moved| moved.sent),
        };
        // Numbers and strings always have a JSON form.
        if let Ok(line) = serde_json::to_string(&line) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

#[derive(Serialize)]
struct Line<'a> {
    t_us: i64,
    signal: &'a str,
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vm: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_point_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sessions_lost: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transactions_lost: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vms: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blackout_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lasted_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rounds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_bytes: Option<u64>,
}

/// A line a signal: day and time of day, the signal's word, and a sentence.
#[must_use]
pub fn text(model: &Model, timeline: &Timeline, replication: u32) -> String {
    let mut out = format!(
        "Strategy {}, replication {replication}: {} signals in {} (instants: day, hour:minute:second)\n\n",
        visible(&model.strategy),
        timeline.entries.len(),
        model.end(),
    );
    for entry in &timeline.entries {
        let _ = writeln!(
            out,
            "{:>18}  {:<21} {}",
            clock(since_start(model, entry)),
            entry.word(model),
            visible(&sentence(model, entry))
        );
    }
    out
}

pub(super) fn since_start(model: &Model, entry: &Entry) -> i64 {
    entry.at.0 as i64 - model.warmup.0 as i64
}

/// `12 10:00:18.000`: days, then the time of day.
fn clock(t_us: i64) -> String {
    const DAY: u64 = 86_400_000_000;
    let (day, rest) = (t_us.unsigned_abs() / DAY, t_us.unsigned_abs() % DAY);
    let (hour, rest) = (rest / 3_600_000_000, rest % 3_600_000_000);
    let (minute, rest) = (rest / 60_000_000, rest % 60_000_000);
    let sign = if t_us < 0 { "-" } else { "" };
    format!("{sign}{day} {hour:02}:{minute:02}:{:02}.{:03}", rest / 1_000_000, rest / 1_000 % 1_000)
}

pub(super) fn waits_for(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::Room => "no host has room for it",
        WaitReason::Apart => "others of its instance live where there is room for it",
        WaitReason::Storage => "no host reaches its disks",
        WaitReason::Dependency => "the services that it comes after are not there yet",
        WaitReason::Turn => "higher priorities come first",
        WaitReason::Retry => "the next attempt comes later",
        WaitReason::Person => "the cluster has given up for now",
    }
}

/// To the millisecond, as the instants are.
fn length(span: Span) -> String {
    let rounded = Span((span.0 + 500) / 1_000 * 1_000);
    match rounded.0 % 10_000 {
        0 => rounded.to_string(),
        _ => format!("{:.3} s", rounded.as_secs_f64()),
    }
}

pub(super) fn sentence(model: &Model, entry: &Entry) -> String {
    let who = entry.subject(model);
    let why = entry.cause().map_or(String::new(), |cause| format!(" ({cause})"));
    match entry.signal {
        Signal::DomainDown { .. } => format!("{who} loses its power"),
        Signal::DomainUp { .. } => format!("{who} has power again"),
        Signal::StorageDown { .. } => format!("storage {who} cannot be reached{why}"),
        Signal::StorageUp { .. } => format!("storage {who} is back"),
        Signal::StorageSwitched { to, .. } => {
            format!("storage {who} is served by {}", model.storages[to.index()].name)
        }
        Signal::MirrorEqual { host: Some(host), .. } => {
            let host = &model.hosts[host.index()].name;
            format!("the disks of host {host} on storage {who} are equal to their copy again")
        }
        Signal::MirrorEqual { .. } => format!("both copies of storage {who} are equal again"),
        Signal::MirrorBehind { storage, copy, host: Some(host) } if copy == storage => {
            let host = &model.hosts[host.index()].name;
            format!("the disks of host {host} on storage {who} fall behind their copy")
        }
        Signal::MirrorBehind { copy, host: Some(host), .. } => {
            let host = &model.hosts[host.index()].name;
            let to = &model.storages[copy.index()].name;
            format!("the copy of the disks of host {host} on storage {who}, on {to}, falls behind")
        }
        Signal::MirrorBehind { storage, copy, .. } if copy == storage => {
            format!("the first copy of storage {who} falls behind")
        }
        Signal::MirrorBehind { copy, .. } => {
            format!("the second copy of storage {who}, {}, falls behind", model.storages[copy.index()].name)
        }
        Signal::ControllerDown { .. } => format!("a controller of storage {who} has failed"),
        Signal::ControllerUp { .. } => format!("a controller of storage {who} is repaired"),
        Signal::NetworkDown { .. } => format!("network {who} is down"),
        Signal::NetworkUp { .. } => format!("network {who} is back"),
        Signal::ManagerDown { .. } => format!("the manager of cluster {who} is down"),
        Signal::ManagerUp { .. } => format!("the manager of cluster {who} is back"),
        Signal::WitnessDown { .. } => format!("the witness of cluster {who} is down"),
        Signal::WitnessUp { .. } => format!("the witness of cluster {who} is back"),
        Signal::QuorumLost { .. } => format!("cluster {who} has lost quorum"),
        Signal::QuorumRegained { .. } => format!("cluster {who} has quorum again"),
        Signal::QuorumForced { .. } => {
            format!("a person forces quorum: what is left of cluster {who} goes on")
        }
        Signal::PrimaryElected { .. } => {
            format!("cluster {who} elects {} as its primary", entry.host(model).unwrap_or(""))
        }
        _ => {
            of_host(model, entry).or_else(|| of_vm(model, entry)).unwrap_or_else(|| of_service(model, entry))
        }
    }
}

/// What it says of a host.
fn of_host(model: &Model, entry: &Entry) -> Option<String> {
    let who = entry.subject(model);
    let why = entry.cause().map_or(String::new(), |cause| format!(" ({cause})"));
    let vms = figures::counted(entry.vms().unwrap_or(0), "VM");
    Some(match entry.signal {
        Signal::LinkDown { traffic, .. } => format!("host {who} loses a link for {}", traffic.word()),
        Signal::LinkUp { traffic, .. } => format!("host {who} has a link for {} again", traffic.word()),
        Signal::AgentDown { .. } => format!("the cluster's agent on host {who} does not answer"),
        Signal::AgentUp { .. } => format!("the cluster's agent on host {who} answers again"),
        Signal::HostDown { .. } => format!("host {who} is down{why}"),
        Signal::HostUp { .. } => format!("host {who} is up"),
        Signal::HostIsolated { .. } => format!("host {who} finds itself isolated"),
        Signal::HostDeclaredFailed { .. } => match entry.host(model) {
            Some(other) => format!("the side of {other} gives host {who} up"),
            None => format!("the cluster gives host {who} up"),
        },
        Signal::HostUndeclared { .. } => format!("nobody is there to look after what host {who} ran"),
        Signal::VmsLeftOn { .. } => format!("host {who} leaves {vms} on"),
        Signal::ShutdownBegun { .. } => format!("host {who} shuts {vms} down"),
        Signal::ShutdownEnded { in_time: true, .. } => format!("host {who} has shut {vms} down"),
        Signal::ShutdownEnded { in_time: false, .. } => {
            format!("host {who} turns off {vms}, not shut down in time")
        }
        Signal::ShutdownCutShort { .. } => format!("{vms} on host {who} had not been shut down yet"),
        Signal::VmsPaused { .. } => format!("host {who} pauses {vms}"),
        Signal::VmsResumed { .. } => format!("host {who} lets {vms} go on"),
        Signal::HostFenced { .. } => format!("host {who} is fenced: it resets"),
        Signal::HostQuarantined { .. } => format!("host {who} is kept out of the cluster"),
        Signal::HostReadmitted { .. } => format!("host {who} is let into the cluster again"),
        Signal::HostOverloaded { .. } => {
            format!(
                "the VMs of host {who} want more cores than it has: {:.1} % is lacking",
                lost_percent(entry)
            )
        }
        Signal::HostRelieved { .. } => format!("host {who} has cores enough for its VMs again"),
        Signal::EvacuationBegun { .. } => format!("VMs leave host {who} for planned work"),
        Signal::EvacuationGivenUp { .. } => {
            format!("host {who} could not be emptied in time: its turn is given up")
        }
        Signal::WorkGivenUp { .. } => {
            format!("somebody on host {who} cannot be missed: its turn is given up")
        }
        Signal::MaintenanceBegun { .. } => format!("planned work begins on host {who}"),
        Signal::MaintenanceEnded { .. } => format!("planned work on host {who} is done"),
        _ => return None,
    })
}

fn lost_percent(entry: &Entry) -> f64 {
    entry.lost().unwrap_or(0.0) * 100.0
}

/// What it says of a VM.
fn of_vm(model: &Model, entry: &Entry) -> Option<String> {
    let who = entry.subject(model);
    let why = entry.cause().map_or(String::new(), |cause| format!(" ({cause})"));
    let host = entry.host(model).unwrap_or("");
    Some(match entry.signal {
        Signal::DisksSwitching { .. } => format!("the disks of VM {who} are made ready on {host}"),
        Signal::WritesLost { lost, .. } => {
            format!("VM {who} lacks what was written in the last {}", length(lost))
        }
        Signal::SessionsLost { lost, .. } => {
            let counts = [(lost.sessions, "session"), (lost.transactions, "transaction")];
            let counts = counts.into_iter().filter(|(count, _)| *count > 0);
            let counts: Vec<String> = counts.map(|(count, word)| figures::counted(count, word)).collect();
            format!("clients of VM {who} lose {}", counts.join(" and "))
        }
        Signal::StaleCopy { .. } => {
            format!("a copy of VM {who} stays in the memory of {host} and cannot write")
        }
        Signal::StaleCopyGone { .. } => format!("the copy of VM {who} in the memory of {host} is gone"),
        Signal::PatchBegun { .. } => format!("the patch of VM {who} begins"),
        Signal::Drains { broken_off: true, .. } => {
            format!("VM {who} takes clients again: nobody else serves")
        }
        Signal::Drains { .. } => format!("VM {who} gets no new clients, and those it has may finish"),
        Signal::PatchEnded { .. } => format!("VM {who} is patched, and boots"),
        Signal::MigrationStarted { .. } => format!("VM {who} begins to move to {host}"),
        Signal::MigrationSwitched { .. } => format!("VM {who} lives on {host} from now on"),
        Signal::MigrationDone { .. } => moved(who, host, &entry.moved()?),
        Signal::MigrationAborted { .. } => format!("VM {who} does not move to {host} after all"),
        Signal::VmDown { .. } => format!("VM {who} is down{why}"),
        Signal::VmUp { .. } => format!("VM {who}: the guest has booted"),
        Signal::VmReset { .. } => format!("the cluster resets VM {who}"),
        Signal::RestartOrdered { .. } => format!("VM {who} is to start on {host}{why}"),
        Signal::RestartQueued { .. } => format!("VM {who} waits for its turn to start on {host}"),
        Signal::RestartFailed { .. } => format!("VM {who} did not start on {host}"),
        Signal::RestartWaiting { reason, .. } => format!("VM {who} waits: {}{why}", waits_for(reason)),
        Signal::DisksAwaited { .. } => format!("VM {who} waits: its host does not reach its disks"),
        Signal::VmStays { reason, .. } => format!("VM {who} stays where it is: {}", waits_for(reason)),
        Signal::PersonFindsNoHost { .. } => format!("VM {who} waits: a person finds no host for it"),
        Signal::AppDown { .. } => format!("VM {who}: the application has failed{why}"),
        Signal::AppUp { .. } => format!("VM {who}: the application has started"),
        Signal::AppRestarting { .. } => format!("VM {who}: the group restarts the application where it is"),
        _ => return None,
    })
}

fn moved(who: &str, host: &str, moved: &Moved) -> String {
    let rounds = match moved.rounds {
        0 => String::new(),
        rounds => format!(" and {}", figures::counted(rounds, "round")),
    };
    let lasted = length(moved.lasted);
    let blackout = match moved.blackout.0 {
        micros @ 1..10_000 => format!("{:.2} ms", micros as f64 / 1e3),
        _ => length(moved.blackout),
    };
    format!("VM {who} has moved to {host} in {lasted}{rounds}; it stood still for {blackout}")
}

/// What it says of an instance of a service.
fn of_service(model: &Model, entry: &Entry) -> String {
    let who = entry.subject(model);
    let why = entry.cause().map_or(String::new(), |cause| format!(" ({cause})"));
    let vm = entry.vm().map_or("", |vm| &*model.vms[vm.index()].name);
    match entry.signal {
        Signal::GroupQuorumLost { .. } => format!("{who} has lost quorum and is offline on every node"),
        Signal::GroupQuorumRegained { .. } => format!("{who} has quorum again"),
        Signal::GroupWitnessDown { .. } => format!("the witness of {who} is down"),
        Signal::GroupWitnessUp { .. } => format!("the witness of {who} is back"),
        Signal::FailoverFailed { .. } => {
            format!("the failover of {who} comes to nothing: a person has to bring it online")
        }
        Signal::FailoverGivenUp { .. } => format!("{who} has failed too often and stays offline for now"),
        Signal::FailbackBegun { .. } => format!("{who} goes back to {vm}, as planned"),
        Signal::FailoverStarted { .. } => format!("{who} moves to {vm}"),
        Signal::FailoverDone { .. } => format!("{who} is online on {vm}"),
        Signal::Converged { members, .. } => {
            format!("{who} has converged on {}", figures::counted(u32::from(members), "member"))
        }
        Signal::VmPaused { .. } => format!("VM {who} is held still"),
        Signal::VmGoesOn { .. } => format!("VM {who} goes on"),
        Signal::NodeOutvoted { .. } => {
            format!("VM {vm} is not with most votes any more, and stops {who}")
        }
        Signal::Parted { parts: ..=1, .. } => format!("{who} has converged on one group again"),
        Signal::Parted { parts, .. } => {
            format!("{who} has fallen into {parts} parts that do not hear each other")
        }
        Signal::Starved { lacks_ppb: 0, .. } => format!("{who} lacks no cores any more"),
        Signal::Starved { .. } => {
            format!("{who} lacks {:.1} % of the cores that it wants", lost_percent(entry))
        }
        Signal::ServiceDown { .. } => format!("service {who} is DOWN{why}"),
        Signal::ServiceDegraded { .. } => {
            format!("service {who} is degraded: {:.1} % of its clients are turned away", lost_percent(entry))
        }
        Signal::ServiceUp { .. } => format!("service {who} is up"),
        other => unreachable!("{other:?} is about no service"),
    }
}
