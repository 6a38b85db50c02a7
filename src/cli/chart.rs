//! `ninefold chart`: the charts of an earlier run, again.

use super::args::ChartArguments;
use super::run::draw;
use super::{Failure, interrupt, output, result_file};
use crate::report::charts;

pub(super) fn chart(arguments: &ChartArguments) -> Result<(), Failure> {
    let (beside, result) = result_file::read(&arguments.result)?;
    let format = if arguments.png { charts::Format::Png } else { charts::Format::Svg };
    let folder = match &arguments.out {
        Some(folder) => folder.clone(),
        None => beside.join("charts"),
    };
    let files: Vec<output::File> = draw(&result, format)?
        .into_iter()
        .filter_map(|(name, bytes)| Some((name.file_name()?.into(), bytes)))
        .collect();
    interrupt::writing(|| output::write_all(&folder, &files))?;
    let names: Vec<String> = files.iter().map(|(name, _)| output::shown(&folder.join(name))).collect();
    output::note(&format!("drew {}", names.join(", ")));
    Ok(())
}
