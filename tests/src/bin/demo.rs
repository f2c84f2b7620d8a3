//! Walks the main job in the real window and saves pictures: what `cargo xtask run` shows where there is
//! no display.
//!
//! `BACKSTOP_DEMO_FOLDER` says where the pictures go.
#![expect(clippy::print_stdout, reason = "it tells a person where the pictures are")]

#[cfg(target_os = "linux")]
fn main() -> backstop_tests::Outcome {
    linux::walk()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("The walk needs WebKitGTK's driver, which this system does not have: use `cargo xtask run`.");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::Cell;
    use std::fs;
    use std::path::PathBuf;

    use backstop_testkit::fixture;
    use backstop_tests::desk::Equipment;
    use backstop_tests::journey::{Journey, Secret, Start};
    use backstop_tests::look::Theme;
    use backstop_tests::window::Window;
    use backstop_tests::{Outcome, Trouble};

    pub(super) fn walk() -> Outcome {
        let folder = std::env::var_os("BACKSTOP_DEMO_FOLDER").map_or_else(|| "demo".into(), PathBuf::from);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let number = Cell::new(0_u32);
        let take = |window: &Window, screen: &str| {
            number.set(number.get() + 1);
            let path = window.picture_at(folder.join(format!("{:02}-{screen}.png", number.get())))?;
            println!("{}", path.display());
            Ok(())
        };
        let window = Window::open("demo", Equipment { keyring: true, notices: true })?;
        window.size(1100, 802)?;
        let journey = Journey::stopping(&window, &take);
        journey.set_up(
            "Ada",
            Start::Backup(&fixture("notesnook/6.1/full-encrypted.nnbackupz"), "harbour-lantern-42"),
        )?;
        journey.create_backup(true)?;
        window.click("button", "Done")?;
        let backups = window.desk().file("Documents/Backstop/backups");
        let newest = fs::read_dir(backups)?.filter_map(Result::ok).map(|entry| entry.path()).max();
        let newest = newest.ok_or_else(|| Trouble::new("the backup left no file"))?;
        journey.plan_from_file(&newest, Secret::None)?;
        window.click("button", "Close")?;
        window.click("link", "Browse")?;
        window.find("heading", "Browse")?;
        window.click("option", "Pea soup…")?;
        journey.stop("browse")?;
        window.click("link", "Backup & export")?;
        window.theme(Theme::Dark)?;
        journey.stop("backup-export-dark")
    }
}
