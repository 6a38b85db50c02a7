//! The products for `profiles`: as a table, and one as TOML to paste and change.

use std::fmt::Write as _;

use crate::scenario::product_limits;
use crate::scenario::profiles::{Family, PROFILES, Preset, Product, Profile, Setting};

/// Every product with its settings, their defaults and sources.
#[must_use]
pub fn profiles() -> String {
    let mut out = String::new();
    for profile in PROFILES {
        let _ = writeln!(out, "{}\n  {}", profile.word, profile.about);
        let width = profile.settings().map(|setting| setting.key.len()).max().unwrap_or(0);
        for setting in profile.settings() {
            let from = setting.follows.map_or(String::new(), |follows| format!("; {}", follows.rule));
            let _ = writeln!(
                out,
                "    {:width$}  {:16}  {} ({}{from})",
                setting.key,
                setting.text(),
                setting.meaning,
                setting.source
            );
        }
        for (what, source) in limits(profile) {
            let _ = writeln!(out, "    {:width$}  {what} ({source})", "limits");
        }
        out.push('\n');
    }
    out.push_str("`ninefold profiles NAME` prints one as TOML to paste and change.\n");
    out
}

/// One product as the table of a cluster.
#[must_use]
pub fn profile(profile: &Profile) -> String {
    let mut out =
        format!("# {}\n[cluster.NAME]\nproduct = \"{}\"\nhosts = [\"NAME\"]\n", profile.about, profile.word);
    for setting in profile.settings() {
        let value = match setting.default {
            Preset::Fixed(_) | Preset::Constant(_) => format!("\"{}\"", setting.default),
            Preset::Between(min_s, max_s) => format!(
                "{{ law = \"uniform\", min = \"{}\", max = \"{}\" }}",
                Preset::Constant(min_s),
                Preset::Constant(max_s)
            ),
            Preset::Count(count) => count.to_string(),
            Preset::Word { word, .. } => format!("\"{word}\""),
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
                continue;
            }
        };
        let Setting { key, source, meaning, .. } = setting;
        let also = match setting.default {
            Preset::Count(_) => format!("; 0: {}", setting.zero()),
            Preset::Word { word, accepted } => {
                let others: Vec<String> = accepted
                    .iter()
                    .filter(|other| **other != word)
                    .map(|other| format!("\"{other}\""))
                    .collect();
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

fn limits(profile: &Profile) -> Vec<(String, &'static str)> {
    Product::find(profile.word).map_or_else(Vec::new, |product| product_limits::of(product).lines())
}
