//! What clients want over the week: to the request, and by chance against a closed form.
//!
//! The statistical case has a fixed seed and passes within five standard errors; theories that are slightly wrong must be
//! rejected by the same.

use crate::loading::load;
use ninefold::experiment::summary::ServiceSummary;
use ninefold::experiment::{Plan, run};

/// A week of an office: Monday has a peak, in steps that are easy to add up.
const OFFICE: &str = r#"
[load.office]
monday = { "00:00" = "5 %", "07:00" = "40 %", "09:00" = "100 %", "12:00" = "60 %", "18:00" = "20 %" }
workdays = { "00:00" = "10 %", "08:00" = "60 %", "18:00" = "20 %" }
weekend = "5 %"
"#;

fn farm(run: &str, host: &str, service: &str, rest: &str) -> String {
    format!(
        "schema = 1\n[run]\n{run}\n[host.h]\ncount = 3\ncores = 8\nmemory = \"64 GiB\"\nboot = \"0 s\"\n{host}\n{OFFICE}\n\
         [service.web]\nrole = \"stateless\"\nplace = [\"h-1\", \"h-2\", \"h-3\"]\nvm = {{ cores = 1, memory = \"1 GiB\" }}\n\
         power_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nload = \"office\"\nrequests = 3000\ndemand = 3000\n{service}\n{rest}\n"
    )
}

fn summary(text: &str, replications: u32) -> ServiceSummary {
    let models = load(text);
    let plan = Plan { title: String::new(), sha256: String::new(), seed: 7, replications, threads: Some(2) };
    let summary = run(&models, &plan, &()).expect("nobody stops it");
    summary.strategies[0].services[0].clone()
}

/// Requests lost, seconds degraded, seconds down of a script.
fn told(text: &str) -> (f64, f64, f64) {
    let found = summary(text, 1);
    let requests = found.requests_lost.expect("they are counted");
    (requests.mean, found.degraded_s.mean, found.downtime_s.mean)
}

const THREE: &str =
    "[strategy.s]\nprotect = [\"nlb\"]\nmembers = 3\ndetection = \"5 s\"\nconvergence = \"3 s\"";
const ALONE: &str = "[strategy.s]\nprotect = []";

fn crash(host: &str, at: &str, lasts: &str) -> String {
    format!("[[inject]]\nat = \"{at}\"\nfault = \"host {host} crash\"\nlasts = \"{lasts}\"\n")
}

fn close(name: &str, (requests, degraded, down): (f64, f64, f64), expected: (f64, f64, f64)) {
    // What is lost is rounded to the microsecond of the most that clients want: 0.003 requests.
    assert!((requests - expected.0).abs() < 0.01, "{name}: {requests} requests, not {}", expected.0);
    assert!((degraded - expected.1).abs() < 1e-6, "{name}: degraded {degraded} s, not {}", expected.1);
    assert!((down - expected.2).abs() < 1e-6, "{name}: down {down} s, not {}", expected.2);
}

