//! What a datacenter has, as an export of another program tells it, and the scenario that follows from it.
//!
//! A reader turns the bytes of an export into an [`Inventory`]: [`rvtools`] those of vSphere, [`proxmox`] those of
//! Proxmox VE. [`scenario`] turns any inventory into the text of a scenario, so that one more reader is one more file.
//! Every value carries where it comes from: a sheet of the export, or an assumption with its reason. The text says both.
//!
//! This floor stands beside `scenario` and does not see it: what it makes is text, which is then read like any other
//! scenario, with all of its checks. Nothing here opens a file; bytes come in and text goes out.
//!
//! Names from outside are data. They become names of a scenario in [`names`], and stand in comments and texts only as
//! [`names::shown`] and [`names::quoted`] write them.
//!
//! ```
//! use ninefold::inventory::{Grouping, proxmox, scenario};
//! let json = br#"[
//!   {"type": "node", "node": "pve1", "maxcpu": 16, "maxmem": 68719476736},
//!   {"type": "node", "node": "pve2", "maxcpu": 16, "maxmem": 68719476736},
//!   {"type": "qemu", "name": "web-01", "node": "pve1", "status": "running", "maxcpu": 2, "maxmem": 4294967296,
//!    "hastate": "started"},
//!   {"type": "qemu", "name": "web-02", "node": "pve2", "status": "running", "maxcpu": 2, "maxmem": 4294967296,
//!    "hastate": "started"}
//! ]"#;
//! let inventory = proxmox::read(json).unwrap();
//! let imported = scenario(&inventory, Grouping::Stem);
//! assert!(imported.text.contains("[service.web]\ninstances = 2"));
//! ```

pub mod names;
mod overcommit;
mod plan;
pub mod proxmox;
pub mod rvtools;
mod summary;
mod trouble;
mod write;

use std::collections::BTreeSet;

pub use plan::Grouping;
pub use trouble::Problem;
pub use write::{Imported, scenario};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The export: which sheet, and what of it.
    Export(String),
    /// Nothing in the export says it: why it is as it is.
    Assumed(String),
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<T> {
    pub value: T,
    pub source: Source,
}

impl<T> Told<T> {
    /// The export says it.
    pub fn by(tab: impl Into<String>, value: T) -> Told<T> {
        Told { value, source: Source::Export(tab.into()) }
    }

    /// Nobody says it.
    pub fn assumed(why: impl Into<String>, value: T) -> Told<T> {
        Told { value, source: Source::Assumed(why.into()) }
    }
}

/// Where what is said of all VMs comes from.
#[derive(Clone, Debug)]
pub struct Says {
    pub size: Source,
    pub host: Source,
    pub priority: Source,
}

/// All that a reader has found.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// The program that has written the export.
    pub origin: &'static str,
    /// What to type to import from it.
    pub command: &'static str,
    pub says: Says,
    pub datacenters: Vec<String>,
    pub clusters: Vec<Cluster>,
    pub hosts: Vec<Host>,
    pub arrays: Vec<Array>,
    /// Those that run.
    pub vms: Vec<Vm>,
    /// What was read, such as "132 rows of vInfo".
    pub read: Vec<String>,
    /// What was left out, and how much of it; nothing that is not there.
    pub left_out: Vec<(String, u64)>,
    /// What else somebody who trusts the scenario should know.
    pub remarks: Vec<String>,
}

impl Inventory {
    /// Nothing yet, of a program.
    #[must_use]
    pub fn of(origin: &'static str, command: &'static str, says: Says) -> Inventory {
        Inventory {
            origin,
            command,
            says,
            datacenters: Vec::new(),
            clusters: Vec::new(),
            hosts: Vec::new(),
            arrays: Vec::new(),
            vms: Vec::new(),
            read: Vec::new(),
            left_out: Vec::new(),
            remarks: Vec::new(),
        }
    }
}

/// Hosts under one product.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub name: String,
    /// Where it is, in words of plain characters, if others are called like it.
    pub whereabouts: Option<String>,
    pub product: Told<&'static str>,
    /// Whether it restarts what a host took with it.
    pub restarts: Told<bool>,
    /// Failed hosts for which it keeps room; 0: none.
    pub failover_level: Told<u32>,
    /// Further settings: key, value as TOML, and why.
    pub settings: Vec<(&'static str, Told<String>)>,
}

/// A host.
#[derive(Clone, Debug)]
pub struct Host {
    pub name: String,
    /// By position; none where it stands alone.
    pub cluster: Option<usize>,
    pub datacenter: Option<usize>,
    pub fault_domain: Option<String>,
    pub cores: Told<u64>,
    pub memory_mib: Told<u64>,
    pub cpu: Option<String>,
    /// Whether VMs can leave it, and come to it, while they run.
    pub migrates: bool,
}

/// Disks that fail together.
#[derive(Clone, Debug)]
pub struct Array {
    /// What a name is made of.
    pub label: String,
    pub kind: Told<&'static str>,
    /// What the export calls its parts.
    pub datastores: Vec<String>,
    pub hosts: BTreeSet<usize>,
    /// Where the hosts come from.
    pub reach: Source,
}

/// Who is restarted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    Lowest,
    Low,
    Medium,
    High,
    Highest,
}

impl Priority {
    /// Its word in a scenario.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Priority::Lowest => "lowest",
            Priority::Low => "low",
            Priority::Medium => "medium",
            Priority::High => "high",
            Priority::Highest => "highest",
        }
    }
}

/// A VM that runs.
#[derive(Clone, Debug)]
pub struct Vm {
    pub name: Box<str>,
    pub host: usize,
    /// Whether the export says on which host it runs.
    pub host_is_told: bool,
    pub cores: u64,
    pub memory_mib: u64,
    pub priority: Priority,
    /// Whether its cluster restarts it at all.
    pub is_restarted: bool,
    /// What its host does about it when that is alone, where it is not what the cluster says.
    pub isolation_response: Option<Told<&'static str>>,
    /// By position.
    pub array: Option<usize>,
    pub folder: Box<str>,
    pub resource_pool: Box<str>,
    pub vapp: Box<str>,
    /// The rule that keeps it apart from others, by its name.
    pub apart: Option<Box<str>>,
}
