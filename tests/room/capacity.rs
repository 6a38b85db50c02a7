//! What a start placement leaves: admission control with sums done by hand, N+1 and N+2 against the
//! simulation itself, and how many more VMs fit against trying it.

use crate::dice::Dice;
use crate::loading;
use std::collections::BTreeMap;

use ninefold::capacity::{Assessment, Capacity, Plan, measure, refusals};
use ninefold::experiment;
use ninefold::model::{Model, Room, ServiceId};
use ninefold::scenario::{Issue, Severity};
use ninefold::sim::Signal;

/// Four hosts of 64 GiB and 16 cores, of which VMs may take as many; `cluster` and `services` are filled in.
fn four_hosts(cluster: &str, services: &str) -> String {
    format!(
        "schema = 1\n[storage.san]\nkind = \"fc\"\n\
         [host.h]\ncount = 4\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n\
         [cluster.c]\nproduct = \"custom\"\ndetection = \"30 s\"\nhosts = [\"h\"]\ncpu_overcommit = 1\n{cluster}\n\
         {services}\n[strategy.s]\nprotect = [\"host-cluster\"]\n"
    )
}

fn service(name: &str, instances: u32, cores: u32, gib: u32) -> String {
    format!(
        "[service.{name}]\ninstances = {instances}\n\
         vm = {{ cores = {cores}, memory = \"{gib} GiB\", storage = \"san\" }}\n"
    )
}

/// The first strategy of a scenario.
fn capacity(text: &str) -> Capacity {
    measure(&loading::load(text)[0], 1)
}

fn assessment(text: &str) -> Assessment {
    let capacity = capacity(text);
    assert_eq!(capacity.admission.len(), 1, "{text}");
    capacity.admission[0].1.clone()
}

fn refused(text: &str) -> Vec<Issue> {
    let (spec, models) = loading::try_load(text).unwrap();
    refusals(&spec, &models)
}

const GIB: u64 = 1024;

fn gib(memory: u64, cores: u64) -> Room {
    Room { memory_mib: memory * GIB, cores }
}

/// VMW-86: slot 16 GiB x 4 cores, though no VM has both; by memory 4 slots a host, by cores 4: 16 in all, less 4.
#[test]
fn slots_are_the_largest_memory_by_the_most_cores() {
    let services = service("wide", 5, 4, 4) + &service("tall", 7, 1, 16);
    let text = four_hosts("admission = { policy = \"slots\" }", &services);
    let Assessment::Slots(slots) = assessment(&text) else { panic!() };
    assert_eq!((slots.slot, slots.slots, slots.most_on_a_host, slots.reserved), (gib(16, 4), 16, 4, 4));
    assert_eq!((slots.needed, slots.vms, slots.failures), (12, 12, 1));
    assert!(refused(&text).is_empty(), "12 of 12 slots");
    let measured = capacity(&text);
    assert_eq!(measured.reserved, gib(64, 16));
    assert_eq!(measured.used, gib(5 * 4 + 7 * 16, 5 * 4 + 7));
    assert_eq!(measured.left(), gib(256 - 132 - 64, 64 - 27 - 16));
    assert_eq!(measured.more_vms, [0, 0]);

    // One VM more, of the smaller kind: it takes a slot like any other.
    let text = text.replace("instances = 5", "instances = 6");
    let issues = refused(&text);
    assert_eq!(issues.len(), 1);
    assert_eq!((issues[0].code, issues[0].path.as_str()), ("E035", "cluster.c.admission"));
    assert_eq!(issues[0].place.line, text[..text.find("admission").unwrap()].matches('\n').count() + 1);
    let what = "under strategy \"s\" admission control refuses what starts in cluster \"c\": 13 VMs need 13 slots of \
                16 GiB and 4 cores (VMW-86); the hosts have 16, at most 4 each, and 4 of them are kept for 1 failure: \
                12 left";
    assert_eq!(issues[0].what, what);
}

