//! Runs that stop when they know enough, or when time is up: what that leaves of their intervals, and what they say.

use std::process::{Command, Output};

use ninefold::experiment::{self, Plan, Summary};
use ninefold::scenario::{self, Input};

/// A host that crashes and is repaired, and a VM on it: outages of some length, so often a year.
fn scenario(mttf_d: f64, ttr: &str, run: &str) -> String {
    format!(
        "schema = 1\n[run]\n{run}[host.h]\ncores = 4\nmemory = \"8 GiB\"\nboot = \"0 s\"\n\
         crash = {{ ttf = {{ law = \"exponential\", mean = \"{mttf_d} d\" }}, ttr = {ttr} }}\n[service.s]\n\
         vm = {{ cores = 1, memory = \"1 GiB\" }}\npower_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\n\
         recover = \"0 s\"\n[strategy.none]\nprotect = []\n"
    )
}

fn run(text: &str, seed: u64, replications: u32, threads: usize) -> Summary {
    let (spec, issues) =
        scenario::read(&Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] });
    let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
    let models = scenario::compile(&spec).expect("it compiles");
    let plan =
        Plan { title: String::new(), sha256: String::new(), seed, replications, threads: Some(threads) };
    experiment::run(&models, &plan, &()).expect("nobody stops it")
}

/// The mean downtime of a year that begins up: exponential times up and down (facts, A3 h).
fn exact_s(mttf_d: f64, mttr_h: f64) -> f64 {
    let (rate, repair, year) = (1.0 / (mttf_d * 24.0), 1.0 / mttr_h, 8760.0);
    let (down, both) = (rate / (rate + repair), rate + repair);
    3600.0 * (down * year - down * (1.0 - (-both * year).exp()) / both)
}

/// An interval that stopped the run holds the truth as often as it says: in 91 % of 600 runs and more. Of intervals that hold it in 95 %,
/// fewer do once in 64,000 times; that they hold it in 87 % is noticed in 99 % of all cases. The twin is Student's t without
/// what makes the lower end right: there are too many outages here for it to fail, and it is rejected where they are few, in
/// `tests/calibration`.
#[test]
fn intervals_cover_through_the_stopping_rule() {
    let runs = if std::env::var_os("NINEFOLD_LONG").is_some() { 4_000 } else { 600 };
    for (mttf_d, within) in [(20.0, "5 %"), (200.0, "15 %")] {
        let text = scenario(
            mttf_d,
            "{ law = \"exponential\", mean = \"12 h\" }",
            &format!("precision = \"{within}\"\n"),
        );
        let exact = exact_s(mttf_d, 12.0);
        let (mut covered, mut lengths) = (0, 0_u64);
        let mut means = 0.0;
        for seed in 0..runs {
            let summary = run(&text, 500 + seed, 20_000, 1);
            let found = &summary.strategies[0].services[0];
            let downtime = found.downtime_s;
            let part: f64 = within.trim_end_matches(" %").parse().expect("a number");
            assert!(summary.precision.as_ref().is_some_and(|precision| precision.is_reached));
            assert_eq!(summary.replications, summary.replications_asked);
            assert!(
                (downtime.high - downtime.mean).max(downtime.mean - downtime.low)
                    <= part / 100.0 * downtime.mean
            );
            covered += u64::from(downtime.low <= exact && exact <= downtime.high);
            lengths += u64::from(summary.replications);
            means += downtime.mean / runs as f64;
        }
        println!(
            "within {within}: {covered} of {runs}, {} replications on average, means {:.4} of the truth",
            lengths / runs,
            means / exact
        );
        assert!(covered * 100 >= runs * 91);
    }
}

/// However wide an interval may be: fewer than two hundred outages' worth are never enough, and none at all least of all.
#[test]
fn it_never_stops_by_few_outages() {
    let text = scenario(7_300.0, "\"4 h\"", "precision = \"90 %\"\nrare_events = \"off\"\n");
    for seed in 0..20 {
        let summary = run(&text, seed, 40_000, 2);
        let outages = summary.strategies[0].services[0].outages.mean * f64::from(summary.replications);
        assert!(outages >= 180.0 && summary.replications >= 2_432, "{outages} in {}", summary.replications);
    }
    // Where there are never so many it goes on to the end, and says that it does not know.
    let summary = run(&text, 1, 500, 2);
    let precision = summary.precision.expect("it was asked for");
    assert!(!precision.is_reached && summary.replications == 500 && precision.replications_max == 500);
    // Weighted replications know such outages after some two hundred.
    let weighted = text.replace("rare_events = \"off\"\n", "");
    assert!(run(&weighted, 1, 40_000, 2).replications <= 256);
}

#[test]
fn the_number_of_threads_never_shows() {
    let text = scenario(20.0, "{ law = \"lognormal\", mean = \"12 h\", cv = 2 }", "precision = \"8 %\"\n");
    let one = run(&text, 3, 20_000, 1);
    assert!(one.replications > 128 && one.replications < 20_000);
    assert_eq!(one, run(&text, 3, 20_000, 5));
    // It is the run of so many replications.
    let plain = run(&text.replace("precision = \"8 %\"\n", ""), 3, one.replications, 2);
    assert_eq!(one.strategies, plain.strategies);
}

