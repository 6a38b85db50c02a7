//! How often gates err, over thousands of seeds of scenarios whose answers are known exactly, and twins that err more often.

use ninefold::experiment::gate::Verdict;
use ninefold::experiment::{self, Plan, Summary, Threads};
use ninefold::model::Model;
use ninefold::scenario::gate::Gate;
use ninefold::scenario::{self, Input};

/// First look, and the last one.
const FIRST: u32 = 16;
const LAST: u32 = 128;

fn read(text: &str) -> (Vec<Model>, Vec<Gate>) {
    let input = Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] };
    let (spec, issues) = scenario::read(&input);
    let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
    (scenario::compile(&spec).expect("it compiles"), spec.gates)
}

/// A host that crashes and is repaired, and a VM on it that is up as soon as its host is.
fn scenario(mttf_d: f64, mttr_h: f64, checks: &[String]) -> String {
    let gates: String = checks
        .iter()
        .map(|check| format!("[[gate]]\ncheck = \"{check}\"\nreplications_max = {LAST}\n"))
        .collect();
    format!(
        "schema = 1\n[run]\nreplications = {FIRST}\nages = \"new\"\n[host.h]\ncores = 4\nmemory = \"8 GiB\"\n\
         boot = \"0 s\"\ncrash = {{ mttf = \"{mttf_d} d\", mttr = \"{mttr_h} h\" }}\n[service.s]\n\
         vm = {{ cores = 1, memory = \"1 GiB\" }}\npower_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\n\
         recover = \"0 s\"\n[strategy.none]\nprotect = []\n{gates}"
    )
}

fn run(models: &[Model], gates: &[Gate], seed: u64, replications: u32) -> Summary {
    let plan = Plan { title: String::new(), sha256: String::new(), seed, replications, threads: Some(1) };
    let threads = Threads::new(Some(1));
    experiment::run_gated(&threads, models, &plan, gates, &()).expect("nobody stops it").summary
}

/// What some function says of each of so many seeds, on as many threads as there are.
fn over_seeds<T: Send>(seeds: std::ops::Range<u64>, of: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let part = |worker: u64| seeds.clone().filter(move |seed| seed % workers == worker);
    std::thread::scope(|scope| {
        let of = &of;
        let handles: Vec<_> = (0..workers)
            .map(|worker| {
                let seeds = part(worker);
                scope.spawn(move || seeds.map(of).collect::<Vec<T>>())
            })
            .collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("it ends")).collect()
    })
}

/// Mean and standard deviation of the downtime of a year that begins up, in seconds: exponential times up and down. The mean is
/// exact; the spread is that of many replications.
fn truth(mttf_d: f64, mttr_h: f64) -> (f64, f64) {
    let (rate, repair, year) = (1.0 / (mttf_d * 24.0), 1.0 / mttr_h, 8760.0);
    let (down, both) = (rate / (rate + repair), rate + repair);
    let mean = 3600.0 * (down * year - down * (1.0 - (-both * year).exp()) / both);
    let (models, _) = read(&scenario(mttf_d, mttr_h, &[]));
    let many = run(&models, &[], 77, 20_000);
    let found = many.strategies[0].services[0].downtime_s;
    // Within five standard errors of what theory says, or the rest of this file means nothing.
    assert!((found.mean - mean).abs() < 5.0 * found.se, "{found:?} {mean}");
    (mean, found.se * 20_000_f64.sqrt())
}

/// What one seed has shown of two gates: of the one that holds and the one that does not, and whether the last mean says otherwise.
struct Shown {
    holds: Verdict,
    misses: Verdict,
    naively_fails: bool,
    naively_passes: bool,
}

fn is_long() -> bool {
    std::env::var_os("NINEFOLD_LONG").is_some()
}

