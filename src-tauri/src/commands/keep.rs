//! Keeping and deleting archives by the owner's policy.

use backstop_engine::api::{JobProgress, Keep, Problem, PrunePlanCard, PruneResult};
use tauri::ipc::Channel;

use super::{Answer, Here, ask, into};
use crate::jobs;

/// What the policy would delete now, and why each archive stays or goes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn prune_plan(shell: Here<'_>) -> Answer<PrunePlanCard> {
    ask(&shell, |_, session| session.prune_plan()).await
}

/// Deletes what the plan named by `token` says, and from now on by itself what the policy says.
#[tauri::command]
#[specta::specta]
pub(crate) async fn prune(
    shell: Here<'_>,
    token: String,
    progress: Channel<JobProgress>,
) -> Answer<PruneResult> {
    jobs::run(&shell, into(progress), move |_, session, job| session.prune(&token, job)).await
}

/// Agrees to what the policy deletes, without deleting anything now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn agree_to_keep(shell: Here<'_>, keep: Keep) -> Answer<PrunePlanCard> {
    ask(&shell, move |_, session| {
        session.agree_to_keep(keep)?;
        session.prune_plan()
    })
    .await
}

/// Says that smaller backups are right, so that deleting goes on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn accept_drop(shell: Here<'_>) -> Answer<PrunePlanCard> {
    ask(&shell, |_, session| {
        session.accept_drop()?;
        session.prune_plan()
    })
    .await
}

/// Pins an archive, or lets it go again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pin_archive(shell: Here<'_>, id: String, pinned: bool) -> Answer<()> {
    ask(&shell, move |_, session| -> Result<(), Problem> { session.pin(&id, pinned) }).await
}
