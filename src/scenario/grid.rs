//! Several values for a key: what `--set` may say where many variants of a scenario are asked for.
//!
//! | written | means |
//! | --- | --- |
//! | `20..32` | every whole number from 20 to 32, both included |
//! | `20..32..4` | 20, 24, 28, 32 |
//! | `"30 s".."90 s".."15 s"`, `30 s..90 s..15 s` | 30 s, 45 s, …, 90 s: one unit, and the step is said |
//! | `["none", { policy = "percentage", memory = "15 %" }]` | each entry is a value; a value that is itself a list is a list in the list |
//! | anything else | one value, as `--set` of `run` takes it |
//!
//! The grid is the product of all, the last key turning fastest. A variant is a list of plain overrides and nothing
//! more: whatever can be said of a key in `run` can be said here.
//!
//! ```
//! use ninefold::scenario::grid;
//! let sets = ["host.esx.count=2..4".to_owned(), "cluster.c.admission=[\"none\"]".to_owned()];
//! let grid = grid::read(&sets).unwrap();
//! assert_eq!(grid.variants().len(), 3);
//! assert_eq!(grid.overrides(&grid.variants()[2]), ["host.esx.count=4", "cluster.c.admission=\"none\""]);
//! ```

use super::overrides::equals_sign;
use super::text::quote;
use super::tree::{self, Value as Tree};
use super::units;

/// More variants than this are a mistake: nobody reads them.
pub const VARIANTS_MAX: usize = 1_000;

/// A value that a key takes in some variants.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// As TOML, for an override.
    pub toml: String,
    /// For people: a text without its quotes.
    pub label: String,
    /// The number in it, and its unit, where it is one.
    number: Option<(f64, String)>,
}

/// A key and the values it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The dotted path.
    pub path: String,
    /// In the order in which they were written.
    pub values: Vec<Value>,
}

impl Axis {
    /// All values as numbers, with the unit that they share; `None` where one is no number or has another unit.
    #[must_use]
    pub fn numbers(&self) -> Option<(Vec<f64>, &str)> {
        let unit = self.values.first()?.number.as_ref()?.1.as_str();
        let number = |value: &Value| value.number.as_ref().filter(|n| n.1 == unit).map(|n| n.0);
        Some((self.values.iter().map(number).collect::<Option<_>>()?, unit))
    }
}

/// Everything that was set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// The keys with a range or a list, in the order of the arguments.
    pub axes: Vec<Axis>,
    /// In the order of the arguments: an override as it was typed, or the place of an axis.
    order: Vec<Setting>,
}

#[derive(Clone, Debug, PartialEq)]
enum Setting {
    Fixed(String),
    Axis(usize),
}

impl Grid {
    /// Every combination: the place of a value on each axis, the last axis turning fastest.
    #[must_use]
    pub fn variants(&self) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new()];
        for axis in &self.axes {
            let longer = |places: &Vec<usize>| {
                let places = places.clone();
                (0..axis.values.len()).map(move |place| [&places[..], &[place]].concat())
            };
            all = all.iter().flat_map(longer).collect();
        }
        all
    }

    /// What is laid over the scenario in a variant, as `PATH=VALUE`.
    #[must_use]
    pub fn overrides(&self, places: &[usize]) -> Vec<String> {
        let text = |setting: &Setting| match setting {
            Setting::Fixed(typed) => typed.clone(),
            Setting::Axis(axis) => {
                let Axis { path, values } = &self.axes[*axis];
                format!("{path}={}", values[places[*axis]].toml)
            }
        };
        self.order.iter().map(text).collect()
    }

    /// What is set for all variants, as it was typed.
    pub fn fixed(&self) -> impl Iterator<Item = &str> {
        self.order.iter().filter_map(|setting| match setting {
            Setting::Fixed(typed) => Some(typed.as_str()),
            Setting::Axis(_) => None,
        })
    }

    /// A variant for people: `host.esx.count=24, cluster.prod.admission=none`.
    #[must_use]
    pub fn name(&self, places: &[usize]) -> String {
        let part = |(axis, &place): (&Axis, &usize)| format!("{}={}", axis.path, axis.values[place].label);
        self.axes.iter().zip(places).map(part).collect::<Vec<_>>().join(", ")
    }
}

