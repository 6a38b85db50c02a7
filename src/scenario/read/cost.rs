//! What things cost.

use crate::model::{LossPrices, Money};
use crate::scenario::code;
use crate::scenario::fields::{At, Fields, Reader};
use crate::scenario::spec::{Cost, Role, Service, Spec};
use crate::scenario::text::{join, quote, unprintable};

/// The dearest thing that a scenario can name, in units of its currency.
const DEAREST: f64 = 1e12;

/// The longest name of a currency, in characters: it stands in the heads of columns.
const CURRENCY_CHARS: usize = 12;

impl Reader {
    /// `[cost]`.
    pub(super) fn cost(&mut self, top: &Fields<'_>) -> Option<Cost> {
        let at = top.get("cost")?;
        let f = self.fields(&at, &["currency"])?;
        let currency = self.opt(&f, "currency", Reader::currency).unwrap_or_default();
        Some(Cost { mark: top.key_mark("cost"), currency })
    }

    fn currency(&mut self, at: &At<'_>) -> Option<String> {
        let text = self.text(at)?;
        let remedy = "write a short word, such as \"EUR\"";
        if let Some(wrong) = unprintable(text) {
            self.report(code::NAME, at, format!("there is {wrong} in the name of a currency"), remedy);
            return None;
        }
        if text.trim().is_empty() || text.chars().count() > CURRENCY_CHARS {
            let what = format!("{} is no name of a currency", quote(text));
            self.report(code::NAME, at, what, format!("{remedy}: at most {CURRENCY_CHARS} characters"));
            return None;
        }
        Some(text.trim().to_owned())
    }

    /// A price: a number in units of the currency, which may be 0.
    pub(super) fn money(&mut self, at: &At<'_>) -> Option<Money> {
        self.between(at, 0.0, DEAREST).map(Money::from_units)
    }

    /// What it costs when a service does not serve.
    pub(super) fn losses(&mut self, f: &Fields<'_>, service: &mut Service) {
        let keys = ["downtime_cost", "recovery_point_cost", "session_cost", "transaction_cost"];
        if keys.iter().all(|key| f.get(key).is_none()) {
            return;
        }
        let [downtime, recovery_point, session, transaction] =
            keys.map(|key| self.opt(f, key, Reader::money).unwrap_or_default());
        service.losses = Some(LossPrices { downtime, recovery_point, session, transaction });
        let stateless = service.role == Role::Stateless;
        let idle = [
            ("session_cost", f.get("sessions").is_none(), "the service has no sessions", "write sessions"),
            (
                "transaction_cost",
                f.get("transactions").is_none() && !stateless,
                "the service has no transactions",
                "write transactions",
            ),
            ("transaction_cost", stateless, "a stateless service has no transactions", STATEFUL),
            ("recovery_point_cost", stateless, "a stateless service loses no writes", STATEFUL),
        ];
        for (key, is_idle, what, remedy) in idle {
            let Some(at) = f.get(key).filter(|_| is_idle) else { continue };
            // Of what could not be read nothing follows.
            let unread =
                ["sessions", "transactions", "role"].iter().any(|key| self.doubts(&join(&f.path, key)));
            if !unread && !self.doubts(&at.path) {
                self.report(code::NO_EFFECT, &at, what, format!("{remedy}, or leave {key} out"));
            }
        }
    }

    /// Money that nobody spends.
    pub(super) fn idle_prices(&mut self, spec: &Spec) {
        if let Some(cost) = spec.cost.as_ref().filter(|_| !spec.has_prices() && self.doubts_nothing()) {
            let what = "nothing in this scenario has a price";
            let remedy = "write price of a host, licence or downtime_cost, or leave [cost] out";
            self.sink.push(code::NO_EFFECT, cost.mark, "cost", what, remedy);
        }
    }
}

const STATEFUL: &str = "make it role = \"stateful\"";
