//! The real window, seen and used as a person does: by roles, names and keys.
//!
//! Debian's `WebKitWebDriver` starts the app and speaks WebDriver. Roles and names are computed by
//! axe-core in the page itself, so a thing that a screen reader can't name can't be pressed here either.

use std::fs::File;
use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::{By, Capabilities, Key, WebDriver, WebElement};
use tokio::runtime::{Builder, Runtime};

use crate::desk::{Desk, Equipment};
use crate::host::Host;
use crate::process::{Group, until};
use crate::resident::{MovedClock, Resident};
use crate::{Outcome, Trouble, built};

/// How long the window may take to open, on a busy machine.
const OPENING: Duration = Duration::from_secs(40);
/// How long a thing may take to appear.
const APPEARING: Duration = Duration::from_secs(15);
/// How long one command to the driver may take.
const ONE_COMMAND: Duration = Duration::from_secs(30);

/// The script of the dialogs, in the home.
const PICKS: &str = "picks.txt";

/// Finds what has a role and a name; see the file.
const FIND: &str = include_str!("find.js");

/// What `find.js` returns.
#[derive(Deserialize)]
struct Answer {
    /// A reference to the element, as WebDriver writes it.
    found: Option<Value>,
    others: Vec<String>,
    focused: Option<Focused>,
}

#[derive(Deserialize)]
struct Focused {
    role: String,
    name: String,
}

/// The app's window on its own desk.
pub struct Window {
    // Dropped in order: the driver and the app before the desk they stand on.
    session: Session,
    runtime: Runtime,
    driver: Group,
    desk: Desk,
    name: String,
    app: PathBuf,
    large_text: bool,
}

impl Window {
    /// Opens the app on a new desk. Pictures go below `target/screens/` under `name`.
    ///
    /// # Errors
    /// If a program is missing or the window does not open in time.
    pub fn open(name: &str, equipment: Equipment) -> Outcome<Self> {
        let mut desk = Desk::new(equipment)?;
        let script = desk.file(PICKS);
        desk.set("BACKSTOP_PICKS", script);
        Self::open_on(desk, name)
    }

    /// Opens the app on a new desk, with the system's own dialogs instead of scripted ones.
    ///
    /// # Errors
    /// If a program is missing or the window does not open in time.
    pub fn open_with_real_dialogs(name: &str, equipment: Equipment) -> Outcome<Self> {
        Self::open_on(Desk::new(equipment)?, name)
    }

    /// Opens the app on a new desk whose system draws text so many times as large as usual.
    ///
    /// # Errors
    /// If a program is missing or the window does not open in time.
    pub fn open_with_large_text(name: &str, times: u32) -> Outcome<Self> {
        let mut desk = Desk::new(Equipment::default())?;
        desk.set("GDK_DPI_SCALE", times.to_string());
        let script = desk.file(PICKS);
        desk.set("BACKSTOP_PICKS", script);
        Ok(Self { large_text: true, ..Self::open_on(desk, name)? })
    }

    /// Opens the app on a desk that is there.
    ///
    /// # Errors
    /// If a program is missing or the window does not open in time.
    pub fn open_on(desk: Desk, name: &str) -> Outcome<Self> {
        Self::open_program(desk, name, built::program("backstop-app")?)
    }

    /// Opens any program that shows its window in WebKitGTK.
    ///
    /// # Errors
    /// If a program is missing or the window does not open in time.
    pub fn open_program(desk: Desk, name: &str, app: PathBuf) -> Outcome<Self> {
        let (driver, port) = Self::ready(&desk)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let opening = WebDriver::new(address(port), wishes(&app, &[])?);
        let session = runtime.block_on(async { tokio::time::timeout(OPENING, opening).await });
        let session = session.map_err(|_| never_opened(&desk))?.map_err(|error| not_opened(error, &desk))?;
        let (session, name) = (Session(Some(session)), name.to_owned());
        Ok(Self { session, runtime, driver, desk, name, app, large_text: false })
    }

