//! Arguments, files, terminal, progress, exit codes: the only floor with I/O.
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 internal error or I/O (also a file
//! that is not there: what the machine refuses is 1, what somebody wrote and can mend is 2), 2 wrong usage or
//! scenario, also a goal that nothing meets, 3 a gate that failed or a figure that is too far from its exact answer, 4 a gate or
//! goal that could not be decided, also where there is nothing exact to compare with, 130 interrupted.

mod advise;
mod args;
mod baseline;
mod chart;
mod chart_file;
mod check;
mod data;
mod diff;
mod earlier;
mod explain;
mod faults;
mod gates;
mod help;
mod import;
mod init;
mod input;
mod interrupt;
mod output;
mod profiles;
mod progress;
mod report;
mod result_file;
mod run;
mod schema;
mod shell;
mod size;
mod sweep;
mod target;
mod test;
mod trace;
mod variants;
mod verify;

use std::panic;
use std::process::ExitCode;

use clap::FromArgMatches;

use args::{Arguments, Command};

/// Why a command ended without its result.
#[derive(Debug)]
enum Failure {
    /// The machine's fault: what was tried, and what it said.
    Io(String, std::io::Error),
    /// The user's mistake, told already or told now.
    Usage(String),
    /// Something of ours that went wrong and is not a panic.
    Internal(String),
    /// What was simulated is not what must come out.
    Differs(String),
    /// A question that so many replications cannot answer.
    Undecided(String),
    /// Ctrl-C.
    Interrupted,
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Failure::Io(..) | Failure::Internal(_) => 1,
            Failure::Usage(_) => 2,
            Failure::Differs(_) => 3,
            Failure::Undecided(_) => 4,
            Failure::Interrupted => 130,
        }
    }

    fn tell(&self) {
        match self {
            Failure::Io(what, error) => {
                output::note(&output::harmless(&format!("ninefold: {what}: {error}")));
            }
            Failure::Usage(what)
            | Failure::Internal(what)
            | Failure::Differs(what)
            | Failure::Undecided(what)
                if !what.is_empty() =>
            {
                output::note(&output::harmless(&format!("ninefold: {what}")));
            }
            Failure::Usage(_)
            | Failure::Internal(_)
            | Failure::Differs(_)
            | Failure::Undecided(_)
            | Failure::Interrupted => {}
        }
    }
}

/// Runs the program on the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    panic::set_hook(Box::new(|info| {
        output::note(&format!("ninefold: internal error: {info}"));
        output::note("This is a bug; please report it with the scenario and the line above.");
    }));
    let typed = help::command().try_get_matches().and_then(|typed| Arguments::from_arg_matches(&typed));
    let arguments = match typed {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let result = panic::catch_unwind(|| match &arguments.command {
        Command::Run(run) => run::run(run),
        Command::Advise(advise) => advise::advise(advise),
        Command::Check(check) => check::check(check),
        Command::Size(size) => size::size(size),
        Command::Test(test) => test::test(test),
        Command::Sweep(sweep) => sweep::sweep(sweep),
        Command::Verify(verify) => verify::verify(verify),
        Command::Trace(trace) => trace::trace(trace),
        Command::Chart(chart) => chart::chart(chart),
        Command::Report(report) => report::report(report),
        Command::Import(import) => import::import(import),
        Command::Profiles(profiles) => profiles::profiles(profiles),
        Command::Faults(arguments) => faults::faults(arguments),
        Command::Diff(diff) => diff::diff(diff),
        Command::Explain(explain) => explain::explain(explain),
        Command::Init(init) => init::init(init),
        Command::Schema => schema::schema(),
        Command::Completions(completions) => shell::completions(completions),
        Command::Man(man) => shell::man(man),
    });
    match result {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => {
            interrupt::undo();
            failure.tell();
            ExitCode::from(failure.code())
        }
        Err(_) => {
            interrupt::undo();
            ExitCode::from(1) // The hook has told.
        }
    }
}