#[test]
fn a_script_to_the_request() {
    let run = "horizon = \"9 d\"\nages = \"new\"";
    let script = |service: &str, injects: &str, strategy: &str| {
        told(&farm(run, "", service, &format!("{strategy}\n{injects}")))
    };
    // Down from 8:30 to 9:30 on Monday: half an hour of 40 %, half an hour of all.
    let one = script("capacity = 3000", &crash("h-1", "510 min", "1 h"), ALONE);
    close("one VM", one, (3_000.0 * 1_800.0 * 1.4, 0.0, 3_600.0));
    // Down from Sunday, 23:00, over midnight: an hour of 5 % and, on the Monday after, an hour of 5 %.
    let one = script("capacity = 3000", &crash("h-1", "167 h", "2 h"), ALONE);
    close("over the end of the week", one, (3_000.0 * 3_600.0 * 0.1, 0.0, 7_200.0));
    // From Monday, 8:00, to the next one, 8:00: a week. Monday 7 x .05 + 2 x .4 + 3 x 1 + 6 x .6 + 6 x .2 = 8.95 h of the
    // most; a workday 8 x .1 + 10 x .6 + 6 x .2 = 8 h; a day of the weekend 24 x .05 = 1.2 h.
    let one = script("capacity = 3000", &crash("h-1", "8 h", "7 d"), ALONE);
    close("a week", one, (3_000.0 * 3_600.0 * (8.95 + 4.0 * 8.0 + 2.0 * 1.2), 0.0, 7.0 * 86_400.0));
    // A member from 8:00 to 11:00: 8 s of a third of 40 %; then two members carry 2,000 of 3,000 from 9:00 until the third
    // has joined, at 11:00:03. A third is 333,333,333 billionths.
    let third = 0.333_333_333;
    let lacking = 7_203.0;
    let short = 1.0 - 0.666_666_666;
    let farm_of_three = script("capacity = 1000", &crash("h-1", "8 h", "3 h"), THREE);
    let expected = 3_000.0 * (8.0 * third * 0.4 + lacking * short);
    close("a member", farm_of_three, (expected, 8.0 + lacking, 0.0));
    // Three members of 700 carry 70 % of the most: 30 % is lost on two Mondays from 9:00 to 12:00.
    let few = script("capacity = 700", "", THREE);
    close("too few", few, (3_000.0 * 2.0 * 10_800.0 * 0.3, 2.0 * 10_800.0, 0.0));
    // A day of which nobody wants anything: who serves nobody is down all the same, and no request is lost.
    let sleepy = farm(run, "", "capacity = 1000", &format!("{THREE}\n{}", crash("h-1", "30 h", "1 h")));
    let sleepy = sleepy.replace("workdays = {", "tuesday = \"0 %\"\nworkdays = {");
    close("nobody asks", told(&sleepy), (0.0, 8.0, 0.0));
}

#[test]
fn the_measured_time_begins_on_a_monday() {
    // 36 h before it, Saturday at noon.
    let run = "horizon = \"8 d\"\nwarmup = \"36 h\"\nages = \"new\"";
    let found = told(&farm(run, "", "capacity = 700", THREE));
    close("warm-up", found, (3_000.0 * 2.0 * 10_800.0 * 0.3, 2.0 * 10_800.0, 0.0));
}

#[test]
fn members_that_come_and_go_lose_what_k_of_n_says() {
    // Hosts are down a fifth of the time, independently; a year is 52 weeks and a day, a Monday.
    let run = "horizon = \"364 d\"\nwarmup = \"10 d\"\nages = \"stationary\"";
    let host = "crash = { mttf = \"40 h\", mttr = \"10 h\" }";
    let at_once =
        "[strategy.s]\nprotect = [\"nlb\"]\nmembers = 3\ndetection = \"0 s\"\nconvergence = \"0 s\"";
    let models = load(&farm(run, host, "capacity = 1000", at_once));
    let plan = Plan {
        title: String::new(),
        sha256: String::new(),
        seed: 11,
        replications: 12_000,
        threads: Some(2),
    };
    let found = run_rows(&models, &plan);
    let hours = [
        (1.0, 3.0),
        (0.6, 6.0 + 4.0 * 10.0),
        (0.4, 2.0),
        (0.2, 6.0 + 4.0 * 6.0),
        (0.1, 4.0 * 8.0),
        (0.05, 7.0 + 48.0),
    ];
    assert_eq!(hours.iter().map(|hour| hour.1).sum::<f64>(), 168.0);
    let up = 0.8_f64;
    let chance = |m: i32| [1.0, 3.0, 3.0, 1.0][m as usize] * up.powi(m) * (1.0 - up).powi(3 - m);
    // Of what clients want, so much is not served; and so much of the time is degraded, not down.
    let unserved = |load: f64, m: i32| (load - f64::from(m) / 3.0).max(0.0);
    let lost: f64 =
        hours.iter().map(|&(load, h)| (0..=3).map(|m| chance(m) * unserved(load, m)).sum::<f64>() * h).sum();
    let degraded: f64 = hours
        .iter()
        .map(|&(load, h)| (1..=3).filter(|&m| unserved(load, m) > 0.0).map(chance).sum::<f64>() * h)
        .sum();
    let requests = 3_000.0 * 3_600.0 * 52.0 * lost;
    let degraded = 3_600.0 * 52.0 * degraded;
    agrees("requests", found.0, requests, &[requests * 1.02, 3_000.0 * 3_600.0 * 52.0 * 168.0 * chance(0)]);
    agrees(
        "degraded",
        found.1,
        degraded,
        &[degraded * 1.02, 3_600.0 * 52.0 * 168.0 * (chance(1) + chance(2))],
    );
}

