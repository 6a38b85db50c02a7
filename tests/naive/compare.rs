//! One scenario, both ways.

use std::collections::{BTreeMap, BTreeSet};

use ninefold::engine::Time;
use ninefold::model::Model;
use ninefold::probe::{Downtime, Entry, Timeline, Waiting, Window};
use ninefold::scenario::{Input, compile, read};
use ninefold::sim::{Replication, Signal};
use ninefold::state::State;

use crate::census::Census;
use crate::scenario::{Scenario, Us};
use crate::world::{ALL, Flaw, World};

/// Billionths by which both may differ: the product rounds each share.
const ROUNDING: u64 = 100;

/// What an instance does not serve, in billionths, from when on.
type Steps = Vec<(Us, u64)>;

/// Both have come to the same.
pub(crate) struct Same {
    pub census: Census,
    /// Why not to the end, where they need not have.
    pub doubt: Option<&'static str>,
}

/// What the product says.
struct Product {
    entries: Vec<Entry>,
    lost: Vec<Steps>,
    /// When each instance went down, and why.
    downs: Vec<BTreeMap<Us, &'static str>>,
    /// By service: microseconds down, and degraded; as an experiment runs it, without a timeline.
    tallies: Vec<[u64; 2]>,
    /// VMs that wait for a host, over time.
    waiting: Steps,
    /// VM-microseconds of waiting for room.
    for_room: u64,
}

pub(crate) fn model(text: &str) -> Model {
    let input = Input { name: "naive.toml", bytes: text.as_bytes(), overrides: &[], files: &[] };
    let (spec, issues) = read(&input);
    let render = |issues: &[ninefold::scenario::Issue]| issues.iter().map(|i| i.render()).collect::<String>();
    let spec = spec.unwrap_or_else(|| panic!("{}\n{text}", render(&issues)));
    compile(&spec).unwrap_or_else(|issues| panic!("{}\n{text}", render(&issues))).remove(0)
}

fn play(model: &Model, seed: u64) -> Product {
    let mut state = State::new(model);
    let simulation = Replication::new(model, &mut state, seed, 0, Timeline::default());
    let Timeline { entries } = simulation.run_checked();
    let mut lost = vec![vec![(0, 0)]; model.instances.len()];
    let mut downs = vec![BTreeMap::new(); model.instances.len()];
    let (mut waits, mut waiting) = (BTreeSet::new(), vec![(0, 0)]);
    for Entry { at, signal } in &entries {
        let (instance, value) = match *signal {
            Signal::ServiceDown { instance, cause } => {
                downs[instance.index()].insert(at.0, cause.name());
                (instance, ALL)
            }
            Signal::ServiceDegraded { instance, lost_ppb } => (instance, u64::from(lost_ppb)),
            Signal::ServiceUp { instance } => (instance, 0),
            Signal::RestartWaiting { vm, .. } => {
                waits.insert(vm);
                waiting.push((at.0, waits.len() as u64));
                continue;
            }
            Signal::RestartOrdered { vm, .. } => {
                waits.remove(&vm);
                waiting.push((at.0, waits.len() as u64));
                continue;
            }
            _ => continue,
        };
        lost[instance.index()].push((at.0, value));
    }
    let observer = (Downtime::new(model), Waiting::new(model));
    let (mut downtime, mut room) = Replication::new(model, &mut state, seed, 0, observer).run();
    downtime.finish();
    let tallies = downtime.services().iter().map(|s| [s.downtime_us, s.degraded_us]).collect();
    let lost = lost.iter().map(|steps| normal(steps, ROUNDING)).collect();
    Product { entries, lost, downs, tallies, waiting: normal(&waiting, 0), for_room: room.finish() }
}

/// Of each instant what is left of it, and no step that is none but for rounding.
fn normal(steps: &[(Us, u64)], slack: u64) -> Steps {
    let mut out: Steps = Vec::new();
    for &(at, value) in steps {
        if out.last().is_some_and(|last| last.0 == at) {
            out.pop();
        }
        if out.last().is_none_or(|last| last.1.abs_diff(value) > slack) {
            out.push((at, value));
        }
    }
    out
}

/// Where two step functions differ first.
fn differ(a: &Steps, b: &Steps) -> Option<Us> {
    for place in 0..a.len().max(b.len()) {
        match (a.get(place), b.get(place)) {
            (Some(a), Some(b)) if a.0 == b.0 && a.1.abs_diff(b.1) <= ROUNDING => {}
            (Some(a), Some(b)) => return Some(a.0.min(b.0)),
            (Some(one), None) | (None, Some(one)) => return Some(one.0),
            (None, None) => {}
        }
    }
    None
}

