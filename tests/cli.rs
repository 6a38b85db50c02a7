//! The program as users and pipelines meet it: exit codes, streams, files, interruption.

mod program;

use program::{folder, ninefold, output, text};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const SCENARIO: &str = r#"
schema = 1
title = "Two hosts"
[run]
replications = 40
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
[strategy.pair]
protect = ["guest-failover"]
"#;

/// Every file below a folder, by path, with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").display().to_string();
                found.push((name, fs::read(path).expect("a file")));
            }
        }
    }
    found.sort();
    found
}

const FILES: [&str; 14] = [
    "causes.csv",
    "charts/distribution.svg",
    "charts/downtime.svg",
    "charts/survivability.svg",
    "charts/timeline-none.svg",
    "charts/timeline-pair.svg",
    "comparisons.csv",
    "failures.csv",
    "replays.json",
    "replications.csv",
    "result.json",
    "strategies.csv",
    "summary.csv",
    "summary.md",
];

#[test]
fn run_prints_the_comparison_and_writes_every_file() {
    let folder = folder(SCENARIO);
    let run = output(folder.path(), &["run", "a.toml"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    assert!(text(&run.stdout).contains("pair loses least"), "{}", text(&run.stdout));
    assert!(text(&run.stderr).contains("wrote results/a"), "{}", text(&run.stderr));
    let written = files(&folder.path().join("results/a"));
    assert_eq!(written.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), FILES);
    for (name, bytes) in &written {
        assert!(bytes.ends_with(b"\n"), "{name} is complete");
    }
}

#[test]
fn json_on_stdout_is_result_json_and_nothing_else() {
    let folder = folder(SCENARIO);
    let run = output(folder.path(), &["run", "a.toml", "--format", "json", "--quiet", "--out", "o"]);
    assert_eq!(run.stdout, fs::read(folder.path().join("o/result.json")).expect("written"));
    assert!(run.stderr.is_empty(), "{}", text(&run.stderr));
    let result: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    for part in ["downtime_s", "degraded_s", "lost_s", "outages", "availability"] {
        let estimate = &result["strategies"][0]["services"][0][part];
        assert!(
            ["mean", "se", "low", "high"].iter().all(|key| estimate[key].is_number()),
            "{part}: {estimate}"
        );
    }
    // Levels are written as people write them, and a level stretch has no points inside.
    let points =
        result["strategies"][0]["services"][0]["downtime_s"]["quantiles"].as_array().expect("points");
    assert!(points.len() > 20 && points.iter().all(|point| point[0].to_string().len() <= 6), "{points:?}");
    assert!(!points.windows(3).any(|w| w[0][1] == w[1][1] && w[1][1] == w[2][1]), "{points:?}");
}

#[test]
fn files_hold_the_same_bytes_for_any_number_of_threads() {
    let folder = folder(SCENARIO);
    for threads in ["1", "2", "7"] {
        output(folder.path(), &["run", "a.toml", "--quiet", "--threads", threads, "--out", threads]);
    }
    let [one, two, seven] = ["1", "2", "7"].map(|threads| files(&folder.path().join(threads)));
    assert_eq!(one.len(), FILES.len());
    assert!(one == two && two == seven);
}

#[test]
fn chart_redraws_what_run_drew() {
    let folder = folder(SCENARIO);
    output(folder.path(), &["run", "a.toml", "--quiet", "--out", "o"]);
    let chart = output(folder.path(), &["chart", "o/result.json", "--out", "again"]);
    assert_eq!(chart.status.code(), Some(0), "{}", text(&chart.stderr));
    assert_eq!(files(&folder.path().join("o/charts")), files(&folder.path().join("again")));
    fs::write(folder.path().join("cut.json"), "{ \"schema\": 1,").expect("a file");
    assert_eq!(output(folder.path(), &["chart", "cut.json"]).status.code(), Some(2));
}

#[test]
fn a_bad_scenario_exits_2_tells_everything_and_writes_nothing() {
    let bad = SCENARIO.replace("cores = 8", "coers = 8").replace("\"64 GiB\"", "\"64 GiBs\"");
    let folder = folder(&bad);
    for command in ["run", "check", "trace"] {
        let run = output(folder.path(), &[command, "a.toml"]);
        assert_eq!(run.status.code(), Some(2), "{command}");
        assert!(run.stdout.is_empty(), "{command}");
        let told = text(&run.stderr);
        assert!(told.contains("a.toml:9:1: error") && told.contains("did you mean \"cores\""), "{told}");
        assert!(told.contains("a.toml:10:10: error") && told.contains("did you mean \"64 GiB\""), "{told}");
    }
    assert!(!folder.path().join("results").exists());
}

/// In a pipeline's log there are no escapes, unless somebody asks for them.
#[test]
fn colours_are_for_terminals() {
    let folder = folder(&SCENARIO.replace("cores = 8", "coers = 8"));
    let told = |variables: &[(&str, &str)]| {
        let mut check = ninefold(folder.path(), &["check", "a.toml"]);
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            check.env_remove(variable);
        }
        let told = check.envs(variables.iter().copied()).output().expect("the program starts").stderr;
        String::from_utf8(told).expect("UTF-8")
    };
    let plain = told(&[]);
    assert!(
        plain.starts_with("a.toml:9:1: error[E007]: host.h.coers: ") && !plain.contains('\u{1b}'),
        "{plain}"
    );
    let coloured = told(&[("CLICOLOR_FORCE", "1")]);
    assert!(coloured.starts_with("a.toml:9:1: \u{1b}["), "{coloured}");
    let mut without = String::new();
    for part in coloured.split('\u{1b}') {
        without
            .push_str(part.split_once('m').filter(|_| part.starts_with('[')).map_or(part, |(_, rest)| rest));
    }
    assert_eq!(without, plain, "the same text");
    assert_eq!(told(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), plain);
    // On a terminal nobody has to ask; `script` makes one, where it is there.
    let on_terminal = |no_color: bool| {
        let mut script = Command::new("script");
        let program = env!("CARGO_BIN_EXE_ninefold");
        script.args(["-qec", &format!("{program} check a.toml"), "/dev/null"]).current_dir(folder.path());
        script
            .env("TERM", "xterm-256color")
            .env_remove("CLICOLOR")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        if no_color {
            script.env("NO_COLOR", "1");
        }
        script.output().ok().filter(|output| output.status.code() == Some(2)).map(|output| output.stdout)
    };
    if let (Some(coloured), Some(plain)) = (on_terminal(false), on_terminal(true)) {
        assert!(
            text(&coloured).contains("error") && text(&coloured).contains("\u{1b}["),
            "{}",
            text(&coloured)
        );
        assert!(text(&plain).contains("error[E007]") && !text(&plain).contains('\u{1b}'), "{}", text(&plain));
    }
}

