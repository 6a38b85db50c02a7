//! A load from a file: what it means, and every way in which a file can be wrong.

use ninefold::experiment::{Plan, run};
use ninefold::model::Load;
use ninefold::report::RunResult;
use ninefold::scenario::{File, Input, Issue, Refusal, Severity, Spec, compile, describe, limits, read};
use proptest::prelude::*;

/// Balanced members that are missed at the peak, and VMs that want more than their host has.
const SCENARIO: &str = r#"schema = 1
title = "measured"
[run]
horizon = "52 w"
replications = 20
[host.h]
count = 3
cores = 4
memory = "64 GiB"
crash = { mttf = "20 d", mttr = "12 h" }
[load.office]
LOAD
[service.web]
role = "stateless"
vm = { cores = 2, memory = "1 GiB", busy = 2 }
load = "office"
requests = 3000
demand = 3000
capacity = 1000
[service.db]
instances = 3
vm = { cores = 4, memory = "4 GiB", busy = 3 }
load = "office"
[strategy.s]
protect = ["nlb"]
members = 3
[strategy.s.service.db]
protect = []
"#;

const INLINE: &str = r#"monday = { "00:00" = "5 %", "07:00" = "40 %", "09:00" = "100 %", "12:00" = "61.5 %", "18:00" = "20 %" }
workdays = { "00:00" = "10 %", "08:00" = "61.5 %", "18:00" = "20 %" }
weekend = "5 %""#;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The same, hour by hour, in thousandths.
fn hour(day: usize, hour: usize) -> u32 {
    match (day, hour) {
        (0, 0..7) | (5.., _) => 50,
        (0, 7..9) => 400,
        (0, 9..12) => 1_000,
        (0, 12..18) | (1.., 8..18) => 615,
        (_, 18..) => 200,
        _ => 100,
    }
}

/// A file, its rows made of the number of the hour and of what clients want.
fn hourly(header: &str, row: impl Fn(usize, u32) -> String) -> String {
    let rows = (0..168).map(|n| row(n, hour(n / 24, n % 24)));
    std::iter::once(header.to_owned()).chain(rows).map(|row| row + "\n").collect()
}

fn by_day(n: usize, share: u32) -> String {
    format!("{} {:02}:00,{}", DAYS[n / 24], n % 24, f64::from(share) / 1e3)
}

fn good() -> String {
    hourly("time,share", by_day)
}

fn input(load: &str) -> String {
    SCENARIO.replace("LOAD", load)
}

fn read_with(load: &str, file: &[u8]) -> (Option<Spec>, Vec<Issue>) {
    let files = [File::new("week.csv", file)];
    read(&Input { name: "t.toml", bytes: input(load).as_bytes(), overrides: &[], files: &files })
}

fn sound(load: &str, file: &[u8]) -> Spec {
    let (spec, issues) = read_with(load, file);
    let shown: String = issues.iter().map(Issue::render).collect();
    assert!(issues.is_empty(), "{shown}");
    spec.unwrap()
}

/// Everything that a run says.
fn result(spec: &Spec) -> String {
    let plan = Plan {
        title: spec.title.clone(),
        sha256: String::new(),
        seed: spec.run.seed,
        replications: 20,
        threads: Some(2),
    };
    RunResult::from(&run(&compile(spec).unwrap(), &plan, &()).unwrap()).to_json().unwrap()
}

