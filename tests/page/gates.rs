//! Promises on the page: what is asked, whether it is kept, and where the limits lie.

use ninefold::report::page;

use super::made::{SMALL, made};
use super::parsed::{elements, inside, parse};

const GATES: &str = r#"
[[gate]]
name = "<b>nobody waits long</b>"
service = "mail"
strategy = ["cluster", "none"]
check = "p95 downtime <= 30 h/y"
replications_max = 100
[[gate]]
service = "mail"
strategy = "cluster"
check = "chance of downtime > 30 h/y <= 5 %"
replications_max = 100
[[gate]]
service = "web"
strategy = "none"
check = "downtime <= 1 min/y"
replications_max = 100
[[gate]]
strategy = "cluster"
check = "more_vms_n1 >= 1"
"#;

#[test]
fn gates_are_told_and_their_limits_drawn_where_they_lie() {
    let made = made(&format!("{SMALL}{GATES}"), 100);
    let page = page::html(&made.result, Some(&made.replays));
    let pieces = parse(&page);
    let section = inside(&pieces, |element| element.get("id") == Some("gates"));
    let passed = made.result.gates.iter().filter(|gate| gate.outcome.word() == "passed").count();
    assert_eq!(section.matches("✓ passed").count(), passed, "{section}");
    assert!(section.contains("<b>nobody waits long</b>") && section.contains("✗ failed"), "{section}");
    assert!(made.result.gates.iter().all(|gate| section.contains(&gate.told)), "{section}");
    // Thirty hours are asked of three gates and are one line; the chart of the other service has its own.
    let all = elements(&pieces);
    let tips: Vec<&str> = all
        .iter()
        .filter(|element| element.get("class").is_some_and(|class| class.contains("gate-line")))
        .filter_map(|element| element.get("data-tip"))
        .collect();
    assert_eq!(tips.len(), 2, "{tips:?}");
    assert_eq!((tips[0].lines().count(), tips[1].lines().count()), (3, 1), "{tips:?}");
    assert!(page.contains(">gate: 30 h/y<") && page.contains(">gate: 1 min/y<"));
    let limits: Vec<Option<f64>> = made.result.gates.iter().map(|gate| gate.downtime_limit_s).collect();
    assert_eq!(limits, [Some(108_000.0), Some(108_000.0), Some(108_000.0), Some(60.0), None]);
    // The way there: the contents, and a sentence under the verdict.
    assert_eq!(page.matches("href=\"#gates\"").count(), 2);
}

#[test]
fn a_page_without_gates_does_not_speak_of_them() {
    let made = made(SMALL, 20);
    let page = page::html(&made.result, Some(&made.replays));
    assert!(!page.contains("#gates") && !page.contains("id=\"gates\"") && !page.contains("id=\"baseline\""));
}
