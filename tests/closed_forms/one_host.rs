//! One host and one VM on it: whether it fails within a year at all, how often, for how long, and how much that varies.

use crate::theory::{downtime, outages, quantile, takacs};
use crate::{ALONE, HOUR, YEAR_H, agrees, counted, hosts, rows, scenario, summary, varies};

/// A host with exponential lives, and so long repairs.
fn host(run: &str, mttf_h: f64, repair: &str) -> String {
    let crash = format!("{{ ttf = {{ law = \"exponential\", mean = \"{mttf_h} h\" }}, ttr = {repair} }}");
    scenario(run, &hosts("h", 1, &crash, ""), "", "", ALONE)
}

/// Whatever the repairs are like. A chance that is wrong by 7 % is noticed.
#[test]
fn no_outage_in_a_year() {
    for repair in ["{ law = \"lognormal\", mean = \"100 h\", cv = 2 }", "\"1000 h\""] {
        for ages in ["new", "stationary"] {
            let found = rows(&host(&format!("horizon = \"1 y\"\nages = \"{ages}\""), YEAR_H, repair), 20_000);
            let none = counted(&found, |row| row.outages == 0.0);
            agrees(&format!("no outage, {ages}, {repair}"), &none, (-1.0_f64).exp(), (-1.1_f64).exp());
        }
    }
}

/// A host, its array and the network of its clients: rates add up. A chance that is wrong by 4 % is noticed; the twin leaves the network out.
#[test]
fn a_series_fails_at_the_sum_of_rates() {
    let fault = |years: u32| format!("{{ mttf = \"{years} y\", mttr = \"9 h\" }}");
    let text = scenario(
        "horizon = \"1 y\"",
        &hosts("h", 1, &fault(2), "storage = [\"san\"]"),
        ", storage = \"san\", disk_timeout = \"0 s\"",
        "",
        &format!(
            "[storage.san]\nkind = \"fc\"\noutage = {}\n[network.n]\ncarries = [\"client\"]\noutage = {}\n{ALONE}",
            fault(3),
            fault(4)
        ),
    );
    let found = counted(&rows(&text, 20_000), |row| row.outages > 0.0);
    let chance = |rate: f64| 1.0 - (-rate).exp();
    agrees("series", &found, chance(1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0), chance(1.0 / 2.0 + 1.0 / 3.0));
}

/// Two states, exponential. A mean that is wrong by 2 % is noticed and a variance by 7 %; repairs of the twin last a tenth longer.
#[test]
fn the_variance_of_a_years_downtime() {
    let repair = "{ law = \"exponential\", mean = \"20 h\" }";
    let found = rows(&host("horizon = \"1 y\"", 1_000.0, repair), 30_000);
    let hours: Vec<f64> = found.iter().map(|row| row.downtime_s / HOUR).collect();
    let (exact, twin) = (downtime(1_000.0, 20.0, YEAR_H), downtime(1_000.0, 22.0, YEAR_H));
    agrees("mean", &hours, exact.0, twin.0);
    varies("variance", &hours, exact.1, twin.1);
}

/// Exponential repairs and Erlang ones of two stages, at three points of the law. A chance that is wrong by 6 % is noticed at 20 h,
/// by 3 % later. The clock of the twin runs on during repairs.
#[test]
fn the_law_of_interval_downtime() {
    const MTTF: f64 = 100.0;
    const MTTR: f64 = 10.0;
    const T: f64 = 400.0;
    for (stages, repair) in [
        (1, "{ law = \"exponential\", mean = \"10 h\" }"),
        (2, "{ law = \"erlang\", stages = 2, mean = \"10 h\" }"),
    ] {
        let found = rows(&host("horizon = \"400 h\"\nages = \"new\"", MTTF, repair), 60_000);
        for x in [20.0, 40.0, 80.0] {
            let within = counted(&found, |row| row.downtime_s <= x * HOUR);
            let (exact, twin) = (takacs(MTTF, stages, MTTR, T - x, x), takacs(MTTF, stages, MTTR, T, x));
            agrees(&format!("{stages} stages, at most {x} h"), &within, exact, twin);
        }
    }
}

/// Repairs of exactly 15 h. A mean that is wrong by 2 % is noticed and a variance by 6 %; the twin is a Poisson process, of the same
/// mean where the variance is asked for.
#[test]
fn the_number_of_outages_with_constant_repairs() {
    let found = rows(&host("horizon = \"400 h\"\nages = \"new\"", 100.0, "\"15 h\""), 40_000);
    let number: Vec<f64> = found.iter().map(|row| row.outages).collect();
    let (mean, variance) = outages(100.0, 15.0, 400.0);
    agrees("number", &number, mean, 4.0);
    varies("variance of the number", &number, variance, mean);
}

/// Outages of exactly 10 h, of which there are a Poisson number but for those hours: each percentile is so many of them, to the
/// microsecond. Chances on both sides of each are at least five standard errors away; with lives a quarter shorter, as the twin has
/// them, it is other numbers, and the simulator finds that.
#[test]
fn percentiles_of_constant_outages() {
    const REPLICATIONS: u32 = 16_000;
    let levels = [0.5, 0.95, 0.99];
    let exact = |mttf: f64| levels.map(|p| quantile(mttf, 10.0, YEAR_H, p).expect("a multiple"));
    let found = |mttf: f64| {
        let found = summary(&host("horizon = \"1 y\"", mttf, "\"10 h\""), REPLICATIONS);
        let found = &found.strategies[0].services[0].downtime_percentiles;
        [found.p50, found.p95, found.p99].map(|seconds| seconds / (10.0 * HOUR))
    };
    let (mttf, shorter) = (YEAR_H / 1.5, YEAR_H / 2.0);
    let theory = exact(mttf);
    for ((whole, margin), p) in theory.iter().zip(levels) {
        let se = (p * (1.0 - p) / f64::from(REPLICATIONS)).sqrt();
        println!("p{}: {whole} outages, {:.1} standard errors from another", 100.0 * p, margin / se);
        assert!(*margin > 5.0 * se);
    }
    let wholes = |theory: [(u32, f64); 3]| theory.map(|(whole, _)| f64::from(whole));
    let close =
        |found: [f64; 3], theory: [f64; 3]| found.iter().zip(theory).all(|(f, t)| (f - t).abs() < 1e-9);
    let twin = found(shorter);
    println!("found {:?}, with shorter lives {twin:?}", found(mttf));
    assert!(close(found(mttf), wholes(theory)));
    assert!(!close(twin, wholes(theory)));
}
