//! What is run, which strategies are compared, planned work and scripted faults.

use super::super::fixed::limits;
use super::super::profiles::{GUEST_PROFILES, guest_keys};
use super::super::read::{INJECTED, PARTS};
use super::super::spec::PrecisionOf;
use super::cluster::{grouped, of_setting, overridden};
use super::{Key, Kind, Percent, Table, key, money, part, table, words};
use crate::history::Format;
use crate::model::Affinity;

pub(super) fn run() -> Table {
    let of = vec![PrecisionOf::Downtime.word(), PrecisionOf::Differences.word()];
    let keys = vec![
        key("horizon", Kind::Duration, "Measured time of one replication.").default("\"1 y\""),
        key("warmup", Kind::Duration, "Simulated before it, not measured.").default("\"0 s\""),
        key(
            "replications",
            Kind::Whole(1, limits::REPLICATIONS),
            "How many times the horizon is simulated; with precision at most.",
        )
        .default("1000"),
        key("seed", Kind::Whole(0, u64::MAX), "The same seed gives every strategy the same failures.")
            .default("1"),
        key(
            "ages",
            Kind::Words(vec!["stationary", "new"]),
            "How old components are at the start: as in a datacenter that has run for long, or new.",
        )
        .default("\"stationary\""),
        key(
            "rare_events",
            Kind::Words(vec!["auto", "off"]),
            "Whether services that are hardly ever down get their means by importance sampling.",
        )
        .default("\"auto\""),
        key(
            "precision",
            part(),
            "Stop as soon as the answer is known within this part of itself. Default: all replications.",
        ),
        key("precision_of", Kind::Words(of), "What is to be known that well.").default("\"downtime\""),
    ];
    Table { needs: vec![("precision", "precision_of")], ..table("run", "How much is simulated.", keys) }
}

pub(super) fn cost() -> Table {
    let keys =
        vec![key("currency", Kind::Text, "How figures name money, such as EUR. Default: bare numbers.")];
    table("cost", "What money is called.", keys)
}

pub(super) fn strategy() -> Table {
    let mut keys = protection();
    for key in keys.iter_mut().filter(|key| key.name == "protect") {
        key.required = true;
    }
    let service =
        table("service-override", "What is different about a service under this strategy.", protection());
    keys.push(key("service", Kind::Named(service), "What is different about single services."));
    keys.push(key("cluster", Kind::Named(overridden()), "What is different about single clusters."));
    table("strategy", "A way of protecting the services.", keys)
}

fn protection() -> Vec<Key> {
    let profiles = GUEST_PROFILES.iter().map(|profile| profile.word).collect();
    let parts = PARTS.iter().map(|&name| key(name, Kind::Law, of_part(name))).collect();
    let parts = table("takeover", "A takeover by its parts.", parts);
    let mut keys = vec![
        key(
            "protect",
            Kind::WordList(vec!["host-cluster", "guest-failover", "nlb"]),
            "The layers: none of them, one, or host-cluster with one of the others.",
        ),
        key("nodes", Kind::Whole(2, 16), "VMs of an instance with guest-failover.").default("2"),
        key("members", Kind::Whole(2, 32), "VMs of an instance with nlb.").default("2"),
        key(
            "profile",
            Kind::Words(profiles),
            "What runs inside the guests; `ninefold profiles` lists them. Default: plain laws.",
        ),
        key(
            "detection",
            Kind::Law,
            "Until the others notice. Default: 5 s (GFC-13, NLB-06), or as the profile says.",
        ),
        key(
            "takeover",
            Kind::Either(vec![Kind::Law, Kind::Table(parts)]),
            "Until another node serves: one law, or a table of its parts. Default: 20 s (GFC-18), or as the workload or the profile says.",
        ),
        key("coverage", part(), "The chance that a failover which nobody has planned comes off.")
            .default("1"),
        key("manual_recovery", Kind::Law, "Where it does not: until a person has brought the group online.")
            .default("\"1 h\""),
        key(
            "convergence",
            Kind::Law,
            "Until the members share the load anew. Default: 3 s (NLB-07), or as the profile says.",
        ),
        key("application_aware", Kind::Truth, "Whether nlb notices applications that fail.").default("false"),
        key("affinity", Kind::Words(words(Affinity::WORDS)), "What binds a client to a member.")
            .default("\"single\""),
        key(
            "drain",
            Kind::Duration,
            "How long planned work waits for the sessions of a member at most. Default: until all have finished.",
        ),
        key(
            "failback",
            Kind::Law,
            "From the return of the first node until the group goes back to it. Default: never.",
        ),
        key("witness_storage", Kind::Text, "Where a group's disk witness lies."),
        key("witness_site", Kind::Text, "Where its share or cloud stands. Default: nowhere that fails."),
        key("witness_outage", Kind::Fault, "Its witness fails by itself. Default: never."),
        key("licence", money(), "Money for one VM and year. Default: not counted."),
    ];
    let own: Vec<&str> = keys.iter().map(|key| key.name).collect();
    let of_profiles = guest_keys().into_iter().filter(|(name, _)| !own.contains(name));
    let of_profiles: Vec<Key> = of_profiles
        .map(|(name, setting)| {
            let each =
                GUEST_PROFILES.iter().flat_map(|profile| profile.settings().map(move |s| (s, profile.word)));
            let defaults = grouped(each.filter(|(s, _)| s.key == name).map(|(s, word)| (s.text(), word)));
            of_setting(name, setting, &defaults)
        })
        .collect();
    keys.extend(of_profiles);
    keys
}

