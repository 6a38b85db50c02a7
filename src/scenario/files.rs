//! Files that a scenario names. Reading them is left to whoever may: it is told the names, gives the bytes, and what
//! is wrong with them is told where the name is written.
//!
//! ```
//! use ninefold::scenario::{File, Input, files_named, read};
//! let text = br#"load.mail = { csv = "week.csv" }"#;
//! let input = Input { name: "doc.toml", bytes: text, overrides: &[], files: &[] };
//! assert_eq!(files_named(&input), ["week.csv"]);
//! let files = [File::new("week.csv", b"time,share\n".as_slice())];
//! let (_, issues) = read(&Input { files: &files, ..input });
//! assert!(issues.iter().any(|issue| issue.to_string().starts_with("week.csv:1:1: error[E040]: load.mail.csv: ")));
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::code;
use super::fields::{At, Reader};
use super::fixed::limits;
use super::issue::Mark;
use super::overrides;
use super::read::Input;
use super::sheet::Told;
use super::text::{quote, unprintable};
use super::tree::{Table, Value};

/// Keys whose text is the name of a file, in whatever table they stand.
const FILE_KEYS: [&str; 3] = ["csv", "file", "replay"];

/// A file that a scenario names, and what came of reading it.
#[derive(Clone, Debug)]
pub struct File {
    /// As the scenario writes it.
    pub name: String,
    /// As messages show it, such as a path from the current folder.
    pub shown: String,
    /// Its bytes. More than [`limits::FILE_BYTES`], or than all files may have together, need not be read: one byte more
    /// is too many.
    pub content: Result<Arc<[u8]>, Refusal>,
}

/// Why there are no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such file.
    Missing,
    /// It is something else: what, with its article.
    NoFile(&'static str),
    /// What the machine says.
    Unreadable(String),
}

impl File {
    /// A file with its bytes.
    #[must_use]
    pub fn new(name: &str, bytes: impl Into<Arc<[u8]>>) -> File {
        File { name: name.to_owned(), shown: name.to_owned(), content: Ok(bytes.into()) }
    }

    /// What keeps anybody from looking into it, and what to do about it.
    fn objection(&self) -> Option<(&'static str, String, String)> {
        let shown = quote(&self.shown);
        Some(match &self.content {
            Ok(bytes) if bytes.len() <= limits::FILE_BYTES => return None,
            Ok(_) => {
                let most = limits::FILE_BYTES >> 20;
                let remedy = format!("a file of data has at most {most} MiB: leave columns or rows out");
                (code::TOO_LARGE, format!("{shown} has more than {most} MiB"), remedy)
            }
            Err(Refusal::Missing) => {
                let remedy = "write its path from the folder that the scenario is in";
                (code::FILE, format!("there is no file {shown}"), remedy.to_owned())
            }
            Err(Refusal::NoFile(kind)) => {
                (code::FILE, format!("{shown} is {kind}"), "write the path of a file".to_owned())
            }
            Err(Refusal::Unreadable(why)) => {
                (code::FILE, format!("{shown} cannot be read: {why}"), "make it readable".to_owned())
            }
        })
    }
}

/// The files that a scenario names, overrides laid over it, in the order of the text; each one once, and no name that
/// no file has. At most [`limits::FILES`] of them.
#[must_use]
pub fn files_named(input: &Input<'_>) -> Vec<String> {
    if input.bytes.len() > limits::TEXT_BYTES {
        return Vec::new();
    }
    let (mut named, mut seen) = (Vec::new(), BTreeSet::new());
    collect(&overrides::laid_over(input).0, &mut |name| {
        if named.len() < limits::FILES && objection_to_name(name).is_none() && seen.insert(name.to_owned()) {
            named.push(name.to_owned());
        }
    });
    named
}

