//! `ninefold init`: a scenario to begin with.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};

use super::output::{self, File};
use super::target::{self, Target, folder_of};
use super::{Failure, interrupt};
use crate::scenario::profiles::{GUEST_PROFILES, PROFILES, Product};
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
    /// What clusters the hosts; `ninefold profiles PRODUCT` tells of each
    #[arg(long, default_value = "vsphere-8", value_parser = products())]
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
    let name = output::shown(&arguments.file);
    let shown = if is_stdout { "scenario.toml" } else { &name };
    let text = starter::starter(kind, product, shown);
    if is_stdout {
        return output::print(&text);
    }
    if arguments.file.file_name().is_none() {
        return Err(Failure::Usage(format!("{name} is no name of a file: give one such as scenario.toml")));
    }
    if target::is_taken(&arguments.file) && !arguments.force {
        return Err(Failure::Usage(format!(
            "{name} is there already: give another name, or --force to overwrite it"
        )));
    }
    let mut files: Vec<File> = vec![(arguments.file.clone(), text.into_bytes())];
    let beside = folder_of(&arguments.file).join(SCHEMA);
    // No editor opens what is no file. Somebody's own schema, or that of an earlier version, stays as it is.
    let is_file = matches!(Target::of(&arguments.file), Ok(Target::File(_)));
    if is_file && (arguments.force || !beside.exists()) {
        files.push((beside, crate::scenario::schema().into_bytes()));
    }
    interrupt::writing(|| output::write_all(Path::new(""), &files))?;
    let beside = if files.len() > 1 {
        format!(", and {SCHEMA} beside it, by which editors complete and check")
    } else {
        String::new()
    };
    output::note(&format!("wrote {name}{beside}\nnext: ninefold check {name}"));
    Ok(())
}

/// Whether a scenario can begin with it: `custom` clusters hosts by a single law that nobody else can know.
fn is_offered(word: &str) -> bool {
    word != Product::CUSTOM.word()
}

/// The products, for the help and for shells; others that people know of are told why not.
fn products() -> PossibleValuesParser {
    let hosts =
        PROFILES.iter().map(|profile| PossibleValue::new(profile.word).hide(!is_offered(profile.word)));
    let mut values: Vec<PossibleValue> = hosts.collect();
    for guest in GUEST_PROFILES.iter().filter(|guest| Product::find(guest.word).is_none()) {
        values.push(PossibleValue::new(guest.word).hide(true));
    }
    PossibleValuesParser::new(values)
}

fn product(word: &str) -> Result<Product, Failure> {
    let found = Product::find(word).filter(|product| is_offered(product.word()));
    found.ok_or_else(|| {
        let known: Vec<&str> =
            PROFILES.iter().map(|profile| profile.word).filter(|word| is_offered(word)).collect();
        let why = if word == Product::CUSTOM.word() {
            "it has no numbers of its own to begin with"
        } else {
            "it clusters guests, not hosts: see --kind guest-cluster"
        };
        Failure::Usage(format!("--product {word}: {why}; init takes {}", known.join(", ")))
    })
}
