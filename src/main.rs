//! The binary: everything it does is in [`equipartition::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    equipartition::cli::main(std::env::args_os()).into()
}
