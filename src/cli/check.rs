//! `ninefold check`: what is wrong, what is odd, and what the defaults became.

use super::args::CheckArguments;
use super::input::load;
use super::{Failure, output};
use crate::report;
use crate::scenario::describe;

pub(super) fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    let scenario = load(&arguments.scenario, &[])?;
    let text = describe(&scenario.spec) + &report::at_start(&scenario.models, scenario.spec.run.seed);
    output::print(&text)
}
