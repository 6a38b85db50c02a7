//! The second copy of a storage, and what must hold between the two.

use crate::engine::Law;
use crate::scenario::code;
use crate::scenario::describe::law_text;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::fixed::defaults as d;
use crate::scenario::names::Names;
use crate::scenario::spec::{HostGroup, Mirror, MirrorFailover, Spec, StorageKind};
use crate::scenario::text::{join, quote};
use crate::scenario::tree::Value;

const KEYS: [&str; 7] = ["to", "mode", "lag", "failover", "decision", "switch", "resync"];

impl Reader {
    /// `mirror = "NAME"`, or a table with that name as `to`.
    pub(super) fn mirror(&mut self, at: &At<'_>, kind: StorageKind, storages: &Names) -> Option<Mirror> {
        let local = kind == StorageKind::Das;
        let default = if local { MirrorFailover::Cluster } else { MirrorFailover::Array };
        if let Value::Text(_) = &at.node.value {
            let to = self.reference(at, storages)?;
            return Some(Mirror {
                mark: at.mark(),
                to,
                sync: true,
                lag: Law::Constant { value_s: 0.0 },
                failover: default,
                decision: constant(&d::DECISION),
                switch: switch(default),
                resync: constant(&d::RESYNC),
            });
        }
        let f = self.fields(at, &KEYS)?;
        let to = self.required(&f, "to", "\"the other storage\"", |r, at| r.reference(at, storages));
        let words = [("sync", true), ("async", false)];
        let sync = self.opt(&f, "mode", |r, at| r.word(at, &words)).unwrap_or(true);
        let failover = self.opt(&f, "failover", |r, at| r.word(at, MirrorFailover::WORDS)).unwrap_or(default);
        let unread = |r: &Reader, key: &str| r.doubts(&join(&f.path, key));
        self.no_effect(
            &f,
            "lag",
            !sync || unread(self, "mode"),
            "a synchronous copy does not lag",
            "leave it out, or write mode = \"async\"",
        );
        let by_person = failover == MirrorFailover::Manual;
        self.no_effect(
            &f,
            "decision",
            by_person || unread(self, "failover"),
            "nobody decides here",
            "leave it out, or write failover = \"manual\"",
        );
        if local && failover == MirrorFailover::Array {
            let what = "local disks have no array that could switch to the other copy";
            let mark = f.key_mark("failover");
            self.sink.push(
                code::CONFLICT,
                mark,
                join(&f.path, "failover"),
                what,
                "write \"cluster\" or \"manual\"",
            );
        }
        let lag = if sync {
            None
        } else {
            self.required(&f, "lag", "\"5 min\": how far the copy lags behind", Reader::law)
        };
        let mirror = Mirror {
            mark: at.mark(),
            to: to.unwrap_or(usize::MAX),
            sync,
            lag: lag.unwrap_or(Law::Constant { value_s: 0.0 }),
            failover,
            decision: self.law_or(&f, "decision", constant(&d::DECISION), by_person, d::DECISION.source),
            switch: self.law_or(&f, "switch", switch(failover), true, switch_source(failover)),
            resync: self.law_or(&f, "resync", constant(&d::RESYNC), true, d::RESYNC.source),
        };
        (mirror.to != usize::MAX).then_some(mirror)
    }

    /// A law, or its default, which is told where it matters.
    fn law_or(
        &mut self,
        f: &Fields<'_>,
        key: &str,
        default: Law,
        matters: bool,
        source: &'static str,
    ) -> Law {
        if let Some(at) = f.get(key) {
            return self.law(&at).unwrap_or(default);
        }
        if matters {
            self.assume(f, key, law_text(&default), source);
        }
        default
    }

    fn no_effect(&mut self, f: &Fields<'_>, key: &str, matters: bool, what: &str, remedy: &str) {
        if let Some(at) = f.get(key).filter(|_| !matters) {
            self.report(code::NO_EFFECT, &at, what, remedy);
        }
    }

    fn conflict(&mut self, mirror: &Mirror, path: &str, what: String, remedy: &str) {
        self.sink.push(code::CONFLICT, mirror.mark, path.to_owned(), what, remedy);
    }

