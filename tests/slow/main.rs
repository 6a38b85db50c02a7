//! Every heartbeat and every poll an event: slow models of all families of products, against the simulation, which computes
//! the same instants from phases and simulates none of them.
//!
//! The models here are written from the facts alone and share no code with the product but the one thing they cannot
//! know: at which phase of its interval a host beats. Faults are drawn with fixed seeds; what both tell must be the same,
//! to the microsecond. Each model has broken twins that must be found out.

mod attempts;
mod compare;
mod custom;
mod draw;
mod failover_clustering;
mod fast;
mod five_primaries;
mod guests;
mod partitions;
mod pool;
mod primary;
mod quorum;
mod ring;
mod sites;
mod story;
mod votes;
mod world;

use compare::Match;
use draw::Plan;
use fast::Cluster;
use sites::Sites;
use votes::{RULES, Rules, Witness};
use world::S;

const PLAN: Plan = Plan {
    hosts: 3,
    thresholds: &[],
    storage: false,
    witness: false,
    hang_min: 900 * S,
    sites: Sites { hosts: &[], links: &[], fabrics: &[], witness: None, array: None, preferred: None },
    themes: &[],
};
const CLUSTER: Cluster = Cluster {
    product: "",
    settings: "",
    hosts: 3,
    wired: false,
    disks: false,
    witness: false,
    sites: PLAN.sites,
    responses: &[],
};

#[test]
fn primary_and_secondaries() {
    use primary::{FACTS, Numbers, Primary};
    for (response, word) in ["leave-on", "power-off", "shut-down"].into_iter().enumerate() {
        for (hosts, storage) in [(3, true), (5, true), (5, false)] {
            let settings = format!(
                "restart_after_response = \"3 s\"\nisolation_response = \"{word}\"\nshutdown = \"30 s\"\nstarts_per_host = 0"
            );
            let thresholds = &[5.0, 10.0, 15.0, 18.0, 25.0, 30.0, 35.0, 60.0];
            let what = format!("vSphere, {hosts} hosts, datastores {storage}, {word}");
            let game = Match {
                cluster: Cluster {
                    product: "vsphere-6",
                    settings: &settings,
                    hosts,
                    wired: storage,
                    disks: storage,
                    ..CLUSTER
                },
                plan: Plan { hosts, thresholds, storage, ..PLAN },
                draws: 56,
                what: &what,
            };
            let shutdown = if response == 2 { 30 * S } else { 0 };
            let numbers = Numbers { shutdown, ..FACTS };
            game.agrees(|| Primary::new(hosts, numbers, response > 0, storage));
            if response != 1 {
                continue;
            }
            // A beat later; a host that is alone waits for no answer to its pings; beats on the second.
            let late = Numbers { unreachable: FACTS.unreachable + S, watch: FACTS.watch + S, ..numbers };
            game.finds_out(8, || Primary::new(hosts, late, response > 0, storage));
            game.finds_out(8, || {
                Primary::new(hosts, Numbers { missed: 9 * S, ..numbers }, response > 0, storage)
            });
            game.finds_out(8, || {
                Primary::new(hosts, Numbers { alone: 25 * S, ..numbers }, response > 0, storage)
            });
            game.ignoring_phases(50, || Primary::new(hosts, numbers, response > 0, storage));
        }
    }
}

/// VMW-35: on one host some VMs are turned off, some shut down, and some left on.
#[test]
fn primary_and_secondaries_with_responses_of_single_vms() {
    use primary::{FACTS, Numbers, Primary, Response};
    let (hosts, responses) = (5, ["power-off", "shut-down", "", "leave-on", "shut-down"]);
    for (of_cluster, word) in [(Response::LeaveOn, "leave-on"), (Response::PowerOff, "power-off")] {
        let settings = format!(
            "restart_after_response = \"3 s\"\nisolation_response = \"{word}\"\nshutdown = \"30 s\"\nstarts_per_host = 0"
        );
        let game = Match {
            cluster: Cluster {
                product: "vsphere-6",
                settings: &settings,
                hosts,
                wired: true,
                disks: true,
                responses: &responses,
                ..CLUSTER
            },
            plan: Plan {
                hosts,
                thresholds: &[5.0, 10.0, 15.0, 18.0, 25.0, 30.0, 35.0, 60.0, 90.0],
                storage: true,
                ..PLAN
            },
            draws: 56,
            what: &format!("vSphere, responses of single VMs, {word}"),
        };
        let numbers = Numbers { shutdown: 30 * S, ..FACTS };
        let own = || {
            responses.map(|word| match word {
                "power-off" => Response::PowerOff,
                "shut-down" => Response::ShutDown,
                "leave-on" => Response::LeaveOn,
                _ => of_cluster,
            })
        };
        game.agrees(|| Primary::new(hosts, numbers, true, true).with(own().to_vec()));
        // Shutting down takes no time; what the cluster says counts for all.
        game.finds_out(5, || Primary::new(hosts, FACTS, true, true).with(own().to_vec()));
        game.finds_out(5, || Primary::new(hosts, numbers, true, true).with(vec![of_cluster; hosts]));
    }
}

