//! Backups made, archives opened, plans made and carried out.

use backstop_engine::api::{
    ArchiveCard, ArchiveSecret, BackupOrder, BackupResult, CheckResult, Code, Effort, JobProgress,
    OpenedArchive, PlanSummary, Problem, RestoreMode, RestoreOrder, RestoreResult,
};
use tauri::ipc::Channel;
use tauri::{AppHandle, State, WebviewWindow};
use tauri_plugin_opener::OpenerExt;

use super::{Answer, Here, ask, ask_shell, into, of};
use crate::copies::SavedCopy;
use crate::picker::{Ask, Picker};
use crate::secret_in::PasswordIn;
use crate::shell::{Shell, let_go};
use crate::{automatic, front, jobs};

/// Makes a backup of the library.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_backup(
    app: AppHandle,
    shell: Here<'_>,
    attachments: bool,
    password: Option<PasswordIn>,
    progress: Channel<JobProgress>,
) -> Answer<BackupResult> {
    let end = jobs::run(&shell, into(progress), move |_, session, job| {
        let password = of(password.as_ref());
        session.backup(&BackupOrder { attachments, password, ..BackupOrder::default() }, job)
    })
    .await;
    automatic::ended(&app).await;
    end
}

/// Asks the job that runs to stop.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_job(shell: Here<'_>) -> Answer<()> {
    shell.running.cancel();
    Ok(())
}

/// How far the job is that runs, if one does.
#[tauri::command]
#[specta::specta]
pub(crate) async fn running_job(shell: Here<'_>) -> Answer<Option<JobProgress>> {
    Ok(shell.running.progress())
}

/// Known archives, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn archives(shell: Here<'_>) -> Answer<Vec<ArchiveCard>> {
    ask(&shell, |_, session| session.archives()).await
}

/// Lets a person pick an archive. Needs nobody to be signed in.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_archive(
    window: WebviewWindow,
    shell: Here<'_>,
    picker: State<'_, Box<dyn Picker>>,
) -> Answer<Option<OpenedArchive>> {
    let Some(path) = picker.pick(Ask::Archive, &window).await else { return Ok(None) };
    ask_shell(&shell, move |shell| shell.hold_archive(path).map(Some)).await
}

/// Lets a person pick archives, to be merged. None if they changed their mind.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pick_archives(
    window: WebviewWindow,
    shell: Here<'_>,
    picker: State<'_, Box<dyn Picker>>,
) -> Answer<Vec<OpenedArchive>> {
    let paths = picker.pick_archives(&window).await;
    ask_shell(&shell, move |shell| shell.hold_archives(paths)).await
}

/// Opens a known archive.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_known(shell: Here<'_>, archive: String) -> Answer<OpenedArchive> {
    ask(&shell, move |shell, session| shell.hold_archive(session.archive_path(&archive)?)).await
}

/// Holds a known archive without opening it, to be checked.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hold_known(shell: Here<'_>, archive: String) -> Answer<String> {
    ask(&shell, move |shell, session| Ok(shell.hold_path(session.archive_path(&archive)?))).await
}

/// Checks an archive that is held: every byte and item, or only its structure.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_archive(
    shell: Here<'_>,
    token: String,
    full: bool,
    progress: Channel<JobProgress>,
) -> Answer<CheckResult> {
    let work = move |shell: &Shell, job: &_| shell.check_held(&token, full, job);
    jobs::run_for_anyone(&shell, into(progress), work).await
}

/// Shows a known archive in the system's file viewer, or its folder where that can't point at a file.
#[tauri::command]
#[specta::specta]
pub(crate) async fn show_in_folder(app: AppHandle, shell: Here<'_>, archive: String) -> Answer<()> {
    let path = ask(&shell, move |_, session| session.archive_path(&archive)).await?;
    let shown = app.opener().reveal_item_in_dir(&path);
    let folder = path.parent().unwrap_or(&path).to_string_lossy().into_owned();
    let shown = shown.or_else(|_| app.opener().open_path(folder, None::<&str>));
    shown.map_err(|error| Problem::internal(&error))
}

