//! `ninefold profiles`: the products that cluster hosts, or run inside guests, with their numbers and sources.

use super::args::ProfilesArguments;
use super::{Failure, output};
use crate::report;
use crate::scenario::profiles::{GUEST_PROFILES, GuestProfile, PROFILES, Product};

pub(super) fn profiles(arguments: &ProfilesArguments) -> Result<(), Failure> {
    let Some(name) = &arguments.name else { return output::print(&report::profiles()) };
    // Pacemaker clusters hosts as well as guests.
    let mut found = Vec::new();
    found.extend(Product::find(name).map(|product| report::profile(product.profile())));
    found.extend(GuestProfile::find(name).map(report::guest_profile));
    if found.is_empty() {
        let hosts = PROFILES.iter().map(|profile| profile.word);
        let known: Vec<&str> = hosts.chain(GUEST_PROFILES.iter().map(|profile| profile.word)).collect();
        return Err(Failure::Usage(format!("there is no product {name:?}; there are {}", known.join(", "))));
    }
    output::print(&found.join("\n"))
}
