//! The program: see `ninefold --help`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    ninefold::cli::main()
}
