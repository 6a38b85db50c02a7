//! The schema and the reader know the same keys and take the same values, and editors can rely on the committed file.

use std::collections::{BTreeMap, BTreeSet};

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use ninefold::scenario::{File, Input, accepted_keys, read};
use rayon::prelude::*;
use serde_json::Value;

use super::{at, checked, has_errors};

/// A scenario with a table of every kind.
const FULL: &str = include_str!("full.toml");

/// An independent judge of the schema, and by it of scenarios.
pub(super) struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    pub(super) fn is_valid(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }

    fn errors(&self, value: &Value) -> Option<String> {
        self.schemas.validate(value, self.index).err().map(|error| format!("{error:#}"))
    }
}

/// The schema is valid itself, or it would not compile.
pub(super) fn validator() -> Validator {
    let schema: Value = serde_json::from_str(&ninefold::scenario::schema()).unwrap();
    let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
    compiler.set_default_draft(Draft::V7);
    compiler.add_resource("ninefold.json", schema).unwrap();
    let index = compiler.compile("ninefold.json", &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
    Validator { schemas, index }
}

/// A scenario as an editor hands it to the schema.
pub(super) fn json(toml: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Value>(toml).unwrap()).unwrap()
}

fn input<'a>(overrides: &'a [String], files: &'a [File]) -> Input<'a> {
    Input { name: "full.toml", bytes: FULL.as_bytes(), overrides, files }
}

fn week() -> Vec<File> {
    let failures = "entity,start,end\nh-1,2 d,3 d\nh-9,4 d,\n";
    vec![
        File::new("week.csv", "share\n0.9\n0.9\n0.9\n0.9\n0.9\n0.2\n0.1\n".as_bytes()),
        File::new("failures.csv", failures.as_bytes()),
    ]
}

#[test]
fn the_committed_schema_is_current() {
    let (path, now) = (at("schema/ninefold.schema.json"), ninefold::scenario::schema());
    if std::env::var_os("NINEFOLD_BLESS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == now,
        "NINEFOLD_BLESS=1 to accept, or ninefold schema"
    );
    let schema: Value = serde_json::from_str(&now).unwrap();
    for (name, definition) in schema["definitions"].as_object().unwrap() {
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            // The numbers of laws are named by the books.
            let described = property["description"].is_string() || name == "law";
            assert!(described, "{name}.{key} is not explained");
        }
    }
}

