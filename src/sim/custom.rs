//! Any product as one number: a host that is down is missed after its law of detection, and nothing else is watched.
//!
//! No networks, no quorum, no isolation: what the other families look at when a host goes and comes is left out.

use super::{Observer, Simulation};
use crate::engine::Span;
use crate::model::{ClusterId, Delay, HostId, Product};

impl<O: Observer> Simulation<'_, O> {
    pub(super) fn custom_on_host_down(&mut self, host: HostId, detection: &Delay) {
        let downs = self.state.hosts[host.index()].downs;
        let span: Span = self.draw(detection, self.model.hosts[host.index()].streams.detection, downs);
        self.declare_after(host, span);
    }

    pub(super) fn custom_on_host_up(&mut self, cluster: ClusterId, host: HostId) {
        self.state.hosts[host.index()].given_up = false;
        self.state.refresh_room(self.model, host);
        self.retry_waiting(cluster);
    }

    pub(super) fn is_custom(&self, cluster: ClusterId) -> bool {
        matches!(self.model.clusters[cluster.index()].product, Product::Custom { .. })
    }
}
