//! What users type, as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::baseline::BaselineArguments;
use super::check::CheckArguments;
use super::diff::DiffArguments;
use super::explain::ExplainArguments;
use super::faults::FaultsArguments;
use super::init::InitArguments;
use super::shell::{CompletionsArguments, ManArguments};
use super::test::TestArguments;

/// Simulates high availability in virtualized datacenters: which strategy loses how much, and what it costs.
#[derive(Debug, Parser)]
#[command(name = "ninefold", version, about, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Simulate every strategy of a scenario, compare them, write the results
    Run(RunArguments),
    /// Read, validate and lint a scenario; print what the defaults became
    Check(CheckArguments),
    /// Ask the gates of scenarios, for a pipeline: pass, fail or undecided
    Test(TestArguments),
    /// Propose a strategy for every service, say why, and simulate it beside those of the scenario
    Advise(AdviseArguments),
    /// Simulate every variant of a grid of values, on the same failures, and compare them
    Sweep(SweepArguments),
    /// Find the smallest value of a key that meets a goal, such as the fewest hosts
    Size(SizeArguments),
    /// Hold simulated means against exact answers, where the scenario has such; say why elsewhere
    Verify(VerifyArguments),
    /// Replay one replication and print its timeline
    Trace(TraceArguments),
    /// Redraw the charts of an earlier run
    Chart(ChartArguments),
    /// Write the page of an earlier run: one HTML file with everything on it
    Report(super::report::ReportArguments),
    /// Make a scenario of what another program has exported: RVTools, Proxmox VE
    Import(super::import::ImportArguments),
    /// List the products that cluster hosts, with their numbers and what each stands on
    Profiles(ProfilesArguments),
    /// Fit laws to a history of failures
    Faults(FaultsArguments),
    /// Say what differs between two scenarios, and what that does to downtime
    Diff(DiffArguments),
    /// Say what a code such as E017 means, with an example and its mended form
    Explain(ExplainArguments),
    /// Write a scenario to begin with, every key explained
    Init(InitArguments),
    /// Print the JSON schema by which editors complete and check scenarios
    Schema,
    /// Print what a shell completes the program's commands and options by
    Completions(CompletionsArguments),
    /// Print the manual page
    Man(ManArguments),
}

#[derive(Debug, Args)]
pub(super) struct ProfilesArguments {
    /// Print this product as TOML to paste and change
    #[arg(value_name = "PRODUCT")]
    pub name: Option<String>,
}

/// A scenario and what is laid over it.
#[derive(Debug, Args)]
pub(super) struct ScenarioArguments {
    /// The scenario; `-` reads stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Override a key of the scenario, e.g. host.esx.count=30 (repeatable)
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
}

/// How much is simulated, and by how many threads.
#[derive(Debug, Args)]
pub(super) struct SimulationArguments {
    /// Replications, in place of the scenario's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub replications: Option<u64>,
    /// Measured time of one replication, e.g. "1 y"
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    pub horizon: Option<String>,
    /// Seed of all randomness
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Threads [default: as many as the machine has]; never changes a result
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// Simulate only this strategy (repeatable)
    #[arg(long, value_name = "NAME")]
    pub strategy: Vec<String>,
    #[command(flatten)]
    pub simulation: SimulationArguments,
    /// Folder for the results [default: results/<file stem>]; an interrupted run spares a complete
    /// result that is there and goes to DIR/interrupted
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Stop as soon as every downtime is known that well, e.g. "5 %"; --replications is the most then
    #[arg(long, value_name = "PART", allow_hyphen_values = true)]
    pub precision: Option<String>,
    /// Start no more replications after so long, e.g. "90 s"; what has started is finished and counted
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    pub time_limit: Option<String>,
    #[command(flatten)]
    pub baseline: BaselineArguments,
    /// Write the charts as PNG too
    #[arg(long)]
    pub png: bool,
    /// Write a page too, report.html: one file with charts, timelines and every assumption
    #[arg(long)]
    pub html: bool,
    /// No progress, no list of files; warnings are told all the same
    #[arg(long, short)]
    pub quiet: bool,
    /// Tell on stderr where the time went
    #[arg(long)]
    pub timing: bool,
}