/// VMW-86: the hosts that may fail are those with most slots. 128 GiB hold 8 slots of 16, 64 hold 4: 8 + 4 x 4 = 24,
/// less 8 for one failure and 12 for two.
#[test]
fn the_largest_hosts_are_the_ones_kept_in_reserve() {
    for (failures, reserved) in [(1, 8), (2, 12), (3, 16)] {
        let admission = format!("admission = {{ policy = \"slots\", failures = {failures} }}");
        let text = four_hosts(&admission, &service("a", 3, 1, 16))
            .replace("hosts = [\"h\"]", "hosts = [\"h\", \"big\"]")
            .replace(
                "[cluster.c]",
                "[host.big]\ncores = 16\nmemory = \"128 GiB\"\nstorage = [\"san\"]\n[cluster.c]",
            );
        let Assessment::Slots(slots) = assessment(&text) else { panic!() };
        assert_eq!((slots.slots, slots.most_on_a_host, slots.reserved), (24, 8, reserved), "{failures}");
        assert_eq!(capacity(&text).more_vms, [24 - reserved - 3], "{failures}");
    }
}

/// VMW-88: a slot of at most 8 GiB and 2 cores: by memory 8 a host, by cores 8; 32 less 8. A VM of 20 GiB takes 3
/// slots, one of 5 cores as well.
#[test]
fn caps_make_slots_smaller_and_large_vms_take_several() {
    let admission = "admission = { policy = \"slots\", slot_memory = \"8 GiB\", slot_cores = 2 }";
    let services = service("tall", 3, 1, 20) + &service("wide", 2, 5, 2) + &service("small", 9, 1, 1);
    let text = four_hosts(admission, &services);
    let Assessment::Slots(slots) = assessment(&text) else { panic!() };
    assert_eq!((slots.slot, slots.slots, slots.reserved), (gib(8, 2), 32, 8));
    assert_eq!(slots.needed, 3 * 3 + 2 * 3 + 9);
    // 24 of 24: nothing more, though each host has room.
    assert_eq!(capacity(&text).more_vms, [0, 0, 0]);
    // With two small ones fewer two slots are free: room for neither of the large ones.
    let text = text.replace("instances = 9", "instances = 7");
    assert_eq!(capacity(&text).more_vms, [0, 0, 2]);
    // A cap above the largest VM changes nothing.
    let text = text.replace("8 GiB\", slot_cores = 2", "1 TiB\", slot_cores = 99");
    let Assessment::Slots(slots) = assessment(&text) else { panic!() };
    assert_eq!(slots.slot, gib(20, 5));
}

/// VMW-86 counts the room of a host as overcommitment makes it: 64 GiB x 1.5 / 20 = 4, 16 cores x 2 / 10 = 3.
#[test]
fn slots_count_overcommitted_room() {
    let text =
        four_hosts("memory_overcommit = 1.5\nadmission = { policy = \"slots\" }", &service("a", 2, 10, 20))
            .replace("cpu_overcommit = 1", "cpu_overcommit = 2");
    let Assessment::Slots(slots) = assessment(&text) else { panic!() };
    assert_eq!((slots.slots, slots.reserved), (12, 3));
}

/// What VMs take that the cluster does not protect is no room for slots: 64 - 20 GiB hold 2 of 16 on one host.
#[test]
fn unprotected_vms_are_in_the_way_of_slots() {
    let services = service("a", 3, 1, 16) + &service("loose", 1, 1, 20);
    let text = four_hosts("admission = { policy = \"slots\" }", &services) + "service.loose.protect = []\n";
    let Assessment::Slots(slots) = assessment(&text) else { panic!() };
    assert_eq!((slots.slot, slots.slots, slots.reserved, slots.needed), (gib(16, 1), 14, 4, 3));
    // More protected ones: 14 - 4 - 3 = 7. More loose ones go to h-2, h-3, h-4 (48 GiB free), h-1 (44), h-2 .. h-4 (28), and
    // leave 2 4 4 4, then 2 2 4 4, 2 2 2 4, 2 2 2 2, 1 2 2 2, 1 1 2 2, 1 1 1 2 and with the seventh 1 1 1 1 slots: less the
    // largest three, as many as are needed. The eighth fits on h-1 and leaves 0 1 1 1.
    assert_eq!(capacity(&text).more_vms, [7, 7]);
}

