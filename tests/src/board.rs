//! The notice board of a desk (dunst): how it looks, what is pressed on it, and pictures of what hangs there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use crate::desk::Desk;
use crate::look::Theme;
use crate::process::{Group, until};
use crate::{Outcome, Trouble, built};

/// How long the board may take for anything.
const READY: Duration = Duration::from_secs(20);

/// The colours of a picture: text on one ground, and a small icon.
const COLOURS: &str = "48";

/// Ground, text and edge.
fn colours(theme: Theme) -> [&'static str; 3] {
    match theme {
        Theme::Light => ["#ffffff", "#1d211f", "#d5dad7"],
        Theme::Dark => ["#242826", "#eef1ef", "#3d4441"],
    }
}

/// The rules of the board. `hand` answers its menu.
fn rules(theme: Theme, hand: &Path) -> String {
    let [ground, text, edge] = colours(theme);
    let levels = ["low", "normal", "critical"].map(|level| {
        format!("[urgency_{level}]\nbackground = \"{ground}\"\nforeground = \"{text}\"\nframe_color = \"{edge}\"\ntimeout = 0\n")
    });
    format!(
        "[global]\nwidth = 460\nheight = 400\norigin = top-left\noffset = 24x24\nnotification_limit = 1\nindicate_hidden = no\n\
         frame_width = 1\npadding = 16\nhorizontal_padding = 18\ntext_icon_padding = 16\nseparator_height = 0\n\
         font = Liberation Sans 11\nline_height = 3\nmarkup = full\nformat = \"<b>%s</b>\\n%b\"\nalignment = left\n\
         vertical_alignment = top\nshow_indicators = no\nicon_position = left\nmin_icon_size = 40\nmax_icon_size = 40\n\
         ignore_dbusclose = no\nidle_threshold = 0\ndmenu = {}\n{}",
        hand.display(),
        levels.concat()
    )
}

/// Hangs a board up.
///
/// # Errors
/// If there is no dunst, or it does not start.
pub fn hang(desk: &Desk, theme: Theme) -> Outcome<Group> {
    let (hand, file) = (desk.file("hand.sh"), desk.file("dunstrc"));
    // The menu of the board lists what can be pressed as `#label (title) [number,key]`.
    fs::write(&hand, "#!/bin/sh\nexec grep -m 1 -F ',do]'\n")?;
    fs::set_permissions(&hand, fs::Permissions::from_mode(0o755))?;
    fs::write(&file, rules(theme, &hand))?;
    let mut board = desk.command("dunst");
    board.arg("-config").arg(&file);
    let group = Group::start(&board, &desk.file("dunst.log"))?;
    desk.wait_for_name("org.freedesktop.Notifications")?;
    Ok(group)
}

/// A notice that hangs on the board of a test.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Notice {
    /// What its picture is called.
    pub name: String,
    /// When it is given.
    pub when: String,
    /// Its title.
    pub title: String,
    /// Its words.
    pub body: String,
    /// What its button says.
    pub button: String,
    /// Whether it is a quiet one.
    pub quiet: bool,
}

impl Desk {
    /// Presses the notice that hangs on the board.
    ///
    /// # Errors
    /// If the board can't be asked.
    pub fn press_notice(&self) -> Outcome {
        self.control(&["action"]).map(drop)
    }

    /// Presses the button of the notice that hangs on the board.
    ///
    /// # Errors
    /// If the board can't be asked.
    pub fn press_button(&self) -> Outcome {
        self.control(&["context"]).map(drop)
    }

    /// Hangs a notice on the board alone, and saves a picture of it, in few colours.
    ///
    /// # Errors
    /// If it is not drawn.
    pub fn picture_of(&self, notice: &Notice, to: &Path) -> Outcome {
        self.control(&["close-all"])?;
        until(READY, || match self.windows()?.is_empty() {
            true => Ok(()),
            false => Err(Trouble::new("the last notice still hangs there")),
        })?;
        let icon = built::root().join("icons/128x128.png");
        let mut give = self.command("gdbus");
        give.args(["call", "--session", "--dest=org.freedesktop.Notifications"]);
        give.args([
            "--object-path=/org/freedesktop/Notifications",
            "--method=org.freedesktop.Notifications.Notify",
        ]);
        give.arg("Backstop").arg("0").arg(icon).arg(&notice.title).arg(&notice.body);
        give.args([&format!("[\"default\", \"Open Backstop\", \"do\", {:?}]", notice.button), "{}", "0"]);
        said(give.output()?)?;
        let mut before = Vec::new();
        until(READY, || {
            let window = self.windows()?;
            let window = window.first().ok_or_else(|| Trouble::new("no notice is drawn"))?;
            let now = said(self.command("import").args(["-window", window, "png:-"]).output()?)?;
            let still = now == before;
            before = now;
            if still { Ok(()) } else { Err(Trouble::new("it is still being drawn")) }
        })?;
        let whole = self.file("notice.png");
        fs::write(&whole, before)?;
        let mut reduce = self.command("convert");
        reduce.arg(&whole).args([
            "-strip",
            "+dither",
            "-colors",
            COLOURS,
            "-define",
            "png:compression-level=9",
        ]);
        said(reduce.arg(format!("PNG8:{}", to.display())).output()?)?;
        match colours_of(to)? {
            8.. => Ok(()),
            few => Err(Trouble::new(format!("{} has {few} colours", to.display()))),
        }
    }

    /// The windows of the board, if anything hangs there.
    fn windows(&self) -> Outcome<Vec<String>> {
        let found = self.command("xdotool").args(["search", "--onlyvisible", "--class", "Dunst"]).output()?;
        Ok(String::from_utf8_lossy(&found.stdout).lines().map(str::to_owned).collect())
    }

    fn control(&self, words: &[&str]) -> Outcome<Vec<u8>> {
        said(self.command("dunstctl").args(words).output()?)
    }
}

fn colours_of(picture: &Path) -> Outcome<u64> {
    let colours = said(Command::new("identify").args(["-format", "%k"]).arg(picture).output()?)?;
    Ok(String::from_utf8_lossy(&colours).trim().parse()?)
}

/// What a program printed.
fn said(output: Output) -> Outcome<Vec<u8>> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(Trouble::new(String::from_utf8_lossy(&output.stderr)))
}
