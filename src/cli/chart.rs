//! `ninefold chart`: the charts of an earlier run, again.

use super::args::ChartArguments;
use super::run::{draw, draw_worst};
use super::{Failure, interrupt, output, report, result_file};
use crate::report::charts;

pub(super) fn chart(arguments: &ChartArguments) -> Result<(), Failure> {
    let (beside, result) = result_file::read(&arguments.result)?;
    let format = if arguments.png { charts::Format::Png } else { charts::Format::Svg };
    let folder = match &arguments.out {
        Some(folder) => folder.clone(),
        None => beside.join("charts"),
    };
    let replays = report::read_replays(&beside, &result, "the charts have no timelines")?;
    let timelines = draw_worst(&result, replays.as_ref(), format)?;
    let files: Vec<output::File> = draw(&result, format)?
        .into_iter()
        .chain(timelines)
        .filter_map(|(name, bytes)| Some((name.file_name()?.into(), bytes)))
        .collect();
    interrupt::writing(|| output::write_all(&folder, &files))?;
    let names: Vec<String> = files.iter().map(|(name, _)| output::shown(&folder.join(name))).collect();
    output::note(&format!("drew {}", names.join(", ")));
    Ok(())
}
