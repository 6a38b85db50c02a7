//! `ninefold faults`: what a history of failures says.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::{Failure, interrupt, output};
use crate::history::{self, By, Format, History, INSTANTS, Instant, Mistakes, Question, Scale, study};
use crate::report::charts;
use crate::report::clean::visible;
use crate::report::faults as report;

#[derive(Debug, Args)]
pub(super) struct FaultsArguments {
    #[command(subcommand)]
    command: FaultsCommand,
}

#[derive(Debug, Subcommand)]
enum FaultsCommand {
    /// Fit laws to a history: times to failure, times to repair, as TOML for a scenario
    Fit(FitArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Files are read as
  csv           entity,kind,start,end,cause: without a kind all are hosts; no end: still down; neither
                start nor end: watched, and never failed. Instants are seconds, durations such as
                36 h, or dates such as 2024-03-01 08:30 (UTC where no offset is written)
  fta           event_trace.tab of the Failure Trace Archive
  lanl          failures of the machines of Los Alamos, 1996 to 2005
  google-2011, google-2019   machine events of Google's traces
Exponential, Weibull, lognormal and gamma laws are fitted by maximum likelihood; what was not seen to
its end, or not from its beginning, counts as what it is. Give --watched where the history names only
those that failed: who never fails says most about how rare failures are.

Examples:
  ninefold faults fit scenarios/failures.csv --kind host --watched 14
  ninefold faults fit scenarios/failures.csv --by cause --format text
  ninefold faults fit event_trace.tab --from 2004-01-01 --chart quantiles.svg
  ninefold faults fit machine_events.csv --read-as google-2011 --format json")]
struct FitArguments {
    /// The history; `-` reads stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How the file is written [default: as its first row says]
    #[arg(long, value_name = "FORMAT", value_enum)]
    read_as: Option<ReadAs>,
    /// Only this kind of component, such as host (repeatable) [default: each by itself]
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Divide each kind further
    #[arg(long, value_enum)]
    by: Option<Division>,
    /// When the watching began [default: the first date; of durations zero]
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// When it ended [default: the last instant of the file]
    #[arg(long, value_name = "INSTANT")]
    until: Option<String>,
    /// So many were watched, those that the history does not name included
    #[arg(long, value_name = "N", conflicts_with = "by")]
    watched: Option<u64>,
    /// All were new when the watching began [default: somewhere in their lives]
    #[arg(long)]
    new: bool,
    /// Draw the times against the quantiles of the laws: an .svg or .png file
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = FitFormat::Toml)]
    format: FitFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReadAs {
    Csv,
    Fta,
    Lanl,
    #[value(name = "google-2011")]
    Google2011,
    #[value(name = "google-2019")]
    Google2019,
}

impl ReadAs {
    fn format(self) -> Format {
        match self {
            ReadAs::Csv => Format::Csv,
            ReadAs::Fta => Format::FailureTraceArchive,
            ReadAs::Lanl => Format::Lanl,
            ReadAs::Google2011 => Format::Google2011,
            ReadAs::Google2019 => Format::Google2019,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Division {
    /// Each cause by itself
    Cause,
    /// Those whose names differ only in the number at their end
    EntityStem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FitFormat {
    Text,
    Json,
    Toml,
}

/// More is no log but a mistake, and fills the memory.
const BYTES_MAX: u64 = 1 << 30;
/// Watched components that are no slip of the keyboard.
const WATCHED_MAX: u64 = 10_000_000;

pub(super) fn faults(arguments: &FaultsArguments) -> Result<(), Failure> {
    let FaultsCommand::Fit(fit) = &arguments.command;
    self::fit(fit)
}

fn fit(arguments: &FitArguments) -> Result<(), Failure> {
    let chart = arguments.chart.as_deref().map(format_of).transpose()?;
    let (name, text) = content(&arguments.file)?;
    let history = history::read(&text, arguments.read_as.map(ReadAs::format))
        .map_err(|mistakes| refused(&name, &mistakes))?;
    let question = question(arguments, &history)?;
    let groups = study(&history, &question);
    if groups.is_empty() {
        let what = format!("{}: nothing was watched between --from and --until", visible(&name));
        return Err(Failure::Usage(what));
    }
    if let (Some(path), Some(format)) = (&arguments.chart, chart) {
        let bytes = charts::draw_fits(&groups, format)
            .map_err(|error| Failure::Internal(format!("cannot draw: {error}")))?;
        interrupt::writing(|| output::write_all(Path::new(""), &[(path.clone(), bytes)]))?;
    }
    output::print(&match arguments.format {
        FitFormat::Text => report::text(&groups),
        FitFormat::Toml => report::toml(&groups),
        FitFormat::Json => report::json(&groups)
            .map_err(|error| Failure::Internal(format!("cannot write the fits as JSON: {error}")))?,
    })?;
    if let Some(path) = &arguments.chart {
        output::note(&format!("drew {}", visible(&path.display().to_string())));
    }
    Ok(())
}

/// What a chart is written as, by the name of its file.
fn format_of(path: &Path) -> Result<charts::Format, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("svg") => Ok(charts::Format::Svg),
        Some("png") => Ok(charts::Format::Png),
        _ => Err(Failure::Usage(format!(
            "--chart {}: charts are SVG or PNG: let the name end in .svg or .png",
            visible(&path.display().to_string())
        ))),
    }
}

/// The name of a history for messages, and its text.
fn content(file: &Path) -> Result<(String, String), Failure> {
    let name = if file == Path::new("-") { "<stdin>".to_owned() } else { file.display().to_string() };
    let shown = visible(&name);
    let cannot = |error| Failure::Io(format!("cannot read {shown}"), error);
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(cannot)?;
    } else {
        let file = fs::File::open(file).map_err(cannot)?;
        file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(cannot)?;
    }
    if bytes.len() as u64 > BYTES_MAX {
        return Err(Failure::Usage(format!("{shown} has more than {} MiB: split it", BYTES_MAX >> 20)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let before = &error.as_bytes()[..at];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(Failure::Usage(format!("{shown}: line {line} is not UTF-8: save the file as UTF-8 text")))
        }
    }
}

/// Every mistake with its place.
fn refused(name: &str, mistakes: &Mistakes) -> Failure {
    for mistake in &mistakes.list {
        let place = format!("{name}:{}:{}", mistake.line, mistake.column);
        output::note(&visible(&format!("{place}: error: {}: {}", mistake.what, mistake.remedy)));
    }
    if mistakes.more > 0 {
        output::note(&format!("{} more mistakes are not shown: mend these first", mistakes.more));
    }
    let count = mistakes.count();
    let plural = if count == 1 { "" } else { "s" };
    Failure::Usage(format!("{}: {count} error{plural}; nothing was fitted", visible(name)))
}

/// What is asked, with everything that is wrong with it.
fn question(arguments: &FitArguments, history: &History) -> Result<Question, Failure> {
    let mut wrong = Vec::new();
    let mut instant = |option: &str, text: &Option<String>| -> Option<Instant> {
        let text = text.as_ref()?;
        match history::instant(text) {
            Some((scale, at)) if scale == history.scale => Some(at),
            Some(_) => {
                let asked = match history.scale {
                    Scale::Dates => "the history has dates: write one",
                    Scale::Elapsed => "the history has no dates: write seconds or a duration such as 36 h",
                };
                wrong.push(format!("{option} {}: {asked}", visible(text)));
                None
            }
            None => {
                wrong.push(format!("{option} {}: no instant: write {INSTANTS}", visible(text)));
                None
            }
        }
    };
    let from = instant("--from", &arguments.from);
    let until = instant("--until", &arguments.until);
    if from.unwrap_or(history.begins()) >= until.unwrap_or(history.last) && wrong.is_empty() {
        wrong.push("the watching ends before it begins: say with --from and --until when it was".to_owned());
    }
    let kinds: Vec<String> = arguments.kind.iter().map(|kind| kind.to_lowercase()).collect();
    let mut known: Vec<&str> = history.entities.iter().map(|entity| entity.kind.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    for kind in kinds.iter().filter(|kind| !known.contains(&kind.as_str())) {
        let known: Vec<String> = known.iter().map(|kind| visible(kind)).collect();
        wrong.push(format!("--kind {}: the history has {}", visible(kind), known.join(", ")));
    }
    if let Some(watched) = arguments.watched {
        let named = history.entities.iter().filter(|e| kinds.is_empty() || kinds.contains(&e.kind)).count();
        if kinds.len() > 1 || (kinds.is_empty() && known.len() > 1) {
            wrong.push(format!("--watched {watched}: of which kind? say it with one --kind"));
        } else if watched < named as u64 {
            wrong.push(format!("--watched {watched}: the history names {named} already"));
        } else if watched > WATCHED_MAX {
            wrong.push(format!("--watched {watched}: at most {WATCHED_MAX}"));
        }
    }
    if !wrong.is_empty() {
        return Err(Failure::Usage(wrong.join("\nninefold: ")));
    }
    let by = match arguments.by {
        None => By::Kind,
        Some(Division::Cause) => By::Cause,
        Some(Division::EntityStem) => By::EntityStem,
    };
    Ok(Question { kinds, by, from, until, watched: arguments.watched, all_new: arguments.new })
}
