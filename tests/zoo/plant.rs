//! Planting: every bug becomes a choice at run time, so that one build holds all of them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::ops::Range;
use std::path::Path;

use crate::bugs::Bug;
use crate::root;

/// The environment variable that names the bug that is awake.
pub(crate) const SWITCH: &str = "NINEFOLD_ZOO";

/// What a build reads, of the repository's root.
const COPIED: [&str; 7] = ["Cargo.toml", "Cargo.lock", "README.md", "src", "tests", "benches", "scenarios"];

/// A source with the bugs of its file, each behind its number.
pub(crate) fn plant(source: &str, file: &str, bugs: &[Bug]) -> String {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    for (number, bug) in bugs.iter().enumerate().filter(|(_, bug)| bug.file == file) {
        let begin = source.find(&bug.old).unwrap_or_else(|| panic!("{}: not in {file}", bug.name));
        let Bug { name, old, new, .. } = bug;
        let choice = format!("if crate::zoo::planted({number}) /* {name} */ {{ {new} }} else {{ {old} }}");
        let choice = if bug.statement { choice } else { format!("({choice})") };
        edits.push((begin..begin + old.len(), choice));
        // What is chosen at run time is no constant.
        if let Some(at) = constant_before(source, begin)
            && edits.iter().all(|(range, _)| range.start != at.start)
        {
            edits.push((at, String::new()));
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    for pair in edits.windows(2) {
        assert!(pair[0].0.end <= pair[1].0.start, "{file}: two bugs in one place: {}", pair[1].1);
    }
    let mut planted = source.to_owned();
    for (range, text) in edits.into_iter().rev() {
        planted.replace_range(range, &text);
    }
    planted
}

/// The word `const` of the function around a place, where it has it.
fn constant_before(source: &str, place: usize) -> Option<Range<usize>> {
    let function = source[..place].rfind("fn ")?;
    let at = source[..function].strip_suffix("const ")?.len();
    Some(at..function)
}

/// The module that knows which bug is awake.
fn switch(bugs: &[Bug]) -> String {
    let names: String = bugs.iter().fold(String::new(), |mut list, bug| {
        let _ = write!(list, "\n    \"{}\",", bug.name);
        list
    });
    format!(
        "//! Which bug is awake.\n\nuse std::sync::OnceLock;\n\nstatic AWAKE: OnceLock<usize> = OnceLock::new();\n\n\
         const NAMES: [&str; {}] = [{names}\n];\n\n\
         #[inline]\npub fn planted(number: usize) -> bool {{\n    *AWAKE.get_or_init(find) == number\n}}\n\n\
         #[cold]\nfn find() -> usize {{\n    let Ok(name) = std::env::var(\"{SWITCH}\") else {{ return usize::MAX }};\n    \
         NAMES.iter().position(|known| *known == name).expect(\"a bug of the zoo\")\n}}\n",
        bugs.len()
    )
}

/// Writes the sources with all bugs to a folder. Files that are as they were are left alone, so that a second hunt
/// builds what has changed.
pub(crate) fn write_tree(bugs: &[Bug], to: &Path) {
    let mut files = BTreeMap::new();
    for name in COPIED {
        read(name, &mut files);
    }
    for (path, bytes) in &mut files {
        if bugs.iter().any(|bug| bug.file == *path) {
            *bytes = plant(std::str::from_utf8(bytes).unwrap(), path, bugs).into_bytes();
        }
    }
    files.get_mut("src/lib.rs").unwrap().extend(b"\n#[doc(hidden)]\npub mod zoo;\n");
    files.insert("src/zoo.rs".to_owned(), switch(bugs).into_bytes());
    remove_others(to, "", &files);
    for (path, bytes) in files {
        let path = to.join(path);
        if fs::read(&path).is_ok_and(|there| there == bytes) {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// A file, or all files of a folder, by path from the root.
fn read(path: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    let full = root().join(path);
    if !full.is_dir() {
        files.insert(path.to_owned(), fs::read(full).unwrap());
        return;
    }
    for entry in fs::read_dir(full).unwrap() {
        let name = entry.unwrap().file_name();
        read(&format!("{path}/{}", name.to_str().unwrap()), files);
    }
}

/// Takes away what an earlier hunt has left and this one does not have.
fn remove_others(to: &Path, folder: &str, files: &BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(to.join(folder)).into_iter().flatten() {
        let entry = entry.unwrap();
        let path = format!("{folder}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            remove_others(to, &format!("{path}/"), files);
            // Only one that is empty goes: a case that has another name now, say.
            fs::remove_dir(entry.path()).ok();
        } else if !files.contains_key(&path) {
            fs::remove_file(entry.path()).unwrap();
        }
    }
}
