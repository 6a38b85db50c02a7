//! What a code of an issue means, for people.

use super::table::wrap;
use crate::scenario::code;
use crate::scenario::explain::{Example, Explanation};

/// All codes, each with a line.
#[must_use]
pub fn codes() -> String {
    let line = |(code, title): &(&str, &str)| format!("{code}  {title}\n");
    let all: String = code::ALL.iter().map(line).collect();
    format!("{all}\nE is an error, W a warning. ninefold explain CODE says more of each.\n")
}

/// A code with what it means, an example, what is said of that, and the example mended. `said` are the issues of the example.
#[must_use]
pub fn explanation(of: &Explanation, said: &[String]) -> String {
    let title = code::ALL.iter().find(|(code, _)| *code == of.code).map_or("", |(_, title)| title);
    let mut text = format!("{}: {title}\n\n{}", of.code, wrap(of.means, ""));
    text.push_str("\nFor example:\n\n");
    text.push_str(&example(&of.wrong));
    text.push_str("\nof which is said:\n\n");
    for line in said {
        text.push_str(&wrap(&format!("  {line}"), "    "));
    }
    text.push_str("\nMended:\n\n");
    text.push_str(&example(&of.right));
    text.push('\n');
    text.push_str(&wrap(of.mend, ""));
    text
}

/// The lines of an example, and what else it consists of.
fn example(example: &Example) -> String {
    let (toml, times) = example.shown();
    let first = toml.replace("{n}", "1");
    let mut text: String = first.lines().map(|line| format!("    {line}\n")).collect();
    if times > 1 {
        text.push_str(&format!("    … and so on, {times} times\n"));
    }
    for set in example.set {
        text.push_str(&format!("    --set {set}\n"));
    }
    if let Some((name, content)) = example.file {
        text.push_str(&format!("\n  and in {name}:\n\n"));
        text.extend(content.lines().map(|line| format!("    {line}\n")));
    }
    if example.is_latin() {
        text.push_str("\n  saved in Latin-1\n");
    }
    let without: Vec<String> = example.without_tables().iter().map(|name| format!("[{name}]")).collect();
    if !without.is_empty() {
        text.push_str(&format!("\n  without {}\n", without.join(" and ")));
    }
    text
}
