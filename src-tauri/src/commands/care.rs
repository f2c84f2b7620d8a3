//! Proof that a backup opens, and the report for whoever helps.

use backstop_engine::api::{Job, ProvedNote};
use tauri::{State, WebviewWindow};

use super::archives::secret_of;
use super::{Answer, Here, ask};
use crate::picker::{Ask, Picker};
use crate::secret_in::PasswordIn;

/// Opens a backup, the newest encrypted one unless another is named, with what was typed and nothing else,
/// and gives one note of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn prove(
    shell: Here<'_>,
    archive: Option<String>,
    password: Option<PasswordIn>,
    recovery_key: Option<String>,
) -> Answer<ProvedNote> {
    ask(&shell, move |_, session| {
        let secret = secret_of(password, recovery_key.as_deref())?;
        session.prove(archive.as_deref(), &secret, &Job::new())
    })
    .await
}

/// What is to be known of one run, as text, for "Copy details": nothing in it is the owner's own.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_details(shell: Here<'_>, run: String) -> Answer<String> {
    ask(&shell, move |_, session| session.run_details(&run)).await
}

/// The report as text, for "Copy details".
#[tauri::command]
#[specta::specta]
pub(crate) async fn report(shell: Here<'_>) -> Answer<String> {
    ask(&shell, |_, session| session.report()).await
}

/// Saves the report where a person picks. `false` if they changed their mind.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_report(
    window: WebviewWindow,
    shell: Here<'_>,
    picker: State<'_, Box<dyn Picker>>,
) -> Answer<bool> {
    let Some(path) = picker.pick(Ask::NewReport, &window).await else { return Ok(false) };
    ask(&shell, move |_, session| session.save_report(&path)).await?;
    Ok(true)
}