#[test]
fn wrong_usage_exits_2() {
    let folder = folder(SCENARIO);
    for wrong in [
        &["run", "a.toml", "--strategy", "nobody"][..],
        &["run", "a.toml", "--replications", "0"],
        &["run", "a.toml", "--replications", "-5"],
        &["run", "a.toml", "--horizon", "-1 y"],
        &["run", "a.toml", "--threads", "0"],
        &["run", "a.toml", "--set", "host.h.count=1000000"],
        &["trace", "a.toml", "--strategy", "nobody"],
        &["fly"],
    ] {
        let run = output(folder.path(), wrong);
        assert_eq!(run.status.code(), Some(2), "{wrong:?}: {}", text(&run.stderr));
        assert!(!run.stderr.is_empty() && !text(&run.stderr).contains("panicked"), "{wrong:?}");
    }
    assert!(!folder.path().join("results").exists());
}

/// What the machine refuses is no mistake in a scenario.
#[test]
fn a_file_that_cannot_be_read_exits_1() {
    let folder = folder(SCENARIO);
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    for command in ["run", "check", "trace", "chart"] {
        for file in ["missing.toml", "empty"] {
            let run = output(folder.path(), &[command, file]);
            assert_eq!(run.status.code(), Some(1), "{command} {file}: {}", text(&run.stderr));
            assert!(text(&run.stderr).contains(&format!("cannot read {file}")), "{}", text(&run.stderr));
        }
    }
}

/// Neither the folder nor those that were made for it.
#[test]
fn a_run_without_a_result_leaves_no_folder() {
    let folder = folder(SCENARIO);
    let long = format!("new/folder/{}", "x".repeat(300));
    let run = output(folder.path(), &["run", "a.toml", "--out", &long]);
    assert_eq!(run.status.code(), Some(1), "{}", text(&run.stderr));
    assert!(!folder.path().join("new").exists());
    // A folder in the place of a file is found out before any file is there.
    fs::create_dir_all(folder.path().join("o/summary.md")).expect("a folder");
    let run = output(folder.path(), &["run", "a.toml", "--out", "o"]);
    assert_eq!(run.status.code(), Some(1), "{}", text(&run.stderr));
    assert!(files(&folder.path().join("o")).is_empty() && !folder.path().join("o/charts").exists());
}

