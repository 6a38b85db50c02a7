//! Examples, and the scenario that they are laid into.

use std::fmt::Write as _;

/// A part of a scenario, as short as it can be.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The tables that are different.
    pub toml: &'static str,
    /// Laid over it, as `--set` would.
    pub set: &'static [&'static str],
    /// A file that it names.
    pub file: Option<(&'static str, &'static str)>,
    /// How many times the text stands there, `{n}` in it being a number.
    times: usize,
    /// Tables of the scenario that it does without.
    without: &'static [&'static str],
    /// It is all there is.
    alone: bool,
    /// Saved by an editor that knows no UTF-8.
    latin: bool,
}

/// A whole scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Laid {
    /// For whoever reads it.
    pub text: String,
    /// As a file would hold it.
    pub bytes: Vec<u8>,
}

/// Three hosts under vSphere, on one array, with a mail server.
const BASE: [(&str, &str); 6] = [
    ("", "schema = 1\ntitle = \"An example\"\n"),
    ("host.esx", "count = 3\ncores = 16\nmemory = \"64 GiB\"\nstorage = [\"san\"]\n"),
    ("storage.san", "kind = \"fc\"\n"),
    ("cluster.prod", "product = \"vsphere-8\"\nhosts = [\"esx\"]\n"),
    ("service.mail", "vm = { cores = 2, memory = \"8 GiB\", storage = \"san\" }\n"),
    ("strategy.restart", "protect = [\"host-cluster\"]\n"),
];

pub(super) const fn toml(toml: &'static str) -> Example {
    Example { toml, set: &[], file: None, times: 1, without: &[], alone: false, latin: false }
}

impl Example {
    pub(super) const fn set(self, set: &'static [&'static str]) -> Example {
        Example { set, ..self }
    }

    pub(super) const fn file(self, name: &'static str, content: &'static str) -> Example {
        Example { file: Some((name, content)), ..self }
    }

    pub(super) const fn times(self, times: usize) -> Example {
        Example { times, ..self }
    }

    pub(super) const fn without(self, without: &'static [&'static str]) -> Example {
        Example { without, ..self }
    }

    pub(super) const fn alone(self) -> Example {
        Example { alone: true, ..self }
    }

    pub(super) const fn latin(self) -> Example {
        Example { latin: true, ..self }
    }

    /// The scenario with the example in it.
    #[must_use]
    pub fn laid(&self) -> Laid {
        let mut text = String::new();
        let own: Vec<&str> = self.toml.lines().filter_map(header).collect();
        let begins = self.toml.lines().next().is_some_and(|line| !line.starts_with(['[', '#']));
        for (name, keys) in BASE {
            let is_there = own.contains(&name) || self.without.contains(&name) || (name.is_empty() && begins);
            if is_there || self.alone {
                continue;
            }
            // Writing to a string cannot fail.
            let _ = if name.is_empty() { write!(text, "{keys}") } else { write!(text, "[{name}]\n{keys}") };
        }
        let example: String = (0..self.times).map(|n| self.toml.replace("{n}", &n.to_string())).collect();
        // Keys of no table stand before all tables.
        let text = if begins { example + &text } else { text + &example };
        let bytes = if self.latin {
            text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect()
        } else {
            text.clone().into_bytes()
        };
        Laid { text, bytes }
    }

    /// The lines that somebody is shown, and how often they stand there.
    #[must_use]
    pub fn shown(&self) -> (&'static str, usize) {
        (self.toml.trim_end(), self.times)
    }

    /// Whether it is saved by an editor that knows no UTF-8.
    #[must_use]
    pub fn is_latin(&self) -> bool {
        self.latin
    }

    /// Tables that the scenario does without.
    #[must_use]
    pub fn without_tables(&self) -> &'static [&'static str] {
        self.without
    }
}

/// The name in a table's header.
fn header(line: &str) -> Option<&str> {
    let name = line.strip_prefix('[')?.split(']').next()?;
    (!name.starts_with('[')).then_some(name)
}
