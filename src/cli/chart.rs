//! `ninefold chart`: the charts of an earlier run, again.

use std::path::Path;

use super::args::ChartArguments;
use super::run::draw;
use super::{Failure, interrupt, output};
use crate::report::{RunResult, charts};

pub(super) fn chart(arguments: &ChartArguments) -> Result<(), Failure> {
    let path = if arguments.result.is_dir() {
        arguments.result.join("result.json")
    } else {
        arguments.result.clone()
    };
    let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::Io(format!("cannot read {}: give a result.json or its folder", path.display()), error)
        }
        std::io::ErrorKind::InvalidData => Failure::Usage(format!("{}: not UTF-8 text", path.display())),
        _ => Failure::Io(format!("cannot read {}", path.display()), error),
    })?;
    let result = RunResult::from_json(&text)
        .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
    let format = if arguments.png { charts::Format::Png } else { charts::Format::Svg };
    let folder = match &arguments.out {
        Some(folder) => folder.clone(),
        None => path.parent().unwrap_or(Path::new(".")).join("charts"),
    };
    let files: Vec<output::File> = draw(&result, format)?
        .into_iter()
        .filter_map(|(name, bytes)| Some((name.file_name()?.into(), bytes)))
        .collect();
    interrupt::writing(|| output::write_all(&folder, &files))?;
    let names: Vec<String> = files.iter().map(|(name, _)| folder.join(name).display().to_string()).collect();
    output::note(&format!("drew {}", names.join(", ")));
    Ok(())
}