/// VMW-89: (total - required) / total >= the share. 25 % of 256 GiB are 64, of 64 cores 16.
#[test]
fn a_percentage_counts_memory_and_cores_apart() {
    let text =
        four_hosts("admission = { policy = \"percentage\", memory = \"25 %\" }", &service("a", 12, 2, 16));
    let Assessment::Percentage(share) = assessment(&text) else { panic!() };
    assert_eq!((share.total, share.reserved, share.needed), (gib(256, 64), gib(64, 0), gib(192, 24)));
    assert!(refused(&text).is_empty());
    assert_eq!(capacity(&text).more_vms, [0]);
    let issues = refused(&text.replace("25 %", "25.1 %"));
    assert_eq!(issues.len(), 1);
    assert!(
        issues[0]
            .what
            .contains("VMs need 192 GiB and 24 cores (VMW-89); the hosts give 256 GiB and 64 cores")
    );
    // 0.25 is 25 %; by cores: 24 + 40 of 64 leave nothing, 41 are too many.
    let cores = |share: &str| text.replace("memory = \"25 %\"", &format!("memory = 0.25, cores = {share}"));
    assert!(refused(&cores("0.625")).is_empty());
    assert_eq!(refused(&cores("0.626")).len(), 1);
    // By memory 3 more of 4 VMs, by cores (64 - 24 - 32) / 2 = 4: fewer VMs, and what is scarcer decides.
    let fewer = cores("0.5").replace("instances = 12", "instances = 9");
    assert_eq!(capacity(&fewer).more_vms, [3]);
    // VMs that the cluster does not protect take room all the same.
    let mixed = text.replace("[strategy.s]", &(service("loose", 1, 1, 1) + "[strategy.s]"))
        + "service.loose.protect = []\n";
    assert_eq!(refused(&mixed).len(), 1);
}

/// It is a share of what the hosts give: with half as much memory again 25 % of 384 GiB, which are 96.
#[test]
fn a_percentage_is_of_what_hosts_give() {
    let policy = "admission = { policy = \"percentage\", memory = \"25 %\" }";
    let text = four_hosts(&format!("memory_overcommit = 1.5\n{policy}"), &service("a", 12, 2, 16));
    let Assessment::Percentage(share) = assessment(&text) else { panic!() };
    assert_eq!((share.total, share.reserved, share.needed), (gib(384, 64), gib(96, 0), gib(192, 24)));
    // 384 less 192 less 96 are six more.
    assert_eq!(capacity(&text).more_vms, [6]);
}

/// VMW-90: nothing starts on a spare host, and its memory counts as reserved.
#[test]
fn spare_hosts_are_empty_at_the_start() {
    let admission = "admission = { policy = \"spare-hosts\", hosts = [\"h-2\", \"h-3\"] }";
    let text = four_hosts(admission, &service("a", 7, 1, 16));
    let model = &loading::load(&text)[0];
    let on = |host: usize| model.vms.iter().filter(|vm| vm.host.index() == host).count();
    assert_eq!([0, 1, 2, 3].map(on), [4, 0, 0, 3]);
    let measured = measure(model, 1);
    assert_eq!((measured.reserved, measured.left()), (gib(128, 32), gib(256 - 128 - 7 * 16, 64 - 32 - 7)));
    assert_eq!(measured.more_vms, [1]);
    assert_eq!(measured.admission[0].1, Assessment::SpareHosts { hosts: 2, room: gib(128, 32) });
    // Nine do not fit beside the spare hosts, though they would on them.
    let issues = loading::try_load(&text.replace("instances = 7", "instances = 9")).err().unwrap();
    assert!(
        issues.contains("E033") && issues.contains("all hosts beside 2 spare hosts have 128 GiB"),
        "{issues}"
    );
}

