//! What of a scenario is not solved at all, whatever its laws.

use super::Builder;
use crate::engine::Span;
use crate::exact::obstacle::Obstacle;
use crate::exact::worth::ALL_PPB;
use crate::model::{Cluster, GuestGroup, Product, StorageKind, Traffic};

/// Notes everything about a service that has no exact answer here.
pub(super) fn check(builder: &mut Builder<'_>) {
    let model = builder.model;
    let service = builder.service;
    let says = [
        (!model.maintenances.is_empty(), "planned work follows the calendar"),
        (!model.injects.is_empty(), "scripted faults follow the calendar"),
        (service.load.is_some(), "its demand changes over the week"),
        (model.has_demands(), "VMs compete for processors"),
        (service.crew.is_some(), "a crew looks after its guests and has to choose whom to help first"),
        (service.host_cluster && service.guest.is_some(), "two layers protect it"),
        (service.has_initiator, "its guests reach their data by themselves"),
        (model.has_parts(builder.id), "its members may be cut off from each other"),
        (
            !model.boots_on.is_empty()
                && model.vms_of(builder.id).any(|vm| model.boots_on[vm.index()] != [None; 2]),
            "its VMs share the bandwidth of their disks while they boot",
        ),
    ];
    for (_, what) in says.iter().filter(|(holds, _)| *holds) {
        builder.refuse(what);
    }
    check_storage(builder);
    check_hosts(builder);
    match &service.guest {
        Some(GuestGroup::Failover(rules)) => {
            let says = [
                (rules.in_place.is_some(), "its application is restarted where it is"),
                (rules.limit.is_some(), "its group may not move too often"),
                (rules.failback.is_some(), "its group goes back to its first node"),
                (rules.votes.is_some() || rules.private_cards, "its nodes vote"),
                (
                    !rules.detection.iter().all(|other| {
                        other.seen.law == rules.detection[0].seen.law
                            && other.confirmed.law == rules.detection[0].confirmed.law
                    }),
                    "its group notices one loss sooner than another",
                ),
                (rules.watches, "its group looks at applications itself"),
            ];
            for (_, what) in says.iter().filter(|(holds, _)| *holds) {
                builder.refuse(what);
            }
        }
        Some(GuestGroup::Balanced { application_aware: false, .. })
            if service.app_crash.is_some() || service.app_hang.is_some() =>
        {
            builder.refuse("a balancer does not see that applications fail");
        }
        _ => {}
    }
}

/// Disks: one storage, at the hosts' site, without copies or controllers of its own.
fn check_storage(builder: &mut Builder<'_>) {
    let model = builder.model;
    let mut storages: Vec<_> = model.vms_of(builder.id).map(|vm| model.vms[vm.index()].storage).collect();
    storages.sort_unstable();
    storages.dedup();
    if storages.len() > 1 {
        builder.refuse("its VMs have their disks on several storages");
    }
    let vms: Vec<usize> = model.vms_of(builder.id).map(|vm| vm.index()).collect();
    let fails = vms.iter().any(|&vm| builder.disk_can_go(vm));
    for storage in storages.into_iter().flatten() {
        let fixed = &model.storages[storage.index()];
        let controllers = fixed.controllers.iter().any(|part| model.parts[part.index()].fault.is_some());
        let elsewhere = vms.iter().any(|&vm| {
            let place = model.hosts[model.vms[vm].host.index()].place;
            fixed.place.is_some_and(|own| own != place)
        });
        let says = [
            (fixed.mirror.is_some() || !fixed.copies.is_empty(), "its disks have a second copy"),
            (
                !model.local_mirrors.is_empty() && fixed.kind == StorageKind::Das,
                "its disks have a second copy",
            ),
            (controllers, "a storage moves from controller to controller"),
            (elsewhere, "its disks stand at another site"),
        ];
        for (_, what) in says.iter().filter(|(holds, _)| *holds) {
            builder.refuse(what);
        }
    }
    if !fails {
        return;
    }
    let service = builder.service;
    // Of no length, a way back does the same as a pause: nothing but memory is lost.
    let way = &service.way_back;
    let at_once = [&way.power_on, &way.boot, &way.start, &way.recover]
        .iter()
        .all(|delay| delay.fixed() == Some(Span::ZERO));
    let apps = service.app_crash.is_some() || service.app_hang.is_some();
    let pauses = service.disk_timeout > Span::ZERO;
    let is_failover = matches!(service.guest, Some(GuestGroup::Failover(_)));
    if pauses && (!at_once || apps || is_failover) {
        builder.refuse("its guests survive an outage of their disks that is shorter than disk_timeout");
    }
    if service.host_cluster {
        builder.refuse("a host cluster reacts to the loss of disks");
    }
    if let Some(GuestGroup::Balanced { carried_ppb, .. }) = &service.guest
        && carried_ppb.get(1).is_some_and(|one| *one < ALL_PPB)
    {
        builder.refuse(
            "members that wait for their disks keep their share, and one alone does not carry everything",
        );
    }
    let per_host = vms.iter().any(|&vm| builder.has_link(vm, Traffic::Storage));
    if per_host && matches!(service.guest, Some(GuestGroup::Balanced { .. })) {
        builder.refuse("members keep their share of clients while they wait for their disks");
    }
}

