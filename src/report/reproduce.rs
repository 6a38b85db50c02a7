//! The command that gives a result again.

use super::clean;
use super::result::RunResult;

/// `ninefold run FILE` with everything that was laid over the file, ready for a shell. Options come last and in
/// one order, as they were applied, so that the same overrides give the same bytes.
#[must_use]
pub(super) fn command(result: &RunResult) -> String {
    let mut set: &[String] = &result.overrides;
    let mut options = Vec::new();
    for (option, key) in [
        ("--precision", "run.precision="),
        ("--seed", "run.seed="),
        ("--horizon", "run.horizon="),
        ("--replications", "run.replications="),
    ] {
        if let Some((last, rest)) = set.split_last()
            && let Some(value) = last.strip_prefix(key)
        {
            options.push(format!(" {option} {}", quoted(value)));
            set = rest;
        }
    }
    let mut command = "ninefold run FILE".to_owned();
    for text in set {
        command.push_str(&format!(" --set {}", quoted(text)));
    }
    command.extend(options.into_iter().rev());
    for strategy in &result.selection {
        command.push_str(&format!(" --strategy {}", quoted(strategy)));
    }
    command
}

/// The command that runs a scenario again with the same overrides and the same seed.
#[must_use]
pub(super) fn replay(file: &str, overrides: &[String], seed: u64) -> String {
    let others = overrides.iter().filter(|text| !text.starts_with("run.seed="));
    format!("ninefold run {}{} --seed {seed}", named(file), sets(others))
}

/// The command that tells one of its replications line by line.
#[must_use]
pub(super) fn trace(file: &str, overrides: &[String], strategy: &str, replication: u32) -> String {
    let (file, sets, strategy) = (named(file), sets(overrides), optional("--strategy", strategy));
    format!("ninefold trace {file}{sets} {strategy} --replication {replication}")
}

/// Overrides as they are typed.
fn sets<'a>(overrides: impl IntoIterator<Item = &'a String>) -> String {
    overrides.into_iter().map(|text| format!(" {}", optional("--set", text))).collect()
}

/// An option with its value, which may begin with a dash.
fn optional(option: &str, value: &str) -> String {
    if value.starts_with('-') {
        quoted(&format!("{option}={value}"))
    } else {
        format!("{option} {}", quoted(value))
    }
}

/// A file, which may be called like an option.
fn named(file: &str) -> String {
    if file.starts_with('-') && file != "-" { quoted(&format!("./{file}")) } else { quoted(file) }
}

/// A word for a POSIX shell; one with control characters for those that know `$'…'`, so that it stays on one line.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/=,:@%+-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.chars().any(clean::is_invisible) {
        let mut text = String::from("$'");
        for c in word.chars() {
            match c {
                '\'' | '\\' => text.extend(['\\', c]),
                c if c.is_ascii_control() => text.push_str(&format!("\\x{:02x}", u32::from(c))),
                // What cannot be seen, or turns what can be seen around, byte by byte.
                c if clean::is_invisible(c) => {
                    c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| text.push_str(&format!("\\x{b:02x}")));
                }
                c => text.push(c),
            }
        }
        return text + "'";
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_typed() {
        assert_eq!(quoted("host.esx.count=30"), "host.esx.count=30");
        assert_eq!(quoted("2 y"), "'2 y'");
        assert_eq!(quoted("a=\"$(rm -rf)\""), "'a=\"$(rm -rf)\"'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("a\nb'"), r"$'a\x0ab\''");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a\u{202e}b"), r"$'a\xe2\x80\xaeb'");
    }

    #[test]
    fn what_failed_is_seen_again() {
        let set = ["host.h.count=3".to_owned(), "run.seed=9".to_owned()];
        assert_eq!(replay("a b.toml", &set, 9), "ninefold run 'a b.toml' --set host.h.count=3 --seed 9");
        assert_eq!(
            trace("-x.toml", &set, "-s", 4),
            "ninefold trace ./-x.toml --set host.h.count=3 --set run.seed=9 --strategy=-s --replication 4"
        );
    }
}
