//! `run` opens the app, or walks its main job on a virtual display and shows pictures of it; `bench`
//! and `soak` measure the command line and wear it out.
//!
//! The walk and the measurements are programs of the tests package: the walk drives the window exactly as
//! the tests do, so that what it shows is what they prove.

use std::path::PathBuf;
use std::process::Command;

use crate::fuzz;
use crate::place;
use crate::setup;
use crate::stage::Stage;
use crate::system::Need;

/// Random kills of each of the tests that kill: more than two hundred in all.
const KILLS: &str = "70";
/// Flipped bits in each sort of archive.
const FLIPS: &str = "10000";
/// Seconds of each fuzz target in `soak`.
const FUZZ_SECONDS: &str = "600";

/// Opens the app where there is a display. Elsewhere, or when asked to, walks the main job in the real
/// window on a virtual display; the walk prints where its pictures lie.
///
/// # Errors
/// What could not be prepared, built or run.
pub(crate) fn run(walk: bool) -> Result<(), String> {
    let walk = walk || !has_display();
    setup::prepare(if walk { Need::Test } else { Need::Build })?;
    setup::interface()?;
    programs()?;
    if !walk {
        return start("backstop-app", &[], &[]);
    }
    println!("\nWalking the main job in the real window, on a virtual display. Pictures:");
    start("demo", &[], &[("BACKSTOP_DEMO_FOLDER", place::target().join("demo"))])
}

/// Measures release builds of the command line and the window, and what others take for the same notes:
/// on the corpora that are named, else on all.
///
/// # Errors
/// What could not be prepared, built or measured.
pub(crate) fn bench(what: &[&str]) -> Result<(), String> {
    setup::prepare(Need::Build)?;
    setup::interface()?;
    let line = release("backstop-cli", "backstop")?;
    let app = release("backstop-app", "backstop-app")?;
    programs()?;
    start("measure", what, &[("BACKSTOP_PROGRAM", line), ("BACKSTOP_APP", app)])
}

/// Runs the tests that take longer than a test run may, on release builds.
///
/// # Errors
/// What could not be prepared or built, or the tests that failed.
pub(crate) fn soak() -> Result<(), String> {
    setup::prepare(Need::Soak)?;
    setup::nextest()?;
    setup::interface()?;
    let line = release("backstop-cli", "backstop")?;
    let app = release("backstop-app", "backstop-app")?;
    let tests = "binary(soak) | binary(cli_kills) | binary(faults) | binary(disks)";
    let arguments = ["nextest", "run", "-p", "backstop-tests", "--profile", "soak", "-E", tests];
    Stage::cargo("soak", &arguments)
        .with("BACKSTOP_PROGRAM", line)
        .with("BACKSTOP_APP", app)
        .with("BACKSTOP_KILLS", KILLS.into())
        .with("BACKSTOP_FAULTS", "all".into())
        .run()?;
    let flips = "package(backstop-formats) & test(flipped_bits)";
    let arguments = ["nextest", "run", "--workspace", "--profile", "soak", "-E", flips];
    Stage::cargo("flips", &arguments).with("BACKSTOP_FLIPS", FLIPS.into()).run()?;
    fuzz::fuzz(FUZZ_SECONDS, None)
}

/// Builds a package as people run it, and says where its program lies.
fn release(package: &'static str, program: &str) -> Result<PathBuf, String> {
    Stage::cargo("release", &["build", "--release", "-p", package]).run()?;
    Ok(place::target().join("release").join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
}

fn programs() -> Result<(), String> {
    Stage::cargo("programs", &["build", "--workspace", "--bins"]).run().map(drop)
}

/// Windows and macOS always have one; elsewhere a display server says so in the environment.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(not(target_os = "linux")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Runs a program of ours until it ends.
fn start(name: &str, arguments: &[&str], variables: &[(&str, PathBuf)]) -> Result<(), String> {
    let program = place::built(name);
    let status = Command::new(&program)
        .args(arguments)
        .envs(variables.iter().cloned())
        .status()
        .map_err(|error| format!("{} cannot be started: {error}.", program.display()))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}.")) }
}
