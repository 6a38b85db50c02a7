//! `ninefold schema`: what editors complete and check scenarios by.

use super::{Failure, output};
use crate::scenario;

pub(super) fn schema() -> Result<(), Failure> {
    output::print(&scenario::schema())
}
