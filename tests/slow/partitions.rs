//! Every family on two or three sites that lose sight of each other: in each draw a network between sites is cut.

use crate::compare::Match;
use crate::fast::Cluster;
use crate::sites::Sites;
use crate::votes::{RULES, Rules, Witness};
use crate::world::S;
use crate::{CLUSTER, PLAN, draw::Plan};

const TWO: Sites = Sites { hosts: &[0, 0, 1, 1], links: &[&[0, 1]], ..PLAN.sites };
const UNEVEN: Sites = Sites { hosts: &[0, 1, 1], ..TWO };
/// One host after the other at either site.
const MIXED: Sites = Sites { hosts: &[0, 1, 0, 1, 1], ..TWO };
const THREE: Sites = Sites { hosts: &[0, 0, 1, 1, 2], links: &[&[0, 1], &[1, 2], &[0, 2]], ..PLAN.sites };
/// A share at a third site.
const THIRD: Sites = Sites { links: &[&[0, 1], &[1, 2], &[0, 2]], witness: Some(2), ..TWO };

/// A cluster of that product on these sites, and what befalls it.
fn game<'a>(
    product: &'a str,
    settings: &'a str,
    sites: Sites,
    thresholds: &'static [f64],
    what: &'a str,
) -> Match<'a> {
    let hosts = sites.hosts.len();
    Match {
        cluster: Cluster { product, settings, hosts, sites, ..CLUSTER },
        plan: Plan { hosts, thresholds, sites, ..PLAN },
        draws: 38,
        what,
    }
}

#[test]
fn one_number_on_two_sites() {
    use crate::custom::Custom;
    let game = game("custom", "detection = \"20 s\"", TWO, &[20.0, 300.0], "custom on two sites");
    let game = Match { draws: 223, ..game };
    game.agrees(|| Custom::new(4, 20 * S));
    game.finds_out(25, || Custom::new(4, 21 * S));
}

#[test]
fn failover_clustering_on_sites() {
    use crate::failover_clustering::{FACTS_2008, FACTS_2012, FACTS_2016, FailoverClustering, Numbers};
    let years: [(&str, _, &str, &[f64]); 3] = [
        ("hyper-v-2008", FACTS_2008, "disk_move = \"4 s\"\n", &[5.0, 15.0, 60.0]),
        ("hyper-v-2012-r2", FACTS_2012, "", &[10.0, 16.0, 20.0, 26.0]),
        ("hyper-v-2016", FACTS_2016, "quarantine_count = 0\n", &[10.0, 20.0, 60.0, 250.0, 260.0]),
    ];
    for (product, numbers, settings, thresholds) in years {
        for (sites, name) in
            [(TWO, "2+2"), (UNEVEN, "1+2"), (MIXED, "1+1+1+2"), (THREE, "2+2+1"), (THIRD, "share")]
        {
            let share = name == "share";
            let word =
                if share { "witness = \"share\"\nwitness_site = \"s2\"" } else { "witness = \"none\"" };
            let settings = format!("regroup = \"6 s\"\n{word}\n{settings}");
            let what = format!("{product}, sites {name}");
            let mut game = game(product, &settings, sites, thresholds, &what);
            game.draws = if product.starts_with("hyper") { 70 } else { 100 };
            (game.cluster.witness, game.plan.witness) = (share, share);
            let witness = if share { Witness::Share } else { Witness::None };
            let dynamic = product != "hyper-v-2008";
            let hosts = sites.hosts.len();
            let model =
                |numbers, rules| FailoverClustering::new(hosts, numbers, witness, Rules { dynamic, ..rules });
            game.agrees(|| model(numbers, RULES));
            if name == "2+2" {
                let late = Numbers { missed_far: numbers.missed_far + S, ..numbers };
                game.finds_out(20, || model(late, RULES));
                game.finds_out(if dynamic { 2 } else { 20 }, || {
                    model(numbers, Rules { last_side: true, ..RULES })
                });
            }
        }
    }
}

#[test]
fn token_rings_on_sites() {
    use crate::ring::{Fencing, Numbers, Ring, token};
    let watchdog = Fencing::Watchdog { resets: 60 * S, recover: 120 * S, loops: 14 * S };
    let products: [(&str, _, &str, &[f64]); 2] = [
        ("proxmox", watchdog, "recovery_loops = \"14 s\"\n", &[3.65, 60.0, 63.65, 120.0, 134.0]),
        ("pacemaker", Fencing::Peers { takes: 10 * S }, "fencing = \"10 s\"\n", &[3.65, 4.3, 15.65]),
    ];
    for (product, fencing, settings, thresholds) in products {
        for (sites, name) in
            [(TWO, "2+2"), (UNEVEN, "1+2"), (MIXED, "1+1+1+2"), (THREE, "2+2+1"), (THIRD, "share")]
        {
            let share = name == "share";
            let word =
                if share { "witness = \"share\"\nwitness_site = \"s2\"" } else { "witness = \"none\"" };
            let settings =
                format!("regroup = \"2 s\"\n{word}\n{settings}starts_per_host = 0\nretry_poll = \"0 s\"");
            let what = format!("{product}, sites {name}");
            let mut game = game(product, &settings, sites, thresholds, &what);
            game.draws = if product.starts_with("hyper") { 70 } else { 100 };
            (game.cluster.witness, game.plan.witness) = (share, share);
            let witness = if share { Witness::Share } else { Witness::None };
            let hosts = sites.hosts.len();
            let numbers = Numbers { missed: token(hosts), regroup: 2 * S, fencing };
            game.agrees(|| Ring::new(hosts, numbers, witness, RULES));
            if name == "2+2" {
                game.finds_out(20, || Ring::new(hosts, numbers, witness, Rules { last_side: true, ..RULES }));
                game.finds_out(20, || {
                    Ring::new(hosts, numbers, witness, Rules { half_is_enough: true, ..RULES })
                });
            }
        }
    }
}