/// The author of a scenario is warned whether or not anybody watches the progress, and so is who reads the result.
#[test]
fn quiet_hides_no_warning() {
    let folder = folder(SCENARIO);
    let odd = SCENARIO.replace("[strategy.pair]", "[strategy.odd]\nprotect = []\nnodes = 3\n[strategy.pair]");
    fs::write(folder.path().join("a.toml"), odd).expect("a scenario");
    for (arguments, lines) in [
        (&["run", "a.toml", "--quiet", "--out", "o"][..], 6),
        (&["trace", "a.toml", "--strategy", "none"], 6),
    ] {
        let run = output(folder.path(), arguments);
        let told = text(&run.stderr);
        assert!(told.contains("warning[W103]: strategy.odd.nodes"), "{arguments:?}: {told}");
        assert_eq!(told.lines().count(), lines, "{told}");
    }
    let read = |name: &str| fs::read_to_string(folder.path().join("o").join(name)).expect("written");
    let result: serde_json::Value = serde_json::from_str(&read("result.json")).expect("JSON");
    assert_eq!(result["warnings"][0]["code"], "W103");
    assert_eq!(result["warnings"][0]["path"], "strategy.odd.nodes");
    assert!(read("summary.md").contains("nodes has no effect"), "{}", read("summary.md"));
}

/// What summary.md tells to type gives the same files, whatever was laid over the scenario.
#[cfg(unix)]
#[test]
fn the_command_to_reproduce_a_run_reproduces_it() {
    let folder = folder(SCENARIO);
    let typed = ["run", "a.toml", "--quiet", "--out", "first", "--horizon", "40 d", "--seed", "7"];
    let overrides =
        ["--set", "title=it's \"$HOME\"", "--set", "host.h.crash.mttf=\"9 d\"", "--strategy", "pair"];
    let run = output(folder.path(), &[&typed[..], &overrides].concat());
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    let page = fs::read_to_string(folder.path().join("first/summary.md")).expect("written");
    let command = page.lines().find_map(|line| line.strip_prefix("    ninefold ")).expect("a command");
    let command = command.replacen("FILE", "a.toml", 1) + " --quiet --out again";
    let program = env!("CARGO_BIN_EXE_ninefold");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{program} {command}")).current_dir(folder.path());
    let again = shell.output().expect("a shell");
    assert_eq!(again.status.code(), Some(0), "{command}: {}", text(&again.stderr));
    let both = ["first", "again"].map(|name| files(&folder.path().join(name)));
    // Of one strategy there is one timeline.
    assert_eq!(both[0].len(), FILES.len() - 1);
    assert!(both[0] == both[1], "{command}");
    let result: serde_json::Value =
        serde_json::from_slice(&both[0].iter().find(|(name, _)| name == "result.json").expect("written").1)
            .expect("JSON");
    assert_eq!(result["selection"], serde_json::json!(["pair"]));
    assert_eq!(result["overrides"][3], "run.seed=7");
}

/// A mistake in an option is told as the option, not as the key that it stands for.
#[test]
fn a_wrong_option_is_told_as_it_was_typed() {
    let folder = folder(SCENARIO);
    for (option, value) in [("--horizon", "abc"), ("--replications", "0")] {
        let run = output(folder.path(), &["run", "a.toml", option, value]);
        assert_eq!(run.status.code(), Some(2));
        let told = text(&run.stderr);
        assert!(told.starts_with(&format!("{option} {value}: error[")), "{told}");
        assert!(told.contains(&format!("1 | {option} {value}")) && !told.contains("--set"), "{told}");
    }
}

/// A file that grows with the square of the strategies helps nobody.
#[test]
fn of_very_many_strategies_not_every_pair_is_compared() {
    let mut many = SCENARIO.replace("replications = 40", "replications = 8");
    for k in 0..18 {
        many.push_str(&format!("[strategy.s{k}]\nprotect = [\"guest-failover\"]\ntakeover = \"{k} s\"\n"));
    }
    let folder = folder(&many);
    let run = output(folder.path(), &["run", "a.toml", "--quiet", "--out", "o"]);
    let said = text(&run.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("of 20 strategies not every pair is compared, but each with none and s0"),
        "{said}"
    );
    let read = |name: &str| fs::read_to_string(folder.path().join("o").join(name)).expect("written");
    assert!(read("summary.md").contains("not every pair is compared"));
    let result: serde_json::Value = serde_json::from_str(&read("result.json")).expect("JSON");
    // With the one without protection 19, with the best of the others 18 more.
    assert_eq!(result["total_comparisons"].as_array().expect("a list").len(), 37);
    assert_eq!(result["comparisons"].as_array().expect("a list").len(), 37);
    assert!(read("comparisons.csv").lines().skip(38).all(|line| line.starts_with("(all services),")));
}

