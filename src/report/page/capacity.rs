//! What each strategy takes of the datacenter, what it leaves, and how that goes over time.

use maud::{Markup, html};

use super::axis::px;
use super::figure::{Figure, WIDTH, choice};
use super::name::{inside, name, sentence, short};
use super::room;
use super::shown::Shown;
use super::table::{Cell, Column, figures as figure_column, table, words};
use crate::report::replays::Replays;
use crate::report::result::Strategy;
use crate::report::{capacity, figures, headroom};

const ROW: f64 = 52.0;
const BAR: f64 = 17.0;
const TOP: f64 = 8.0;
const LEFT: f64 = 196.0;
const RIGHT: f64 = WIDTH - 1.0;

pub(super) fn section(shown: &Shown<'_>, replays: Option<&Replays>) -> Markup {
    html! {
        section id="capacity" aria-labelledby="capacity-head" {
            h2 id="capacity-head" { "Capacity and headroom" }
            (bars(shown))
            (at_start(shown))
            (losses(shown))
            (asked(shown))
            (over_time(shown, replays))
        }
    }
}

/// Memory and cores of all hosts, by what becomes of them.
fn bars(shown: &Shown<'_>) -> Markup {
    let mut told = Vec::new();
    let picture = html! {
        @for (place, strategy) in shown.strategies.iter().enumerate() {
            @let y = TOP + ROW * place as f64;
            text.label x="0" y=(px(y + BAR + 5.0)) { (short(&strategy.name, 18)) }
            @for (row, (what, parts)) in both(strategy).into_iter().enumerate() {
                (bar(strategy, what, parts, y + (BAR + 3.0) * row as f64))
            }
        }
    };
    for strategy in &shown.strategies {
        let parts = both(strategy).map(|(what, [used, reserved, left])| {
            let [used, reserved, left] = [used, reserved, left].map(figures::share);
            format!("{what} {used} used, {reserved} reserved, {left} left")
        });
        told.push(format!("{}: {}.", short(&strategy.name, 60), parts.join("; ")));
    }
    Figure {
        id: "capacity-bars",
        title: "What each strategy takes of all hosts.",
        caption: "Dark: used by VMs. Striped: kept free by admission control. Pale: left. A bar is all that VMs may take, which is more than \
                  there is where cores or memory are overcommitted; figures are parts of what there is.",
        description: told.join(" "),
        height: TOP + ROW * shown.strategies.len() as f64,
        picture,
    }
    .alone()
}

