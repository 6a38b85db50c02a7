//! What must hold between tables.
use crate::scenario::fields::Reader;
use crate::scenario::names::{HostNames, Names};
use crate::scenario::spec::Spec;
impl Reader {
    pub(super) fn check(&mut self, _spec: &Spec, _hosts: &HostNames<'_>, _services: &Names) {}
}
