//! Planned work that shuts VMs down although their cluster could move them.

use crate::scenario::code;
use crate::scenario::fields::Reader;
use crate::scenario::spec::{Maintenance, Spec};
use crate::scenario::text::{join, list};

use super::settings::Use;

impl Reader {
    /// MTX-81, MTX-82: a product that moves VMs cannot where their hosts have no link for it.
    pub(super) fn links_check(&mut self, spec: &Spec, work: &Maintenance, uses: &[Vec<Use>]) {
        let path = join("maintenance", &work.name);
        let moves = |u: &Use| {
            u.clustered && u.plan.values.contains_key("migration") && u.plan.word("migration") != "off"
        };
        let mut without: Vec<&str> = Vec::new();
        for (cluster, uses) in spec.clusters.iter().zip(uses) {
            if !uses.iter().any(moves) {
                continue;
            }
            let inside = |group: usize| cluster.hosts.iter().any(|host| host.group == group);
            for host in &work.hosts {
                let group = &spec.hosts[host.group];
                let unread = self.doubts(&join(&join("host", &group.name), "migration"));
                if inside(host.group)
                    && group.migration.is_none()
                    && !unread
                    && !without.contains(&&*group.name)
                {
                    without.push(&group.name);
                }
            }
        }
        if without.is_empty() || self.doubts(&path) {
            return;
        }
        let what = format!(
            "the VMs on {} are shut down for it, since these hosts have no migration link (MTX-81)",
            list(without.iter().copied())
        );
        let remedy =
            "give their hosts migration = \"10 Gbit/s\", or write migration = \"off\" in their cluster";
        self.sink.push(code::SHUT_DOWN, work.mark, join(&path, "hosts"), what, remedy);
    }
}
