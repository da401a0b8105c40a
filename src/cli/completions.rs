//! `equipartition completions`: scripts for shells.

use super::output::print;
use super::{CommandLine, Exit, Failure};
use crate::verify::theory::Theories;
use clap::builder::PossibleValuesParser;
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

/// Print a script that completes this program's command lines, with the identifiers of its claims, in a shell
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
pub fn run(arguments: &Arguments, theories: Theories) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut with_ids(theories), super::program(), &mut script);
    let script = String::from_utf8(script).map_err(|error| Failure::Internal(error.to_string()))?;
    let _ = print(&script)?;
    Ok(Exit::Success)
}

/// The command line with the identifiers where one is expected, which a script can know and the parser need not: it says more of a wrong one.
fn with_ids(theories: Theories) -> Command {
    let claims = theories.claims();
    let ids: Vec<&str> = claims.iter().map(|claim| claim.id).collect();
    let mut families: Vec<&str> = claims.iter().map(|claim| claim.family()).collect();
    families.dedup();
    let one_of = |names: &[&str]| PossibleValuesParser::new(names.iter().map(|name| (*name).to_owned()));
    let prefixes = [&families[..], &ids].concat();
    let mut command = CommandLine::command();
    for name in ["verify", "list"] {
        command = command.mut_subcommand(name, |command| {
            command
                .mut_arg("prefixes", |argument| argument.value_parser(one_of(&prefixes)))
                .mut_arg("exclude", |argument| argument.value_parser(one_of(&prefixes)))
        });
    }
    for name in ["explain", "replay"] {
        command = command
            .mut_subcommand(name, |command| command.mut_arg("id", |argument| argument.value_parser(one_of(&ids))));
    }
    command
}
