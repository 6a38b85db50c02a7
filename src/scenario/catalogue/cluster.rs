//! Host clusters: what all of them have, and the settings of their products.

use super::super::fixed::limits;
use super::super::profiles::{self, PROFILES, Preset, Setting};
use super::super::read::POLICIES;
use super::{CORES, Key, Kind, Percent, Table, key, money, part, table};

/// `[cluster.NAME]`.
pub(super) fn cluster() -> Table {
    let mut keys = settings();
    for key in keys.iter_mut().filter(|key| key.name == "product") {
        key.required = true;
    }
    keys.push(
        key(
            "hosts",
            Kind::TextList(1),
            "Its hosts: groups, or single ones such as esx-3. No host is in two clusters.",
        )
        .required(),
    );
    keys.push(key("manager", Kind::Fault, "The management server fails. Default: never."));
    table("cluster", "A host cluster.", keys)
}

/// `[strategy.NAME.cluster.C]`.
pub(super) fn overridden() -> Table {
    table("cluster-override", "What is different about a cluster under this strategy.", settings())
}

fn settings() -> Vec<Key> {
    let products = PROFILES.iter().map(|profile| profile.word).collect();
    let mut keys = vec![
        key(
            "product",
            Kind::Words(products),
            "What runs the cluster; `ninefold profiles` lists them with their numbers.",
        ),
        key("admission", admission(), "What is kept free for failures: less is refused at the start.")
            .default("\"none\""),
        key(
            "limits",
            Kind::Words(vec!["enforce", "ignore"]),
            "Whether what the product does not support is an error, or only a warning.",
        )
        .default("\"enforce\""),
        key(
            "detection",
            Kind::Law,
            "Of product custom, and required there: from a crash to the first restart order.",
        ),
        key(
            "memory_overcommit",
            Kind::Number(0.01, 100.0, Percent::Yes),
            "What VMs may have together, over the memory of a host.",
        )
        .default("1"),
        key(
            "cpu_overcommit",
            Kind::Number(0.01, 1_000.0, Percent::Yes),
            "What VMs may have together, over the cores of a host.",
        )
        .default("8"),
        key(
            "witness_storage",
            Kind::Text,
            "Where a disk witness, or a pool's statefile, lies. Default: the first shared storage that all hosts reach.",
        ),
        key(
            "witness_site",
            Kind::Text,
            "Where a share or cloud witness stands. Default: nowhere that fails.",
        ),
        key("witness_outage", Kind::Fault, "The witness fails by itself. Default: never."),
        key("preferred_site", Kind::Text, "Which side goes on where the votes would allow either (HYP-59)."),
        key(
            "needs_manager",
            Kind::Truth,
            "Whether nothing is restarted while the management server is down.",
        )
        .default("false"),
        key(
            "start_failure",
            Kind::Number(0.0, 0.99, Percent::Yes),
            "The chance that an attempt to start a VM comes to nothing.",
        )
        .default("0"),
        key(
            "cpu_baseline",
            Kind::Text,
            "A processor that all hosts can pass for, so that VMs move alive between different models.",
        ),
        key("licence", money(), "Money for one host and year. Default: not counted."),
        key(
            "headroom",
            part(),
            "The part of its room that should be free at any time. Default: nobody looks.",
        ),
    ];
    let own: Vec<&str> = keys.iter().map(|key| key.name).collect();
    let of_products = profiles::keys().into_iter().filter(|(name, _)| !own.contains(name));
    let of_products: Vec<Key> =
        of_products.map(|(name, setting)| of_setting(name, setting, &defaults(name))).collect();
    keys.extend(of_products);
    keys
}

/// What a setting is by default, product by product.
fn defaults(name: &str) -> Vec<(String, Vec<&'static str>)> {
    let each = PROFILES.iter().filter_map(|profile| Some((profile.setting(name)?.text(), profile.word)));
    grouped(each)
}

pub(super) fn grouped(
    each: impl Iterator<Item = (String, &'static str)>,
) -> Vec<(String, Vec<&'static str>)> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (value, word) in each {
        match groups.iter_mut().find(|(known, _)| *known == value) {
            Some((_, words)) => words.push(word),
            None => groups.push((value, vec![word])),
        }
    }
    groups
}

/// A setting of a product, or of a profile inside the guests.
pub(super) fn of_setting(
    name: &'static str,
    setting: &Setting,
    defaults: &[(String, Vec<&'static str>)],
) -> Key {
    let defaults: Vec<String> =
        defaults.iter().map(|(value, of)| format!("{value} ({})", of.join(", "))).collect();
    let mut about = setting.meaning.to_owned();
    if let Some(first) = about.get(..1).map(str::to_ascii_uppercase) {
        about.replace_range(..1, &first);
    }
    let kind = match setting.default {
        Preset::Fixed(_) => Kind::Duration,
        Preset::Constant(_) | Preset::Between(..) => Kind::Law,
        Preset::Count(_) if name == "balance_threshold" => Kind::Whole(1, 100),
        Preset::Count(_) | Preset::HostsAnd(_) if name == "quarantine_count" => {
            Kind::Whole(0, limits::DEPARTURES)
        }
        Preset::Count(_) | Preset::HostsAnd(_) => Kind::Whole(0, 1_000_000),
        Preset::Word { accepted, .. } => Kind::Words(accepted.to_vec()),
    };
    let zero = if matches!(kind, Kind::Whole(0, _)) {
        format!(" 0 means {}.", setting.zero())
    } else {
        String::new()
    };
    key(name, kind, format!("{about}.{zero} Default: {}.", defaults.join("; ")))
}

fn admission() -> Kind {
    let mut kinds = vec![Kind::Words(vec!["none"])];
    for (policy, own) in POLICIES {
        let (name, about) = match policy {
            "none" => ("admission-none", "Everything is admitted."),
            "slots" => (
                "admission-slots",
                "Slots as large as the largest VM, so many hosts' worth of them kept free.",
            ),
            "percentage" => ("admission-percentage", "A part of memory and cores is kept free."),
            "spare-hosts" => ("admission-spare-hosts", "Hosts that stay empty until another one fails."),
            _ => ("admission-failures", "Whichever hosts fail, so many of them, all VMs find room."),
        };
        let mut keys = vec![key("policy", Kind::Words(vec![policy]), "Which policy.").required()];
        keys.extend(own.iter().map(|&name| of_policy(policy, name)));
        kinds.push(Kind::Table(table(name, about, keys)));
    }
    Kind::Either(kinds)
}

fn of_policy(policy: &str, name: &'static str) -> Key {
    match (policy, name) {
        ("percentage", _) => key(name, part(), "What is kept free of it.").default("0"),
        (_, "slot_memory") => key(name, Kind::Size, "A slot's memory. Default: that of the largest VM."),
        (_, "slot_cores") => {
            key(name, Kind::Whole(1, CORES), "A slot's cores. Default: those of the largest VM.")
        }
        (_, "hosts") => key(name, Kind::TextList(1), "The spare hosts.").required(),
        _ => key(name, Kind::Whole(1, limits::HOSTS), "How many hosts may fail.").default("1"),
    }
}
