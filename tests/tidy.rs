//! Taste, by machine: floors, sizes, forbidden words. Reads the source tree; each finding names
//! file, line and rule.

#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing has failed")]

use std::fs;
use std::path::{Path, PathBuf};

/// Floors from the lowest to the highest. Modules on one floor do not see each other.
const FLOORS: [&[&str]; 12] = [
    &["special"],
    &["engine", "stats"],
    &["history", "model"],
    // An inventory becomes a text, which `scenario` then reads like any other: neither sees the other.
    &["exact", "inventory", "scenario", "state"],
    &["policy"],
    &["capacity", "sim"],
    &["advice", "probe"],
    &["experiment"],
    &["report"],
    &["cli"],
    // Not floors: the root names all of them, and nobody imports it.
    &["main"],
    &["lib"],
];
const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 80;
/// Words that stand for nothing, as names of files and modules.
const EMPTY_NAMES: [&str; 5] = ["utils", "common", "helpers", "manager", "imp"];
/// I/O lives in `cli`.
const IO: [&str; 6] = ["println!", "print!", "eprintln!", "eprint!", "std::fs", "std::env"];
/// What differs from run to run lives in `cli` (progress, elapsed time) or nowhere.
const UNSTEADY: [&str; 5] = ["HashMap", "HashSet", "Instant::now", "SystemTime", "thread_rng"];
const NOWHERE: [&str; 7] = ["todo!", "unimplemented!", "dbg!", "#[ignore", "FIXME", "XXX", "unsafe "];
/// Functions of `f64` whose last bits the platform decides; `libm` has them all. `sqrt` is exact by IEEE 754.
const PLATFORM_MATHS: [&str; 22] = [
    ".ln()",
    ".ln_1p()",
    ".log(",
    ".log2()",
    ".log10()",
    ".exp()",
    ".exp2()",
    ".exp_m1()",
    ".powf(",
    ".powi(",
    ".sin()",
    ".cos()",
    ".tan()",
    ".asin()",
    ".acos()",
    ".atan()",
    ".atan2(",
    ".sinh()",
    ".cosh()",
    ".tanh()",
    ".cbrt()",
    ".hypot(",
];
const LIBM_ONLY: [&str; 6] = ["special", "engine", "stats", "exact", "sim", "policy"];

/// A source file with its comments, texts and characters blanked out, line by line.
struct Source {
    /// Under `src`, with slashes.
    path: String,
    raw: String,
    code: Vec<String>,
    /// Code from this line on is compiled for tests only.
    tests_from: usize,
}

