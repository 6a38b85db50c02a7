//! Who has a vote, and whether those who are left have enough of them.

use crate::model::{ClusterId, HostId, Model};

/// The host whose vote is taken away so that an even number of votes without a witness becomes odd (HYP-13):
/// the last of those that are `present`, and not one at the preferred site while there are others (HYP-59).
#[must_use]
pub fn gives_up_its_vote(
    model: &Model,
    cluster: ClusterId,
    present: impl Fn(HostId) -> bool,
) -> Option<HostId> {
    let fixed = &model.clusters[cluster.index()];
    let votes = fixed.product.votes().filter(|votes| votes.dynamic && votes.witness.is_none())?;
    let preferred = |host: HostId| votes.preferred == Some(model.hosts[host.index()].place);
    let (mut last, mut count): (Option<HostId>, u32) = (None, 0);
    for &host in fixed.hosts.iter().filter(|host| present(**host)) {
        count += 1;
        if !preferred(host) || last.is_none_or(preferred) {
            last = Some(host);
        }
    }
    last.filter(|_| count.is_multiple_of(2))
}

/// Whether a cluster in which everything is well keeps quorum when it loses hosts at once. Its witness, if it has one,
/// is there as long as a host is.
#[must_use]
pub fn keeps_quorum(model: &Model, cluster: ClusterId, lost: &[HostId]) -> bool {
    let fixed = &model.clusters[cluster.index()];
    let Some(votes) = fixed.product.votes() else { return true };
    let deprived = gives_up_its_vote(model, cluster, |_| true);
    let voters = || fixed.hosts.iter().filter(|host| Some(**host) != deprived);
    let left = fixed.hosts.iter().any(|host| !lost.contains(host));
    let present = voters().filter(|host| !lost.contains(host)).count();
    votes.are_enough(voters().count(), present, left && votes.witness.is_some())
}
