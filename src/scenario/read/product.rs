//! Whether a product takes what a cluster sets: its ranges, its kinds of witness, and what contradicts itself.

use std::collections::BTreeSet;

use crate::engine::Span;
use crate::scenario::code;
use crate::scenario::fields::Reader;
use crate::scenario::issue::Mark;
use crate::scenario::product_limits;
use crate::scenario::profiles::Family;
use crate::scenario::resolve::ClusterPlan;
use crate::scenario::spec::{SettingValue, Spec, StorageKind};
use crate::scenario::text::{join, list, number, quote};
use crate::scenario::witness::Deciding;

use super::settings::Use;

/// What a product does not take, at one key.
struct Objection {
    key: &'static str,
    /// Of an error; `limits = "ignore"` makes it a warning where the product is all that objects.
    code: &'static str,
    what: String,
    remedy: String,
    /// Whether it can be simulated all the same.
    can_pass: bool,
    /// The other keys that it rests on.
    about: &'static [&'static str],
}

fn objection(
    key: &'static str,
    code: &'static str,
    what: impl Into<String>,
    remedy: impl Into<String>,
) -> Objection {
    Objection { key, code, what: what.into(), remedy: remedy.into(), can_pass: true, about: &[] }
}

impl Reader {
    /// Each objection once, however many strategies meet it.
    pub(super) fn product_check(&mut self, spec: &Spec, cluster: usize, uses: &[Use]) {
        let known = |r: &Reader, keys: &[&str]| !r.doubts_setting(spec, cluster, keys);
        if !known(self, &["product", "hosts", "limits"]) {
            return;
        }
        let mut told: BTreeSet<(Mark, String)> = BTreeSet::new();
        for u in uses.iter().filter(|u| u.clustered) {
            let mut all = lengths(&u.plan);
            all.extend(raised_delay(spec, cluster, u));
            if known(self, &["witness", "witness_storage"]) && !self.doubts_hosts(spec) {
                all.extend(self.witness_objections(spec, cluster, &u.plan));
            }
            for Objection { key, code, what, remedy, can_pass, about } in all {
                if !known(self, &[key]) || !known(self, about) {
                    continue;
                }
                let (mark, path) = place(spec, cluster, u, key);
                let (code, remedy) = match (code.starts_with('W'), u.plan.limits_enforced) {
                    // Whoever ignores limits needs no advice; that a value is not taken is more than that.
                    (true, false) if code == code::BEYOND_PRODUCT => continue,
                    (true, _) => (code, remedy),
                    (false, false) if can_pass => {
                        (code::BEYOND_PRODUCT, "limits = \"ignore\" lets it pass".to_owned())
                    }
                    (false, true) if can_pass => {
                        (code, format!("{remedy}, or write limits = \"ignore\" in the cluster"))
                    }
                    _ => (code, remedy),
                };
                if told.insert((mark, what.clone())) {
                    self.sink.push(code, mark, path, what, remedy);
                }
            }
        }
    }

    fn witness_objections(&self, spec: &Spec, cluster: usize, plan: &ClusterPlan) -> Vec<Objection> {
        let mut all = Vec::new();
        let product = plan.product.word();
        let name = quote(&spec.clusters[cluster].name);
        let word = if plan.counts_votes() { plan.word("witness") } else { "" };
        if let Some(refused) = product_limits::of(plan.product).witnesses.iter().find(|r| r.word == word) {
            let what = format!("{product} has no {word} witness: {} ({})", refused.why, refused.source);
            all.push(objection("witness", code::UNSUPPORTED, what, "write \"share\" or \"disk\""));
        }
        let deciding = spec.witness(cluster, plan);
        if deciding == Deciding::DiskNowhere && !self.doubts_table("storage") {
            let what =
                format!("no shared storage is reached by all hosts of cluster {name}, for a disk to lie on");
            let remedy =
                "add witness_storage = \"NAME\", wire the hosts to one storage, or write witness = \"share\"";
            all.push(Objection { can_pass: false, ..objection("witness", code::CONFLICT, what, remedy) });
        }
        let (storage, file, kinds, source) = match deciding {
            Deciding::Disk { storage, .. } => (storage, "a disk witness", BLOCKS, "HYP-12"),
            _ if plan.has_statefile() => match spec.statefile(cluster, plan) {
                Some((storage, _)) => (storage, "a statefile", SHARED, "XEN-22, XEN-23"),
                None if self.doubts_table("storage") => return all,
                None => {
                    let what = format!(
                        "no shared storage is reached by all hosts of cluster {name}, and {product} writes a statefile \
                         to one (XEN-22)"
                    );
                    let remedy =
                        "it is simulated as one that never fails; limits = \"ignore\" if that is meant";
                    all.push(objection("hosts", code::BEYOND_PRODUCT, what, remedy));
                    return all;
                }
            },
            _ => return all,
        };
        let row = &spec.storages[storage];
        let unread = self.doubts(&join(&join("storage", &row.name), "kind"));
        // Where nobody names it, it is the storage that all hosts have, and its key is the word.
        let key = if plan.witness_storage.is_some() { "witness_storage" } else { "witness" };
        if !unread && !kinds.contains(&row.kind) {
            let why = if row.kind == StorageKind::Das {
                "disks in each host, which no other host reaches"
            } else {
                "a file server, and has no disks to give"
            };
            let what =
                format!("{} is {}, and {file} is shared by all hosts ({source})", quote(&row.name), why);
            all.push(objection(key, code::STORAGE_KIND, what, "name storage that all hosts share"));
        } else if !spec.is_reached(cluster, storage) {
            let what =
                format!("no host of cluster {name} reaches {}, and {file} lies there", quote(&row.name));
            let remedy = "add it to the storage of the hosts, or name another one";
            all.push(Objection { can_pass: false, ..objection(key, code::CONFLICT, what, remedy) });
        }
        all
    }

