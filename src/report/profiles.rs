//! The products for `profiles`: as a table, and one as TOML to paste and change.

use std::fmt::Write as _;

use crate::scenario::product_limits;
use crate::scenario::profiles::{Family, PROFILES, Preset, Product, Profile};

/// Every product with its settings, their defaults and sources.
#[must_use]
pub fn profiles() -> String {
    let mut out = String::new();
    for profile in PROFILES {
        let _ = writeln!(out, "{}\n  {}", profile.word, profile.about);
        let width = profile.settings().map(|setting| setting.key.len()).max().unwrap_or(0);
        for setting in profile.settings() {
            let _ = writeln!(
                out,
                "    {:width$}  {:16}  {} ({})",
                setting.key,
                setting.default.to_string(),
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
            Preset::Hosts => {
                let _ = writeln!(
                    out,
                    "# {} is {} # {}: {}",
                    setting.key, setting.default, setting.source, setting.meaning
                );
                continue;
            }
        };
        let _ = writeln!(out, "{} = {value} # {}: {}", setting.key, setting.source, setting.meaning);
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
