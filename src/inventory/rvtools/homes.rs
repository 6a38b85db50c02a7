//! The host of each VM: the one that its row names, or else the emptiest of its cluster.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::hosts::Found;
use super::place::{Fit, Place};
use super::vms::Running;
use crate::inventory::Inventory;

/// Where a VM runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home {
    pub(super) host: usize,
    /// Whether the export says it.
    pub(super) is_told: bool,
}

/// The host of each VM: as its row says, or the one with the fewest megabytes in its cluster.
pub(super) fn placed(running: &[Running<'_>], found: &[Found], inventory: &mut Inventory) -> Vec<Home> {
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, host) in found.iter().enumerate() {
        by_name.entry(host.name.to_lowercase()).or_default().push(number);
    }
    let told = |vm: &Running<'_>| nearest(vm, by_name.get(&vm.host.to_lowercase())?, found);
    let mut homes: Vec<Option<Home>> =
        running.iter().map(|vm| told(vm).map(|host| Home { host, is_told: true })).collect();
    let mut used = vec![0; found.len()];
    for (vm, home) in running.iter().zip(&homes) {
        if let Some(home) = home {
            used[home.host] += vm.memory_mib;
        }
    }
    let mut rooms = Rooms::of(found, &used);
    let mut unlisted: u64 = 0;
    for (vm, home) in running.iter().zip(&mut homes).filter(|(_, home)| home.is_none()) {
        unlisted += u64::from(!vm.host.is_empty());
        *home = rooms.emptiest(vm).map(|host| Home { host, is_told: false });
    }
    if unlisted > 0 {
        let remark = format!(
            "VMs on hosts that vHost does not list: {unlisted}; each is on the emptiest host of its cluster"
        );
        inventory.remarks.push(remark);
    }
    // There is a host, so every VM has found one.
    homes.into_iter().map(|home| home.unwrap_or(Home { host: 0, is_told: false })).collect()
}

/// Of hosts that are called alike the one that the VM means: never that of another server; that of its datacenter and of
/// its cluster before others, which it may have been in before.
fn nearest(vm: &Running<'_>, alike: &[usize], found: &[Found]) -> Option<usize> {
    let fit = |host: usize| {
        let (server, datacenter) = found[host].place.fit(&vm.place)?;
        Some((server, datacenter, Fit::of(&found[host].cluster, vm.cluster)))
    };
    let fits = alike.iter().filter_map(|&host| Some((Reverse(fit(host)?), host)));
    fits.min_by_key(|(fit, _)| *fit).map(|(_, host)| host)
}

/// Hosts of one cluster, by what is used of them.
struct Room<'a> {
    place: &'a Place,
    cluster: &'a str,
    hosts: BTreeSet<(u64, usize)>,
}

struct Rooms<'a> {
    rooms: Vec<Room<'a>>,
    /// The rooms that VMs of a place and cluster may be in.
    known: BTreeMap<(Place, String), Vec<usize>>,
}

impl<'a> Rooms<'a> {
    fn of(found: &'a [Found], used: &[u64]) -> Rooms<'a> {
        let mut numbers = BTreeMap::new();
        let mut rooms: Vec<Room<'a>> = Vec::new();
        for (number, host) in found.iter().enumerate() {
            let (place, cluster) = (&host.place, host.cluster.as_str());
            let room = *numbers.entry((place, cluster)).or_insert(rooms.len());
            if room == rooms.len() {
                rooms.push(Room { place, cluster, hosts: BTreeSet::new() });
            }
            rooms[room].hosts.insert((used[number], number));
        }
        Rooms { rooms, known: BTreeMap::new() }
    }

    /// The emptiest host where a VM may be, which it fills.
    fn emptiest(&mut self, vm: &Running<'_>) -> Option<usize> {
        let rooms = &self.rooms;
        let scope = self
            .known
            .entry((vm.place.clone(), vm.cluster.to_owned()))
            .or_insert_with(|| scope(rooms, &vm.place, vm.cluster));
        let (room, first) = scope
            .iter()
            .filter_map(|&room| Some((room, *rooms[room].hosts.first()?)))
            .min_by_key(|(_, first)| *first)?;
        let hosts = &mut self.rooms[room].hosts;
        hosts.remove(&first);
        hosts.insert((first.0 + vm.memory_mib, first.1));
        Some(first.1)
    }
}

/// The narrowest choice that there is: its cluster, its datacenter, its server, everywhere.
fn scope(rooms: &[Room<'_>], place: &Place, cluster: &str) -> Vec<usize> {
    let narrowest: [&dyn Fn(&Room<'_>) -> bool; 5] = [
        &|room| room.cluster == cluster && room.place.may_be(place),
        &|room| room.cluster == cluster && room.place.fit(place).is_some(),
        &|room| room.place.may_be(place),
        &|room| room.place.fit(place).is_some(),
        &|_| true,
    ];
    let of = |is_inside: &dyn Fn(&Room<'_>) -> bool| -> Vec<usize> {
        (0..rooms.len()).filter(|&room| is_inside(&rooms[room])).collect()
    };
    narrowest.into_iter().map(of).find(|scope| !scope.is_empty()).unwrap_or_default()
}