/// A figure that in truth meets its limit by two standard errors of the last look fails in fewer than one of 1,000 runs, and one
/// that misses it by as much passes in fewer. In the long form 2 and 3 of 23,000 runs err. The fast one has 2,300 and lets two err at
/// either side, which chance alone exceeds once in 200 times; a gate that errs in one of 250 would be found with a chance of
/// 99 %, and one of 1,000 in the long form. The twin compares means with limits, and errs in one of forty.
#[test]
fn a_gate_that_holds_by_two_standard_errors_never_fails_by_chance() {
    let (mean, deviation) = truth(20.0, 12.0);
    let apart = 2.0 * deviation / f64::from(LAST).sqrt();
    let checks = [format!("downtime <= {} s/y", mean + apart), format!("downtime <= {} s/y", mean - apart)];
    let (models, gates) = read(&scenario(20.0, 12.0, &checks));
    let limits = [mean + apart, mean - apart];
    let all = if is_long() { 23_000 } else { 2_300 };
    let found = over_seeds(10_000..10_000 + all, |seed| {
        let summary = run(&models, &gates, seed, FIRST);
        let last = summary.strategies[0].services[0].downtime_s.mean;
        Shown {
            holds: summary.gates[0].verdict,
            misses: summary.gates[1].verdict,
            naively_fails: last > limits[0],
            naively_passes: last < limits[1],
        }
    });
    let count = |of: &dyn Fn(&Shown) -> bool| found.iter().filter(|shown| of(shown)).count() as u64;
    let (failed, passed) =
        (count(&|shown| shown.holds == Verdict::Fail), count(&|shown| shown.misses == Verdict::Pass));
    let (naive_failed, naive_passed) =
        (count(&|shown| shown.naively_fails), count(&|shown| shown.naively_passes));
    println!(
        "{failed} failed and {passed} passed of {all}; by means alone {naive_failed} and {naive_passed}"
    );
    assert!(failed * 1_000 < all && passed * 1_000 < all, "{failed} {passed}");
    // 2.3 % of the means of the last look are further off; fewer than 1 % of 2,300, or 1.25 % of 23,000, would be once in 200,000 times.
    let most = if is_long() { 80 } else { 100 };
    assert!(naive_failed * most > all && naive_passed * most > all, "{naive_failed} {naive_passed}");
    // It knows something too: by two standard errors about half of them are decided, and rightly.
    let decided = count(&|shown| shown.holds == Verdict::Pass);
    assert!(decided * 100 > 35 * all && decided * 100 < 65 * all, "{decided} of {all}");
}

/// Right at its limit a figure is as often taken for good or for bad as the confidence leaves over all looks: 2.5 % each. Of 900 runs
/// 2.5 % are 22.5, and 46 five standard deviations more; a gate that errs in 7 % would be found in 98 %. The twin looks as often with
/// whole 95 % intervals.
#[test]
fn looks_share_the_error() {
    let (mean, _) = truth(20.0, 12.0);
    let (models, gates) = read(&scenario(20.0, 12.0, &[format!("downtime <= {mean} s/y")]));
    let all = if is_long() { 7_500 } else { 900 };
    let found = over_seeds(50_000..50_000 + all, |seed| {
        let verdict = run(&models, &gates, seed, FIRST).gates[0].verdict;
        // As long as an interval of 95 % lies on no side, the twin goes on.
        let looks = ninefold::stats::spending::looks(FIRST, LAST);
        let sides = looks.into_iter().map(|look| {
            let downtime = run(&models, &[], seed, look).strategies[0].services[0].downtime_s;
            (downtime.low > mean, downtime.high < mean)
        });
        let twin = sides.into_iter().find(|(fails, passes)| *fails || *passes);
        (verdict, twin.is_some_and(|side| side.0), twin.is_some_and(|side| side.1))
    });
    let count = |of: &dyn Fn(&(Verdict, bool, bool)) -> bool| found.iter().filter(|f| of(f)).count() as u64;
    let (failed, passed) = (count(&|f| f.0 == Verdict::Fail), count(&|f| f.0 == Verdict::Pass));
    let (twin_failed, twin_passed) = (count(&|f| f.1), count(&|f| f.2));
    println!("{failed} failed, {passed} passed of {all}; the twin {twin_failed} and {twin_passed}");
    let allowed = |wrong: u64| wrong as f64 <= 0.025 * all as f64 + 5.0 * (0.025 * 0.975 * all as f64).sqrt();
    assert!(allowed(failed) && allowed(passed), "{failed} {passed}");
    assert!(!allowed(twin_failed + twin_passed) && twin_failed + twin_passed > 2 * (failed + passed));
    assert!((twin_failed + twin_passed) * 100 > 10 * all, "{twin_failed} {twin_passed}");
}