/// XEN-45, every case: three VMs of 24 GiB on each of 4 hosts of 128 leave 56 GiB free: each survivor takes two more.
#[test]
fn a_plan_is_tried_for_every_case() {
    let text = |failures: u32, vms: u32| {
        four_hosts(
            &format!("admission = {{ policy = \"failures\", tolerate = {failures} }}"),
            &service("a", vms, 1, 24),
        )
        .replace("64 GiB", "128 GiB")
    };
    // One host lost: 3 VMs on 3 hosts with 2 places each.
    let Assessment::Plan(Plan::Tried { cases, failing, needed_mib, .. }) = assessment(&text(1, 12)) else {
        panic!()
    };
    assert_eq!((cases, failing, needed_mib), (4, 0, 72 * GIB));
    // Two lost: 6 VMs, 2 hosts with 2 places each. All six cases fail, by two VMs.
    let Assessment::Plan(Plan::Tried { cases, failing, worst, needed_mib, .. }) = assessment(&text(2, 12))
    else {
        panic!()
    };
    assert_eq!((cases, failing, needed_mib), (6, 6, 144 * GIB));
    assert_eq!(worst.unwrap().waiting, [(ServiceId(0), 2)]);
    let issues = refused(&text(2, 12));
    let what = "no plan for 6 of 6 cases of 2 failed hosts (XEN-45), with at most 144 GiB to be restarted on other \
                hosts; worst h-1 and h-2: 2 VMs wait (a 2)";
    assert!(issues[0].what.ends_with(what), "{}", issues[0].what);
    // 5 places a host: with one lost all VMs must fit in 15, with two in 10, with three in 5.
    for (failures, all) in [(1, 15), (2, 10), (3, 5)] {
        for vms in 1..=all {
            let measured = capacity(&text(failures, vms));
            assert_eq!(measured.more_vms, [u64::from(all - vms)], "{vms} VMs, {failures} failures");
            assert!(measured.admission[0].1.admits());
        }
        if all < 20 {
            assert_eq!(refused(&text(failures, all + 1)).len(), 1, "{failures} failures");
        }
    }
}

/// XEN-45, too many cases: 46 hosts and two failures are 1,035. 46 hosts of 64 GiB, the largest VM has 16. Three VMs a
/// host at most: 6 fail; each host has 64 - 3 x 16 = 16 free, one place: 44 places on the 44 others.
#[test]
fn a_plan_for_a_large_cluster_is_approximated() {
    let text = |vms: u32, small: u32| {
        four_hosts(
            "admission = { policy = \"failures\", tolerate = 2 }",
            &(service("a", vms, 1, 16) + &service("b", small, 1, 4)),
        )
        .replace("count = 4", "count = 46")
    };
    let approximated = |text: &str| match assessment(text) {
        Assessment::Plan(Plan::Approximated { largest_mib, needed, places, .. }) => {
            (largest_mib / GIB, needed, places)
        }
        other => panic!("{other:?}"),
    };
    // 136 = 46 x 3 - 2, and two small ones on the hosts that have two large ones only: each host has three VMs.
    assert_eq!(approximated(&text(136, 2)), (16, 6, 44));
    assert!(refused(&text(136, 2)).is_empty());
    // 39 hosts have four, 7 have three and room for one more, which on one of them the small VM takes: 8 fail, and of
    // six places two may be on the hosts that die.
    assert_eq!(approximated(&text(46 * 4 - 7, 1)), (16, 8, 4));
    let issues = refused(&text(46 * 4 - 7, 1));
    let what = "for 2 failed hosts, too many cases to try each, 8 VMs as large as the largest (16 GiB) to be \
                restarted, and 4 places for them on the other hosts (XEN-45)";
    assert!(issues[0].what.ends_with(what), "{}", issues[0].what);
    // It never promises what the restarts could not keep.
    let admitted = capacity(&text(136, 2));
    let failures = admitted.failures.unwrap();
    assert!(failures.two.sampled && failures.two.cases.len() == 1_000);
    assert_eq!(failures.two.all_restart(), 1_000);
}

