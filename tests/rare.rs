//! Rare outages by importance sampling: never biased, and sharp where crude simulation sees nothing.

use ninefold::model::{Model, ServiceId};
use ninefold::probe::{FIGURES, Shortfall};
use ninefold::scenario::{self, Input};
use ninefold::sim::rare::{Diagnostics, RareRun};

fn model(text: &str, strategy: &str) -> Model {
    let (spec, issues) =
        scenario::read(&Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] });
    let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
    let models = scenario::compile(&spec).unwrap_or_else(|issues| panic!("{}", issues[0].render()));
    models.into_iter().find(|model| model.strategy == strategy).expect("the strategy")
}

/// Mean and standard error of a figure of the first service, and what the branches were like.
fn estimate(model: &Model, replications: u32, branches: u32, figure: usize) -> (f64, f64, Diagnostics) {
    let services = [ServiceId(0)];
    let mut run = RareRun::new(model, &services, branches, Shortfall::new(model, &services)).expect("faults");
    let (mut sum, mut squares) = (0.0, 0.0);
    for replication in 0..replications {
        let z = run.run(7, replication)[figure];
        sum += z;
        squares += z * z;
    }
    assert!(figure < FIGURES);
    let n = f64::from(replications);
    let mean = sum / n;
    (mean, ((squares / n - mean * mean) / (n - 1.0)).sqrt(), run.diagnostics)
}

/// Three members of a balanced group on three hosts of their own crews: down while all three hosts are (A3 i).
fn three_hosts(mttf_h: f64, crew: bool) -> String {
    let crews = if crew { "[crew.c]\nsize = 1\n" } else { "" };
    let own = if crew { "crew = \"c\"\n" } else { "" };
    format!(
        "schema = 1\n[run]\nhorizon = \"1 y\"\n{crews}[host.h]\ncount = 3\ncores = 8\nmemory = \"16 GiB\"\n{own}boot = \"0 s\"\n\
         crash = {{ mttf = \"{mttf_h} h\", mttr = \"10 h\" }}\n[service.s]\nrole = \"stateless\"\n\
         vm = {{ cores = 1, memory = \"1 GiB\" }}\npower_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n\
         [strategy.nlb]\nprotect = [\"nlb\"]\nmembers = 3\ndetection = \"0 s\"\nconvergence = \"0 s\"\n"
    )
}

#[test]
fn three_of_three_from_one_in_ten_thousand_to_one_in_a_million_millions() {
    for (mttf_h, replications) in [(200.0, 400), (1_000.0, 400), (10_000.0, 400), (100_000.0, 1_200)] {
        let model = model(&three_hosts(mttf_h, false), "nlb");
        let (mean, se, found) = estimate(&model, replications, 16, 0);
        let horizon_us = model.horizon.0 as f64;
        let (rate, repair) = (1.0 / mttf_h, 0.1);
        // Each host alone: up at the beginning; its chance to be down at t, cubed, over the year.
        let u = rate / (rate + repair);
        let exact: f64 = (0..=3)
            .map(|k| {
                let choose = [1.0, -3.0, 3.0, -1.0][k];
                let decay = (rate + repair) * k as f64 * 8760.0;
                choose * if k == 0 { 1.0 } else { (1.0 - (-decay).exp()) / decay }
            })
            .sum::<f64>()
            * u.powi(3);
        let z = (mean / horizon_us - exact) / (se / horizon_us);
        println!(
            "mttf {mttf_h} h: exact {exact:.4e}, found {:.4e} +- {:.1} %, z {z:.2}, mean weight {:.3}, {found:?}",
            mean / horizon_us,
            100.0 * se / mean,
            found.weights / found.branches as f64
        );
        assert!(z.abs() < 4.0 && se / mean < 0.12);
    }
}
