//! `equipartition completions`: scripts for shells.

use super::output::print;
use super::{CommandLine, Exit, Failure};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print a script that completes this program's command lines in a shell
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition completions bash > ~/.local/share/bash-completion/completions/equipartition
  equipartition completions zsh > ~/.zfunc/_equipartition
  equipartition completions fish > ~/.config/fish/completions/equipartition.fish")]
pub struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
///
/// # Errors
/// If it cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut CommandLine::command(), "equipartition", &mut script);
    let script = String::from_utf8(script).map_err(|error| Failure::Internal(error.to_string()))?;
    let _ = print(&script)?;
    Ok(Exit::Success)
}
