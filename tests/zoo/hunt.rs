//! The hunt: one build, then every killer awake and asleep.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::bugs::Bug;
use crate::plant::{SWITCH, write_tree};
use crate::root;

/// A bug that never ends is killed as well.
const LIMIT: Duration = Duration::from_secs(120);
const ALSO_READ: [&str; 4] = ["NINEFOLD_LONG", "NINEFOLD_BLESS", "NINEFOLD_SEED", "NINEFOLD_SEEDS"];

/// What became of a test.
enum End {
    Passed,
    Failed,
    TimedOut,
}

struct Zoo {
    folder: PathBuf,
    /// The program of each target's tests.
    programs: BTreeMap<String, PathBuf>,
}

/// Plants all bugs, and gives the names of those that the test that claims to kill them lets live. Only bugs with
/// `wanted` in their names are woken.
pub(crate) fn hunt(bugs: &[Bug], wanted: &str) -> Vec<String> {
    let folder = root().join("target/zoo");
    write_tree(bugs, &folder.join("tree"));
    let chosen: Vec<&Bug> = bugs.iter().filter(|bug| bug.name.contains(wanted)).collect();
    let targets: BTreeSet<&str> = chosen.iter().map(|bug| bug.target.as_str()).collect();
    let start = Instant::now();
    let zoo = Zoo { programs: build(&folder, &targets), folder };
    println!("built in {:.0} s; {} bugs", start.elapsed().as_secs_f64(), chosen.len());
    let mut asleep = BTreeSet::new();
    for bug in &chosen {
        if asleep.insert((&bug.target, &bug.test)) {
            let (end, said) = zoo.run(bug, None);
            let ran = said.contains("test result: ok. 1 passed");
            assert!(
                matches!(end, End::Passed) && ran,
                "{} {} with all bugs asleep:\n{said}",
                bug.target,
                bug.test
            );
        }
    }
    println!("{} tests pass with all of them asleep, {:.0} s", asleep.len(), start.elapsed().as_secs_f64());
    let mut survivors = Vec::new();
    for bug in chosen {
        let start = Instant::now();
        let (end, said) = zoo.run(bug, Some(&bug.name));
        let told = match end {
            End::Failed if said.contains(&bug.says) => "killed",
            End::TimedOut => "killed by the time limit",
            End::Failed => "SURVIVES: it fails, but does not say what it should",
            End::Passed => "SURVIVES",
        };
        if told.starts_with("SURVIVES") {
            survivors.push(bug.name.clone());
        }
        let (name, seconds) = (&bug.name, start.elapsed().as_secs_f64());
        println!("{name:<50} {told}, {seconds:>5.1} s, {} {} {}", bug.target, bug.test, bug.says);
    }
    survivors
}

/// Builds the tests of these targets, and says where their programs are.
fn build(folder: &Path, targets: &BTreeSet<&str>) -> BTreeMap<String, PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--no-run", "--locked", "--offline", "--message-format=json-render-diagnostics"]);
    for target in targets {
        match *target {
            "lib" => cargo.arg("--lib"),
            other => cargo.args(["--test", other]),
        };
    }
    // A target folder of its own: the tests beside this one use the program in the usual one.
    cargo.current_dir(folder.join("tree")).env("CARGO_TARGET_DIR", folder.join("build"));
    println!("building the zoo in {}: some minutes", folder.display());
    // Bugs leave names behind that nobody uses: what the compiler says is of interest where it fails.
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "the zoo does not build\n{}", String::from_utf8_lossy(&output.stderr));
    let mut programs = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let told: serde_json::Value = serde_json::from_str(line).unwrap();
        if let (Some(program), Some(name)) = (told["executable"].as_str(), told["target"]["name"].as_str()) {
            let is_lib = told["target"]["kind"][0] == "lib";
            let is_test = told["profile"]["test"] == true;
            if is_test {
                programs.insert(if is_lib { "lib".to_owned() } else { name.to_owned() }, program.into());
            }
        }
    }
    programs
}

impl Zoo {
    /// Runs the test of a bug, with a bug awake or none, and gives what it said.
    fn run(&self, bug: &Bug, awake: Option<&str>) -> (End, String) {
        let log = self.folder.join("output").join(format!("{}.txt", awake.unwrap_or("asleep")));
        fs::create_dir_all(log.parent().unwrap()).unwrap();
        let file = File::create(&log).unwrap();
        let mut command = Command::new(&self.programs[&bug.target]);
        command.args(["--exact", &bug.test]).current_dir(self.folder.join("tree"));
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        for name in ALSO_READ {
            command.env_remove(name);
        }
        match awake {
            Some(name) => command.env(SWITCH, name),
            None => command.env_remove(SWITCH),
        };
        let (mut child, start) = (command.spawn().unwrap(), Instant::now());
        let end = loop {
            match child.try_wait().unwrap() {
                Some(status) if status.success() => break End::Passed,
                Some(_) => break End::Failed,
                None if start.elapsed() > LIMIT => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    break End::TimedOut;
                }
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        (end, String::from_utf8_lossy(&fs::read(log).unwrap()).into_owned())
    }
}