fn collect(table: &Table, found: &mut impl FnMut(&str)) {
    for entry in &table.entries {
        match &entry.node.value {
            Value::Text(text) if FILE_KEYS.contains(&entry.key.as_str()) => found(text),
            Value::Table(inner) => collect(inner, found),
            Value::Array(items) => {
                for item in items {
                    if let Value::Table(inner) = &item.value {
                        collect(inner, found);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Why a text is the name of no file.
fn objection_to_name(name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some("the name of a file is empty".to_owned());
    }
    if let Some(wrong) = unprintable(name) {
        return Some(format!("the name of a file with {wrong} in it"));
    }
    let length = name.chars().count();
    (length > limits::FILE_NAME_CHARS).then(|| format!("the name of a file with {length} characters"))
}

/// What reading has of files: those it was given, and the texts of those that it has asked for.
#[derive(Debug, Default)]
pub(super) struct Library {
    given: Vec<File>,
    opened: BTreeMap<String, Option<DataText>>,
    /// What is wrong in tables, by source.
    pub(super) told: BTreeMap<u32, Told>,
}

/// The text of a file, among the sources of the scenario.
#[derive(Clone, Debug)]
pub(super) struct DataText {
    pub(super) source: u32,
    pub(super) text: Arc<str>,
}

impl Library {
    pub(super) fn of(files: &[File]) -> Library {
        Library { given: files.to_vec(), ..Library::default() }
    }
}

impl Reader {
    /// The text of the file that a key names. What is wrong with a file is told once, at the first key that names it.
    pub(super) fn data_text(&mut self, at: &At<'_>) -> Option<DataText> {
        let name = self.text(at)?;
        if let Some(what) = objection_to_name(name) {
            let remedy = format!("write a printable name of at most {} characters", limits::FILE_NAME_CHARS);
            self.report(code::NAME, at, what, remedy);
            return None;
        }
        if let Some(opened) = self.library.opened.get(name) {
            return opened.clone();
        }
        let opened = self.open(at, name);
        self.library.opened.insert(name.to_owned(), opened.clone());
        opened
    }

    fn open(&mut self, at: &At<'_>, name: &str) -> Option<DataText> {
        let given = &self.library.given;
        let Some(file) = given.iter().find(|file| file.name == name).cloned() else {
            if given.len() < limits::FILES {
                let what = format!("nobody has read {}", quote(name));
                self.report(code::FILE, at, what, "give its bytes with the scenario");
            } else {
                let what = format!("more than {} files", limits::FILES);
                self.report(code::LIMIT, at, what, "name fewer: several loads can have one file");
            }
            return None;
        };
        let has = |file: &File| file.content.as_ref().map_or(0, |bytes| bytes.len());
        let before: usize = given.iter().take_while(|file| file.name != name).map(has).sum();
        let objection = file.objection().or_else(|| {
            let most = limits::FILES_BYTES;
            let what = format!(
                "with {} the files of the scenario have more than {} MiB",
                quote(&file.shown),
                most >> 20
            );
            let remedy = "leave columns or rows out that nobody uses".to_owned();
            (before + has(&file) > most).then_some((code::TOO_LARGE, what, remedy))
        });
        if let Some((code, what, remedy)) = objection {
            self.report(code, at, what, remedy);
            return None;
        }
        let bytes = file.content.as_deref().unwrap_or_default();
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text: Arc<str> = String::from_utf8_lossy(bytes).into();
        let source = self.sources.add_file(&file.shown, text.clone());
        if let Err(error) = std::str::from_utf8(bytes) {
            let valid = error.valid_up_to();
            let what = format!("byte 0x{:02X} is not UTF-8", bytes.get(valid).copied().unwrap_or(0));
            let mark = Mark::new(source, valid..valid + 1);
            self.sink.push(code::ENCODING, mark, at.path.clone(), what, "save the file as UTF-8 text");
            return None;
        }
        Some(DataText { source, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str, overrides: &[String]) -> Vec<String> {
        files_named(&Input { name: "t.toml", bytes: text.as_bytes(), overrides, files: &[] })
    }

    #[test]
    fn names_are_found_wherever_they_stand_each_one_once() {
        let text = "[load.a]\ncsv = \"a.csv\"\ncolumn = \"x\"\n[load.b]\ncsv = \"a.csv\"\n[host.csv]\ncount = 1\n\
                    [[inject]]\nlaw = { csv = \"b/c.csv\" }\n[load.d]\ncsv = 3\n[load.e]\ncsv = \" \"\n[load.f]\ncsv = \"a\\u0000\"\n";
        assert_eq!(named(text, &[]), ["a.csv", "b/c.csv"]);
        let set = ["load.b.csv=other.csv".to_owned(), "load.a.csv=\"third.csv\"".to_owned()];
        assert_eq!(named(text, &set), ["third.csv", "other.csv", "b/c.csv"]);
        assert_eq!(named("\u{feff}load.a.csv = \"x\"", &[]), ["x"]);
    }

    #[test]
    fn no_more_names_are_found_than_a_scenario_may_have() {
        let text: String = (0..limits::FILES + 7).map(|n| format!("load.l{n}.csv = \"{n}\"\n")).collect();
        assert_eq!(named(&text, &[]).len(), limits::FILES);
    }
}
