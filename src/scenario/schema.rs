//! The JSON schema of scenarios, from which editors complete, explain and check them.
//!
//! Draft 7, which Taplo, Tombi and Visual Studio Code's Even Better TOML understand. It says what the form of a scenario is;
//! what its parts have to do with each other, only `check` knows.

use serde_json::{Map, Value, json};

use super::catalogue::{self, Key, Kind, Percent, Table};
use super::law::{FAULT_KEYS, LAWS};

/// The schema as a file.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(&ninefold::scenario::schema()).unwrap();
/// assert_eq!(schema["definitions"]["host"]["properties"]["count"]["default"], 1);
/// ```
#[must_use]
pub fn schema() -> String {
    let mut definitions = Map::new();
    let root = catalogue::root();
    let (title, about) = ("ninefold scenario", root.about);
    let mut schema = object(root, &mut definitions);
    definitions.insert("law".to_owned(), law());
    for (name, kind) in [("duration", Kind::Duration), ("size", Kind::Size), ("rate", Kind::Rate)] {
        definitions.insert(name.to_owned(), measured(name, &kind));
    }
    definitions.insert("part".to_owned(), number(0.0, 1.0, Percent::Yes));
    definitions.insert("fault".to_owned(), fault());
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        fields.insert("title".to_owned(), json!(title));
        fields.insert("description".to_owned(), json!(about));
        fields.insert("definitions".to_owned(), Value::Object(definitions));
    }
    format!("{schema:#}\n")
}

fn refer(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// A table as an object that has no other keys.
fn object(table: Table, definitions: &mut Map<String, Value>) -> Value {
    let required: Vec<&str> = table.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json!({
        "type": "object",
        "description": table.about,
        "additionalProperties": false,
        "required": required,
    });
    let mut properties = Map::new();
    for key in table.keys {
        let name = key.name.to_owned();
        properties.insert(name, property(key, definitions));
    }
    schema["properties"] = Value::Object(properties);
    let required = |keys: &[&str]| json!({ "required": keys });
    let one_of = table.one_of.iter().map(|keys| {
        let each: Vec<Value> = keys.iter().map(|key| required(&[key])).collect();
        json!({ "oneOf": each })
    });
    let not_both = table.not_both.iter().map(|pair| json!({ "not": required(pair) }));
    let rules: Vec<Value> = one_of.chain(not_both).collect();
    if !rules.is_empty() {
        schema["allOf"] = Value::Array(rules);
    }
    for (needed, by) in table.needs {
        schema["dependencies"][by] = json!([needed]);
    }
    schema
}

/// A key with what it is for. A reference stands by itself: of what is beside it draft 7 takes no notice.
fn property(key: Key, definitions: &mut Map<String, Value>) -> Value {
    let kind = of_kind(key.kind, definitions);
    let mut property = if kind.get("$ref").is_some() { json!({ "allOf": [kind] }) } else { kind };
    property["description"] = json!(key.about);
    if let Some(default) = key.default {
        // Numbers, texts and truth values look the same in TOML and JSON.
        property["default"] = serde_json::from_str(default).unwrap_or(Value::Null);
    }
    property
}

fn of_kind(kind: Kind, definitions: &mut Map<String, Value>) -> Value {
    let list = |item: Value, least: usize| {
        let several = json!({ "type": "array", "items": item, "minItems": least });
        if least > 1 { several } else { json!({ "anyOf": [item, several] }) }
    };
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Form(form) => json!({ "type": "string", "pattern": form }),
        Kind::Truth => json!({ "type": "boolean" }),
        Kind::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Number(least, most, Percent::Yes) if (least, most) == (0.0, 1.0) => refer("part"),
        Kind::Number(least, most, percent) => number(least, most, percent),
        Kind::Positive => json!({ "type": "number", "exclusiveMinimum": 0 }),
        Kind::Duration => refer("duration"),
        Kind::Size => refer("size"),
        Kind::Rate => refer("rate"),
        Kind::Law => refer("law"),
        Kind::Fault => refer("fault"),
        Kind::Words(words) => json!({ "type": "string", "enum": words }),
        Kind::WordList(words) => list(json!({ "type": "string", "enum": words }), 0),
        Kind::TextList(least) => list(json!({ "type": "string" }), least),
        Kind::DurationList => list(refer("duration"), 1),
        Kind::Version(version) => json!({ "type": "integer", "enum": [version] }),
        Kind::Either(kinds) => {
            let each: Vec<Value> = kinds.into_iter().map(|kind| of_kind(kind, definitions)).collect();
            json!({ "anyOf": each })
        }
        Kind::Table(table) => define(table, definitions),
        Kind::Named(table) => json!({ "type": "object", "additionalProperties": define(table, definitions) }),
        Kind::List(table) => json!({ "type": "array", "items": define(table, definitions) }),
        Kind::Day => json!({
            "type": "object",
            "minProperties": 1,
            "patternProperties": { "^([01]?[0-9]|2[0-3]):[0-5][0-9]$": refer("part") },
            "additionalProperties": false,
        }),
    }
}

