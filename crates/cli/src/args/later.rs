//! Commands that the design has and this version has not: they are known by name, so that whoever types
//! one learns that it is not there yet, and not that it never was.

use clap::{Args, Subcommand};

/// Whatever follows a command that does nothing yet.
#[derive(Debug, Args)]
pub(crate) struct Anything {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<String>,
}

/// A command of a later version.
#[derive(Debug, Subcommand)]
pub(crate) enum Later {
    /// Compare two archives (not in this version)
    #[command(hide = true)]
    Diff(Anything),
    /// Export notes as files (not in this version)
    #[command(hide = true)]
    Export(Anything),
}

impl Later {
    /// Its name as typed.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Diff(_) => "diff",
            Self::Export(_) => "export",
        }
    }
}
