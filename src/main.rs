//! The program: see `ninefold --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ninefold::cli::main()
}
