//! Every screen: clean for axe in light and dark, and usable in a narrow window with large text.

use backstop_testkit::fixture;
use backstop_tests::desk::Equipment;
use backstop_tests::journey::{Journey, Secret, Start};
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};

/// Pages of the shell, by the name of their link and of their heading.
const PAGES: [(&str, &str); 7] = [
    ("Backup & export", "Backup & export"),
    ("Restore", "Restore"),
    ("Browse", "Browse"),
    ("Profile", "Profile"),
    ("Security", "Security"),
    ("Appearance", "Appearance"),
    ("About", "About"),
];

/// Walks through every screen there is and stops at each.
fn walk_all(name: &str, at: &dyn Fn(&Window, &str) -> Outcome) -> Outcome {
    let archive = fixture("notesnook/6.1/full-encrypted.nnbackupz");
    let window = Window::open(name, Equipment::default())?;
    let journey = Journey::stopping(&window, at);
    journey.set_up("Grace", Start::Samples)?;
    for (link, heading) in PAGES {
        window.click("link", link)?;
        window.find("heading", heading)?;
        journey.stop(&format!("page-{}", link.to_lowercase().replace(" & ", "-")))?;
    }
    journey.create_backup(true)?;
    window.click("button", "Done")?;
    window.click("switch", "Backup encryption")?;
    window.find("password", "Account password")?;
    journey.stop("encryption-off")?;
    window.click("button", "Keep it on")?;
    journey.plan_from_file(&archive, Secret::Password("harbour-lantern-42"))?;
    journey.apply()?;
    journey.undo()?;
    Ok(())
}

#[test]
fn axe_finds_nothing_on_any_screen_light_or_dark() -> Outcome {
    walk_all("axe", &|window, screen| window.examine(screen))
}

#[test]
fn axe_would_find_something() -> Outcome {
    let window = Window::open("axe-works", Equipment::default())?;
    window.find("button", "Set up backups")?;
    window.ask(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"x\">')",
        Vec::new(),
    )?;
    let complaints = window.complaints()?;
    assert!(complaints.iter().any(|line| line.starts_with("image-alt")), "{complaints:?}");
    Ok(())
}

/// Every screen as wide as it gets on a small screen (320), and in the usual window when the system's
/// text is twice as large: WebKitGTK then lays it out on half of the width (550).
#[test]
fn every_screen_fits_a_narrow_window() -> Outcome {
    walk_all("narrow", &|window, screen| {
        for width in [320, 550] {
            window.size(width, 900)?;
            window.picture(&format!("{screen}-{width}"))?;
            nothing_sticks_out(window, &format!("{screen}, {width} wide"))?;
        }
        window.size(1100, 900)
    })
}

fn nothing_sticks_out(window: &Window, screen: &str) -> Outcome {
    let out = window.sticking_out()?;
    if out.is_empty() {
        return Ok(());
    }
    Err(Trouble::new(format!("{screen}: these stick out: {}", out.join("; "))))
}
