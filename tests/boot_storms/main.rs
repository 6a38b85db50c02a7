//! Boot storms (STO-18): closed forms, and an independent slow model in exact fractions that must come to the same
//! microsecond over thousands of random scripts.
//!
//! `NINEFOLD_LONG=1` plays many more scripts; `NINEFOLD_SEED=n` replays one.

#[path = "../loading/mod.rs"]
mod loading;
mod slow;

use std::fmt::Write as _;

use loading::{load, try_load};
use ninefold::model::Model;
use ninefold::probe::Timeline;
use ninefold::sim::{Replication, Signal};
use ninefold::state::State;

/// When each VM's guest has booted, with every invariant checked after every event: name and microsecond.
fn boots(model: &Model) -> Vec<(String, u64)> {
    let mut state = State::new(model);
    let timeline = Replication::new(model, &mut state, 1, 0, Timeline::default()).run_checked();
    let booted = timeline.entries.iter().filter_map(|entry| match entry.signal {
        Signal::VmUp { vm } => Some((model.vms[vm.index()].name.to_string(), entry.at.0)),
        _ => None,
    });
    booted.collect()
}

/// The whole story, as text.
fn story(model: &Model) -> String {
    let timeline = ninefold::experiment::trace(model, 1, 0);
    timeline.entries.iter().map(|entry| format!("{} {:?}\n", entry.at.0, entry.signal)).collect()
}

/// Two hosts at an array, `storage` and `services` given; without a cluster.
fn scenario(storage: &str, services: &str, injects: &[(u64, &str, u64)]) -> String {
    let mut text = format!(
        "schema = 1\n[run]\nhorizon = \"1 d\"\nages = \"new\"\n[storage.san]\n{storage}\n[host.h]\ncount = 2\n\
         cores = 4096\nmemory = \"4 TiB\"\nstorage = [\"san\"]\nboot = \"100 s\"\n{services}\n[strategy.s]\nprotect = []\n"
    );
    for (at, fault, lasts) in injects {
        let _ = write!(text, "[[inject]]\nat = \"{at} s\"\nfault = \"{fault}\"\nlasts = \"{lasts} s\"\n");
    }
    text
}

fn service(name: &str, instances: u64, boot_io: &str, boot: &str) -> String {
    format!(
        "[service.{name}]\ninstances = {instances}\nvm = {{ cores = 1, memory = \"1 GiB\", storage = \"san\", {boot_io} }}\n\
         power_on = \"5 s\"\nboot = \"{boot}\"\nstart = \"20 s\"\nrecover = \"10 s\"\n"
    )
}

const S: u64 = 1_000_000;
/// An array outage of ten minutes at one hour, which every guest gives up on: all begin to boot at 4,205 s.
const OUTAGE: &[(u64, &str, u64)] = &[(3_600, "storage san outage", 600)];
const BEGIN: u64 = 4_205 * S;

#[test]
fn equal_boots_end_together_after_as_many_times_their_length_as_they_want_of_the_bandwidth() {
    for (vms, rate, bandwidth) in
        [(1, 6, 6), (2, 6, 12), (3, 6, 12), (4, 50, 100), (7, 5, 10), (10, 7, 30), (12, 9, 11), (400, 6, 400)]
    {
        let storage = format!("kind = \"fc\"\nbandwidth = \"{bandwidth} MB/s\"");
        let app = service("app", vms, &format!("boot_io = \"{rate} MB/s\""), "60 s");
        let model = &load(&scenario(&storage, &app, OUTAGE))[0];
        let lasts = (60 * S * vms * rate).div_ceil(bandwidth).max(60 * S);
        let booted = boots(model);
        assert_eq!(booted.len() as u64, vms);
        assert!(booted.iter().all(|(_, at)| *at == BEGIN + lasts), "{vms} VMs: {lasts} us, not {booted:?}");
        // Those that are through together have their turns in the order of their names.
        assert!(booted.iter().map(|(name, _)| name[4..].parse::<u32>().unwrap()).is_sorted());
    }
}

/// 3 of app want 20 MB/s for 60 s, 2 of web 30 MB/s for 30 s, of 60 MB/s: twice as slow. Web is through after 60 s;
/// then app, 30 s of its work done, has what it wants and is through 30 s later.
#[test]
fn who_is_through_leaves_the_bandwidth_to_the_others() {
    let services = service("app", 3, "boot_io = \"20 MB/s\"", "60 s")
        + &service("web", 2, "boot_io = \"30 MB/s\"", "30 s");
    let model = &load(&scenario("kind = \"fc\"\nbandwidth = \"60 MB/s\"", &services, OUTAGE))[0];
    let booted = boots(model);
    let at = |seconds: u64, names: [&str; 2]| names.map(|name| (name.to_owned(), BEGIN + seconds * S));
    assert_eq!(booted[..2], at(60, ["web-1", "web-2"]));
    assert_eq!(booted[2..4], at(90, ["app-1", "app-2"]));
    assert_eq!(booted.len(), 5);
}