fn ninefold(folder: &std::path::Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ninefold"));
    command.current_dir(folder).args(arguments).output().expect("the program starts")
}

#[test]
fn it_says_why_it_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.toml"), scenario(20.0, "\"12 h\"", "")).expect("a file");
    let text = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let enough = ninefold(
        folder.path(),
        &["run", "a.toml", "--precision", "10 %", "--replications", "5000", "--quiet"],
    );
    assert!(
        text(&enough)
            .contains("Every downtime is known within 10 %: after 128 of at most 5,000 replications."),
        "{}",
        text(&enough)
    );
    let open = ninefold(
        folder.path(),
        &["run", "a.toml", "--precision", "0.1 %", "--quiet", "--replications", "200"],
    );
    assert!(
        text(&open).contains("Not every downtime is known within 0.1 % after all 200 replications"),
        "{}",
        text(&open)
    );
    let late = ninefold(
        folder.path(),
        &[
            "run",
            "a.toml",
            "--replications",
            "10000000",
            "--time-limit",
            "300 ms",
            "--quiet",
            "--out",
            "late",
        ],
    );
    assert!(late.status.success());
    assert!(text(&late).contains("Out of time: "), "{}", text(&late));
    let result = std::fs::read_to_string(folder.path().join("late/result.json")).expect("a result");
    assert!(result.contains("\"stopped_by\": \"time-limit\""));
}

#[test]
fn what_cannot_be_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.toml"), scenario(20.0, "\"12 h\"", "")).expect("a file");
    for (arguments, message) in [
        (&["run", "a.toml", "--precision", "0 %"][..], "write a part above 0 and below 100 %"),
        (&["run", "a.toml", "--precision", "-5 %"], "run.precision"),
        (&["run", "a.toml", "--set", "run.precision_of=\"differences\""], "add precision"),
        (&["run", "a.toml", "--time-limit", "soon"], "--time-limit soon: "),
        (
            &["sweep", "a.toml", "--set", "run.precision=\"5 %\"", "--set", "host.h.count=1..2"],
            "run.precision is for a single run",
        ),
        (&["sweep", "a.toml", "--precision", "5 %", "--set", "host.h.count=1..2"], "--precision"),
    ] {
        let output = ninefold(folder.path(), arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(message), "{arguments:?}: {told}");
    }
}

/// One host, and two of which both must be down: two strategies of which one is told by plain replications and the other by weighted ones.
const PAIRED: &str = "schema = 1\n[run]\nhorizon = \"1 y\"\nprecision = \"10 %\"\nprecision_of = \"differences\"\n\
    [host.h]\ncount = 2\ncores = 8\nmemory = \"16 GiB\"\nboot = \"0 s\"\ncrash = { mttf = \"1000 h\", mttr = \"10 h\" }\n\
    [service.s]\nrole = \"stateless\"\nvm = { cores = 1, memory = \"1 GiB\" }\npower_on = \"0 s\"\nboot = \"0 s\"\n\
    start = \"0 s\"\nrecover = \"0 s\"\n[strategy.one]\nprotect = []\n[strategy.two]\nprotect = [\"nlb\"]\nmembers = 2\n\
    detection = \"0 s\"\nconvergence = \"0 s\"\n";

/// A run that stops when differences are known: their interval is within 10 % of the larger mean, and holds the exact difference in 33 of 40 runs
/// and more. Of intervals that hold it in 95 %, fewer do once in 3,000 times; that they hold it in 70 % is noticed in 94 % of all cases.
#[test]
fn a_run_may_stop_when_differences_are_known() {
    // From all up: u T - u / r, and u² (T - 2 / r + 1 / 2 r) for two at once, r the sum of both rates.
    let (steady, rate, year_s) = (10.0 / 1_010.0, 1.0 / 36_000.0 + 1.0 / 3_600_000.0, 31_536_000.0);
    let one = steady * (year_s - 1.0 / rate);
    let exact = one - steady * steady * (year_s - 2.0 / rate + 0.5 / rate);
    let mut held = 0;
    for seed in 0..40 {
        let summary = run(PAIRED, 900 + seed, 20_000, 1);
        let found = summary.comparisons[0].downtime_s_a_minus_b;
        let reached = summary.precision.as_ref().expect("it was asked for");
        assert!(reached.is_reached && reached.of == "differences" && summary.replications < 20_000);
        let half = (found.high - found.mean).max(found.mean - found.low);
        assert!(half <= 0.1 * summary.strategies[0].services[0].downtime_s.mean, "{half} {found:?}");
        held += u32::from(found.low <= exact && exact <= found.high);
    }
    println!("{held} of 40 hold {exact:.0} s");
    assert!(held >= 33);
}

/// Weighted replications are asked at a look, on any number of threads with the same answer.
#[test]
fn a_look_at_weighted_replications_is_the_same_on_any_number_of_threads() {
    let [one, five] = [1, 5].map(|threads| run(PAIRED, 900, 20_000, threads));
    assert!(one.strategies[1].rare_events.is_some());
    assert_eq!(format!("{one:?}"), format!("{five:?}"));
}
