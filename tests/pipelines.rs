//! The pipelines in `contrib/ci` are there to be pasted: they are YAML of the right shape, and the commands in them work as they
//! are typed, against a repository with a scenario in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_yaml_ng::Value;

const SCENARIO: &str = r#"schema = 1
title = "Two hosts"
run = { replications = 60 }
host.h = { count = 2, cores = 8, memory = "64 GiB", crash = { mttf = "20 d", mttr = "4 h" } }
service.db = { vm = { cores = 2, memory = "8 GiB" } }
strategy.none = { protect = [] }
[[gate]]
check = "downtime <= 400 h/y"
"#;

fn content(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("it is there")
}

fn yaml(path: &str) -> Value {
    serde_yaml_ng::from_str(&content(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A repository with a scenario, cloned from another whose branch `main` has the same one.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Repository {
        let repository = Repository { folder: tempfile::tempdir().expect("a folder") };
        let origin = repository.folder.path().join("origin");
        fs::create_dir_all(origin.join("policies")).expect("made");
        fs::write(origin.join("policies/mail.toml"), SCENARIO).expect("written");
        let git = "git init -q -b main . && git add -A && git -c user.name=t -c user.email=t@example.com commit -qm first";
        repository.must(&origin, git);
        repository.must(repository.folder.path(), "git clone -q origin work && mkdir temp");
        repository
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// As a runner does it: a shell that ends at the first command that fails, with the program on its path.
    fn run(&self, folder: &Path, script: &str) -> Output {
        let program = Path::new(env!("CARGO_BIN_EXE_ninefold")).parent().expect("a folder");
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(folder)
            .env("PATH", path)
            .env("RUNNER_TEMP", self.folder.path().join("temp"))
            .env("GITHUB_BASE_REF", "main")
            .env("GITHUB_STEP_SUMMARY", self.folder.path().join("temp/summary.md"));
        bash.output().expect("a shell")
    }

    fn must(&self, folder: &Path, script: &str) -> String {
        let output = self.run(folder, script);
        assert!(output.status.success(), "{script}\n{}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }
}

/// Scripts of a list, but for the one that installs the program, which is on the path already.
fn scripts(all: impl Iterator<Item = String>) -> Vec<String> {
    let (install, rest): (Vec<String>, Vec<String>) =
        all.partition(|script| script.starts_with("cargo install"));
    assert_eq!(install, ["cargo install --locked --git \"$NINEFOLD_SOURCE\" ninefold"]);
    rest
}

#[test]
fn the_workflow_of_github_works_as_it_stands() {
    let workflow = yaml("contrib/ci/github.yml");
    assert!(
        workflow["on"]["push"]["branches"].is_sequence() && workflow["permissions"]["contents"] == "read"
    );
    let steps = workflow["jobs"]["gates"]["steps"].as_sequence().expect("steps");
    assert!(steps.iter().all(|step| step["uses"].is_string() || step["run"].is_string()));
    let runs = steps.iter().filter_map(|step| step["run"].as_str()).map(str::to_owned);
    let scripts = scripts(runs);
    assert_eq!(scripts.len(), 3);
    let repository = Repository::new();
    for script in &scripts {
        repository.must(&repository.work(), script);
    }
    assert!(repository.work().join("gates.xml").exists());
    let summary = fs::read_to_string(repository.folder.path().join("temp/summary.md")).expect("a summary");
    assert!(summary.contains("1 gate: 1 passed"), "{summary}");

    // A change that makes it worse, in a clone of its own: the gate holds all the same, and the comparison fails.
    let repository = Repository::new();
    let worse = SCENARIO.replace("mttr = \"4 h\"", "mttr = \"12 h\"");
    fs::write(repository.work().join("policies/mail.toml"), &worse).expect("written");
    fs::write(repository.work().join("policies/new.toml"), &worse).expect("written");
    repository.must(&repository.work(), &scripts[1]);
    let compared = repository.run(&repository.work(), &scripts[2]);
    assert_eq!(compared.status.code(), Some(3), "{}{}", text(&compared.stdout), text(&compared.stderr));
    assert!(text(&compared.stdout).contains("✗ db under none: worse"), "{}", text(&compared.stdout));

    // And one that breaks a promise.
    fs::write(repository.work().join("policies/mail.toml"), SCENARIO.replace("400 h/y", "400 s/y"))
        .expect("written");
    let gates = repository.run(&repository.work(), &scripts[1]);
    assert_eq!(gates.status.code(), Some(3));
    assert!(
        text(&gates.stdout).contains("::error file=policies/mail.toml,line=8,col=9,"),
        "{}",
        text(&gates.stdout)
    );
}

#[test]
fn the_pipeline_of_gitlab_works_as_it_stands() {
    let pipeline = yaml("contrib/ci/gitlab.yml");
    let job = &pipeline["availability"];
    let lines =
        job["script"].as_sequence().expect("a script").iter().filter_map(Value::as_str).map(str::to_owned);
    let repository = Repository::new();
    for script in scripts(lines) {
        repository.must(&repository.work(), &script);
    }
    let report = job["artifacts"]["reports"]["junit"].as_str().expect("a report");
    let written = fs::read_to_string(repository.work().join(report)).expect("written");
    assert!(roxmltree::Document::parse(&written).is_ok());
    for path in job["artifacts"]["paths"].as_sequence().expect("paths") {
        assert!(repository.work().join(path.as_str().expect("a path")).exists(), "{path:?}");
    }
    assert_eq!(job["allow_failure"]["exit_codes"][0], 4);
}

#[test]
fn the_hook_checks_the_files_that_it_is_given() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hook = &hooks[0];
    for key in ["id", "name", "description", "entry", "language", "files"] {
        assert!(hook[key].is_string(), "{key}");
    }
    let config = yaml("contrib/ci/pre-commit-config.yaml");
    assert_eq!(config["repos"][0]["hooks"][0]["id"], hook["id"]);
    let entry = hook["entry"].as_str().expect("an entry");
    let repository = Repository::new();
    fs::write(repository.work().join("policies/b.toml"), SCENARIO).expect("written");
    let told = repository.must(&repository.work(), &format!("{entry} policies/mail.toml policies/b.toml"));
    assert_eq!(told, "policies/mail.toml: sound\npolicies/b.toml: sound\n");
    fs::write(repository.work().join("policies/b.toml"), SCENARIO.replace("downtime <=", "downtme <="))
        .expect("written");
    let wrong = repository.run(&repository.work(), &format!("{entry} policies/mail.toml policies/b.toml"));
    assert_eq!(wrong.status.code(), Some(2), "{}", text(&wrong.stdout));
    assert!(text(&wrong.stderr).contains("policies/b.toml:8:9"), "{}", text(&wrong.stderr));
}
