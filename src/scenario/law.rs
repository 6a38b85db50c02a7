//! Laws and faults: `"30 s"`, `{ law = "weibull", … }`, `{ mttf = "2 y", mttr = "4 h" }`.

use crate::engine::{Law, Span};

use super::code;
use super::fields::{At, Fields, Reader};
use super::spec::FaultSpec;
use super::text::{join, number, quote, suggest};
use super::tree::Value;

/// The laws and their keys besides `law`.
pub(super) const LAWS: [(&str, &[&str]); 8] = [
    ("exponential", &["law", "mean"]),
    ("weibull", &["law", "shape", "mean", "scale"]),
    ("lognormal", &["law", "median", "mean", "sigma", "cv"]),
    ("gamma", &["law", "shape", "mean"]),
    ("erlang", &["law", "stages", "mean"]),
    ("uniform", &["law", "min", "max"]),
    ("triangular", &["law", "min", "mode", "max"]),
    ("empirical", &["law", "values", "file", "column", "unit"]),
];

/// Beyond these a gamma function or an exponential leaves the numbers a computer has.
pub(super) const SHAPE: (f64, f64) = (0.05, 1_000.0);
const SIGMA_MAX: f64 = 5.0;
const CV_MAX: f64 = 1_000.0;

/// The keys of a fault.
pub(super) const FAULT_KEYS: [&str; 4] = ["mttf", "mttr", "ttf", "ttr"];

/// A constant law.
pub(super) fn constant(span: Span) -> Law {
    Law::Constant { value_s: span.as_secs_f64() }
}

impl Reader {
    /// A law: a duration or a table.
    pub(super) fn law(&mut self, at: &At<'_>) -> Option<Law> {
        let Value::Table(table) = &at.node.value else {
            if matches!(at.node.value, Value::Array(_) | Value::Boolean(_) | Value::Datetime) {
                let remedy = "write \"30 s\" or { law = \"exponential\", mean = \"30 s\" }";
                self.wrong_type(at, "a duration or a law", remedy);
                return None;
            }
            return self.duration(at).map(constant);
        };
        let fields = Fields { table, path: at.path.clone(), mark: at.mark() };
        let names = || LAWS.iter().map(|(name, _)| *name);
        let Some(law_at) = fields.get("law") else {
            let hint = if table.get("mttf").is_some() || table.get("ttf").is_some() {
                "a fault stands where a law belongs; "
            } else {
                ""
            };
            let remedy = format!("write law = one of {}", names().collect::<Vec<_>>().join(", "));
            self.report(code::LAW, at, format!("{hint}law is missing"), remedy);
            return None;
        };
        let name = self.text(&law_at)?;
        let Some((name, accepted)) = LAWS.iter().find(|(known, _)| *known == name) else {
            let what = format!("{} is not a law", quote(name));
            self.report(code::LAW, &law_at, what, suggest(name, names(), "accepted"));
            return None;
        };
        self.unknown_keys(&fields, accepted);
        match *name {
            "exponential" => {
                let mean_s = self.needed(&fields, "mean")?;
                Some(Law::Exponential { mean_s })
            }
            "weibull" => self.weibull(&fields),
            "lognormal" => self.lognormal(&fields),
            "gamma" => {
                let shape = self.shape(&fields);
                let mean_s = self.needed(&fields, "mean");
                shape.zip(mean_s).map(|(shape, mean_s)| Law::Gamma { shape, scale_s: mean_s / shape })
            }
            "erlang" => {
                let stages = self.required(&fields, "stages", "3", |r, at| r.whole(at, 1, 1_000));
                let mean_s = self.needed(&fields, "mean");
                stages.zip(mean_s).map(|(stages, mean_s)| {
                    let shape = stages as f64;
                    Law::Gamma { shape, scale_s: mean_s / shape }
                })
            }
            "uniform" => self.uniform(at, &fields),
            "triangular" => self.triangular(at, &fields),
            _ => self.empirical(&fields),
        }
    }

    /// A duration above zero that must be there, in seconds.
    fn needed(&mut self, fields: &Fields<'_>, key: &str) -> Option<f64> {
        self.required(fields, key, "\"30 s\"", Reader::lasting).map(Span::as_secs_f64)
    }

    fn shape(&mut self, fields: &Fields<'_>) -> Option<f64> {
        self.required(fields, "shape", "1.5", |r, at| r.between(at, SHAPE.0, SHAPE.1))
    }

