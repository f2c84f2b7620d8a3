//! Every target, fed its seeds and every input that once broke it.
//!
//! So what fuzzing found stays mended, and a target that no longer compiles or no longer holds for
//! honest files is seen by everybody, not only by who runs the fuzzer.

#![expect(clippy::unwrap_used, reason = "inputs that cannot be read have nothing to replay")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use backstop_hostile::{TARGETS, feed};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The names in a folder; none if there is no such folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn inputs(of: &str, target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = fuzz().join(of).join(target);
    let paths = names(&folder).into_iter().map(|name| folder.join(name));
    paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn every_target_has_a_program_and_seeds_and_no_folder_is_forgotten() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let programs: BTreeSet<String> = names(&fuzz().join("fuzz_targets"))
        .into_iter()
        .map(|name| name.strip_suffix(".rs").unwrap().to_owned())
        .collect();
    assert_eq!(programs, targets);
    assert_eq!(names(&fuzz().join("seeds")), targets);
    for folder in ["regressions", "found"] {
        let named = names(&fuzz().join(folder));
        assert!(named.is_subset(&targets), "{folder}: {named:?}");
    }
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for target in &targets {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is not in fuzz/Cargo.toml");
        let program = fs::read_to_string(fuzz().join(format!("fuzz_targets/{target}.rs"))).unwrap();
        assert!(program.contains(&format!("feed(\"{target}\"")), "the program of {target} feeds another");
    }
}

#[test]
fn seeds_are_small_and_every_target_takes_them() {
    let mut bytes = 0;
    for target in TARGETS {
        let seeds = inputs("seeds", target.name);
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        for (path, seed) in seeds {
            bytes += seed.len();
            println!("{}", path.display());
            (target.feed)(&seed);
        }
    }
    assert!(bytes < 2_000_000, "{bytes} bytes of seeds are too many to be kept");
}

#[test]
fn what_fuzzing_found_on_its_way_is_taken() {
    for target in TARGETS {
        for (path, input) in inputs("found", target.name) {
            println!("{}", path.display());
            feed(target.name, &input);
        }
    }
}

#[test]
fn what_once_broke_a_target_breaks_it_no_more() {
    for target in TARGETS {
        for (path, input) in inputs("regressions", target.name) {
            println!("{}", path.display());
            feed(target.name, &input);
        }
    }
}

#[test]
fn an_empty_input_and_single_bytes_are_taken() {
    for target in TARGETS {
        (target.feed)(&[]);
        (0..16).for_each(|byte| (target.feed)(&[byte]));
    }
}
