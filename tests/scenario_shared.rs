//! Reads every scenario of the folder that `NINEFOLD_SCENARIOS` names, when it names one: those
//! files are not part of the repository.

use std::path::PathBuf;

use ninefold::scenario::{Input, code, describe, read};

#[test]
fn scenarios_of_the_contract_are_read() {
    let Some(folder) = std::env::var_os("NINEFOLD_SCENARIOS") else { return };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "toml")) {
        let bytes = std::fs::read(file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let (spec, issues) = read(&Input { name: &name, bytes: &bytes, overrides: &[] });
        for issue in &issues {
            print!("{}", issue.render());
        }
        let pending = issues.iter().all(|issue| issue.code == code::NOT_SIMULATED);
        assert!(spec.is_some() || pending, "{name}");
        if let Some(spec) = spec {
            println!("{}", describe(&spec));
        }
    }
}
