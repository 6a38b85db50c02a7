//! The products for `profiles`: as a table, and one as TOML to paste and change.

use std::fmt::Write as _;

use crate::model::GuestLayer;
use crate::scenario::product_limits;
use crate::scenario::profiles::{
    Family, GUEST_PROFILES, GuestProfile, PROFILES, Preset, Product, Profile, Setting,
};

/// Every product with its settings, their defaults and sources.
#[must_use]
pub fn profiles() -> String {
    let mut out = String::from("`product` of a cluster: what clusters hosts.\n\n");
    for profile in PROFILES {
        list(&mut out, (profile.word, profile.about), profile.settings().collect(), limits(profile));
    }
    out.push_str("`profile` of a strategy, or of one of its services: what runs inside guests.\n\n");
    for profile in GUEST_PROFILES {
        list(&mut out, (profile.word, profile.about), profile.settings().collect(), Vec::new());
    }
    out.push_str("`ninefold profiles NAME` prints one as TOML to paste and change.\n");
    out
}

fn list(out: &mut String, (word, about): (&str, &str), settings: Vec<&Setting>, limits: Vec<(String, &str)>) {
    let _ = writeln!(out, "{word}\n  {about}");
    let width = settings.iter().map(|setting| setting.key.len()).max().unwrap_or(0);
    for setting in settings {
        let from = setting.follows.map_or(String::new(), |follows| format!("; {}", follows.rule));
        let (key, text) = (setting.key, setting.text());
        let _ = writeln!(out, "    {key:width$}  {text:16}  {} ({}{from})", setting.meaning, setting.source);
    }
    for (what, source) in limits {
        let _ = writeln!(out, "    {:width$}  {what} ({source})", "limits");
    }
    out.push('\n');
}

/// One product inside guests as the table of a strategy.
#[must_use]
pub fn guest_profile(profile: &GuestProfile) -> String {
    let (protect, count) = match profile.layer {
        GuestLayer::Failover => ("guest-failover", "nodes = 2"),
        GuestLayer::Balanced => ("nlb", "members = 2"),
    };
    let mut out = format!(
        "# {}\n[strategy.NAME]\nprotect = [\"{protect}\"]\nprofile = \"{}\"\n{count}\n",
        profile.about, profile.word
    );
    profile.settings().for_each(|setting| line(&mut out, setting));
    out
}

/// One product as the table of a cluster.
#[must_use]
pub fn profile(profile: &Profile) -> String {
    let mut out =
        format!("# {}\n[cluster.NAME]\nproduct = \"{}\"\nhosts = [\"NAME\"]\n", profile.about, profile.word);
    profile.settings().for_each(|setting| line(&mut out, setting));
    let limits: Vec<String> =
        limits(profile).iter().map(|(what, source)| format!("{what} ({source})")).collect();
    if !limits.is_empty() {
        let _ = writeln!(out, "limits = \"enforce\" # {}", limits.join("; "));
    }
    if profile.family == Family::Custom {
        out.push_str("detection = \"30 s\" # from the crash to the first restart order\n");
    }
    out
}

/// A setting with its default, as a line of TOML.
fn line(out: &mut String, setting: &Setting) {
    let value = match setting.default {
        Preset::Fixed(_) | Preset::Constant(_) => format!("\"{}\"", setting.default),
        Preset::Between(min_s, max_s) => format!(
            "{{ law = \"uniform\", min = \"{}\", max = \"{}\" }}",
            Preset::Constant(min_s),
            Preset::Constant(max_s)
        ),
        Preset::Count(count) => count.to_string(),
        Preset::Word { word, .. } => quoted(word),
        // It follows the number of hosts as long as it is left out.
        Preset::HostsAnd(_) => {
            let _ = writeln!(
                out,
                "# {} is {} # {}: {}; 0: {}",
                setting.key,
                setting.default,
                setting.source,
                setting.meaning,
                setting.zero()
            );
            return;
        }
    };
    let Setting { key, source, meaning, .. } = setting;
    let also = match setting.default {
        Preset::Count(_) => format!("; 0: {}", setting.zero()),
        Preset::Word { word, accepted } => {
            let others: Vec<String> =
                accepted.iter().filter(|other| **other != word).map(|other| quoted(other)).collect();
            format!("; or {}", others.join(", "))
        }
        _ => String::new(),
    };
    let _ = match &setting.follows {
        // As long as it is left out.
        Some(follows) => writeln!(out, "# {key} = {value} # {source}: {meaning}; {}", follows.rule),
        None => writeln!(out, "{key} = {value} # {source}: {meaning}{also}"),
    };
}

fn limits(profile: &Profile) -> Vec<(String, &'static str)> {
    Product::find(profile.word).map_or_else(Vec::new, |product| product_limits::of(product).lines())
}

/// A word as TOML takes it: what is either so or not is no text.
fn quoted(word: &str) -> String {
    match word {
        "true" | "false" => word.to_owned(),
        _ => format!("\"{word}\""),
    }
}
