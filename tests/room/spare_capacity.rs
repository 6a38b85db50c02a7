//! Room for growth that lasts through the loss of hosts: how many more VMs fit with N+1 and with N+2, by hand and against
//! trying it.

use crate::dice::Dice;
use crate::loading;
use ninefold::capacity::{Capacity, measure};

fn cluster(hosts: u32, vms: u32, gib: u32, more: &str) -> String {
    format!(
        "schema = 1\n[host.h]\ncount = {hosts}\ncores = 64\nmemory = \"64 GiB\"\n\
         [cluster.c]\nproduct = \"custom\"\ndetection = \"30 s\"\nhosts = [\"h\"]\n{more}\n\
         [service.a]\ninstances = {vms}\nvm = {{ cores = 1, memory = \"{gib} GiB\" }}\n\
         [strategy.none]\nprotect = []\n[strategy.s]\nprotect = [\"host-cluster\"]\n"
    )
}

fn capacities(text: &str) -> Vec<Capacity> {
    loading::load(text).iter().map(|model| measure(model, 1)).collect()
}

/// Four hosts of eight places: 32, of which 24 are left without one host and 16 without two. Ten are taken.
#[test]
fn growth_stops_where_the_others_are_full() {
    let [none, clustered] = &capacities(&cluster(4, 10, 8, ""))[..] else { panic!() };
    assert_eq!(none.more_vms, [22]);
    // Nobody restarts anything there.
    assert_eq!((none.more_vms_n1, none.more_vms_n2), (None, None));
    assert_eq!(clustered.more_vms, [22]);
    assert_eq!((clustered.more_vms_n1, clustered.more_vms_n2), (Some(14), Some(6)));
}

/// A host of 64 GiB has room for three VMs of 20 GiB: of four hosts 9 places are left after one loss, and 6 after two.
#[test]
fn what_is_left_on_each_host_is_no_place() {
    let clustered = &capacities(&cluster(4, 5, 20, ""))[1];
    assert_eq!(clustered.more_vms, [7]);
    assert_eq!((clustered.more_vms_n1, clustered.more_vms_n2), (Some(4), Some(1)));
}

/// Where it does not hold as it is, nothing can be added; of two hosts none is left after two, and of one none after one.
#[test]
fn nothing_is_added_to_what_does_not_hold() {
    let clustered = &capacities(&cluster(3, 17, 8, ""))[1];
    assert_eq!((clustered.more_vms[0], clustered.more_vms_n1, clustered.more_vms_n2), (7, Some(0), Some(0)));
    let two = &capacities(&cluster(2, 5, 8, ""))[1];
    assert_eq!((two.more_vms[0], two.more_vms_n1, two.more_vms_n2), (11, Some(3), None));
    let one = &capacities(&cluster(1, 5, 8, ""))[1];
    assert_eq!((one.more_vms[0], one.more_vms_n1, one.more_vms_n2), (3, None, None));
}

/// Three nodes with a vote each and no witness stop all they run when two are lost (HYP-15).
#[test]
fn too_few_votes_leave_no_room_to_grow() {
    let text = cluster(3, 4, 8, "witness = \"none\"")
        .replace("\"custom\"\ndetection = \"30 s\"", "\"hyper-v-2008-r2\"\nlimits = \"ignore\"")
        .replace("[host.h]", "[storage.san]\nkind = \"fc\"\n[host.h]\nstorage = [\"san\"]")
        .replace("memory = \"8 GiB\"", "memory = \"8 GiB\", storage = \"san\"");
    let clustered = capacities(&text).remove(1);
    assert_eq!((clustered.more_vms_n1, clustered.more_vms_n2), (Some(12), Some(0)));
}

/// Admission control may stop growth sooner, and never later.
#[test]
fn admission_control_is_asked_as_well() {
    let admission = "admission = { policy = \"percentage\", memory = \"50 %\", cores = \"0 %\" }";
    let clustered = &capacities(&cluster(4, 10, 8, admission))[1];
    assert_eq!(clustered.more_vms, [6]);
    assert_eq!((clustered.more_vms_n1, clustered.more_vms_n2), (Some(6), Some(6)));
}

/// Two clusters grow side by side: what is lost in one is no matter of the other.
#[test]
fn clusters_grow_side_by_side() {
    let text = cluster(4, 10, 8, "").replace(
        "[service.a]",
        "[host.g]\ncount = 3\ncores = 64\nmemory = \"64 GiB\"\n\
         [cluster.d]\nproduct = \"custom\"\ndetection = \"30 s\"\nhosts = [\"g\"]\n[service.a]",
    );
    let text = text.replace("instances = 10\n", "instances = 10\nplace = [\"h-1\", \"h-2\", \"h-3\", \"h-4\", \"h-1\", \"h-2\", \"h-3\", \"h-4\", \"g-1\", \"g-2\"]\n");
    let clustered = &capacities(&text)[1];
    // 8 of 24 and 2 of 16 are taken; with two hosts less 8 of 16 and 2 of 8.
    assert_eq!(clustered.more_vms, [24 + 22]);
    assert_eq!((clustered.more_vms_n1, clustered.more_vms_n2), (Some(16 + 14), Some(8 + 6)));
}

/// So many more can be there and all restart, and with one more some wait: tried with as many instances in the scenario.
#[test]
fn so_many_more_restart_and_no_more() {
    let (mut tried, mut one_more, mut two_more) = (0, 0, 0);
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let (hosts, vms) = (2 + dice.below(4), 1 + dice.below(20));
        let (gib, cores) = (1 + dice.below(23), 1 + dice.below(6));
        let with = |vms: u64| {
            cluster(hosts as u32, vms as u32, gib as u32, "cpu_overcommit = 1")
                .replace("cores = 1,", &format!("cores = {cores},"))
                .replace("[cluster.c]", "[host.odd]\ncores = 24\nmemory = \"80 GiB\"\n[cluster.c]")
                .replace("hosts = [\"h\"]", "hosts = [\"h\", \"odd\"]")
        };
        let Ok((_, models)) = loading::try_load(&with(vms)) else { continue };
        let now = measure(&models[1], 1);
        let holds = |vms: u64, two: bool| {
            let Ok((_, models)) = loading::try_load(&with(vms)) else { return false };
            let failures = measure(&models[1], 1).failures.unwrap();
            let all =
                |losses: &ninefold::capacity::Losses| losses.all_restart() as usize == losses.cases.len();
            all(&failures.one) && (!two || all(&failures.two))
        };
        for (two, more) in [(false, now.more_vms_n1.unwrap()), (true, now.more_vms_n2.unwrap())] {
            if more == 0 && !holds(vms, two) {
                continue;
            }
            assert!(
                holds(vms + more, two),
                "seed {seed}: {more} more than {vms} do not restart\n{}",
                with(vms)
            );
            assert!(!holds(vms + more + 1, two), "seed {seed}: {more} are not the most\n{}", with(vms));
            assert!(more <= now.more_vms[0]);
            tried += 1;
            *(if two { &mut two_more } else { &mut one_more }) += u32::from(more > 0);
        }
    }
    assert!(tried > 200 && one_more > 100 && two_more > 50, "{tried}, {one_more}, {two_more}");
}