#[test]
fn a_week_in_a_file_is_the_same_week_in_the_scenario() {
    let inline = result(&sound(INLINE, b""));
    let file = "csv = \"week.csv\"";
    let quarter = |n: usize| format!("{} {}:{:02}", DAYS[n / 96], n / 4 % 24, n % 4 * 15);
    let quarters: String =
        (0..672).map(|n| format!("{},{}\n", quarter(n), f64::from(hour(n / 96, n / 4 % 24)) / 1e3)).collect();
    let forms = [
        ("by day", file, good()),
        ("by hours", file, hourly("Time,share", |n, s| format!("{n} h,{}", f64::from(s) / 1e3))),
        ("by number", file, hourly("share", |_, s| (f64::from(s) / 1e3).to_string())),
        ("in per cent", file, hourly("share", |_, s| format!("{} %", f64::from(s) / 10.0))),
        ("by quarters", file, format!("time,share\n{quarters}")),
        (
            "quoted",
            file,
            hourly("\"time\",\"share\"", |n, s| format!("\"{n} h\",\"{}%\"", f64::from(s) / 10.0)),
        ),
        (
            "with blanks",
            file,
            hourly("time , share", |n, s| format!(" {n} h , {} \n\n   ", f64::from(s) / 1e3)),
        ),
        ("as Windows writes it", file, format!("\u{feff}{}", good().replace('\n', "\r\n"))),
        ("without a last line break", file, good().trim_end().to_owned()),
        (
            "of several columns",
            "csv = \"week.csv\"\ncolumn = \"mail, in all\"",
            hourly("web,\"mail, in all\",time,note", |n, s| {
                format!("x,{},{n} h,\"a, \"\"b\"\"\"", f64::from(s) / 1e3)
            }),
        ),
    ];
    for (name, load, file) in forms {
        assert_eq!(result(&sound(load, file.as_bytes())), inline, "{name}");
    }
    let other = good().replace("Mon 09:00,1\n", "Mon 09:00,0.99\n");
    assert_ne!(result(&sound(file, other.as_bytes())), inline, "another week has another result");
}

#[test]
fn check_says_what_was_read() {
    let said = describe(&sound("csv = \"week.csv\"", good().as_bytes()));
    let line = "load office: share of week.csv, 168 rows, at most 100 % of the demand, 26.21 % on average, 18 steps a week\n    \
                Mon 5 % to 100 %, Tue 10 % to 61.5 %, Wed 10 % to 61.5 %, Thu 10 % to 61.5 %, Fri 10 % to 61.5 %, Sat 5 %, Sun 5 %\n";
    assert!(said.contains(line), "{said}");
}

/// What is replaced in the file by what; code, line and column of each issue, and words of the first.
type Case = (&'static str, &'static str, &'static [(&'static str, usize, usize)], &'static str);