impl Source {
    fn floor_module(&self) -> &str {
        self.path.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// Its modules, as `scenario`, `read`, `host`.
    fn modules(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.path.trim_end_matches(".rs").split('/').collect();
        if matches!(parts.last(), Some(&"mod" | &"lib" | &"main")) {
            parts.pop();
        }
        parts
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let (mut found, src) = (Vec::new(), root().join("src"));
    files(&src, &mut found);
    assert!(found.len() > 50, "only {} files", found.len());
    let read = |path: &PathBuf| {
        let raw = fs::read_to_string(path).unwrap();
        let code = blank(&raw);
        let path = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        let tests_from = inline_tests(&code);
        Source { path, raw, code, tests_from }
    };
    let mut sources: Vec<Source> = found.iter().map(read).collect();
    // Whole files that a parent declares under #[cfg(test)], and all below them.
    let mut only_tests = Vec::new();
    for source in &sources {
        for pair in source.code.windows(2) {
            if pair[0].trim() == "#[cfg(test)]"
                && let Some(name) = pair[1].trim().strip_prefix("mod ").and_then(|m| m.strip_suffix(';'))
            {
                only_tests.push([source.modules(), vec![name]].concat().join("/"));
            }
        }
    }
    for source in &mut sources {
        let own = source.modules().join("/");
        if only_tests.iter().any(|t| own == *t || own.starts_with(&format!("{t}/"))) {
            source.tests_from = 0;
        }
    }
    sources
}

/// The line where a module of tests begins; past the end where there is none.
fn inline_tests(code: &[String]) -> usize {
    let begins = |pair: &[String]| {
        pair[0].trim() == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].trim_end().ends_with('{')
    };
    code.windows(2).position(begins).unwrap_or(usize::MAX)
}

/// Takes comments, texts and characters out of a source, and leaves its lines where they are.
fn blank(raw: &str) -> Vec<String> {
    let chars: Vec<char> = raw.chars().collect();
    let (mut out, mut i) = (String::new(), 0);
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    while i < chars.len() {
        let end = if at(i) == '/' && at(i + 1) == '/' {
            (i..chars.len()).find(|&j| chars[j] == '\n').unwrap_or(chars.len())
        } else if at(i) == '"' {
            // A raw text ends at its quote with as many hashes as it began with.
            let hashes = (0..i).rev().take_while(|&j| chars[j] == '#').count();
            let raw_text = i > hashes && chars[i - hashes - 1] == 'r';
            let mut j = i + 1;
            loop {
                match at(j) {
                    '\0' => break j,
                    '\\' if !raw_text => j += 2,
                    '"' if !raw_text || (1..=hashes).all(|k| at(j + k) == '#') => break j + 1,
                    _ => j += 1,
                }
            }
        } else if at(i) == '\'' && at(i + 1) == '\\' {
            (i + 3..chars.len()).find(|&j| chars[j] == '\'').map_or(chars.len(), |j| j + 1)
        } else if at(i) == '\'' && at(i + 2) == '\'' {
            i + 3
        } else {
            out.push(chars[i]);
            i += 1;
            continue;
        };
        out.extend(chars[i..end.min(chars.len())].iter().filter(|c| **c == '\n'));
        i = end;
    }
    out.lines().map(str::to_owned).collect()
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The modules right under the crate's root that a text names: `crate::x`, `crate::{x, y::z}`, and as many
/// `super::` as lead to the root.
fn imports(code: &[String], depth: impl Fn(usize) -> usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, text) in code.iter().enumerate() {
        for (place, _) in text.match_indices("crate::") {
            if text[..place].ends_with(is_word) {
                continue;
            }
            // A list in braces may run over some lines.
            let rest = code[line..].iter().take(20).map(String::as_str).collect::<Vec<_>>().join(" ");
            let names = first_names(&rest[place + "crate::".len()..]);
            found.extend(names.into_iter().map(|name| (line, name)));
        }
        let mut rest = text.as_str();
        while let Some(place) = rest.find("super::") {
            let chain = &rest[place..];
            let supers = chain.split("::").take_while(|part| *part == "super").count();
            let after = &chain[supers * "super::".len()..];
            if supers >= depth(line) {
                let below =
                    code[line + 1..].iter().take(20).map(String::as_str).collect::<Vec<_>>().join(" ");
                found.extend(first_names(&format!("{after} {below}")).into_iter().map(|name| (line, name)));
            }
            rest = after;
        }
    }
    found
}

/// What follows `crate::`: one name, or a list in braces.
fn first_names(rest: &str) -> Vec<String> {
    match rest.strip_prefix('{') {
        Some(list) => heads(list),
        None => vec![rest.chars().take_while(|&c| is_word(c)).collect()],
    }
}

/// The first names of a list in braces that has just been opened.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut names, mut name, mut in_head) = (0, Vec::new(), String::new(), true);
    for c in list.chars() {
        match c {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(std::mem::take(&mut name));
                in_head = true;
            }
            ':' => in_head = in_head && depth > 0,
            c if is_word(c) && in_head && depth == 0 => name.push(c),
            _ => {}
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    names
}

fn fail_with(rule: &str, findings: Vec<String>) {
    assert!(findings.is_empty(), "{rule}\n{}", findings.join("\n"));
}

/// Finds words in code. Tests may use them where `in_tests` says so.
fn search(
    sources: &[Source],
    words: &[&str],
    in_tests: bool,
    applies: impl Fn(&Source) -> bool,
) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|s| applies(s)) {
        for (number, line) in source.code.iter().enumerate() {
            if in_tests && number >= source.tests_from {
                break;
            }
            for word in words.iter().filter(|word| line.contains(**word)) {
                findings.push(format!("src/{}:{}: {word}", source.path, number + 1));
            }
        }
    }
    findings
}

#[test]
fn a_module_imports_only_from_lower_floors() {
    let mut findings = Vec::new();
    for source in sources() {
        let own = source.floor_module();
        let floor =
            floor_of(own).unwrap_or_else(|| panic!("src/{}: on no floor; add it to FLOORS", source.path));
        let modules = source.modules().len();
        let depth = |line: usize| (modules + usize::from(line > source.tests_from)).max(1);
        for (line, module) in imports(&source.code, depth) {
            let wrong = floor_of(&module).is_some_and(|other| other >= floor) && module != own;
            if wrong {
                findings.push(format!("src/{}:{}: {own} imports {module}", source.path, line + 1));
            }
        }
    }
    fail_with("a module imports only from lower floors (design, section 2)", findings);
}

