//! Laws fitted to histories: they recover the truth as often as their intervals say, and who ignores what was not seen to its end
//! does not. Then `ninefold faults fit` as users meet it.
//!
//! Intervals: of 1,000 with 95 % each at most 5 standard errors (0.69 % each) are missing: 91.5 to 98.5 % hold the truth. A
//! coverage of 90 % instead, an error of 7.3 standard errors, is found in 99 % of all cases.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use ninefold::engine::{Law, Randomness, Stream};
use ninefold::history::{By, Entity, Group, History, Question, Scale, Spell, study};
use ninefold::stats::fit::{Durations, Family, Fitted, Known, fit};
use rayon::prelude::*;

const SEEDS: u64 = 1_000;

/// 60 hosts that began at a random instant of their lives, watched for two means.
struct Watched {
    ttf: Law,
    ttr: Law,
    window_s: f64,
}

impl Watched {
    fn history(&self, seed: u64) -> History {
        let us = |seconds: f64| (seconds * 1e6) as i64;
        let mut history = History { scale: Scale::Elapsed, last: us(self.window_s), ..History::default() };
        for host in 0..60 {
            let name = format!("host-{host}");
            let draws = Randomness::new(seed, 0);
            let (up, down) = (Stream::new(&name, "ttf"), Stream::new(&name, "ttr"));
            let entity = history.entities.len();
            let (since, until, kind) = (None, None, "host".to_owned());
            history.entities.push(Entity { name: name.clone(), kind, since, until, is_new: false });
            let mut at = self.ttf.residual(draws.uniform(up, 0)).as_secs_f64();
            for n in 1.. {
                if at >= self.window_s {
                    break;
                }
                let end = at + self.ttr.sample(draws.uniform(down, n)).as_secs_f64();
                let seen = (end <= self.window_s).then_some(us(end));
                let (cause, span) = (String::new(), 0..0);
                history.spells.push(Spell {
                    entity,
                    start: us(at),
                    end: seen,
                    cause,
                    began_before: false,
                    span,
                });
                at = end + self.ttf.sample(draws.uniform(up, n)).as_secs_f64();
            }
        }
        history
    }

    /// What was seen of times to failure, and of times to repair. Each host is of a kind of its own, so that no laws are fitted to
    /// them, and all of them together are what one kind would be.
    fn seen(&self, seed: u64) -> (Durations, Durations) {
        let mut history = self.history(seed);
        for entity in &mut history.entities {
            entity.kind.clone_from(&entity.name);
        }
        let hosts = study(&history, &Question { by: By::Kind, ..Question::default() });
        let all = |of: fn(&Durations) -> &Vec<f64>, seen: &dyn Fn(&Group) -> Durations| -> Vec<f64> {
            hosts.iter().flat_map(|host| of(&seen(host)).clone()).collect()
        };
        let durations = |seen: &dyn Fn(&Group) -> Durations| Durations {
            whole: all(|d| &d.whole, seen),
            open: all(|d| &d.open, seen),
            rest: all(|d| &d.rest, seen),
            open_rest: all(|d| &d.open_rest, seen),
            below: all(|d| &d.below, seen),
        };
        (durations(&|host| host.up.seen.clone()), durations(&|host| host.down.seen.clone()))
    }
}

const DAY: f64 = 86_400.0;

fn watched(ttf: Law, ttr: Law) -> Watched {
    Watched { ttf, ttr, window_s: 120.0 * DAY }
}

