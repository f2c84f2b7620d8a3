//! Every screen: clean for axe in light and dark, and usable in a narrow window with large text.

use backstop_tests::desk::Equipment;
use backstop_tests::journey::{Journey, PASSWORD, Secret, Start};
use backstop_tests::window::Window;
use backstop_tests::{Outcome, Trouble};

use crate::{archives, with_samples};

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
    let source = with_samples(&format!("{name}-source"))?;
    let archive = archives(source.desk())?.remove(0);
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
    journey.plan_from_file(&archive, Secret::Password(PASSWORD))?;
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

#[test]
fn every_screen_fits_a_narrow_window_and_large_text() -> Outcome {
    walk_all("narrow", &|window, screen| {
        for (what, width, text) in [("320", 320, 100), ("text-200", 1100, 200), ("320-text-200", 320, 200)] {
            window.size(width, 900)?;
            window.text_size(text)?;
            window.picture(&format!("{screen}-{what}"))?;
            let out = window.sticking_out()?;
            if !out.is_empty() {
                return Err(Trouble::new(format!("{screen} at {what} sticks out: {}", out.join("; "))));
            }
        }
        window.text_size(100)?;
        window.size(1100, 900)
    })
}