const CASES: &[Case] = &[
    // Values.
    (
        "Mon 02:00,0.05",
        "Mon 02:00,nan",
        &[("E015", 4, 11)],
        "\"nan\" is outside 0 to 100 %: write a part of the most",
    ),
    ("Mon 02:00,0.05", "Mon 02:00,inf", &[("E015", 4, 11)], "outside 0 to 100 %"),
    ("Mon 02:00,0.05", "Mon 02:00,-0.05", &[("E015", 4, 11)], "outside 0 to 100 %"),
    ("Mon 02:00,0.05", "Mon 02:00,5", &[("E015", 4, 11)], "such as 0.15 or 15 %"),
    ("Mon 02:00,0.05", "Mon 02:00,101 %", &[("E015", 4, 11)], "outside 0 to 100 %"),
    ("Mon 02:00,0.05", "Mon 02:00,-5 %", &[("E014", 4, 11)], "negative"),
    ("Mon 02:00,0.05", "Mon 02:00, lots ", &[("E014", 4, 11)], "\"lots\" is not a fraction"),
    ("Mon 02:00,0.05", "Mon 02:00,", &[("E014", 4, 11)], "the value is empty"),
    ("Mon 02:00,0.05", "Mon 02:00,\"0,05\"", &[("E014", 4, 11)], "\"0,05\" is not a fraction"),
    // Rows.
    ("Mon 02:00,0.05", "Mon 02:00,0,05", &[("E040", 4, 1)], "3 values in a row, where the header has 2"),
    ("Mon 02:00,0.05", "Mon 02:00", &[("E040", 4, 1)], "1 value in a row, where the header has 2"),
    ("Mon 02:00,0.05", "Mon 02:00,\"0.05", &[("E040", 4, 1)], "goes on over several lines: close its quotes"),
    // Times.
    ("Mon 02:00,0.05", "2,0.05", &[("E015", 4, 1)], "\"2\" is no time of the week: write a day and a time"),
    ("Mon 02:00,0.05", "2024-01-01 02:00,0.05", &[("E015", 4, 1)], "such as Mon 08:00"),
    ("Mon 02:00,0.05", ",0.05", &[("E015", 4, 1)], "\"\" is no time"),
    ("Mon 02:00,0.05", "Mon 24:00,0.05", &[("E015", 4, 1)], "no time of the week"),
    ("Sun 23:00,0.05", "168 h,0.05", &[("E015", 169, 1)], "after the end of the week"),
    (
        "Mon 02:00,0.05\n",
        "",
        &[("E040", 4, 1)],
        "Mon 03:00 follows Mon 01:00, in steps of 1 h: Mon 02:00 is not there",
    ),
    ("Mon 02:00,0.05", "Mon 02:30,0.05", &[("E040", 4, 1), ("E040", 5, 1)], "Mon 02:00 is not there"),
    ("Mon 02:00,0.05", "Mon 01:00,0.05", &[("E040", 4, 1)], "Mon 01:00 is there twice: leave one"),
    ("Mon 02:00,0.05", "Mon 00:30,0.05", &[("E040", 4, 1)], "Mon 00:30 comes after Mon 01:00"),
    ("Mon 00:00,0.05\n", "", &[("E040", 2, 1)], "the week begins on Mon 01:00: begin with Mon 00:00"),
    (
        "Sun 23:00,0.05\n",
        "",
        &[("E040", 168, 1)],
        "the week ends with Sun 22:00, in steps of 1 h: write rows up to",
    ),
    (
        "Sun 23:00,0.05\n",
        "Sun 23:00,0.05\nMon 00:00,1\n",
        &[("E040", 170, 1)],
        "Mon 00:00 comes after Sun 23:00",
    ),
    // Headers.
    ("time,share\n", "", &[("E040", 1, 1)], "the first row is no header: begin with a row that names"),
    ("time,share\nMon", "0,1\nMon", &[("E040", 1, 1)], "the first row is no header"),
    ("time,share", "time;share", &[("E040", 1, 1)], "separated by semicolons: save the file with commas"),
    ("time,share", "time\tshare", &[("E040", 1, 1)], "separated by tabs"),
    ("time,share", "time,\"share", &[("E010", 1, 6)], "the name of a column with a line break in it"),
    ("time,share", "time,\u{1b}[2Jshare", &[("E010", 1, 6)], "the control character U+001B"),
    ("time,share", "time", &[("E040", 1, 1)], "the file has no column of values"),
    ("Mon 02:00,0.05", "Mon\u{0}02:00,0.05", &[("E015", 4, 1)], "\"Mon\\0"),
];

