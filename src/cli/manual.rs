//! `equipartition manual`: manual pages.

use super::output::{self, Destination, print};
use super::{CommandLine, Exit, Failure};
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use std::path::{Path, PathBuf};

/// Print the manual page of this program or of a command, or write all of them to a directory
#[derive(Args)]
#[command(after_help = "\
Examples:
  equipartition manual | man -l -
  equipartition manual verify | man -l -
  equipartition manual --directory ~/.local/share/man/man1")]
pub struct Arguments {
    /// The command; the program as a whole if none is given
    #[arg(value_name = "COMMAND", conflicts_with = "directory")]
    command: Option<String>,
    /// Write the pages of the program and of all its commands to this directory
    #[arg(long, value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
}

/// Prints or writes the pages.
///
/// # Errors
/// If there is no such command, or something cannot be written.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let mut program = CommandLine::command().disable_help_subcommand(true);
    program.build();
    if let Some(directory) = &arguments.directory {
        output::make_folder(directory)?;
        return write_all(&program, directory).map(|()| Exit::Success);
    }
    let command = match &arguments.command {
        None => &program,
        Some(name) => {
            let known = || program.get_subcommands().map(Command::get_name);
            program
                .get_subcommands()
                .find(|command| command.get_name() == name)
                .ok_or_else(|| Failure::Usage(super::suggest::unknown("command", name, known())))?
        }
    };
    let _ = print(&page(command)?)?;
    Ok(Exit::Success)
}

fn write_all(command: &Command, directory: &Path) -> Result<(), Failure> {
    let path = directory.join(format!("{}.1", title(command)));
    Destination::open(Some(&path))?.write(&page(command)?)?;
    command.get_subcommands().try_for_each(|command| write_all(command, directory))
}

/// `equipartition-verify`
fn title(command: &Command) -> String {
    command.get_display_name().unwrap_or(command.get_name()).to_owned()
}

fn page(command: &Command) -> Result<String, Failure> {
    let mut page = Vec::new();
    let man = Man::new(command.clone()).title(title(command).to_uppercase());
    man.render(&mut page).map_err(|error| Failure::Internal(error.to_string()))?;
    String::from_utf8(page).map_err(|error| Failure::Internal(error.to_string()))
}
