//! What a screen reader, a keyboard and an auditor find on the page.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ninefold::report::{page, text};

use super::made::{SMALL, made};
use super::parsed::{Element, Piece, elements, inside, parse};

/// Headings, landmarks, figures and tables, in order.
fn outline(page: &str) -> String {
    let pieces = parse(page);
    let mut out = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        let Piece::Open(element) = piece else { continue };
        let text = || inside(&pieces[at..], |_| true).split_whitespace().collect::<Vec<_>>().join(" ");
        let id = element.get("id").unwrap_or_default();
        let _ = match element.name.as_str() {
            "header" | "nav" | "main" | "footer" | "aside" => writeln!(out, "<{}>", element.name),
            "section" => writeln!(out, "section {id}"),
            "h1" | "h2" | "h3" => writeln!(out, "{} {}", element.name, text()),
            "figure" => writeln!(out, "  figure {id}"),
            "caption" => writeln!(out, "  table {}", text()),
            _ => Ok(()),
        };
    }
    out
}

fn page() -> String {
    let made = made(SMALL, 100);
    page::html(&made.result, Some(&made.replays))
}

#[test]
fn the_outline_is_the_one_that_was_read() {
    let now = outline(&page());
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/page/outline.txt");
    if std::env::var_os("NINEFOLD_BLESS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    assert_eq!(now, std::fs::read_to_string(path).unwrap_or_default(), "NINEFOLD_BLESS=1 to accept");
}

#[test]
fn every_chart_has_a_text_and_every_part_a_name() {
    let page = page();
    let pieces = parse(&page);
    let all = elements(&pieces);
    let ids: Vec<&str> = all.iter().filter_map(|element| element.get("id")).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len(), "an id is there once");
    let named = |element: &Element, by: &str| -> String {
        let id = element.get(by).unwrap_or_else(|| panic!("{element:?} has no {by}"));
        inside(&pieces, |other| other.get("id") == Some(id)).trim().to_owned()
    };
    let (mut charts, mut level) = (0, 0);
    for element in &all {
        match element.name.as_str() {
            "svg" if element.get("role") == Some("img") => {
                charts += 1;
                assert!(named(element, "aria-labelledby").len() > 8, "{element:?}");
                assert!(named(element, "aria-describedby").len() > 20, "{element:?}");
            }
            // Others are ornaments.
            "svg" => assert_eq!(element.get("aria-hidden"), Some("true"), "{element:?}"),
            "section" => assert!(!named(element, "aria-labelledby").is_empty()),
            "nav" | "aside" => assert!(element.get("aria-label").is_some()),
            "h1" | "h2" | "h3" | "h4" => {
                let next = element.name[1..].parse::<u32>().unwrap();
                assert!(next <= level + 1, "a {} under level {level}", element.name);
                level = next;
            }
            "div" if element.has_class("chart") || element.has_class("scroll") => {
                assert_eq!(element.get("tabindex"), Some("0"), "reached by keyboard: {element:?}");
            }
            "a" => {
                let to = element.get("href").unwrap().trim_start_matches('#');
                assert!(unique.contains(to), "{to} is nowhere");
            }
            _ => {}
        }
    }
    assert!(charts > 15, "{charts}");
    assert_eq!(all.iter().filter(|e| e.name == "main").count(), 1);
    assert_eq!(all.iter().filter(|e| e.name == "h1").count(), 1);
    assert_eq!(all[0].get("lang"), Some("en"));
    let tables = all.iter().filter(|e| e.name == "table").count();
    assert_eq!(tables, all.iter().filter(|e| e.name == "caption").count());
}

/// The figures are those of the terminal: every cell of its tables is on the page as well.
#[test]
fn the_page_tells_the_numbers_that_the_terminal_tells() {
    let made = made(SMALL, 100);
    let page = page::html(&made.result, Some(&made.replays));
    let pieces = parse(&page);
    let cells: BTreeSet<String> = pieces
        .iter()
        .enumerate()
        .filter(|(_, piece)| matches!(piece, Piece::Open(element) if element.name == "td"))
        .map(|(at, _)| inside(&pieces[at..], |_| true).trim().to_owned())
        .collect();
    let terminal = text::comparison(&made.result);
    let mut compared = 0;
    for line in terminal.lines().filter(|line| line.starts_with("  ") && line.contains('[')) {
        // Columns lie at least two spaces apart.
        for cell in line.split("  ").map(str::trim).filter(|cell| cell.contains('[') && cell.ends_with(']')) {
            let figure: String = cell
                .split(' ')
                .filter(|word| !word.chars().any(char::is_alphabetic))
                .collect::<Vec<_>>()
                .join(" ");
            assert!(cells.iter().any(|own| own.contains(&figure)), "{figure} of {line:?} is not on the page");
            compared += 1;
        }
    }
    assert!(compared >= 9, "{compared} figures compared in\n{terminal}");
    for strategy in &made.result.strategies {
        let minutes =
            ninefold::report::figures::minutes_a_year(&strategy.total.downtime_s, made.result.horizon_s);
        assert!(cells.contains(&ninefold::report::figures::interval(&minutes)), "{}", strategy.name);
    }
}

#[test]
fn every_assumption_is_there_with_what_it_stands_on() {
    let made = made(SMALL, 20);
    let pieces = parse(&page::html(&made.result, None));
    let text = inside(&pieces, |element| element.get("id") == Some("assumptions"));
    assert!(made.result.assumptions.len() > 5);
    for default in &made.result.assumptions {
        for part in [&default.key, &default.value, &default.source] {
            assert!(text.contains(part.as_str()), "{part} is missing");
        }
    }
    assert!(text.contains("heartbeat_interval 1 s default · VMW-12"), "{text}");
    assert!(text.contains("retry_after 3 min set"), "a value that the scenario states is marked");
    for section in &made.result.description {
        for line in &section.lines {
            let said = line.trim().split(" (").next().unwrap();
            assert!(text.contains(said), "{line} is missing");
        }
    }
}

#[test]
fn a_page_without_replays_says_so() {
    let made = made(SMALL, 20);
    let pieces = parse(&page::html(&made.result, None));
    assert!(inside(&pieces, |e| e.get("id") == Some("timeline")).contains("has no replays"));
    assert!(!elements(&pieces).iter().any(|e| e.get("id").is_some_and(|id| id.starts_with("worst-"))));
}