    /// Two copies, on storages of the same kind of attachment, and no copy of a copy.
    pub(super) fn mirrors_check(&mut self, spec: &Spec) {
        for (number, storage) in spec.storages.iter().enumerate() {
            let Some(mirror) = &storage.mirror else { continue };
            let path = join(&join("storage", &storage.name), "mirror");
            let other = &spec.storages[mirror.to];
            if mirror.to == number {
                self.conflict(
                    mirror,
                    &path,
                    "a storage cannot hold its own second copy".to_owned(),
                    "name another storage",
                );
                continue;
            }
            if let Some(third) = &other.mirror {
                let third = quote(&spec.storages[third.to].name);
                self.conflict(
                    mirror,
                    &path,
                    format!("{} has a second copy itself, on {third}", quote(&other.name)),
                    "mirror one of the two; copies of copies are not simulated",
                );
            }
            let unread = [&storage.name, &other.name]
                .iter()
                .any(|name| self.doubts(&join(&join("storage", name), "kind")));
            if (storage.kind == StorageKind::Das) != (other.kind == StorageKind::Das) && !unread {
                self.conflict(
                    mirror,
                    &path,
                    format!(
                        "one copy is on local disks and the other is not: {} is {}, {} is {}",
                        quote(&storage.name),
                        storage.kind.word(),
                        quote(&other.name),
                        other.kind.word()
                    ),
                    "mirror local disks to local disks and arrays to arrays",
                );
            }
            if let Some(host) = own_partner(spec, number, mirror.to).filter(|_| !unread) {
                let counted = self.doubts_hosts(spec)
                    || spec.hosts.iter().any(|h| self.doubts(&join(&join("host", &h.name), "count")));
                if storage.kind == StorageKind::Das && !counted {
                    self.conflict(
                        mirror,
                        &path,
                        format!("both copies would lie in the same host, {}, and die with it", quote(&host)),
                        "give the second copy to hosts that do not hold the first",
                    );
                }
            }
            let reached = spec.hosts.iter().any(|host| host.storages.contains(&mirror.to));
            if !reached && !self.doubts_hosts(spec) && !self.doubts_table("host") {
                let what = format!("no host reaches the second copy, {}", quote(&other.name));
                let remedy = "list it as storage of the hosts at its site";
                self.sink.push(code::NO_EFFECT, mirror.mark, path, what, remedy);
            }
        }
    }
}

/// The first host whose local disks would be copied to itself: hosts are paired in the order of the file.
fn own_partner(spec: &Spec, first: usize, second: usize) -> Option<String> {
    if !spec.hosts.iter().any(|group| [first, second].iter().all(|s| group.storages.contains(s))) {
        return None;
    }
    // Per group its first number here and there.
    let (mut here, mut there) = (0_u64, 0_u64);
    let all: u64 = groups_of(spec, second).map(|group| u64::from(group.count)).sum();
    for group in &spec.hosts {
        let (holds, copies) = (group.storages.contains(&first), group.storages.contains(&second));
        if holds && copies {
            let own = |member: &u64| (here + member) % all == there + member;
            if let Some(member) = (0..u64::from(group.count)).find(own) {
                return Some(format!("{}-{}", group.name, member + 1));
            }
        }
        here += if holds { u64::from(group.count) } else { 0 };
        there += if copies { u64::from(group.count) } else { 0 };
    }
    None
}

fn groups_of(spec: &Spec, storage: usize) -> impl Iterator<Item = &HostGroup> {
    spec.hosts.iter().filter(move |group| group.storages.contains(&storage))
}

fn constant(default: &d::Fixed) -> Law {
    Law::Constant { value_s: default.value }
}

fn switch(failover: MirrorFailover) -> Law {
    let (min_s, max_s) = match failover {
        MirrorFailover::Cluster => d::SWITCH_CLUSTER_S,
        MirrorFailover::Array | MirrorFailover::Manual => d::SWITCH_ARRAY_S,
    };
    Law::Uniform { min_s, max_s }
}

const fn switch_source(failover: MirrorFailover) -> &'static str {
    match failover {
        MirrorFailover::Cluster => "MTX-96",
        MirrorFailover::Array | MirrorFailover::Manual => "STO-07, MTX-57, MTX-94",
    }
}
