//! The walls of ARCHITECTURE.md: who may use whom, and what may not be written where.
//!
//! The compiler holds most walls, because a crate can't use what its manifest does not name. These
//! tests hold the manifests, and the rules that no compiler knows.
#![expect(clippy::expect_used, reason = "a workspace that cannot be read has no walls to show")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Every package of ours, the packages of ours it may use, and those it may use in its tests only.
const ARROWS: &[(&str, &[&str], &[&str])] = &[
    ("backstop-model", &[], &[]),
    ("backstop-crypto", &[], &[]),
    ("backstop-formats", &["backstop-model", "backstop-crypto"], &["backstop-testkit"]),
    ("backstop-engine", &["backstop-model", "backstop-crypto", "backstop-formats"], &["backstop-testkit"]),
    ("backstop-platform", &["backstop-engine"], &[]),
    ("backstop-cli", &["backstop-engine", "backstop-platform"], &["backstop-testkit"]),
    ("backstop-app", &["backstop-engine", "backstop-platform"], &["backstop-testkit"]),
    ("backstop-testkit", &["backstop-model"], &[]),
    ("backstop-hostile", &["backstop-model", "backstop-crypto", "backstop-formats", "backstop-testkit"], &[]),
    ("backstop-tests", &["backstop-testkit"], &[]),
    ("xtask", &[], &[]),
];

/// Dependencies that are a right: only these packages of ours may use them directly.
const RIGHTS: &[(&str, &[&str])] = &[
    ("rusqlite", &["backstop-engine"]),
    ("tauri", &["backstop-app"]),
    ("tokio", &["backstop-app", "backstop-tests"]),
    ("rfd", &["backstop-app"]),
    ("clap", &["backstop-cli"]),
    ("nix", &["backstop-tests"]),
    ("keyring-core", &["backstop-platform"]),
    ("dbus", &["backstop-platform", "backstop-tests"]),
    ("dbus-secret-service", &["backstop-platform"]),
    ("directories", &["backstop-platform"]),
    ("notify", &["backstop-platform"]),
    ("zbus", &["backstop-platform"]),
    ("argon2", &["backstop-crypto"]),
    ("aes-gcm", &["backstop-crypto"]),
    ("chacha20poly1305", &["backstop-crypto", "backstop-tests"]),
    ("dryoc", &["backstop-crypto", "backstop-tests"]),
    ("thirtyfour", &["backstop-tests"]),
];

/// Words that say nothing about what a thing does.
const EMPTY_WORDS: &[&str] = &["Manager", "Helper", "Util", "Service", "Handler"];

/// Longest source file, in lines.
const LONGEST_FILE: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace").to_owned()
}

fn workspace() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .expect("cargo describes the workspace")
}

fn uses(package: &Package, in_tests: bool) -> BTreeSet<&str> {
    let kind = |kind| (kind == DependencyKind::Development) == in_tests;
    package.dependencies.iter().filter(|d| kind(d.kind)).map(|d| d.name.as_str()).collect()
}

/// Every file below the given folders whose name ends in one of `endings`.
fn sources(folders: &[&str], endings: &[&str]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for folder in folders {
        collect(&root().join(folder), endings, &mut found);
    }
    assert!(!found.is_empty(), "no {endings:?} in {folders:?}: is the folder still called that?");
    found
}

fn collect(folder: &Path, endings: &[&str], found: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("readable").path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", "target", "dist", "gen"].contains(&name.as_str()) {
                collect(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            let short = path.strip_prefix(root()).expect("below the root").display().to_string();
            found.insert(short, fs::read_to_string(&path).expect("text"));
        }
    }
}

fn rust() -> BTreeMap<String, String> {
    sources(&["crates", "src-tauri", "tests"], &[".rs"])
}

/// The lines that contain `wanted`, as `file:line`, outside of the files that `except` accepts.
fn lines_with(
    files: &BTreeMap<String, String>,
    except: impl Fn(&str) -> bool,
    wanted: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in files.iter().filter(|(name, _)| !except(name)) {
        let lines = text.lines().enumerate().filter(|(_, line)| wanted(line));
        found.extend(lines.map(|(at, line)| format!("{name}:{}: {}", at + 1, line.trim())));
    }
    found
}

fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}\n{}", found.join("\n"));
}

#[test]
fn packages_use_only_what_the_arrows_allow() {
    let workspace = workspace();
    let ours: BTreeSet<&str> = workspace.packages.iter().map(|p| p.name.as_str()).collect();
    let listed: BTreeSet<&str> = ARROWS.iter().map(|(name, _, _)| *name).collect();
    assert_eq!(ours, listed, "every package has its row of arrows, and every row its package");
    let mut wrong = Vec::new();
    for package in &workspace.packages {
        let name = package.name.as_str();
        let (_, always, in_tests) = ARROWS.iter().find(|row| row.0 == name).expect("listed");
        for used in uses(package, false).intersection(&ours).filter(|used| !always.contains(used)) {
            wrong.push(format!("{name} uses {used}"));
        }
        for used in uses(package, true).intersection(&ours) {
            if !always.contains(used) && !in_tests.contains(used) {
                wrong.push(format!("{name} uses {used} in its tests"));
            }
        }
    }
    none(&wrong, "These arrows are not in ARCHITECTURE.md:");
}

