//! However large the datacenter, the page stays small enough to be mailed.

use std::fmt::Write as _;

use ninefold::report::page;

use super::made::{Made, SMALL, made, san_diego};
use super::parsed::parse;

/// What a page may have, in bytes.
const MOST: usize = 1_000_000;

fn size(made: &Made) -> usize {
    let page = page::html(&made.result, Some(&made.replays));
    parse(&page);
    page.len()
}

#[test]
fn the_case_of_400_vms_is_below_a_megabyte() {
    let size = size(&made(&san_diego(), 40));
    assert!((100_000..MOST).contains(&size), "{size}");
}

/// Six racks of busy hosts, 150 services with 4,500 VMs, each of which fails every month.
#[test]
fn thousands_of_vms_are_below_a_megabyte() {
    let mut text = "schema = 1\ntitle = \"Thousands\"\nrun = { horizon = \"1 y\" }\n".to_owned();
    text.push_str("storage.san = { kind = \"fc\" }\n");
    text.push_str("host.h = { count = 120, cores = 64, memory = \"1 TiB\", storage = [\"san\"], crash = { mttf = \"60 d\", mttr = \"4 h\" } }\n");
    text.push_str("cluster.a = { product = \"custom\", detection = \"20 s\", hosts = [\"h\"] }\n");
    for number in 0..150 {
        let _ = writeln!(
            text,
            "service.application-with-a-rather-long-name-{number} = {{ instances = 30, vm = {{ cores = 1, memory = \"4 GiB\", storage = \"san\" }}, guest_crash = {{ mttf = \"30 d\", mttr = \"1 h\" }} }}"
        );
    }
    text.push_str("strategy.none = { protect = [] }\nstrategy.cluster = { protect = [\"host-cluster\"] }\n");
    let made = made(&text, 3);
    assert!(made.models[0].vms.len() == 4_500);
    let size = size(&made);
    assert!((200_000..MOST).contains(&size), "{size}");
}

#[test]
fn forty_strategies_are_below_a_megabyte() {
    let mut made = made(&san_diego(), 20);
    let (strategies, replays) = (made.result.strategies.clone(), made.replays.strategies.clone());
    for copy in 1..8 {
        for (strategy, replay) in strategies.iter().zip(&replays) {
            let name = format!("{}-{copy}", strategy.name);
            let (mut strategy, mut replay) = (strategy.clone(), replay.clone());
            (strategy.name, replay.strategy) = (name.clone(), name);
            made.result.strategies.push(strategy);
            made.replays.strategies.push(replay);
        }
    }
    assert_eq!(made.result.strategies.len(), 40);
    let size = size(&made);
    assert!(size < MOST, "{size}");
}

#[test]
fn names_of_ten_kilobytes_are_whole_once_and_below_a_megabyte() {
    let mut made = made(SMALL, 20);
    let long = |name: &str| format!("{name}-{}-end", "x".repeat(10_000));
    made.result.scenario.title = long("title");
    for (strategy, replay) in made.result.strategies.iter_mut().zip(&mut made.replays.strategies) {
        strategy.name = long(&strategy.name);
        replay.strategy.clone_from(&strategy.name);
        strategy.services.iter_mut().for_each(|service| service.name = long(&service.name));
        strategy.total.causes.iter_mut().for_each(|cause| cause.cause = long(&cause.cause));
    }
    let page = page::html(&made.result, Some(&made.replays));
    parse(&page);
    assert!(page.len() < MOST, "{}", page.len());
    for name in [long("title"), long("mail"), long("none")] {
        assert!(page.contains(&name), "{} is whole", &name[..10]);
    }
}