/// In how many of many histories each interval holds the truth, in percent: of each parameter, then of the mean. Once by all that was
/// seen, as `told` has it, and once by each of its twins.
fn coverage<const N: usize>(
    family: Family,
    truths: &[f64],
    told: impl Fn(u64) -> Durations + Sync,
    twins: [fn(&Durations) -> Durations; N],
) -> (Vec<f64>, [Vec<f64>; N]) {
    let holds = |seen: &Durations| -> Vec<u32> {
        let Fitted { parameters, mean, .. } = fit(family, seen).unwrap();
        let known = parameters.into_iter().map(|(_, known)| known).chain([mean]);
        known.zip(truths).map(|(known, truth): (Known, &f64)| u32::from(known.covers(*truth))).collect()
    };
    let seeds = (0..SEEDS).into_par_iter().map(|seed| {
        let seen = told(seed);
        (holds(&seen), twins.map(|twin| holds(&twin(&seen))))
    });
    let seeds: Vec<(Vec<u32>, [Vec<u32>; N])> = seeds.collect();
    let share =
        |of: &dyn Fn(usize) -> u32| f64::from((0..seeds.len()).map(of).sum::<u32>()) * 100.0 / SEEDS as f64;
    let honest = (0..truths.len()).map(|k| share(&|seed| seeds[seed].0[k])).collect();
    let broken = std::array::from_fn(|twin| {
        (0..truths.len()).map(|k| share(&|seed| seeds[seed].1[twin][k])).collect()
    });
    (honest, broken)
}

/// The twin that leaves out what was going on at the end.
fn without_open(seen: &Durations) -> Durations {
    Durations { open: vec![], open_rest: vec![], ..seen.clone() }
}

/// The twin that takes what had begun before as if it had begun then.
fn as_if_new(seen: &Durations) -> Durations {
    let whole = [&seen.whole[..], &seen.rest].concat();
    let open = [&seen.open[..], &seen.open_rest].concat();
    Durations { whole, open, ..Durations::default() }
}

fn weibull() -> Law {
    Law::weibull_from_mean(0.7, 60.0 * DAY).unwrap()
}

/// Repairs of which one in ten is longer than a month, so that many are not over when the watching ends.
fn repairs() -> Law {
    Law::lognormal_from_median(2.0 * DAY, 2.0).unwrap()
}

fn assert_honest(coverage: &[f64], what: &str) {
    assert!(coverage.iter().all(|percent| (91.5..=98.5).contains(percent)), "{what}: {coverage:?}");
}

#[test]
fn intervals_of_times_to_failure_hold_the_truth_as_often_as_they_say() {
    let Law::Weibull { shape, scale_s } = weibull() else { panic!() };
    let plant = watched(weibull(), Law::exponential(DAY).unwrap());
    let truths = [shape, scale_s, 60.0 * DAY];
    let (honest, [cut]) = coverage(Family::Weibull, &truths, |seed| plant.seen(seed).0, [without_open]);
    assert_honest(&honest, "weibull");
    assert!(cut[1] < 20.0 && cut[2] < 20.0, "without what is open: {cut:?}");
    let plant = watched(Law::gamma_from_mean(3.0, 60.0 * DAY).unwrap(), Law::exponential(DAY).unwrap());
    let truths = [3.0, 60.0 * DAY, 60.0 * DAY];
    let (honest, [young]) = coverage(Family::Gamma, &truths, |seed| plant.seen(seed).0, [as_if_new]);
    assert_honest(&honest, "gamma");
    assert!(young[0] < 60.0, "all as if new: {young:?}");
}

#[test]
fn intervals_of_times_to_repair_hold_the_truth_as_often_as_they_say() {
    let plant = watched(Law::exponential(20.0 * DAY).unwrap(), repairs());
    let truths = [2.0 * DAY, 2.0, repairs().mean_s()];
    let (honest, [cut]) = coverage(Family::Lognormal, &truths, |seed| plant.seen(seed).1, [without_open]);
    assert_honest(&honest, "lognormal");
    assert!(cut[0] < 60.0 && cut[1] < 60.0, "without what is open: {cut:?}");
}