/// Reads the arguments of `--set`.
///
/// # Errors
/// What is wrong with each of them and what to write instead, a line each.
pub fn read(sets: &[String]) -> Result<Grid, Vec<String>> {
    let (mut grid, mut wrong) = (Grid::default(), Vec::new());
    for typed in sets {
        match axis(typed) {
            Ok(Some(axis)) if grid.axes.iter().any(|other| overlap(&other.path, &axis.path)) => {
                wrong.push(format!(
                    "--set {typed}: {} has values already: write all of them in one list",
                    axis.path
                ));
            }
            Ok(Some(axis)) => {
                grid.order.push(Setting::Axis(grid.axes.len()));
                grid.axes.push(axis);
            }
            Ok(None) => grid.order.push(Setting::Fixed(typed.clone())),
            Err((what, remedy)) => wrong.push(format!("--set {typed}: {what}: {remedy}")),
        }
    }
    for axis in &grid.axes {
        // Whichever came last would win, and all variants be the same.
        let same = |typed: &&str| path(typed).is_some_and(|path| overlap(path, &axis.path));
        if let Some(typed) = grid.fixed().find(same) {
            wrong.push(format!(
                "--set {typed}: {} has several values already: leave one of the two out",
                axis.path
            ));
        }
    }
    let variants = grid.axes.iter().fold(1_usize, |all, axis| all.saturating_mul(axis.values.len()));
    if variants > VARIANTS_MAX {
        let sizes: Vec<String> = grid.axes.iter().map(|axis| axis.values.len().to_string()).collect();
        let sizes = sizes.join(" × ");
        wrong.push(format!(
            "the grid has {sizes} = {variants} variants, more than {VARIANTS_MAX}: take longer steps, or fewer keys"
        ));
    }
    if wrong.is_empty() { Ok(grid) } else { Err(wrong) }
}

/// The path of an override.
fn path(typed: &str) -> Option<&str> {
    Some(typed[..equals_sign(typed)?].trim())
}

/// What is wrong, and what to write.
type Wrong = (String, String);

/// The axis of an argument with a range or a list; `None` where it is one value, or no override at all, which the
/// reader of the scenario tells.
fn axis(typed: &str) -> Result<Option<Axis>, Wrong> {
    let Some(equals) = equals_sign(typed) else { return Ok(None) };
    let (path, value) = (typed[..equals].trim(), typed[equals + 1..].trim());
    let values = match tree::parse_value(value, 0, 0) {
        Ok(node) => match node.value {
            Tree::Array(items) => list(value, &items)?,
            _ => return Ok(None),
        },
        Err((message, _)) if value.starts_with('[') => {
            let remedy = "write a list like [\"none\", { policy = \"percentage\", memory = \"15 %\" }]";
            return Err((format!("{} is no list: {message}", quote(value)), remedy.to_owned()));
        }
        // A path, which may go up.
        Err(_) if value.contains("../") => return Ok(None),
        Err(_) => match parts(value)[..] {
            [_] => return Ok(None),
            [from, to] => range(from, to, None)?,
            [from, to, step] => range(from, to, Some(step))?,
            _ => return Err((format!("{} has too many parts", quote(value)), RANGE.to_owned())),
        },
    };
    Ok(Some(Axis { path: path.to_owned(), values }))
}

