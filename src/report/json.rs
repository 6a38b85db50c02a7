//! JSON as `result.json` is written, and in words what is wrong with a text that is none.

use std::fmt;

use serde::Serialize;

/// Why a text is not a `result.json` that can be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultError(pub(super) String);

impl fmt::Display for ResultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ResultError {}

/// JSON as `result.json` is written.
pub(super) fn pretty(value: &impl Serialize) -> Result<String, ResultError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| explain(&error))?;
    let mut text = join_number_lists(&text);
    text.push('\n');
    Ok(text)
}

/// Puts lists of nothing but numbers on one line each: a distribution of a hundred points would
/// otherwise be four hundred lines. JSON strings hold no line breaks, so `[` and a line break
/// always begin a list.
fn join_number_lists(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("[\n") {
        let (before, list) = rest.split_at(at + 1);
        joined.push_str(before);
        rest = list;
        let end = list.find(['[', '{', '"', ']']).filter(|&end| list[end..].starts_with(']'));
        if let Some(end) = end {
            joined.push_str(&list[..end].split_whitespace().collect::<Vec<_>>().join(" "));
            rest = &list[end..];
        }
    }
    joined.push_str(rest);
    joined
}

pub(super) fn explain(error: &serde_json::Error) -> ResultError {
    let (line, column) = (error.line(), error.column());
    ResultError(match error.classify() {
        serde_json::error::Category::Eof => {
            format!("the result ends too early, at line {line}: it was cut off; run the scenario again")
        }
        serde_json::error::Category::Syntax => format!("this is not JSON: {error}"),
        serde_json::error::Category::Data if line == 0 => {
            format!("this is not a result of ninefold: {error}")
        }
        serde_json::error::Category::Data => {
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or(&what);
            format!("line {line}, column {column}: this is not a result of ninefold: {what}")
        }
        serde_json::error::Category::Io => error.to_string(),
    })
}
