//! The command that gives a result again.

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

/// A word for a POSIX shell; one with control characters for those that know `$'…'`, so that it stays on one line.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/=,:@%+-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.chars().any(char::is_control) {
        let mut text = String::from("$'");
        for c in word.chars() {
            match c {
                '\'' | '\\' => text.extend(['\\', c]),
                c if c.is_ascii_control() => text.push_str(&format!("\\x{:02x}", u32::from(c))),
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
    }
}
