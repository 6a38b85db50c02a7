//! Every code is explained, every example causes its code, and its mended form does not.

use std::collections::BTreeSet;
use std::path::Path;

use ninefold::scenario::code;
use ninefold::scenario::explain::{Example, explanations};
use ninefold::scenario::{File, Issue};

use super::{at, checked, has_errors, output, text};

fn issues(example: &Example) -> Vec<Issue> {
    let overrides: Vec<String> = example.set.iter().map(|&set| set.to_owned()).collect();
    let files: Vec<File> = example.file.iter().map(|(name, text)| File::new(name, text.as_bytes())).collect();
    checked(&example.laid().bytes, &overrides, &files).1
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("scenario/code.rs")
            && !path.to_string_lossy().contains("scenario/explain/")
        {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_code_in_the_sources_is_explained_once() {
    let list = std::fs::read_to_string(at("src/scenario/code.rs")).unwrap();
    let mut all = Vec::new();
    sources(&at("src"), &mut all);
    let known: Vec<&str> = code::ALL.iter().map(|(code, _)| *code).collect();
    for line in list.lines().filter(|line| line.contains("= \"")) {
        let (name, rest) = line.trim().split_once(" = \"").unwrap();
        let code = rest.split('"').next().unwrap();
        assert!(known.contains(&code), "{code}");
        let used = format!("code::{name}");
        let is_use = |source: &String| {
            source.match_indices(&used).any(|(at, _)| {
                !source[at + used.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            })
        };
        assert!(all.iter().any(is_use), "nothing is ever told with {code}, {name}");
    }
    let mut explained: Vec<&str> = explanations().map(|explanation| explanation.code).collect();
    explained.sort_unstable();
    assert_eq!(explained, known, "explain each in src/scenario/explain, once");
    // Nobody invents a code of his own.
    for source in &all {
        assert!(!source.contains("code: \"E") && !source.contains("code: \"W"), "a code without a name");
    }
}

#[test]
fn every_example_causes_its_code_and_its_mended_form_does_not() {
    let mut wrong = Vec::new();
    for of in explanations() {
        let told = issues(&of.wrong);
        if !told.iter().any(|issue| issue.code == of.code) {
            wrong.push(format!("{}: the example does not cause it: {told:#?}", of.code));
        }
        let mended = issues(&of.right);
        if has_errors(&mended) || mended.iter().any(|issue| issue.code == of.code) {
            let shown: String = mended.iter().map(Issue::render).collect();
            wrong.push(format!("{}: the mended example is not:\n{shown}", of.code));
        }
        assert!(of.means.ends_with('.') && of.mend.ends_with('.'), "{}", of.code);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_program_explains_lists_and_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let list = output(folder.path(), &["explain"]);
    let listed: BTreeSet<&str> =
        text(&list.stdout).lines().filter_map(|line| line.split_once("  ")).map(|(code, _)| code).collect();
    assert_eq!(listed, code::ALL.iter().map(|(code, _)| *code).collect());
    for (code, _) in code::ALL {
        let told = output(folder.path(), &["explain", code]);
        let page = text(&told.stdout);
        assert_eq!(told.status.code(), Some(0), "{code}");
        assert!(page.contains(&format!("[{code}]: ")), "{code} does not quote what is said:\n{page}");
        assert!(page.lines().all(|line| line.chars().count() <= 130), "{page}");
    }
    assert_eq!(
        output(folder.path(), &["explain", "e017"]).stdout,
        output(folder.path(), &["explain", "E017"]).stdout
    );
    let unknown = output(folder.path(), &["explain", "E0177"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("did you mean E017?"), "{}", text(&unknown.stderr));
}
