//! `fuzz` feeds every parser with inputs that libFuzzer makes up, for so long each.
//!
//! It needs no other tool than a C++ compiler: the passes that let libFuzzer see which code ran are part
//! of the stable compiler, only their flags are long. The layout is that of cargo-fuzz, which works too.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::place;
use crate::stage::Stage;

/// Lets libFuzzer see which code ran and what was compared. Source: LLVM, "SanitizerCoverage".
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// What a parser may take: an input that needs more is a find.
const MEMORY_MIB: u32 = 512;
const SECONDS_PER_INPUT: u32 = 5;

/// Fuzzes one target or, without a name, each in turn. Inputs that find new code are kept in
/// `fuzz/corpus`; one that breaks a promise lies in `fuzz/artifacts`.
///
/// # Errors
/// What could not be built, and the target that broke with the input that broke it.
pub(crate) fn fuzz(seconds: &str, wanted: Option<&str>) -> Result<(), String> {
    if seconds.parse::<u32>().is_err() {
        return Err(format!("{seconds} is no number of seconds."));
    }
    let targets = targets()?;
    let wanted: Vec<&String> =
        targets.iter().filter(|name| wanted.is_none_or(|wanted| wanted == *name)).collect();
    if wanted.is_empty() {
        return Err(format!("There is no such target. There are: {}.", targets.join(", ")));
    }
    let programs = build()?;
    for target in wanted {
        let folder = |of: &str| place::fuzz().join(of).join(target);
        run(target, seconds, &programs.join(target), &folder)?;
    }
    Ok(())
}

/// The programs of `fuzz/fuzz_targets`, by name.
fn targets() -> Result<Vec<String>, String> {
    let folder = place::fuzz().join("fuzz_targets");
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}.", folder.display()))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned)).collect();
    names.sort();
    Ok(names)
}

/// Builds all targets and says where they lie.
fn build() -> Result<PathBuf, String> {
    let host = host()?;
    let manifest = place::fuzz().join("Cargo.toml").to_string_lossy().into_owned();
    let target = place::fuzz().join("target");
    let folder = target.to_string_lossy().into_owned();
    // Naming the target keeps the flags off what runs while building.
    let words =
        ["build", "--release", "--manifest-path", &manifest, "--target-dir", &folder, "--target", &host];
    Stage::cargo("fuzz", &words).with("RUSTFLAGS", FLAGS.into()).run()?;
    Ok(target.join(host).join("release"))
}

fn host() -> Result<String, String> {
    let about = Command::new("rustc").arg("-vV").output().map_err(|error| format!("rustc: {error}."))?;
    let text = String::from_utf8_lossy(&about.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say which system it is on.".to_owned())
}

fn run(target: &str, seconds: &str, program: &Path, folder: &dyn Fn(&str) -> PathBuf) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{target} cannot be started: {error}.");
    let (corpus, artifacts) = (folder("corpus"), folder("artifacts"));
    fs::create_dir_all(&corpus).map_err(failed)?;
    fs::create_dir_all(&artifacts).map_err(failed)?;
    let log = artifacts.with_extension("log");
    #[expect(clippy::disallowed_methods, reason = "a log: nothing is lost with it")]
    let output = File::create(&log).map_err(failed)?;
    let status = Command::new(program)
        .arg(&corpus)
        .args(
            [folder("seeds"), folder("found"), folder("regressions")].iter().filter(|inputs| inputs.is_dir()),
        )
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB}"))
        .arg(format!("-timeout={SECONDS_PER_INPUT}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg("-print_final_stats=1")
        .stdout(Stdio::null())
        .stderr(output)
        .status()
        .map_err(failed)?;
    let text = String::from_utf8_lossy(&fs::read(&log).map_err(failed)?).into_owned();
    if !status.success() {
        let end: Vec<&str> = text.lines().rev().take(20).collect();
        let end: Vec<&str> = end.into_iter().rev().collect();
        return Err(format!("{}\n{target} broke; all it said lies in {}.", end.join("\n"), log.display()));
    }
    let (tried, memory) = (stat(&text, "number_of_executed_units"), stat(&text, "peak_rss_mb"));
    println!("   {target}: {tried} inputs in {seconds} s, at most {memory} MiB");
    Ok(())
}

/// One of the numbers that libFuzzer ends with.
fn stat<'log>(log: &'log str, name: &str) -> &'log str {
    let line = log.lines().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
    line.map_or("?", |rest| rest.trim_start_matches(':').trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_at_the_end_are_found() {
        let log = "Done 12 runs\nstat::number_of_executed_units: 12\nstat::peak_rss_mb:             44\n";
        assert_eq!((stat(log, "number_of_executed_units"), stat(log, "peak_rss_mb")), ("12", "44"));
        assert_eq!(stat(log, "other"), "?");
    }

    #[test]
    fn every_target_is_known_by_its_file() {
        let targets = targets().unwrap();
        assert!(targets.contains(&"zipscan".to_owned()) && targets.len() > 10, "{targets:?}");
    }
}