#[derive(Debug, Args)]
pub(super) struct AdviseArguments {
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    #[command(flatten)]
    pub simulation: SimulationArguments,
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// No progress; warnings are told all the same
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The grid is the product of all keys that have several values. Of --set, a value is
  20..32, 20..32..4        an inclusive range, and its step
  30 s..90 s..15 s         the same with a unit
  [\"none\", { policy = \"failures\", tolerate = 1 }]   a list
or one value, as with run. Quote it: --set 'host.esx.count=20..32'")]
pub(super) struct SweepArguments {
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// Tell of this service (repeatable) [default: of all of them together]
    #[arg(long, value_name = "NAME")]
    pub service: Vec<String>,
    /// Simulate only this strategy (repeatable)
    #[arg(long, value_name = "NAME")]
    pub strategy: Vec<String>,
    #[command(flatten)]
    pub simulation: SimulationArguments,
    /// Folder for the results [default: results/<file stem>-sweep]
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = SweepFormat::Text)]
    pub format: SweepFormat,
    /// Write the chart as PNG too
    #[arg(long)]
    pub png: bool,
    /// No progress, no list of files; warnings are told all the same
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
A goal is [pNN] SERVICE.METRIC OPERATOR VALUE:
  mail.availability >= 99.95 %    p95 all.downtime <= 4 h/y
  mail.downtime <= 26 min/y       web.outages <= 2/y
Metrics are availability, downtime, degraded, lost, outages, longest_outage and recovery_point; all or
* is each service. chance of mail.downtime > 1 h/y <= 1 % is p99 mail.downtime <= 1 h/y.
One key of --set has several values (20..32, or a list), in the order in which they become better.
--replications is the most that one value is simulated: few where it is clear.")]
pub(super) struct SizeArguments {
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// What is to be met (repeatable: all of them)
    #[arg(long, value_name = "GOAL", required = true, allow_hyphen_values = true)]
    pub goal: Vec<String>,
    /// How sure each answer is to be
    #[arg(long, value_name = "SHARE", default_value = "95 %")]
    pub confidence: String,
    /// Only for this strategy (repeatable) [default: an answer for each]
    #[arg(long, value_name = "NAME")]
    pub strategy: Vec<String>,
    #[command(flatten)]
    pub simulation: SimulationArguments,
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = SizeFormat::Text)]
    pub format: SizeFormat,
    /// No progress; warnings are told all the same
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SizeFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exact answers are those of Markov chains: of services whose faults, repairs and ways back are all
exponential or Erlang (gamma of a whole shape), or take no time. z is how many standard errors the simulated mean is above the
exact one. Exit code 0: every figure that could be judged is within 4 (a little more with few
replications); 3: one is not; 4: none could be judged.")]
pub(super) struct VerifyArguments {
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// Verify only this strategy (repeatable)
    #[arg(long, value_name = "NAME")]
    pub strategy: Vec<String>,
    #[command(flatten)]
    pub simulation: SimulationArguments,
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = VerifyFormat::Text)]
    pub format: VerifyFormat,
    /// No progress; warnings are told all the same
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum VerifyFormat {
    Text,
    Csv,
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ninefold trace scenarios/san-diego.toml --strategy combined --replication 7
  ninefold trace scenarios/san-diego.toml --strategy combined --worst mail --replications 20 --explain
  ninefold trace scenarios/san-diego.toml --strategy combined --format jsonl")]
pub(super) struct TraceArguments {
    #[command(flatten)]
    pub scenario: ScenarioArguments,
    /// The strategy [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub strategy: Option<String>,
    /// The replication, counted from 0 [default: 0]
    #[arg(long, value_name = "K", conflicts_with = "worst")]
    pub replication: Option<u32>,
    /// The replication in which this service is down longest, of as many as a run has
    #[arg(long, value_name = "SERVICE")]
    pub worst: Option<String>,
    /// Tell what each step stands on: settings, with their values and the facts behind them
    #[arg(long, conflicts_with = "format")]
    pub explain: bool,
    /// Draw who was out when as well: an .svg or .png file
    #[arg(long, value_name = "FILE")]
    pub chart: Option<PathBuf>,
    /// A story for people, a line for each signal, or one JSON object a line
    #[arg(long, value_enum, default_value_t = TraceFormat::Text)]
    pub format: TraceFormat,
    #[command(flatten)]
    pub simulation: SimulationArguments,
    /// No progress
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub(super) struct ChartArguments {
    /// A result.json, or the folder it lies in
    #[arg(value_name = "RESULT")]
    pub result: PathBuf,
    /// Folder for the charts [default: charts/ beside the result]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Draw PNG in place of SVG
    #[arg(long)]
    pub png: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Markdown,
    Csv,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SweepFormat {
    Text,
    Csv,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TraceFormat {
    Text,
    Lines,
    Jsonl,
}