#[test]
fn five_primaries() {
    use five_primaries::{FACTS, FivePrimaries, Numbers};
    for (response, word) in ["leave-on", "power-off", "shut-down"].into_iter().enumerate() {
        for hosts in [3, 7] {
            let settings =
                format!("isolation_response = \"{word}\"\nshutdown = \"0 s\"\nstarts_per_host = 0");
            let what = format!("VMware HA 4, {hosts} hosts, {word}");
            let game = Match {
                cluster: Cluster {
                    product: "vmware-ha-4",
                    settings: &settings,
                    hosts,
                    wired: true,
                    disks: true,
                    ..CLUSTER
                },
                plan: Plan {
                    hosts,
                    thresholds: &[12.0, 14.0, 15.0, 16.0, 60.0, 136.0],
                    storage: true,
                    ..PLAN
                },
                draws: 78,
                what: &what,
            };
            game.agrees(|| FivePrimaries::new(hosts, FACTS, response > 0));
            if response != 1 {
                continue;
            }
            let late = Numbers { failed: FACTS.failed + S, ..FACTS };
            game.finds_out(40, || FivePrimaries::new(hosts, late, response > 0));
            let early = Numbers { alone: FACTS.alone - S, ..FACTS };
            game.finds_out(20, || FivePrimaries::new(hosts, early, response > 0));
            game.ignoring_phases(50, || FivePrimaries::new(hosts, FACTS, response > 0));
        }
    }
}

#[test]
fn failover_clustering_with_quorum() {
    use failover_clustering::{FACTS_2008, FACTS_2012, FACTS_2016, FailoverClustering, Numbers};
    let years: [(&str, _, &str, &[f64]); 3] = [
        ("hyper-v-2008", FACTS_2008, "disk_move = \"4 s\"\n", &[5.0, 15.0, 60.0]),
        ("hyper-v-2012-r2", FACTS_2012, "", &[10.0, 16.0, 60.0]),
        ("hyper-v-2016", FACTS_2016, "quarantine_count = 0\n", &[10.0, 60.0, 250.0, 256.0]),
    ];
    for (product, numbers, settings, thresholds) in years {
        for hosts in [3, 4] {
            let auto = if hosts % 2 == 0 { Witness::Anywhere } else { Witness::None };
            let witnesses = [
                ("none", Witness::None),
                ("auto", auto),
                ("disk", Witness::Disk { only: false }),
                ("share", Witness::Share),
                ("disk-only", Witness::Disk { only: true }),
            ];
            for (word, witness) in witnesses {
                let disk = matches!(witness, Witness::Disk { .. });
                let struck = witness != Witness::None;
                let disks = if disk { "witness_storage = \"san\"\n" } else { "" };
                let settings = format!("regroup = \"6 s\"\nwitness = \"{word}\"\n{disks}{settings}");
                let what = format!("{product}, {hosts} hosts, witness {word}");
                let game = Match {
                    cluster: Cluster {
                        product,
                        settings: &settings,
                        hosts,
                        wired: disk,
                        witness: struck,
                        ..CLUSTER
                    },
                    plan: Plan { hosts, thresholds, storage: disk, witness: struck, ..PLAN },
                    draws: 27,
                    what: &what,
                };
                let dynamic = product != "hyper-v-2008";
                let model = |numbers, rules| FailoverClustering::new(hosts, numbers, witness, rules);
                game.agrees(|| model(numbers, Rules { dynamic, ..RULES }));
                if word != "none" {
                    continue;
                }
                let late = Numbers { missed: numbers.missed + S, ..numbers };
                game.finds_out(50, || model(late, Rules { dynamic, ..RULES }));
                game.finds_out(10, || model(numbers, Rules { dynamic: !dynamic, ..RULES }));
                if hosts == 4 && !dynamic {
                    // Without a witness half of four votes is where it matters who counts how.
                    game.finds_out(5, || model(numbers, Rules { dynamic, half_is_enough: true, ..RULES }));
                }
                if dynamic {
                    game.finds_out(5, || model(numbers, Rules { dynamic, first_yields: true, ..RULES }));
                }
                game.ignoring_phases(50, || model(numbers, Rules { dynamic, ..RULES }));
            }
        }
    }
}

