//! What clients have under way on each VM.

use super::{GroupPhase, MemberPhase, State, VmPhase};
use crate::engine::Time;
use crate::model::{GuestGroup, Model, OpenWork, VmId};

/// By VM; empty where no service says how many sessions it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionState {
    pub open: OpenWork,
    /// Since when clients get no answer from an application that is up; [`Time::NEVER`] while they do.
    pub cut_since: Time,
}

impl Default for SessionState {
    fn default() -> SessionState {
        SessionState { open: OpenWork::NONE, cut_since: Time::NEVER }
    }
}

impl State {
    /// Only an application that is up has clients, and an instance has no more than it says.
    pub(super) fn check_sessions(&self, model: &Model) {
        if self.sessions.is_empty() {
            return;
        }
        for (number, instance) in model.instances.iter().enumerate() {
            let service = &model.services[instance.service.index()];
            let (mut sessions, mut transactions) = (0, 0);
            for vm in model.vms_of(crate::model::InstanceId(number as u32)) {
                let row = &self.sessions[vm.index()];
                // Of one that drains the row says how many there were when that began.
                let drains = self.members.get(vm.index()).is_some_and(|m| m.phase == MemberPhase::Draining);
                sessions += if drains { 0 } else { u64::from(row.open.sessions) };
                transactions += u64::from(row.open.transactions);
                let up = self.vms[vm.index()].phase == VmPhase::Up;
                assert!(row.open.is_none() || up, "{}: clients of what is not up", instance.name);
                assert!(
                    row.open.is_none() || self.is_owner(model, vm),
                    "{}: clients of a standby",
                    instance.name
                );
            }
            let within = sessions <= u64::from(service.work.sessions)
                && transactions <= u64::from(service.work.transactions);
            assert!(within, "{}: {sessions} sessions, {transactions} transactions", instance.name);
        }
    }

    /// Whether a VM is the one that clients of its instance are sent to, or one of those.
    fn is_owner(&self, model: &Model, vm: VmId) -> bool {
        let instance = model.vms[vm.index()].instance;
        let group = self.instances[instance.index()].group;
        let owner = model.instances[instance.index()].first_vm.0 + u32::from(group.owner);
        !matches!(model.service_of(vm).guest, Some(GuestGroup::Failover(_)))
            || (owner == vm.0 && group.phase != GroupPhase::TakingOver)
    }
}