#[test]
fn an_exponential_mean_is_exposure_over_events_with_an_exact_interval() {
    let plant = watched(Law::exponential(60.0 * DAY).unwrap(), Law::exponential(DAY).unwrap());
    let (seen, _) = plant.seen(7);
    let fitted = fit(Family::Exponential, &seen).unwrap();
    let sum: f64 = [&seen.whole, &seen.open, &seen.rest, &seen.open_rest].into_iter().flatten().sum();
    let ends = (seen.whole.len() + seen.rest.len()) as f64;
    assert!((fitted.mean.value / (sum / ends) - 1.0).abs() < 1e-12);
    // At least 95 %, and with as many events not much more.
    let truths = [60.0 * DAY, 60.0 * DAY];
    let (honest, [cut]) = coverage(Family::Exponential, &truths, |seed| plant.seen(seed).0, [without_open]);
    assert_honest(&honest, "exponential");
    assert!(cut[0] < 5.0, "without what is open: {cut:?}");
}

#[test]
fn the_law_that_made_a_history_is_the_best_of_four() {
    let plant = watched(weibull(), repairs());
    let best = |seed| {
        let group = study(&plant.history(seed), &Question::default()).remove(0);
        (group.up.ranked()[0].0, group.down.ranked()[0].0)
    };
    let found: Vec<(Family, Family)> = (0..50).map(best).collect();
    let repairs = found.iter().filter(|(_, down)| *down == Family::Lognormal).count();
    let failures = found.iter().filter(|(up, _)| matches!(up, Family::Weibull | Family::Gamma)).count();
    assert!(repairs >= 45 && failures >= 40, "{repairs} {failures}: {found:?}");
}

