//! How long the page of the history takes over years of backups, in a window that was just opened.

use std::path::PathBuf;
use std::time::Duration;

use backstop_testkit::fixture;
use backstop_tests::desk::{Desk, Equipment};
use backstop_tests::process::until;
use backstop_tests::resident::PASSWORD;
use backstop_tests::waiting::processor_s;
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble, built, years};
use serde_json::json;

use crate::opening::process_of;

/// Archives in the folder; the runs are five times as many.
const ARCHIVES: usize = 1_000;

/// How long a page may take at all.
const LIMIT: Duration = Duration::from_secs(60);

/// What the page of the history says when its first runs are on the screen.
const READY: &str = "Show 50 more";

/// Presses a link and notes when a text is on the screen, by the page's own clock.
const PRESS: &str = "const [link, text] = arguments; \
    window.shownAfter = null; \
    const begun = performance.now(); \
    const look = () => document.body.textContent.includes(text) \
        ? setTimeout(() => { window.shownAfter = performance.now() - begun; }) \
        : requestAnimationFrame(look); \
    [...document.querySelectorAll('a')].find((a) => a.textContent.trim() === link).click(); \
    requestAnimationFrame(look);";

/// Measures the first and the second opening, where the archives are known and where they are all new.
///
/// # Errors
/// If the window or the page does not open.
pub(super) fn measure() -> Outcome {
    println!(
        "\nthe history of {ARCHIVES} archives and {} runs, in a new window",
        ARCHIVES * years::RUNS_EACH
    );
    for (known, name) in [(true, "archives that are known"), (false, "archives that were put there by hand")]
    {
        let desk = desk(known)?;
        // A name of its own: the same program may run elsewhere.
        let app = desk.file("backstop-app");
        std::fs::copy(built::program("backstop-app")?, &app)?;
        let window = Window::open_program(desk, "years", app.clone())?;
        window.find("heading", "Backup & export")?;
        let process = process_of(&app)?.file_name().and_then(|id| id.to_str()?.parse().ok());
        let process = process.ok_or_else(|| Trouble::new("a process without a number"))?;
        for time in ["the first time", "the second time"] {
            let before = processor_s(process)?;
            let clock_ms = opened(&window)?;
            let took = processor_s(process)? - before;
            println!("{:<56} {clock_ms:>6.0} ms {took:>6.2} s of processor time", format!("{name}, {time}"));
            window.click("link", "About")?;
            window.find("heading", "About")?;
        }
    }
    Ok(())
}

/// A desk with years of backups of one account, whose login is kept.
fn desk(known: bool) -> Outcome<Desk> {
    let mut desk = Desk::new(Equipment { keyring: true, notices: false })?;
    desk.set("BACKSTOP_PASSWORD", PASSWORD);
    desk.backstop(&["account", "create", "--name", "anna", "--keep"])?;
    let notes = fixture("notesnook/6.1/full-plain.nnbackupz");
    desk.backstop(&["restore", &notes.display().to_string()])?;
    desk.backstop(&["backup"])?;
    let mut archives = std::fs::read_dir(desk.file("Documents/Backstop/backups"))?.flatten();
    let newest: PathBuf = archives.next().ok_or_else(|| Trouble::new("no archive"))?.path();
    years::add(&years::account(&desk.file(".local/share/backstop"))?, &newest, ARCHIVES)?;
    if known {
        desk.backstop(&["list"])?;
    }
    Ok(desk)
}

fn opened(window: &Window) -> Outcome<f64> {
    window.ask(PRESS, vec![json!("History"), json!(READY)])?;
    until(LIMIT, || {
        let after = window.ask("return window.shownAfter", Vec::new())?.as_f64();
        after.ok_or_else(|| Trouble::new("the history is not on the screen"))
    })
}
