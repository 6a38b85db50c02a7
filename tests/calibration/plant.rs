//! One host that crashes without memory and one VM on it, and what it loses on average, exactly.
//!
//! Up for an exponential time of rate λ, down for R, and so on from an up state, over a horizon T. With A(t) the chance to be up at t and
//! m(u) = E min(R, u), outages begin at rate λ A(t), so that
//!
//! ```text
//! E downtime = λ ∫_0^T A(t) m(T - t) dt,   E outages = λ (T - E downtime),   A(t) = 1 - λ m(t) + O((λ E R)²)
//! ```
//!
//! With λ E R of a thousandth and less what is left out is a millionth of the answer. `ninefold verify` has another way to the same
//! numbers (cycles, with bounds at both ends); the two are held against each other.

use ninefold::model::{Model, ServiceId};
use ninefold::scenario::{self, Input};
use ninefold::special::normal_cdf;

/// The horizon in hours: 10,000 mean repairs, so that repairs hardly reach over its end, and if they do it is counted.
const HORIZON_H: f64 = 10_000.0;
/// Expected outages of a regime are those of so many replications.
pub(crate) const PER: f64 = 100.0;

/// How long outages last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Law {
    Constant,
    Exponential,
    Lognormal,
    Weibull,
}

pub(crate) const LAWS: [Law; 4] = [Law::Constant, Law::Exponential, Law::Lognormal, Law::Weibull];
const SIGMA: f64 = 1.5;

impl Law {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Law::Constant => "constant length",
            Law::Exponential => "exponential",
            Law::Lognormal => "lognormal, σ 1.5",
            Law::Weibull => "Weibull, shape 0.5",
        }
    }

    /// As a scenario has it.
    fn text(self, mean_h: f64) -> String {
        match self {
            Law::Constant => format!("\"{mean_h} h\""),
            Law::Exponential => format!("{{ law = \"exponential\", mean = \"{mean_h} h\" }}"),
            Law::Lognormal => {
                let cv = ((SIGMA * SIGMA).exp() - 1.0).sqrt();
                format!("{{ law = \"lognormal\", mean = \"{mean_h} h\", cv = {cv:.9} }}")
            }
            Law::Weibull => format!("{{ law = \"weibull\", shape = 0.5, mean = \"{mean_h} h\" }}"),
        }
    }

    /// E min(R, u).
    fn within(self, mean: f64, u: f64) -> f64 {
        if u <= 0.0 {
            return 0.0;
        }
        match self {
            Law::Constant => mean.min(u),
            Law::Exponential => mean * -(-u / mean).exp_m1(),
            Law::Lognormal => {
                let z = (u.ln() - mean.ln() + SIGMA * SIGMA / 2.0) / SIGMA;
                mean * normal_cdf(z - SIGMA) + u * (1.0 - normal_cdf(z))
            }
            Law::Weibull => {
                let scale = mean / 2.0;
                let root = (u / scale).sqrt();
                mean * (1.0 - (-root).exp() * (1.0 + root))
            }
        }
    }
}

/// So many outages of such lengths in [`PER`] replications.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plant {
    pub law: Law,
    pub events: f64,
    /// The host's name is the key of its failures.
    pub host: &'static str,
    pub mean_h: f64,
}

/// What a replication loses on average.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Truth {
    pub downtime_s: f64,
    pub outages: f64,
}

impl Truth {
    pub(crate) fn availability(self) -> f64 {
        1.0 - self.downtime_s / (3600.0 * HORIZON_H)
    }
}

impl Plant {
    pub(crate) fn new(law: Law, events: f64) -> Plant {
        Plant { law, events, host: "h", mean_h: 1.0 }
    }

    /// The same failures, half as long.
    pub(crate) fn quicker(self) -> Plant {
        Plant { mean_h: self.mean_h / 2.0, ..self }
    }

    /// Failures of its own.
    pub(crate) fn apart(self) -> Plant {
        Plant { host: "g", ..self }
    }

    /// One model for each name of a strategy, none of which does anything.
    pub(crate) fn models(self, run: &str, strategies: &[&str]) -> Vec<Model> {
        let Plant { law, events, host, mean_h } = self;
        let mut text = format!(
            "schema = 1\n[run]\nhorizon = \"{HORIZON_H} h\"\n{run}[host.{host}]\ncores = 4\nmemory = \"8 GiB\"\nboot = \"0 s\"\n\
             crash = {{ ttf = {{ law = \"exponential\", mean = \"{} h\" }}, ttr = {} }}\n[service.s]\n\
             vm = {{ cores = 1, memory = \"1 GiB\" }}\npower_on = \"0 s\"\nboot = \"0 s\"\nstart = \"0 s\"\nrecover = \"0 s\"\n",
            PER * HORIZON_H / events,
            law.text(mean_h),
        );
        for name in strategies {
            text.push_str(&format!("[strategy.{name}]\nprotect = []\n"));
        }
        let (spec, issues) =
            scenario::read(&Input { name: "t", bytes: text.as_bytes(), overrides: &[], files: &[] });
        let spec = spec.unwrap_or_else(|| panic!("{}", issues[0].render()));
        scenario::compile(&spec).unwrap_or_else(|issues| panic!("{}", issues[0].render()))
    }

    pub(crate) fn truth(self) -> Truth {
        let rate = self.events / (PER * HORIZON_H);
        // Simpson's rule; the kink of a constant length falls on a point of the grid.
        let steps = 40_000_u32;
        let step = HORIZON_H / f64::from(steps);
        let within = |u: f64| self.law.within(self.mean_h, u);
        let value = |k: u32| {
            let t = f64::from(k) * step;
            (1.0 - rate * within(t)) * within(HORIZON_H - t)
        };
        let sum: f64 = (0..=steps)
            .map(|k| {
                let weight = match k {
                    0 => 1.0,
                    k if k == steps => 1.0,
                    k if k % 2 == 1 => 4.0,
                    _ => 2.0,
                };
                weight * value(k)
            })
            .sum();
        let downtime_h = rate * sum * step / 3.0;
        Truth { downtime_s: 3600.0 * downtime_h, outages: rate * (HORIZON_H - downtime_h) }
    }
}

#[test]
fn the_truth_is_what_renewal_theory_says() {
    for law in LAWS {
        for events in [0.5, 30.0, 1_000.0] {
            for plant in [Plant::new(law, events), Plant::new(law, events).quicker()] {
                let exact =
                    ninefold::exact::answer(&plant.models("", &["a"])[0], ServiceId(0)).expect("cycles");
                let truth = plant.truth();
                println!("{plant:?}: {truth:?}, verify {:.6} s ± {:.6}", exact.downtime_s, exact.error_s);
                // Downtime is rounded to whole microseconds, outage by outage.
                assert!(
                    (truth.downtime_s - exact.downtime_s).abs() <= exact.error_s + 1e-5 * exact.downtime_s
                );
                assert!((truth.outages / exact.outages - 1.0).abs() < 1e-5);
                // A tenth of a percent of the whole is the most that the two may leave open.
                assert!(exact.error_s <= 1e-3 * exact.downtime_s);
            }
        }
    }
}