/// A host of 8 cores: one VM wants all of them when clients want most, another always half of them.
fn full_host(run: &str, more: &str) -> String {
    format!(
        "schema = 1\n[run]\n{run}\n[host.h]\ncores = 8\nmemory = \"64 GiB\"\nboot = \"0 s\"\n{OFFICE}\n\
         [service.app]\nrole = \"stateless\"\nvm = {{ cores = 8, memory = \"1 GiB\", busy = 8 }}\npower_on = \"0 s\"\n\
         boot = \"0 s\"\nstart = \"0 s\"\n{more}\n[service.db]\nrole = \"stateless\"\nvm = {{ cores = 4, memory = \"1 GiB\", busy = 4 }}\n\
         power_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nguest_crash = {{ mttf = \"40 h\", mttr = \"10 h\" }}\n{ALONE}\n"
    )
}

#[test]
fn a_full_host_to_the_second() {
    let text = full_host("horizon = \"9 d\"\nages = \"new\"", "load = \"office\"\nrequests = 3000");
    let text = text.replace("guest_crash = { mttf = \"40 h\", mttr = \"10 h\" }\n", "");
    let found = summary(&text, 1);
    // Together they want more than 8 cores when the load is above 50 %: two Mondays from 9 to 12 (12 cores) and from 12 to
    // 18 (8.8 cores), and five workdays from 8 to 18 (8.8 cores). Shares are rounded down to billionths.
    let (peak, rest) = (2.0 * 3.0 * 3_600.0, (2.0 * 6.0 + 5.0 * 10.0) * 3_600.0);
    let (at_peak, at_rest) = (1.0 - 0.666_666_666, 1.0 - 0.909_090_909);
    let overload = found.overload_s.expect("it says what it wants").mean;
    assert!((overload - (peak + rest)).abs() < 1e-6, "{overload}");
    assert_eq!(found.degraded_s.mean, overload);
    let lost = peak * at_peak + rest * at_rest;
    assert!((found.lost_s.mean - lost).abs() < 1e-5, "{} s, not {lost}", found.lost_s.mean);
    let requests = 3_000.0 * (peak * at_peak + rest * 0.6 * at_rest);
    let told = found.requests_lost.expect("they are counted").mean;
    assert!((told - requests).abs() < 0.01, "{told} requests, not {requests}");
}

#[test]
fn who_comes_and_goes_leaves_its_cores_to_the_other() {
    let text = full_host(
        "horizon = \"1 y\"\nages = \"stationary\"",
        "guest_crash = { mttf = \"30 h\", mttr = \"10 h\" }",
    );
    let found = summary(&text, 600);
    // They are up for 3/4 and 4/5 of the time, independently: together for 3/5, in which a third of 12 cores is lacking.
    let year = 365.0 * 86_400.0;
    let of = |estimate: ninefold::experiment::summary::Estimate| (estimate.mean, estimate.se);
    let both = 0.6 * year;
    agrees("overload", of(found.overload_s.expect("it wants something")), both, &[0.75 * year, 0.8 * year]);
    agrees("degraded", of(found.degraded_s), both, &[both * 1.02]);
    let lost = year * (0.25 + 0.6 / 3.0);
    agrees("lost", of(found.lost_s), lost, &[lost * 1.02, year * 0.25]);
}

/// Means and standard errors of the requests lost and of the time degraded.
fn run_rows(models: &[ninefold::model::Model], plan: &Plan) -> ((f64, f64), (f64, f64)) {
    let summary = run(models, plan, &()).expect("nobody stops it");
    let service = &summary.strategies[0].services[0];
    let requests = service.requests_lost.expect("they are counted");
    ((requests.mean, requests.se), (service.degraded_s.mean, service.degraded_s.se))
}

fn agrees(name: &str, (mean, se): (f64, f64), exact: f64, twins: &[f64]) {
    println!(
        "{name}: mean {mean:.6}, exact {exact:.6}, z {:.2}, detects {:.2} %",
        (mean - exact) / se,
        733.0 * se / exact
    );
    assert!(((mean - exact) / se).abs() <= 5.0, "{name}: mean {mean} against {exact}, se {se}");
    for twin in twins {
        assert!(((mean - twin) / se).abs() > 5.0, "{name}: cannot tell {exact} from {twin}, se {se}");
    }
}
