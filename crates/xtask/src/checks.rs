//! `check` and `test`: the stages and their order.
//!
//! The interface is built first, because the app embeds it and would otherwise be compiled twice. The
//! whole workspace is always built together: one package alone would get other features for the same
//! dependencies, and they would be compiled again.

use crate::setup;
use crate::stage::{self, Stage};
use crate::system::Need;

/// The line by which nextest ends.
const NEXTEST_SUMMARY: &str = "Summary [";
/// The line by which vitest ends.
const VITEST_SUMMARY: &str = "Tests  ";

/// Everything but the browser and the real window.
///
/// # Errors
/// The stage that failed, and how to repeat it.
pub(crate) fn check() -> Result<(), String> {
    setup::prepare(Need::Build)?;
    setup::nextest()?;
    setup::peer()?;
    stage::run_all(&quick())
}

/// Everything that can be said in an hour on two cores.
///
/// # Errors
/// The stage that failed, and how to repeat it.
pub(crate) fn test() -> Result<(), String> {
    setup::prepare(Need::Test)?;
    setup::nextest()?;
    setup::peer()?;
    let mut stages = quick();
    stages.push(Stage::npm("browser", "test:e2e").counting(VITEST_SUMMARY));
    stages.push(nextest("window", "binary(window)"));
    stage::run_all(&stages)
}

fn quick() -> Vec<Stage> {
    let mut stages = vec![Stage::cargo("format", &["fmt", "--all", "--check"])];
    stages.push(Stage::npm("interface", "build"));
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    stages.push(Stage::cargo("lints", &clippy));
    if setup::can_deny() {
        let walls = ["deny", "check", "bans", "licenses", "sources"];
        stages.push(Stage::cargo("dependencies", &walls));
    } else {
        println!(
            "cargo-deny is not installed: what dependencies may come in is left to the public workflow."
        );
    }
    // The outside tests start the programs themselves, so they must lie there.
    stages.push(Stage::cargo("programs", &["build", "--workspace", "--bins"]));
    stages.push(nextest("tests", "not binary(window) & not binary(soak) & not binary(disks)"));
    stages.push(Stage::npm("ui lint", "lint"));
    stages.push(Stage::npm("ui types", "check"));
    stages.push(Stage::npm("ui tests", "test").counting(VITEST_SUMMARY));
    stages
}

fn nextest(name: &'static str, filter: &str) -> Stage {
    let arguments = ["nextest", "run", "--workspace", "--no-fail-fast", "-E", filter];
    Stage::cargo(name, &arguments).counting(NEXTEST_SUMMARY)
}
