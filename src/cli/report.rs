//! `ninefold report`: the page of an earlier run; and what `run` writes for it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;

use super::input::Scenario;
use super::output::File;
use super::{Failure, interrupt, output, result_file};
use crate::experiment::{self, Summary, Threads};
use crate::report::replays::Replays;
use crate::report::{RunResult, page};

/// The page's file in a folder of results.
const PAGE: &str = "report.html";
/// What happened in the replications that it draws.
const REPLAYS: &str = "replays.json";

/// Two more replications of each strategy are at most a tenth of so many; with fewer they are played again only for a page.
const REPLICATIONS_MANY: u32 = 20;

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// A result.json, or the folder it lies in
    #[arg(value_name = "RESULT")]
    pub result: PathBuf,
    /// Folder for the page [default: beside the result]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

pub(super) fn report(arguments: &ReportArguments) -> Result<(), Failure> {
    let (beside, result) = result_file::read(&arguments.result)?;
    let replays = read_replays(&beside, &result, "the page has no timelines")?;
    let folder = arguments.out.as_deref().unwrap_or(&beside);
    let files = [(PathBuf::from(PAGE), page::html(&result, replays.as_ref()).into_bytes())];
    interrupt::writing(|| output::write_all(folder, &files))?;
    output::note(&format!("wrote {}", output::shown(&folder.join(PAGE))));
    Ok(())
}

/// Those of the same run, where they lie beside its result; a page or a chart can do without, and then says what it lacks.
pub(super) fn read_replays(
    beside: &Path,
    result: &RunResult,
    lacks: &str,
) -> Result<Option<Replays>, Failure> {
    let path = &beside.join(REPLAYS);
    let shown = output::shown(path);
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::Io(format!("cannot read {shown}"), error)),
    };
    match Replays::from_json(&text) {
        Ok(replays) if replays.belongs_to(result) => Ok(Some(replays)),
        Ok(_) => {
            output::note(&format!("{shown} is of another run: {lacks}; run the scenario again"));
            Ok(None)
        }
        Err(error) => {
            const AGAIN: &str = "run the scenario again";
            let told = error.to_string();
            // Some say so already.
            let what = told.strip_suffix(AGAIN).map_or(&*told, |what| what.trim_end_matches([' ', ';']));
            let or = "or move the file away to do without timelines";
            Err(Failure::Usage(format!("{shown}: {what}; {AGAIN}, {or}")))
        }
    }
}

/// Whether a run has a page to write: it was asked for, or one lies there that would tell of another run.
pub(super) fn wants_page(asked: bool, folder: &Path) -> bool {
    asked || folder.join(PAGE).is_file()
}

/// Whether timelines lie among the charts of a folder, which would tell of another run.
pub(super) fn has_timelines(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder.join("charts")) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("timeline-"))
}

/// Plays the worst and a typical replication of each strategy again, where that is cheap or a page or charts need them.
pub(super) fn replay(
    scenario: &Scenario,
    summary: &Summary,
    threads: Option<u16>,
    is_needed: bool,
) -> Option<Replays> {
    // Whoever stops a run is in a hurry.
    let is_whole = summary.replications == summary.replications_asked && !summary.rare_stopped;
    if !is_whole || (!is_needed && summary.replications < REPLICATIONS_MANY) {
        return None;
    }
    let wanted = Replays::wanted(summary);
    let threads = Threads::new(threads.map(usize::from));
    let replayed = experiment::replay_all(&scenario.models, summary.seed, &wanted, &threads);
    Some(Replays::of(summary, &scenario.models, &replayed))
}

/// The files beside those that every run writes.
pub(super) fn files(
    result: &RunResult,
    replays: Option<&Replays>,
    for_page: bool,
) -> Result<Vec<File>, Failure> {
    let mut files = Vec::new();
    if let Some(replays) = replays {
        let json = replays
            .to_json()
            .map_err(|error| Failure::Internal(format!("cannot write the replays as JSON: {error}")))?;
        files.push((REPLAYS.into(), json.into_bytes()));
    }
    if for_page {
        files.push((PAGE.into(), page::html(result, replays).into_bytes()));
    }
    Ok(files)
}
