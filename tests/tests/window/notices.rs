//! Notices on a real board: what a press on them does, and a picture of each for the documents.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use backstop_tests::board::{Notice, hang};
use backstop_tests::desk::{Desk, Equipment};
use backstop_tests::look::Theme;
use backstop_tests::process::until;
use backstop_tests::resident::Resident;
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble, built};

/// How long a job or a window may take on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// Where the documents have their pictures of notices, from their own folder.
const PICTURES: &str = "images/notices";

/// What stands before and after the table in the documents.
const MARKS: [&str; 2] = ["<!-- notices: written by the tests -->", "<!-- end of notices -->"];

#[test]
fn a_notice_of_a_failure_leads_to_what_mends_it() -> Outcome {
    let Resident { desk, mut clock, host: _host, .. } = Resident::new()?;
    let disk = desk.file("disk");
    fs::create_dir(&disk)?;
    desk.backstop(&["settings", "set", "backups_folder", &disk.display().to_string()])?;
    fs::rename(&disk, desk.file("away"))?;
    let window = Window::open_on(desk, "notice")?;
    window.click("link", "About")?;
    window.find("heading", "About")?;
    until(LONG, || {
        // The app has seen by now that the computer woke; only then does its waiting begin.
        clock.pass(60_000)?;
        until(Duration::from_secs(2), || match window.desk().notices_said()?.contains("waits for its disk") {
            true => Ok(()),
            false => Err(Trouble::new(format!("no notice: {}", window.desk().notices_said()?))),
        })
    })?;
    assert!(window.has("heading", "About")?, "nobody pressed it");
    until(LONG, || {
        window.desk().press_notice()?;
        // The word on the bus comes before the notice hangs on the board.
        until(Duration::from_secs(2), || match window.focused()? {
            (_, name) if name == "Select backups directory" => Ok(()),
            other => Err(Trouble::new(format!("the focus is on {other:?}"))),
        })
    })?;
    window.find("heading", "Backup & export").map(drop)
}

#[test]
fn the_button_of_a_reminder_backs_up_and_brings_a_window() -> Outcome {
    let mut resident = Resident::new()?;
    for (key, value) in [("backups", "never"), ("reminders", "daily")] {
        resident.desk.backstop(&["settings", "set", key, value])?;
    }
    resident.start()?;
    resident.host.tray()?.wait_for("Not backed up yet")?;
    resident.clock.pass(120_000)?;
    resident.wait_for_notice("Time for a backup")?;
    assert!(resident.desk.shows("Backstop").is_err(), "nobody asked for a window");
    assert_eq!(resident.archives().len(), 0);
    // The word on the bus comes before the notice hangs on the board.
    until(LONG, || {
        resident.desk.press_button()?;
        until(Duration::from_secs(5), || match resident.archives().len() {
            1 => Ok(()),
            found => Err(Trouble::new(format!("{found} archives, not 1"))),
        })
    })?;
    until(LONG, || resident.desk.shows("Backstop"))
}

fn notices() -> Outcome<Vec<Notice>> {
    Ok(serde_json::from_str(&fs::read_to_string(built::root().join("tests/notices.json"))?)?)
}

fn file(notice: &Notice, theme: Theme) -> String {
    format!("{}-{}.png", notice.name, theme.word())
}

fn is_writing() -> bool {
    std::env::var_os("BACKSTOP_PICTURES").is_some()
}

fn draw_all(theme: Theme) -> Outcome {
    let folder = if is_writing() {
        built::root().join("docs").join(PICTURES)
    } else {
        built::target()?.join("screens/notices")
    };
    fs::create_dir_all(&folder)?;
    let desk = Desk::new(Equipment::default())?;
    let _board = hang(&desk, theme)?;
    for notice in notices()? {
        let picture = folder.join(file(&notice, theme));
        desk.picture_of(&notice, &picture).map_err(|trouble| trouble.during(&notice.name))?;
    }
    Ok(())
}

#[test]
fn every_notice_is_drawn_light() -> Outcome {
    draw_all(Theme::Light)
}

#[test]
fn every_notice_is_drawn_dark() -> Outcome {
    draw_all(Theme::Dark)
}

/// The table of the documents.
fn table(notices: &[Notice]) -> String {
    let row = |notice: &Notice| {
        let Notice { when, button, quiet, .. } = notice;
        let when = if *quiet { format!("*{when}*") } else { when.clone() };
        let picture =
            |theme| format!("![{}, {}]({PICTURES}/{})", notice.when, Theme::word(theme), file(notice, theme));
        let [light, dark] = Theme::ALL.map(picture);
        format!("| {when} | {button} | {light} | {dark} |\n")
    };
    let rows: String = notices.iter().map(row).collect();
    format!("| Given when | Offers | Light | Dark |\n|---|---|---|---|\n{rows}")
}

#[test]
fn every_notice_is_in_the_documents() -> Outcome {
    let (notices, path) = (notices()?, built::root().join("docs/states.md"));
    let text = fs::read_to_string(&path)?;
    let [from, to] = MARKS;
    let cut = || Trouble::new("docs/states.md lacks the marks of the notices");
    let (before, rest) = text.split_once(from).ok_or_else(cut)?;
    let (_, after) = rest.split_once(to).ok_or_else(cut)?;
    let wanted = format!("{before}{from}\n{}{to}{after}", table(&notices));
    if is_writing() {
        fs::write(&path, &wanted)?;
    }
    assert_eq!(fs::read_to_string(&path)?, wanted, "docs/states.md is not what it should be");
    let folder = built::root().join("docs").join(PICTURES);
    let all = notices.iter().flat_map(|notice| Theme::ALL.map(|theme| folder.join(file(notice, theme))));
    let all: Vec<PathBuf> = all.collect();
    let missing: Vec<_> = all.iter().filter(|picture| !is_writing() && !picture.is_file()).collect();
    assert!(missing.is_empty(), "pictures are missing: {missing:?}");
    Ok(())
}