#[test]
fn the_search_for_imports_sees_every_way_to_write_one() {
    let code = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let names = |text: &str| -> Vec<String> {
        imports(&code(text), |_| 2).into_iter().map(|(_, name)| name).collect()
    };
    assert_eq!(names("use crate::cli::args;"), ["cli"]);
    assert_eq!(names("use crate::{\n    model::{A, B},\n    sim,\n};"), ["model", "sim"]);
    assert_eq!(names("let x = crate::report::f(super::super::cli::g());"), ["report", "cli"]);
    assert_eq!(names("use super::super::{\n    cli::{A, B}, sim};"), ["cli", "sim"]);
    assert_eq!(names("use super::cli; use mycrate::sim;"), [""; 0]);
    let blanked = blank("a // crate::cli\n\"crate::cli\" 'x' '\\'' r#\"crate::cli \" \"# <'a> b");
    assert!(!blanked.concat().contains("cli") && blanked[1].ends_with("<'a> b"), "{blanked:?}");
}

#[test]
fn files_and_functions_hold_one_concept() {
    let mut findings = Vec::new();
    for source in sources() {
        let lines = source.raw.lines().count();
        if lines > FILE_LINES_MAX {
            findings.push(format!("src/{}:1: {lines} lines, at most {FILE_LINES_MAX}", source.path));
        }
        for (number, line) in source.code.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let mut words = line.trim_start().split(' ');
            let keywords = ["pub", "pub(super)", "pub(crate)", "const", "async", "extern"];
            if words.find(|w| !keywords.contains(w) && !w.starts_with("pub(in")) != Some("fn") {
                continue;
            }
            // rustfmt closes a function at the indent at which it began; without a body it ends in `;`.
            let close = format!("{}}}", " ".repeat(indent));
            let length = source.code[number..].iter().position(|l| {
                l.trim_end() == close || (l.ends_with('}') && l == line) || l.ends_with(';') && l == line
            });
            let length = length.map_or(1, |l| l + 1);
            if length > FUNCTION_LINES_MAX {
                let at = format!("src/{}:{}", source.path, number + 1);
                findings.push(format!("{at}: a function of {length} lines, at most {FUNCTION_LINES_MAX}"));
            }
        }
    }
    fail_with("files and functions stay small enough to be one concept", findings);
}

#[test]
fn only_the_command_line_does_input_and_output() {
    let inside = |s: &Source| !matches!(s.floor_module(), "cli" | "main");
    fail_with("I/O lives in src/cli", search(&sources(), &IO, true, inside));
}

#[test]
fn nothing_differs_from_run_to_run() {
    let inside = |s: &Source| s.floor_module() != "cli";
    fail_with("no clock, no hash order, no ambient randomness", search(&sources(), &UNSTEADY, false, inside));
}

#[test]
fn nothing_is_left_over() {
    let mut sources = sources();
    let findings = search(&sources, &NOWHERE, false, |_| true);
    // Comments count as well, but not the words in this rule's own list.
    for source in &mut sources {
        source.code = source.raw.lines().map(str::to_owned).collect();
    }
    let marks = search(&sources, &["FIXME", "XXX"], false, |_| true);
    fail_with("nothing unfinished, nothing unsafe", [findings, marks].concat());
}

#[test]
fn maths_comes_from_libm() {
    let inside = |s: &Source| LIBM_ONLY.contains(&s.floor_module());
    let rule = "the platform decides the last bits of these; use libm";
    fail_with(rule, search(&sources(), &PLATFORM_MATHS, true, inside));
}

#[test]
fn names_say_something() {
    let mut findings = Vec::new();
    for source in sources() {
        for part in source.path.trim_end_matches(".rs").split('/').filter(|p| EMPTY_NAMES.contains(p)) {
            findings.push(format!("src/{}:1: {part}", source.path));
        }
        for (number, line) in source.code.iter().enumerate() {
            let words: Vec<&str> = line.split(|c| !is_word(c)).filter(|w| !w.is_empty()).collect();
            for pair in words.windows(2).filter(|p| p[0] == "mod" && EMPTY_NAMES.contains(&p[1])) {
                findings.push(format!("src/{}:{}: mod {}", source.path, number + 1, pair[1]));
            }
        }
    }
    fail_with("these names stand for nothing", findings);
}

#[test]
fn the_map_names_every_module_and_declares_no_other() {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let map: String = text.lines().filter(|l| l.starts_with("//!")).collect();
    let declared: Vec<&str> =
        text.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let floors: Vec<&str> =
        FLOORS.iter().copied().flatten().copied().filter(|m| !["main", "lib"].contains(m)).collect();
    assert_eq!(declared, floors, "src/lib.rs declares the floors from the lowest to the highest");
    for module in floors {
        assert!(map.contains(&format!("| [`{module}`] |")), "src/lib.rs: the map does not name {module}");
    }
}