#[test]
fn strategies_override_admission_and_one_without_a_cluster_has_none() {
    // Of 256 GiB 51.2 are left and 72 needed; of 32 slots 8 are left and 9 needed.
    let text = four_hosts(
        "admission = { policy = \"percentage\", memory = \"80 %\" }",
        &service("a", 9, 1, 8),
    ) + "[strategy.t]\nprotect = [\"host-cluster\"]\ncluster.c.admission = \"none\"\n\
           [strategy.u]\nprotect = [\"host-cluster\"]\ncluster.c.admission = { policy = \"slots\", failures = 3 }\n\
           [strategy.v]\nprotect = []\n[strategy.w]\nprotect = [\"nlb\"]\n";
    let models = loading::load(&text);
    let words: Vec<&str> = models.iter().map(|model| model.clusters[0].admission.word()).collect();
    assert_eq!(words, ["percentage", "none", "slots", "none", "none"]);
    let issues = refused(&text);
    let places: Vec<(&str, usize)> = issues.iter().map(|i| (i.path.as_str(), i.place.line)).collect();
    let line = |of: &str| text[..text.find(of).unwrap()].matches('\n').count() + 1;
    let expected = [
        ("cluster.c.admission", line("admission = { policy = \"percentage\"")),
        ("strategy.u.cluster.c.admission", line("cluster.c.admission = { policy = \"slots\"")),
    ];
    assert_eq!(places, expected);
    assert!(issues.iter().all(|issue| issue.code == "E035" && issue.severity == Severity::Error));
    for number in [1, 3, 4] {
        let measured = measure(&models[number], 1);
        assert_eq!((measured.reserved, measured.admission.len()), (Room::default(), 0));
    }
    assert!(measure(&models[3], 1).failures.is_none() && measure(&models[1], 1).failures.is_some());
}

/// The room of hosts, by hand: VMs of 24 GiB go twice into 64, less what is there; storage and clusters count.
#[test]
fn more_vms_fit_as_hosts_have_room() {
    let services = service("a", 4, 1, 24) + &service("far", 1, 1, 4).replace("\"san\"", "\"nas\"");
    let text = four_hosts("", &services)
        .replace("[cluster.c]", "[storage.nas]\nkind = \"nfs\"\n[host.x]\ncores = 2\nmemory = \"30 GiB\"\nstorage = [\"san\", \"nas\"]\n[host.y]\ncores = 4\nmemory = \"64 GiB\"\nstorage = [\"nas\"]\n[cluster.c]")
        .replace("hosts = [\"h\"]", "hosts = [\"h\", \"y\"]");
    // Protected by the cluster: one more on each of the four hosts; x is in no cluster. 64 - 4 = 60 GiB of y hold 15
    // more of 4 GiB, but its 4 cores only 3.
    assert_eq!(capacity(&text).more_vms, [4, 3]);
    // On its own: on x as well, where cpu_overcommit is 8: 7 by memory, 16 by cores.
    let alone = text.replace("[\"host-cluster\"]", "[]");
    let measured = capacity(&alone);
    assert_eq!(measured.more_vms, [5, 10]);
    assert_eq!(measured.commonest, ServiceId(0));
    assert!(measured.failures.is_none());
}

/// The commonest size is counted over services: two of 4 GiB and 2 cores have 5 VMs, more than the 4 of the first.
#[test]
fn the_headline_is_about_the_commonest_size() {
    let services = service("a", 4, 1, 8) + &service("b", 2, 2, 4) + &service("c", 3, 2, 4);
    assert_eq!(capacity(&four_hosts("", &services)).commonest, ServiceId(2));
    let services = service("a", 4, 1, 8) + &service("b", 4, 2, 4);
    assert_eq!(capacity(&four_hosts("", &services)).commonest, ServiceId(0));
}

