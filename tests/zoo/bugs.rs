//! The bugs, as the file has them.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

use crate::root;

/// One bug, and the test that must notice it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bug {
    pub name: String,
    /// What it breaks, in a sentence.
    pub breaks: String,
    pub file: String,
    /// What the source says: once in its file.
    pub old: String,
    /// What it says with the bug.
    pub new: String,
    /// Whether `old` is one or more whole statements, and not an expression.
    #[serde(default)]
    pub statement: bool,
    /// `lib`, or the test under `tests` that kills it.
    pub target: String,
    /// The full name of the test function.
    pub test: String,
    /// What the failing test must say, where it could fail for other reasons.
    #[serde(default)]
    pub says: String,
}

#[derive(Deserialize)]
struct Zoo {
    bug: Vec<Bug>,
}

pub(crate) fn all() -> Vec<Bug> {
    let text = fs::read_to_string(root().join("tests/zoo/bugs.toml")).unwrap();
    toml::from_str::<Zoo>(&text).unwrap().bug
}

impl Bug {
    /// Whether its place and its test are still there.
    pub(crate) fn check(&self) -> Result<(), String> {
        let name = &self.name;
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !name.chars().all(kebab) || !self.breaks.ends_with('.') || self.old == self.new {
            return Err(format!("{name}: a name in lower case, a sentence, and something that changes"));
        }
        let source =
            fs::read_to_string(root().join(&self.file)).map_err(|e| format!("{name}: {}: {e}", self.file))?;
        let places = source.matches(&self.old).count();
        if places != 1 {
            return Err(format!("{name}: {} says {places} times, not once:\n{}", self.file, self.old));
        }
        let function = format!("fn {}(", self.test.rsplit("::").next().unwrap_or_default());
        if !self
            .test_files()
            .iter()
            .any(|file| fs::read_to_string(file).is_ok_and(|text| text.contains(&function)))
        {
            return Err(format!("{name}: no {function}) among the tests of {}", self.target));
        }
        // All cases are one test: it has to say which of them tells another story, or what was wrong in it.
        let case = root().join("tests/cases").join(&self.says);
        let told = !self.says.is_empty() && (self.says.contains(' ') || case.is_dir());
        if self.target == "cases" && !told {
            return Err(format!("{name}: no case {:?} in tests/cases", self.says));
        }
        Ok(())
    }

    /// The files that its test may be in.
    fn test_files(&self) -> Vec<PathBuf> {
        if self.target != "lib" {
            let mut found = vec![root().join("tests").join(format!("{}.rs", self.target))];
            let folder = root().join("tests").join(&self.target);
            found.extend(self.test.split("::").next().map(|module| folder.join(format!("{module}.rs"))));
            found.push(folder.join("main.rs"));
            return found;
        }
        // A module of tests is in its parent's file, or in one of its own.
        let modules: Vec<&str> = self.test.split("::").collect();
        let mut found = Vec::new();
        for depth in 1..modules.len() {
            let path = root().join("src").join(modules[..depth].join("/"));
            found.extend([path.with_extension("rs"), path.join("mod.rs")]);
        }
        found
    }
}
