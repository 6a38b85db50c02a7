//! `ninefold profiles`: the products that cluster hosts, with their numbers and sources.

use super::args::ProfilesArguments;
use super::{Failure, output};
use crate::report;
use crate::scenario::profiles::{PROFILES, Product};

pub(super) fn profiles(arguments: &ProfilesArguments) -> Result<(), Failure> {
    let Some(name) = &arguments.name else { return output::print(&report::profiles()) };
    match Product::find(name) {
        Some(product) => output::print(&report::profile(product.profile())),
        None => {
            let known: Vec<&str> = PROFILES.iter().map(|profile| profile.word).collect();
            Err(Failure::Usage(format!("there is no product {name:?}; there are {}", known.join(", "))))
        }
    }
}