#[test]
fn every_mistake_of_a_file_is_told_at_its_place() {
    let mut wrong = String::new();
    for (from, to, expected, words) in CASES {
        assert!(good().contains(from), "{from}");
        let (spec, issues) = read_with("csv = \"week.csv\"", good().replacen(from, to, 1).as_bytes());
        let found: Vec<_> = issues.iter().map(|i| (i.code, i.place.line, i.place.column)).collect();
        let said = issues.first().map(Issue::to_string).unwrap_or_default();
        let is_told =
            said.starts_with("week.csv:") && said.contains("load.office.csv: ") && said.contains(words);
        if found != *expected || !is_told || spec.is_some() {
            let shown: String = issues.iter().map(Issue::render).collect();
            wrong.push_str(&format!("{to:?}: expected {expected:?}, {words:?}, found\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Code, line and column of the only issue, and what it says.
fn only(load: &str, file: &[u8]) -> (&'static str, usize, usize, String) {
    let (_, issues) = read_with(load, file);
    let shown: String = issues.iter().map(Issue::render).collect();
    assert_eq!(issues.len(), 1, "{shown}");
    (issues[0].code, issues[0].place.line, issues[0].place.column, issues[0].to_string())
}

#[test]
fn files_that_are_no_table_are_one_mistake() {
    let file = "csv = \"week.csv\"";
    let (code, line, column, said) = only(file, b"");
    assert_eq!((code, line, column), ("E040", 1, 1), "{said}");
    assert!(said.contains("the file is empty: begin with a row that names the columns"), "{said}");
    assert_eq!(only(file, b"\r\n\n\xEF\xBB\xBF").0, "E040");
    assert!(only(file, b"time,share\n").3.contains("the file has no rows"));
    assert!(only(file, b"share\n").3.contains("the file has no rows"));
    assert!(only(file, b"time,share\nMon 00:00,1\n").3.contains("one row is no week"));
    let short = hourly("share", |n, _| if n == 0 { String::new() } else { "1".to_owned() });
    assert!(
        only(file, short.as_bytes())
            .3
            .contains("167 rows have no equal parts of a week: write one for each hour")
    );
    let fives: String = (0..33).map(|n| format!("{} h,1\n", 5 * n)).collect();
    assert!(
        only(file, format!("time,share\n{fives}").as_bytes()).3.contains("steps of 5 h do not make up a day")
    );
    // Spreadsheets save it like this where they are asked for Unicode, or for the local character set.
    let (code, line, column, said) = only(file, b"\xFF\xFEt\0i\0m\0e\0");
    assert_eq!((code, line, column), ("E002", 1, 1), "{said}");
    let (code, line, column, said) = only(file, b"time,share\nMon 00:00,\xE9\n");
    assert_eq!((code, line, column), ("E002", 2, 11), "{said}");
    assert!(said.contains("byte 0xE9 is not UTF-8"), "{said}");
    let large = vec![b'\n'; limits::FILE_BYTES + 1];
    let (code, line, _, said) = only(file, &large);
    assert_eq!((code, line), ("E003", 12), "{said}");
    assert!(said.contains("more than 16 MiB"), "{said}");
    let many = format!("share\n{}", "1\n".repeat(limits::ROWS + 1));
    assert_eq!((only(file, many.as_bytes()).0, only(file, many.as_bytes()).1), ("E019", limits::ROWS + 2));
}

#[test]
fn a_column_is_chosen_or_the_only_one() {
    let several = hourly("time,mail,web", |n, s| format!("{n} h,{},0", f64::from(s) / 1e3));
    let (code, line, column, said) = only("csv = \"week.csv\"", several.as_bytes());
    assert_eq!((code, line, column), ("E009", 12, 7), "{said}");
    assert!(said.contains("several columns: mail, web: write column = \"mail\""), "{said}");
    let (code, line, column, said) = only("csv = \"week.csv\"\ncolumn = \"mial\"", several.as_bytes());
    assert_eq!((code, line, column), ("E021", 13, 10), "{said}");
    assert!(said.contains("did you mean \"mail\"?"), "{said}");
    assert_eq!(only("csv = \"week.csv\"\ncolumn = \"time\"", several.as_bytes()).0, "E021");
    assert_eq!(only("csv = \"week.csv\"\ncolumm = \"mail\"", several.as_bytes()).0, "E007");
    let twice = several.replace("mail,web", "mail,mail");
    let (code, line, column, said) = only("csv = \"week.csv\"\ncolumn = \"mail\"", twice.as_bytes());
    assert_eq!((code, line, column), ("E005", 1, 11), "{said}");
    let both = only("csv = \"week.csv\"\nweekend = 0.1", good().as_bytes());
    assert_eq!((both.0, both.1), ("E020", 13), "{}", both.3);
}

#[test]
fn of_many_mistakes_the_first_are_told_and_of_one_file_each_once() {
    let load = "csv = \"week.csv\"\n[load.again]\ncsv = \"week.csv\"";
    let file = hourly("time,share", |n, _| format!("{n},x"));
    let scenario = input(load)
        .replacen("instances = 3\n", "", 1)
        .replace("[service.db]\n", "[service.db]\nrequests = 1\n");
    let scenario = scenario.replacen("busy = 3 }\nload = \"office\"", "busy = 3 }\nload = \"again\"", 1);
    let files = [File::new("week.csv", file.as_bytes())];
    let (_, issues) =
        read(&Input { name: "t.toml", bytes: scenario.as_bytes(), overrides: &[], files: &files });
    let shown: String = issues.iter().map(Issue::render).collect();
    assert_eq!(issues.len(), 11, "{shown}");
    assert!(issues[10].to_string().contains("326 more mistakes in this file are not shown"), "{shown}");
    assert!(issues.iter().all(|issue| issue.path == "load.office.csv"), "{shown}");
    // A file that cannot be read is told of once as well.
    let gone = File { content: Err(Refusal::Missing), ..File::new("week.csv", b"".as_slice()) };
    let (_, issues) =
        read(&Input { name: "t.toml", bytes: scenario.as_bytes(), overrides: &[], files: &[gone] });
    assert_eq!(issues.len(), 1, "{issues:#?}");
    assert_eq!((issues[0].code, issues[0].place.line, issues[0].place.column), ("E039", 12, 7));
}

#[test]
fn all_files_together_have_a_limit() {
    let large = vec![b'\n'; limits::FILE_BYTES];
    let names = ["a", "b", "c", "d", "week.csv"];
    let files = names.map(|name| File::new(name, large.as_slice()));
    let text = input("csv = \"week.csv\"");
    let (_, issues) = read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &files });
    assert!(issues[0].what.contains("more than 64 MiB"), "{issues:#?}");
}

/// What an override names takes the place of what the scenario does.
#[test]
fn overrides_name_files() {
    let files = [
        File::new("week.csv", good().as_bytes()),
        File::new("other.csv", b"x\n1\n1\n1\n1\n1\n1\n1\n".as_slice()),
    ];
    let read_set = |load: &str, set: &str| {
        let overrides = [set.to_owned()];
        read(&Input { name: "t.toml", bytes: input(load).as_bytes(), overrides: &overrides, files: &files })
    };
    let most = |(spec, issues): (Option<Spec>, Vec<Issue>)| {
        spec.unwrap_or_else(|| panic!("{issues:#?}")).loads[0].steps.len()
    };
    assert_eq!(most(read_set("csv = \"week.csv\"", "load.office.csv=other.csv")), 1);
    assert_eq!(most(read_set(INLINE, "load.office={ csv = \"other.csv\" }")), 1);
    let (_, issues) = read_set(INLINE, "load.office.csv=other.csv");
    assert_eq!((issues.len(), issues[0].code), (1, "E020"), "{issues:#?}");
    assert!(issues[0].remedy.contains("--set 'load.office={ csv = \"FILE\" }'"), "{}", issues[0]);
    let (_, issues) = read_set("csv = \"week.csv\"", "load.office.csv=third.csv");
    let said = issues[0].to_string();
    assert!(
        said.starts_with("--set load.office.csv=third.csv: error[E039]: load.office.csv: nobody has read"),
        "{said}"
    );
}

/// What a mutation puts in: characters that mean something to the reader.
const PIECES: &[&str] = &[
    "\"",
    ",",
    "\n",
    "\r",
    ";",
    "\u{feff}",
    "\u{0}",
    "é",
    " ",
    "%",
    "nan",
    "1e308",
    "-",
    "Mon",
    "24:00",
    "time",
    "h,",
    "9999999999999999999999",
    "\"\"",
    "\n\n",
    "Sun 23:00,1\n",
    "\t",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_file_is_a_week_or_a_mistake(
        edits in prop::collection::vec((0..2_600_usize, 0_usize..20, 0..PIECES.len()), 0..4),
        raw in prop::collection::vec(any::<u8>(), 0..3),
        at in 0..2_600_usize,
    ) {
        let mut bytes = good().into_bytes();
        for (at, removed, piece) in edits {
            let start = at.min(bytes.len());
            let end = (start + removed).min(bytes.len());
            bytes.splice(start..end, PIECES[piece].bytes());
        }
        let at = at.min(bytes.len());
        bytes.splice(at..at, raw);
        let (spec, issues) = read_with("csv = \"week.csv\"", &bytes);
        let failed = issues.iter().any(|issue| issue.severity == Severity::Error);
        prop_assert_eq!(spec.is_none(), failed, "a spec is there exactly when nothing is an error");
        prop_assert!(issues.len() <= 13);
        for issue in &issues {
            prop_assert!(issue.render().lines().count() >= 3);
        }
        if let Some(spec) = spec {
            let steps = &spec.loads[0].steps;
            prop_assert_eq!(steps[0].0, ninefold::engine::Span::ZERO);
            prop_assert!(steps.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1));
            prop_assert!(steps.iter().all(|step| step.0 < Load::WEEK));
            prop_assert!(!describe(&spec).is_empty());
        }
    }
}
