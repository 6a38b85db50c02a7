//! slow
mod attempts;
mod draw;
mod failover_clustering;
mod fast;
mod five_primaries;
mod guests;
mod primary;
mod story;
mod votes;
mod world;

use draw::{BASE, Plan, Strike};
use fast::{Cluster, Fast};
use story::{Story, lines};
use world::{Family, S, Us, World};

fn end_of(plan: &Plan, strikes: &[Strike]) -> Us {
    let longest = plan.thresholds.iter().copied().fold(1.0, f64::max) as Us * S;
    let last = strikes.iter().map(|s| s.at + s.lasts.min(400 * S)).max().unwrap_or(0);
    last + 310 * S + 2 * longest
}

fn slow<F: Family>(family: F, plan: &Plan, phases: &[Us], strikes: &[Strike], end: Us) -> Story {
    World::new(plan.hosts, 300 * S, strikes).run(family, phases, BASE - 20 * S, end)
}

fn env(name: &str, or: u64) -> u64 {
    std::env::var(name).map_or(or, |v| v.parse().unwrap())
}

fn compare<F: Family>(cluster: &Cluster, plan: &Plan, family: impl Fn() -> F) {
    let mut fast = Fast::new(cluster);
    let (count, show) = (env("DRAWS", 500), env("SHOW", 3) as usize);
    let mut wrong: Vec<(u64, usize, String)> = Vec::new();
    for seed in env("FROM", 0)..count {
        let strikes = plan.draw(seed);
        let end = end_of(plan, &strikes);
        let family = family();
        let phases = fast.phases(seed, family.interval());
        let want = slow(family, plan, &phases, &strikes, end);
        let got = fast.story(seed, &strikes, end);
        if got != want {
            let what = format!(
                "seed {seed} phases {phases:?}\n{strikes:#?}\nfast\n{}slow\n{}",
                lines(&got, &want),
                lines(&want, &got)
            );
            wrong.push((seed, strikes.len(), what));
        }
    }
    wrong.sort_by_key(|w| (w.1, w.2.len()));
    for w in wrong.iter().take(show) {
        println!("{}", w.2);
    }
    let mut themes = [0; 9];
    for w in &wrong {
        themes[(w.0 % 9) as usize] += 1;
    }
    println!("wrong {} {:?}", wrong.len(), themes);
}

#[test]
fn primary() {
    let hosts = env("HOSTS", 5) as usize;
    let storage = env("STORAGE", 1) == 1;
    let plan = Plan {
        hosts,
        thresholds: &[5.0, 10.0, 15.0, 18.0, 25.0, 30.0, 35.0, 60.0],
        storage,
        witness: false,
        hang_min: 900 * S,
    };
    let r = env("RESPONSE", 1);
    let set = ["leave-on", "power-off", "shut-down"][r as usize];
    let settings = format!("restart_after_response = \"3 s\"\nisolation_response = \"{set}\"\nshutdown=\"30 s\"\nstarts_per_host = 0").leak();
    let cluster =
        Cluster { product: "vsphere-6", settings, hosts, wired: storage, disks: storage, witness: false };
    let shutdown = if r == 2 { 30 * S } else { 0 };
    compare(&cluster, &plan, || {
        primary::Primary::new(hosts, primary::Numbers { shutdown, ..primary::FACTS }, r > 0, storage)
    });
}

#[test]
fn five() {
    let hosts = env("HOSTS", 6) as usize;
    let plan = Plan {
        hosts,
        thresholds: &[12.0, 14.0, 15.0, 16.0, 60.0, 136.0],
        storage: true,
        witness: false,
        hang_min: 900 * S,
    };
    let r = env("RESPONSE", 2);
    let set = ["leave-on", "power-off", "shut-down"][r as usize];
    let settings = format!("isolation_response = \"{set}\"\nshutdown=\"0 s\"\nstarts_per_host = 0").leak();
    let cluster =
        Cluster { product: "vmware-ha-4", settings, hosts, wired: true, disks: true, witness: false };
    compare(&cluster, &plan, || five_primaries::FivePrimaries::new(hosts, five_primaries::FACTS, r > 0));
}

#[test]
fn hyper() {
    use failover_clustering::{FACTS_2008, FACTS_2012, FACTS_2016, FailoverClustering};
    use votes::Witness;
    let hosts = env("HOSTS", 3) as usize;
    let (product, numbers, dynamic, settings) = match env("YEAR", 2008) {
        2008 => ("hyper-v-2008", FACTS_2008, false, "disk_move = \"4 s\"\n"),
        2012 => ("hyper-v-2012-r2", FACTS_2012, true, ""),
        _ => ("hyper-v-2016", FACTS_2016, true, "quarantine_count = 0\n"),
    };
    let (word, witness) = [
        ("none", Witness::None),
        ("auto", if hosts % 2 == 0 { Witness::Anywhere } else { Witness::None }),
        ("disk", Witness::Disk { only: false }),
        ("share", Witness::Share),
        ("disk-only", Witness::Disk { only: true }),
    ][env("WITNESS", 1) as usize];
    let thresholds: &[f64] = match env("YEAR", 2008) {
        2008 => &[5.0, 15.0, 60.0],
        2012 => &[10.0, 16.0, 60.0],
        _ => &[10.0, 60.0, 250.0, 256.0],
    };
    let disk = matches!(witness, Witness::Disk { .. });
    let struck = witness != Witness::None;
    let plan = Plan { hosts, thresholds, storage: disk, witness: struck, hang_min: 900 * S };
    let disks = if disk { "witness_storage = \"san\"\n" } else { "" };
    let settings: &str = format!("regroup = \"6 s\"\nwitness = \"{word}\"\n{disks}{settings}").leak();
    let cluster = Cluster { product, settings, hosts, wired: disk, disks: false, witness: struck };
    compare(&cluster, &plan, || FailoverClustering::new(hosts, numbers, witness, dynamic));
}