    /// Which of two keys is given: exactly one must be.
    pub(super) fn one_of<'t>(
        &mut self,
        fields: &Fields<'t>,
        a: &'static str,
        b: &'static str,
    ) -> Option<(&'static str, At<'t>)> {
        match (fields.get(a), fields.get(b)) {
            (Some(at), None) => Some((a, at)),
            (None, Some(at)) => Some((b, at)),
            (Some(_), Some(at)) => {
                self.report(
                    code::CONFLICT,
                    &at,
                    format!("both {a} and {b} are given"),
                    "keep one of the two",
                );
                None
            }
            (None, None) => {
                let meant = |key: &str| self.doubts(&join(&fields.path, key));
                if meant(a) || meant(b) {
                    return None;
                }
                let what = format!("neither {a} nor {b} is given");
                self.sink.push(code::MISSING, fields.mark, fields.path.clone(), what, "add one of the two");
                None
            }
        }
    }

    fn weibull(&mut self, fields: &Fields<'_>) -> Option<Law> {
        let shape = self.shape(fields);
        let size = self.one_of(fields, "mean", "scale").and_then(|(key, at)| Some((key, self.lasting(&at)?)));
        let (shape, (key, size)) = shape.zip(size)?;
        let size = size.as_secs_f64();
        let scale_s = if key == "mean" { size / libm::tgamma(1.0 + 1.0 / shape) } else { size };
        Some(Law::Weibull { shape, scale_s })
    }

    fn lognormal(&mut self, fields: &Fields<'_>) -> Option<Law> {
        let centre =
            self.one_of(fields, "median", "mean").and_then(|(key, at)| Some((key, self.lasting(&at)?)));
        let spread = self.one_of(fields, "sigma", "cv").and_then(|(key, at)| {
            let most = if key == "sigma" { SIGMA_MAX } else { CV_MAX };
            let value = self.positive(&at)?;
            if value > most {
                let remedy = format!("write a number above 0, at most {most}");
                self.report(code::RANGE, &at, format!("{} is more than {most}", number(value)), remedy);
                return None;
            }
            Some(if key == "sigma" { value } else { libm::sqrt(libm::log1p(value * value)) })
        });
        let ((key, centre), sigma) = centre.zip(spread)?;
        let log = libm::log(centre.as_secs_f64());
        let mu = if key == "mean" { log - sigma * sigma / 2.0 } else { log };
        Some(Law::Lognormal { mu, sigma })
    }

    fn uniform(&mut self, at: &At<'_>, fields: &Fields<'_>) -> Option<Law> {
        let min = self.required(fields, "min", "\"10 s\"", Reader::duration);
        let max = self.required(fields, "max", "\"30 s\"", Reader::duration);
        let (min, max) = min.zip(max)?;
        if min > max {
            self.report(code::LAW, at, format!("min {min} is more than max {max}"), "swap them");
            return None;
        }
        Some(Law::Uniform { min_s: min.as_secs_f64(), max_s: max.as_secs_f64() })
    }

    fn triangular(&mut self, at: &At<'_>, fields: &Fields<'_>) -> Option<Law> {
        let min = self.required(fields, "min", "\"10 s\"", Reader::duration);
        let mode = self.required(fields, "mode", "\"20 s\"", Reader::duration);
        let max = self.required(fields, "max", "\"60 s\"", Reader::duration);
        let ((min, mode), max) = min.zip(mode).zip(max)?;
        if min > mode || mode > max || min == max {
            let what = format!("min {min}, mode {mode}, max {max} are not in this order");
            self.report(code::LAW, at, what, "write min ≤ mode ≤ max, with min below max");
            return None;
        }
        Some(Law::Triangular {
            min_s: min.as_secs_f64(),
            mode_s: mode.as_secs_f64(),
            max_s: max.as_secs_f64(),
        })
    }

    /// A fault: what strikes and how long it takes to mend.
    pub(super) fn fault(&mut self, at: &At<'_>) -> Option<FaultSpec> {
        const EXAMPLE: &str = "write { mttf = \"2 y\", mttr = \"4 h\" } or { ttf = LAW, ttr = LAW }";
        let Value::Table(table) = &at.node.value else {
            let what = format!("{} is not a fault", at.node.value.kind());
            self.report(code::FAULT, at, what, EXAMPLE);
            return None;
        };
        let fields = Fields { table, path: at.path.clone(), mark: at.mark() };
        if table.get("law").is_some() {
            self.report(code::FAULT, at, "a law stands where a fault belongs", EXAMPLE);
            return None;
        }
        self.unknown_keys(&fields, &FAULT_KEYS);
        let ttf = self.one_of(&fields, "mttf", "ttf").and_then(|(key, at)| self.time_to_failure(key, &at));
        let ttr = self.one_of(&fields, "mttr", "ttr").and_then(|(key, at)| {
            if key == "ttr" {
                return self.law(&at);
            }
            // A mean of zero is the constant zero: mended at once.
            let mean = self.duration(&at)?;
            let law = Law::Exponential { mean_s: mean.as_secs_f64() };
            Some(if mean == Span::ZERO { constant(mean) } else { law })
        });
        let (ttf, ttr) = ttf.zip(ttr)?;
        if ttr.mean_s() >= ttf.mean_s() {
            let what =
                format!("repair takes {} on average, failures come after {}", human(&ttr), human(&ttf));
            self.report(code::REPAIR_LONGER, at, what, "are the two swapped?");
        }
        Some(FaultSpec { ttf, ttr, mark: at.mark() })
    }

    fn time_to_failure(&mut self, key: &str, at: &At<'_>) -> Option<Law> {
        if key == "mttf" {
            return self.lasting(at).map(|mean| Law::Exponential { mean_s: mean.as_secs_f64() });
        }
        let law = self.law(at)?;
        // A component that fails the instant it is mended would stop the simulated clock.
        let instant = match &law {
            Law::Empirical { values_s } => values_s.first().is_none_or(|least| *least <= 0.0),
            law => law.mean_s() <= 0.0,
        };
        if instant {
            self.report(code::RANGE, at, "a time to failure of zero", "write one above zero");
            return None;
        }
        Some(law)
    }
}

/// The mean of a law as a scenario would write it, to three digits.
fn human(law: &Law) -> String {
    super::describe::span_text(law.mean_s())
}
