//! How much is simulated, and when that is enough.

use crate::engine::Span;
use crate::model::Ppm;
use crate::scenario::code;
use crate::scenario::fields::{Fields, Reader};
use crate::scenario::fixed::limits;
use crate::scenario::spec::{Ages, Precision, PrecisionOf, Run};
use crate::scenario::tree::Table;

impl Reader {
    pub(super) fn run(&mut self, top: &Fields<'_>) -> Run {
        const YEAR: Span = Span::from_secs(31_536_000);
        let mut run = Run {
            horizon: YEAR,
            horizon_mark: top.mark,
            warmup: Span::ZERO,
            replications: 1_000,
            seed: 1,
            ages: Ages::Stationary,
            rare_events: true,
            precision: None,
        };
        let empty = Table::default();
        let mut fields = Fields { table: &empty, path: "run".to_owned(), mark: top.mark };
        if let Some(at) = top.get("run") {
            match self.fields(
                &at,
                &[
                    "horizon",
                    "warmup",
                    "replications",
                    "seed",
                    "ages",
                    "rare_events",
                    "precision",
                    "precision_of",
                ],
            ) {
                Some(given) => fields = given,
                None => return run,
            }
        }
        const SOURCE: &str = "contract";
        run.horizon_mark = fields.mark;
        match fields.get("horizon") {
            Some(at) => {
                run.horizon_mark = at.mark();
                run.horizon = self.lasting(&at).unwrap_or(YEAR);
            }
            None => self.assume(&fields, "horizon", "1 y".to_owned(), SOURCE),
        }
        match fields.get("warmup") {
            Some(at) => run.warmup = self.duration(&at).unwrap_or(Span::ZERO),
            None => self.assume(&fields, "warmup", "0 s".to_owned(), SOURCE),
        }
        match fields.get("replications") {
            Some(at) => {
                let most = limits::REPLICATIONS;
                run.replications = self.amount(&at, most, "replications").unwrap_or(run.replications);
            }
            None => self.assume(&fields, "replications", "1000".to_owned(), SOURCE),
        }
        match fields.get("seed") {
            Some(at) => run.seed = self.whole(&at, 0, u64::MAX).unwrap_or(1),
            None => self.assume(&fields, "seed", "1".to_owned(), SOURCE),
        }
        match fields.get("ages") {
            Some(at) => {
                let words = [("stationary", Ages::Stationary), ("new", Ages::New)];
                run.ages = self.word(&at, &words).unwrap_or(Ages::Stationary);
            }
            None => self.assume(&fields, "ages", "\"stationary\"".to_owned(), SOURCE),
        }
        match fields.get("rare_events") {
            Some(at) => {
                run.rare_events = self.word(&at, &[("auto", true), ("off", false)]).unwrap_or(true);
            }
            None => self.assume(&fields, "rare_events", "\"auto\"".to_owned(), "statistics B4"),
        }
        run.precision = self.precision(&fields);
        if (run.warmup + run.horizon).as_secs_f64() > limits::YEARS as f64 * 31_536_000.0 {
            let what = format!("warmup and horizon together are longer than {} years", limits::YEARS);
            let mark = fields.key_mark("warmup");
            self.sink.push(code::LIMIT, mark, "run.warmup", what, "shorten one of the two");
        }
        run
    }

    /// When a run knows enough to stop.
    fn precision(&mut self, fields: &Fields<'_>) -> Option<Precision> {
        let words = [PrecisionOf::Downtime, PrecisionOf::Differences].map(|of| (of.word(), of));
        let of = match fields.get("precision_of") {
            Some(at) => self.word(&at, &words),
            None => Some(PrecisionOf::Downtime),
        };
        let Some(at) = fields.get("precision") else {
            if let Some(at) = fields.get("precision_of") {
                let what = "says of what precision is wanted, but not which";
                self.sink.push(code::MISSING, at.mark(), "run.precision_of", what, "add precision = \"5 %\"");
            }
            return None;
        };
        let within = self.fraction(&at)?;
        if within == Ppm(0) || within >= Ppm::ONE {
            let what = "no run knows its answer within 0 %, and within 100 % every answer is known";
            self.sink.push(
                code::LIMIT,
                at.mark(),
                "run.precision",
                what,
                "write a part above 0 and below 100 %",
            );
            return None;
        }
        Some(Precision { within: f64::from(within.0) / f64::from(Ppm::ONE.0), of: of? })
    }
}
