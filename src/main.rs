//! The binary: everything it does is in [`equipartition::cli`].

#[cfg(feature = "allocator")]
mod memory;

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(feature = "allocator")]
    memory::share();
    equipartition::cli::main(std::env::args_os()).into()
}
