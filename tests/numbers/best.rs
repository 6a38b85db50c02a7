//! Several strategies at once: who is told to be the best is, and nobody who is, is told not to be, as often as promised.

use ninefold::experiment::summary::Summary;
use ninefold::experiment::{self, Plan};
use ninefold::model::Model;
use ninefold::scenario::{self, Input};

/// A service on a host of its own, which crashes so often: one strategy of five. Each has a host of another name, and so failures
/// of its own.
fn model(number: usize, mttf_d: u32) -> Model {
    let text = format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n[host.h{number}]\ncores = 4\nmemory = \"8 GiB\"\nboot = \"0 s\"\n\
         crash = {{ mttf = \"{mttf_d} d\", mttr = \"8 h\" }}\n[service.s]\nvm = {{ cores = 1, memory = \"1 GiB\" }}\n\
         power_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n[strategy.on-{number}]\nprotect = []\n"
    );
    let input = Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] };
    let (spec, issues) = scenario::read(&input);
    let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
    scenario::compile(&spec).expect("it compiles").remove(0)
}

fn run(models: &[Model], seed: u64) -> Summary {
    let plan = Plan { title: String::new(), sha256: String::new(), seed, replications: 60, threads: Some(1) };
    experiment::run(models, &plan, &()).expect("nobody stops it")
}

/// Five that are equal, 400 times: in at most 5 % of them is anybody told not to be as good as the best, or to be better than all others.
/// Where it is 5 %, more than 10 % are once in 70,000 times; 15 % are noticed in 99 % of all cases. Asked pair by pair of whoever
/// looks best, it would be in far more: that twin fails.
#[test]
fn equals_are_told_apart_as_rarely_as_promised() {
    let (mut wrong, mut wrong_by_pairs, runs) = (0, 0, 400);
    let models: Vec<Model> = (1..=5).map(|number| model(number, 40)).collect();
    for seed in 0..runs {
        let summary = run(&models, seed);
        let rows: Vec<_> = summary.best.iter().filter(|row| row.service.is_none()).collect();
        assert_eq!(rows.len(), 5);
        // Of equals everybody is the best: each true distance is 0, and each interval must hold it.
        let apart = |low: f64, high: f64| low > 0.0 || high < 0.0;
        wrong += u32::from(rows.iter().any(|row| row.lost_s_minus_best.high == 0.0));
        let pairs = summary.comparisons.iter().filter(|pair| pair.service.is_none());
        wrong_by_pairs += u32::from(
            pairs.map(|pair| pair.lost_s_a_minus_b).any(|difference| apart(difference.low, difference.high)),
        );
    }
    println!("{wrong} of {runs} wrong, pair by pair {wrong_by_pairs}");
    assert!(wrong <= 40, "{wrong}");
    assert!(wrong_by_pairs > 60, "{wrong_by_pairs}");
}

/// One is twice as good: it is told to be the best in nearly every run, and the others not to be.
#[test]
fn the_best_is_found() {
    let models: Vec<Model> = (1..=5).map(|number| model(number, if number == 1 { 80 } else { 40 })).collect();
    let mut found = 0;
    for seed in 0..40 {
        let summary = run(&models, seed);
        let rows: Vec<_> = summary.best.iter().filter(|row| row.service.is_none()).collect();
        for row in &rows {
            let distance = row.lost_s_minus_best;
            assert!(distance.low <= 0.0 && distance.high >= 0.0);
        }
        found += u32::from(rows[0].strategy == "on-1" && rows[0].lost_s_minus_best.high == 0.0);
    }
    assert!(found >= 35, "{found} of 40");
}
