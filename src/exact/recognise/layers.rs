//! The layer that looks after the VMs, their own laws, and the hosts and parts that come into play.

use super::Builder;
use crate::exact::obstacle::Obstacle;
use crate::exact::plant::{Layer, Source, Stages, VmLaws};
use crate::model::{Delay, Domain, Fault, GuestGroup, HostId, Loss, PartId, Product};

impl Builder<'_> {
    /// Who looks after the VMs of the instance.
    pub(super) fn layer(&mut self) -> Layer {
        let of = format!("service {}", self.service.name);
        match &self.service.guest {
            None if self.is_clustered() => self.restarted(),
            None => Layer::Alone,
            Some(GuestGroup::Balanced { detection, convergence, join, carried_ppb, .. }) => {
                for (delay, what) in [(detection, "detection"), (convergence, "convergence"), (join, "join")]
                {
                    if !Stages::of(&delay.law).is_some_and(|stages| stages.is_none()) {
                        let law = delay.law.to_string();
                        let obstacle = Obstacle::Window { of: of.clone(), what, law };
                        self.obstacles.push(obstacle);
                    }
                }
                Layer::Balanced { carried_ppb: carried_ppb.clone() }
            }
            Some(GuestGroup::Failover(rules)) => {
                let found = &rules.detection[Loss::Node as usize];
                let mut sum = |laws: &[&Delay], what| {
                    laws.iter().fold(Stages::default(), |sum, law| sum.then(self.stages(law, what, &of)))
                };
                let detection = sum(&[&found.seen, &found.confirmed], "detection");
                let parts = &rules.takeover;
                let takeover = sum(&[&parts.disk, &parts.address, &parts.start, &parts.recover], "takeover");
                let by_hand = match rules.coverage < 1.0 {
                    true => sum(&[&rules.manual_recovery], "recovery by hand"),
                    false => Stages::default(),
                };
                Layer::Failover { detection, takeover, coverage: rules.coverage, by_hand }
            }
        }
    }

    fn restarted(&mut self) -> Layer {
        let vm = &self.model.vms[self.instance.first_vm.index()];
        let cluster = self.model.hosts[vm.host.index()].cluster;
        let Some(cluster) = cluster.map(|id| &self.model.clusters[id.index()]) else { return Layer::Alone };
        let Product::Custom { detection } = &cluster.product else { return Layer::Alone };
        let of = format!("cluster {}", cluster.name);
        let detection = self.stages(detection, "detection", &of);
        if detection.rates.len() > 1 {
            self.refuse("a detection in stages that may begin anew before it ends");
        }
        Layer::Restarted { detection }
    }

    fn fault(&mut self, fault: Option<&Fault>, what: &str) -> Option<Source> {
        let of = format!("{what} of service {}", self.service.name);
        fault.map(|fault| self.source(fault, &of))
    }

    /// What a VM takes to come back, as far as it ever has to.
    pub(super) fn vm_laws(&mut self) -> VmLaws {
        let service = self.service;
        let of = format!("service {}", service.name);
        let guest = self.fault(service.guest_crash.as_ref(), "guest_crash");
        let crash = self.fault(service.app_crash.as_ref(), "app_crash");
        let hang = self.fault(service.app_hang.as_ref(), "app_hang");
        let apps: Vec<Source> = crash.into_iter().chain(hang).collect();
        let way = &service.way_back;
        let is_failover = matches!(service.guest, Some(GuestGroup::Failover(_)));
        let boots = guest.is_some() || self.can_stop();
        let mut law = |needed: bool, delay, what| match needed {
            true => self.stages(delay, what, &of),
            false => Stages::default(),
        };
        let power_on = law(boots, &way.power_on, "power_on");
        let boot = law(boots, &way.boot, "boot");
        let starts = (boots || !apps.is_empty()) && !is_failover;
        let start = law(starts, &way.start, "start");
        let recover = law(starts, &way.recover, "recover");
        VmLaws { power_on, boot, start: start.then(recover), guest, apps }
    }

    /// Whether hosts or disks of the instance can be away, so that its VMs stop.
    fn can_stop(&self) -> bool {
        let model = self.model;
        model.vms_of(self.id).any(|vm| {
            let id = model.vms[vm.index()].host;
            let host = &model.hosts[id.index()];
            let feeds = |domain: &&Domain| domain.hosts.contains(&id);
            host.crash.is_some()
                || host.hang.is_some()
                || model.domains.iter().filter(feeds).any(|domain| self.fails(domain.part))
                || self.disk_can_go(vm.index())
        })
    }

    /// The hosts that the VMs are on, or may come to.
    pub(super) fn add_units(&mut self) {
        let model = self.model;
        if self.is_clustered() {
            let vm = &model.vms[self.instance.first_vm.index()];
            let Some(cluster) = model.hosts[vm.host.index()].cluster else { return };
            let mut hosts = model.clusters[cluster.index()].hosts.clone();
            // It begins on the first.
            hosts.sort_by_key(|&host| (host != vm.host, host.0));
            for host in hosts {
                self.add_unit(host, vm.storage, true);
            }
            let alike = self.units.iter().all(|unit| unit.1 == self.units[0].1);
            if !alike {
                self.refuse("the hosts of its cluster differ, and it matters which of them restarts it");
            }
            return;
        }
        for vm in model.vms_of(self.id) {
            let row = &model.vms[vm.index()];
            self.add_unit(row.host, row.storage, true);
        }
    }

    /// Adds everything else that the crews look after, until nothing is new.
    pub(super) fn close_over_crews(&mut self) {
        let model = self.model;
        let mut done = Vec::new();
        while let Some(&crew) = self.crew_numbers.keys().find(|crew| !done.contains(*crew)) {
            done.push(crew);
            if model.services.iter().any(|service| service.crew.is_some_and(|other| other.0 == crew)) {
                self.refuse("a crew that repairs what it stands on also mends guests");
            }
            for number in 0..model.hosts.len() as u32 {
                let (id, host) = (HostId(number), &model.hosts[number as usize]);
                let fails = host.crash.is_some() || host.hang.is_some();
                let known = self.units.iter().any(|unit| unit.0 == id);
                if fails && !known && host.crew.is_some_and(|other| other.0 == crew) {
                    self.add_unit(id, None, false);
                }
            }
            for number in 0..model.parts.len() as u32 {
                let (id, part) = (PartId(number), &model.parts[number as usize]);
                if part.fault.is_none() || part.crew.is_none_or(|other| other.0 != crew) {
                    continue;
                }
                if part.kind.host().is_some() {
                    if !self.is_known_link(id) {
                        self.refuse("a crew also repairs links or agents of hosts that do not matter to it");
                    }
                } else {
                    self.part(id);
                }
            }
        }
    }

    /// Whether a part is a link that is already in the plant.
    fn is_known_link(&self, id: PartId) -> bool {
        let part = &self.model.parts[id.index()];
        let crate::model::PartKind::Link(host, traffic) = part.kind else { return false };
        let unit = self.units.iter().find(|unit| unit.0 == host);
        unit.is_some_and(|unit| unit.1.links.iter().any(|link| link.traffic == traffic))
    }
}
