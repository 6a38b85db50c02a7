//! Services, their VMs, and how much clients want of them.

use super::super::fixed::limits;
use super::super::read::{DAYS, PRIORITIES, RESPONSES};
use super::super::spec::Role;
use super::super::workload::WORKLOADS;
use super::{CORES, Key, Kind, Table, crew, key, money, part, table};

pub(super) fn service() -> Table {
    let workloads = WORKLOADS.iter().map(|workload| workload.word).collect();
    let priorities = PRIORITIES.iter().map(|(word, _)| *word).collect();
    let responses = RESPONSES.iter().map(|(word, _)| *word).collect();
    let mut keys = vec![
        key("instances", Kind::Whole(1, limits::VMS), "How many equal instances there are.").default("1"),
        key(
            "role",
            Kind::Words(super::words(Role::WORDS)),
            "stateless: any instance can answer any request.",
        )
        .default("\"stateful\""),
        key(
            "workload",
            Kind::Words(workloads),
            "What it is: a failover group of it takes over as fast as such ones do.",
        ),
        key("vm", Kind::Table(vm()), "The VM of an instance, or each of its nodes or members.").required(),
        key("power_on", Kind::Law, "From the order to the guest's first instruction.").default("\"5 s\""),
        key(
            "boot",
            Kind::Law,
            "Until the guest's operating system is up. Default: lognormal, median 60 s, sigma 0.4.",
        ),
        key("start", Kind::Law, "Until the application has started. Default: 5 s, stateful 15 s."),
        key("recover", Kind::Law, "What comes on top after an unclean stop. Default: none, stateful 30 s."),
        key("guest_crash", Kind::Fault, "The guest's operating system crashes. Default: never."),
        key("app_crash", Kind::Fault, "The application ends. Default: never."),
        key("app_hang", Kind::Fault, "The application does not answer any more. Default: never."),
        crew(),
        key("after", Kind::TextList(0), "Services whose restart comes first."),
        key(
            "priority",
            Kind::Either(vec![Kind::Whole(1, 5), Kind::Words(priorities)]),
            "Who is restarted first, from 1 (last) to 5, or in words.",
        )
        .default("\"medium\""),
        key(
            "isolation_response",
            Kind::Words(responses),
            "What a host that is alone does about its VMs, with VMware's products. Default: what their cluster says.",
        ),
        key(
            "demand",
            Kind::Positive,
            "What clients want of one instance when they want most. Default: what one member can serve.",
        ),
        key(
            "capacity",
            Kind::Positive,
            "What one member can serve, in the unit of demand. Default: all of the demand.",
        ),
        key("place", Kind::TextList(0), "Hosts on which its VMs start, in the order of the VMs' names."),
        key(
            "load",
            Kind::Text,
            "How the demand goes over the week: the name of a [load]. Default: always the same.",
        ),
        key(
            "requests",
            Kind::Positive,
            "Requests a second to one instance when clients want most. Default: not counted.",
        ),
    ];
    keys.extend(losses());
    table("service", "An application.", keys)
}

/// What is lost with an outage, and what that costs.
fn losses() -> Vec<Key> {
    let number = || Kind::Whole(1, limits::SESSIONS);
    vec![
        key("sessions", number(), "Sessions open on one instance. Default: not counted."),
        key("transactions", number(), "Transactions in flight on one instance. Default: not counted."),
        key(
            "session_timeout",
            Kind::Duration,
            "How long a session outlives an interruption that loses no state.",
        )
        .default("\"20 s\""),
        key(
            "session_length",
            Kind::Duration,
            "How long a session lasts on average. Default: nobody has to wait for any.",
        ),
        key("downtime_cost", money(), "Money for one instance and hour of downtime. Default: not counted."),
        key(
            "recovery_point_cost",
            money(),
            "Money for one instance and hour of writes that are gone. Default: not counted.",
        ),
        key("session_cost", money(), "Money for a session that is lost. Default: not counted."),
        key("transaction_cost", money(), "Money for a transaction that is lost. Default: not counted."),
    ]
}

fn vm() -> Table {
    let keys = vec![
        key("cores", Kind::Whole(1, CORES), "Its cores.").required(),
        key("memory", Kind::Size, "Its memory.").required(),
        key(
            "storage",
            Kind::TextList(0),
            "Where its disks lie: one storage, or one after the other for each VM of an instance. Default: nowhere that fails.",
        ),
        key(
            "dirty_rate",
            Kind::Rate,
            "Memory that the guest writes anew, which live migration has to send again.",
        )
        .default("\"10 MB/s\""),
        key("working_set", Kind::Size, "How much memory it writes to. Default: every write counts."),
        key("disk_timeout", Kind::Duration, "How long the guest survives without its disks.")
            .default("\"60 s\""),
        key("boot_io", Kind::Rate, "What it reads while it boots, where its storage has a bandwidth.")
            .default("\"6 MB/s\""),
        key("nics", Kind::TextList(0), "Networks that it has cards on, by name or by kind of traffic."),
        key("os_edition", Kind::Text, "The guest's edition, such as standard: some cannot be clustered."),
        key(
            "busy",
            Kind::Positive,
            "Cores that it wants when clients want most. Default: nothing is computed.",
        ),
    ];
    table("vm", "A VM.", keys)
}

pub(super) fn load() -> Table {
    let day = || Kind::Either(vec![part(), Kind::Day]);
    let mut keys: Vec<Key> = DAYS.iter().map(|&name| key(name, day(), "That day alone.")).collect();
    keys.extend([
        key("workdays", day(), "Monday to Friday."),
        key("weekend", day(), "Saturday and Sunday."),
        key("days", day(), "Every day that no other key says: one part of the most, or times of day with parts, each up to the next."),
        key("csv", Kind::Text, "A file with all of the week, in place of the days."),
        key("column", Kind::Text, "The column of the file that counts. Default: the only one besides time."),
    ]);
    let days = DAYS.iter().copied().chain(["workdays", "weekend", "days"]);
    let not_both = days.map(|day| ["csv", day]).collect();
    Table {
        needs: vec![("csv", "column")],
        not_both,
        ..table("load", "A week of clients, in parts of the most.", keys)
    }
}