fn of_part(name: &str) -> &'static str {
    match name {
        "offline" => "The clean end of the application; planned moves only.",
        "disk" => "Until the disks have changed their node.",
        "address" => "Until clients find the new address.",
        "start" => "Until the application has started.",
        _ => "What comes on top after an unclean stop; unplanned moves only.",
    }
}

pub(super) fn maintenance() -> Table {
    let keys = vec![
        key("hosts", Kind::TextList(1), "Whose turn it is, one after the other: groups or single hosts."),
        key("services", Kind::TextList(1), "Services whose guests are patched, in place of hosts."),
        key("first", Kind::Duration, "When it begins for the first time.").required(),
        key("every", Kind::Duration, "How often. Default: once."),
        key("lasts", Kind::Law, "The work on one host, or the patch of one guest.").required(),
        key("at_once", Kind::Whole(1, limits::VMS), "So many at a time.").default("1"),
        key("deadline", Kind::Duration, "How long the work waits for a host to be empty.").default("\"4 h\""),
        key("bring_back", Kind::Truth, "Whether VMs that have left are moved back.").default("true"),
        key(
            "cold_migration",
            Kind::Truth,
            "Whether VMs that no host can take alive are shut down and started elsewhere.",
        )
        .default("false"),
    ];
    Table { one_of: vec![&["hosts", "services"]], ..table("maintenance", "Planned work.", keys) }
}

pub(super) fn faults() -> Table {
    let keys = vec![
        key("replay", Kind::Text, "A file with a history of failures; `ninefold faults fit --help` says which kinds."),
        key("map", Kind::Words(vec!["name", "in-turn"]), "Who has the failures of an entity: the one of that name; or where there is none, the next one of its kind.")
            .default("\"name\""),
        key("from", Kind::Text, "The instant at which the history begins, such as 2024-03-01. Default: its first date; of durations, zero."),
        key("offset", Kind::Duration, "How much of it is over when the measured time begins.").default("\"0 s\""),
        key("read_as", Kind::Words(words(&Format::WORDS)), "How the file is written. Default: as its first row says."),
    ];
    let needs = ["map", "from", "offset", "read_as"].map(|key| ("replay", key)).to_vec();
    Table { needs, ..table("faults", "A history of failures that is replayed.", keys) }
}

pub(super) fn inject() -> Table {
    let each = INJECTED
        .iter()
        .map(|(kind, faults)| format!(r"{kind}\s+.*\s({})", faults.join("|").replace('.', r"\.")));
    let form = format!(r"^\s*({})\s*$", each.collect::<Vec<_>>().join("|"));
    let keys = vec![
        key("at", Kind::Duration, "When, from the start of the measured time.").required(),
        key("fault", Kind::Form(form), "KIND NAME FAULT, such as \"host esx-1 crash\", \"storage san outage\", \"vm mail-1.2 app_hang\".").required(),
        key("lasts", Kind::Duration, "How long. Default: as long as the component's own repair takes."),
    ];
    table("inject", "A scripted fault.", keys)
}

pub(super) fn gate() -> Table {
    let keys = vec![
        key("name", Kind::Text, "What people call it. Default: its check."),
        key(
            "check",
            Kind::Text,
            "What is asked, such as \"downtime <= 26 min/y\", \"p95 downtime <= 4 h/y\", \"chance of downtime > 1 h/y <= 1 %\", \
             \"combined.downtime - none.downtime <= -10 min/y\", \"more_vms_n1 >= 1\".",
        )
        .required(),
        key("service", Kind::TextList(1), "Of which services. Default: each of them."),
        key("strategy", Kind::TextList(1), "Of which strategies. Default: each of them."),
        key("confidence", Kind::Number(0.5, 0.999_999, Percent::Yes), "How sure a pass or a fail is.").default("0.95"),
        key(
            "replications_max",
            Kind::Whole(1, limits::REPLICATIONS),
            "While it is undecided, replications are added until there are so many. Default: eight times those of the run.",
        ),
    ];
    table("gate", "What a pipeline asks.", keys)
}
