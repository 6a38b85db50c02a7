//! What a run that was interrupted does to the results of an earlier one.
//!
//! Whoever has waited for a run to its end does not want to lose it to the beginning of another one: an
//! interrupted run takes the place of an earlier result only where that one was interrupted too, and sooner.
//! Else it goes into a folder beside the files of the earlier one; unless that holds more of the same run already, the same
//! scenario with the same seed and version: then nothing is written. A run that comes to its end takes the place
//! of anything: that is what was asked for.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::output::shown;
use crate::report::result::ScenarioId;

/// The folder in that of the results.
const FOLDER: &str = "interrupted";

/// What says whose replications these are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run<'a> {
    pub version: &'a str,
    pub sha256: &'a str,
    pub seed: u64,
    /// The strategies that were asked for.
    pub selection: &'a [String],
}

/// The result that a folder holds already.
struct Earlier {
    replications: u64,
    complete: bool,
    head: Option<Head>,
}

#[derive(Deserialize)]
struct Head {
    replications: u64,
    replications_asked: u64,
    version: String,
    scenario: ScenarioId,
    seed: u64,
    #[serde(default)]
    selection: Vec<String>,
}

impl Earlier {
    fn of(file: &Path) -> Option<Earlier> {
        let text = std::fs::read_to_string(file);
        match text.as_deref().map(serde_json::from_str::<Head>) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Ok(Ok(head)) => Some(Earlier {
                replications: head.replications,
                complete: head.replications >= head.replications_asked,
                head: Some(head),
            }),
            // Of what cannot be read nobody knows what it is worth.
            Err(_) | Ok(Err(_)) => Some(Earlier { replications: 0, complete: true, head: None }),
        }
    }

    fn outranks(&self, replications: u64) -> bool {
        self.complete || self.replications > replications
    }

    fn is_more_of(&self, run: &Run<'_>, replications: u64) -> bool {
        let is_same = |head: &Head| {
            let (version, sha256) = (&*head.version, &*head.scenario.sha256);
            let selection = &head.selection;
            Run { version, sha256, seed: head.seed, selection } == *run
        };
        self.replications > replications && self.head.as_ref().is_some_and(is_same)
    }
}

/// Where so many replications of an interrupted run go whose result is that file of a folder; `None`: nowhere.
pub(super) fn place(folder: &Path, file: &str, run: &Run<'_>, replications: u64) -> Option<PathBuf> {
    let is_spared = Earlier::of(&folder.join(file)).is_some_and(|earlier| earlier.outranks(replications));
    if !is_spared {
        return Some(folder.to_path_buf());
    }
    let beside = folder.join(FOLDER);
    let has_more = Earlier::of(&beside.join(file)).is_some_and(|there| there.is_more_of(run, replications));
    (!has_more).then_some(beside)
}

/// The end of a sentence about finished replications.
pub(super) fn told(folder: &Path, place: Option<&Path>) -> String {
    let earlier = format!("the earlier results in {} stay as they are", shown(folder));
    match place {
        Some(place) if place == folder => format!("are in the results in {}", shown(folder)),
        Some(place) => format!("are in {}; {earlier}", shown(place)),
        None => format!(
            "are not written, since {} has more of the same run; {earlier}",
            shown(&folder.join(FOLDER))
        ),
    }
}
