//! The commands of the window: doormen of at most ten lines. Each takes its arguments, calls the engine's
//! door away from the window's thread, and lets a [`Problem`] out.

pub(crate) mod account;
pub(crate) mod archives;
pub(crate) mod care;
pub(crate) mod desktop;
pub(crate) mod history;
pub(crate) mod keep;
pub(crate) mod library;
#[cfg(test)]
pub(crate) mod names;
pub(crate) mod places;
pub(crate) mod settings;

use std::sync::Arc;

use backstop_engine::api::{JobProgress, Password, Problem, Session};
use tauri::State;
use tauri::ipc::Channel;

use crate::secret_in::PasswordIn;
use crate::shell::{Shell, blocking};

/// What every command answers.
pub(crate) type Answer<T> = Result<T, Problem>;

/// The shell, as commands get it.
pub(crate) type Here<'a> = State<'a, Arc<Shell>>;

/// The password within what the window sent.
fn of(sent: Option<&PasswordIn>) -> Option<&Password> {
    sent.map(|sent| &sent.0)
}

/// Sends progress to the window, for as long as there is one.
fn into(progress: Channel<JobProgress>) -> impl FnMut(JobProgress) {
    move |sample| drop(progress.send(sample))
}

/// Asks something of who is signed in.
async fn ask<T: Send + 'static>(
    shell: &Here<'_>,
    question: impl FnOnce(&Shell, &Session) -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let shell = Arc::clone(shell);
    blocking(move || question(&shell, &*shell.session()?)).await
}

/// Asks something that needs nobody to be signed in.
async fn ask_shell<T: Send + 'static>(
    shell: &Here<'_>,
    question: impl FnOnce(&Shell) -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let shell = Arc::clone(shell);
    blocking(move || question(&shell)).await
}
