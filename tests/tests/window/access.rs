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
fn walk_all(window: &Window, at: &dyn Fn(&Window, &str) -> Outcome) -> Outcome {
    let archive = fixture("notesnook/6.1/full-encrypted.nnbackupz");
    let journey = Journey::stopping(window, at);
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
    let window = Window::open("axe", Equipment::default())?;
    walk_all(&window, &|window, screen| window.examine(screen))
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

#[test]
fn every_screen_fits_a_narrow_window() -> Outcome {
    let window = Window::open("narrow", Equipment::default())?;
    walk_all(&window, &|window, screen| {
        window.size(320, 900)?;
        window.picture(&format!("{screen}-320"))?;
        nothing_sticks_out(window, &format!("{screen}, 320 wide"))?;
        window.size(1100, 900)
    })
}

/// Text of twice the size, as the system's own setting makes it: GTK tells WebKitGTK, which draws
/// everything on half of the width.
#[test]
fn every_screen_fits_text_of_twice_the_size() -> Outcome {
    let window = Window::open_with_large_text("text200", 2)?;
    let is_large = window.ask("return innerWidth * 2 === outerWidth", Vec::new())?;
    assert_eq!(is_large, serde_json::json!(true), "the system's setting reaches the page");
    walk_all(&window, &|window, screen| {
        window.picture(screen)?;
        nothing_sticks_out(window, &format!("{screen}, text of twice the size"))
    })
}

fn nothing_sticks_out(window: &Window, screen: &str) -> Outcome {
    let out = window.sticking_out()?;
    if out.is_empty() {
        return Ok(());
    }
    Err(Trouble::new(format!("{screen}: these stick out: {}", out.join("; "))))
}