/// Puts a table among the definitions.
fn define(table: Table, definitions: &mut Map<String, Value>) -> Value {
    let name = table.name;
    if !definitions.contains_key(name) {
        let object = object(table, definitions);
        definitions.insert(name.to_owned(), object);
    }
    refer(name)
}

fn measured(name: &str, kind: &Kind) -> Value {
    let (about, examples) = match name {
        "duration" => {
            ("A number and us, ms, s, min, h, d, w or y (365 d).", ["30 s", "5 min", "1.5 h", "90 d", "1 y"])
        }
        "size" => (
            "A number and a unit of bytes, binary or decimal.",
            ["512 MiB", "4 GiB", "64 GiB", "1 TiB", "500 GB"],
        ),
        _ => (
            "A number and a unit of bits or bytes in a second.",
            ["1 Gbit/s", "10 Gbit/s", "10 MB/s", "400 MB/s", "1 GiB/s"],
        ),
    };
    json!({ "type": "string", "pattern": kind.form(), "description": about, "examples": examples })
}

fn number(least: f64, most: f64, percent: Percent) -> Value {
    let number = json!({ "type": "number", "minimum": least, "maximum": most });
    if percent == Percent::No {
        return number;
    }
    let text =
        json!({ "type": "string", "pattern": catalogue::form(["%"].into_iter()), "examples": ["15 %"] });
    json!({ "anyOf": [number, text], "description": format!("A number from {least} to {most}, or a text in per cent.") })
}

/// A duration that is always the same, or one of the laws.
fn law() -> Value {
    let mut kinds = vec![refer("duration")];
    for (name, keys) in LAWS {
        let mut properties = Map::new();
        for key in keys {
            let value = if *key == "law" {
                json!({ "enum": [name] })
            } else {
                of_kind(catalogue::of_law(key), &mut Map::new())
            };
            properties.insert((*key).to_owned(), value);
        }
        let pairs: &[[&str; 2]] = match name {
            "weibull" => &[["mean", "scale"]],
            "lognormal" => &[["median", "mean"], ["sigma", "cv"]],
            "empirical" => &[["values", "file"]],
            _ => &[],
        };
        let is_free = |key: &&str| !pairs.as_flattened().contains(key) && !["column", "unit"].contains(key);
        let required: Vec<&str> = keys.iter().copied().filter(is_free).collect();
        let mut law = json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
        if !pairs.is_empty() {
            law["allOf"] = pairs.iter().map(exactly_one).collect();
        }
        kinds.push(law);
    }
    json!({ "anyOf": kinds, "description": "A duration that is always the same, such as \"30 s\", or a table with the law of a random one." })
}

fn exactly_one(pair: &[&str; 2]) -> Value {
    json!({ "oneOf": [{ "required": [pair[0]] }, { "required": [pair[1]] }] })
}

fn fault() -> Value {
    let mut properties = Map::new();
    for key in FAULT_KEYS {
        let (kind, about) = match key {
            "mttf" => ("duration", "Mean time to failure; the time is exponential."),
            "mttr" => ("duration", "Mean time to repair; the time is exponential."),
            "ttf" => ("law", "Time to failure, by any law."),
            _ => ("law", "Time to repair, by any law."),
        };
        properties.insert(key.to_owned(), json!({ "allOf": [refer(kind)], "description": about }));
    }
    json!({
        "type": "object",
        "description": "A random fault: mttf or ttf, and mttr or ttr.",
        "properties": properties,
        "additionalProperties": false,
        "allOf": [exactly_one(&["mttf", "ttf"]), exactly_one(&["mttr", "ttr"])],
    })
}