#[test]
fn pools_on_sites() {
    use crate::pool::{FACTS, Pool};
    // MTX-95: a pool of two sites is more than is supported.
    let settings = "limits = \"ignore\"\nagreement = \"3 s\"\nnotice = \"10 s\"\nmaster_takeover = \"90 s\"\nretry_poll = \"0 s\"\n";
    let blocks = |sites: Sites| Sites { fabrics: &[&[0, 1]], array: Some(0), ..sites };
    let east = blocks(TWO);
    let west = Sites { array: Some(1), ..blocks(UNEVEN) };
    for (sites, name) in [
        (TWO, "2+2"),
        (UNEVEN, "1+2"),
        (MIXED, "1+1+1+2"),
        (THREE, "2+2+1"),
        (east, "2, array + 2"),
        (west, "1 + 2, array"),
    ] {
        let what = format!("XenServer, sites {name}");
        let mut game = game("xenserver", settings, sites, &[60.0, 95.0, 120.0, 185.0, 212.0], &what);
        (game.cluster.wired, game.plan.storage) = (true, true);
        game.agrees(|| Pool::new(sites.hosts.len(), FACTS, true));
        if name == "2+2" {
            game.finds_out(20, || Pool::new(sites.hosts.len(), FACTS, false));
        }
    }
}

#[test]
fn five_primaries_on_two_sites() {
    use crate::five_primaries::{FACTS, FivePrimaries, Numbers};
    const SEVEN: Sites = Sites { hosts: &[0, 0, 0, 0, 0, 1, 1], ..TWO };
    for (response, word) in ["leave-on", "power-off"].into_iter().enumerate() {
        let settings = format!("isolation_response = \"{word}\"\nshutdown = \"0 s\"\nstarts_per_host = 0");
        for (sites, name) in [(TWO, "2+2"), (UNEVEN, "1+2"), (SEVEN, "5+2")] {
            let what = format!("VMware HA 4, sites {name}, {word}");
            let thresholds = &[12.0, 14.0, 15.0, 16.0, 60.0, 136.0];
            let mut game = game("vmware-ha-4", &settings, sites, thresholds, &what);
            (game.cluster.wired, game.cluster.disks, game.plan.storage) = (true, true, true);
            game.plan.themes = &[0, 4, 5, 5];
            game.agrees(|| FivePrimaries::new(sites.hosts.len(), FACTS, response > 0));
            let late = Numbers { failed: FACTS.failed + S, ..FACTS };
            game.finds_out(20, || FivePrimaries::new(sites.hosts.len(), late, response > 0));
        }
    }
}

#[test]
fn primaries_on_two_sites() {
    use crate::primary::{FACTS, Numbers, Primary};
    for (response, word) in ["leave-on", "power-off"].into_iter().enumerate() {
        let settings = format!(
            "restart_after_response = \"3 s\"\nisolation_response = \"{word}\"\nshutdown = \"30 s\"\nstarts_per_host = 0"
        );
        for (sites, storage, name) in [
            (TWO, true, "2+2"),
            (UNEVEN, true, "1+2"),
            (MIXED, true, "1+1+1+2"),
            (TWO, false, "2+2, no datastores"),
        ] {
            let thresholds = &[5.0, 10.0, 15.0, 18.0, 25.0, 30.0, 35.0, 60.0];
            let what = format!("vSphere, sites {name}, {word}");
            let mut game = game("vsphere-6", &settings, sites, thresholds, &what);
            (game.cluster.wired, game.cluster.disks, game.plan.storage) = (storage, storage, storage);
            // Without datastores nothing tells a silent host from a dead one: cuts alone.
            game.plan.themes = if storage { &[0, 3, 5, 5] } else { &[0, 5] };
            let game = Match { draws: 29, ..game };
            game.agrees(|| Primary::new(sites.hosts.len(), FACTS, response > 0, storage));
            let early = Numbers { election: FACTS.election - S, ..FACTS };
            game.finds_out(20, || Primary::new(sites.hosts.len(), early, response > 0, storage));
        }
    }
}
