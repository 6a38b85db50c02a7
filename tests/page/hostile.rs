//! Names that mean harm come through harmless and whole.

use ninefold::report::{RunResult, clean, page};
use sha2::{Digest, Sha256};

use super::made::{Made, SMALL, made};
use super::parsed::{Piece, elements, inside, parse};

/// What people have tried elsewhere.
const HOSTILE: [&str; 8] = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'\" onmouseover='alert(1)' x=\"",
    "=HYPERLINK(\"http://evil\")&amp;",
    "<!--<script>",
    "]]></title></style><svg onload=alert(1)>",
    "javascript:alert(1)//${7*7}{{7*7}}",
    "\u{202e}gnp.exe\u{2066}\u{0}\u{1b}[2J\u{7}\r\n",
];

/// Puts a name in all the places where a name can be.
fn renamed(mut made: Made, name: impl Fn(usize, &str) -> String) -> Made {
    let result = &mut made.result;
    result.scenario.title = name(0, &result.scenario.title);
    result.version = name(1, &result.version);
    result.overrides = vec![name(2, "run.seed=1"), name(3, "host.h.count=3")];
    result.selection = vec![name(4, "none")];
    let rename = |place: usize, text: &mut String| *text = name(place, text);
    for (at, strategy) in result.strategies.iter_mut().enumerate() {
        rename(at, &mut strategy.name);
        for (at, service) in strategy.services.iter_mut().enumerate() {
            rename(at + 3, &mut service.name);
            rename(6, &mut service.role);
            service.protect.iter_mut().for_each(|layer| rename(7, layer));
        }
        strategy.total.causes.iter_mut().enumerate().for_each(|(at, cause)| rename(at, &mut cause.cause));
        strategy.capacity.headroom.iter_mut().for_each(|row| rename(5, &mut row.cluster));
        if let Some(cost) = &mut strategy.cost {
            rename(1, &mut cost.currency);
        }
    }
    for pair in &mut result.total_comparisons {
        let places = ["none", "cluster", "both"];
        let place = |of: &str| places.iter().position(|known| *known == of).unwrap();
        (pair.a, pair.b) = (name(place(&pair.a), &pair.a), name(place(&pair.b), &pair.b));
    }
    result.best.clear();
    for (at, default) in result.assumptions.iter_mut().enumerate() {
        [&mut default.key, &mut default.value, &mut default.source]
            .into_iter()
            .for_each(|text| rename(at % 8, text));
        default.of.iter_mut().for_each(|of| rename(2, of));
    }
    for section in &mut result.description {
        section
            .lines
            .iter_mut()
            .enumerate()
            .for_each(|(at, line)| *line = format!("  {}", name(at % 8, line)));
    }
    for (at, both) in made.replays.strategies.iter_mut().enumerate() {
        rename(at, &mut both.strategy);
        for lane in [&mut both.worst, &mut both.typical]
            .into_iter()
            .flat_map(|r| &mut r.lanes)
            .flat_map(|g| &mut g.lanes)
        {
            rename(1, &mut lane.name);
            lane.spells
                .iter_mut()
                .filter(|spell| spell.3 != "maintenance")
                .for_each(|spell| rename(0, &mut spell.3));
        }
    }
    made
}

fn hostile(place: usize, _: &str) -> String {
    // Different where the names that they replace are.
    format!("{}{place}", HOSTILE[place % HOSTILE.len()])
}

fn tame(place: usize, _: &str) -> String {
    format!("name{place}")
}

/// Elements with the names of their attributes, without the titles that only long names have.
fn skeleton(page: &str) -> Vec<(String, Vec<String>)> {
    let attributes = |element: &super::parsed::Element| {
        let names = element.attributes.iter().map(|(name, _)| name.clone());
        (element.name.clone(), names.filter(|name| name != "title").collect())
    };
    elements(&parse(page)).into_iter().map(attributes).collect()
}

#[test]
fn hostile_names_inject_nothing_and_are_all_there() {
    let harmless = renamed(made(SMALL, 60), tame);
    let harmful = renamed(made(SMALL, 60), hostile);
    let page = page::html(&harmful.result, Some(&harmful.replays));
    let expected = skeleton(&page::html(&harmless.result, Some(&harmless.replays)));
    let found = skeleton(&page);
    let differ = found.iter().zip(&expected).position(|(a, b)| a != b);
    assert!(differ.is_none(), "{:?} in place of {:?}", found[differ.unwrap()], expected[differ.unwrap()]);
    assert_eq!(found.len(), expected.len());
    let pieces = parse(&page);
    let text: String =
        pieces.iter().map(|piece| if let Piece::Text(text) = piece { text.as_str() } else { "" }).collect();
    for (place, name) in HOSTILE.iter().enumerate() {
        let whole = clean::visible(&format!("{name}{place}"));
        assert!(text.contains(&whole), "{whole} is not whole");
    }
    assert_eq!(inside(&pieces, |e| e.name == "title"), clean::visible(&hostile(0, "")));
    assert!(
        !page.contains(['\u{202e}', '\u{2066}', '\u{0}', '\u{1b}', '\u{7}', '\r']),
        "nothing invisible is left"
    );
    // The data are still data, and name the same.
    let data: serde_json::Value =
        serde_json::from_str(&inside(&pieces, |e| e.get("id") == Some("data"))).unwrap();
    assert_eq!(data["strategies"][0], clean::visible(&hostile(0, "")));
}