/// A person needs 60, 80 and 90 s for three crashed guests: they begin to boot at 65, 85 and 95 s. A and b want all of
/// the bandwidth each, c half of it.
///
/// a alone until 85: 20 of 60 s done. a and b at 1/2 until 95: a 25, b 5 of 30. All three at 2/5: b needs 62.5 s more and
/// is through at 157.5, a has 50 done, c 25 of 40. a and c at 2/3: a needs 15 s more, 172.5, c has 35. c alone: 177.5.
#[test]
fn who_comes_later_slows_those_who_boot_already() {
    let services = service("a", 1, "boot_io = \"10 MB/s\"", "60 s")
        + &service("b", 1, "boot_io = \"10 MB/s\"", "30 s")
        + &service("c", 1, "boot_io = \"5 MB/s\"", "40 s");
    let injects =
        [(0, "vm a-1 guest_crash", 60), (0, "vm b-1 guest_crash", 80), (0, "vm c-1 guest_crash", 90)];
    let model = &load(&scenario("kind = \"fc\"\nbandwidth = \"10 MB/s\"", &services, &injects))[0];
    let expected = [("b-1", 157_500_000), ("a-1", 172_500_000), ("c-1", 177_500_000)];
    assert_eq!(boots(model), expected.map(|(name, at)| (name.to_owned(), at)));
}

/// Four want twice the bandwidth. After 40 s, 20 of 60 s done, a host crashes and takes two of them: the others have
/// what they want and are through 40 s later. The host is back after 30 + 100 s, and its two boot alone.
#[test]
fn a_host_that_crashes_during_the_storm_takes_its_vms_out_of_it() {
    let app = service("app", 4, "boot_io = \"5 MB/s\"", "60 s")
        .replace("instances = 4", "instances = 4\nplace = [\"h-1\", \"h-1\", \"h-2\", \"h-2\"]");
    let injects = [OUTAGE[0], (4_245, "host h-2 crash", 30)];
    let model = &load(&scenario("kind = \"fc\"\nbandwidth = \"10 MB/s\"", &app, &injects))[0];
    let second = BEGIN + (40 + 30 + 100 + 5 + 60) * S;
    let expected =
        [("app-1", BEGIN + 80 * S), ("app-2", BEGIN + 80 * S), ("app-3", second), ("app-4", second)];
    assert_eq!(boots(model), expected.map(|(name, at)| (name.to_owned(), at)));
}

/// Three want one and a half times the bandwidth. After 20 s, 40/3 of 60 s done, the array is away for 40 s: boots
/// stand still, and then need 70 s more, to the microsecond.
#[test]
fn a_boot_stands_still_while_its_disks_are_gone() {
    let app = service("app", 3, "boot_io = \"5 MB/s\"", "60 s");
    let injects = [OUTAGE[0], (4_225, "storage san outage", 40)];
    let model = &load(&scenario("kind = \"fc\"\nbandwidth = \"10 MB/s\"", &app, &injects))[0];
    let booted = boots(model);
    assert!(
        booted.len() == 3 && booted.iter().all(|(_, at)| *at == BEGIN + (20 + 40 + 70) * S),
        "{booted:?}"
    );
}

/// The same on one of two hosts whose path is cut for 40 s: the one VM there stands still, the two others have what
/// they want meanwhile. They have 20 * 2/3 + 40 done when it comes back, 20/3 left, and are through 10 s later; it has
/// done 20 s, and needs 40 more.
#[test]
fn who_stands_still_draws_nothing() {
    let app = service("app", 3, "boot_io = \"5 MB/s\"", "60 s")
        .replace("instances = 3", "instances = 3\nplace = [\"h-1\", \"h-1\", \"h-2\"]");
    let injects = [OUTAGE[0], (4_225, "host h-2 link.storage", 40)];
    let model = &load(&scenario("kind = \"fc\"\nbandwidth = \"10 MB/s\"", &app, &injects))[0];
    let expected = [("app-1", BEGIN + 70 * S), ("app-2", BEGIN + 70 * S), ("app-3", BEGIN + 110 * S)];
    assert_eq!(boots(model), expected.map(|(name, at)| (name.to_owned(), at)));
}

/// Local disks are each host's own: three boot on one host, one on the other, and do not slow each other.
#[test]
fn local_disks_are_shared_by_the_vms_of_one_host() {
    let app = service("app", 4, "boot_io = \"5 MB/s\"", "60 s")
        .replace("instances = 4", "instances = 4\nplace = [\"h-1\", \"h-1\", \"h-1\", \"h-2\"]");
    let model = &load(&scenario("kind = \"das\"\nbandwidth = \"10 MB/s\"", &app, OUTAGE))[0];
    let expected = [
        ("app-4", BEGIN + 60 * S),
        ("app-1", BEGIN + 90 * S),
        ("app-2", BEGIN + 90 * S),
        ("app-3", BEGIN + 90 * S),
    ];
    assert_eq!(boots(model), expected.map(|(name, at)| (name.to_owned(), at)));
}

