//! Why: for what is proposed, against what else was considered, and what would have to change for something better.

use super::ground::Ground;
use super::group::{Group, MEMBERS_MAX, is_of_2008};
use super::{Draft, Reason};
use crate::model::{GuestLayer, Role, StorageKind};
use crate::scenario::{Service, Spec, Storage, count_text};

/// A service, and what is proposed for it.
pub(super) struct About<'a> {
    pub(super) spec: &'a Spec,
    pub(super) service: &'a Service,
    pub(super) draft: &'a Draft,
    pub(super) ground: &'a Ground,
}

/// The facts that a profile rests on.
pub(super) fn profile_facts(word: &str) -> &'static [&'static str] {
    match word {
        "wsfc-2008" => &["HYP-01", "GFC-13"],
        "wsfc-2016" => &["HYP-04", "GFC-13"],
        "pacemaker" => &["OSS-13", "OSS-14"],
        "ms-nlb" => &["NLB-06", "NLB-07"],
        "haproxy" => &["NLB-19", "MTX-80"],
        "vrrp" => &["NLB-21"],
        _ => &[],
    }
}

impl About<'_> {
    /// What is proposed, reason by reason.
    pub(super) fn reasons(&self) -> Vec<Reason> {
        let mut found = Vec::new();
        if let Ok(group) = &self.draft.guest {
            match group.layer {
                GuestLayer::Failover => self.failover(group, &mut found),
                GuestLayer::Balanced => self.balanced(group, &mut found),
            }
            found.push(self.profile(group));
        }
        if self.draft.no_host_cluster().is_none() {
            self.host_cluster(&mut found);
        }
        if found.is_empty() {
            found.push(Reason::new("nothing in this datacenter can stand in for it", &["MTX-11"]));
        }
        found
    }

    fn failover(&self, group: &Group, found: &mut Vec<Reason>) {
        match (self.service.workload, &group.donor) {
            (Some(workload), _) => found.push(Reason::new(
                format!(
                    "it keeps state, which one node at a time may own; {}: it can be clustered",
                    workload.about
                ),
                &["GFC-06", workload.source, "SED-16"],
            )),
            (None, donor) => found.push(Reason::new(
                format!(
                    "it keeps state, which one node at a time may own; {:?} clusters it already",
                    donor.as_deref().unwrap_or_default()
                ),
                &["GFC-06", "SED-16"],
            )),
        }
        let takes = self
            .service
            .workload
            .map(|w| (format!("in {:.0} to {:.0} s", w.online_s.0, w.online_s.1), w.source));
        let (takes, source) = takes.unwrap_or_else(|| ("within a minute".to_owned(), "MTX-13"));
        found.push(Reason::new(
            format!("the group sees the application itself, not the host alone, and brings it back {takes}"),
            &["GFC-07", source],
        ));
        let nodes = count_text(u64::from(group.vms), "node", "nodes");
        let as_in = |word: &str| {
            group.donor.as_ref().map_or(String::new(), |donor| format!("{word}{donor:?} has it"))
        };
        let (nodes, facts): (String, &[&str]) = if group.vms != 2 {
            (format!("{nodes}{}", as_in(", as ")), &["GFC-01"])
        } else if group.witness_mended {
            (
                format!(
                    "{nodes}, and a witness for the third vote, which {:?} lacks",
                    group.donor.as_deref().unwrap_or_default()
                ),
                &["GFC-01", "GFC-35", "HYP-11"],
            )
        } else if group.votes {
            (format!("{nodes} are usual, and a witness has the third vote"), &["GFC-01", "GFC-35"])
        } else {
            (format!("{nodes} are usual"), &["GFC-01"])
        };
        found.push(Reason::new(
            format!("{nodes}; they start on different hosts"),
            &[facts, &["GFC-05", "SED-17"]].concat(),
        ));
    }

    fn balanced(&self, group: &Group, found: &mut Vec<Reason>) {
        found.push(Reason::new(
            "it keeps no state: all members serve, and the others take over the clients of a dead one",
            &["NLB-17", "SED-12"],
        ));
        let members = count_text(u64::from(group.vms), "member", "members");
        let carries = if group.needed == 1 {
            "one carries the demand".to_owned()
        } else {
            format!("{} carry the demand", group.needed)
        };
        let what = if group.needed > MEMBERS_MAX && group.vms < MEMBERS_MAX {
            format!(
                "{members}, as many as there are hosts or room, although even {MEMBERS_MAX}, the most that a group has, do \
                 not carry the demand"
            )
        } else if group.needed > MEMBERS_MAX {
            format!("{members}, the most that a group has, although even they do not carry the demand")
        } else if group.vms < group.needed {
            format!("{members}, as many as there are hosts, although {carries}")
        } else if group.vms == group.needed {
            format!("{members}: {carries}, and for one more there is no room")
        } else {
            format!("{members}: {carries} when one is lost")
        };
        found.push(Reason::new(format!("{what}; they start on different hosts"), &["MTX-14", "NLB-01"]));
    }

    fn profile(&self, group: &Group) -> Reason {
        let Some(profile) = group.profile else {
            let what = format!(
                "detection and what follows as {:?} has them; a profile would say how",
                group.donor.as_deref().unwrap_or_default()
            );
            let fact = if group.layer == GuestLayer::Failover { "GFC-13" } else { "NLB-06" };
            return Reason::new(what, &[fact]);
        };
        let why = match (&group.donor, profile.word) {
            (Some(donor), _) => format!("as {donor:?} has it"),
            (None, "haproxy") => {
                "nothing says what balances it, and its application can fail, which this one sees".to_owned()
            }
            (None, "ms-nlb") => {
                "nothing says what balances it, and nothing fails in its guests that heartbeats miss"
                    .to_owned()
            }
            (None, _) if is_of_2008(self.spec) => {
                "nothing says which; that of the years of the host cluster".to_owned()
            }
            (None, _) => "nothing says which; the latest of Windows".to_owned(),
        };
        Reason::new(format!("{}: {why}", profile.word), profile_facts(profile.word))
    }

    fn host_cluster(&self, found: &mut Vec<Reason>) {
        match self.draft.guest.as_ref().map(|group| group.layer) {
            Ok(GuestLayer::Failover) => found.push(Reason::new(
                "below it the host cluster restarts a lost node elsewhere: the other is alone for minutes, not until the \
                 host is repaired",
                &["GFC-32", "GFC-33", "MTX-15"],
            )),
            Ok(GuestLayer::Balanced) => found.push(Reason::new(
                "below it the host cluster restarts a lost member elsewhere: its share of the room is back in minutes",
                &["MTX-16"],
            )),
            Err(_) => found.push(Reason::new(
                "when its host dies, another one starts it again, cold, within minutes",
                &["MTX-12", "SED-07"],
            )),
        }
        if self.ground.mirrored {
            found.push(Reason::new(
                "its disks have a second copy, which the cluster can start it from when the first is lost",
                &["SED-06", "HYP-53"],
            ));
        }
    }

    /// What else there is, and why not.
    pub(super) fn rejected(&self) -> Vec<(&'static str, Reason)> {
        let (none, guest) = (self.draft.no_host_cluster(), &self.draft.guest);
        let mut found = Vec::new();
        if none.is_none() || guest.is_ok() {
            let what = "down from a crash of its host until the repair, and nobody looks at the application";
            found.push(("nothing", Reason::new(what, &["MTX-11", "MTX-75"])));
        }
        if let (Ok(()), Ok(group)) = (&self.draft.host_cluster, guest) {
            found.push(("host cluster alone", self.cold(group.layer)));
        }
        if let Some(obstacle) = &none {
            let below = self.draft.host_cluster.is_ok();
            found.push((if below { "host cluster below it" } else { "host cluster" }, obstacle.why.clone()));
        }
        let (own, other, why) = match self.service.role {
            Role::Stateful => (
                "guest failover",
                "NLB",
                Reason::new(
                    "balanced members share no state: for stateless or read-only services",
                    &["NLB-17", "SED-12"],
                ),
            ),
            Role::Stateless => (
                "NLB",
                "guest failover",
                Reason::new(
                    "one node would serve and the others wait, with nothing that only one may own",
                    &["GFC-06", "SED-16"],
                ),
            ),
        };
        match (&none, guest) {
            (_, Err(obstacle)) => found.push((own, obstacle.why.clone())),
            (None, Ok(group)) if group.layer == GuestLayer::Failover => found.push((
                "guest failover alone",
                Reason::new(
                    "a lost node is away until its host is repaired; one fault more takes it down",
                    &["GFC-33"],
                ),
            )),
            (None, Ok(_)) => found.push((
                "NLB alone",
                Reason::new(
                    "a lost member is away until its host is repaired, and its room with it",
                    &["MTX-14"],
                ),
            )),
            (Some(_), Ok(_)) => {}
        }
        found.push((other, why));
        found
    }

    /// Why a restart by the host cluster is not enough.
    fn cold(&self, layer: GuestLayer) -> Reason {
        let loses = matches!(
            self.service.workload.map(|workload| workload.word),
            Some("exchange" | "sql-failover-instance" | "sql-availability-group" | "message-queue")
        );
        match layer {
            GuestLayer::Failover if loses => Reason::new(
                "a cold restart takes minutes, from what the disks held at the crash, and an application that hangs is not seen",
                &["MTX-12", "MTX-75", "SED-14"],
            ),
            _ => Reason::new(
                "a cold restart takes minutes, and an application that fails in its guest is not seen",
                &["MTX-12", "MTX-75"],
            ),
        }
    }

    /// What would have to change for something better.
    pub(super) fn changes(&self) -> Vec<Reason> {
        let mut found = Vec::new();
        if let Err(obstacle) = &self.draft.guest {
            found.push(obstacle.change.clone());
        }
        if let Some(obstacle) = self.draft.no_host_cluster() {
            found.push(obstacle.change);
        }
        let Ok(group) = &self.draft.guest else {
            found.extend(self.one_storage().map(|storage| {
                let what = format!(
                    "storage {:?} can fail, and whatever is restarted waits for it: a second copy of it, or a copy on each \
                     node of a group, would not",
                    storage.name
                );
                Reason::new(what, &["MTX-50", "MTX-55", "MTX-57"])
            }));
            return found;
        };
        for breach in &group.lacks {
            found.push(Reason::new(format!("{}: {}", breach.what, breach.remedy), &[]));
        }
        found.extend(Self::larger(group));
        let fails = self.service.app_crash.is_some() || self.service.app_hang.is_some();
        if group.layer == GuestLayer::Balanced && fails && !group.aware {
            let what = "a balancer that asks the application, such as haproxy, would take a dead service out; this one \
                        sends it clients until a person acts";
            found.push(Reason::new(what, &["NLB-14", "NLB-19"]));
        }
        if let Some(storage) = self.one_storage() {
            let (all, facts): (_, &[&str]) = match group.layer {
                GuestLayer::Failover => ("nodes", &["MTX-54", "MTX-55"]),
                GuestLayer::Balanced => ("members", &["MTX-56"]),
            };
            let cure = match group.layer {
                GuestLayer::Failover => "a copy on each node, on disks of its own, would not go with it",
                GuestLayer::Balanced => "members with disks of their own would not go with it",
            };
            let what = format!(
                "all {all} are on storage {:?}, and its outage takes them together: {cure}",
                storage.name
            );
            found.push(Reason::new(what, facts));
        }
        found
    }

    /// What would carry the demand of a balanced group that does not, or not when a member is lost.
    fn larger(group: &Group) -> Option<Reason> {
        if group.layer == GuestLayer::Balanced && group.needed >= MEMBERS_MAX {
            let lost = if group.needed == MEMBERS_MAX { " when one is lost" } else { "" };
            let what = format!(
                "members with more `capacity` each, or several services with a part of the demand each, would carry it{lost}: \
                 a group has no more than {MEMBERS_MAX} members"
            );
            return Some(Reason::new(what, &["NLB-01", "MTX-14"]));
        }
        (group.vms < group.wanted).then(|| {
            let what = format!(
                "with hosts and room for {} the demand would be carried when one is lost",
                count_text(u64::from(group.wanted), "member", "members")
            );
            Reason::new(what, &["MTX-14"])
        })
    }

    /// A storage that can fail and has no second copy, that all of the service's VMs are on.
    fn one_storage(&self) -> Option<&Storage> {
        let mut disks = self.service.vm.storages().take(self.draft.vms() as usize);
        let storage = disks.next().filter(|_| disks.next().is_none())?;
        let storage = &self.spec.storages[storage];
        let fails = storage.outage.is_some() && storage.mirror.is_none() && storage.kind != StorageKind::Das;
        fails.then_some(storage)
    }
}