/// N+1 and N+2 by hand. Each host of 64 GiB has one mail of 40 and two web of 8, and 8 GiB free. One host lost: its mail
/// finds no 40 GiB, its web two times 8. Two lost: both mail wait, and of four web the two hosts left take one each.
#[test]
fn who_waits_is_told_by_service() {
    let services = service("web", 8, 1, 8) + &service("mail", 4, 1, 40) + "priority = 5\n";
    let failures = capacity(&four_hosts("", &services)).failures.unwrap();
    let (web, mail) = (ServiceId(0), ServiceId(1));
    assert_eq!((failures.one.cases.len(), failures.one.all_restart()), (4, 0));
    assert!(failures.one.cases.iter().all(|case| case.lost == 3 && case.waiting == [(mail, 1)]));
    assert_eq!((failures.two.cases.len(), failures.two.all_restart()), (6, 0));
    assert!(failures.two.cases.iter().all(|case| case.lost == 6 && case.waiting == [(web, 2), (mail, 2)]));
    let hosts: Vec<u32> = failures.two.worst().unwrap().hosts.iter().map(|host| host.0).collect();
    assert_eq!(hosts, [0, 1], "the first of equals");
    assert!(!failures.one.sampled && !failures.two.sampled);
}

/// A VM on the disks of its host restarts nowhere: it waits, and no plan counts it (XEN-38).
#[test]
fn local_vms_wait_and_are_not_planned() {
    let services = service("a", 4, 1, 8).replace("san", "disks");
    let text = four_hosts("admission = { policy = \"failures\" }", &services)
        .replace("[\"san\"]", "[\"san\", \"disks\"]")
        .replace("[host.h]", "[storage.disks]\nkind = \"das\"\n[host.h]");
    let measured = capacity(&text);
    assert_eq!(measured.failures.unwrap().one.all_restart(), 0);
    let Assessment::Plan(plan) = &measured.admission[0].1 else { panic!() };
    assert!(plan.admits() && plan.reserved_mib() == 0);
    // They take room, and that is all: 8 a host less one.
    assert_eq!(measured.more_vms, [28]);
}

/// VMW-46: a VM that comes after a service which is lost too is placed when that one has been. On h-1 stand the database
/// (24 GiB, lower priority) and the web (24 GiB) that comes after it, and one other host has 24 GiB free.
#[test]
fn what_comes_after_a_lost_service_is_placed_after_it() {
    let services = service("db", 1, 1, 24)
        + "priority = 2\nplace = [\"h-1\"]\n"
        + &service("web", 1, 1, 24)
        + "priority = 4\nplace = [\"h-1\"]\nafter = [\"db\"]\n"
        + &service("filler", 3, 1, 50)
        + "place = [\"h-2\", \"h-3\", \"h-4\"]\n";
    let text = four_hosts("", &services)
        .replace("[cluster.c]", "[host.x]\ncores = 16\nmemory = \"24 GiB\"\nstorage = [\"san\"]\n[cluster.c]")
        .replace("hosts = [\"h\"]", "hosts = [\"h\", \"x\"]");
    let waiting = |text: &str| capacity(text).failures.unwrap().one.cases[0].waiting.clone();
    assert_eq!(
        waiting(&text),
        [(ServiceId(1), 1)],
        "the database goes first, and the web finds nothing left"
    );
    assert_eq!(waiting(&text.replace("after = [\"db\"]\n", "")), [(ServiceId(0), 1)], "by priority");
    let scripted = text.clone() + "[[inject]]\nat = \"1 h\"\nfault = \"host h-1 crash\"\n";
    assert_eq!(waiting_in_simulation(&loading::load(&scripted)[0]), waiting(&text));
}

/// Which VMs a replication leaves waiting, by service, when its scripted faults have struck.
fn waiting_in_simulation(model: &Model) -> Vec<(ServiceId, u32)> {
    let mut waits: BTreeMap<u32, bool> = BTreeMap::new();
    for entry in experiment::trace(model, 1, 0).entries {
        match entry.signal {
            Signal::RestartWaiting { vm, .. } => _ = waits.insert(vm.0, true),
            Signal::RestartOrdered { vm, .. } => _ = waits.insert(vm.0, false),
            _ => {}
        }
    }
    let mut by_service: BTreeMap<ServiceId, u32> = BTreeMap::new();
    for (vm, _) in waits.into_iter().filter(|(_, waits)| *waits) {
        *by_service.entry(model.vms[vm as usize].service).or_default() += 1;
    }
    let mut list: Vec<(ServiceId, u32)> = by_service.into_iter().collect();
    list.sort_by_key(|&(service, vms)| (std::cmp::Reverse(vms), service));
    list
}

