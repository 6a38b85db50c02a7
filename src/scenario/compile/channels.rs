//! Which VMs share a bandwidth while they boot (STO-18): those with disks on one storage, or in one host.

use std::collections::BTreeMap;

use super::super::describe::rate_text;
use super::super::fixed::limits;
use super::super::{Issue, Spec, code, text};
use crate::model::{Channel, ChannelId, HostId, Mirror, Model, StorageId, StorageKind, Vm};

/// A VM, and one of the two copies of its disks.
type User = (usize, usize);

/// Gives each VM its channel. Local disks are each host's own, and a VM on them never leaves its host. Where all VMs
/// of a bandwidth want no more than there is, none of them ever slows another, and there is no channel.
pub(super) fn share(spec: &Spec, strategy: usize, model: &mut Model, issues: &mut Vec<Issue>) {
    let mut users: BTreeMap<(StorageId, Option<HostId>), Vec<User>> = BTreeMap::new();
    for (number, vm) in model.vms.iter().enumerate() {
        for (copy, storage, host) in copies(model, vm) {
            let fixed = &spec.storages[storage.index()];
            let local = fixed.kind == StorageKind::Das;
            if fixed.bandwidth.is_some() && (host.is_some() || !local) {
                users.entry((storage, host.filter(|_| local))).or_default().push((number, copy));
            }
        }
    }
    for ((storage, _), vms) in users {
        let written = spec.storages[storage.index()].bandwidth.unwrap_or(f64::MAX);
        let bandwidth = written.round().max(1.0) as u64;
        let wants = |(vm, _): &User| model.services[model.vms[*vm].service.index()].boot_io;
        let channel =
            Channel { storage, bandwidth, vms: vms.len() as u32, most: vms.iter().map(wants).sum() };
        if channel.most <= bandwidth {
            continue;
        }
        if channel.worst() > limits::BOOT_STORM {
            issues.push(too_narrow(spec, strategy, &channel));
        }
        let id = ChannelId(model.channels.len() as u32);
        model.channels.push(channel);
        model.boots_on.resize(model.vms.len(), [None; 2]);
        for (vm, copy) in vms {
            model.boots_on[vm][copy] = Some(id);
            let service = model.vms[vm].service;
            model.services[service.index()].is_alone = false;
        }
    }
}

/// The storages on which a VM's disks can be, numbered, each with the host in which local disks are then.
fn copies(model: &Model, vm: &Vm) -> impl Iterator<Item = (usize, StorageId, Option<HostId>)> {
    let first = vm.storage;
    let mirror = first.and_then(|storage| model.storages[storage.index()].mirror.as_ref());
    // Only local disks have partners.
    let partner = |mirror: &Mirror| mirror.partners.get(vm.host.index()).copied().flatten();
    let second = mirror.map(|mirror| (1, mirror.to, partner(mirror)));
    first.map(|storage| (0, storage, Some(vm.host))).into_iter().chain(second)
}

fn too_narrow(spec: &Spec, strategy: usize, channel: &Channel) -> Issue {
    let storage = &spec.storages[channel.storage.index()];
    let what = format!(
        "{} that boot at once under strategy {} want {}, {:.1e} times as much as there is",
        text::count(u64::from(channel.vms), "VM", "VMs"),
        text::quote(&spec.strategies[strategy].name),
        rate_text(channel.most as f64),
        channel.worst()
    );
    let path = text::join(&text::join("storage", &storage.name), "bandwidth");
    spec.issue(code::LIMIT, storage.mark, path, what, "raise the bandwidth, or lower boot_io")
}
