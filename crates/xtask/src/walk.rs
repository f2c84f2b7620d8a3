//! `run`: opens the app, or walks its main job in a virtual display and shows pictures of it.

use std::process::Command;

use crate::place;
use crate::setup;
use crate::stage::Stage;
use crate::system::Need;

/// Opens the app where there is a display. Elsewhere, or when asked to, walks the main job in the real
/// window on a virtual display; the walk prints where its pictures lie.
///
/// # Errors
/// What could not be prepared, built or run.
pub(crate) fn run(walk: bool) -> Result<(), String> {
    let walk = walk || !has_display();
    setup::prepare(if walk { Need::Test } else { Need::Build })?;
    setup::interface()?;
    Stage::cargo("programs", &["build", "--workspace", "--bins"]).run()?;
    if walk {
        println!("\nThere is no display to open a window on: walking the main job in a virtual one.");
        return start("demo");
    }
    start("backstop-app")
}

/// Windows and macOS always have one; elsewhere a display server says so in the environment.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(not(target_os = "linux")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Runs a program of ours until it ends.
fn start(name: &str) -> Result<(), String> {
    let program = place::built(name);
    let status = Command::new(&program)
        .env("BACKSTOP_DEMO_FOLDER", place::target().join("demo"))
        .status()
        .map_err(|error| format!("{} cannot be started: {error}.", program.display()))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}.")) }
}