#[test]
fn a_scenario_comes_from_stdin() {
    let folder = folder(SCENARIO);
    let scenario = fs::File::open(folder.path().join("a.toml")).expect("a file");
    let mut command = ninefold(folder.path(), &["trace", "-", "--strategy", "pair", "--format", "jsonl"]);
    let trace = command.stdin(scenario).output().expect("the program starts");
    assert_eq!(trace.status.code(), Some(0), "{}", text(&trace.stderr));
    let mut before = i64::MIN;
    for line in text(&trace.stdout).lines() {
        let signal: serde_json::Value = serde_json::from_str(line).expect("a JSON object a line");
        let now = signal["t_us"].as_i64().expect("an instant");
        assert!(before <= now && signal["signal"].is_string() && signal["subject"].is_string(), "{line}");
        before = now;
    }
    assert!(before > 0);
}

#[test]
fn a_reader_who_goes_away_is_no_error() {
    let folder = folder(SCENARIO);
    for arguments in [
        &["run", "a.toml", "--out", "o"][..],
        &["check", "a.toml"],
        &["trace", "a.toml", "--strategy", "none"],
    ] {
        let mut child = ninefold(folder.path(), arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let end = child.wait_with_output().expect("it ends");
        assert_eq!(end.status.code(), Some(0), "{arguments:?}: {}", text(&end.stderr));
        assert!(!text(&end.stderr).contains("panicked"), "{arguments:?}");
    }
}

/// `/dev/full` is a disk that is full.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_exits_1_and_says_so() {
    let folder = folder(SCENARIO);
    let full = fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let run =
        ninefold(folder.path(), &["check", "a.toml"]).stdout(full).output().expect("the program starts");
    assert_eq!(run.status.code(), Some(1));
    assert!(text(&run.stderr).contains("cannot write to stdout"), "{}", text(&run.stderr));
}