/// Microseconds with a loss for which it holds, within the measured time.
fn lasting(steps: &Steps, window: Window, is: impl Fn(u64) -> u64) -> u64 {
    let ends = steps.iter().skip(1).map(|next| next.0).chain([window.end.0]);
    steps.iter().zip(ends).map(|(&(at, lost), end)| window.overlap(Time(at), Time(end)) * is(lost)).sum()
}

/// What both come to: nothing, or where they differ.
pub(crate) fn compare(seed: u64, scenario: &Scenario, flaw: Flaw) -> Result<Same, String> {
    let model = model(&scenario.text());
    let product = play(&model, seed);
    let naive = World::new(scenario, flaw, seed, 0).run();
    let mut first: Option<(Us, String)> = None;
    for (instance, (fast, slow)) in product.lost.iter().zip(&naive.lost).enumerate() {
        if let Some(at) = differ(fast, slow)
            && first.as_ref().is_none_or(|first| at < first.0)
        {
            first = Some((at, format!("instance {}", model.instances[instance].name)));
        }
    }
    if let Some(at) = differ(&product.waiting, &naive.waiting)
        && first.as_ref().is_none_or(|first| at < first.0)
    {
        first = Some((at, "VMs that wait".to_owned()));
    }
    for (instance, downs) in naive.downs.iter().enumerate() {
        let other = downs.iter().find(|&&(at, cause)| product.downs[instance].get(&at) != Some(&cause));
        if let Some(&(at, cause)) = other.filter(|other| first.as_ref().is_none_or(|first| other.0 < first.0))
        {
            first = Some((at, format!("instance {}, by {cause},", model.instances[instance].name)));
        }
    }
    let until = naive.doubt.map_or(Us::MAX, |doubt| doubt.0);
    if let Some((at, what)) = first.filter(|first| first.0 < until) {
        return Err(told(&what, at, &model, &product, &naive));
    }
    if let Some((_, doubt)) = naive.doubt {
        return Ok(Same { census: naive.census, doubt: Some(doubt) });
    }
    let window = Window::of(&model);
    for (service, tally) in product.tallies.iter().enumerate() {
        let its = |is: &dyn Fn(u64) -> u64| -> u64 {
            let instances = model.instances.iter().zip(&naive.lost);
            instances
                .filter(|(row, _)| row.service.index() == service)
                .map(|(_, steps)| lasting(steps, window, is))
                .sum()
        };
        let slow = [its(&|lost| u64::from(lost == ALL)), its(&|lost| u64::from(lost > 0 && lost < ALL))];
        if slow != *tally {
            let what = format!("service a{service}, down and degraded: {tally:?}, naive {slow:?}");
            return Err(told(&what, window.end.0, &model, &product, &naive));
        }
    }
    // Where there are no disks to be out of reach, all that wait do so for room.
    let waiting = lasting(&naive.waiting, window, |vms| vms);
    if scenario.services.iter().all(|service| service.storage.is_none()) && waiting != product.for_room {
        let what = format!("waiting for room: {}, naive {waiting}", product.for_room);
        return Err(told(&what, window.end.0, &model, &product, &naive));
    }
    Ok(Same { census: naive.census, doubt: None })
}

/// Where they differ, and what both have told until then.
fn told(what: &str, at: Us, model: &Model, product: &Product, naive: &World) -> String {
    let until = product.entries.iter().filter(|entry| entry.at.0 <= at + 60_000_000);
    let fast: Vec<String> = until
        .map(|entry| {
            let (word, subject) = (entry.word(model), entry.subject(model));
            let more = match entry.signal {
                Signal::ServiceDegraded { lost_ppb, .. } => lost_ppb.to_string(),
                _ => entry.reason().unwrap_or_default().to_owned(),
            };
            format!("{:>12} {word} {subject} {more}", entry.at.0)
        })
        .collect();
    let mut slow: Vec<(Us, String)> = naive.log.iter().filter(|line| line.0 <= at).cloned().collect();
    for (instance, steps) in naive.lost.iter().enumerate() {
        let name = &model.instances[instance].name;
        let steps = steps.iter().filter(|step| step.0 <= at);
        slow.extend(steps.map(|step| (step.0, format!("  {name} loses {}", step.1))));
    }
    slow.sort_by_key(|line| line.0);
    let slow: Vec<String> = slow.iter().map(|line| format!("{:>12} {}", line.0, line.1)).collect();
    let doubt = naive.doubt.map_or(String::new(), |(at, why)| format!("\n{at}: {why}"));
    format!(
        "{what} differs at {at}\n{}\nthe product:\n{}\nthe naive engine:\n{}{doubt}",
        naive.scenario.text(),
        fast.join("\n"),
        slow.join("\n")
    )
}
