//! Whether a `result.json` says what a run can have found: what was edited, cut or merged by hand is not drawn as if it were a result.
//!
//! No count, time or share is below 0 but in a difference of two, and in what overcommitted hosts have left; an interval does not end before it begins; there was at least one
//! replication, and no service is available for more than all the time.

use serde_json::Value;

/// Subtrees in which figures may be below 0: differences, and what gates ask of them.
const SIGNED: [&str; 4] = ["gates", "baseline", "correlation", AVAILABILITY];

/// The ends of its intervals are what so few replications can say; its mean is a share of the time.
const AVAILABILITY: &str = "availability";

/// What cannot be, with the path of the field.
pub(super) fn objection(result: &Value) -> Option<String> {
    if result["replications"] == 0 {
        return Some("`replications` is 0: a result is of at least one".to_owned());
    }
    look(result, &mut String::new(), "", false)
}

/// Looks at a value and everything in it.
fn look(value: &Value, path: &mut String, key: &str, signed: bool) -> Option<String> {
    let signed = signed || SIGNED.contains(&key) || key.contains("_minus_") || key.ends_with("_left");
    match value {
        Value::Number(number) => {
            let is_below = number.as_f64().is_some_and(|number| number < 0.0);
            (is_below && !signed).then(|| format!("`{path}` is {number}: it cannot be below 0"))
        }
        Value::Array(items) => {
            if let ([low, high], true) = (items.as_slice(), key.ends_with("_interval"))
                && is_above(low, high)
            {
                return Some(format!("`{path}` ends before it begins: [{low}, {high}]"));
            }
            let mut each = items.iter().enumerate();
            each.find_map(|(at, item)| within(item, path, &format!("[{at}]"), "", signed))
        }
        Value::Object(fields) => {
            let (low, high) = (&value["low"], &value["high"]);
            if is_above(low, high) {
                return Some(format!(
                    "the interval of `{path}` ends before it begins: `low` {low}, `high` {high}"
                ));
            }
            let mean = &value["mean"];
            if key == AVAILABILITY && mean.as_f64().is_some_and(|mean| !(0.0..=1.0).contains(&mean)) {
                return Some(format!("`{path}.mean` is {mean}: it is from 0 to 1"));
            }
            let dot = if path.is_empty() { "" } else { "." };
            let mut each = fields.iter();
            each.find_map(|(key, field)| within(field, path, &format!("{dot}{key}"), key, signed))
        }
        Value::Null | Value::Bool(_) | Value::String(_) => None,
    }
}

/// The same of a part, by its step on the path.
fn within(part: &Value, path: &mut String, step: &str, key: &str, signed: bool) -> Option<String> {
    let length = path.len();
    path.push_str(step);
    let found = look(part, path, key, signed);
    path.truncate(length);
    found
}

/// Whether both are there, and the first is the larger one.
fn is_above(low: &Value, high: &Value) -> bool {
    matches!((low.as_f64(), high.as_f64()), (Some(low), Some(high)) if low > high)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_be_is_named_by_its_path() {
        let of = |service: Value| json!({ "replications": 3, "strategies": [{ "services": [service] }] });
        for (result, told) in [
            (json!({ "replications": 0 }), "`replications` is 0"),
            (json!({ "replications": -5 }), "`replications` is -5: it cannot be below 0"),
            (
                of(json!({ "downtime_s": { "mean": -1.5 } })),
                "`strategies[0].services[0].downtime_s.mean` is -1.5",
            ),
            (
                of(json!({ "lost_s": { "mean": 2, "low": 3, "high": 1 } })),
                "the interval of `strategies[0].services[0].lost_s` ends before it begins: `low` 3, `high` 1",
            ),
            (of(json!({ "p95_interval": [4, 2] })), "`strategies[0].services[0].p95_interval` ends before"),
            (of(json!({ "availability": { "mean": 1.5 } })), "availability.mean` is 1.5: it is from 0 to 1"),
            (
                json!({ "best": [{ "lost_s_minus_best": { "low": 1, "high": -1 } }] }),
                "the interval of `best[0].lost_s_minus_best` ends",
            ),
        ] {
            let objection = objection(&result).unwrap_or_default();
            assert!(objection.contains(told), "{objection}");
        }
    }

    #[test]
    fn differences_may_be_below_zero_and_intervals_may_be_open() {
        let result = json!({
            "replications": 1,
            "comparisons": [{ "lost_s_a_minus_b": { "mean": -2, "low": -3, "high": -1 }, "correlation": -0.5 }],
            "gates": [{ "limit": -600.0 }],
            "strategies": [{ "services": [{ "p99_interval": [4, null], "lost_s": { "low": null, "high": 1 } }] }],
        });
        assert_eq!(objection(&result), None);
    }
}
