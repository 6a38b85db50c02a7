//! What a summary makes of weighted replications, beside plain ones.

use ninefold::experiment::summary::{Method, Summary};
use ninefold::experiment::{self, Plan, Threads, run_on};
use ninefold::model::Model;
use ninefold::scenario::{self, Input};

const YEAR_S: f64 = 31_536_000.0;

/// Three hosts, of which one fails about nine times a year: a service on one of them, on two and on all three.
fn text(run: &str, mttf_h: u32) -> String {
    let group = "detection = \"0 s\"\nconvergence = \"0 s\"";
    format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n{run}[host.h]\ncount = 3\ncores = 8\nmemory = \"16 GiB\"\nboot = \"0 s\"\n\
         crash = {{ mttf = \"{mttf_h} h\", mttr = \"10 h\" }}\n[service.s]\nrole = \"stateless\"\n\
         vm = {{ cores = 1, memory = \"1 GiB\" }}\npower_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n\
         [strategy.one]\nprotect = []\n[strategy.two]\nprotect = [\"nlb\"]\nmembers = 2\n{group}\n\
         [strategy.three]\nprotect = [\"nlb\"]\nmembers = 3\n{group}\n"
    )
}

fn models(text: &str) -> Vec<Model> {
    let input = Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] };
    let (spec, issues) = scenario::read(&input);
    let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
    scenario::compile(&spec).unwrap_or_else(|issues| panic!("{}", issues[0].render()))
}

fn plan() -> Plan {
    Plan { title: String::new(), sha256: String::new(), seed: 3, replications: 120, threads: Some(2) }
}

fn summary(run: &str) -> Summary {
    experiment::run(&models(&text(run, 1_000)), &plan(), &()).expect("nobody stops it")
}

/// Variants of a scenario, run one after the other: plain replications have seen nothing of either.
#[test]
fn variants_are_compared_by_weights_as_well() {
    let (worse, better) = (models(&text("", 1_000)), models(&text("", 2_000)));
    let threads = Threads::new(Some(2));
    let outcome = |models| run_on(&threads, models, &plan(), &()).expect("nobody stops it");
    let (worse, better) = (outcome(&worse), outcome(&better));
    for service in [Some(0), None] {
        let difference = |strategy: usize| {
            let better = better.sample(strategy, service);
            worse.sample(strategy, service).minus(&better).expect("they are alike")
        };
        let three = difference(2);
        assert_eq!(three.method, Method::ImportanceSampling);
        assert!(three.low > 0.0 && three.low < three.mean && three.mean < three.high, "{three:?}");
        assert_ne!(difference(0).method, Method::ImportanceSampling);
    }
}

#[test]
fn an_availability_is_what_its_downtime_leaves() {
    let summary = summary("");
    let methods = summary.strategies.iter().map(|strategy| strategy.services[0].downtime_s.method);
    let weighted: Vec<bool> = methods.map(|method| method == Method::ImportanceSampling).collect();
    assert_eq!(weighted, [false, true, true]);
    for strategy in &summary.strategies {
        let (service, total) = (&strategy.services[0], &strategy.total);
        for (up, down) in [(service.availability, service.downtime_s), (total.availability, total.downtime_s)]
        {
            let ends = [(up.mean, down.mean), (up.low, down.high), (up.high, down.low)];
            assert!(ends.iter().all(|(up, down_s)| (1.0 - down_s / YEAR_S - up).abs() < 1e-12), "{ends:?}");
            assert!(down.low < down.high, "{down:?}");
        }
    }
}

/// Plain and weighted replications have not met the same failures.
#[test]
fn a_difference_is_by_weights_where_both_have_them() {
    let (summary, plain) = (summary(""), summary("rare_events = \"off\"\n"));
    for (pair, plain) in summary.comparisons.iter().zip(&plain.comparisons) {
        assert_eq!((&pair.a, &pair.b, &pair.service), (&plain.a, &plain.b, &plain.service));
        let weighted = pair.downtime_s_a_minus_b.method == Method::ImportanceSampling;
        assert_eq!(weighted, pair.a != "one" && pair.b != "one", "{} and {}", pair.a, pair.b);
        if !weighted {
            assert_eq!(pair, plain);
        }
    }
}