fn both(strategy: &Strategy) -> [(&'static str, [f64; 3]); 2] {
    let capacity = &strategy.capacity;
    [
        ("memory", [capacity.memory_used, capacity.memory_reserved, capacity.memory_left]),
        ("cores", [capacity.cores_used, capacity.cores_reserved, capacity.cores_left]),
    ]
}

fn bar(strategy: &Strategy, what: &str, parts: [f64; 3], y: f64) -> Markup {
    let mut from = LEFT;
    // With overcommitment the parts come to more than all of it.
    let most: f64 = parts.iter().filter(|part| part.is_finite()).sum::<f64>().max(1e-9);
    let boxes = [("used", parts[0]), ("reserved", parts[1]), ("left", parts[2])].map(|(word, part)| {
        let start = from;
        from += if part.is_finite() { part.max(0.0) / most * (RIGHT - LEFT) } else { 0.0 };
        (word, part, start, from)
    });
    html! {
        text.tick x=(px(LEFT - 10.0)) y=(px(y + 12.5)) text-anchor="end" { (what) }
        @for (word, part, start, end) in boxes {
            @if end > start {
                g data-tip={ (short(&strategy.name, 60)) "\n" (what) " " (word) ": " (figures::share(part)) } {
                    rect.{ "room " (word) } x=(px(start)) y=(px(y)) width=(px((end - start - 1.0).max(0.6))) height=(px(BAR)) {}
                    @if end - start > 92.0 {
                        text.{ "inside " (word) "-text" } x=(px(start + 8.0)) y=(px(y + 12.5)) { (figures::share(part)) " " (word) }
                    }
                }
            }
        }
    }
}

fn at_start(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    let spare = capacity::heads_with_losses(result);
    let mut columns: Vec<Column> = vec![words("strategy")];
    columns.extend(
        ["hosts", "VMs", "VMs per host", "memory used", "cores used", "more VMs fit"].map(figure_column),
    );
    columns.extend(spare.iter().map(|head| figure_column(head)));
    columns.push(figure_column(&format!("VMs wait for room, {}", result.told_for())));
    let row = |strategy: &&Strategy| {
        let capacity = &strategy.capacity;
        let mut row = vec![
            Cell::words(name(&strategy.name)),
            Cell::figure(&figures::count(capacity.hosts), f64::from(capacity.hosts)),
            Cell::figure(&figures::count(capacity.vms), f64::from(capacity.vms)),
            Cell::figure(&figures::fixed(capacity.consolidation, 1), capacity.consolidation),
            Cell::figure(&figures::share(capacity.memory_used), capacity.memory_used),
            Cell::figure(&figures::share(capacity.cores_used), capacity.cores_used),
            Cell::figure(&capacity::more_vms(capacity), f64::from(capacity.more_vms)),
        ];
        let keys = [capacity.more_vms_n1, capacity.more_vms_n2];
        let cells = capacity::cells_with_losses(capacity).into_iter().zip(keys).take(spare.len());
        row.extend(cells.map(|(text, key)| Cell::figure(&text, key.map_or(f64::NAN, f64::from))));
        let waiting = result.told(&capacity.waiting_vm_s);
        let text = if waiting.mean > 0.0 { figures::duration_interval(&waiting) } else { "–".to_owned() };
        row.push(Cell::figure(&text, waiting.mean));
        row
    };
    table("What the start placement takes and leaves", &columns, shown.strategies.iter().map(row).collect())
}

/// N+1 and N+2, in sentences.
fn losses(shown: &Shown<'_>) -> Markup {
    let said = capacity::sentences(shown.result, inside);
    html! {
        @if !said.is_empty() {
            ul.remarks {
                @for (names, told) in &said {
                    @let names: Vec<String> = names.iter().map(|name| inside(name)).collect();
                    li { (sentence(&crate::report::verdict::list(&names))) ": " (sentence(told)) }
                }
            }
        }
    }
}

/// Of clusters that ask for headroom: for how long they lacked it.
fn asked(shown: &Shown<'_>) -> Markup {
    let result = shown.result;
    if !headroom::is_told(result) {
        return html! {};
    }
    let columns: Vec<Column> = headroom::HEAD
        .iter()
        .enumerate()
        .map(|(at, head)| if at < 2 { words(head) } else { figure_column(head) })
        .collect();
    let of = |strategy: &&Strategy| {
        strategy
            .capacity
            .headroom
            .iter()
            .map(|row| {
                [
                    row.headroom,
                    row.below.mean,
                    row.memory_free.mean,
                    row.cores_free.mean,
                    row.memory_least.min(row.cores_least),
                ]
            })
            .collect::<Vec<_>>()
    };
    let keys: Vec<[f64; 5]> = result.strategies.iter().flat_map(|strategy| of(&strategy)).collect();
    let rows = headroom::rows(result, str::to_owned, str::to_owned).into_iter().zip(keys).take(200);
    let row = |(texts, keys): (Vec<String>, [f64; 5])| {
        let names = texts.iter().take(2).map(|text| Cell::words(name(text)));
        names.chain(texts.iter().skip(2).zip(keys).map(|(text, key)| Cell::figure(text, key))).collect()
    };
    html! {
        h3 { "Headroom that was asked for" }
        p { (headroom::LEGEND) "." }
        (table("Headroom over time, of each cluster that asks for it", &columns, rows.map(row).collect()))
    }
}

fn over_time(shown: &Shown<'_>, replays: Option<&Replays>) -> Markup {
    let Some(replays) = replays else { return html! {} };
    let panels = shown.replayed.iter().filter_map(|&place| {
        let strategy = shown.strategies[place];
        let both = replays.strategies.iter().find(|replay| replay.strategy == strategy.name)?;
        Some((name(&strategy.name), room::figure(shown.result, both, place)))
    });
    html! {
        h3 { "Headroom over time" }
        p {
            "What was left of the datacenter in two replications: the one that loses most, and one in the middle. Each step is the worst of "
            "its piece of time. Memory is free where it is on a host that takes VMs and no VM takes it."
        }
        (choice("strategy", "strategy", panels.collect()))
    }
}