#[test]
fn a_right_is_used_only_where_it_is_granted() {
    let workspace = workspace();
    let mut wrong = Vec::new();
    for package in &workspace.packages {
        for (right, holders) in RIGHTS {
            if uses(package, false).contains(right) && !holders.contains(&package.name.as_str()) {
                wrong.push(format!("{} uses {right}", package.name));
            }
        }
    }
    none(&wrong, "These packages took a right that is not theirs:");
}

#[test]
fn the_developers_command_needs_std_alone() {
    let workspace = workspace();
    let xtask = workspace.packages.iter().find(|p| p.name.as_str() == "xtask").expect("xtask");
    assert_eq!(xtask.dependencies.len(), 0);
}

#[test]
fn lints_are_expected_with_a_reason_never_allowed() {
    let open = ["#[", "#!["].map(|bracket| format!("{bracket}allow("));
    let found = lines_with(&rust(), |_| false, |line| open.iter().any(|o| line.contains(o.as_str())));
    none(&found, "Write #[expect(lint, reason = \"…\")]:");
    let silenced = ["eslint-disable", "@ts-ignore", "@ts-nocheck"];
    let interface = sources(&["ui"], &[".ts", ".svelte", ".js"]);
    let found = lines_with(
        &interface,
        |_| false,
        |line| silenced.iter().any(|word| line.contains(word)) && !line.contains(" -- "),
    );
    none(&found, "The interface silences a check only with a reason (` -- because …`):");
}

#[test]
fn a_silenced_check_of_svelte_has_its_reason_above() {
    let mut found = Vec::new();
    for (name, text) in sources(&["ui"], &[".svelte"]) {
        let mut above = "";
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let is_comment = above.starts_with("//") || above.ends_with("-->");
            if line.contains("svelte-ignore") && !is_comment {
                found.push(format!("{name}: {}", line.trim()));
            }
            above = line.trim();
        }
    }
    none(&found, "Write the reason into a comment above:");
}

#[test]
fn only_the_api_folder_of_the_interface_talks_to_tauri() {
    let files = sources(&["ui/src", "ui/e2e"], &[".ts", ".svelte", ".js"]);
    let import = |line: &str| line.contains("@tauri-apps") || line.contains("__TAURI__");
    let found = lines_with(
        &files,
        |name| name.starts_with("ui/src/lib/api/"),
        |line| import(line) && (line.contains("import") || line.contains("__TAURI__")),
    );
    // The tests of the interface stand in for Tauri, so they may name what they replace.
    let found: Vec<_> =
        found.into_iter().filter(|f| !f.starts_with("ui/src/test/") && !f.starts_with("ui/e2e/")).collect();
    none(&found, "Only ui/src/lib/api may import @tauri-apps:");
}

#[test]
fn few_rooms_ask_which_system_they_run_on() {
    let rooms = [
        "crates/platform/",
        "crates/xtask/",
        "tests/",
        // The calls under durable writing and locks differ by system, and are wrapped here and nowhere else.
        "crates/engine/src/system",
        "crates/engine/src/lock",
        "crates/engine/src/durable/",
    ];
    let allowed = |name: &str| name.ends_with("tests.rs") || rooms.iter().any(|room| name.starts_with(room));
    let asks = ["(target_os", "(not(target_os", "any(target_os", "(windows)", "all(target_os"];
    let found = lines_with(&rust(), allowed, |line| {
        line.contains("cfg") && asks.iter().any(|ask| line.contains(ask))
    });
    none(&found, "cfg(target_os) belongs into crates/platform:");
}

#[test]
fn the_windows_process_touches_no_files_and_no_sql() {
    let files = sources(&["src-tauri/src"], &[".rs"]);
    let found = lines_with(
        &files,
        |_| false,
        |line| ["std::fs", "rusqlite", "SELECT "].iter().any(|w| line.contains(w)),
    );
    none(&found, "src-tauri goes through engine::api:");
}

#[test]
fn names_say_what_a_thing_does() {
    let found = lines_with(
        &rust(),
        |name| name.ends_with("walls.rs"),
        |line| {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            let named = words.any(|word| ["struct", "enum", "trait", "type"].contains(&word));
            named && words.next().is_some_and(|name| EMPTY_WORDS.iter().any(|empty| name.ends_with(empty)))
        },
    );
    none(&found, "These names say nothing:");
}

#[test]
fn files_stay_short_enough_to_be_read() {
    let files = rust();
    let long = files.iter().map(|(name, text)| (name, text.lines().count()));
    let long: Vec<_> = long
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(name, lines)| format!("{name}: {lines}"))
        .collect();
    none(&long, "These files are too long:");
}

#[test]
fn every_package_is_in_the_tree_of_architecture_md() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let tree: Vec<&str> = text.split("```").nth(1).expect("a tree in a code block").lines().collect();
    let workspace = workspace();
    let mut missing = Vec::new();
    for package in &workspace.packages {
        let folder = package.manifest_path.parent().expect("a folder").file_name().expect("a name");
        if !tree.iter().any(|line| line.contains(&format!("{folder}/"))) {
            missing.push(folder.to_owned());
        }
    }
    none(&missing, "The tree of ARCHITECTURE.md does not name:");
}
