//! Accounts: made, signed in to, renamed, left, deleted; their password and their recovery key.

use std::time::Duration;

use backstop_engine::api::{
    AppState, Backstop, Code, CreatedAccount, KeychainState, Problem, RecoveryKey, Session, Strength,
};
use serde::Deserialize;
use specta::Type;
use tauri::{AppHandle, State, WebviewWindow};

use super::{Answer, Here, ask, ask_shell, of};
use crate::closing::Awake;
use crate::picker::{Ask, Picker};
use crate::secret_in::PasswordIn;
use crate::shell::Shell;
use crate::{front, jobs, tray};

/// How long the window waits for a keychain before it shows the sign-in page.
const KEYCHAIN_PATIENCE: Duration = Duration::from_secs(8);

/// A group of the recovery key that was typed back.
#[derive(Deserialize, Type)]
pub(crate) struct KeyGroup {
    /// Its position, counted from 0.
    index: u32,
    /// What was typed.
    text: String,
}

/// What the window knows when it opens.
#[tauri::command]
#[specta::specta]
pub(crate) async fn app_state(app: AppHandle, shell: Here<'_>, awake: State<'_, Awake>) -> Answer<AppState> {
    awake.note();
    let resuming = ask_shell(&shell, Shell::resume);
    // A keychain that takes longer is waited for no more: the window asks for the password.
    let _ = tokio::time::timeout(KEYCHAIN_PATIENCE, resuming).await;
    let state = ask_shell(&shell, Shell::state).await?;
    front::paint(&app, state.theme);
    Ok(state)
}

/// How strong a password is.
#[tauri::command]
#[specta::specta]
pub(crate) async fn password_strength(shell: Here<'_>, password: PasswordIn) -> Answer<Strength> {
    ask_shell(&shell, move |shell| {
        let name = shell.signed_in().map(|session| session.account().name).unwrap_or_default();
        Ok(Backstop::strength(&password.0, &name))
    })
    .await
}

/// A random passphrase that is strong enough.
#[tauri::command]
#[specta::specta]
pub(crate) async fn suggest_passphrase(shell: Here<'_>) -> Answer<String> {
    ask_shell(&shell, |_| Backstop::suggest_passphrase()).await
}

/// Makes an account and signs in. The first of the two commands that let a recovery key out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_account(
    shell: Here<'_>,
    name: String,
    password: PasswordIn,
    keep: bool,
    insist: bool,
) -> Answer<CreatedAccount> {
    ask_shell(&shell, move |shell| {
        let (session, created) = shell.engine()?.create_account(&name, &password.0, keep, insist)?;
        shell.set_session(Some(session));
        shell.account_made();
        Ok(created)
    })
    .await
}

/// Signs in.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in(
    shell: Here<'_>,
    account: String,
    password: PasswordIn,
    keep: bool,
) -> Answer<KeychainState> {
    ask_shell(&shell, move |shell| {
        let (session, keychain) = shell.engine()?.sign_in(&account, &password.0, keep)?;
        shell.set_session(Some(session));
        Ok(keychain)
    })
    .await
}

/// Signs in by recovery key and sets a new password. The window has measured it, and asked if it is weak.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in_with_recovery_key(
    shell: Here<'_>,
    account: String,
    key: String,
    new_password: PasswordIn,
    keep: bool,
) -> Answer<KeychainState> {
    ask_shell(&shell, move |shell| {
        let key = typed_key(&key)?;
        let (session, keychain) =
            shell.engine()?.reset_password(&account, &key, &new_password.0, true, keep)?;
        shell.set_session(Some(session));
        Ok(keychain)
    })
    .await
}

fn typed_key(typed: &str) -> Answer<RecoveryKey> {
    RecoveryKey::parse(typed).map_err(|error| {
        Problem::new(Code::WrongSecret, "This is not a recovery key of Backstop. Nothing was changed.")
            .with_hint("It has 14 groups of four letters and digits.")
            .with_detail(error.to_string())
    })
}

/// Signs out and forgets the kept login.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out(app: AppHandle, shell: Here<'_>) -> Answer<()> {
    ask_shell(&shell, Shell::sign_out).await?;
    tray::show(&app, None);
    Ok(())
}

/// Sets a new password.
#[tauri::command]
#[specta::specta]
pub(crate) async fn change_password(
    shell: Here<'_>,
    old: PasswordIn,
    new_password: PasswordIn,
    insist: bool,
) -> Answer<()> {
    ask(&shell, move |_, session| session.change_password(&old.0, &new_password.0, insist)).await
}

/// Lets the recovery key out, to who knows the password.
#[tauri::command]
#[specta::specta]
pub(crate) async fn show_recovery_key(shell: Here<'_>, password: PasswordIn) -> Answer<Vec<String>> {
    ask(&shell, move |_, session| session.show_recovery_key(&password.0)).await
}

/// Makes a new recovery key.
#[tauri::command]
#[specta::specta]
pub(crate) async fn new_recovery_key(shell: Here<'_>, password: PasswordIn) -> Answer<Vec<String>> {
    ask(&shell, move |shell, session| {
        let groups = session.new_recovery_key(&password.0)?;
        shell.key_is_fresh(true);
        Ok(groups)
    })
    .await
}

/// Whether the groups that were typed back are right.
#[tauri::command]
#[specta::specta]
pub(crate) async fn confirm_recovery_key(shell: Here<'_>, groups: Vec<KeyGroup>) -> Answer<bool> {
    let at = |group: KeyGroup| (usize::try_from(group.index).unwrap_or(usize::MAX), group.text);
    let groups: Vec<_> = groups.into_iter().map(at).collect();
    ask(&shell, move |shell, session| {
        let right = session.confirm_recovery_key(&groups)?;
        if right {
            shell.key_is_fresh(false);
        }
        Ok(right)
    })
    .await
}

/// Saves the recovery key into a new file that a person picks. `false` if they changed their mind.
///
/// Right after the account was made the key is still unconfirmed, and no password is asked for.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_recovery_key(
    window: WebviewWindow,
    shell: Here<'_>,
    picker: State<'_, Box<dyn Picker>>,
    password: Option<PasswordIn>,
) -> Answer<bool> {
    let allowed = move |shell: &Shell, session: &Session| shell.may_save_key(session, of(password.as_ref()));
    ask(&shell, allowed).await?;
    let Some(path) = picker.pick(Ask::NewKeyFile, &window).await else { return Ok(false) };
    ask(&shell, move |_, session| session.save_recovery_key(&path)).await?;
    Ok(true)
}

/// Renames the account.
#[tauri::command]
#[specta::specta]
pub(crate) async fn rename_account(shell: Here<'_>, name: String) -> Answer<()> {
    ask(&shell, move |_, session| session.rename(&name)).await
}

/// Deletes the account. Its archives stay.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_account(app: AppHandle, shell: Here<'_>, password: PasswordIn) -> Answer<()> {
    ask_shell(&shell, move |shell| shell.delete_account(&password.0)).await?;
    tray::show(&app, None);
    Ok(())
}

/// Whether this is the account's password.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_password(shell: Here<'_>, password: PasswordIn) -> Answer<bool> {
    ask(&shell, move |_, session| session.check_password(&password.0)).await
}

/// Puts sample notes into the library. Says how many.
#[tauri::command]
#[specta::specta]
pub(crate) async fn add_sample_notes(shell: Here<'_>) -> Answer<u32> {
    let added = jobs::run(&shell, drop, |_, session, job| session.add_sample_notes(job)).await?;
    Ok(u32::try_from(added.notes.added).unwrap_or(u32::MAX))
}
