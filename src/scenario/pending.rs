//! What the format describes and this version does not simulate yet. Each is one function here,
//! so that the day it is simulated is the day its function goes.

use super::code;
use super::fields::{At, Reader};

impl Reader {
    fn pending(&mut self, at: &At<'_>, what: &str, remedy: &str) {
        self.report(code::NOT_SIMULATED, at, format!("{what} not simulated yet"), remedy);
    }

    pub(super) fn pending_admission(&mut self, at: &At<'_>) {
        self.pending(at, "admission control is", "leave it out or write admission = \"none\"");
    }

    pub(super) fn pending_controller(&mut self, at: &At<'_>) {
        self.pending(at, "controller faults of storage are", "leave it out or write outage = FAULT");
    }

    pub(super) fn pending_hang(&mut self, at: &At<'_>) {
        self.pending(at, "hangs of a host are", "leave it out or write crash = FAULT");
    }

    pub(super) fn pending_private_link(&mut self, at: &At<'_>) {
        self.pending(at, "faults of the private link are", "leave it out");
    }

    pub(super) fn pending_manager(&mut self, at: &At<'_>) {
        self.pending(at, "outages of a cluster's manager are", "leave it out");
    }

    pub(super) fn pending_guest_patching(&mut self, at: &At<'_>) {
        self.pending(at, "maintenance of services is", "write hosts = [\"…\"]");
    }
}