#[test]
fn a_folder_that_cannot_be_written_fails_before_the_work() {
    let folder = folder(SCENARIO);
    fs::write(folder.path().join("taken"), "").expect("a file");
    let run = output(folder.path(), &["run", "a.toml", "--replications", "1000000", "--out", "taken"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(text(&run.stderr).contains("cannot write into taken"), "{}", text(&run.stderr));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_what_is_finished_and_leaves_nothing_half_written() {
    let folder = folder(SCENARIO);
    let child = ninefold(folder.path(), &["run", "a.toml", "--replications", "5000000", "--out", "o"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    std::thread::sleep(Duration::from_millis(700));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    let end = child.wait_with_output().expect("it ends");
    assert_eq!(end.status.code(), Some(130), "{}", text(&end.stderr));
    assert!(text(&end.stderr).contains("of 5000000 replications"), "{}", text(&end.stderr));
    let written = files(&folder.path().join("o"));
    // Where a run was stopped nothing is replayed.
    let expected: Vec<&str> =
        FILES.into_iter().filter(|name| *name != "replays.json" && !name.contains("timeline")).collect();
    assert_eq!(written.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), expected);
    let result = &written.iter().find(|(name, _)| name == "result.json").expect("written").1;
    let result: serde_json::Value = serde_json::from_slice(result).expect("complete JSON");
    let finished = result["replications"].as_u64().expect("a count");
    assert!(0 < finished && finished < 5_000_000);
    let rows = &written.iter().find(|(name, _)| name == "replications.csv").expect("written").1;
    assert_eq!(text(rows).lines().count() as u64, 1 + 2 * finished);
}

/// A cluster with too many hosts for its product, on storage it cannot use, under one strategy that does not fit and
/// one that admission control refuses.
const CROWDED: &str = r#"
schema = 1
[run]
replications = 2
[storage.san]
kind = "nfs"
[host.h]
count = 20
cores = 16
memory = "64 GiB"
storage = ["san"]
[cluster.c]
product = "hyper-v-2008"
hosts = ["h"]
admission = { policy = "percentage", memory = "50 %" }
[service.db]
instances = 48
vm = { cores = 2, memory = "16 GiB", storage = "san" }
[strategy.ha]
protect = ["host-cluster"]
[strategy.both]
protect = ["host-cluster", "guest-failover"]
"#;

#[test]
fn everything_that_does_not_fit_is_told_at_once() {
    let folder = folder(CROWDED);
    let check = output(folder.path(), &["check", "a.toml"]);
    assert_eq!(check.status.code(), Some(2));
    for code in ["E033", "E035", "E036", "E037"] {
        assert!(text(&check.stderr).contains(&format!("error[{code}]")), "{code}: {}", text(&check.stderr));
    }
    let set = ["--set", "cluster.c.limits=ignore", "--set", "service.db.instances=20"];
    let check = output(folder.path(), &[&["check", "a.toml"][..], &set].concat());
    assert!(check.status.success(), "{}", text(&check.stderr));
    assert_eq!(text(&check.stderr).matches("warning[W108]").count(), 2);
    let told = text(&check.stdout);
    // 20 x 16 of 20 x 64 GiB; half of it is reserved; 20 more of 16 GiB, and of pairs of nodes nothing.
    for line in [
        "  strategy ha: 20 VMs, memory 25 % used, 50 % reserved, 25 % left\n",
        "    admission of c (percentage): VMs need 320 GiB and 40 cores (VMW-89); the hosts give 1280 GiB and 2560 cores \
         (320 cores, overcommitted 8 times), and 640 GiB and 0 cores are kept free: 640 GiB and 2560 cores left\n",
        "    more VMs that fit, one kind at a time: db 20 (the commonest size is 16 GiB and 2 cores)\n",
        "    N+1 holds: whichever host is lost, all its VMs restart. N+2 holds too, for all 190 pairs.\n",
        "  strategy both: 40 VMs, memory 50 % used, 50 % reserved, 0 % left\n",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let run = output(folder.path(), &[&["run", "a.toml", "--quiet", "--format", "json"][..], &set].concat());
    let result: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let capacity = &result["strategies"][0]["capacity"];
    assert_eq!(
        (capacity["memory_reserved"].as_f64(), capacity["memory_left"].as_f64()),
        (Some(0.5), Some(0.25))
    );
    assert_eq!(
        (capacity["more_vms"].as_u64(), capacity["failures"]["one"]["cases"].as_u64()),
        (Some(20), Some(20))
    );
    let two = &capacity["failures"]["two"];
    assert_eq!((two["cases"].as_u64(), two["all_restart"].as_u64()), (Some(190), Some(190)));
    assert_eq!((two["sampled"].as_bool(), two["worst"]["waiting_vms"].as_u64()), (Some(false), Some(0)));
    let cases = fs::read_to_string(folder.path().join("results/a/failures.csv")).expect("written");
    assert_eq!(cases.lines().count(), 1 + 2 * (20 + 190));
}

/// What `profiles NAME` prints, with names filled in, is a cluster that a scenario can have.
#[test]
fn every_profile_can_be_pasted_into_a_scenario() {
    let here = tempfile::tempdir().expect("a folder");
    let listed = output(here.path(), &["profiles"]);
    assert!(listed.status.success());
    let words: Vec<&str> =
        text(&listed.stdout).lines().filter(|l| !l.is_empty() && !l.starts_with([' ', '`'])).collect();
    assert!(words.len() >= 11 && words.contains(&"xenserver"), "{words:?}");
    for word in words {
        let printed = output(here.path(), &["profiles", word]);
        let table = text(&printed.stdout)
            .replace("[cluster.NAME]", "[cluster.c]")
            .replace("[strategy.NAME]", "[strategy.inside]")
            .replace("\"NAME\"", "\"h\"");
        // What runs inside guests is a strategy of its own.
        let strategy = match table.contains("[cluster.c]") {
            true => "[strategy.cluster]\nprotect = [\"host-cluster\"]",
            false => "",
        };
        let scenario = SCENARIO
            .replace("[strategy.pair]\nprotect = [\"guest-failover\"]", strategy)
            .replace("nodes = 2\n", "");
        fs::write(here.path().join("pasted.toml"), format!("{scenario}\n{table}")).expect("a scenario");
        let checked = output(here.path(), &["check", "pasted.toml"]);
        assert!(checked.status.success(), "{word}: {}", text(&checked.stderr));
        let run = output(here.path(), &["run", "pasted.toml", "--quiet"]);
        assert!(run.status.success(), "{word}: {}", text(&run.stderr));
    }
    let unknown = output(here.path(), &["profiles", "vsphere6"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("vsphere-6"));
}