    /// Two hosts, each of which needs the other for a majority: legal, and never meant.
    pub(super) fn two_without_majority(&mut self, spec: &Spec, cluster: usize, uses: &[Use]) {
        let stuck = |u: &&Use| {
            let dynamic = || u.plan.values.get("dynamic_quorum") == Some(&SettingValue::Word("on"));
            u.clustered
                && u.plan.hosts == 2
                && u.plan.limits_enforced
                && u.plan.counts_votes()
                // Whoever is advised to have three is told so already.
                && product_limits::of(u.plan.product).advice.is_none()
                && !spec.witness(cluster, &u.plan).is_there()
                && !dynamic()
        };
        let Some(u) = uses.iter().find(stuck) else { return };
        let about = ["product", "hosts", "witness", "limits", "dynamic_quorum"];
        if self.doubts_setting(spec, cluster, &about) || self.doubts_counts(spec, cluster) {
            return;
        }
        let (mark, path) = place(spec, cluster, u, "hosts");
        let what = format!(
            "two hosts under {} and no witness: when one is lost the other has no majority and starts nothing (HYP-09)",
            u.plan.product.word()
        );
        let remedy = "add a host or a witness, or write limits = \"ignore\"";
        self.sink.push(code::NO_EFFECT, mark, path, what, remedy);
    }

    fn doubts_counts(&self, spec: &Spec, cluster: usize) -> bool {
        let groups = spec.clusters[cluster].hosts.iter().map(|host| &spec.hosts[host.group].name);
        !self.doubts_nothing()
            && groups.into_iter().any(|name| self.doubts(&join(&join("host", name), "count")))
    }
}

/// HYP-12: a disk of its own, no share. XEN-23: a LUN, later files too.
const BLOCKS: &[StorageKind] = &[StorageKind::Fc, StorageKind::Iscsi];
const SHARED: &[StorageKind] = &[StorageKind::Fc, StorageKind::Iscsi, StorageKind::Nfs, StorageKind::Nas];

/// What is said of a plan's lengths of time.
fn lengths(plan: &ClusterPlan) -> Vec<Objection> {
    let mut all: Vec<Objection> = missed_between_beats(plan).into_iter().collect();
    let seconds = |key: &str| plan.span(key).as_secs_f64();
    match plan.product.profile().family {
        Family::Pool if seconds("failed_after") < 10.0 => {
            let what = format!("{} is shorter than the least, 10 s (XEN-10)", plan.span("failed_after"));
            all.push(objection("failed_after", code::UNSUPPORTED, what, "write 10 s or more"));
        }
        Family::Quorum => all.extend(heartbeat_ranges(plan)),
        _ => {}
    }
    all
}

/// VMW-32: the plan has what the product takes it for.
fn raised_delay(spec: &Spec, cluster: usize, u: &Use) -> Option<Objection> {
    const KEY: &str = "isolation_response_delay";
    if u.plan.product.profile().family != Family::Primary {
        return None;
    }
    let over =
        u.strategy.filter(|_| u.own).and_then(|number| spec.strategies[number].cluster_settings(cluster));
    let own = over.and_then(|over| over.values.get(KEY));
    let SettingValue::Law(written) = own.or_else(|| spec.clusters[cluster].settings.values.get(KEY))? else {
        return None;
    };
    let (written, taken) = (written.sample(0.5), u.plan.span(KEY));
    (written < taken).then(|| {
        let what = format!(
            "{written} is taken for {taken}, the least that {} knows (VMW-32)",
            u.plan.product.word()
        );
        objection(KEY, code::NO_EFFECT, what, format!("write {taken} or more"))
    })
}

