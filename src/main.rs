//! The binary: everything it does is in [`equipartition::cli`].

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Numbers of MPFR and GMP are allocated one by one. On Linux their C code is served by it too.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    equipartition::cli::main(std::env::args_os()).into()
}
