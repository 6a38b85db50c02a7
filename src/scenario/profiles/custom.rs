//! Any product, as one number.

use super::{Family, Profile, migration, monitor, restart};

pub(super) const CUSTOM: Profile = Profile {
    word: "custom",
    name: None,
    family: Family::Custom,
    about: "any product, as one law: detection, from the crash to the first restart order",
    groups: &[restart::CUSTOM, monitor::CUSTOM, migration::QEMU, migration::NO_BALANCE],
};
