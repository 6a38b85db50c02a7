//! Names from outside, as names of a scenario, in comments and in texts.
//!
//! ```
//! use ninefold::inventory::names::{Names, quoted, shown, stem};
//! let mut names = Names::default();
//! assert_eq!(names.take("Production Cluster", "cluster"), "production-cluster");
//! assert_eq!(names.take("production/cluster", "cluster"), "production-cluster-b");
//! assert_eq!(names.take("web-12", "vm"), "web_12"); // web-12 is the twelfth of web
//! assert_eq!(stem("SQL-PROD-03.example.com"), "SQL-PROD");
//! assert_eq!(shown("a\nb"), "a\\u{a}b");
//! assert_eq!(quoted("say \"hi\""), r#""say \"hi\"""#);
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Characters of a name of a scenario that is made here. A few more may follow to tell it from others.
const NAME_CHARS: usize = 60;
/// Characters of a foreign name that a comment shows.
const SHOWN_CHARS: usize = 160;

/// Names of one kind, each given once.
#[derive(Debug, Default)]
pub struct Names {
    /// How often a name has been asked for.
    taken: BTreeMap<String, u64>,
}

impl Names {
    /// A name that nothing else has, like a foreign one; like `fallback` where nothing of that can stand in a name.
    pub fn take(&mut self, foreign: &str, fallback: &str) -> String {
        let base = legal(foreign, fallback);
        loop {
            let count = self.taken.entry(base.clone()).or_insert(0);
            *count += 1;
            let name = if *count == 1 { base.clone() } else { format!("{base}-{}", letters(*count)) };
            if *count == 1 || !self.taken.contains_key(&name) {
                self.taken.entry(name.clone()).or_insert(1);
                return name;
            }
        }
    }
}

/// b for 2, c for 3, and so on; aa after z. No digits: a number after a hyphen is a member of a group.
fn letters(mut number: u64) -> String {
    let mut letters = Vec::new();
    while number > 0 {
        number -= 1;
        letters.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    letters.iter().rev().collect()
}

/// Letters and digits of any script in lower case, hyphens between them.
fn legal(foreign: &str, fallback: &str) -> String {
    let mut name = String::new();
    let mut length = 0;
    for c in foreign.chars().flat_map(char::to_lowercase) {
        if length == NAME_CHARS {
            break;
        }
        if is_plain(c) || c == '_' {
            name.push(c);
            length += 1;
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
            length += 1;
        }
    }
    let name = name.trim_matches('-');
    let name = if name.is_empty() { fallback } else { name };
    // `web-12` would be the twelfth host, or instance, of `web`.
    match name.rsplit_once('-') {
        Some((front, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => format!("{front}_{digits}"),
        _ => name.to_owned(),
    }
}

/// What a name has in common with its siblings: its first label, without the number at its end.
#[must_use]
pub fn stem(name: &str) -> &str {
    let name = name.trim();
    let label = name.split('.').find(|label| !label.is_empty()).unwrap_or(name);
    let stem = label.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = stem.trim_end_matches(|c: char| !c.is_alphanumeric());
    if stem.is_empty() { label } else { stem }
}

/// Whether a character stands for itself wherever it is written: letters and digits, but not those that nobody can see.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() && !matches!(u32::from(c), 0x115F..=0x1160 | 0x3164 | 0xFFA0)
}

/// A foreign name as a comment may hold it. What could end the comment, move a cursor or turn the writing direction is
/// written as its escape, as are quotes: all but letters, digits, the space and the visible characters of ASCII. Long ones
/// are cut.
#[must_use]
pub fn shown(foreign: &str) -> String {
    let mut text = String::new();
    for (number, c) in foreign.chars().enumerate() {
        if number == SHOWN_CHARS {
            // Writing to a string cannot fail.
            let _ = write!(text, "... ({} characters)", foreign.chars().count());
            break;
        }
        if matches!(c, '"' | '\\') {
            text.push('\\');
            text.push(c);
        } else if is_plain(c) || c == ' ' || c.is_ascii_graphic() {
            text.push(c);
        } else {
            let _ = write!(text, "{}", c.escape_unicode());
        }
    }
    text
}

/// A foreign name as it is, but for its length.
#[must_use]
pub(super) fn cut(foreign: &str) -> String {
    match foreign.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}... ({} characters)", &foreign[..end], foreign.chars().count()),
        None => foreign.to_owned(),
    }
}

/// A foreign name as a text of TOML, in one line. What cannot be seen is left out.
#[must_use]
pub fn quoted(foreign: &str) -> String {
    let mut text = String::from("\"");
    for c in
        foreign.trim().chars().filter(|&c| is_plain(c) || c == ' ' || c.is_ascii_graphic()).take(SHOWN_CHARS)
    {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
    text
}

/// A name of a scenario as a key: bare where TOML allows that.
#[must_use]
pub(super) fn key(name: &str) -> String {
    let is_bare = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if is_bare && !name.is_empty() { name.to_owned() } else { format!("\"{name}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_names_are_equal_however_alike_the_foreign_ones_are() {
        let mut names = Names::default();
        let foreign = [
            "a", "A", "a-b", "a", "!", "", "\u{202e}", "a-B", "vm", "ß", "İ", "日本-1", "日本/1", "a-1",
            "a_1",
        ];
        let given: Vec<String> = foreign.iter().map(|name| names.take(name, "vm")).collect();
        let different: std::collections::BTreeSet<&String> = given.iter().collect();
        assert_eq!(different.len(), given.len(), "{given:?}");
        for name in &given {
            let member = name.rsplit_once('-').is_some_and(|(_, end)| end.parse::<u64>().is_ok());
            assert!(!member && !name.is_empty(), "{name}");
        }
    }

    #[test]
    fn letters_count_like_columns_of_a_spreadsheet() {
        assert_eq!([2, 26, 27, 28, 702, 703].map(letters), ["b", "z", "aa", "ab", "zz", "aaa"]);
    }

    #[test]
    fn many_of_one_name_take_no_time_each() {
        let mut names = Names::default();
        let mut last = String::new();
        for _ in 0..100_000 {
            last = names.take("vm", "vm");
        }
        assert_eq!(last, format!("vm-{}", letters(100_000)));
    }

    #[test]
    fn long_and_hostile_names_stay_short_and_harmless() {
        let long = "x".repeat(10_000);
        assert_eq!(Names::default().take(&long, "vm").len(), NAME_CHARS);
        assert!(shown(&long).len() < SHOWN_CHARS + 40 && quoted(&long).len() == SHOWN_CHARS + 2);
        assert_eq!(cut(&"\u{e9}".repeat(161)), format!("{}... (161 characters)", "\u{e9}".repeat(160)));
        assert_eq!(cut("\u{1b}\"").as_str(), "\u{1b}\"");
        assert_eq!(shown("a\u{1b}[2J\u{202e}b\u{2028}"), "a\\u{1b}[2J\\u{202e}b\\u{2028}");
        assert_eq!(quoted("a\n\"]\\\u{7f}"), r#""a\"]\\""#);
        assert_eq!(stem("10.1.2.3"), "10");
        assert_eq!((stem("db_007"), stem("..."), stem("web01")), ("db", "...", "web"));
    }
}
