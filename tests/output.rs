//! Where bytes go: through links, into devices and pipes, and past terminals and logs without doing anything to them.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SCENARIO: &str = r#"schema = 1
title = "Two hosts"
[run]
replications = 20
horizon = "90 d"
[host.h]
count = 2
cores = 8
memory = "64 GiB"
crash = { mttf = "20 d", mttr = "4 h" }
[service.db]
vm = { cores = 2, memory = "8 GiB" }
[strategy.none]
protect = []
[[gate]]
check = "downtime <= 8000 h/y"
"#;

/// A folder that holds the scenario.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.toml"), SCENARIO).expect("a scenario");
    folder
}

fn ninefold(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

fn output(folder: &Path, arguments: &[&str]) -> Output {
    ninefold(folder, arguments).output().expect("the program starts")
}

/// What it says where it comes to its end.
fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = output(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout).to_owned() + text(&output.stderr)
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn example(name: &str) -> String {
    format!("{}/scenarios/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Every command that takes the name of a file to write follows a link to it, and leaves the link.
#[test]
fn a_link_is_followed() {
    let (history, export) = (example("failures.csv"), example("proxmox.json"));
    for (name, arguments) in [
        ("m.md", &["test", "a.toml", "--markdown", "m.md"][..]),
        ("j.xml", &["test", "a.toml", "--junit", "j.xml", "--json", "other.json"]),
        ("s.toml", &["init", "s.toml", "--force"]),
        ("i.toml", &["import", "proxmox", &export, "--force", "-o", "i.toml"]),
        ("q.svg", &["faults", "fit", &history, "--kind", "host", "--chart", "q.svg"]),
    ] {
        let folder = folder();
        let (link, kept) = (folder.path().join(name), folder.path().join("kept"));
        fs::create_dir(&kept).expect("made");
        symlink(Path::new("kept").join(name), &link).expect("linked");
        // Once to where nothing is yet, once to what is there.
        for round in 0..2 {
            done(folder.path(), arguments);
            assert!(link.is_symlink(), "{name}, round {round}: a file took the place of the link");
            let written = fs::read_to_string(kept.join(name)).expect("written");
            assert!(written.len() > 20, "{name}: {written}");
            assert_eq!(fs::read_dir(&kept).expect("there").count(), 1, "{name}: something is left behind");
            fs::write(kept.join(name), "old").expect("written");
        }
    }
    // The results of a run as well.
    let folder = folder();
    fs::create_dir(folder.path().join("o")).expect("made");
    symlink("../result.json", folder.path().join("o/result.json")).expect("linked");
    done(folder.path(), &["run", "a.toml", "--out", "o"]);
    assert!(folder.path().join("o/result.json").is_symlink());
    assert!(
        fs::read_to_string(folder.path().join("result.json")).expect("written").contains("\"schema\": 1")
    );
}

#[test]
fn a_pipe_is_written_to() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().is_ok_and(|made| made.success()));
    let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).spawn().expect("a reader");
    let test = output(folder.path(), &["test", "a.toml", "--junit", "pipe"]);
    assert_eq!(test.status.code(), Some(0), "{}", text(&test.stderr));
    assert!(fs::metadata(&pipe).expect("there").file_type().is_fifo(), "a file took the place of the pipe");
    let read = reader.wait_with_output().expect("it ends");
    assert!(text(&read.stdout).starts_with("<?xml"), "{}", text(&read.stdout));
}

/// Links of our own: a program that replaced them would replace those in `/dev`.
#[test]
fn standard_output_can_be_named() {
    let folder = folder();
    let link = folder.path().join("stdout");
    symlink("/dev/stdout", &link).expect("linked");
    let arguments = ["test", "a.toml", "--junit", "stdout"];
    let is_all = |told: &str| {
        assert!(
            told.contains("a.toml\n") && told.contains("<?xml") && told.ends_with("1 passed\n"),
            "{told}"
        );
        assert!(link.is_symlink());
    };
    is_all(&done(folder.path(), &arguments));
    // A file that stdout is redirected to keeps what was printed before, and gets what comes after.
    let to = folder.path().join("all.txt");
    let file = fs::File::create(&to).expect("made");
    let status = ninefold(folder.path(), &arguments).stdout(file).status().expect("the program starts");
    assert_eq!(status.code(), Some(0));
    is_all(&fs::read_to_string(&to).expect("written"));
    // Nothing is there to be overwritten, and no schema is put into a folder of devices.
    let made = done(folder.path(), &["init", "stdout"]);
    assert!(made.contains("schema = 1") && !folder.path().join("ninefold.schema.json").exists(), "{made}");
}

#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_written_the_message_says_what_to_do() {
    let folder = folder();
    symlink("/dev/full", folder.path().join("full")).expect("linked");
    let full = output(folder.path(), &["test", "a.toml", "--junit", "full"]);
    let told = text(&full.stderr);
    assert_eq!(full.status.code(), Some(1), "{told}");
    assert!(
        told.contains("cannot write full: ") && told.contains("make room there, or name another place"),
        "{told}"
    );
    assert!(folder.path().join("full").is_symlink());
    // Names of temporary files tell nobody anything.
    let refused = output(folder.path(), &["test", "a.toml", "--junit", "/proc/gates.xml"]);
    let told = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(told.contains("cannot write into /proc: ") && !told.contains(".tmp"), "{told}");
    let folder_in_place = output(folder.path(), &["init", "--force", ".."]);
    assert_eq!(folder_in_place.status.code(), Some(2), "{}", text(&folder_in_place.stderr));
}

