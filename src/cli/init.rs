//! `ninefold init`: a scenario to begin with.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::{self, File};
use super::{Failure, interrupt};
use crate::report::clean;
use crate::scenario::profiles::{PROFILES, Product};
use crate::scenario::starter::{self, Kind};

/// Beside the scenario: its first line leads editors there.
const SCHEMA: &str = "ninefold.schema.json";

#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// Where it goes; `-` prints it
    #[arg(value_name = "FILE", default_value = "scenario.toml")]
    pub file: PathBuf,
    /// What kind of datacenter it is
    #[arg(long, value_enum, default_value_t = KindOfStart::Cluster)]
    pub kind: KindOfStart,
    /// What clusters the hosts; `ninefold profiles` lists them
    #[arg(long, default_value = "vsphere-8")]
    pub product: String,
    /// Overwrite what is there
    #[arg(long)]
    pub force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum KindOfStart {
    /// One service on two hosts
    TwoHosts,
    /// A cluster of hosts with three kinds of services
    Cluster,
    /// Two sites with mirrored storage
    TwoSites,
    /// A database and web servers, clustered inside their guests
    GuestCluster,
}

impl KindOfStart {
    fn kind(self) -> Kind {
        match self {
            KindOfStart::TwoHosts => Kind::TwoHosts,
            KindOfStart::Cluster => Kind::Cluster,
            KindOfStart::TwoSites => Kind::TwoSites,
            KindOfStart::GuestCluster => Kind::GuestCluster,
        }
    }
}

pub(super) fn init(arguments: &InitArguments) -> Result<(), Failure> {
    let product = product(&arguments.product)?;
    let kind = arguments.kind.kind();
    if let Some(why) = starter::objection(kind, product) {
        return Err(Failure::Usage(why));
    }
    let is_stdout = arguments.file == Path::new("-");
    let name = clean::visible(&arguments.file.display().to_string());
    let shown = if is_stdout { "scenario.toml" } else { &name };
    let text = starter::starter(kind, product, shown);
    if is_stdout {
        return output::print(&text);
    }
    let (folder, file) = parts(&arguments.file)?;
    if arguments.file.exists() && !arguments.force {
        return Err(Failure::Usage(format!(
            "{name} is there already: give another name, or --force to overwrite it"
        )));
    }
    let mut files: Vec<File> = vec![(file, text.into_bytes())];
    // Somebody's own schema, or that of an earlier version, stays as it is.
    if arguments.force || !folder.join(SCHEMA).exists() {
        files.push((PathBuf::from(SCHEMA), crate::scenario::schema().into_bytes()));
    }
    interrupt::writing(|| output::write_all(folder, &files))?;
    let beside = if files.len() > 1 {
        format!(", and {SCHEMA} beside it, by which editors complete and check")
    } else {
        String::new()
    };
    output::note(&format!("wrote {name}{beside}\nnext: ninefold check {name}"));
    Ok(())
}

/// The folder and the name of a file.
fn parts(file: &Path) -> Result<(&Path, PathBuf), Failure> {
    let name = file.file_name().map(PathBuf::from);
    let name = name.ok_or_else(|| Failure::Usage(format!("{} is no name of a file", file.display())))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok((folder.unwrap_or(Path::new(".")), name))
}

fn product(word: &str) -> Result<Product, Failure> {
    let found = Product::find(word).filter(|product| *product != Product::CUSTOM);
    found.ok_or_else(|| {
        let known: Vec<&str> =
            PROFILES.iter().map(|p| p.word).filter(|word| *word != Product::CUSTOM.word()).collect();
        Failure::Usage(format!("--product {word}: known are {}", known.join(", ")))
    })
}