fn faults(arguments: &[&str], stdin: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
    command.args(["faults", "fit"]).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(stdin);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn fitted(arguments: &[&str]) -> String {
    let output = faults(arguments, Stdio::null());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

/// What is printed goes into a scenario as it is.
#[test]
fn what_is_printed_can_be_pasted() {
    let toml = fitted(&["scenarios/failures.csv", "--by", "entity-stem"]);
    let faults: Vec<&str> =
        toml.lines().filter(|line| !line.starts_with('#') && line.contains(" = ")).collect();
    assert!(
        faults.len() == 3 && faults[0].starts_with("crash = {") && faults[1].starts_with("outage = {"),
        "{toml}"
    );
    let scenario = format!(
        "schema = 1\n[host.h]\ncores = 8\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n{}\n[storage.san]\nkind = \"fc\"\n{}\n\
         [service.a]\nvm = {{ cores = 1, memory = \"1 GiB\", storage = \"san\" }}\n[strategy.s]\nprotect = []\n",
        faults[0], faults[1]
    );
    let input =
        ninefold::scenario::Input { name: "t", bytes: scenario.as_bytes(), overrides: &[], files: &[] };
    let (spec, issues) = ninefold::scenario::read(&input);
    assert!(issues.is_empty(), "{}", issues[0].render());
    let crash = spec.unwrap().hosts[0].crash.clone().unwrap();
    // The law that is pasted is the first of the table, to four digits.
    let told: serde_json::Value =
        serde_json::from_str(&fitted(&["scenarios/failures.csv", "--kind", "host", "--format", "json"]))
            .unwrap();
    let best = &told["groups"][0]["ttf"]["laws"][0];
    let mean = best["mean_s"]["value"].as_f64().unwrap();
    assert!((crash.ttf.mean_s() / mean - 1.0).abs() < 1e-3, "{} {mean}", crash.ttf.mean_s());
    let all: toml::Table = toml.parse().unwrap();
    assert_eq!(all["host"]["esx"]["crash"]["ttf"]["law"].as_str(), best["law"].as_str());
    let arrays: Vec<&String> = all["storage"].as_table().unwrap().keys().collect();
    assert_eq!(arrays, ["san-a", "san-b"]);
}

#[test]
fn tables_are_told_and_charts_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let [svg, png] = ["q.svg", "q.png"].map(|name| folder.path().join(name).display().to_string());
    let table = fitted(&[
        "scenarios/failures.csv",
        "--watched",
        "14",
        "--kind",
        "host",
        "--format",
        "text",
        "--chart",
        &svg,
    ]);
    for word in [
        "14 watched",
        "time to failure",
        "time to repair",
        "exponential",
        "weibull",
        "lognormal",
        "gamma",
        "AICc",
        "crash = {",
    ] {
        assert!(table.contains(word), "{word}:\n{table}");
    }
    assert!(table.lines().all(|line| line.contains(" = ") || line.chars().count() <= 100), "{table}");
    fitted(&["scenarios/failures.csv", "--chart", &png]);
    let drawing = fs::read_to_string(&svg).unwrap();
    assert!(drawing.starts_with("<svg") && drawing.contains("time to repair") && drawing.contains("weibull"));
    assert!(fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    // Causes have clocks of their own; few failures have a mean and no shape.
    let by_cause = fitted(&["scenarios/failures.csv", "--by", "cause", "--kind", "storage"]);
    assert!(
        by_cause.contains("# [storage.NAME]\n# outage = {")
            && by_cause.lines().all(|line| line.is_empty() || line.starts_with('#'))
            && by_cause.contains("too few to tell a shape"),
        "{by_cause}"
    );
    // The same to the byte, whatever it is read as.
    let read_as = fitted(&["scenarios/failures.csv", "--read-as", "csv"]);
    assert_eq!(read_as, fitted(&["scenarios/failures.csv"]));
}

#[test]
fn without_a_failure_the_bound_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("h.csv");
    fs::write(&file, "entity,start,end\nh-1,,\nh-2,,\n").unwrap();
    let path = file.display().to_string();
    let toml = fitted(&[&path, "--until", "1 y"]);
    // Two years without one: -ln 2.5 % = 3.69 means at least, 198 d.
    assert!(toml.contains("the mean is 197.9 d or more"), "{toml}");
    assert!(toml.lines().all(|line| line.starts_with('#')), "{toml}");
    let output = faults(&[&path], Stdio::null());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--from and --until"), "{}", text(&output.stderr));
}

#[test]
fn mistakes_are_told_with_their_places_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (file, chart) = (folder.path().join("h.csv"), folder.path().join("c.svg"));
    fs::write(&file, "entity,start,end\nh-1,1 h,\u{1b}[31mred\u{202e}\nh-2,5 h,4 h\n,1,2\n").unwrap();
    let [path, chart_path] = [&file, &chart].map(|p: &std::path::PathBuf| p.display().to_string());
    let output = faults(&[&path, "--chart", &chart_path], Stdio::null());
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    let told = text(&output.stderr);
    for place in [
        ":2:9: error: ",
        ":3:1: error: it ends before it begins",
        ":4:1: error: no name",
        "3 errors; nothing was fitted",
    ] {
        assert!(told.contains(place), "{place}:\n{told}");
    }
    assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}'), "{told:?}");
    assert!(!chart.exists());
    fs::write(&file, "entity,kind,start,end\nh-1,host,1 h,2 h\nr,rack,3 h,4 h\n").unwrap();
    let both = faults(
        &[&path, "--kind", "hosts", "--from", "2024-01-01", "--until", "soon", "--watched", "9"],
        Stdio::null(),
    );
    let told = text(&both.stderr);
    assert_eq!(both.status.code(), Some(2));
    for what in [
        "--kind hosts: the history has host, rack",
        "--from 2024-01-01: the history has no dates",
        "--until soon: no instant",
    ] {
        assert!(told.contains(what), "{what}:\n{told}");
    }
    let missing = faults(&["no-such-file.csv"], Stdio::null());
    assert_eq!(missing.status.code(), Some(1));
    let ending = faults(&[&path, "--chart", "chart.pdf"], Stdio::null());
    assert_eq!(ending.status.code(), Some(2));
    assert!(!Path::new("chart.pdf").exists());
}
