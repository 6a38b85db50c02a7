//! The reports: golden files, hostile names read back by other parsers, and the same bytes twice.
//!
//! `NINEFOLD_BLESS=1 cargo test --test report` writes the golden files anew.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

mod fixture;
mod timeline;
mod timeline_command;
mod xml;

use std::path::Path;

use ninefold::experiment::summary::{Estimate, FailuresSummary, LossesSummary, Method, Summary};
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
    golden("small.failures.csv", &csv::failures(&summary));
    golden("small.replications.csv", &csv::replications(&summary));
}

#[test]
fn the_case_looks_as_it_should() {
    let result = RunResult::from(&fixture::case());
    golden("case.txt", &text::comparison(&result));
    golden("case.md", &markdown::summary(&result));
}

/// The worst recovery point stands by that name below each table, for the strategies that have one.
#[test]
fn a_recovery_point_stands_by_its_name() {
    let mut summary = fixture::small();
    assert!(!text::comparison(&RunResult::from(&summary)).contains("recovery point"));
    let (first, second) = (summary.strategies[0].name.clone(), summary.strategies[1].name.clone());
    for (strategy, worst) in [(0, 34.0), (1, 600.0)] {
        let service = &mut summary.strategies[strategy].services[0];
        (service.recovery_point_s, service.recovery_point_max_s) = (fixture::around(worst, 1.0), worst);
        summary.strategies[strategy].total.recovery_point_s = fixture::around(worst, 1.0);
    }
    let result = RunResult::from(&summary);
    let told = format!("the most writes lost at once: 34 s under {first}; 10 min under {second}");
    assert!(words(&text::comparison(&result)).contains(&format!("recovery point, {told}")));
    assert!(words(&text::comparison(&result)).contains("writes lost: the recovery points of all switches"));
    assert!(markdown::summary(&result).contains(&format!("Recovery point, {told}.")));
}

/// Only the tables of a service that says what its clients have under way name what they lose.
#[test]
fn lost_work_stands_where_a_service_has_some() {
    let mut summary = fixture::small();
    let without = RunResult::from(&summary);
    assert!(!without.to_json().unwrap().contains("sessions_lost"));
    assert!(!csv::summary(&without).contains("sessions_lost"));
    let lost = summary.strategies[0].services[0].outages;
    for strategy in &mut summary.strategies {
        strategy.services[0].sessions_lost = Some(lost);
    }
    let result = RunResult::from(&summary);
    assert_eq!(RunResult::from_json(&result.to_json().unwrap()).unwrap(), result);
    let (text, page, table) = (text::comparison(&result), markdown::summary(&result), csv::summary(&result));
    assert_eq!(text.matches("sessions lost/y").count(), 1, "{text}");
    assert_eq!(page.matches("| sessions lost/y |").count(), 1, "{page}");
    assert!(!(text + &page).contains("transactions lost"));
    let mut lines = table.lines();
    let columns = lines.next().unwrap().split(',').count();
    let head = ["mean", "se", "low", "high", "method"].map(|field| format!("sessions_lost_{field}"));
    assert!(table.lines().next().unwrap().ends_with(&head.join(",")));
    assert!(lines.all(|line| line.split(',').count() == columns), "{table}");
}