/// The chance that a year has an outage at all, 1 - exp(-1) of a host that fails once a year on average and is back at once, held
/// against a limit that is two standard errors above it, and one below. As many runs as above, of which two may err at either side; counts
/// come in steps.
#[test]
fn chances_and_percentiles_are_no_worse() {
    let truth = 1.0 - (-1.0_f64).exp();
    let apart = 2.0 * (truth * (1.0 - truth) / f64::from(LAST)).sqrt();
    let check = |share: f64| format!("chance of outages > 0/y <= {} %", 100.0 * share);
    // Repairs of a hundredth of a second: what they take of the year is less than a hundred millionth.
    let (models, gates) =
        read(&scenario(365.0, 0.01 / 3600.0, &[check(truth + apart), check(truth - apart), check(truth)]));
    let all = if is_long() { 23_000 } else { 2_300 };
    let found = over_seeds(100_000..100_000 + all, |seed| {
        let summary = run(&models, &gates, seed, FIRST);
        [0, 1, 2].map(|gate: usize| summary.gates[gate].verdict)
    });
    let count = |gate: usize, verdict| found.iter().filter(|found| found[gate] == verdict).count() as u64;
    let (failed, passed) = (count(0, Verdict::Fail), count(1, Verdict::Pass));
    println!("{failed} failed and {passed} passed of {all}");
    assert!(failed * 1_000 < all && passed * 1_000 < all, "{failed} {passed}");
    // At the limit itself, 2.5 % of each and five standard deviations.
    let allowed = 0.025 * all as f64 + 5.0 * (0.025 * 0.975 * all as f64).sqrt();
    let (failed, passed) = (count(2, Verdict::Fail) as f64, count(2, Verdict::Pass) as f64);
    assert!(failed <= allowed && passed <= allowed, "{failed} {passed}");
}

/// Where nothing has happened the upper end decides: some four incidents of the longest length, 27.6 h of an exponential repair of
/// 4 h, are what so many replications can rule out: 51 minutes a year for 128 of them. A limit above that passes, one below stays open however often zero was seen, and none fails.
#[test]
fn nothing_seen_is_no_proof_of_nothing() {
    let text = scenario(3_650_000.0, 4.0, &["downtime <= 30 min/y".into(), "downtime <= 1 s/y".into()])
        .replace("[host.h]", "rare_events = \"off\"\n[host.h]");
    let (models, gates) = read(&text);
    let summary = run(&models, &gates, 1, FIRST);
    assert_eq!(summary.strategies[0].services[0].outages.mean, 0.0);
    let [minutes, second] = [&summary.gates[0], &summary.gates[1]];
    assert_eq!((minutes.verdict, second.verdict), (Verdict::Undecided, Verdict::Undecided));
    assert_eq!((second.replications, second.look), (LAST, 4));
    // More replications rule out more.
    let more = run(&models, &gates, 1, 4_000);
    assert_eq!(more.gates[0].verdict, Verdict::Pass);
    assert_eq!(more.gates[1].verdict, Verdict::Undecided);
    // Weighted replications know such outages, and gates are decided by them.
    let (models, gates) = read(&text.replace("rare_events = \"off\"\n", ""));
    let weighted = run(&models, &gates, 1, 400);
    let estimate = weighted.gates[0].estimate.expect("an estimate");
    assert_eq!(estimate.method, experiment::summary::Method::ImportanceSampling);
    assert_eq!(estimate.mean.to_bits(), weighted.strategies[0].services[0].downtime_s.mean.to_bits());
    assert_eq!(weighted.gates[0].verdict, Verdict::Pass);
    // 4 h in 10,000 years is 1.4 s a year: so little cannot be below a second.
    assert_eq!(weighted.gates[1].verdict, Verdict::Fail, "{estimate:?}");
}

/// Neither threads nor a longer beginning change what a gate finds.
#[test]
fn the_number_of_threads_never_shows() {
    let (mean, _) = truth(20.0, 12.0);
    let checks =
        [format!("downtime <= {mean} s/y"), "p95 downtime <= 15 d/y".into(), "outages <= 30/y".into()];
    let (models, gates) = read(&scenario(20.0, 12.0, &checks));
    let plan =
        Plan { title: String::new(), sha256: String::new(), seed: 5, replications: FIRST, threads: None };
    let with = |threads: usize| {
        let threads = Threads::new(Some(threads));
        experiment::run_gated(&threads, &models, &plan, &gates, &()).expect("it ends").summary
    };
    let one = with(1);
    assert!(one.replications > FIRST && one.replications == one.replications_asked);
    assert_eq!(one, with(2));
    assert_eq!(one, with(7));
    // What was decided at the first look keeps the figure of that look.
    let easy = &one.gates[2];
    assert_eq!((easy.verdict, easy.replications, easy.look, easy.looks), (Verdict::Pass, FIRST, 1, 4));
}
