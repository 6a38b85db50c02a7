//! Every command has examples, and every example does what it says.

use std::path::Path;
use std::process::{Command, Stdio};

use ninefold::scenario::profiles::Product;
use ninefold::scenario::starter::{Kind, starter};

use super::{at, output, text};

/// The commands of the program, as its own help lists them.
fn commands() -> Vec<String> {
    let help = output(Path::new("."), &["--help"]);
    let all = text(&help.stdout);
    let (_, list) = all.split_once("Commands:\n").unwrap();
    let names =
        list.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    let names: Vec<String> = names.filter(|name| *name != "help").map(str::to_owned).collect();
    assert!(names.len() >= 15, "{names:?}");
    names
}

/// The lines of a command's help that are to be typed.
fn examples(command: &str) -> Vec<String> {
    let help = output(Path::new("."), &[command, "--help"]);
    let all = text(&help.stdout);
    let lines =
        all.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| line.starts_with("ninefold "));
    lines.map(str::to_owned).collect()
}

/// Commands in commands.
const NESTED: [&str; 3] = ["import-rvtools", "import-proxmox", "faults-fit"];

/// What is read as Rust in the source is read as it stands in the help.
#[test]
fn no_help_escapes_its_quotes() {
    for command in commands() {
        let help = output(Path::new("."), &[&command, "--help"]);
        assert!(!text(&help.stdout).contains("\\\""), "{command}: {}", text(&help.stdout));
    }
    let help = output(Path::new("."), &["test", "--help"]);
    let words = text(&help.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("e.g. run.horizon='5 y' (repeatable)"), "{words}");
}

/// A folder and all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, entry) = entry.map(|entry| (entry.path(), entry)).unwrap();
        let to = to.join(entry.file_name());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, to).unwrap();
        }
    }
}

/// A folder with the scenarios in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&at("scenarios"), &folder.path().join("scenarios"));
    // A folder of scenarios with gates, as a pipeline has one.
    let gate = "\n[[gate]]\ncheck = \"downtime <= 1000 h/y\"\n";
    let policy = starter(Kind::TwoHosts, Product::find("vsphere-8").unwrap(), "mail.toml") + gate;
    std::fs::create_dir(folder.path().join("policies")).unwrap();
    std::fs::write(folder.path().join("policies/mail.toml"), policy).unwrap();
    folder
}

#[cfg(unix)]
#[test]
fn every_example_of_every_help_runs() {
    let folder = folder();
    let program = Path::new(env!("CARGO_BIN_EXE_ninefold")).parent().unwrap();
    let path = std::env::join_paths(
        [program.to_path_buf()]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )
    .unwrap();
    for command in commands() {
        let examples = examples(&command);
        assert!(!examples.is_empty(), "{command} --help has no example; add one to src/cli/help.rs");
        for example in examples {
            let mut shell = Command::new("sh");
            shell.args(["-c", &example]).current_dir(folder.path()).env("PATH", &path).stdin(Stdio::null());
            let output = shell.output().unwrap();
            // An example that is meant to fail says so.
            let expected =
                example.split_once("# exit ").and_then(|(_, code)| code.trim().parse().ok()).unwrap_or(0);
            assert_eq!(output.status.code(), Some(expected), "{example}\n{}", text(&output.stderr));
        }
    }
}

/// A shell reads what is printed for it, and finds every command and option in it.
#[test]
fn completions_are_scripts_that_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = output(folder.path(), &["completions", shell]);
        assert_eq!(script.status.code(), Some(0), "{shell}: {}", text(&script.stderr));
        for word in commands().iter().map(String::as_str).chain(["replications", "set-b"]) {
            assert!(text(&script.stdout).contains(word), "{shell} does not complete {word}");
        }
        let file = folder.path().join(shell);
        std::fs::write(&file, &script.stdout).unwrap();
        // Where the shell is there, it must be able to read it.
        if let Ok(read) = Command::new(shell).arg("-n").arg(&file).output() {
            assert!(read.status.success() || shell == "elvish", "{shell}: {}", text(&read.stderr));
        }
    }
    assert_eq!(output(folder.path(), &["completions", "tcsh"]).status.code(), Some(2));
}

/// `man` has nothing to say against the pages, and there is one for every command.
#[test]
fn there_is_a_page_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let one = output(folder.path(), &["man"]);
    let all = output(folder.path(), &["man", "--out", "pages"]);
    assert_eq!((one.status.code(), all.status.code()), (Some(0), Some(0)), "{}", text(&all.stderr));
    let pages = folder.path().join("pages");
    assert_eq!(std::fs::read(pages.join("ninefold.1")).unwrap(), one.stdout);
    let mut names = commands();
    assert_eq!(std::fs::read_dir(&pages).unwrap().count(), names.len() + 1 + NESTED.len());
    for name in NESTED {
        // The page of the command that it is in leads there.
        let (outer, inner) = name.split_once('-').unwrap();
        let page = std::fs::read_to_string(pages.join(format!("ninefold-{outer}.1"))).unwrap();
        assert!(page.contains(&format!("ninefold\\-{outer}\\-{inner}")), "{page}");
    }
    names.extend(NESTED.map(str::to_owned));
    let has_man = Command::new("man").arg("--version").output().is_ok_and(|output| output.status.success());
    for name in names.iter().map(|name| format!("ninefold-{name}")).chain(["ninefold".to_owned()]) {
        let file = pages.join(format!("{name}.1"));
        let page = std::fs::read_to_string(&file).unwrap();
        let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        assert!(
            page.contains(&format!(".TH {name} 1"))
                && sections.starts_with(&["NAME", "SYNOPSIS", "DESCRIPTION"]),
            "{page}"
        );
        let is_nested = NESTED.iter().any(|nested| name.ends_with(nested));
        assert!(name == "ninefold" || is_nested || page.contains("Examples:"), "{page}");
        if has_man {
            let mut man = Command::new("man");
            man.args(["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"]).arg(&file).env("MANWIDTH", "100");
            let shown = man.stdin(Stdio::null()).output().unwrap();
            // A system without the macros has a man that shows nothing.
            if shown.status.success() {
                assert!(shown.stderr.is_empty(), "{name}: {}", text(&shown.stderr));
            }
        }
    }
}