/// Without a boot_io a VM draws 6 MB/s (an assumption on STO-18).
#[test]
fn the_default_is_six_megabytes_a_second() {
    let app = service("app", 20, "disk_timeout = \"60 s\"", "60 s");
    let model = &load(&scenario("kind = \"fc\"\nbandwidth = \"40 MB/s\"", &app, OUTAGE))[0];
    assert!(boots(model).iter().all(|(_, at)| *at == BEGIN + 180 * S));
}

/// With a bandwidth that is never reached everything is as without one, and no VM shares anything.
#[test]
fn a_bandwidth_that_is_enough_for_all_changes_nothing() {
    let app = service("app", 10, "boot_io = \"6 MB/s\"", "60 s");
    let plain = service("app", 10, "disk_timeout = \"60 s\"", "60 s");
    let enough = &load(&scenario("kind = \"fc\"\nbandwidth = \"60 MB/s\"", &app, OUTAGE))[0];
    let without = &load(&scenario("kind = \"fc\"", &plain, OUTAGE))[0];
    assert!(enough.channels.is_empty() && enough.services[0].is_alone);
    assert_eq!(story(enough), story(without));
    let narrow = &load(&scenario("kind = \"fc\"\nbandwidth = \"59 MB/s\"", &app, OUTAGE))[0];
    assert!(narrow.channels.len() == 1 && !narrow.services[0].is_alone);
    assert_ne!(story(narrow), story(without));
}

/// The longest incident counts with the worst storm: 40 VMs that want four times the bandwidth.
#[test]
fn the_longest_incident_has_the_worst_storm_in_it() {
    let app = service("app", 40, "boot_io = \"6 MB/s\"", "60 s")
        + "guest_crash = { mttf = \"1 y\", ttr = \"100 s\" }\n";
    let bound = |storage: &str| load(&scenario(storage, &app, &[]))[0].services[0].incident.downtime_s * 40.0;
    let quiet = bound("kind = \"fc\"\nbandwidth = \"240 MB/s\"");
    let narrow = bound("kind = \"fc\"\nbandwidth = \"60 MB/s\"");
    assert!((quiet - 195.0).abs() < 1e-9 && (narrow - quiet - 180.0).abs() < 1e-9, "{quiet} {narrow}");
}

/// `check` says when boots begin to stretch, and how much when all of them boot.
#[test]
fn check_tells_when_boots_begin_to_take_longer() {
    let told = |storage: &str, instances: u64| {
        let services = service("app", instances, "boot_io = \"8 MB/s\"", "60 s")
            + &service("web", 10, "disk_timeout = \"9 s\"", "1 s");
        let text = scenario(storage, &services, &[]) + "[strategy.two]\nprotect = [\"guest-failover\"]\n";
        ninefold::scenario::describe(&try_load(&text).unwrap().0)
    };
    let san = told("kind = \"fc\"\nbandwidth = \"0.8 Gbit/s\"", 5);
    assert!(
        san.contains(
            "  storage san: fc, bandwidth 100 MB/s\n    boots take longer from so many at once: 13 VMs of app (8 MB/s each), 17 VMs of web \
             (6 MB/s each)\n    all 30 VMs of strategy two at once: 2 times as long\n"
        ),
        "{san}"
    );
    assert!(
        san.contains("boot_io = \"6 MB/s\" (STO-18; assumption: 200 IOPS of 32 KiB): service.web.vm"),
        "{san}"
    );
    let enough = told("kind = \"fc\"\nbandwidth = \"200 MB/s\"", 5);
    assert!(enough.contains("all 30 VMs of strategy two at once: no longer"), "{enough}");
    let local = told("kind = \"das\"\nbandwidth = \"100 MB/s\"", 5);
    assert!(local.contains("at once on one host: 13 VMs of app") && !local.contains("all 30"), "{local}");
    assert!(!told("kind = \"fc\"", 5).contains("boots take longer"));
}

/// A unit that was mistaken, such as B for MB, is told with the numbers.
#[test]
fn a_bandwidth_that_no_boot_survives_is_an_issue() {
    let app = service("app", 40, "boot_io = \"6 MB/s\"", "60 s");
    let issues = try_load(&scenario("kind = \"fc\"\nbandwidth = \"200 B/s\"", &app, &[])).unwrap_err();
    assert!(issues.contains("E019") && issues.contains("storage.san.bandwidth: 40 VMs"), "{issues}");
    assert!(issues.contains("240 MB/s, 1.2e6 times as much"), "{issues}");
}
