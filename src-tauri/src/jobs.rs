//! Running a job: its work on a thread that may block, its progress sampled aside.

use std::sync::Arc;
use std::time::Duration;

use backstop_engine::api::{Job, JobProgress, Problem, Session};

use crate::progress::watch;
use crate::running::Guard;
use crate::shell::{Shell, blocking};

/// How long a job that gives way may take to stop. It looks whether it should after each piece it reads.
const GIVING_WAY: Duration = Duration::from_secs(10);

/// Runs a job for who is signed in. `show` gets its progress, at most ten times a second.
///
/// # Errors
/// `not_logged_in`; `busy` while another job runs; what the work meets.
pub(crate) async fn run<T: Send + 'static>(
    shell: &Arc<Shell>,
    show: impl FnMut(JobProgress) + Send + 'static,
    work: impl FnOnce(&Shell, &Session, &Job) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let session = shell.session()?;
    run_for_anyone(shell, show, move |shell, job| work(shell, &session, job)).await
}

/// Runs a job that needs nobody to be signed in. `show` gets its progress, at most ten times a second.
///
/// # Errors
/// `busy` while another job runs; what the work meets.
pub(crate) async fn run_for_anyone<T: Send + 'static>(
    shell: &Arc<Shell>,
    mut show: impl FnMut(JobProgress) + Send + 'static,
    work: impl FnOnce(&Shell, &Job) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let guard = start(shell).await?;
    let (job, running) = (guard.job(), Arc::clone(&shell.running));
    let sampling = tauri::async_runtime::spawn(async move {
        watch(&job, |sample| {
            running.note(sample.clone());
            show(sample);
        })
        .await;
    });
    let (shell, shell_after) = (Arc::clone(shell), shell);
    // The guard goes into the work, so that the place is free exactly when the work is over.
    let end = blocking(move || work(&shell, &guard.job())).await;
    sampling.abort();
    shell_after.look.notify_one();
    end
}

/// Takes the one place for a job, from one that gives way too: what is checked by itself can wait.
async fn start(shell: &Shell) -> Result<Guard, Problem> {
    match shell.running.start() {
        Err(_) if shell.running.give_way() => {
            shell.running.ended_within(GIVING_WAY).await;
            shell.running.start()
        }
        started => started,
    }
}