/// Of a script no year is told, nor an interval where it was played once.
#[test]
fn a_script_is_told_as_it_came() {
    let mut summary = fixture::small();
    summary.horizon = ninefold::engine::Span::from_secs(86_400);
    let yearly = text::comparison(&RunResult::from(&summary));
    assert!(yearly.contains("min/y") && !RunResult::from(&summary).to_json().unwrap().contains("scripted"));
    summary.scripted = true;
    (summary.replications, summary.replications_asked) = (1, 1);
    let result = RunResult::from(&summary);
    assert!(result.to_json().unwrap().contains("\"scripted\": true"));
    assert_eq!(RunResult::from_json(&result.to_json().unwrap()).unwrap(), result);
    let told = text::comparison(&result);
    for text in [told.clone(), markdown::summary(&result)] {
        for word in ["/y", "a year", "min [", "per instance and year"] {
            assert!(!text.contains(word), "{word}\n{text}");
        }
    }
    let told = words(&told);
    assert!(told.contains("host-cluster loses least: 26.4 min of service per instance in 1 d"), "{told}");
    assert!(told.contains("mail: 4 instances, stateful strategy downtime, min lost outages"), "{told}");
    // Played again and again it has lengths that are drawn.
    (summary.replications, summary.replications_asked) = (1000, 1000);
    let told = words(&text::comparison(&RunResult::from(&summary)));
    assert!(told.contains("[low, high] is the 95 % interval. lasts"), "{told}");
    assert!(!told.contains("/y") && told.contains("none 420 [370, 470]"), "{told}");
}

/// A text without its line breaks.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn every() -> [(&'static str, Summary); 7] {
    [
        ("case", fixture::case()),
        ("small", fixture::small()),
        ("hostile", fixture::hostile()),
        ("all_zero", fixture::all_zero()),
        ("single", fixture::single()),
        ("extremes", fixture::extremes()),
        ("crowd", fixture::crowd()),
    ]
}

