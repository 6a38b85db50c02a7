//! A member of a balanced group, as its balancer sees it.

use crate::engine::Time;

/// Where a member is in the eyes of its balancer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemberPhase {
    #[default]
    Converged,
    /// Silent, and nobody has noticed: one that is back before that has not been away.
    Unnoticed,
    /// Noticed: the others agree on going on without it, and clients are still sent to it.
    Leaving,
    Out,
    Joining,
    /// Planned work waits for its clients to finish.
    Draining,
}

/// A member of a balanced group.
#[derive(Clone, Copy, Debug)]
pub struct MemberState {
    pub phase: MemberPhase,
    /// The clients it turns away, in billionths of all.
    pub dark_ppb: u32,
    /// Counts among the members that serve.
    pub counted: bool,
    /// Its guest has died since it fell silent, and begins anew when it is back.
    pub died: bool,
    /// With whom it has agreed: members of one number share out clients among themselves.
    pub part: u8,
    /// When a member that came back before it was dropped may join; while nobody had noticed its death, when it came back;
    /// of one that drains, since when it does.
    pub joins_at: Time,
    /// Deaths and joins so far: which draws come next.
    pub deaths: u32,
    pub joins: u32,
}

impl Default for MemberState {
    fn default() -> MemberState {
        MemberState {
            phase: MemberPhase::Converged,
            dark_ppb: 0,
            counted: true,
            died: false,
            part: 0,
            joins_at: Time::NEVER,
            deaths: 0,
            joins: 0,
        }
    }
}

/// How far the members of a balanced group are in finding out that some of them do not hear others any more, or do again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parting {
    /// Those who hear each other have agreed on who they are.
    #[default]
    Agreed,
    Unnoticed,
    /// Each part converges by itself.
    Agreeing,
}
