//! What a layer inside the guests goes by under one strategy: profile, settings and plain laws put together.

use crate::engine::{Law, Span};

use super::fixed::defaults as d;
use super::plans::{ProtectionSettings, TakeoverSetting};
use super::profiles::{GuestProfile, Preset};
use super::spec::{FaultSpec, Service, SettingValue};

/// Nothing, as a law.
pub(super) const NOTHING: Law = Law::Constant { value_s: 0.0 };

/// A failover group.
#[derive(Clone, Debug, PartialEq)]
pub struct FailoverPlan {
    /// Of a node that does not beat, an application that is gone, and one that does not answer: until it is seen, and
    /// until it is certain (s).
    pub detection: [(Law, Law); 3],
    pub takeover: TakeoverPlan,
    /// The chance that a takeover comes off, and what it takes a person where it does not (s).
    pub coverage: f64,
    pub manual_recovery: Law,
    /// Restarts where it is, and the window in which they count.
    pub in_place: Option<(u32, Span)>,
    /// Unplanned moves, the window in which they count, and the time until the group is tried again (s).
    pub limit: Option<(u32, Span, Law)>,
    /// From the return of the first node until the group goes back (s).
    pub failback: Option<Law>,
    /// Who may own the group, where its profile counts votes.
    pub votes: Option<VotesPlan>,
    /// Whether a profile says how applications are watched.
    pub watches: bool,
}

/// The votes of a failover group.
#[derive(Clone, Debug, PartialEq)]
pub struct VotesPlan {
    pub dynamic: bool,
    pub witness: Option<WitnessPlan>,
}

/// The witness of a failover group.
#[derive(Clone, Debug, PartialEq)]
pub struct WitnessPlan {
    /// Index of the storage that a disk lies on; absent: a share or a cloud, or one that nodes always reach.
    pub storage: Option<usize>,
    /// Whether it is a disk, which may be said without saying where.
    pub is_disk: bool,
    /// Whether it is reached over the network.
    pub network: bool,
    /// Index of the site that it stands at.
    pub site: Option<usize>,
    pub outage: Option<FaultSpec>,
}

/// What bringing a group online costs (s).
#[derive(Clone, Debug, PartialEq)]
pub struct TakeoverPlan {
    pub offline: Law,
    pub disk: Law,
    pub address: Law,
    /// Absent: as the service says.
    pub start: Option<Law>,
    pub recover: Option<Law>,
    /// Whether a scenario writes any of it.
    pub written: bool,
}

impl TakeoverPlan {
    /// The same for a service: what nobody has written is as its workload says.
    #[must_use]
    pub fn of(self, service: &Service) -> TakeoverPlan {
        match service.workload.filter(|_| !self.written) {
            Some(workload) => whole(workload.takeover(), false),
            None => self,
        }
    }
}

/// The settings of one service, laid over those of its strategy, laid over a profile.
pub(super) struct Laid<'a> {
    pub own: &'a ProtectionSettings,
    pub base: &'a ProtectionSettings,
    pub profile: Option<&'static GuestProfile>,
}

