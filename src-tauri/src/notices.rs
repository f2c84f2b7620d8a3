//! Gives notices. Which ones are due, and what they say, is the engine's pure decision (`engine::notices`);
//! here they reach the system, and what was given is noted.

use std::sync::Arc;

use backstop_engine::api::{DueNotice, How, Problem};
use backstop_engine::ports::{Notice, Notices};
use tauri::{AppHandle, Manager};
use tauri_plugin_notification::NotificationExt;

use crate::anew::Calls;
use crate::front;
use crate::shell::{Shell, blocking};

/// The system's notices.
pub(crate) struct SystemNotices(pub(crate) AppHandle);

impl Notices for SystemNotices {
    fn show(&self, notice: &Notice) {
        self.give(notice, false);
    }
}

impl SystemNotices {
    fn give(&self, notice: &Notice, quiet: bool) {
        let shown = self.0.notification().builder().title(&notice.title).body(&notice.body);
        let shown = if quiet { shown.silent() } else { shown };
        // Whether anybody sees it can't be known; a system without notices is no fault of the job.
        let _ = shown.show();
    }
}

/// Gives what is due for who is signed in.
pub(crate) async fn give_due(app: &AppHandle) {
    // Between its note and its showing a notice must not get lost.
    let _call = app.state::<Calls>().begin();
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    let Some(session) = shell.signed_in() else { return };
    let in_front = front::is_in_front(app);
    let due = blocking(move || {
        let due = session.notices(in_front)?;
        if !due.is_empty() {
            session.note_said(&due);
        }
        Ok(due)
    });
    // Settings or a history that can't be read: the window says so.
    give(app, &due.await.unwrap_or_default());
}

/// Gives what is due where the keychain opens no account: that its backups wait.
pub(crate) async fn give_to_the_locked_out(app: &AppHandle) {
    let _call = app.state::<Calls>().begin();
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    let due = blocking(move || {
        let engine = shell.engine()?;
        let Some(account) = engine.accounts_last_first()?.into_iter().next() else { return Ok(Vec::new()) };
        let due = engine.notices_locked_out(&account.id)?;
        if !due.is_empty() {
            engine.note_said(&account.id, &due)?;
        }
        Ok::<_, Problem>(due)
    });
    give(app, &due.await.unwrap_or_default());
}

fn give(app: &AppHandle, due: &[DueNotice]) {
    for DueNotice { notice, how, bring_window, .. } in due {
        match how {
            How::Loud => SystemNotices(app.clone()).give(notice, false),
            How::Quiet => SystemNotices(app.clone()).give(notice, true),
            How::InWindow => {}
        }
        if *bring_window {
            front::show(app);
        }
    }
}
