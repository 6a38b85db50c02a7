//! Settings of the layer inside the guests that nothing uses.

use crate::scenario::code;
use crate::scenario::fields::Reader;
use crate::scenario::spec::{ProtectionSettings, SettingValue, Spec, Strategy};
use crate::scenario::text::join;

/// What an explicit `detection` takes the place of.
pub(super) const WATCHED: [&str; 6] =
    ["heartbeat_interval", "heartbeat_threshold", "regroup", "looks_alive", "is_alive", "check_timeout"];

impl Reader {
    /// Settings of a profile that the layer inside the guests has not.
    pub(super) fn guest_settings(&mut self, spec: &Spec, strategy: &Strategy) {
        let base = join("strategy", &strategy.name);
        let owns = strategy
            .services
            .iter()
            .map(|(service, own)| (join(&join(&base, "service"), &spec.services[*service].name), own));
        for (path, own) in std::iter::once((base.clone(), &strategy.base)).chain(owns) {
            let profile = own.profile.or(strategy.base.profile);
            for key in own.values.keys() {
                if profile.is_some_and(|profile| profile.settings().any(|setting| setting.key == *key)) {
                    continue;
                }
                let what = match profile {
                    Some(profile) => format!("{} has no setting {key}", profile.word),
                    None => format!("{key} is a setting of profiles, and there is none"),
                };
                let mark = own.marks.get(key).copied().unwrap_or(own.mark);
                let remedy = "leave it out, or name the profile that has it; `ninefold profiles` lists them";
                self.sink.push(code::NO_EFFECT, mark, join(&path, key), what, remedy);
            }
            // What a strategy says for all may be meant for the service that says the rest.
            let is_base = path == base;
            if is_base
                && strategy.services.iter().any(|(_, own)| own.profile.is_some() || !own.values.is_empty())
            {
                continue;
            }
            let sure = own.coverage.or(strategy.base.coverage).unwrap_or(1.0) >= 1.0;
            let person = (own.manual_recovery.is_some() && sure)
                .then_some(("manual_recovery", "every failover comes off; write coverage as well"));
            for (key, why) in idle(own, &strategy.base).into_iter().chain(person) {
                let mark = own.marks.get(key).copied().unwrap_or(own.mark);
                let what = format!("{key} has no effect: {why}");
                self.sink.push(code::NO_EFFECT, mark, join(&path, key), what, "leave it out");
            }
        }
    }
}

/// Keys that are written and that what else is written makes idle, each with the reason.
fn idle(own: &ProtectionSettings, base: &ProtectionSettings) -> Vec<(&'static str, &'static str)> {
    let Some(profile) = own.profile.or(base.profile) else {
        let witness = [
            ("witness_storage", own.witness_storage.is_some()),
            ("witness_site", own.witness_site.is_some()),
            ("witness_outage", own.witness_outage.is_some()),
        ];
        let written = witness.into_iter().filter(|(_, written)| *written);
        return written.map(|(key, _)| (key, "plain laws count no votes; name a profile")).collect();
    };
    let word = own.values.get("witness").or_else(|| base.values.get("witness")).cloned().or_else(|| {
        let setting = profile.settings().find(|setting| setting.key == "witness")?;
        Some(setting.default.value(0))
    });
    let word = match word {
        Some(SettingValue::Word(word)) => word,
        _ => "none",
    };
    let mut found = Vec::new();
    if own.witness_storage.is_some() && !matches!(word, "disk" | "auto") {
        found.push(("witness_storage", "the witness is no disk"));
    }
    if own.witness_site.is_some() && !matches!(word, "share" | "cloud" | "auto") {
        found.push(("witness_site", "the witness is no share and no cloud"));
    }
    if own.witness_outage.is_some() && word == "none" {
        found.push(("witness_outage", "there is no witness"));
    }
    if own.detection.is_some() || base.detection.is_some() {
        let written = WATCHED.into_iter().filter(|key| own.values.contains_key(key));
        found.extend(written.map(|key| (key, "detection takes its place")));
    }
    found
}
