//! N+1 and N+2 of clusters with votes: where too few are left, those who live stop what they run as well.

use crate::loading;
use ninefold::capacity::{Failures, measure};
use ninefold::probe::Downtime;
use ninefold::sim::Replication;
use ninefold::state::State;

/// Hosts with room for everybody and one VM each.
fn text(product: &str, hosts: u32, keys: &str, faults: &str) -> String {
    format!(
        "schema = 1\n[run]\nhorizon = \"1 d\"\nages = \"new\"\n[storage.san]\nkind = \"fc\"\n[host.h]\ncount = {hosts}\n\
         cores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n[cluster.c]\nproduct = \"{product}\"\nhosts = [\"h\"]\n\
         {keys}\n[service.a]\ninstances = {hosts}\nvm = {{ cores = 1, memory = \"1 GiB\", storage = \"san\" }}\n\
         [strategy.s]\nprotect = [\"host-cluster\"]\n{faults}"
    )
}

fn failures(product: &str, hosts: u32, keys: &str) -> Failures {
    measure(&loading::load(&text(product, hosts, keys, ""))[0], 1).failures.unwrap()
}

/// (waiting VMs, too few votes) of each host lost, and of each pair.
fn told(failures: &Failures) -> [Vec<(u32, bool)>; 2] {
    [&failures.one, &failures.two]
        .map(|losses| losses.cases.iter().map(|case| (case.waiting_vms(), case.without_quorum)).collect())
}

/// HYP-09, HYP-13, HYP-14, OSS-11: more than half of the votes, by hand.
#[test]
fn votes_that_are_left() {
    let fine = (0, false);
    // One of two is not more than half, whichever is lost.
    assert_eq!(told(&failures("proxmox", 2, "witness = \"none\""))[0], [(2, true), (2, true)]);
    // Two votes and the witness's: one host and the witness are two of three.
    assert_eq!(told(&failures("hyper-v-2008", 2, "witness = \"disk\""))[0], [fine, fine]);
    // The last of two gives its vote up: the first is all there is.
    assert_eq!(told(&failures("hyper-v-2012-r2", 2, "witness = \"none\""))[0], [(2, true), fine]);
    // Two of three are enough, one is not; with a witness one has two of four, which is not more than half.
    for keys in ["witness = \"none\"", "witness = \"disk\""] {
        let three = told(&failures("hyper-v-2008", 3, keys));
        assert_eq!(three, [vec![fine; 3], vec![(3, true); 3]], "{keys}");
    }
    // Three of five are.
    assert_eq!(told(&failures("pacemaker", 5, "witness = \"none\"")), [vec![fine; 5], vec![fine; 10]]);
    // Families without votes lose nothing.
    assert_eq!(told(&failures("vsphere-8", 3, "")), [vec![fine; 3], vec![fine; 3]]);
}

/// The table says what a crash of these hosts does in the simulation.
#[test]
fn the_simulation_agrees() {
    for (product, hosts, keys, lost) in [
        ("proxmox", 2, "witness = \"none\"", vec![1]),
        ("hyper-v-2008", 2, "witness = \"disk\"", vec![1]),
        ("hyper-v-2012-r2", 2, "witness = \"none\"", vec![0]),
        ("hyper-v-2012-r2", 2, "witness = \"none\"", vec![1]),
        ("hyper-v-2008", 3, "witness = \"disk\"", vec![0, 1]),
        ("hyper-v-2016", 3, "witness = \"none\"", vec![0, 2]),
        ("pacemaker", 5, "witness = \"none\"", vec![1, 3]),
        ("pacemaker", 4, "witness = \"none\"", vec![1, 3]),
    ] {
        let table = failures(product, hosts, keys);
        let cases = if lost.len() == 1 { &table.one } else { &table.two };
        let is_it = |case: &&ninefold::capacity::Case| case.hosts.iter().map(|h| h.index()).eq(lost.clone());
        let case = cases.cases.iter().find(is_it).unwrap();
        let crash = |host: &usize| {
            format!("[[inject]]\nat = \"1 h\"\nfault = \"host h-{} crash\"\nlasts = \"30 d\"\n", host + 1)
        };
        let faults: String = lost.iter().map(crash).collect();
        let models = loading::load(&text(product, hosts, keys, &faults));
        let mut state = State::new(&models[0]);
        Replication::new(&models[0], &mut state, 1, 0, Downtime::new(&models[0])).run();
        let down = state.instances.iter().filter(|instance| instance.served_ppb == 0).count() as u32;
        assert_eq!(down, case.waiting_vms(), "{product}, {hosts} hosts, {keys}, {lost:?} lost");
    }
}
