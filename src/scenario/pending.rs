//! What the format describes and this version does not simulate yet. Each is one function here,
//! so that the day it is simulated is the day its function goes.

use super::code;
use super::fields::{At, Reader};

impl Reader {
    fn pending(&mut self, at: &At<'_>, what: &str, remedy: &str) {
        self.report(code::NOT_SIMULATED, at, format!("{what} not simulated yet"), remedy);
    }

    pub(super) fn pending_guest_patching(&mut self, at: &At<'_>) {
        self.pending(at, "maintenance of services is", "write hosts = [\"…\"]");
    }
}