impl<'a> Laid<'a> {
    pub(super) fn new(own: &'a ProtectionSettings, base: &'a ProtectionSettings) -> Laid<'a> {
        let profile = own.profile.or(base.profile);
        // A profile is of one layer.
        let layer = own.protect.or(base.protect).unwrap_or_default().guest;
        Laid { own, base, profile: profile.filter(|profile| Some(profile.layer) == layer) }
    }

    /// A setting of the profile; `None` where it has none of that key.
    pub(super) fn value(&self, key: &str) -> Option<SettingValue> {
        let setting = self.profile?.settings().find(|setting| setting.key == key)?;
        let written = self.own.values.get(key).or_else(|| self.base.values.get(key));
        Some(written.cloned().unwrap_or_else(|| setting.default.value(0)))
    }

    /// The default of a profile for a key that is no setting of profiles alone.
    pub(super) fn preset(&self, key: &str) -> Option<Preset> {
        self.profile?.settings().find(|setting| setting.key == key).map(|setting| setting.default)
    }

    pub(super) fn law(&self, key: &str) -> Option<Law> {
        match self.value(key)? {
            SettingValue::Law(law) => Some(law),
            _ => None,
        }
    }

    fn seconds(&self, key: &str) -> f64 {
        self.law(key).map_or(0.0, |law| law.sample(0.5).as_secs_f64())
    }

    fn count(&self, key: &str) -> u32 {
        match self.value(key) {
            Some(SettingValue::Count(count)) => count,
            _ => 0,
        }
    }

    pub(super) fn word(&self, key: &str) -> Option<&'static str> {
        match self.value(key)? {
            SettingValue::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The plan of a failover group of so many nodes.
    pub(super) fn failover(&self, nodes: u32) -> FailoverPlan {
        let plain = self.own.detection.clone().or_else(|| self.base.detection.clone());
        let detection = match (plain, self.profile) {
            (Some(law), _) => std::array::from_fn(|_| (law.clone(), NOTHING)),
            (None, None) => {
                let law = Law::Constant { value_s: d::DETECTION_FAILOVER.value };
                std::array::from_fn(|_| (law.clone(), NOTHING))
            }
            (None, Some(_)) => self.watched(),
        };
        let profiled = self.profile.is_some();
        let restarts = self.word("app_failure") == Some("restart-first");
        let unlimited = |count: u32| if count == 0 { u32::MAX } else { count };
        let moves = match self.count("failover_threshold") {
            0 => nodes.saturating_sub(1).max(1),
            moves => moves,
        };
        FailoverPlan {
            detection,
            takeover: self.takeover(),
            coverage: self.own.coverage.or(self.base.coverage).unwrap_or(1.0),
            manual_recovery: self
                .own
                .manual_recovery
                .clone()
                .or_else(|| self.base.manual_recovery.clone())
                .unwrap_or(Law::Constant { value_s: d::MANUAL_RECOVERY.value }),
            in_place: restarts.then(|| {
                (
                    unlimited(self.count("restarts_in_place")),
                    Span::from_secs_f64(self.seconds("restart_window")),
                )
            }),
            limit: profiled.then(|| {
                let window = Span::from_secs_f64(self.seconds("failover_window"));
                (moves, window, self.law("retry_failed").unwrap_or(NOTHING))
            }),
            votes: self.votes(nodes),
            watches: profiled,
            failback: self.own.failback.clone().or_else(|| self.base.failback.clone()),
        }
    }

    fn votes(&self, nodes: u32) -> Option<VotesPlan> {
        let word = self.word("witness")?;
        // Pacemaker's two_node: whoever fences the other goes on.
        if word == "none" && nodes == 2 && self.profile.is_some_and(|profile| profile.word == "pacemaker") {
            return None;
        }
        let storage = self.own.witness_storage.or(self.base.witness_storage);
        let site = self.own.witness_site.or(self.base.witness_site);
        let outage = self.own.witness_outage.clone().or_else(|| self.base.witness_outage.clone());
        let witness = match word {
            "none" => None,
            "auto" if !nodes.is_multiple_of(2) => None,
            "auto" if storage.is_some() => {
                Some(WitnessPlan { storage, is_disk: true, network: false, site: None, outage })
            }
            "auto" => {
                Some(WitnessPlan { storage: None, is_disk: false, network: site.is_some(), site, outage })
            }
            "disk" => Some(WitnessPlan { storage, is_disk: true, network: false, site: None, outage }),
            _ => Some(WitnessPlan { storage: None, is_disk: false, network: true, site, outage }),
        };
        Some(VotesPlan { dynamic: self.word("dynamic_quorum") == Some("on"), witness })
    }

    /// By heartbeats and polls. The last beat, and the last look, were some time ago (GFC-16).
    fn watched(&self) -> [(Law, Law); 3] {
        let interval = self.seconds("heartbeat_interval");
        let missed = f64::from(self.count("heartbeat_threshold")).max(1.0) * interval;
        const TICK_S: f64 = 1e-6;
        let since_last = |period_s: f64, whole_s: f64| {
            if period_s <= TICK_S {
                Law::Constant { value_s: whole_s }
            } else {
                Law::Uniform { min_s: whole_s - period_s + TICK_S, max_s: whole_s }
            }
        };
        let poll = |key: &str| since_last(self.seconds(key), self.seconds(key));
        [
            (since_last(interval, missed), self.law("regroup").unwrap_or(NOTHING)),
            (poll("looks_alive"), NOTHING),
            (poll("is_alive"), self.law("check_timeout").unwrap_or(NOTHING)),
        ]
    }

    fn takeover(&self) -> TakeoverPlan {
        let written = self.own.takeover.as_ref().or(self.base.takeover.as_ref());
        let or_profile =
            |law: &Option<Law>, key: &str| law.clone().or_else(|| self.law(key)).unwrap_or(NOTHING);
        match written {
            Some(TakeoverSetting::Whole(law)) => whole(law.clone(), true),
            Some(TakeoverSetting::Parts { offline, disk, address, start, recover }) => TakeoverPlan {
                offline: or_profile(offline, "offline"),
                disk: or_profile(disk, "disk_move"),
                address: or_profile(address, "address"),
                start: start.clone(),
                recover: recover.clone(),
                written: true,
            },
            None if self.profile.is_none() => whole(Law::Constant { value_s: d::TAKEOVER.value }, false),
            None => TakeoverPlan {
                offline: or_profile(&None, "offline"),
                disk: or_profile(&None, "disk_move"),
                address: or_profile(&None, "address"),
                start: None,
                recover: None,
                written: false,
            },
        }
    }
}

fn whole(law: Law, written: bool) -> TakeoverPlan {
    let nothing = Some(NOTHING);
    TakeoverPlan {
        offline: NOTHING,
        disk: law,
        address: NOTHING,
        start: nothing.clone(),
        recover: nothing,
        written,
    }
}
