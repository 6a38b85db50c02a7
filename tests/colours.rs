//! Colours are for terminals: of `check`, `run` and `test`, on each stream by itself, on a terminal that `script` makes and in pipes.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// One warning (W103), two gates: one is kept, one is not.
const SCENARIO: &str = r#"
schema = 1
title = "Two hosts"
run = { replications = 20, horizon = "90 d" }
host.h = { count = 2, cores = 8, memory = "64 GiB", crash = { mttf = "20 d", mttr = "4 h" } }
service.db = { vm = { cores = 2, memory = "8 GiB" } }
strategy.none = { protect = [], nodes = 3 }
[[gate]]
check = "downtime <= 8000 h/y"
[[gate]]
check = "downtime <= 1 s/y"
"#;

/// What is typed, and a piece of what it says, on stdout or on stderr.
const COMMANDS: [(&str, &str); 5] = [
    ("check wrong.toml", "error[E007]"),
    ("check a.toml", "warning[W103]"),
    ("run a.toml --quiet --out o", "warning[W103]"),
    ("test a.toml --quiet", "✗"),
    ("test a.toml --quiet --json -", "✗"),
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), SCENARIO).unwrap();
    fs::write(folder.path().join("wrong.toml"), SCENARIO.replace("cores = 8", "coers = 8")).unwrap();
    folder
}

/// Both streams, one after the other, of a command line for a shell.
fn told(folder: &Path, line: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(line[0]);
    command.args(&line[1..]).current_dir(folder).stdin(Stdio::null()).env("TERM", "xterm-256color");
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(variable);
    }
    let output = command.envs(variables.iter().copied()).output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// In a pipe.
fn piped(folder: &Path, arguments: &str, variables: &[(&str, &str)]) -> String {
    told(folder, &["sh", "-c", &format!("{} {arguments}", env!("CARGO_BIN_EXE_ninefold"))], variables)
}

/// On a terminal; none where there is no `script` to make one.
fn on_terminal(folder: &Path, arguments: &str, variables: &[(&str, &str)]) -> Option<String> {
    Command::new("script").arg("--version").output().ok().filter(|output| output.status.success())?;
    let typed = format!("{} {arguments}", env!("CARGO_BIN_EXE_ninefold"));
    Some(told(folder, &["script", "-qec", &typed, "/dev/null"], variables))
}

/// Escape sequences that set colours: `ESC [ … m`.
fn colours(text: &str) -> usize {
    text.split('\u{1b}').skip(1).filter(|part| part.starts_with('[') && part.contains('m')).count()
}

/// The text without them, as lines of a file.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for (place, part) in text.split('\u{1b}').enumerate() {
        let rest = if place > 0 { part.split_once('m').map_or("", |(_, rest)| rest) } else { part };
        plain.push_str(rest);
    }
    plain.replace("\r\n", "\n")
}

#[test]
fn a_pipe_has_none_unless_somebody_forces_them() {
    let folder = folder();
    for (arguments, says) in COMMANDS {
        let bare = piped(folder.path(), arguments, &[]);
        assert!(bare.contains(says), "{arguments}: {bare}");
        assert!(!bare.contains('\u{1b}'), "{arguments}: {bare}");
        let forced = piped(folder.path(), arguments, &[("CLICOLOR_FORCE", "1")]);
        assert!(colours(&forced) >= 2, "{arguments}: {forced}");
        assert_eq!(plain(&forced), bare, "{arguments}: the same text");
        let both = piped(folder.path(), arguments, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]);
        assert_eq!(both, bare, "{arguments}: who wants none gets none");
    }
}

#[test]
fn a_terminal_has_them_unless_somebody_wants_none() {
    let folder = folder();
    for (arguments, says) in COMMANDS {
        let Some(coloured) = on_terminal(folder.path(), arguments, &[]) else {
            println!("skipped: there is no `script` to make a terminal");
            return;
        };
        let bare = piped(folder.path(), arguments, &[]);
        assert!(colours(&coloured) >= 2, "{arguments}: {coloured}");
        assert!(plain(&coloured).contains(says), "{arguments}: {coloured}");
        for (variable, value) in [("NO_COLOR", "1"), ("CLICOLOR", "0"), ("TERM", "dumb")] {
            let none = on_terminal(folder.path(), arguments, &[(variable, value)]).unwrap();
            assert!(none.contains(says) && !none.contains('\u{1b}'), "{arguments} {variable}: {none}");
        }
        // A variable that is there and empty says nothing.
        let empty = on_terminal(folder.path(), arguments, &[("NO_COLOR", "")]).unwrap();
        assert_eq!(colours(&empty), colours(&coloured), "{arguments}");
        assert_eq!(bare.lines().count(), plain(&coloured).lines().count(), "{arguments}: the same text");
    }
}

/// Each stream is asked for itself: what goes into a file is plain, although the other one is on a terminal.
#[test]
fn a_file_beside_a_terminal_has_none() {
    let folder = folder();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    for (arguments, says) in COMMANDS {
        let is_data = says == "✗" && !arguments.contains("--json");
        let (to_file, other) = if is_data { (">told", "2>told") } else { ("2>told", ">told") };
        let Some(shown) = on_terminal(folder.path(), &format!("{arguments} {to_file}"), &[]) else { return };
        assert!(
            read("told").contains(says) && !read("told").contains('\u{1b}'),
            "{arguments}: {}",
            read("told")
        );
        // `test` has its warnings beside its lines.
        assert!(is_data || colours(&shown) == 0, "{arguments}: {shown}");
        let shown = on_terminal(folder.path(), &format!("{arguments} {other}"), &[]).unwrap();
        assert!(colours(&shown) >= 2 && plain(&shown).contains(says), "{arguments}: {shown}");
        assert!(!read("told").contains('\u{1b}'), "{arguments}: {}", read("told"));
    }
}

/// Progress on a terminal moves the cursor, which is no colour, and ends without a trace of one.
#[test]
fn progress_is_not_coloured() {
    let folder = folder();
    let Some(shown) = on_terminal(folder.path(), "run a.toml --out o", &[("NO_COLOR", "1")]) else { return };
    assert!(shown.contains("wrote o:"), "{shown}");
    let sequences = shown.split("\u{1b}[").skip(1);
    let ends = sequences.filter_map(|part| part.chars().find(char::is_ascii_alphabetic));
    assert!(ends.clone().all(|end| end != 'm'), "{shown:?}");
}
