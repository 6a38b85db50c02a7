//! The reports: golden files, hostile names read back by other parsers, and the same bytes twice.
//!
//! `NINEFOLD_BLESS=1 cargo test --test report` writes the golden files anew.

mod fixture;

use std::path::Path;

use ninefold::report::{RunResult, charts, clean, csv, markdown, text, verdict};

fn golden(name: &str, now: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/report").join(name);
    if std::env::var_os("NINEFOLD_BLESS").is_some() {
        std::fs::write(&path, now).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    // The version changes with every release and is no part of what is tested here.
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        now.replace(version, "VERSION"),
        expected.replace(version, "VERSION"),
        "{name}; NINEFOLD_BLESS=1 to accept"
    );
}

#[test]
fn a_small_result_looks_as_it_should() {
    let summary = fixture::small();
    let result = RunResult::from(&summary);
    golden("small.json", &result.to_json().unwrap());
    golden("small.txt", &text::comparison(&result));
    golden("small.md", &markdown::summary(&result));
    golden("small.summary.csv", &csv::summary(&result));
    golden("small.causes.csv", &csv::causes(&result));
    golden("small.strategies.csv", &csv::strategies(&result));
    golden("small.comparisons.csv", &csv::comparisons(&result));
    golden("small.replications.csv", &csv::replications(&summary));
}

#[test]
fn the_case_looks_as_it_should() {
    let result = RunResult::from(&fixture::case());
    golden("case.txt", &text::comparison(&result));
    golden("case.md", &markdown::summary(&result));
}

/// `NINEFOLD_LOOK=DIR cargo test --test report look` writes the charts of every fixture, to be looked at.
#[test]
fn look() {
    let Some(folder) = std::env::var_os("NINEFOLD_LOOK") else { return };
    let every = [
        ("case", fixture::case()),
        ("small", fixture::small()),
        ("hostile", fixture::hostile()),
        ("all_zero", fixture::all_zero()),
        ("single", fixture::single()),
        ("extremes", fixture::extremes()),
    ];
    for (name, summary) in every {
        let result = RunResult::from(&summary);
        for format in [charts::Format::Svg, charts::Format::Png] {
            for (file, bytes) in charts::draw(&result, format).unwrap() {
                std::fs::write(Path::new(&folder).join(format!("{name}-{file}")), bytes).unwrap();
            }
        }
        println!("{}", text::comparison(&result));
    }
}
