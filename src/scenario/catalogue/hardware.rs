//! Sites, racks, crews, networks, storage and hosts.

use super::super::fixed::limits;
use super::super::spec::{MirrorFailover, StorageKind, Traffic};
use super::{CORES, Key, Kind, Table, crew, key, money, table, words};

pub(super) fn site() -> Table {
    let keys = vec![
        key(
            "outage",
            Kind::Fault,
            "Power or access is lost: all hosts, storages and witnesses there go. Default: never.",
        ),
        crew(),
    ];
    table("site", "A place that can lose power.", keys)
}

pub(super) fn rack() -> Table {
    let keys = vec![
        key("site", Kind::Text, "Where it stands: the name of a [site]."),
        key("outage", Kind::Fault, "All its hosts go. Default: never."),
        crew(),
    ];
    table("rack", "A rack: power, or a top-of-rack switch.", keys)
}

pub(super) fn crew_table() -> Table {
    let keys = vec![key("size", Kind::Whole(1, 1_000_000), "Repairs that it works on at a time.").required()];
    table("crew", "People who repair.", keys)
}

pub(super) fn network() -> Table {
    let keys = vec![
        key(
            "carries",
            Kind::WordList(words(Traffic::WORDS)),
            "What goes over it: management (heartbeats of host clusters), client (to services, and heartbeats inside the \
             guests), storage, private (heartbeats of failover groups whose VMs have a card there).",
        )
        .required(),
        key("site", Kind::Text, "The only site that it serves. Default: all of them."),
        key("between", Kind::TextList(2), "The sites that it joins, two or more; it serves nothing within them."),
        key("outage", Kind::Fault, "All of it fails. Default: never."),
        crew(),
    ];
    Table { not_both: vec![["site", "between"]], ..table("network", "A network.", keys) }
}

pub(super) fn storage() -> Table {
    let keys = vec![
        key(
            "kind",
            Kind::Words(words(StorageKind::WORDS)),
            "How it is attached; das: disks in each host that names it.",
        )
        .required(),
        key("site", Kind::Text, "Where it stands: it fails with that site."),
        key("outage", Kind::Fault, "All of it fails. Default: never."),
        key("controller", Kind::Fault, "One of its controllers fails. Default: never."),
        key("controllers", Kind::Whole(1, 16), "How many controllers it has.").default("2"),
        key(
            "controller_failover",
            Kind::Law,
            "How long disks stand still until another controller has taken over. Default: 5 to 30 s (fc), 10 to 60 s (STO-07).",
        ),
        key(
            "mirror",
            Kind::Either(vec![Kind::Text, Kind::Table(mirror())]),
            "The storage that holds a second copy: its name, which is kept equal, or a table.",
        ),
        key(
            "bandwidth",
            Kind::Rate,
            "What VMs that boot from it share: while they want more, their boots stretch (STO-18). Default: no bound.",
        ),
        crew(),
    ];
    table("storage", "An array, a filer, or the local disks of hosts.", keys)
}

fn mirror() -> Table {
    let keys = vec![
        key("to", Kind::Text, "The storage that holds the second copy.").required(),
        key("mode", Kind::Words(vec!["sync", "async"]), "async loses what it lags behind.")
            .default("\"sync\""),
        key("lag", Kind::Law, "How far behind an asynchronous copy is; required of it."),
        key(
            "failover",
            Kind::Words(words(MirrorFailover::WORDS)),
            "Who makes the copy serve: the arrays, the host cluster VM by VM, or a person. Default: array; of local disks cluster.",
        ),
        key("decision", Kind::Law, "Until the person has decided.").default("\"1 h\""),
        key(
            "switch",
            Kind::Law,
            "Until the copy serves. Default: 10 to 60 s (STO-07); by a cluster 10 to 120 s (MTX-96).",
        ),
        key("resync", Kind::Law, "Until both are equal again once they can be.").default("\"1 h\""),
    ];
    table("mirror", "The second copy of a storage.", keys)
}

pub(super) fn host() -> Table {
    let mut keys = vec![
        key("count", Kind::Whole(1, limits::HOSTS), "Members of the group.").default("1"),
        key("site", Kind::Text, "Where they stand: the name of a [site]."),
        key("rack", Kind::Text, "The rack that they stand in."),
        key("racks", Kind::TextList(0), "Several racks, taken in turn."),
        key("cores", Kind::Whole(1, CORES), "Cores of one host.").required(),
        key("memory", Kind::Size, "Memory of one host.").required(),
        key(
            "cpu",
            Kind::Text,
            "The processor's model: VMs that run move between like ones alone. Default: all are alike.",
        ),
        key("nics", Kind::Whole(1, 1_000), "Network cards; read and checked, without effect yet."),
        key("storage", Kind::TextList(0), "The storages that these hosts reach, local disks too."),
        key(
            "migration",
            Kind::Rate,
            "The rate at which memory goes to another host. Default: no link, so that no VM is moved alive.",
        ),
        key("boot", Kind::Law, "From power to up.").default("\"5 min\""),
    ];
    keys.extend(host_faults());
    keys.push(key("price", money(), "Money for one host and year. Default: not counted."));
    Table { not_both: vec![["rack", "racks"]], ..table("host", "A group of equal hosts.", keys) }
}

fn host_faults() -> Vec<Key> {
    let link = |&word: &&'static str| {
        key(word, Kind::Fault, format!("The link for {word} traffic of one host fails."))
    };
    let links = words(Traffic::WORDS).iter().map(link).collect();
    vec![
        key(
            "crash",
            Kind::Fault,
            "It goes down and comes back when it is repaired and has booted. Default: never.",
        ),
        key(
            "hang",
            Kind::Fault,
            "It does nothing any more until somebody, or its cluster, resets it. Default: never.",
        ),
        key("agent", Kind::Fault, "The cluster's agent does not answer; VMs run on. Default: never."),
        key(
            "link",
            Kind::Table(table("links", "Faults of one host's links, by kind of traffic.", links)),
            "Faults of one host's links, by kind of traffic.",
        ),
        key(
            "storage_paths",
            Kind::Whole(1, 64),
            "Paths to the storage, each with the faults of link.storage.",
        )
        .default("1"),
        key(
            "path_failover",
            Kind::Law,
            "How long disks stand still until another path is taken. Default: 30 to 60 s (STO-01).",
        ),
        crew(),
    ]
}