/// The twin that must fail: a page that lets one name through as markup has another skeleton.
#[test]
fn a_page_that_forgets_to_escape_would_be_noticed() {
    let harmless = made(SMALL, 20);
    let page = page::html(&harmless.result, Some(&harmless.replays));
    let broken = page.replace(">Two hosts and", &format!(">{}", HOSTILE[1]));
    assert!(page != broken);
    assert!(skeleton(&page) != skeleton(&broken));
}

#[test]
fn names_are_isolated_from_what_is_around_them() {
    let made = renamed(made(SMALL, 20), |place, _| format!("\u{5d0}\u{5d1}{place}"));
    let page = page::html(&made.result, Some(&made.replays));
    let pieces = parse(&page);
    // Every Hebrew name in running text stands in a <bdi>, or in a picture or code of its own.
    let mut open: Vec<&str> = Vec::new();
    for piece in &pieces {
        match piece {
            Piece::Open(element) => {
                if !["meta", "link"].contains(&element.name.as_str()) {
                    open.push(&element.name);
                }
            }
            Piece::Close(name) => while open.pop().is_some_and(|last| last != name) {},
            Piece::Text(text) if text.contains('\u{5d0}') => {
                let last = *open.last().unwrap();
                let alone = ["bdi", "text", "code", "title", "script"].contains(&last);
                let is_caption = ["strong", "caption", "p", "th", "span", "dd"].contains(&last);
                assert!(alone || is_caption, "{text:?} in {open:?}");
            }
            Piece::Text(_) => {}
        }
    }
}

#[test]
fn the_policy_allows_the_page_s_own_script_and_style_and_nothing_else() {
    use base64::Engine as _;
    let made = made(SMALL, 20);
    let page = page::html(&made.result, Some(&made.replays));
    let pieces = parse(&page);
    let all = elements(&pieces);
    let policy = all.iter().find(|e| e.get("http-equiv") == Some("Content-Security-Policy")).unwrap();
    let policy = policy.get("content").unwrap();
    let hash = |text: &str| {
        let digest = Sha256::digest(text.as_bytes());
        format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(digest))
    };
    let script = inside(&pieces, |e| e.name == "script" && e.get("type").is_none());
    let style = inside(&pieces, |e| e.name == "style");
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
            hash(&script),
            hash(&style)
        )
    );
    assert_eq!(all.iter().filter(|e| e.name == "script").count(), 2);
    for element in &all {
        for (name, value) in &element.attributes {
            assert!(
                !name.starts_with("on") && name != "style" && name != "src" && name != "srcset",
                "{element:?}"
            );
            let is_link = ["href", "xlink:href", "action", "data", "poster"].contains(&name.as_str());
            assert!(
                !is_link || value.starts_with('#') || value.starts_with("data:image/svg+xml,"),
                "{element:?}"
            );
        }
    }
}

#[test]
fn a_result_that_somebody_has_written_by_hand_makes_a_page_too() {
    let mut made = made(SMALL, 20);
    for strategy in &mut made.result.strategies {
        for service in &mut strategy.services {
            service.downtime_s.quantiles = vec![(0.0, f64::NAN), (0.5, -3.0), (2.0, f64::INFINITY)];
            service.outage_s.max = f64::NAN;
        }
        strategy.convergence = vec![(0, 1.0, 2.0, 1.0), (5, f64::NAN, 0.0, f64::INFINITY)];
        strategy.capacity.memory_used = f64::NAN;
        strategy.total.downtime_s.high = f64::INFINITY;
    }
    for replay in made.replays.strategies.iter_mut().flat_map(|both| [&mut both.worst, &mut both.typical]) {
        replay.horizon_us = 0;
        replay.hosts_up = Vec::new();
        replay.memory_free_mib = vec![1];
        for lane in replay.lanes.iter_mut().flat_map(|group| &mut group.lanes) {
            lane.spells.iter_mut().for_each(|spell| (spell.0, spell.1) = (spell.1, spell.0));
        }
    }
    parse(&page::html(&made.result, Some(&made.replays)));
    let nothing = RunResult {
        strategies: Vec::new(),
        total_comparisons: Vec::new(),
        comparisons: Vec::new(),
        ..made.result
    };
    parse(&page::html(&nothing, None));
}