/// What hosts are missed by, in any product.
const BEATS: &[&str] = &[
    "heartbeat_interval",
    "failed_after",
    "failed_after_cross_site",
    "failed_after_datastore",
    "failed_after_no_datastore",
    "election_starts_after",
    "isolation_declared_after",
    "isolation_declared_after_primary",
    "isolation_fenced_after",
];

/// A host that is given up between two of its beats is given up all the time.
fn missed_between_beats(plan: &ClusterPlan) -> Option<Objection> {
    let keys: &[&'static str] = match plan.product.profile().family {
        Family::Primary => &[
            "failed_after_datastore",
            "failed_after_no_datastore",
            "election_starts_after",
            "isolation_declared_after",
            "isolation_declared_after_primary",
        ],
        Family::FivePrimaries => &["failed_after", "isolation_declared_after"],
        Family::Pool => &["failed_after", "isolation_fenced_after"],
        Family::Quorum => &["failed_after", "failed_after_cross_site"],
        Family::Custom | Family::Ring => &[],
    };
    if keys.is_empty() {
        return None;
    }
    let beat = plan.span("heartbeat_interval");
    let shorter: Vec<&'static str> = keys.iter().copied().filter(|key| plan.span(key) < beat).collect();
    let (&first, profile) = (shorter.first()?, plan.product.profile());
    let told: Vec<String> = shorter.iter().map(|key| format!("{key} {}", plan.span(key))).collect();
    let what = format!(
        "hosts beat every {beat} and would be missed between two beats: {}",
        list(told.iter().map(String::as_str))
    );
    // The one that somebody has changed.
    let changed = profile
        .setting("heartbeat_interval")
        .is_some_and(|setting| plan.default(setting) != plan.values["heartbeat_interval"]);
    let key = if changed { "heartbeat_interval" } else { first };
    let remedy = "make heartbeat_interval the shortest of them";
    Some(Objection { about: BEATS, ..objection(key, code::CONFLICT, what, remedy) })
}

/// HYP-06. Shorter beats are what idealised scenarios have, so that this is no error.
fn heartbeat_ranges(plan: &ClusterPlan) -> Vec<Objection> {
    let beat = plan.span("heartbeat_interval");
    let advise = |key, what: String| {
        let remedy = "it is simulated as written; limits = \"ignore\" if it is meant";
        Objection { about: BEATS, ..objection(key, code::BEYOND_PRODUCT, what, remedy) }
    };
    if !(Span::from_secs_f64(0.25)..=Span::from_secs(2)).contains(&beat) {
        let what = format!("{beat} is outside 250 ms to 2 s, what the product takes (HYP-06)");
        return vec![advise("heartbeat_interval", what)];
    }
    let mut all = Vec::new();
    for key in ["failed_after", "failed_after_cross_site"] {
        let beats = plan.span(key).as_secs_f64() / beat.as_secs_f64();
        if !(3.0..=120.0).contains(&beats) && beats >= 1.0 {
            let beats = number((beats * 100.0).round() / 100.0);
            let what =
                format!("{} are {beats} heartbeats, and the product takes 3 to 120 (HYP-06)", plan.span(key));
            all.push(advise(key, what));
        }
    }
    all
}

/// Where a key comes from under a use: the strategy that sets it, else the cluster's own table; where neither does, the
/// one that brings the product.
fn place(spec: &Spec, cluster: usize, u: &Use, key: &str) -> (Mark, String) {
    let row = &spec.clusters[cluster];
    let base = || join("cluster", &row.name);
    let over = u.strategy.filter(|_| u.own).map(|number| &spec.strategies[number]);
    let over = over.and_then(|s| Some((s, s.cluster_settings(cluster)?)));
    let path = |name: &str| join(&join(&join("strategy", name), "cluster"), &row.name);
    if let Some((strategy, own)) = over
        && let Some(&mark) = own.marks.get(key)
    {
        return (mark, join(&path(&strategy.name), key));
    }
    if let Some(&mark) = row.settings.marks.get(key) {
        return (mark, join(&base(), key));
    }
    match over.and_then(|(strategy, own)| Some((strategy, *own.marks.get("product")?))) {
        Some((strategy, mark)) => (mark, join(&path(&strategy.name), key)),
        None => (row.mark, join(&base(), key)),
    }
}