/// A random datacenter without faults: some hosts, one or two clusters, services of all protections, tight memory.
/// With `alike` one service of single VMs, so that the order of restarts does not matter.
fn random_scenario(dice: &mut Dice, alike: bool) -> String {
    let mut text = "schema = 1\n[storage.san]\nkind = \"fc\"\n[storage.nas]\nkind = \"iscsi\"\n".to_owned();
    let groups = 1 + dice.below(3);
    for group in 0..groups {
        let (count, memory, cores) = (2 + dice.below(3), dice.pick(&[24, 32, 48]), dice.pick(&[2, 8, 16]));
        let storage = dice.pick(&["\"san\"", "\"san\", \"nas\"", "\"san\", \"nas\""]);
        text += &format!(
            "[host.h{group}]\ncount = {count}\nmemory = \"{memory} GiB\"\ncores = {cores}\nstorage = [{storage}]\n"
        );
    }
    let split = groups > 1 && dice.below(3) == 0;
    let list = |from: u64, to: u64| (from..to).map(|g| format!("\"h{g}\"")).collect::<Vec<_>>().join(", ");
    let product =
        *dice.pick(&["custom", "vsphere-6", "xenserver", "hyper-v-2016", "vmware-ha-4", "pacemaker"]);
    let more = match product {
        "custom" => "detection = \"10 s\"\n",
        // Of two hosts one is no majority.
        "pacemaker" => "witness = \"auto\"\n",
        _ => "",
    };
    let settings = format!("product = \"{product}\"\n{more}");
    let spare = if dice.below(4) == 0 {
        "admission = { policy = \"spare-hosts\", hosts = [\"h0-1\"] }\n"
    } else {
        ""
    };
    text +=
        &format!("[cluster.c0]\nhosts = [{}]\n{settings}{spare}", list(0, if split { 1 } else { groups }));
    if split {
        text += &format!("[cluster.c1]\nhosts = [{}]\n{settings}", list(1, groups));
    }
    let services = if alike { 1 } else { 2 + dice.below(3) };
    for service in 0..services {
        let instances = 1 + dice.below(if alike { 40 } else { 16 });
        let cores = dice.pick(&[1, 1, 2, 4]);
        let (memory, storage) = (dice.pick(&[2, 5, 7, 12]), dice.pick(&["san", "san", "nas"]));
        let priority = 1 + dice.below(5);
        text += &format!(
            "[service.a{service}]\ninstances = {instances}\npriority = {priority}\nvm = {{ cores = {cores}, memory = \"{memory} GiB\", storage = \"{storage}\" }}\n"
        );
    }
    for service in 1..services {
        if dice.below(100) < 30 {
            text = text.replace(
                &format!("[service.a{service}]"),
                &format!("[service.a{service}]\nafter = [\"a{}\"]", service - 1),
            );
        }
    }
    text += "[strategy.s]\nprotect = [\"host-cluster\"]\n";
    for service in (0..services).filter(|_| !alike) {
        let protect = *dice.pick(&[
            "\"host-cluster\"",
            "\"host-cluster\"",
            "",
            "\"host-cluster\", \"guest-failover\"",
            "\"host-cluster\", \"nlb\"",
            "\"nlb\"",
        ]);
        text += &format!("[strategy.s.service.a{service}]\nprotect = [{protect}]\n");
    }
    text
}