    /// Starts the app of a resident without a window, and drives the window that `call` brings up. Gives back
    /// the clock and the tray of the desk, too.
    ///
    /// # Errors
    /// If a program is missing, or no window comes up soon after `call`.
    pub fn called_up(
        mut resident: Resident,
        name: &str,
        call: impl FnOnce(&mut Resident) -> Outcome,
    ) -> Outcome<(Self, MovedClock, Host)> {
        let app = built::program("backstop-app")?;
        let (driver, port) = Self::ready(&resident.desk)?;
        // The driver waits for the window on a thread of its own, while this one goes on.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let opening = runtime.spawn(WebDriver::new(address(port), wishes(&app, &["--hidden"])?));
        call(&mut resident)?;
        let session = runtime.block_on(async { tokio::time::timeout(OPENING, opening).await });
        let (desk, clock, host) = resident.into_parts();
        let session = session.map_err(|_| never_opened(&desk))??.map_err(|error| not_opened(error, &desk))?;
        let (session, name) = (Session(Some(session)), name.to_owned());
        Ok((Self { session, runtime, driver, desk, name, app, large_text: false }, clock, host))
    }

    /// What a window needs before it is there: a script for its dialogs, and a driver.
    fn ready(desk: &Desk) -> Outcome<(Group, u16)> {
        // The app counts the lines from its start.
        File::create(desk.file(PICKS))?;
        desk.driver()
    }

    /// Ends the app hard, as a crash or a power cut would, and opens it again on the same desk.
    ///
    /// # Errors
    /// If the window does not open again.
    pub fn crash_and_reopen(self) -> Outcome<Self> {
        let (name, app) = (self.name.clone(), self.app.clone());
        Self::open_program(self.crash(), &name, app)
    }

    /// Ends the app hard and gives its desk back.
    #[must_use]
    pub fn crash(self) -> Desk {
        let Self { session, driver, desk, .. } = self;
        drop(session);
        drop(driver);
        desk
    }

    /// Scripts the next dialog for a file or folder: it answers with this path, without being drawn.
    ///
    /// The app reads the file named by `BACKSTOP_PICKS`: one path a line, in the order of the dialogs.
    ///
    /// # Errors
    /// If the script can't be written.
    pub fn will_pick(&self, path: &Path) -> Outcome {
        let mut script = File::options().create(true).append(true).open(self.desk.file(PICKS))?;
        Ok(writeln!(script, "{}", path.display())?)
    }

    /// Scripts the next dialog for several files: it answers with all of these.
    ///
    /// # Errors
    /// If the script can't be written.
    pub fn will_pick_all(&self, paths: &[&Path]) -> Outcome {
        let line: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        self.will_pick(Path::new(&line.join("\t")))
    }

    /// Gives the focus to what has this role and name, as stepping there by arrows does.
    ///
    /// # Errors
    /// If it does not appear.
    pub fn focus(&self, role: &str, name: &str) -> Outcome {
        let element = self.find(role, name)?;
        self.ask("arguments[0].focus()", vec![element.to_json()?]).map(drop)
    }

    /// The desk that the window stands on.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The name under which pictures are saved.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Presses what has this role and name, when it is there.
    ///
    /// # Errors
    /// If it does not appear or can't be pressed.
    pub fn click(&self, role: &str, name: &str) -> Outcome {
        let doing = format!("pressing the {role} “{name}”");
        self.retrying(&doing, || {
            // Large text leaves no room beside the page: the navigation is behind a button.
            if self.large_text && role == "link" && self.has("button", "Open menu")? {
                let menu = self.find_now("button", "Open menu")?;
                self.ask("arguments[0].click()", vec![menu.to_json()?])?;
            }
            let element = self.find_now(role, name)?;
            if self.large_text {
                // The driver counts pixels as if text were not larger, and would press beside it.
                return self.ask("arguments[0].click()", vec![element.to_json()?]).map(drop);
            }
            self.run(element.click())
        })
    }

    /// Replaces what is in a field.
    ///
    /// # Errors
    /// If the field does not appear or takes no text.
    pub fn fill(&self, role: &str, name: &str, text: &str) -> Outcome {
        let doing = format!("filling the {role} “{name}”");
        self.retrying(&doing, || {
            let element = self.find_now(role, name)?;
            self.run(element.clear())?;
            self.run(element.send_keys(text))
        })
    }

    /// An attribute of what has this role and name; empty when it has none.
    ///
    /// # Errors
    /// If it does not appear.
    pub fn attribute(&self, role: &str, name: &str, attribute: &str) -> Outcome<String> {
        let element = self.find(role, name)?;
        Ok(self.run(element.attr(attribute))?.unwrap_or_default())
    }

