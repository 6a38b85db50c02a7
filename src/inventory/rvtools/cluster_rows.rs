//! Which row of vCluster is whose.
//!
//! vCluster says on which server a cluster is and what it is called, but not in which datacenter. Where a server has
//! several clusters of one name, the number of hosts decides as far as it can.

use std::collections::{BTreeMap, BTreeSet};

use super::place::{Fit, Place};
use super::sheet::{Row, Rows};
use crate::inventory::names::shown;
use crate::inventory::trouble::Trouble;

/// A cluster that has hosts.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) place: &'a Place,
    pub(super) name: &'a str,
    /// Its hosts, with those that are left out.
    pub(super) hosts: u64,
}

/// What vCluster has of them.
#[derive(Debug, Default)]
pub(super) struct Matched<'a> {
    /// Of each cluster the row.
    pub(super) rows: Vec<Option<&'a Row>>,
    /// Clusters of the sheet that have no hosts.
    pub(super) without_hosts: u64,
    /// Names of clusters whose row nothing decides: they have the first.
    pub(super) undecided: BTreeSet<&'a str>,
}

pub(super) fn matched<'a>(sheet: &'a Rows, wanted: &[Wanted<'a>]) -> Matched<'a> {
    let mut by_name: BTreeMap<&str, Vec<&'a Row>> = BTreeMap::new();
    for row in &sheet.rows {
        by_name.entry(sheet.text(row, "Name")).or_default().push(row);
    }
    let server = |row: &Row| sheet.text(row, "VI SDK Server").to_lowercase();
    let mut alike: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (number, cluster) in wanted.iter().enumerate() {
        alike.entry((cluster.place.server.as_str(), cluster.name)).or_default().push(number);
    }
    let mut matched = Matched { rows: vec![None; wanted.len()], ..Matched::default() };
    for ((of_server, name), clusters) in &alike {
        let of_name = by_name.get(name).map_or(&[][..], Vec::as_slice);
        let fit = |row: &Row| Fit::of(&server(row), of_server);
        let best = of_name.iter().map(|row| fit(row)).max().filter(|best| *best != Fit::Differs);
        let rows: Vec<&'a Row> = of_name.iter().filter(|row| Some(fit(row)) == best).copied().collect();
        let hosts: Vec<u64> = clusters.iter().map(|&cluster| wanted[cluster].hosts).collect();
        let (of_each, is_decided) = dealt(sheet, &rows, &hosts);
        if !is_decided {
            matched.undecided.insert(wanted[clusters[0]].name);
        }
        for (&cluster, row) in clusters.iter().zip(of_each) {
            matched.rows[cluster] = row;
        }
    }
    let mut idle = BTreeSet::new();
    for (name, rows) in by_name {
        for server in rows.into_iter().map(server) {
            let is_it = |(of_server, of_name): &(&str, &str)| {
                *of_name == name && Fit::of(of_server, &server) != Fit::Differs
            };
            if !alike.keys().any(is_it) {
                idle.insert((name, server));
            }
        }
    }
    matched.without_hosts = idle.len() as u64;
    matched
}

/// Rows for clusters of one name and server, of which the numbers of hosts are known; and whether that decides it.
fn dealt<'a>(sheet: &Rows, rows: &[&'a Row], hosts: &[u64]) -> (Vec<Option<&'a Row>>, bool) {
    let mut dealt = vec![None; hosts.len()];
    let mut left: Vec<&'a Row> = rows.to_vec();
    let mut open: Vec<usize> = Vec::new();
    // Merged exports may have the same row twice.
    let are_alike = |rows: &[&Row]| rows.windows(2).all(|pair| sheet.are_alike(pair[0], pair[1]));
    for size in hosts.iter().copied().collect::<BTreeSet<u64>>() {
        let members = (0..hosts.len()).filter(|&cluster| hosts[cluster] == size);
        let says_so = |row: &&Row| sheet.whole(row, "NumHosts", &mut Trouble::default()) == Some(size);
        let exact: Vec<&'a Row> = rows.iter().filter(|row| says_so(row)).copied().collect();
        if !exact.is_empty() && exact.len() >= members.clone().count() && are_alike(&exact) {
            members.for_each(|cluster| dealt[cluster] = exact.first().copied());
            left.retain(|row| !says_so(row));
        } else {
            open.extend(members);
        }
    }
    // One that is left has what is left, whatever it says of the number: the other sheets may not have all hosts.
    let is_decided = open.is_empty() || left.is_empty() || (open.len() == 1 && are_alike(&left));
    open.into_iter().for_each(|cluster| dealt[cluster] = left.first().copied());
    (dealt, is_decided)
}

/// What to say of clusters whose row nothing decides.
pub(super) fn remark(undecided: &BTreeSet<&str>) -> String {
    const TOLD: usize = 5;
    let names: Vec<String> = undecided.iter().take(TOLD).map(|name| format!("\"{}\"", shown(name))).collect();
    let more = if undecided.len() > TOLD { ", ..." } else { "" };
    format!(
        "names that several clusters of one server have, or several rows of vCluster, which does not say in which datacenter \
         they are, and whose number of hosts does not decide: {} ({}{more}); each has the settings of the first such row",
        undecided.len(),
        names.join(", ")
    )
}
