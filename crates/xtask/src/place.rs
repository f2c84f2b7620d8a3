//! Where things lie: the workspace, its interface, what was built.

use std::path::PathBuf;

/// The top folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map_or_else(|| here.clone(), PathBuf::from)
}

/// The folder of the interface.
pub(crate) fn ui() -> PathBuf {
    root().join("ui")
}

/// The folder of the real Notesnook core, which tests restore files in.
pub(crate) fn peer() -> PathBuf {
    root().join("tests/peers/notesnook")
}

/// The folder of the fuzz targets, their inputs and what they found.
pub(crate) fn fuzz() -> PathBuf {
    root().join("fuzz")
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |set| root().join(set))
}

/// A program of ours as the development profile builds it.
pub(crate) fn built(name: &str) -> PathBuf {
    target().join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The Python that the tests open our files with.
pub(crate) fn python() -> PathBuf {
    root().join("target").join("python")
}

/// The name of whatever Python this system has.
pub(crate) fn any_python() -> &'static str {
    if cfg!(windows) { "python" } else { "python3" }
}

/// npm's name on this system: on Windows it is a script, which must be named in full to be started.
pub(crate) fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}
