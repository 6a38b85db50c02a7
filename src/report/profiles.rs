//! The products for `profiles`: as a table, and one as TOML to paste and change.

use std::fmt::Write as _;

use crate::scenario::profiles::{Duration, PROFILES, Profile};

/// Every product with its settings, their defaults and sources.
#[must_use]
pub fn profiles() -> String {
    let mut out = String::new();
    for profile in PROFILES {
        let _ = writeln!(out, "{}\n  {}", profile.word, profile.about);
        let width = keys(profile).map(str::len).max().unwrap_or(0);
        for n in profile.numbers {
            let _ = writeln!(
                out,
                "    {:width$}  {:14}  {} ({})",
                n.key,
                n.default.to_string(),
                n.meaning,
                n.source
            );
        }
        for c in profile.choices {
            let _ = writeln!(out, "    {:width$}  {:14}  {} ({})", c.key, c.default, c.meaning, c.source);
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
    for n in profile.numbers {
        let value = match n.default {
            Duration::Fixed(_) | Duration::Constant(_) => format!("\"{}\"", n.default),
            Duration::Between(min_s, max_s) => format!(
                "{{ law = \"uniform\", min = \"{}\", max = \"{}\" }}",
                Duration::Constant(min_s),
                Duration::Constant(max_s)
            ),
        };
        let _ = writeln!(out, "{} = {value} # {}: {}", n.key, n.source, n.meaning);
    }
    for c in profile.choices {
        let _ = writeln!(out, "{} = \"{}\" # {}: {}", c.key, c.default, c.source, c.meaning);
    }
    if profile.numbers.is_empty() {
        out.push_str("detection = \"30 s\" # from the crash to the first restart order\n");
    }
    out
}

fn keys(profile: &Profile) -> impl Iterator<Item = &'static str> {
    profile.numbers.iter().map(|n| n.key).chain(profile.choices.iter().map(|c| c.key))
}