/// Every kind of closing sentence, one a line.
#[test]
fn verdicts_say_what_a_person_would_say() {
    let causes: &[(&'static str, f64)] = &[("host-crash", 1.0)];
    let plan = |name, protect: &[&'static str], vms, minutes| {
        fixture::strategy(name, protect, vms, vec![fixture::service("mail", 4, minutes, 2.0, causes)])
    };
    let bare = || plan("unprotected", &[], 400, 900.0);
    let cluster = || plan("host-cluster", &["host-cluster"], 400, 43.0);
    let guest = |minutes| plan("guest-failover", &["guest-failover"], 462, minutes);
    let say = |strategies, half| {
        verdict::verdict(&RunResult::from(&fixture::summary("x", strategies, half)), clean::visible)
    };
    let mut short = fixture::summary("x", vec![bare(), guest(12.0), cluster()], 0.1);
    short.horizon = ninefold::engine::Span::from_secs(31_536_000 / 4);
    let mut larger = vec![cluster(), guest(12.0)];
    larger[1].capacity.hosts = 31;
    // The same in every replication, although a fault could strike.
    let planned = || {
        let mut strategy = guest(5.0);
        let known = |e: &mut Estimate, mean: f64| {
            *e = Estimate { mean, se: 0.0, low: mean * 0.7, high: mean * 1.3, method: Method::Bound };
        };
        known(&mut strategy.total.lost_s, 320.0);
        known(&mut strategy.total.downtime_s, 320.0);
        known(&mut strategy.services[0].downtime_s, 320.0);
        known(&mut strategy.services[0].outages, 16.0);
        strategy
    };
    // Some of what it loses it loses while it serves in part.
    let in_part = || {
        let mut strategy = guest(30.0);
        strategy.total.lost_s = fixture::around(40.0 * 60.0, 1.0);
        strategy
    };
    let lines = [
        ("decided", say(vec![bare(), cluster(), guest(12.0)], 0.1)),
        ("two, decided", say(vec![cluster(), guest(12.0)], 0.1)),
        ("more hosts", say(larger, 0.1)),
        ("fewer VMs", say(vec![cluster(), guest(70.0)], 0.1)),
        ("two, undecided", say(vec![cluster(), guest(40.0)], 1.6)),
        ("two, undecided, lost in part", say(vec![cluster(), in_part()], 1.6)),
        ("three, undecided", say(vec![bare(), cluster(), guest(40.0)], 1.6)),
        ("protection does not pay", say(vec![plan("unprotected", &[], 400, 20.0), cluster()], 0.1)),
        ("the same", say(vec![cluster(), guest(43.0)], 0.0)),
        ("alone", say(vec![cluster()], 0.0)),
        ("alone, nothing failed", say(vec![guest(0.0)], 0.0)),
        ("nothing failed", say(vec![cluster(), guest(0.0)], 0.1)),
        ("undecided, nothing failed", say(vec![guest(0.0), cluster(), bare()], 99.0)),
        ("two, undecided, nothing failed", say(vec![guest(0.0), cluster()], 99.0)),
        ("planned work alone", say(vec![planned()], 0.1)),
        ("planned work, decided", say(vec![cluster(), planned()], 0.1)),
        ("planned work, undecided", say(vec![cluster(), planned(), bare()], 99.0)),
        ("nothing ever failed", say(vec![plan("a", &[], 4, 0.0), guest(0.0)], 0.0)),
        ("no strategy", say(vec![], 0.0)),
        ("a quarter", verdict::verdict(&RunResult::from(&short), clean::visible)),
    ];
    let text: String = lines.iter().map(|(case, said)| format!("{case}: {said}\n")).collect();
    golden("verdicts.txt", &text);

    let result = RunResult::from(&fixture::summary("x", vec![planned(), cluster()], 0.1));
    let [text, page] = [text::comparison(&result), markdown::summary(&result)];
    assert!(text.contains("5.3 [3.7, 6.9]") && page.contains("5.3 [3.7, 6.9]"), "{text}{page}");
    assert!(!text.contains("no downtime") && !page.contains("no downtime") && !text.contains('≤'), "{text}");
    assert!(text.contains("guest-failover: with few outages an interval allows for"), "{text}");
    let charts = charts::draw(&result, charts::Format::Svg).unwrap();
    let chart = String::from_utf8(charts[0].1.clone()).unwrap();
    assert!(chart.contains("5.3 min [3.7, 6.9]") && !chart.contains("none seen"), "{chart}");
}

/// Every kind of sentence about lost hosts, one a line.
#[test]
fn lost_hosts_are_told_as_a_person_would() {
    let causes: &[(&'static str, f64)] = &[("host-crash", 1.0)];
    let losses = fixture::losses;
    let some = &[("mail", 3), ("web", 2)][..];
    let one = &[("web", 1)][..];
    let many = &[("a", 9), ("b", 8), ("c", 7), ("d", 6), ("e", 5), ("f", 4)][..];
    let drawn = |losses| LossesSummary { sampled: true, ..losses };
    let cases = [
        ("both hold", losses(29, 1, 0, &[]), losses(406, 2, 0, &[])),
        ("two do not", losses(29, 1, 0, &[]), losses(406, 2, 12, some)),
        ("one does not", losses(29, 1, 3, one), losses(406, 2, 406, many)),
        ("none holds", losses(4, 1, 4, some), losses(6, 2, 6, some)),
        ("drawn", losses(1_000, 1, 0, &[]), drawn(losses(1_000, 2, 0, &[]))),
        ("drawn, two do not", losses(1_000, 1, 0, &[]), drawn(losses(1_000, 2, 12, some))),
        ("two hosts", losses(2, 1, 0, &[]), losses(1, 2, 1, some)),
        ("two hosts, one too many", losses(2, 1, 2, some), losses(1, 2, 1, some)),
        ("one host", losses(1, 1, 1, some), losses(0, 2, 0, &[])),
    ];
    let mut said = String::new();
    for (case, one, two) in cases {
        let services = vec![fixture::service("mail", 4, 9.0, 2.0, causes)];
        let mut strategy = fixture::strategy("ha", &["host-cluster"], 40, services);
        strategy.capacity.failures = Some(FailuresSummary { one, two });
        let text = text::comparison(&RunResult::from(&fixture::summary("x", vec![strategy], 0.1)));
        let from = text.find("  ha: ").unwrap();
        let lines = text[from..].split("\n\n").next().unwrap();
        said.push_str(&format!("{case}:\n{lines}\n"));
    }
    // Where some services have no cluster, only clustered VMs are spoken of; strategies alike share a line.
    let mut summary = fixture::small();
    summary.strategies[1].services[0].protect.clear();
    summary.strategies.push(summary.strategies[1].clone());
    summary.strategies[2].name = "again".to_owned();
    let text = text::comparison(&RunResult::from(&summary));
    let lines = &text[text.find("  host-cluster, again: ").unwrap()..];
    said.push_str(&format!("not all clustered, two alike:\n{}\n", lines.split("\n\n").next().unwrap()));
    golden("failures.txt", &said);
}

/// `NINEFOLD_LOOK=DIR cargo test --test report look` writes the charts of every fixture, to be looked at.
#[test]
fn look() {
    let Some(folder) = std::env::var_os("NINEFOLD_LOOK") else { return };
    for (name, summary) in every() {
        let result = RunResult::from(&summary);
        for format in [charts::Format::Svg, charts::Format::Png] {
            for (file, bytes) in charts::draw(&result, format).unwrap() {
                std::fs::write(Path::new(&folder).join(format!("{name}-{file}")), bytes).unwrap();
            }
        }
        std::fs::write(Path::new(&folder).join(format!("{name}.txt")), text::comparison(&result)).unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.md")), markdown::summary(&result)).unwrap();
    }
}

#[test]
fn a_result_reads_back_as_it_was_written() {
    for (name, summary) in every() {
        let result = RunResult::from(&summary);
        let json = result.to_json().unwrap();
        // Some of these have more downtime than there is time, which `from_json` does not take.
        let back: RunResult = serde_json::from_str(&json).unwrap();
        assert_eq!(back, result, "{name}");
        assert_eq!(back.to_json().unwrap(), json, "{name}");
        assert_eq!(
            charts::draw(&back, charts::Format::Svg).unwrap(),
            charts::draw(&result, charts::Format::Svg).unwrap(),
            "{name}"
        );
    }
}

/// Results of earlier versions do not say what was laid over the scenario, nor what was odd about it.
#[test]
fn an_earlier_result_can_still_be_drawn() {
    let json = RunResult::from(&fixture::small()).to_json().unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&json).unwrap();
    for key in ["overrides", "selection", "warnings"] {
        value.as_object_mut().unwrap().remove(key).unwrap();
    }
    let back = RunResult::from_json(&value.to_string()).unwrap();
    assert_eq!(back, RunResult::from(&fixture::small()));
}

#[test]
fn one_replication_has_no_interval_and_says_so_in_json_and_words() {
    let mut summary = fixture::small();
    summary.replications = 1;
    let unknown = |estimate: &mut ninefold::experiment::summary::Estimate| {
        (estimate.se, estimate.low, estimate.high) = (f64::NAN, f64::NEG_INFINITY, f64::INFINITY);
    };
    for strategy in &mut summary.strategies {
        unknown(&mut strategy.total.downtime_s);
        unknown(&mut strategy.total.availability);
    }
    for comparison in &mut summary.comparisons {
        unknown(&mut comparison.lost_s_a_minus_b);
    }
    let result = RunResult::from(&summary);
    let json = result.to_json().unwrap();
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
    assert!(json.contains("\"se\": null"));
    assert_eq!(RunResult::from_json(&json).unwrap().to_json().unwrap(), json);
    let said = verdict::verdict(&result, str::to_owned);
    assert!(said.contains("cannot be told apart with this one replication"), "{said}");
    let _ = text::comparison(&result);
    charts::draw(&result, charts::Format::Svg).unwrap();
}

#[test]
fn a_file_that_is_no_result_is_explained() {
    let json = RunResult::from(&fixture::small()).to_json().unwrap();
    let says = |text: &str| RunResult::from_json(text).unwrap_err().to_string();
    assert!(says(&json[..json.len() / 2]).contains("cut off"), "{}", says(&json[..json.len() / 2]));
    assert!(says("").contains("cut off"));
    assert!(says("# no").contains("not JSON"));
    assert!(says("[1]").contains("not a result"), "{}", says("[1]"));
    assert!(says("{}").contains("no `schema`"));
    assert!(says(&json.replace("\"schema\": 1", "\"schema\": 2")).contains("schema 2"));
    let nameless = says(&json.replacen("\"seed\"", "\"sead\"", 1));
    assert!(nameless.contains("seed"), "{nameless}");
    let text = says(&json.replacen("\"instances\": 4", "\"instances\": \"many\"", 1));
    assert!(text.contains("many"), "{text}");
    assert!(says(&json.replace("\"horizon_s\": 31536000", "\"horizon_s\": 0")).contains("horizon_s"));
}

#[test]
fn nothing_is_wider_than_a_terminal_and_the_verdict_is_first() {
    for (name, summary) in every() {
        let result = RunResult::from(&summary);
        let text = text::comparison(&result);
        for line in text.lines() {
            assert!(clean::width(line) <= 100, "{name}: {line}");
        }
        let flat = text.replace('\n', " ");
        let (_, after_title) = flat.split_once("  ").unwrap();
        assert!(after_title.starts_with(&verdict::verdict(&result, clean::visible)), "{name}: {text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{name}");
    }
}

#[test]
fn hostile_names_survive_other_parsers() {
    let summary = fixture::hostile();
    let result = RunResult::from(&summary);
    let sheets = [
        csv::summary(&result),
        csv::causes(&result),
        csv::strategies(&result),
        csv::comparisons(&result),
        csv::replications(&summary),
        csv::failures(&summary),
    ];
    for sheet in &sheets {
        let mut reader = ::csv::Reader::from_reader(sheet.as_bytes());
        for record in reader.records() {
            for cell in &record.unwrap() {
                let number = cell.parse::<f64>().is_ok();
                assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
            }
        }
    }
    let mut reader = ::csv::Reader::from_reader(sheets[2].as_bytes());
    let names: Vec<String> =
        reader.records().map(|record| record.unwrap()[0].trim_start_matches('\'').to_owned()).collect();
    assert_eq!(names, fixture::HOSTILE);

    let json: serde_json::Value = serde_json::from_str(&result.to_json().unwrap()).unwrap();
    for (index, name) in fixture::HOSTILE.iter().enumerate() {
        assert_eq!(json["strategies"][index]["name"], *name);
    }

    let page = markdown::summary(&result);
    assert!(!page.contains('<'), "an element could begin: {page}");
    let mut columns = None;
    for line in page.lines() {
        assert!(!line.starts_with("# heading"), "{page}");
        if line.starts_with('|') {
            let now = line.replace("\\|", "").matches('|').count();
            assert_eq!(*columns.get_or_insert(now), now, "{line}");
        } else {
            columns = None;
        }
    }
}

#[test]
fn every_svg_is_well_formed_and_can_be_read_aloud() {
    for (name, summary) in every() {
        for (file, bytes) in charts::draw(&RunResult::from(&summary), charts::Format::Svg).unwrap() {
            let text = String::from_utf8(bytes).unwrap();
            let elements = xml::elements(&text).unwrap_or_else(|error| panic!("{name} {file}: {error}"));
            assert_eq!(elements[..3], ["svg", "title", "desc"], "{name} {file}");
            for element in &elements[3..] {
                assert!(
                    ["rect", "polyline", "polygon", "text", "line"].contains(&element.as_str()),
                    "{element}"
                );
            }
        }
    }
}

/// More strategies than a chart has room for, some of them alike, all with long names that differ at the end.
#[test]
fn a_chart_says_what_it_does_not_show() {
    let causes: &[(&'static str, f64)] = &[("host-crash", 1.0)];
    let long = |k: u32| format!("a-strategy-with-a-name-that-is-much-too-long-for-any-table-{k:02}");
    let plan = |k: u32| {
        // The first one is without protection, and two of each are alike.
        let protect: &[&'static str] = if k == 0 { &[] } else { &["nlb"] };
        let minutes = if k == 0 { 900.0 } else { 10.0 + f64::from(k / 2 * 7) };
        fixture::strategy(&long(k), protect, 400, vec![fixture::service("mail", 4, minutes, 2.0, causes)])
    };
    let result = RunResult::from(&fixture::summary("crowd", (0..20).map(plan).collect(), 0.1));
    for (name, bytes) in charts::draw(&result, charts::Format::Svg).unwrap() {
        let svg = String::from_utf8(bytes).unwrap();
        let texts: Vec<&str> = svg.lines().map(str::trim).filter(|l| !l.starts_with('<')).collect();
        assert!(svg.contains("Drawn: 16 of 20 strategies"), "{name}: {texts:?}");
        // The baseline, which loses most, and the fifteen that lose least; each can be told by its end.
        for k in 0..20 {
            let drawn =
                texts.iter().any(|text| text.ends_with(&format!("-{k:02}")) && text.starts_with("a-str"));
            assert_eq!(drawn, k < 16, "{name} {k}: {texts:?}");
        }
        if name.starts_with("distribution") {
            assert!(
                texts.contains(&"share of instances") && texts.contains(&"down for longer than"),
                "{texts:?}"
            );
            assert!(texts.iter().any(|text| text.starts_with("Hidden under a-str")), "{texts:?}");
            assert!(texts.contains(&"0.5 %"), "the lowest line has a label: {texts:?}");
        }
    }
    let text = text::comparison(&result);
    for k in 0..20 {
        assert!(text.contains(&format!("-{k:02}  ")), "{text}");
    }
}

#[test]
fn the_same_result_gives_the_same_bytes() {
    let result = RunResult::from(&fixture::small());
    for format in [charts::Format::Svg, charts::Format::Png] {
        assert_eq!(charts::draw(&result, format).unwrap(), charts::draw(&result, format).unwrap());
    }
}

/// Numbers that no run makes, and many of which no file may hold: nothing panics, nothing leaves its frame.
#[test]
fn nothing_in_a_file_breaks_a_report() {
    let clean_json: serde_json::Value =
        serde_json::from_str(&RunResult::from(&fixture::small()).to_json().unwrap()).unwrap();
    let nasty = ["0", "-1", "1e300", "-1e300", "5e-324", "1", "0.5", "1e9"];
    let mut state = 1_u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut read = 0;
    for round in 0..400 {
        let mut json = clean_json.clone();
        spoil(&mut json, &mut |value| {
            if value.is_f64() && random(12) == 0 {
                *value = serde_json::from_str(nasty[random(nasty.len() as u64) as usize]).unwrap();
            } else if value.is_u64() && random(12) == 0 {
                *value = [0, 1, u64::from(u32::MAX)][random(3) as usize].into();
            }
        });
        json["schema"] = 1.into();
        // Past the checks of `from_json`, which would leave few of them.
        let Ok(result) = serde_json::from_str::<RunResult>(&json.to_string()) else { continue };
        if result.horizon_s <= 0.0 {
            continue;
        }
        read += 1;
        for line in text::comparison(&result).lines() {
            assert!(clean::width(line) <= 100, "{round}: {line}");
        }
        let _ = markdown::summary(&result);
        let _ = csv::summary(&result);
        for (_, bytes) in charts::draw(&result, charts::Format::Svg).unwrap() {
            xml::elements(&String::from_utf8(bytes).unwrap()).unwrap();
        }
    }
    assert!(read > 200, "only {read} of the spoilt results could be read");
}

fn spoil(value: &mut serde_json::Value, change: &mut impl FnMut(&mut serde_json::Value)) {
    match value {
        serde_json::Value::Array(list) => list.iter_mut().for_each(|item| spoil(item, change)),
        serde_json::Value::Object(map) => map.values_mut().for_each(|item| spoil(item, change)),
        other => change(other),
    }
}
