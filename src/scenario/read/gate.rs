//! `[[gate]]`: what a pipeline asks, and of whom.

use crate::scenario::code;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::fixed::limits;
use crate::scenario::gate::{Check, Gate};
use crate::scenario::goal::Whose;
use crate::scenario::names::Names;
use crate::scenario::spec::Run;
use crate::scenario::text::{quote, suggest, unprintable};
use crate::scenario::tree::Value;

/// While a gate is undecided, a run goes on to so many times its replications: three more looks (assumption).
const TIMES: u64 = 8;

/// What a gate can name, and the run that it is asked of.
pub(super) struct Around<'a> {
    pub(super) services: &'a Names,
    pub(super) strategies: &'a Names,
    pub(super) run: &'a Run,
    pub(super) asks_for_headroom: bool,
}

impl Reader {
    pub(super) fn gates(&mut self, top: &Fields<'_>, around: &Around<'_>) -> Vec<Gate> {
        let Some(at) = top.get("gate") else { return Vec::new() };
        let Value::Array(nodes) = &at.node.value else {
            self.wrong_type(&at, "a list of tables", "write [[gate]] with two brackets");
            return Vec::new();
        };
        if nodes.len() > limits::GATES {
            self.report(code::LIMIT, &at, format!("more than {} gates", limits::GATES), "write fewer");
            return Vec::new();
        }
        let each = nodes.iter().enumerate();
        each.filter_map(|(number, node)| {
            let at = At { node, path: format!("gate.{number}") };
            self.gate(number, &at, around)
        })
        .collect()
    }

    fn gate(&mut self, number: usize, at: &At<'_>, around: &Around<'_>) -> Option<Gate> {
        const KEYS: [&str; 6] = ["name", "check", "service", "strategy", "confidence", "replications_max"];
        let f = self.fields(at, &KEYS)?;
        let name = self.opt(&f, "name", Reader::gate_name);
        let confidence = self.opt(&f, "confidence", |r, at| r.ratio(at, 0.5, 0.999_999));
        let most =
            self.opt(&f, "replications_max", |r, at| r.amount(at, limits::REPLICATIONS, "replications"));
        let usual = around.run.replications.saturating_mul(TIMES).min(limits::REPLICATIONS);
        let services = self.opt(&f, "service", |r, at| r.gate_names(at, around.services));
        let strategies = self.opt(&f, "strategy", |r, at| r.gate_names(at, around.strategies));
        let check = self.required(&f, "check", "\"downtime <= 26 min/y\"", Reader::gate_check)?;
        let mut gate = Gate {
            number,
            name,
            mark: f.value_mark("check"),
            check,
            services: services.flatten(),
            strategies: strategies.flatten(),
            confidence: confidence.unwrap_or(0.95),
            replications_max: u32::try_from(most.unwrap_or(usual)).unwrap_or(u32::MAX),
        };
        self.gate_subject(&f, &mut gate, around);
        Some(gate)
    }

    fn gate_name(&mut self, at: &At<'_>) -> Option<String> {
        let text = self.text(at)?;
        let wrong = if text.trim().is_empty() {
            "an empty name".to_owned()
        } else if let Some(wrong) = unprintable(text) {
            format!("a name with {wrong} in it")
        } else if text.chars().nth(limits::NAME_CHARS).is_some() {
            format!("a name of {} characters", text.chars().count())
        } else {
            return Some(text.to_owned());
        };
        let remedy = format!("choose a printable name of at most {} characters", limits::NAME_CHARS);
        self.report(code::NAME, at, wrong, remedy);
        None
    }

    fn gate_check(&mut self, at: &At<'_>) -> Option<Check> {
        let text = self.text(at)?;
        match Check::read(text) {
            Ok(check) => Some(check),
            Err((what, remedy)) => {
                self.report(code::GATE, at, what, remedy);
                None
            }
        }
    }

    /// One name, a list of names, or `"all"`: each of them.
    fn gate_names(&mut self, at: &At<'_>, names: &Names) -> Option<Option<Vec<String>>> {
        if let Value::Text(text) = &at.node.value
            && (text == "all" || text == "*")
            && names.find(text).is_none()
        {
            return Some(None);
        }
        let list = self.references(at, names)?;
        if list.is_empty() {
            if matches!(&at.node.value, Value::Array(items) if items.is_empty()) {
                self.report(
                    code::RANGE,
                    at,
                    format!("no {} is listed", names.kind),
                    "leave it out for each of them",
                );
            }
            return None;
        }
        Some(Some(list.into_iter().map(|index| names.name(index).to_owned()).collect()))
    }

    /// What the check says of whom, beside what the table says.
    fn gate_subject(&mut self, f: &Fields<'_>, gate: &mut Gate, around: &Around<'_>) {
        let Some(at) = f.get("check") else { return };
        match &gate.check {
            Check::Goal(goal) => {
                if let Some((what, remedy)) = goal.horizon_wrong(around.run.horizon)
                    && !self.doubts("run.horizon")
                {
                    self.report(code::GATE, &at, what, remedy);
                }
                match &goal.whose {
                    Whose::Unsaid | Whose::All => {}
                    Whose::One(name) if f.get("service").is_some() => {
                        let what = format!("it is of service {}, and `service` says so too", quote(name));
                        self.report(code::CONFLICT, &at, what, "leave the name out of the check");
                    }
                    Whose::One(name) => {
                        if around.services.find(name).is_none() && !self.doubts_table("service") {
                            let what = format!("there is no service {}", quote(name));
                            let remedy = suggest(name, around.services.iter(), "there are");
                            self.report(code::REFERENCE, &at, what, remedy);
                        }
                        gate.services = Some(vec![name.clone()]);
                    }
                }
            }
            Check::Versus(versus) => {
                for name in [&versus.a, &versus.b] {
                    if around.strategies.find(name).is_none() && !self.doubts_table("strategy") {
                        let what = format!("there is no strategy {}", quote(name));
                        let remedy = suggest(name, around.strategies.iter(), "there are");
                        self.report(code::REFERENCE, &at, what, remedy);
                    }
                }
                if let Some(strategy) = f.get("strategy") {
                    let what = "the check names the strategies that it compares";
                    self.report(code::CONFLICT, &strategy, what, "leave it out");
                }
            }
            Check::Room(_) | Check::Headroom(_) => {
                if let Some(service) = f.get("service") {
                    let what = "room is that of all services together";
                    self.report(code::CONFLICT, &service, what, "leave it out");
                }
                if matches!(gate.check, Check::Headroom(_))
                    && !around.asks_for_headroom
                    && !self.doubts("cluster")
                    && !self.doubts("strategy")
                {
                    let remedy = "add headroom = \"15 %\" to a cluster";
                    self.report(code::GATE, &at, "no cluster asks for headroom", remedy);
                }
            }
        }
    }
}