#[test]
fn token_rings_with_fencing() {
    use ring::{Fencing, Numbers, Ring, token};
    let watchdog = Fencing::Watchdog { resets: 60 * S, recover: 120 * S, loops: 14 * S };
    let products: [(&str, _, &str, &[f64]); 2] = [
        ("proxmox", watchdog, "recovery_loops = \"14 s\"\n", &[3.65, 60.0, 63.65, 120.0, 134.0]),
        ("pacemaker", Fencing::Peers { takes: 10 * S }, "fencing = \"10 s\"\n", &[3.65, 4.3, 15.65]),
    ];
    for (product, fencing, settings, thresholds) in products {
        for hosts in [2, 3, 4] {
            let auto = if hosts % 2 == 0 { Witness::Anywhere } else { Witness::None };
            for (word, witness) in [("none", Witness::None), ("auto", auto)] {
                let struck = witness != Witness::None;
                let settings = format!(
                    "regroup = \"2 s\"\nwitness = \"{word}\"\n{settings}starts_per_host = 0\nretry_poll = \"0 s\""
                );
                let what = format!("{product}, {hosts} hosts, witness {word}");
                let game = Match {
                    cluster: Cluster { product, settings: &settings, hosts, witness: struck, ..CLUSTER },
                    plan: Plan { hosts, thresholds, witness: struck, ..PLAN },
                    draws: 56,
                    what: &what,
                };
                let numbers = Numbers { missed: token(hosts), regroup: 2 * S, fencing };
                game.agrees(|| Ring::new(hosts, numbers, witness, RULES));
                if word != "none" {
                    continue;
                }
                // The token's time does not grow; half of the votes is enough.
                let early = Numbers { missed: token(hosts) - 500_000, ..numbers };
                game.finds_out(20, || Ring::new(hosts, early, witness, RULES));
                if hosts == 2 {
                    let rules = Rules { half_is_enough: true, ..RULES };
                    game.finds_out(40, || Ring::new(hosts, numbers, witness, rules));
                }
            }
        }
    }
}

#[test]
fn pools_with_a_statefile() {
    use pool::{FACTS, Numbers, Pool};
    for hosts in [2, 3, 4] {
        let settings =
            "agreement = \"3 s\"\nnotice = \"10 s\"\nmaster_takeover = \"90 s\"\nretry_poll = \"0 s\"\n";
        let what = format!("XenServer, {hosts} hosts");
        let game = Match {
            cluster: Cluster { product: "xenserver", settings, hosts, wired: true, ..CLUSTER },
            plan: Plan { hosts, thresholds: &[60.0, 95.0, 120.0, 185.0, 212.0], storage: true, ..PLAN },
            draws: 156,
            what: &what,
        };
        game.agrees(|| Pool::new(hosts, FACTS, true));
        game.finds_out(10, || {
            Pool::new(hosts, Numbers { fenced: FACTS.fenced - FACTS.interval, ..FACTS }, true)
        });
        game.finds_out(40, || Pool::new(hosts, Numbers { winners_wait: 21 * S, ..FACTS }, true));
        game.finds_out(2, || Pool::new(hosts, FACTS, false));
        game.ignoring_phases(50, || Pool::new(hosts, FACTS, true));
    }
}

#[test]
fn one_number() {
    use custom::Custom;
    for hosts in [2, 4] {
        let settings = "detection = \"20 s\"";
        let what = format!("custom, {hosts} hosts");
        let game = Match {
            cluster: Cluster { product: "custom", settings, hosts, ..CLUSTER },
            plan: Plan { hosts, thresholds: &[20.0, 300.0], ..PLAN },
            draws: 223,
            what: &what,
        };
        game.agrees(|| Custom::new(hosts, 20 * S));
        game.finds_out(25, || Custom::new(hosts, 21 * S));
    }
}