    /// Chooses an entry of a dropdown.
    ///
    /// # Errors
    /// If the dropdown or the entry is not there.
    pub fn choose(&self, name: &str, entry: &str) -> Outcome {
        let dropdown = self.find("combobox", name)?;
        let entries = self.run(dropdown.find_all(By::Tag("option")))?;
        for option in entries {
            if self.run(option.text())? == entry {
                return self.run(option.click());
            }
        }
        Err(Trouble::new(format!("the dropdown “{name}” has no entry “{entry}”")))
    }

    /// The entry that a dropdown shows.
    ///
    /// # Errors
    /// If the dropdown is not there.
    pub fn chosen(&self, name: &str) -> Outcome<String> {
        let dropdown = self.find("combobox", name)?;
        let session = self.session()?;
        let script = "return arguments[0].selectedOptions[0].text";
        let shown = self.run(session.execute(script, vec![dropdown.to_json()?]))?;
        Ok(shown.convert()?)
    }

    /// Waits until something with this role and name is there.
    ///
    /// # Errors
    /// If it does not appear; says what is there instead.
    pub fn find(&self, role: &str, name: &str) -> Outcome<WebElement> {
        self.retrying(&format!("looking for the {role} “{name}”"), || self.find_now(role, name))
    }

    /// Waits until nothing has this role and name any more.
    ///
    /// # Errors
    /// If it stays.
    pub fn find_gone(&self, role: &str, name: &str) -> Outcome {
        until(APPEARING, || match self.has(role, name)? {
            true => Err(Trouble::new(format!("the {role} “{name}” is still there"))),
            false => Ok(()),
        })
    }

    /// Whether something with this role and name is there now.
    ///
    /// # Errors
    /// If the page can't be asked.
    pub fn has(&self, role: &str, name: &str) -> Outcome<bool> {
        Ok(self.ask_find(role, name)?.found.is_some())
    }

    /// Waits for a text anywhere in the page.
    ///
    /// # Errors
    /// If it does not appear in the usual time; says which text is there instead.
    pub fn wait_for(&self, text: &str) -> Outcome {
        self.wait_long_for(text, APPEARING)
    }

    /// Waits for a text anywhere in the page, as long as a job may take.
    ///
    /// # Errors
    /// If it does not appear in time; says which text is there instead.
    pub fn wait_long_for(&self, text: &str, limit: Duration) -> Outcome {
        let wanted = squeeze(text);
        let found = until(limit, || {
            let there = self.text()?;
            let found = there.contains(&wanted);
            if found {
                Ok(())
            } else {
                Err(Trouble::new(format!("“{text}” did not appear. There is: {there}")))
            }
        });
        found.map_err(|trouble| self.with_picture(trouble))
    }

    /// All text that the page shows, white space squeezed.
    ///
    /// # Errors
    /// If the page can't be asked.
    pub fn text(&self) -> Outcome<String> {
        let text = self.ask("return document.body ? document.body.innerText : ''", Vec::new())?;
        Ok(squeeze(text.as_str().unwrap_or_default()))
    }

    /// Presses keys together, the last one being the one that counts: `&[Key::Control.into(), 'b']`.
    ///
    /// # Errors
    /// If the driver refuses.
    pub fn press(&self, keys: &[char]) -> Outcome {
        let mut chain = self.session()?.action_chain();
        for key in keys {
            chain = chain.key_down(*key);
        }
        for key in keys.iter().rev() {
            chain = chain.key_up(*key);
        }
        self.run(chain.perform())
    }

    /// Types a text where the focus is.
    ///
    /// # Errors
    /// If the driver refuses.
    pub fn type_text(&self, text: &str) -> Outcome {
        text.chars().try_for_each(|letter| self.press(&[letter]))
    }

    /// The role and the name of what has the focus.
    ///
    /// # Errors
    /// If the page can't be asked.
    pub fn focused(&self) -> Outcome<(String, String)> {
        let focused = self.ask_find("", "")?.focused;
        Ok(focused.map(|focused| (focused.role, focused.name)).unwrap_or_default())
    }