/// Scenarios that load, each with a name.
fn scenarios() -> Vec<(String, String)> {
    let mut files: Vec<_> =
        std::fs::read_dir(at("scenarios")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let cases = std::fs::read_dir(at("tests/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("scenario.toml"));
    files.extend(cases);
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml") && file.exists());
    files
        .into_iter()
        .map(|file| (file.display().to_string(), std::fs::read_to_string(&file).unwrap()))
        .collect()
}

#[test]
fn every_scenario_that_loads_is_valid() {
    let (validator, mut wrong, mut count) = (validator(), Vec::new(), 0);
    for (name, text) in scenarios() {
        let (spec, _) = read(&Input { name: &name, bytes: text.as_bytes(), overrides: &[], files: &[] });
        if spec.is_none() {
            continue;
        }
        count += 1;
        let value = json(&text);
        wrong.extend(validator.errors(&value).map(|error| format!("{name}: {error}")));
    }
    assert!(count > 400, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The schema of what stands at a path, references followed: all that it may be.
fn alternatives<'s>(schema: &'s Value, of: &'s Value, found: &mut Vec<(&'s str, &'s Value)>, name: &'s str) {
    if let Some(reference) = of["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return alternatives(schema, &schema["definitions"][name], found, name);
    }
    for key in ["anyOf", "allOf"] {
        for inner in of[key].as_array().into_iter().flatten() {
            alternatives(schema, inner, found, name);
        }
    }
    if of["type"].is_string() {
        found.push((name, of));
    }
}

/// What the schema says of each table of a value: its path, and the keys of every table that may stand there.
fn tables<'s>(
    schema: &'s Value,
    of: &'s Value,
    value: &Value,
    path: &str,
    found: &mut BTreeMap<String, Vec<(&'s str, BTreeSet<String>)>>,
) {
    let mut all = Vec::new();
    alternatives(schema, of, &mut all, "");
    let join = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    if let Some(object) = value.as_object() {
        for (name, one) in all.iter().filter(|(_, one)| one["type"] == "object") {
            if let Some(properties) = one["properties"].as_object() {
                let keys = properties.keys().cloned().collect();
                found.entry(path.to_owned()).or_default().push((name, keys));
            }
            for (key, inner) in object {
                let property = &one["properties"][key];
                let below = if property.is_null() { &one["additionalProperties"] } else { property };
                if below.is_object() {
                    tables(schema, below, inner, &join(key), found);
                }
            }
        }
    }
    for (_, one) in all.iter().filter(|(_, one)| one["type"] == "array") {
        for (number, inner) in value.as_array().into_iter().flatten().enumerate() {
            tables(schema, &one["items"], inner, &join(&number.to_string()), found);
        }
    }
}

/// Other words that a table can begin with, so that all kinds of tables are looked at.
fn variants() -> Vec<Vec<String>> {
    let laws =
        ["exponential", "weibull", "lognormal", "gamma", "erlang", "uniform", "triangular", "empirical"];
    let policies = ["none", "slots", "percentage", "spare-hosts", "failures"];
    let law = laws.map(|law| vec![format!("host.h.boot={{ law = \"{law}\" }}")]);
    let policy = policies.map(|policy| vec![format!("cluster.c.admission={{ policy = \"{policy}\" }}")]);
    std::iter::once(Vec::new()).chain(law).chain(policy).collect()
}

/// The value with an override in it, as the reader has it.
fn overridden(base: &Value, overrides: &[String]) -> Value {
    let mut value = base.clone();
    for text in overrides {
        let (path, toml) = text.split_once('=').unwrap();
        set(&mut value, path, json(&format!("x = {toml}"))["x"].clone());
    }
    value
}

fn set(value: &mut Value, path: &str, to: Value) {
    let mut at = value;
    let keys: Vec<&str> = path.split('.').collect();
    for key in &keys[..keys.len() - 1] {
        at = match key.parse::<usize>() {
            Ok(number) if at.is_array() => &mut at[number],
            _ => &mut at[*key],
        };
    }
    at[keys[keys.len() - 1]] = to;
}

#[test]
fn the_reader_and_the_schema_know_the_same_keys() {
    let schema: Value = serde_json::from_str(&ninefold::scenario::schema()).unwrap();
    let (files, base, mut seen, mut wrong) = (week(), json(FULL), BTreeSet::new(), Vec::new());
    for overrides in variants() {
        let reader = accepted_keys(&input(&overrides, &files));
        let mut of_schema = BTreeMap::new();
        tables(&schema, &schema, &overridden(&base, &overrides), "", &mut of_schema);
        for (path, keys) in &reader {
            let keys: BTreeSet<String> = keys.iter().cloned().collect();
            let same = of_schema.get(path).into_iter().flatten().find(|(_, own)| *own == keys);
            match same {
                Some((name, _)) => drop(seen.insert(*name)),
                None => wrong
                    .push(format!("{path}: the reader knows {keys:?}, the schema {:?}", of_schema.get(path))),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // No table of the schema is left that the reader was not asked about.
    let tables = schema["definitions"].as_object().unwrap();
    let tables = tables.iter().filter(|(_, of)| of["properties"].is_object()).map(|(name, _)| name.as_str());
    let unseen: Vec<&str> = tables.filter(|name| !seen.contains(name)).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
    assert!(seen.contains("law") && seen.len() > 25, "{seen:?}");
}

/// Whether the reader objects to the form of what stands at a path or below it.
fn reader_objects(path: &str, overrides: &[String], files: &[File]) -> Option<String> {
    const FORM: [&str; 15] = [
        "E006", "E007", "E008", "E009", "E011", "E012", "E013", "E014", "E015", "E016", "E017", "E018",
        "E019", "E020", "E029",
    ];
    let (_, issues) = read(&input(overrides, files));
    // Which keys a table may have beside one of these depends on the word.
    let path = path.strip_suffix(".law").or_else(|| path.strip_suffix(".policy")).unwrap_or(path);
    let below = format!("{path}.");
    let own = issues
        .iter()
        .find(|issue| (issue.path == path || issue.path.starts_with(&below)) && FORM.contains(&issue.code));
    own.map(ToString::to_string)
}

/// Values of every kind, right for some keys and wrong for others.
const VALUES: [&str; 24] = [
    "true",
    "-1",
    "0",
    "1",
    "2",
    "40",
    "2.5",
    "0.5",
    "1979-05-27",
    "\"zzz\"",
    "\"\"",
    "\"30 s\"",
    "\"30 sec\"",
    "\" 1.5e1min \"",
    "\"-3 s\"",
    "\"64 GiB\"",
    "\"10 Gbit/s\"",
    "\"15 %\"",
    "\"host h-1 crash\"",
    "[]",
    "[\"zzz\"]",
    "{ mttf = \"1 y\", ttr = \"1 h\" }",
    "{ law = \"exponential\", mean = \"1 h\" }",
    "{ law = \"weibull\", shape = 2, mean = \"1 h\", scale = \"1 h\" }",
];

/// Where the two need not agree, and why.
fn is_excused(path: &str, toml: &str) -> bool {
    // A date is a text to JSON.
    toml == "1979-05-27"
        // What a text of these says, and not its form, is what is wrong with it.
        || path == "cost.currency" || path.ends_with(".csv") || path.ends_with(".column")
        || path == "faults.from"
        // No run knows its answer within 0 %, nor is 100 % an answer.
        || path == "run.precision"
        // Of the right form, and too much beside what another key says.
        || (path.ends_with(".heartbeat_interval") && matches!(toml, "\"30 s\"" | "\" 1.5e1min \""))
        // A text in per cent has a form, and no bounds.
        || (path.ends_with(".confidence") && toml == "\"15 %\"")
        || (path.ends_with(".vm.busy") && matches!(toml, "40" | "2.5"))
        || (path.ends_with(".vm.working_set") && toml == "\"64 GiB\"")
}

#[test]
fn the_reader_and_the_schema_take_the_same_values() {
    let schema: Value = serde_json::from_str(&ninefold::scenario::schema()).unwrap();
    let (validator, files, value) = (validator(), week(), json(FULL));
    let (_, issues) = checked(FULL.as_bytes(), &[], &files);
    assert!(!has_errors(&issues), "{}", issues.iter().map(|issue| issue.render()).collect::<String>());
    assert_eq!(validator.errors(&value), None);
    let mut of_schema = BTreeMap::new();
    tables(&schema, &schema, &value, "", &mut of_schema);
    let mut asked = Vec::new();
    for (path, alternatives) in &of_schema {
        let keys: BTreeSet<&String> = alternatives.iter().flat_map(|(_, keys)| keys).collect();
        for key in keys {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let words = words_at(&schema, &path, &value);
            let words = words.iter().map(|word| format!("\"{word}\""));
            let all = VALUES.iter().map(|toml| (*toml).to_owned()).chain(words);
            // Whole tables of tables have keys of their own, which are asked by themselves.
            let all = all
                .filter(|toml| !is_excused(&path, toml) && !value.get(&path).is_some_and(Value::is_object));
            asked.extend(all.map(|toml| (path.clone(), toml)));
        }
    }
    // Whether the reader refuses it, and what is wrong where the two are of two minds.
    let ask = |(path, toml): &(String, String)| {
        let overrides = [format!("{path}={toml}")];
        let by_reader = reader_objects(path, &overrides, &files);
        // Without the override it has nothing to say.
        let is_valid = validator.is_valid(&overridden(&value, &overrides));
        let is_refused = by_reader.is_some();
        let wrong = (is_refused == is_valid).then(|| {
            let by_reader = by_reader.unwrap_or_else(|| "the reader takes it".to_owned());
            let by_schema = if is_valid { "takes it" } else { "does not" };
            format!("{path} = {toml}: {by_reader}; the schema {by_schema}")
        });
        (is_refused, wrong)
    };
    let told: Vec<(bool, Option<String>)> = asked.par_iter().map(ask).collect();
    let (probes, refused) = (told.len(), told.iter().filter(|(is_refused, _)| *is_refused).count());
    let wrong: Vec<String> = told.into_iter().filter_map(|(_, wrong)| wrong).collect();
    assert!(
        probes > 6_000 && refused > 3_000 && probes - refused > 1_000,
        "{probes} probes, {refused} refused"
    );
    let first: Vec<String> = wrong.iter().take(40).cloned().collect();
    assert!(wrong.is_empty(), "{} of {probes}:\n{}", wrong.len(), first.join("\n"));
}

/// The words that a key may take, by the schema.
fn words_at(schema: &Value, path: &str, value: &Value) -> Vec<String> {
    let mut at = vec![("", schema)];
    let mut value = Some(value);
    for key in path.split('.') {
        let mut next = Vec::new();
        for (_, one) in &at {
            for below in [&one["properties"][key], &one["additionalProperties"], &one["items"]] {
                if below.is_object() {
                    alternatives(schema, below, &mut next, "");
                }
            }
        }
        at = next;
        value = value.and_then(|value| value.get(key));
    }
    let words = at.iter().flat_map(|(_, one)| one["enum"].as_array().into_iter().flatten());
    words.filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

/// Whoever misspells a key is told by both.
#[test]
fn a_key_with_another_name_is_refused_by_both() {
    let (validator, files) = (validator(), week());
    let mut count = 0;
    for (number, line) in FULL.lines().enumerate() {
        let Some((key, _)) = line.split_once(" = ") else { continue };
        if key.starts_with('#') {
            continue;
        }
        let lines: Vec<String> = FULL
            .lines()
            .enumerate()
            .map(|(n, l)| if n == number { l.replacen(key, &format!("{key}_x"), 1) } else { l.to_owned() })
            .collect();
        let text = lines.join("\n");
        let (spec, issues) =
            read(&Input { name: "t.toml", bytes: text.as_bytes(), overrides: &[], files: &files });
        assert!(spec.is_none() && issues.iter().any(|issue| issue.code == "E007"), "{line}");
        assert!(!validator.is_valid(&json(&text)), "{line}");
        count += 1;
    }
    assert!(count > 50, "{count}");
}
