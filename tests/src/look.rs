//! How the window looks: pictures, themes, sizes, and what axe-core says about it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::window::Window;
use crate::{Outcome, Trouble, built};

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Runs axe in the page and calls back with one line for each thing that is wrong.
const AXE: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
      (report) => done(report.violations.flatMap((rule) => rule.nodes.map((node) =>
        `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`))),
      (error) => done(['axe itself failed: ' + error]));";

/// Calls back when the page has been painted twice, a little after its longest transition (240 ms).
const SETTLED: &str = "const done = arguments[arguments.length - 1];
    setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))), 300);
    setTimeout(() => done(false), 2000);";

/// Whatever sticks out of the window to the right.
const TOO_WIDE: &str = "const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= wide) return [];
    return [...document.querySelectorAll('body *')]
      .filter((e) => e.getBoundingClientRect().right > wide + 1 && e.getBoundingClientRect().width > 0)
      .slice(0, 8).map((e) => `${e.tagName.toLowerCase()}.${e.className}: ${e.innerText || ''}`.slice(0, 80));";

impl Window {
    /// Saves a picture below `target/screens/` and makes sure that it shows something.
    ///
    /// # Errors
    /// If it can't be taken, or is of one colour: then nothing was drawn.
    pub fn picture(&self, name: &str) -> Outcome<PathBuf> {
        let folder = built::target()?.join("screens").join(self.name());
        fs::create_dir_all(&folder)?;
        self.picture_at(folder.join(format!("{name}.png")))
    }

    /// Waits until what the page says has been painted, and its short movements are over.
    fn settle(&self) -> Outcome {
        let session = self.session()?;
        self.run(session.execute_async(SETTLED, Vec::new())).map(drop)
    }

    /// Saves a picture under a path and makes sure that it shows something.
    ///
    /// # Errors
    /// If it can't be taken, or is of one colour: then nothing was drawn.
    pub fn picture_at(&self, path: PathBuf) -> Outcome<PathBuf> {
        self.settle()?;
        let png = self.run(self.session()?.screenshot_as_png())?;
        fs::write(&path, png)?;
        let colours = Command::new("identify").args(["-format", "%k"]).arg(&path).output()?;
        let colours: u64 = String::from_utf8_lossy(&colours.stdout).trim().parse()?;
        if colours > 1 { Ok(path) } else { Err(Trouble::new(format!("{} is of one colour", path.display()))) }
    }

    /// Sets the theme, as the choice on the Appearance page does.
    ///
    /// # Errors
    /// If the page can't be told.
    pub fn theme(&self, theme: Theme) -> Outcome {
        let script = "document.documentElement.dataset.theme = arguments[0]";
        self.ask(script, vec![json!(theme.word())])?;
        // Colours fade for a moment; a picture of that shows neither theme. Nobody waits for a busy machine
        // to paint every step of it.
        let fading = "const fading = document.getAnimations().filter((one) => one instanceof CSSTransition);
            fading.forEach((one) => one.finish());
            return fading.length";
        crate::process::until(std::time::Duration::from_secs(20), || {
            let fading = self.ask(fading, Vec::new())?;
            if fading == json!(0) {
                Ok(())
            } else {
                Err(Trouble::new(format!("{fading} colours still fade")))
            }
        })
    }

    /// Makes sure that the page's ground is as light or dark as the theme says.
    fn holds(&self, theme: Theme) -> Outcome {
        self.settle()?;
        let script = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3)
            .reduce((sum, part) => sum + Number(part), 0) / 3 < 128";
        let is_dark = self.ask(script, Vec::new())?;
        let fits = is_dark == json!(theme == Theme::Dark);
        if fits { Ok(()) } else { Err(Trouble::new(format!("the page is not {}", theme.word()))) }
    }

    /// Sets the size of the window's inside, in pixels.
    ///
    /// # Errors
    /// If the window does not take the size.
    pub fn size(&self, width: u32, height: u32) -> Outcome {
        self.run(self.session()?.set_window_rect(0, 0, width, height))?;
        crate::process::until(std::time::Duration::from_secs(5), || {
            let is = self.ask("return innerWidth", Vec::new())?;
            if is == json!(width) {
                Ok(())
            } else {
                Err(Trouble::new(format!("the window is {is} wide, not {width}")))
            }
        })
    }

    /// What axe-core finds wrong in the page as it is, one line each.
    ///
    /// # Errors
    /// If axe can't be run.
    pub fn complaints(&self) -> Outcome<Vec<String>> {
        self.teach_axe()?;
        let answer = self.run(self.session()?.execute_async(AXE, Vec::new()))?;
        lines(answer.json())
    }

    /// What sticks out of the window to the right, one line each: a reader should not scroll sideways.
    ///
    /// # Errors
    /// If the page can't be asked.
    pub fn sticking_out(&self) -> Outcome<Vec<String>> {
        lines(&self.ask(TOO_WIDE, Vec::new())?)
    }

    /// Takes a picture of a screen in both themes and lets axe look at both.
    ///
    /// # Errors
    /// What axe found wrong.
    pub fn examine(&self, screen: &str) -> Outcome {
        for theme in Theme::ALL {
            self.theme(theme)?;
            self.holds(theme)?;
            self.picture(&format!("{screen}-{}", theme.word()))?;
            let complaints = self.complaints()?;
            if !complaints.is_empty() {
                let list = complaints.join("\n");
                return Err(Trouble::new(format!("axe on {screen}, {}:\n{list}", theme.word())));
            }
        }
        self.theme(Theme::Light)
    }

    /// Gives axe-core to the page, once.
    pub(crate) fn teach_axe(&self) -> Outcome {
        if self.ask("return typeof axe === 'object'", Vec::new())? == json!(true) {
            return Ok(());
        }
        let path = built::root().join("ui/node_modules/axe-core/axe.min.js");
        let source = fs::read_to_string(&path).map_err(|e| Trouble::from(e).during(path.display()))?;
        self.ask(&format!("{source}\nwindow.axe = axe;"), Vec::new()).map(drop)
    }
}

fn lines(answer: &Value) -> Outcome<Vec<String>> {
    let list = answer.as_array().ok_or_else(|| Trouble::new(format!("not a list: {answer}")))?;
    Ok(list.iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect())
}
