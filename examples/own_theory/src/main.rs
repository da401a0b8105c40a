//! The command line of equipartition, for this theory: `cargo run -- verify`, `list`, `explain`, `replay`, baselines, reports and the rest.

use std::process::ExitCode;

fn main() -> ExitCode {
    equipartition::cli::main_with(&[&own_theory::THEORY], std::env::args_os()).into()
}
