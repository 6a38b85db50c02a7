//! `ninefold import`: from what another program has exported to a scenario.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::output::shown;
use super::{Failure, output, target};
use crate::inventory::rvtools::{self, Export};
use crate::inventory::{self, Grouping, Inventory, Problem, proxmox};
use crate::report::clean::visible;
use crate::scenario::limits;

#[derive(Debug, Args)]
#[command(after_help = SAYS)]
pub(super) struct ImportArguments {
    #[command(subcommand)]
    from: Origin,
}

#[derive(Debug, Subcommand)]
enum Origin {
    /// A vSphere, from an export of RVTools: its workbook (.xlsx), or the folder or .zip of its CSV files
    Rvtools(Reading),
    /// A Proxmox VE cluster, from `pvesh get /cluster/resources --output-format json`; `-` reads stdin
    Proxmox(Reading),
}

const SAYS: &str = "\
The scenario says of every value which sheet it comes from, or ASSUMED and why: an export knows no
failure rates, repair times or boot times. What was read, left out and assumed goes to stderr.
`ninefold check` tells what the scenario means, `run` and `advise` what it comes to.";

#[derive(Debug, Args)]
#[command(after_help = SAYS)]
struct Reading {
    /// The export
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The scenario to write [default: stdout]; a file that is there is kept unless --force
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a scenario that is there
    #[arg(long, requires = "out")]
    force: bool,
    /// What VMs of one service have in common, besides cluster, size, priority, isolation response and storage
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = GroupBy::Stem)]
    group_by: GroupBy,
    /// No summary
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GroupBy {
    /// Names that differ only in the number at their end
    Stem,
    /// Folders
    Folder,
    /// Resource pools; of Proxmox, pools
    ResourcePool,
    /// vApps
    Vapp,
    /// Nothing more
    Size,
    /// Everything: each VM is a service of its own
    None,
}

impl GroupBy {
    fn grouping(self) -> Grouping {
        match self {
            GroupBy::Stem => Grouping::Stem,
            GroupBy::Folder => Grouping::Folder,
            GroupBy::ResourcePool => Grouping::ResourcePool,
            GroupBy::Vapp => Grouping::Vapp,
            GroupBy::Size => Grouping::Size,
            GroupBy::None => Grouping::None,
        }
    }
}

/// Bytes of one file of an export; as much is not read by mistake.
const FILE_BYTES_MAX: u64 = 1 << 30;

pub(super) fn import(arguments: &ImportArguments) -> Result<(), Failure> {
    let (reading, found) = match &arguments.from {
        Origin::Rvtools(reading) => (reading, rvtools(&reading.file)?),
        Origin::Proxmox(reading) => (reading, proxmox::read(&bytes(&reading.file)?)),
    };
    let inventory = found.map_err(|problems| refused(&reading.file, &problems))?;
    write(reading, &inventory)
}

fn write(reading: &Reading, inventory: &Inventory) -> Result<(), Failure> {
    let imported = inventory::scenario(inventory, reading.group_by.grouping());
    if imported.text.len() > limits::TEXT_BYTES {
        let most = limits::TEXT_BYTES >> 20;
        let what = format!(
            "{}: the scenario would have more than {most} MiB, the most that one may have; let more VMs share a service, such as with \
             --group-by size",
            shown(&reading.file)
        );
        return Err(Failure::Usage(what));
    }
    match &reading.out {
        Some(out) => {
            if target::is_taken(out) && !reading.force {
                let what = format!(
                    "{} is there already; give another name to -o, or --force to write over it",
                    shown(out)
                );
                return Err(Failure::Usage(what));
            }
            if out.file_name().is_none() {
                return Err(Failure::Usage(format!(
                    "{} is no file; give a name to -o, such as dc.toml",
                    shown(out)
                )));
            }
            output::write_all(Path::new(""), &[(out.clone(), imported.text.into_bytes())])?;
        }
        None => output::print(&imported.text)?,
    }
    if !reading.quiet {
        for line in &imported.summary {
            output::note(&visible(line));
        }
        if let Some(out) = &reading.out {
            let out = shown(out);
            output::note(&format!("wrote {out}; next: ninefold check {out}, ninefold run {out}"));
        }
    }
    Ok(())
}

/// Tells everything that is wrong.
fn refused(file: &Path, problems: &[Problem]) -> Failure {
    for problem in problems {
        let line = format!("error: {}: {}: {}", file.display(), problem.place, problem.what);
        output::note(&visible(&line));
        output::note(&visible(&format!("  help: {}", problem.remedy)));
    }
    let count = problems.len();
    let errors = if count == 1 { "1 error".to_owned() } else { format!("{count} errors") };
    Failure::Usage(format!("{}: {errors}; nothing was imported", shown(file)))
}

/// A folder of CSV files, one of them, or a workbook.
fn rvtools(path: &Path) -> Result<Result<Inventory, Vec<Problem>>, Failure> {
    let export = if path.is_dir() {
        let cannot = |error| Failure::Io(format!("cannot read {}", shown(path)), error);
        let mut files = Vec::new();
        for entry in std::fs::read_dir(path).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if rvtools::sheet_of_file(&name).is_some() {
                files.push((name, bytes(&entry.path())?));
            }
        }
        // A folder has no order of its own.
        files.sort();
        Export::Files(files)
    } else if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv")) {
        // Whatever it is called: who gives one file means vInfo.
        let name =
            path.file_name().map_or_else(String::new, |name| OsStr::to_string_lossy(name).into_owned());
        let name = if rvtools::sheet_of_file(&name).is_some() { name } else { "vInfo.csv".to_owned() };
        Export::Files(vec![(name, bytes(path)?)])
    } else {
        Export::Workbook(bytes(path)?)
    };
    Ok(rvtools::read(&export))
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        Failure::Io(format!("cannot read {}: give the path of an export", shown(path)), error)
    })?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let most = FILE_BYTES_MAX >> 30;
        return Err(Failure::Usage(format!(
            "{} has more than {most} GiB; export fewer VMs at a time",
            shown(path)
        )));
    }
    Ok(bytes)
}
