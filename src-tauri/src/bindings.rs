//! The commands and events of the window, and their types in TypeScript.
//!
//! `ui/src/lib/api/bindings.ts` is generated: `BACKSTOP_WRITE_BINDINGS=1 cargo nextest run -p backstop-app
//! bindings` writes it, and without the variable the same test fails when it is not what it should be.

use tauri::Wry;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

use crate::closing::CloseQuestion;
use crate::commands::{account, archives, care, desktop, history, keep, library, places, settings};
use crate::drops::ArchivesDropped;

/// Every command. `commands/names.rs` lists the same ones.
#[expect(clippy::too_many_lines, reason = "a list with a line for each command")]
pub(crate) fn commands() -> Builder<Wry> {
    Builder::new()
        .commands(collect_commands![
            account::app_state,
            account::password_strength,
            account::suggest_passphrase,
            account::create_account,
            account::sign_in,
            account::sign_in_with_recovery_key,
            account::sign_out,
            account::change_password,
            account::show_recovery_key,
            account::new_recovery_key,
            account::confirm_recovery_key,
            account::save_recovery_key,
            account::rename_account,
            account::delete_account,
            account::check_password,
            account::add_sample_notes,
            settings::overview,
            settings::set_interval,
            settings::set_encryption,
            settings::set_format,
            settings::pick_folder,
            settings::default_folder,
            settings::use_folder,
            settings::use_copies_folder,
            settings::choose,
            settings::pause_backups,
            settings::open_folder,
            settings::set_theme,
            settings::set_on_close,
            settings::close_window,
            archives::create_backup,
            archives::cancel_job,
            archives::running_job,
            archives::archives,
            archives::pick_archive,
            archives::pick_archives,
            archives::open_known,
            archives::hold_known,
            archives::check_archive,
            archives::show_in_folder,
            archives::unlock_archive,
            archives::plan_restore,
            archives::save_copy,
            archives::plan_undo,
            archives::apply_plan,
            care::prove,
            care::run_details,
            care::report,
            care::save_report,
            keep::prune_plan,
            keep::prune,
            keep::agree_to_keep,
            keep::accept_drop,
            keep::pin_archive,
            desktop::desktop_facts,
            desktop::set_autostart,
            desktop::lead,
            places::places,
            places::discover_places,
            places::pick_place,
            places::add_place,
            places::remove_place,
            places::set_place_password,
            places::set_place_merge,
            places::check_place,
            places::place_archives,
            history::runs,
            history::backup_sizes,
            history::deletion,
            history::delete_archive,
            library::look_into,
            library::notebooks,
            library::note_places,
            library::notes,
            library::note_preview,
            library::save_attachment,
        ])
        .typ::<ArchivesDropped>()
        .typ::<CloseQuestion>()
        .error_handling(ErrorHandlingMode::Throw)
        // Both directions have one shape; counts and sizes are below 2^53.
        .disable_serde_phases()
        .dangerously_cast_bigints_to_number()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use serde_json::Value;
    use specta_typescript::Typescript;

    use super::*;
    use crate::commands::names::COMMANDS;

    fn file() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/api/bindings.ts")
    }

    fn generated() -> String {
        let folder = std::env::temp_dir().join(format!("backstop-bindings-{}.ts", std::process::id()));
        commands().export(Typescript::default().header(HEADER), &folder).expect("the bindings are written");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let text = runtime.block_on(tokio::fs::read_to_string(&folder)).expect("they were just written");
        runtime.block_on(tokio::fs::remove_file(&folder)).expect("they were just read");
        text
    }

    const HEADER: &str = "// What crosses into the window's process and back. Generated from src-tauri: see bindings.rs there.\n";

    #[test]
    fn the_bindings_are_those_of_the_commands() {
        let generated = generated();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        if std::env::var_os("BACKSTOP_WRITE_BINDINGS").is_some() {
            runtime.block_on(tokio::fs::write(file(), &generated)).expect("written");
        }
        let there = runtime.block_on(tokio::fs::read_to_string(file())).unwrap_or_default();
        assert!(
            there == generated,
            "ui/src/lib/api/bindings.ts is not what it should be; type: \
             BACKSTOP_WRITE_BINDINGS=1 cargo nextest run -p backstop-app bindings"
        );
    }

    #[test]
    fn every_command_is_listed_and_granted_and_nothing_else() {
        let text = generated();
        let invoked: BTreeSet<&str> = text
            .split("__TAURI_INVOKE")
            .skip(1)
            .filter_map(|rest| rest.split_once("(\"")?.1.split_once('"').map(|(name, _)| name))
            .collect();
        let listed: BTreeSet<&str> = COMMANDS.iter().copied().collect();
        assert_eq!(invoked, listed, "commands/names.rs lists what bindings.rs collects");
        let capability: Value =
            serde_json::from_str(include_str!("../capabilities/main.json")).expect("capabilities are JSON");
        let granted: BTreeSet<String> = capability["permissions"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|permission| {
                permission.as_str()?.strip_prefix("allow-").map(|name| name.replace('-', "_"))
            })
            .collect();
        assert_eq!(granted, listed.iter().map(|name| (*name).to_owned()).collect(), "capabilities/main.json");
    }

    #[test]
    fn the_policy_of_the_page_is_the_one_that_was_decided() {
        let conf: Value = serde_json::from_str(include_str!("../tauri.conf.json")).expect("JSON");
        let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' backstop: http://backstop.localhost; \
            font-src 'self'; connect-src ipc: http://ipc.localhost; frame-src 'none'; object-src 'none'; \
            base-uri 'none'; form-action 'none'";
        assert_eq!(conf["app"]["security"]["csp"], policy);
        let window = &conf["app"]["windows"][0];
        assert_eq!(window["incognito"], true);
        assert_eq!(window["label"], crate::front::MAIN);
        assert!(conf["app"].get("withGlobalTauri").is_none());
    }
}
