//! The whole program where what is rare is known exactly: an experiment, as anybody runs it, that turns to weighted replications by
//! itself. Nothing else of the simulator is asked for the answer.

use crate::rare::{run, three_hosts, times};
use ninefold::experiment::summary::{Estimate, Method};

/// A year.
const YEAR_S: f64 = 31_536_000.0;

/// How many standard errors an estimate is away from a value.
fn z(found: Estimate, value: f64) -> f64 {
    (found.mean - value) / found.se
}

/// Three hosts of which one is enough, unavailable for one part in a hundred million: with a crew each, (λ / (λ + μ))³; with one
/// crew, 6ρ³ / (1 + 3ρ + 6ρ² + 6ρ³) where ρ = λ / μ (machine repair; Trivedi, Probability and Statistics with Reliability, Queuing,
/// and Computer Science Applications, chapter 8). While all are down one comes back at rate 3μ or μ, and as many outages begin as
/// end. Lives are such that both shares are 1e-8; a warm-up of thirty repairs leaves nothing of the start. Downtime that is wrong by
/// a quarter would be noticed, and outages that are by a seventh.
#[test]
fn three_hosts_at_eight_nines_through_the_whole_program() {
    for (crew, crews, mttf_h, at_work) in
        [("", "", 4_631.588_833_6, 3.0), ("crew = \"c\"\n", "[crew.c]\nsize = 1\n", 8_424.314_787_3, 1.0)]
    {
        let crash = format!("{{ mttf = \"{mttf_h} h\", mttr = \"10 h\" }}");
        let text = three_hosts(&crash, crews, crew)
            .replace("horizon = \"1 y\"", "horizon = \"1 y\"\nwarmup = \"300 h\"");
        let rho: f64 = 10.0 / mttf_h;
        let share = if crew.is_empty() {
            (rho / (1.0 + rho)).powi(3)
        } else {
            6.0 * rho.powi(3) / (1.0 + 3.0 * rho + 6.0 * rho.powi(2) + 6.0 * rho.powi(3))
        };
        assert!((share / 1e-8 - 1.0).abs() < 1e-8, "{share}");
        let service = &run(&text, 17, 6_000 * times(), 2).strategies[0].services[0];
        for (what, found, exact) in [
            ("downtime", service.downtime_s, share * YEAR_S),
            ("outages", service.outages, share * at_work / 10.0 * YEAR_S / 3_600.0),
        ] {
            println!(
                "{what}, {at_work} at work: exact {exact:.5e}, found {:.5e}, z {:.2}, detects {:.1} %",
                found.mean,
                z(found, exact),
                733.0 * found.se / exact
            );
            assert_eq!(found.method, Method::ImportanceSampling);
            assert!(z(found, exact).abs() < 5.0);
            // What is wrong by a quarter is rejected.
            assert!(z(found, 1.25 * exact).abs() > 5.0);
        }
    }
}