fn list(text: &str, items: &[tree::Node]) -> Result<Vec<Value>, Wrong> {
    let mut values: Vec<Value> = Vec::new();
    for item in items {
        let toml = text.get(item.mark.start as usize..item.mark.end as usize).unwrap_or_default().to_owned();
        let label = match &item.value {
            Tree::Text(text) => text.clone(),
            _ => toml.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        if values.iter().any(|value| value.label == label) {
            return Err((format!("{} is twice in the list", quote(&label)), "leave one out".to_owned()));
        }
        let number = Decimal::read(&label).map(|(number, unit)| (number.as_f64(), unit.to_owned()));
        values.push(Value { toml, label, number });
    }
    if values.is_empty() {
        return Err(("the list is empty".to_owned(), "write at least one value in it".to_owned()));
    }
    Ok(values)
}

/// Whether one of two dotted keys names the same as the other, or something in it, however they are quoted.
fn overlap(a: &str, b: &str) -> bool {
    let (a, b) = (keys(a), keys(b));
    !a.is_empty() && !b.is_empty() && a.iter().zip(&b).all(|(a, b)| a == b)
}

/// The parts of a dotted key; none where it is no key, which whoever reads it next will say.
fn keys(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let Ok(mut table) = format!("{path} = 0").parse::<toml::Table>() else { return parts };
    while let Some((key, value)) = table.into_iter().next() {
        parts.push(key);
        match value {
            toml::Value::Table(inner) => table = inner,
            _ => break,
        }
    }
    parts
}

/// What a range looks like.
const RANGE: &str = "write a range like 20..32, 20..32..4 or \"30 s\"..\"90 s\"..\"15 s\"";

/// The parts between the pairs of dots, trimmed and without quotes.
fn parts(value: &str) -> Vec<&str> {
    value.split("..").map(|part| part.trim().trim_matches(['"', '\'']).trim()).collect()
}

fn part(text: &str) -> Result<(Decimal, &str), Wrong> {
    Decimal::read(text).ok_or_else(|| (format!("{} is no number", quote(text)), RANGE.to_owned()))
}

fn range(from: &str, to: &str, step: Option<&str>) -> Result<Vec<Value>, Wrong> {
    let ((first, unit), (last, unit_of_last)) = (part(from)?, part(to)?);
    let (step, unit_of_step) = match step {
        Some(step) => part(step)?,
        None if unit.is_empty() && first.scale == 0 && last.scale == 0 => {
            (Decimal { digits: 1, scale: 0 }, "")
        }
        None => {
            return Err((
                format!("from {from} to {to} there are infinitely many"),
                format!("say the step, such as {from}..{to}..{from}"),
            ));
        }
    };
    if [unit_of_last, unit_of_step].iter().any(|other| *other != unit) {
        return Err(("the parts of the range have different units".to_owned(), "write one unit".to_owned()));
    }
    let scale = first.scale.max(last.scale).max(step.scale);
    let [first, last, step] = [first, last, step].map(|number| number.digits_at(scale));
    if step <= 0 {
        return Err(("the step is not above 0".to_owned(), "write a step like 2".to_owned()));
    }
    if first > last {
        let what = format!("the range is empty: {from} is more than {to}");
        return Err((what, "write the smaller value first".to_owned()));
    }
    let count = (last - first) / step + 1;
    if count > VARIANTS_MAX as i128 {
        let what = format!("the range has {count} values, more than {VARIANTS_MAX}");
        return Err((what, "take longer steps".to_owned()));
    }
    let value = |place: i128| {
        let number = Decimal { digits: first + place * step, scale };
        let label = if unit.is_empty() { number.text() } else { format!("{} {unit}", number.text()) };
        let toml = if unit.is_empty() { label.clone() } else { format!("\"{label}\"") };
        Value { toml, label, number: Some((number.as_f64(), unit.to_owned())) }
    };
    Ok((0..count).map(value).collect())
}

/// A decimal number, exactly: digits / 10^scale. Steps of 0.1 must not end at 0.30000000000000004.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// A number and its unit, which may be empty.
    fn read(text: &str) -> Option<(Decimal, &str)> {
        let (number, unit) = units::split(text.trim());
        let number = number.replace('_', "");
        let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
        // More digits than any key has a use for, and so few that no step of a range overflows.
        if number.is_empty() || whole.len() > 18 || fraction.len() > 9 {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        // Letters, or a percent sign: 3x4 has no unit.
        let is_unit = unit.is_empty() || unit == "%" || unit.chars().all(|c| c.is_alphabetic() || c == '/');
        is_unit.then_some((Decimal { digits, scale: fraction.len() as u32 }, unit))
    }

    fn digits_at(self, scale: u32) -> i128 {
        self.digits * 10_i128.pow(scale - self.scale)
    }

    fn text(self) -> String {
        if self.scale == 0 {
            return self.digits.to_string();
        }
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = format!("{:0width$}", self.digits.unsigned_abs(), width = self.scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    fn as_f64(self) -> f64 {
        // A decimal text is read to the nearest float, a division of two floats need not be.
        self.text().parse().unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(set: &str) -> Vec<String> {
        let grid = read(&[set.to_owned()]).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        grid.axes[0].values.iter().map(|value| value.label.clone()).collect()
    }

    fn wrong(set: &str) -> String {
        read(&[set.to_owned()]).expect_err(set).join("\n")
    }

    #[test]
    fn ranges_include_both_ends() {
        assert_eq!(labels("a.b=20..23"), ["20", "21", "22", "23"]);
        assert_eq!(labels("a.b = 20 .. 30 .. 4"), ["20", "24", "28"]);
        assert_eq!(labels("a=7..7"), ["7"]);
        assert_eq!(labels("a=0.1..0.4..0.1"), ["0.1", "0.2", "0.3", "0.4"]);
        assert_eq!(labels("a=-2..1"), ["-2", "-1", "0", "1"]);
        assert_eq!(labels("a=\"30 s\"..\"60 s\"..\"15 s\""), ["30 s", "45 s", "60 s"]);
        assert_eq!(labels("a=30 s..60s..7.5 s").len(), 5);
        assert_eq!(labels("a=5 %..15 %..5 %"), ["5 %", "10 %", "15 %"]);
    }

    #[test]
    fn a_list_holds_any_values() {
        assert_eq!(labels("a=[\"none\", { x = 1 }, 3]"), ["none", "{ x = 1 }", "3"]);
        assert_eq!(labels("a=[[\"x\", \"y\"], []]"), ["[\"x\", \"y\"]", "[]"]);
        let grid = read(&["a=[\"30 s\", \"1.5 s\"]".to_owned()]).expect("a list");
        assert_eq!(grid.axes[0].numbers(), Some((vec![30.0, 1.5], "s")));
        let grid = read(&["a=[\"30 s\", \"1 min\"]".to_owned()]).expect("a list");
        assert_eq!(grid.axes[0].numbers(), None);
    }

    #[test]
    fn one_value_stays_as_it_was_typed() {
        for set in [
            "a=1",
            "a=\"x..y\"",
            "a={ b = [1, 2] }",
            "a=word",
            "a=../b.csv",
            "a=b/../c.csv",
            "nothing",
            "title=a.b",
            "--seed 3",
        ] {
            let grid = read(&[set.to_owned()]).expect("read");
            assert!(grid.axes.is_empty(), "{set}");
            assert_eq!(grid.overrides(&[]), [set]);
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_a_remedy() {
        for (set, part) in [
            ("a=32..20", "the range is empty: 32 is more than 20: write the smaller value first"),
            ("a=1..9..0", "the step is not above 0"),
            ("a=1..x", "\"x\" is no number: write a range like 20..32"),
            ("a=30 s..60 s", "say the step, such as 30 s..60 s..30 s"),
            ("a=30 s..2 min..30 s", "different units"),
            ("a=1..2..3..4", "too many parts"),
            ("a=[]", "the list is empty"),
            ("a=[1, 1]", "\"1\" is twice in the list"),
            ("a=[1, ", "is no list"),
            ("a=1..1000000000000", "the range has 1000000000000 values, more than 1000"),
        ] {
            assert!(wrong(set).contains(part), "{set}: {}", wrong(set));
        }
        let two = read(&["a=1..2".to_owned(), "a=3..4".to_owned()]).expect_err("twice");
        assert!(two[0].contains("a has values already"), "{two:?}");
        for sets in [["a=1..2", "a=3"], ["a=3", "a=1..2"]] {
            let both = read(&sets.map(str::to_owned)).expect_err("both");
            assert!(
                both[0].contains("--set a=3: a has several values already: leave one of the two out"),
                "{both:?}"
            );
        }
        for (first, second) in [
            ("host.esx.count=1..2", "host.\"esx\".count=3"),
            ("a.b=1..2", "a={ b = 3 }"),
            ("a.'b'=1..2", "a.b=1..4"),
        ] {
            let both = read(&[first, second].map(str::to_owned)).expect_err("the same key");
            assert!(both[0].contains("values already"), "{both:?}");
        }
        assert!(read(&["a.b=1..2".to_owned(), "a.c=3".to_owned()]).is_ok());
        let large = read(&["a=1..40".to_owned(), "b=1..40".to_owned()]).expect_err("large");
        assert!(large[0].contains("40 × 40 = 1600 variants, more than 1000"), "{large:?}");
    }

    #[test]
    fn whatever_is_typed_is_read_or_refused() {
        let pieces = [
            "..",
            ".",
            "1",
            "-9",
            "999999999999999999",
            "0.123456789",
            "e5",
            " s",
            "\"",
            "[",
            "]",
            ",",
            "{",
            "é",
            "_",
            "",
        ];
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    for d in pieces {
                        let set = format!("host.h.count={a}{b}{c}{d}");
                        if let Ok(grid) = read(std::slice::from_ref(&set)) {
                            assert!(
                                !grid.variants().is_empty() && grid.variants().len() <= VARIANTS_MAX,
                                "{set}"
                            );
                        }
                    }
                }
            }
        }
        assert_eq!(labels("a=0.000000001..999999999999999999..999999999999999998").len(), 2);
    }

    #[test]
    fn the_last_key_turns_fastest() {
        let grid = read(&["a=1..2".to_owned(), "c=x".to_owned(), "b=[7, 8]".to_owned()]).expect("a grid");
        let names: Vec<String> = grid.variants().iter().map(|places| grid.name(places)).collect();
        assert_eq!(names, ["a=1, b=7", "a=1, b=8", "a=2, b=7", "a=2, b=8"]);
        assert_eq!(grid.overrides(&grid.variants()[1]), ["a=1", "c=x", "b=8"]);
    }
}