/// Unlocks an archive that is held, by a password or a recovery key.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock_archive(
    shell: Here<'_>,
    token: String,
    password: Option<PasswordIn>,
    recovery_key: Option<String>,
) -> Answer<OpenedArchive> {
    ask_shell(&shell, move |shell| {
        let secret = secret_of(password, recovery_key.as_deref())?;
        shell.unlock_archive(&token, secret)
    })
    .await
}

/// What was typed, as the secret of an archive.
pub(super) fn secret_of(password: Option<PasswordIn>, recovery_key: Option<&str>) -> Answer<ArchiveSecret> {
    match (password, recovery_key) {
        (Some(password), _) => Ok(ArchiveSecret::Password(password.0)),
        (None, Some(key)) => ArchiveSecret::parse_key(key).map_err(|error| {
            Problem::new(Code::WrongSecret, "This is not a recovery key. The file is not touched.")
                .with_hint("Type the 14 groups of Backstop's key, or the 43 characters of Notesnook's.")
                .with_detail(error.to_string())
        }),
        (None, None) => Err(Problem::of(Code::SecretRequired)),
    }
}

/// Compares archives, merged into one, with the library: all of them, or only some items; of damaged ones
/// what is whole, if that is wished. Touches nothing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_restore(
    shell: Here<'_>,
    tokens: Vec<String>,
    mode: RestoreMode,
    only: Vec<String>,
    salvage: bool,
    progress: Channel<JobProgress>,
) -> Answer<PlanSummary> {
    jobs::run(&shell, into(progress), move |shell, session, job| {
        let effort = if salvage { Effort::Salvage } else { Effort::Usual };
        let archives = tokens.iter().map(|token| shell.open_held(token, effort)).collect::<Answer<_>>()?;
        let plan = session.plan_all(archives, &RestoreOrder { mode, only: &only, salvage }, job)?;
        shell.hold_plan(session, plan)
    })
    .await
}

/// Saves what is whole in an archive as a new file that a person picks. Nothing if they changed their mind.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_copy(
    window: WebviewWindow,
    shell: Here<'_>,
    picker: State<'_, Box<dyn Picker>>,
    token: String,
    password: Option<PasswordIn>,
    progress: Channel<JobProgress>,
) -> Answer<Option<SavedCopy>> {
    let (named, given) = (token.clone(), password.is_some());
    let name = ask_shell(&shell, move |shell| shell.copy_name(&named, given)).await?;
    let Some(path) = picker.pick(Ask::NewArchive(name), &window).await else { return Ok(None) };
    let work = move |shell: &Shell, job: &_| shell.save_copy(&token, &path, of(password.as_ref()), job);
    jobs::run_for_anyone(&shell, into(progress), work).await.map(Some)
}

/// Plans to take back what a restore did. Touches nothing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_undo(shell: Here<'_>, run: String) -> Answer<PlanSummary> {
    ask(&shell, move |shell, session| shell.hold_plan(session, session.plan_undo(&run)?)).await
}

/// Carries out the plan that was shown.
#[tauri::command]
#[specta::specta]
pub(crate) async fn apply_plan(
    app: AppHandle,
    shell: Here<'_>,
    plan: String,
    progress: Channel<JobProgress>,
) -> Answer<RestoreResult> {
    let end = jobs::run(&shell, into(progress), move |shell, session, job| {
        session.apply(shell.plans.take(&plan).ok_or_else(let_go)?, job)
    })
    .await;
    front::overview_changed(&app);
    end
}

#[cfg(test)]
mod tests {
    use backstop_engine::api::Password;

    use super::*;

    #[test]
    fn a_secret_is_a_password_or_a_key() {
        let password = || Some(PasswordIn(Password::new("violins").expect("short")));
        assert!(matches!(secret_of(password(), None), Ok(ArchiveSecret::Password(_))));
        assert!(matches!(secret_of(password(), Some("x")), Ok(ArchiveSecret::Password(_))));
        let code = |secret: Answer<ArchiveSecret>| secret.map(drop).map_err(|problem| problem.code);
        assert_eq!(code(secret_of(None, None)), Err(Code::SecretRequired));
        assert_eq!(code(secret_of(None, Some("too short"))), Err(Code::WrongSecret));
        assert_eq!(code(secret_of(None, Some(&"A".repeat(43)))), Ok(()), "43 characters are Notesnook's");
    }
}
