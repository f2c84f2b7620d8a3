//! The command line: the engine's door on a terminal.
//!
//! It reads what was typed, calls `backstop_engine::api`, and prints. It decides nothing about notes,
//! archives or schedules, so that the window and the command line can't differ.

mod args;
mod commands;
mod desk;
mod exit;
mod interrupt;
mod output;
mod secrets;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use backstop_engine::api::{Code, Problem};
use clap::Parser as _;
use clap::error::ErrorKind;

use args::Cli;
use desk::Desk;
use exit::Exit;
use output::{Loudness, Output};

fn main() -> ExitCode {
    let typed: Vec<OsString> = env::args_os().collect();
    match Cli::try_parse_from(&typed) {
        Ok(cli) => run(cli).into(),
        Err(error) => misread(&error, &typed).into(),
    }
}

fn run(cli: Cli) -> Exit {
    let globals = &cli.globals;
    let loudness = match (globals.quiet, globals.verbose) {
        (true, _) => Loudness::Quiet,
        (false, false) => Loudness::Usual,
        (false, true) => Loudness::Verbose,
    };
    let output = Output::new(globals.json, loudness);
    let desk = Desk::new(cli.globals, cli.secrets, output);
    interrupt::listen(&desk.job);
    commands::run(&desk, cli.command).unwrap_or_else(|problem| desk.output.problem(&problem))
}

/// Help, the version, or a mistake in what was typed.
fn misread(error: &clap::Error, typed: &[OsString]) -> Exit {
    let json = typed.iter().skip(1).take_while(|arg| *arg != "--").any(|arg| arg == "--json");
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if json && !is_help {
        let said = error.render().to_string();
        let message = said.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let problem = Problem::new(Code::Usage, message).with_hint("Type: backstop --help");
        return Output::new(true, Loudness::Usual).problem(&problem);
    }
    // Help that nobody reads is no failure.
    let _ = error.print();
    if is_help { Exit::DONE } else { Exit::USAGE }
}
