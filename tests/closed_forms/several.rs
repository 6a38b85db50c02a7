//! Several hosts: what takes them together, what they share, and what they lose whatever their repairs are like.

use crate::{HOUR, YEAR_H, agrees, balanced, counted, hosts, rows, scenario};

/// Marshall and Olkin's two lives: each by itself once in two years, both with their rack once in ten, nothing back within the year
/// (a beta factor of a sixth). A chance that is wrong by 9 % is noticed; lives of the twin are as long and independent.
#[test]
fn a_rack_is_a_common_cause() {
    let fault =
        |years: u32| format!("{{ ttf = {{ law = \"exponential\", mean = \"{years} y\" }}, ttr = \"1 y\" }}");
    let rest = format!("[rack.r]\noutage = {}\n{}", fault(10), balanced(2));
    let text = scenario("horizon = \"1 y\"", &hosts("h", 2, &fault(2), "rack = \"r\""), "", "", &rest);
    let found = counted(&rows(&text, 24_000), |row| row.outages > 0.0);
    let both =
        |alone: f64, common: f64| 1.0 - 2.0 * (-(alone + common)).exp() + (-(2.0 * alone + common)).exp();
    agrees("both of a rack", &found, both(0.5, 0.1), both(0.6, 0.0));
}

/// Two members on one array, whose hosts fail by themselves: down unless the array is there and one host is. Downtime that is wrong by 6 %
/// is noticed; each member of the twin has an array of its own.
#[test]
fn a_shared_array_is_a_factor() {
    let rest = format!(
        "[storage.san]\nkind = \"fc\"\noutage = {{ mttf = \"100 h\", mttr = \"4 h\" }}\n{}",
        balanced(2)
    );
    let text = scenario(
        "horizon = \"5000 h\"\nwarmup = \"300 h\"",
        &hosts("h", 2, "{ mttf = \"40 h\", mttr = \"10 h\" }", "storage = [\"san\"]"),
        ", storage = \"san\", disk_timeout = \"0 s\"",
        "",
        &rest,
    );
    let shares: Vec<f64> = rows(&text, 400).iter().map(|row| row.downtime_s / 5_000.0 / HOUR).collect();
    let (array, host): (f64, f64) = (100.0 / 104.0, 0.2);
    let alone = 1.0 - array * (1.0 - host);
    agrees("a shared array", &shares, 1.0 - array * (1.0 - host * host), alone * alone);
}

/// Three hosts, each down a fifth of the time, whatever the law of repairs, and of lives: all are down for q³ of it, and that begins
/// 3 q² / (MTTF + MTTR) times an hour. Downtime that is wrong by 17 % is noticed, the number of outages by 11 %; repairs of the twin
/// last a tenth longer.
#[test]
fn all_of_three_whatever_the_law() {
    let exponential = "{ law = \"exponential\", mean = \"40 h\" }";
    for (life, repair) in [
        (exponential, "\"10 h\""),
        (exponential, "{ law = \"exponential\", mean = \"10 h\" }"),
        (exponential, "{ law = \"lognormal\", mean = \"10 h\", cv = 1.5 }"),
        (exponential, "{ law = \"weibull\", shape = 0.7, mean = \"10 h\" }"),
        (
            "{ law = \"weibull\", shape = 2, mean = \"40 h\" }",
            "{ law = \"lognormal\", mean = \"10 h\", cv = 1.5 }",
        ),
    ] {
        let run = "horizon = \"5000 h\"\nwarmup = \"1000 h\"\nages = \"stationary\"";
        let crash = format!("{{ ttf = {life}, ttr = {repair} }}");
        let found = rows(&scenario(run, &hosts("h", 3, &crash, ""), "", "", &balanced(3)), 500);
        let down: Vec<f64> = found.iter().map(|row| row.downtime_s / 5_000.0 / HOUR).collect();
        let outages: Vec<f64> = found.iter().map(|row| row.outages).collect();
        let q = |mttr: f64| mttr / (40.0 + mttr);
        let often = |mttr: f64| 5_000.0 * 3.0 * q(mttr).powi(2) / (40.0 + mttr);
        agrees(&format!("{repair}, down"), &down, q(10.0).powi(3), q(11.0).powi(3));
        agrees(&format!("{repair}, outages"), &outages, often(10.0), often(11.0));
    }
}

/// A network above three hosts of different kinds, two of which are needed to serve all: OR(network, AND(a, b, c)), over all 2⁴
/// states. Downtime that is wrong by 6 % is noticed, what is not served by 4 %; the twin has no network.
#[test]
fn a_fault_tree_by_enumeration() {
    let parts = [(90.0, 3.0), (30.0, 12.0), (40.0, 10.0), (60.0, 20.0)];
    let fault = |(mttf, mttr): (f64, f64)| format!("{{ mttf = \"{mttf} h\", mttr = \"{mttr} h\" }}");
    let [network, a, b, c] = parts.map(fault);
    let text = scenario(
        "horizon = \"1 y\"\nwarmup = \"1000 h\"",
        &[("a", a), ("b", b), ("c", c)].map(|(name, crash)| hosts(name, 1, &crash, "")).concat(),
        "",
        "place = [\"a-1\", \"b-1\", \"c-1\"]\ndemand = 2\ncapacity = 1",
        &format!("[network.n]\ncarries = [\"client\"]\noutage = {network}\n{}", balanced(3)),
    );
    let theory = |has_network: bool| {
        let (mut down, mut lost) = (0.0, 0.0);
        for state in 0..16_u32 {
            let is_down = |part: usize| state >> part & 1 == 1;
            let chance: f64 = (0..4)
                .map(|part| {
                    let (mttf, mttr) = parts[part];
                    (if is_down(part) { mttr } else { mttf }) / (mttf + mttr)
                })
                .product();
            let up = (1..4).filter(|&part| !is_down(part)).count();
            let served = if has_network && is_down(0) { 0.0 } else { (up as f64 / 2.0).min(1.0) };
            down += if served == 0.0 { chance } else { 0.0 };
            lost += chance * (1.0 - served);
        }
        (down, lost)
    };
    let found = rows(&text, 300);
    let (right, twin) = (theory(true), theory(false));
    let shares = |of: fn(&ninefold::experiment::summary::Row) -> f64| -> Vec<f64> {
        found.iter().map(|row| of(row) / YEAR_H / HOUR).collect()
    };
    agrees("tree, down", &shares(|row| row.downtime_s), right.0, twin.0);
    agrees("tree, not served", &shares(|row| row.lost_s), right.1, twin.1);
}