/// Hosts: their clusters, and what they do beside running VMs.
fn check_hosts(builder: &mut Builder<'_>) {
    let model = builder.model;
    for vm in model.vms_of(builder.id) {
        let vm = &model.vms[vm.index()];
        let host = &model.hosts[vm.host.index()];
        let links = host.parts.iter().any(|part| {
            let part = &model.parts[part.index()];
            matches!(part.kind, crate::model::PartKind::Link(_, Traffic::Storage)) && part.fault.is_some()
        });
        if links && host.storage_paths > 1 && vm.storage.is_some() {
            builder.refuse("a host has several paths to its disks");
        }
        let Some(cluster) = host.cluster.map(|id| &model.clusters[id.index()]) else { continue };
        if !builder.is_clustered() && builder.service.host_cluster {
            check_guests(builder, cluster);
        } else if cluster.restarts && !matches!(cluster.product, Product::Custom { .. }) {
            builder.obstacles.push(Obstacle::Product(cluster.name.clone()));
        } else if builder.service.host_cluster {
            check_cluster(builder, cluster);
        }
    }
}

/// A cluster of which nothing fails but guests: only what it does about those counts.
fn check_guests(builder: &mut Builder<'_>, cluster: &Cluster) {
    let says = [
        (cluster.monitor.is_on(), "its cluster looks after guests"),
        (cluster.migration.is_some(), "its cluster moves VMs alive"),
        (!builder.service.after.is_empty(), "it waits for other services"),
    ];
    for (_, what) in says.iter().filter(|(holds, _)| *holds) {
        builder.refuse(what);
    }
}

/// A cluster that restarts its VMs: nothing but the time to notice may lie between a crash and the order.
fn check_cluster(builder: &mut Builder<'_>, cluster: &Cluster) {
    let model = builder.model;
    let rules = &cluster.restart;
    let zero = |delay: &crate::model::Delay| delay.fixed() == Some(Span::ZERO);
    let says = [
        (model.is_local(builder.instance.first_vm), "its disks are in the host that it started on"),
        (
            !cluster.hosts.iter().all(|&host| model.reaches(host, builder.instance.first_vm)),
            "not every host of its cluster is wired to its disks",
        ),
        (cluster.monitor.is_on(), "its cluster looks after guests"),
        (cluster.needs_manager && cluster.manager.is_some(), "its cluster needs a manager that can fail"),
        (cluster.migration.is_some(), "its cluster moves VMs alive"),
        (rules.start_failure > 0.0, "starts may fail"),
        (!zero(&rules.poll), "its cluster looks for room from time to time"),
        (!builder.service.after.is_empty(), "it waits for other services"),
        (
            cluster.hosts.iter().any(|host| model.hosts[host.index()].hang.is_some()),
            "hosts of its cluster hang",
        ),
    ];
    for (_, what) in says.iter().filter(|(holds, _)| *holds) {
        builder.refuse(what);
    }
    // Every host has room for all of them at once, and nobody waits for anybody's turn.
    let all = || {
        model.vms.iter().filter(|vm| {
            model.hosts[vm.host.index()]
                .cluster
                .is_some_and(|id| model.clusters[id.index()].name == cluster.name)
        })
    };
    let count = all().count();
    let needs = all().map(|vm| model.services[vm.service.index()].need);
    let (memory, cores) = needs.fold((0, 0), |sum, need| (sum.0 + need.memory_mib, sum.1 + need.cores));
    let roomy = cluster.hosts.iter().all(|host| {
        let room = model.hosts[host.index()].room;
        room.memory_mib >= memory && room.cores >= cores
    });
    if !roomy || (count > 1 && (rules.limit_starts() || rules.class_delay > Span::ZERO)) {
        builder.obstacles.push(Obstacle::Room);
    }
}
