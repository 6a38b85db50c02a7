//! Exports of RVTools, the inventory of a vSphere that most architects have: a workbook, or a folder of CSV files, of
//! any generation, and with sheets and columns missing.
//!
//! - [`Export`]: the bytes, and which file is which sheet.
//! - `aliases`: what columns are called.
//! - `archive`, `separated`: a `.zip` of CSV files, and one of these.
//! - `sheet`: rows and cells; `words` and `numbers` in them. `clusters`, `hosts`, `datastores`, `vms`: what is made of one
//!   sheet each.
//! - `place`: where something is; names are told apart by it. `homes`: on which host each VM runs.
//!
//! Only vInfo is needed, with names and sizes. What other sheets would have said is assumed, and marked as such: no vHost,
//! no sizes of hosts; no vCluster, no settings of HA; no vDatastore, one array under each cluster.
//!
//! Not read: reservations, limits and shares (a VM takes here what it is configured with), networks, distributed switches,
//! rules that bind VMs to hosts, Fault Tolerance (counted), and the load of a moment (vCPU, vMemory).

mod aliases;
mod archive;
mod cluster_rows;
mod clusters;
mod datastores;
mod export;
mod homes;
mod hosts;
mod numbers;
mod place;
mod separated;
mod sheet;
mod sizes;
mod vms;
mod words;

pub use export::{Export, sheet_of_file};

use super::trouble::Trouble;
use super::{Inventory, Problem, overcommit};

/// The inventory in an export, or everything that is wrong with it.
///
/// ```
/// use ninefold::inventory::rvtools::{Export, read};
/// let vinfo = b"VM;Powerstate;CPUs;Memory;Cluster;Host\nweb01;poweredOn;2;4096;Prod;esx1\nold;poweredOff;1;1024;Prod;esx1";
/// let vhost = b"Host;Cluster;# Cores;# Memory\nesx1;Prod;16;65536\nesx2;Prod;16;65536\n";
/// let files = [("RVTools_tabvInfo.csv", &vinfo[..]), ("RVTools_tabvHost.csv", &vhost[..])];
/// let files = files.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()));
/// let inventory = read(&Export::Files(files.into())).unwrap();
/// assert_eq!((inventory.hosts.len(), inventory.vms.len()), (2, 1));
/// assert_eq!(inventory.left_out, [("VMs that are powered off".to_owned(), 1)]);
/// ```
pub fn read(export: &Export) -> Result<Inventory, Vec<Problem>> {
    let mut trouble = Trouble::default();
    let sheets = export::sheets(export, &mut trouble);
    let [vinfo, vhost, vcluster, vdatastore] = sheets.found;
    let Some(vinfo) = vinfo else {
        // Whoever has not found it has said so: there are problems.
        return Err(trouble.end().err().unwrap_or_default());
    };
    let mut inventory = Inventory::of("RVTools", "rvtools", vms::says(&vinfo));
    for sheet in [Some(&vinfo), vhost.as_ref(), vcluster.as_ref(), vdatastore.as_ref()].into_iter().flatten()
    {
        inventory.read.push(format!("{} of sheet {}", rows(sheet.rows.len()), sheet.sheet.name));
    }
    inventory.remarks.extend(sheets.remarks);
    let running = vms::running(&vinfo, &mut inventory, &mut trouble);
    let listed = match vhost.as_ref().filter(|vhost| !vhost.rows.is_empty()) {
        Some(vhost) => hosts::listed(vhost, &running, &mut inventory, &mut trouble),
        None => {
            let why = if vhost.is_some() { "sheet vHost lists none" } else { "there is no sheet vHost" };
            let remark = format!("{why}: hosts are those that run VMs, and their sizes are assumed");
            inventory.remarks.push(remark);
            hosts::Listed { found: hosts::of_vms(&running), ..hosts::Listed::default() }
        }
    };
    if running.is_empty() {
        let remedy = "export a vSphere in which VMs are powered on";
        trouble.add("sheet vInfo", "no VM in it runs", remedy);
    } else if listed.found.is_empty() {
        let remedy = "add sheet vHost, or column Host to vInfo";
        trouble.add("the export", "it has no hosts: no row of vHost, and no column Host in vInfo", remedy);
    }
    trouble.end()?;
    hosts::add(&listed.found, &mut inventory);
    let homes = homes::placed(&running, &listed.found, &mut inventory);
    let defaults = clusters::read(vcluster.as_ref(), &listed, &running, &homes, &mut inventory);
    sizes::assume(&defaults, &running, &homes, &mut inventory);
    let places: Vec<&place::Place> = listed.found.iter().map(|host| &host.place).collect();
    let on = datastores::read(vdatastore.as_ref(), &running, &homes, &places, &mut inventory);
    vms::add(running, &homes, &on, &defaults, &mut inventory);
    overcommit::refuse(&inventory)?;
    Ok(inventory)
}

fn rows(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}
