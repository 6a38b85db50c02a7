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
const THREE: Sites =
    Sites { hosts: &[0, 0, 1, 1, 2], links: &[&[0, 1], &[1, 2], &[0, 2]], ..PLAN.sites };
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
        draws: 250,
        what,
    }
}

#[test]
fn one_number_on_two_sites() {
    use crate::custom::Custom;
    let game = game("custom", "detection = \"20 s\"", TWO, &[20.0, 300.0], "custom on two sites");
    let game = Match { draws: 1000, ..game };
    game.agrees(|| Custom::new(4, 20 * S));
}

#[test]
fn failover_clustering_on_sites() {
    use crate::failover_clustering::{FACTS_2008, FACTS_2012, FACTS_2016, FailoverClustering};
    let years: [(&str, _, &str, &[f64]); 3] = [
        ("hyper-v-2008", FACTS_2008, "disk_move = \"4 s\"\n", &[5.0, 15.0, 60.0]),
        ("hyper-v-2012-r2", FACTS_2012, "", &[10.0, 16.0, 20.0, 26.0]),
        ("hyper-v-2016", FACTS_2016, "quarantine_count = 0\n", &[10.0, 20.0, 60.0, 250.0, 260.0]),
    ];
    for (product, numbers, settings, thresholds) in years {
        for (sites, name) in [(TWO, "2+2"), (UNEVEN, "1+2"), (MIXED, "1+1+1+2"), (THREE, "2+2+1"), (THIRD, "share")]
        {
            let share = name == "share";
            let word = if share { "witness = \"share\"\nwitness_site = \"s2\"" } else { "witness = \"none\"" };
            let settings = format!("regroup = \"6 s\"\n{word}\n{settings}");
            let what = format!("{product}, sites {name}");
            let mut game = game(product, &settings, sites, thresholds, &what);
            (game.cluster.witness, game.plan.witness) = (share, share);
            let witness = if share { Witness::Share } else { Witness::None };
            let dynamic = product != "hyper-v-2008";
            let hosts = sites.hosts.len();
            game.agrees(|| FailoverClustering::new(hosts, numbers, witness, Rules { dynamic, ..RULES }));
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
        for (sites, name) in [(TWO, "2+2"), (UNEVEN, "1+2"), (MIXED, "1+1+1+2"), (THREE, "2+2+1"), (THIRD, "share")]
        {
            let share = name == "share";
            let word = if share { "witness = \"share\"\nwitness_site = \"s2\"" } else { "witness = \"none\"" };
            let settings =
                format!("regroup = \"2 s\"\n{word}\n{settings}starts_per_host = 0\nretry_poll = \"0 s\"");
            let what = format!("{product}, sites {name}");
            let mut game = game(product, &settings, sites, thresholds, &what);
            (game.cluster.witness, game.plan.witness) = (share, share);
            let witness = if share { Witness::Share } else { Witness::None };
            let hosts = sites.hosts.len();
            let numbers = Numbers { missed: token(hosts), regroup: 2 * S, fencing };
            game.agrees(|| Ring::new(hosts, numbers, witness, RULES));
        }
    }
}