    /// Presses Tab until something has the focus, as who uses no mouse does.
    ///
    /// # Errors
    /// If a whole round through the page does not reach it; says what it passed.
    pub fn tab_to(&self, role: &str, name: &str) -> Outcome {
        self.find(role, name)?;
        let mut passed = Vec::new();
        for _ in 0..80 {
            let focused = self.focused()?;
            if focused.0 == role && focused.1 == name {
                return Ok(());
            }
            passed.push(format!("{} “{}”", focused.0, focused.1));
            self.press(&[Key::Tab.into()])?;
        }
        passed.dedup();
        Err(self.with_picture(Trouble::new(format!(
            "Tab never reached the {role} “{name}”: {}",
            passed.join(", ")
        ))))
    }

    /// Runs a script in the page and returns what it returns.
    ///
    /// # Errors
    /// If the script throws or the driver does not answer.
    pub fn ask(&self, script: &str, arguments: Vec<Value>) -> Outcome<Value> {
        let session = self.session()?;
        Ok(self.run(session.execute(script, arguments))?.json().clone())
    }

    /// Runs a script in the page that answers later, by calling its last argument.
    ///
    /// # Errors
    /// If the script throws, never answers, or the driver does not.
    pub fn ask_later(&self, script: &str, arguments: Vec<Value>) -> Outcome<Value> {
        let session = self.session()?;
        Ok(self.run(session.execute_async(script, arguments))?.json().clone())
    }

    /// Sends one WebDriver command that has no method of its own here.
    ///
    /// # Errors
    /// If the driver refuses it.
    pub fn command(&self, command: impl FormatRequestData) -> Outcome {
        let session = self.session()?;
        self.run(session.cmd(command)).map(drop)
    }

    /// Runs one step against the driver, within its time.
    pub(crate) fn run<T, E: Into<Trouble>>(&self, step: impl Future<Output = Result<T, E>>) -> Outcome<T> {
        let limited = self.runtime.block_on(async { tokio::time::timeout(ONE_COMMAND, step).await });
        limited.map_err(|_| Trouble::new("the driver did not answer"))?.map_err(Into::into)
    }

    pub(crate) fn session(&self) -> Outcome<&WebDriver> {
        self.session.0.as_ref().ok_or_else(|| Trouble::new("the window is closed"))
    }

    /// Adds a picture of the window to what went wrong.
    fn with_picture(&self, trouble: Trouble) -> Trouble {
        match self.picture("trouble") {
            Ok(path) => trouble.during(format!("(picture: {})", path.display())),
            Err(_) => trouble,
        }
    }

    fn retrying<T>(&self, doing: &str, step: impl FnMut() -> Outcome<T>) -> Outcome<T> {
        until(APPEARING, step).map_err(|trouble| self.with_picture(trouble.during(doing)))
    }

    fn find_now(&self, role: &str, name: &str) -> Outcome<WebElement> {
        let Answer { found, others, .. } = self.ask_find(role, name)?;
        let found = found.ok_or_else(|| Trouble::new(format!("there is only: {}", others.join(", "))))?;
        Ok(WebElement::from_json(found, self.session()?.handle().clone())?)
    }

    /// Asks the page what has a role and a name; teaches it axe-core first, if it does not know it yet.
    fn ask_find(&self, role: &str, name: &str) -> Outcome<Answer> {
        self.teach_axe()?;
        Ok(serde_json::from_value(self.ask(FIND, vec![json!(role), json!(name)])?)?)
    }
}

fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// What the driver is to start.
fn wishes(app: &Path, words: &[&str]) -> Outcome<Capabilities> {
    let mut wishes = Capabilities::new();
    wishes.set("webkitgtk:browserOptions", json!({ "binary": app, "args": words }))?;
    Ok(wishes)
}

fn told(desk: &Desk) -> String {
    std::fs::read_to_string(desk.file("app.log")).unwrap_or_default()
}

fn never_opened(desk: &Desk) -> Trouble {
    Trouble::new(format!("the window did not open. The app said:\n{}", told(desk)))
}

fn not_opened(error: impl Into<Trouble>, desk: &Desk) -> Trouble {
    error.into().during(format!("opening the window ({})", told(desk)))
}

/// A session that is not closed politely when the test ends: its driver is killed instead.
struct Session(Option<WebDriver>);

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(session) = self.0.take() {
            // The only error says that it was closed before.
            let _ = session.leak();
        }
    }
}

/// White space squeezed, as the eye does.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Gives the processor to the app for a moment: for what can't be waited for, such as a pause of typing.
pub fn pause(milliseconds: u64) {
    thread::sleep(Duration::from_millis(milliseconds));
}