#[test]
fn two_reports_need_two_files() {
    let folder = folder();
    symlink("a.out", folder.path().join("link")).expect("linked");
    for second in ["a.out", "./a.out", "link"] {
        let test = output(folder.path(), &["test", "a.toml", "--junit", "a.out", "--markdown", second]);
        let told = text(&test.stderr);
        assert_eq!(test.status.code(), Some(2), "{second}: {told}");
        assert!(told.contains("--junit and --markdown name the same file"), "{told}");
        assert!(!folder.path().join("a.out").exists() && test.stdout.is_empty(), "nothing is simulated");
    }
    // All mistakes at once.
    let test = output(folder.path(), &["test", "a.toml", "--junit", "-", "--markdown", "x", "--json", "x"]);
    let told = text(&test.stderr);
    assert!(told.contains("--junit -: ") && told.contains("--markdown and --json name"), "{told}");
    // A device takes everything.
    for name in ["n1", "n2"] {
        symlink("/dev/null", folder.path().join(name)).expect("linked");
    }
    done(folder.path(), &["test", "a.toml", "--junit", "n1", "--markdown", "n2"]);
}

/// Nothing that moves the cursor, turns the line around, cannot be seen, or is a command to whoever reads the log.
fn assert_harmless(told: &str) {
    let invisible = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{200b}\u{feff}".contains(c);
    assert!(!told.chars().any(invisible), "{told:?}");
    let is_command = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
    assert!(!told.lines().any(is_command), "{told}");
}

/// A file may be called anything but for a slash.
#[test]
fn names_of_files_do_nothing_to_a_terminal_or_a_log() {
    let folder = folder();
    let name = "e\u{1b}[2J\n::error::\u{202e}##[group]\u{200b}";
    let file = format!("{name}.toml");
    fs::write(folder.path().join(&file), SCENARIO).expect("written");
    fs::write(folder.path().join("bad.toml"), "schema = 9\n").expect("written");
    fs::rename(folder.path().join("bad.toml"), folder.path().join(format!("bad{file}"))).expect("renamed");
    fs::write(folder.path().join(format!("{name}.json")), "{}").expect("written");
    fs::create_dir(folder.path().join(format!("d{name}"))).expect("made");
    let results = format!("results/{name}");
    for arguments in [
        &["run", &file][..],
        &["chart", &results],
        &["report", &results],
        &["sweep", &file, "--set", "host.h.count=2..3"],
        &["check", &file, &format!("bad{file}")],
        &["check", &format!("bad{file}")],
        &["run", &format!("bad{file}")],
        &["run", &format!("no{file}")],
        &["run", &format!("d{name}")],
        &["test", &file, "--junit", &format!("d{name}")],
        &["test", &format!("d{name}")],
        &["chart", &format!("{name}.json")],
        &["run", &file, "--strategy", name],
        &["run", &file, "--baseline", &results],
        &["init", &format!("i{file}")],
        &["man", "--out", &format!("m{name}")],
    ] {
        let output = output(folder.path(), arguments);
        assert!(output.status.code().is_some_and(|code| code < 3), "{arguments:?}: {}", text(&output.stderr));
        let told = text(&output.stdout).to_owned() + text(&output.stderr);
        assert!(told.contains("error::") || arguments[0] == "check", "{arguments:?}: {told}");
        assert_harmless(&told);
    }
}

/// What somebody else has called things is shown, and no more.
#[test]
fn names_and_titles_in_a_scenario_do_nothing_to_a_terminal_or_a_log() {
    let folder = folder();
    let name = "db ::w\u{202e}\u{200b}\u{feff} ##[x]";
    for title in ["::error::all is lost \u{202e}", "  ::error::x", "##[error]x"] {
        let long = format!("{title}{}", "t".repeat(10_000));
        let scenario = SCENARIO
            .replace("\"Two hosts\"", &format!("\"{long}\""))
            .replace("service.db", &format!("service.\"{name}\""))
            .replace("strategy.none", &format!("strategy.\"::{name}\""));
        fs::write(folder.path().join("b.toml"), scenario).expect("written");
        for command in ["check", "run", "advise", "trace", "test", "verify"] {
            let output = output(folder.path(), &[command, "b.toml"]);
            let told = text(&output.stdout);
            assert!(told.contains("\\u{3a}:w"), "{command}: {told}{}", text(&output.stderr));
            assert_harmless(told);
            assert!(!told.contains(&"t".repeat(200)), "{command}: the title is shown whole");
        }
    }
}

/// What is wrong, and what to give instead.
#[test]
fn neither_a_folder_nor_a_disk_image_is_a_scenario() {
    let folder = folder();
    let image = fs::File::create(folder.path().join("disk.img")).expect("made");
    image.set_len(76 << 20).expect("sparse");
    let check = output(folder.path(), &["check", "disk.img"]);
    assert_eq!(check.status.code(), Some(2));
    assert!(text(&check.stderr).contains("the text has more than 64 MiB"), "{}", text(&check.stderr));
    let inner: PathBuf = folder.path().join("policies");
    fs::create_dir(&inner).expect("made");
    let told = |arguments: &[&str]| {
        let output = output(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(1));
        text(&output.stderr).to_owned()
    };
    let empty = told(&["run", "policies"]);
    assert!(
        empty.contains("policies: it is a folder, and a file is expected: give the path of a scenario"),
        "{empty}"
    );
    for name in ["b.toml", "a.toml", "c.txt"] {
        fs::write(inner.join(name), SCENARIO).expect("written");
    }
    let full = told(&["run", "policies"]);
    assert!(full.contains("give a scenario in it, such as policies/a.toml\n"), "{full}");
}
