//! `ninefold completions` and `ninefold man`: what a shell and `man` know of the program.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use super::output::{self, File};
use super::{Failure, help, interrupt};

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell that completes
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Write a page for the program and one for each command, nested ones too, into this folder [default: the program's goes to stdout]
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

pub(super) fn completions(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    clap_complete::generate(arguments.shell, &mut help::command(), "ninefold", &mut bytes);
    output::print(&text(bytes)?)
}

pub(super) fn man(arguments: &ManArguments) -> Result<(), Failure> {
    let mut command = help::command();
    let Some(folder) = &arguments.out else { return output::print(&text(page(command)?)?) };
    // Names of commands, and where they are used, are known once it is built.
    command.build();
    let mut files: Vec<File> = Vec::new();
    add_pages(&command, &mut files)?;
    interrupt::writing(|| output::write_all(folder, &files))?;
    output::note(&format!("wrote {}: {} pages", output::shown(folder), files.len()));
    Ok(())
}

/// The page of a command and those of the commands in it, whose names stand in its own.
fn add_pages(command: &Command, files: &mut Vec<File>) -> Result<(), Failure> {
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        add_pages(inner, files)?;
    }
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    files.push((PathBuf::from(format!("{name}.1")), page(command.clone())?));
    Ok(())
}

fn page(command: Command) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let cannot = |error| Failure::Io("cannot make the page".into(), error);
    Man::new(command).render(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| Failure::Internal(error.to_string()))
}
