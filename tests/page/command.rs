//! `ninefold run --html` and `ninefold report`, as the program that people start.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::made::SMALL;

fn ninefold(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ninefold")).current_dir(folder).args(arguments).output().unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), SMALL).unwrap();
    folder
}

fn run(folder: &Path, more: &[&str]) -> Output {
    let arguments = [&["run", "a.toml", "--quiet", "--replications", "40"], more].concat();
    let output = ninefold(folder, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

#[test]
fn the_page_is_the_same_with_any_number_of_threads_and_written_later() {
    let folder = folder();
    run(folder.path(), &["--html", "--threads", "1", "--out", "one"]);
    run(folder.path(), &["--html", "--threads", "2", "--out", "two"]);
    run(folder.path(), &["--threads", "2", "--out", "later"]);
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let page = read("one/report.html");
    assert!(page.starts_with(b"<!DOCTYPE html>") && page.ends_with(b"\n"));
    assert!(page == read("two/report.html"), "threads show");
    assert!(read("one/replays.json") == read("two/replays.json"));
    assert!(!folder.path().join("later/report.html").exists(), "nobody asked for it");
    for result in ["later", "later/result.json"] {
        let report = ninefold(folder.path(), &["report", result]);
        assert_eq!(report.status.code(), Some(0), "{}", String::from_utf8_lossy(&report.stderr));
        assert!(report.stdout.is_empty() && String::from_utf8_lossy(&report.stderr).contains("report.html"));
        assert!(page == read("later/report.html"), "a page that is written later is another");
        fs::remove_file(folder.path().join("later/report.html")).unwrap();
    }
    ninefold(folder.path(), &["report", "later", "--out", "elsewhere/deep"]);
    assert!(page == read("elsewhere/deep/report.html"));
    // No path, host or time is in it.
    let text = String::from_utf8(page).unwrap();
    assert!(!text.contains(&*folder.path().to_string_lossy()) && !text.contains("a.toml"));
}

#[test]
fn a_page_that_lies_there_is_not_left_to_tell_of_another_run() {
    let folder = folder();
    run(folder.path(), &["--html", "--out", "o"]);
    let page = || fs::read_to_string(folder.path().join("o/report.html")).unwrap();
    let before = page();
    run(folder.path(), &["--seed", "9", "--out", "o"]);
    assert_ne!(before, page());
    assert!(page().contains("--seed 9"));
}

#[test]
fn replays_of_another_run_are_not_mixed_in() {
    let folder = folder();
    run(folder.path(), &["--out", "o"]);
    run(folder.path(), &["--seed", "9", "--out", "other"]);
    fs::copy(folder.path().join("other/replays.json"), folder.path().join("o/replays.json")).unwrap();
    let report = ninefold(folder.path(), &["report", "o"]);
    assert_eq!(report.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&report.stderr).contains("of another run"));
    assert!(fs::read_to_string(folder.path().join("o/report.html")).unwrap().contains("has no replays"));
}

#[test]
fn few_replications_are_played_again_only_for_a_page() {
    let folder = folder();
    let few = ["run", "a.toml", "--quiet", "--replications", "3"];
    ninefold(folder.path(), &[&few[..], &["--out", "plain"]].concat());
    ninefold(folder.path(), &[&few[..], &["--out", "page", "--html"]].concat());
    assert!(!folder.path().join("plain/replays.json").exists());
    assert!(folder.path().join("page/replays.json").exists());
    // Without them there is still a page.
    let report = ninefold(folder.path(), &["report", "plain"]);
    assert_eq!(report.status.code(), Some(0));
    assert!(folder.path().join("plain/report.html").exists());
}

#[test]
fn what_is_no_result_is_the_user_s_mistake() {
    let folder = folder();
    run(folder.path(), &["--out", "o"]);
    let code = |arguments: &[&str]| {
        let output = ninefold(folder.path(), arguments);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(code(&["report"]).0, Some(2));
    assert_eq!(code(&["report", "a.toml"]).0, Some(2));
    let (missing, told) = code(&["report", "nowhere"]);
    assert!(missing == Some(1) && told.contains("give a result.json or its folder"), "{told}");
    fs::write(folder.path().join("o/replays.json"), "{ \"schema\": ").unwrap();
    let (broken, told) = code(&["report", "o"]);
    assert!(
        broken == Some(2) && told.contains("replays.json") && told.contains("run the scenario again"),
        "{told}"
    );
    assert!(!folder.path().join("o/report.html").exists(), "nothing half written");
}