/// The table of N+1 is what a scripted crash of that host does in the simulation, service by service.
#[test]
fn the_table_agrees_with_the_simulation_of_each_crash() {
    let (mut cases, mut with_waiting) = (0, 0);
    for seed in 0..600 {
        let text = random_scenario(&mut Dice(seed), false);
        let Ok((_, models)) = loading::try_load(&text) else { continue };
        let Some(failures) = measure(&models[0], seed).failures else { continue };
        for case in &failures.one.cases {
            let host = &models[0].hosts[case.hosts[0].index()].name;
            let scripted = format!("{text}[[inject]]\nat = \"1 h\"\nfault = \"host {host} crash\"\n");
            let simulated = waiting_in_simulation(&loading::load(&scripted)[0]);
            assert_eq!(case.waiting, simulated, "seed {seed}, {host}\n{text}");
            cases += 1;
            with_waiting += u32::from(!simulated.is_empty());
        }
    }
    assert!(cases > 500 && with_waiting > 200, "{cases} cases, VMs wait in {with_waiting}");
}

/// The same for pairs that crash at one instant. There hosts are declared one by one; of VMs that are all alike as many
/// wait in whatever order.
#[test]
fn pairs_agree_with_the_simulation_of_both_crashes() {
    let (mut cases, mut with_waiting) = (0, 0);
    for seed in 1_000..1_100 {
        // A majority of the votes must survive, or nobody restarts anything: products without votes.
        let text = random_scenario(&mut Dice(seed), true);
        if !text.contains("\"custom\"") {
            continue;
        }
        let Ok((_, models)) = loading::try_load(&text) else { continue };
        let Some(failures) = measure(&models[0], seed).failures else { continue };
        for case in failures.two.cases.iter().take(12) {
            let crash = |host: &ninefold::model::HostId| {
                let name = &models[0].hosts[host.index()].name;
                format!("[[inject]]\nat = \"1 h\"\nfault = \"host {name} crash\"\n")
            };
            let scripted = text.clone() + &case.hosts.iter().map(crash).collect::<String>();
            assert_eq!(
                case.waiting,
                waiting_in_simulation(&loading::load(&scripted)[0]),
                "seed {seed}\n{text}"
            );
            cases += 1;
            with_waiting += u32::from(!case.waiting.is_empty());
        }
    }
    assert!(cases > 100 && with_waiting > 20, "{cases} cases, VMs wait in {with_waiting}");
}

/// How many more VMs fit is what starting them shows, under every policy: so many are admitted, and one more is not.
#[test]
fn as_many_more_vms_can_be_started_and_no_more() {
    let policies = [
        "",
        "admission = { policy = \"slots\" }\n",
        "admission = { policy = \"slots\", slot_memory = \"3 GiB\", slot_cores = 1 }\n",
        "admission = { policy = \"percentage\", memory = \"30 %\", cores = \"10 %\" }\n",
        "admission = { policy = \"failures\" }\n",
        "admission = { policy = \"failures\", tolerate = 2 }\n",
    ];
    let (mut tried, mut positive) = (0, 0);
    for seed in 2_000..2_500 {
        let mut dice = Dice(seed);
        let base = random_scenario(&mut dice, true);
        // Of two clusters each may take some; their sum is what a mixed placement need not reach.
        if base.contains("[cluster.c1]") || base.contains("spare-hosts") {
            continue;
        }
        let text = base.replace("[service.a0]", &format!("{}[service.a0]", dice.pick(&policies)));
        let Ok((spec, models)) = loading::try_load(&text) else { continue };
        if !refusals(&spec, &models).is_empty() {
            continue;
        }
        let more = measure(&models[0], seed).more_vms[0];
        let line = text.lines().find(|line| line.starts_with("instances = ")).unwrap();
        let now: u64 = line.trim_start_matches("instances = ").parse().unwrap();
        let starts = |vms: u64| {
            let text = text.replace(line, &format!("instances = {vms}"));
            loading::try_load(&text).is_ok_and(|(spec, models)| refusals(&spec, &models).is_empty())
        };
        assert!(starts(now + more), "seed {seed}: {more} more than {now} do not start\n{text}");
        assert!(!starts(now + more + 1), "seed {seed}: {more} are not the most beside {now}\n{text}");
        tried += 1;
        positive += u32::from(more > 0);
    }
    assert!(tried > 100 && positive > 80, "{tried} scenarios, more VMs fit in {positive}");
}
