//! Which members of a balanced group hear each other, and which clients reach whom, where sites are cut off.
//!
//! Members beat over the client network of their hosts; one whose own link is cut is a matter of its own. Assumption: an
//! instance has as many clients at a place as it had members there at the start, an equal part each, and who stands at one
//! place reaches those to whom the client network leads from there.

use crate::model::{InstanceId, Model, PlaceId, Traffic, VmId, Way};

use super::{InstanceState, MemberPhase, Parting, State};

/// How clients and members get from place to place.
const CLIENT: Way = Way::Network(Traffic::Client);
/// The most members of a group.
pub const MEMBERS_MAX: usize = 32;

/// By member of an instance, the lowest member that the client network leads to from where it is.
pub type Sides = [u8; MEMBERS_MAX];

impl State {
    /// Where a member is, or where it was at the start while it is not in the group.
    fn place_of_member(&self, model: &Model, vm: VmId) -> PlaceId {
        let here = self.vms[vm.index()].host().filter(|_| self.is_member(vm));
        model.hosts[here.unwrap_or(model.vms[vm.index()].host).index()].place
    }

    /// Who is on one side with whom.
    #[must_use]
    pub fn sides_of_members(&self, model: &Model, instance: InstanceId) -> Sides {
        let mut sides: Sides = std::array::from_fn(|member| member as u8);
        let count = model.instances[instance.index()].vms as usize;
        for (number, a) in model.vms_of(instance).enumerate() {
            for (before, b) in model.vms_of(instance).enumerate().take(number) {
                let places = (self.place_of_member(model, a), self.place_of_member(model, b));
                if sides[number] != sides[before] && self.is_open(model, CLIENT, places.0, places.1) {
                    let (high, low) = (sides[number].max(sides[before]), sides[number].min(sides[before]));
                    sides[..count].iter_mut().filter(|side| **side == high).for_each(|side| *side = low);
                }
            }
        }
        sides
    }

    /// The side that the clients of one member's place at the start are on, if there is any.
    fn side_of_clients(&self, model: &Model, instance: InstanceId, sides: &Sides, of: VmId) -> Option<u8> {
        let place = model.hosts[model.vms[of.index()].host.index()].place;
        let mut members = model.vms_of(instance).zip(sides);
        let reached = |vm: VmId| self.is_open(model, CLIENT, place, self.place_of_member(model, vm));
        members.find(|(vm, _)| reached(*vm)).map(|(_, side)| *side)
    }

    /// Whether all members that are in the group, and all of its clients, are on one side and have agreed.
    #[must_use]
    pub fn is_whole(&self, model: &Model, instance: InstanceId, sides: &Sides) -> bool {
        let members = || model.vms_of(instance).zip(sides).filter(|(vm, _)| self.is_member(*vm));
        let clients = model.vms_of(instance).map(|vm| self.side_of_clients(model, instance, sides, vm));
        let first = members().next().map(|(vm, side)| (*side, self.members[vm.index()].part));
        first.is_none_or(|(side, part)| {
            members().all(|(vm, other)| *other == side && self.members[vm.index()].part == part)
                && clients.into_iter().all(|other| other == Some(side))
        })
    }

    /// Whether those who are in the group have agreed with all whom they hear, and with nobody else.
    #[must_use]
    pub fn have_agreed(&self, model: &Model, instance: InstanceId, sides: &Sides) -> bool {
        let same = |a: bool, b: bool| a == b;
        self.all_pairs(model, instance, sides, same)
    }

    /// Whether some have agreed with others whom they do not hear.
    #[must_use]
    pub fn is_divided(&self, model: &Model, instance: InstanceId, sides: &Sides) -> bool {
        let within = |hears: bool, agrees: bool| hears || !agrees;
        !self.all_pairs(model, instance, sides, within)
    }

    fn all_pairs(
        &self,
        model: &Model,
        instance: InstanceId,
        sides: &Sides,
        fits: impl Fn(bool, bool) -> bool,
    ) -> bool {
        let members = || model.vms_of(instance).zip(sides).filter(|(vm, _)| self.is_member(*vm));
        let part = |vm: VmId| self.members[vm.index()].part;
        members().all(|(a, one)| members().all(|(b, other)| fits(one == other, part(a) == part(b))))
    }

    fn is_member(&self, vm: VmId) -> bool {
        self.members[vm.index()].phase == MemberPhase::Converged
    }

    /// What a group that is split serves, in billionths of its clients: on each side what `carried` says that its members
    /// can carry, as far as there are clients, less the clients there whom nobody answers.
    ///
    /// Whoever hears a client answers it if the client falls to it among those with whom it has agreed (NLB-10), so that
    /// the shares of those who have agreed sum to one; where two such parts hear the same clients none has to wait.
    #[must_use]
    pub fn served_apart(&self, model: &Model, instance: InstanceId, carried: impl Fn(usize) -> u32) -> u32 {
        const FULL: u64 = InstanceState::FULL_PPB as u64;
        let sides = self.sides_of_members(model, instance);
        let count = u64::from(model.instances[instance.index()].vms);
        let (mut sizes, mut serving) = ([0_u64; 2 * MEMBERS_MAX], [0_usize; MEMBERS_MAX]);
        let (mut answered, mut clients) = ([0_u64; MEMBERS_MAX], [0_u64; MEMBERS_MAX]);
        for vm in model.vms_of(instance) {
            let member = &self.members[vm.index()];
            if !matches!(member.phase, MemberPhase::Out | MemberPhase::Joining | MemberPhase::Draining) {
                sizes[usize::from(member.part)] += 1;
            }
        }
        let mut reached = 0;
        for (vm, side) in model.vms_of(instance).zip(&sides) {
            let member = &self.members[vm.index()];
            if self.is_member(vm) && member.counted && member.dark_ppb == 0 {
                serving[usize::from(*side)] += 1;
                answered[usize::from(*side)] += FULL / sizes[usize::from(member.part)];
            }
            if let Some(side) = self.side_of_clients(model, instance, &sides, vm) {
                clients[usize::from(side)] += 1;
                reached += 1;
            }
        }
        // Shares are rounded down, unless nobody loses anything.
        let (mut served, mut lost) = (0, count - reached);
        for side in 0..MEMBERS_MAX {
            let all = FULL * clients[side] / count;
            let part = if answered[side] + count >= FULL { FULL } else { answered[side] };
            let dark = all * (FULL - part) / FULL;
            let part = all.min(u64::from(carried(serving[side]))).saturating_sub(dark);
            (served, lost) = (served + part, lost + (all - part));
        }
        if lost == 0 { InstanceState::FULL_PPB } else { served as u32 }
    }

    /// Members that wait for nothing have agreed with whom they hear, and the others know that they have not.
    pub(super) fn check_parts(&self, model: &Model, instance: InstanceId) {
        let row = &self.instances[instance.index()];
        let name = &model.instances[instance.index()].name;
        let sides = self.sides_of_members(model, instance);
        let agreed = self.have_agreed(model, instance, &sides);
        assert!(
            agreed || row.parting != Parting::Agreed,
            "{name}: its parts are others than those who hear each other"
        );
        assert!(
            row.is_split || self.is_whole(model, instance, &sides),
            "{name}: it is split, and nobody knows"
        );
    }
}
