//! The window's process of Backstop.
//!
//! It may use the engine's door, the platform and Tauri; it touches no files and no SQL. Commands are
//! doormen of at most ten lines (`commands`), decisions are pure (`agenda`, `anew`, `closing`, `notices`, `tray`, `progress`),
//! and what a person picked stays here under a token (`held`, `shell`).
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod agenda;
mod alone;
mod anew;
mod asking;
mod automatic;
mod autostart;
mod bindings;
mod closing;
mod commands;
mod copies;
mod drops;
mod front;
mod held;
mod jobs;
mod notices;
mod picker;
mod pictures;
mod progress;
mod running;
mod secret_in;
mod shell;
mod start;
mod tray;
mod watching;

use std::process::ExitCode;

fn main() -> ExitCode {
    match start::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a window there is nobody else to tell.
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "Backstop can't open its window: {error}");
            ExitCode::FAILURE
        }
    }
}
