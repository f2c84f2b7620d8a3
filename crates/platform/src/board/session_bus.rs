//! The board on the session bus.
//!
//! Source: freedesktop.org, Desktop Notifications Specification 1.2: `Notify`, `GetCapabilities`, and the signals
//! `ActionInvoked` and `NotificationClosed`. Some boards send the signals to nobody but the connection that gave
//! the notice, so there is one connection for both.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use backstop_engine::ports::Notice;
use zbus::MatchRule;
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::{Message, Type};
use zbus::zvariant::Value;

use super::{Given, Picture, Press, Pressed, Slip};

/// The name and the interface of the board; its path is the same with slashes.
const BOARD: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// Who gives the notices, as the board shows it.
const PROGRAM: &str = "Backstop";

/// How long the board may take to answer: it may have to be started first.
const PATIENCE: Duration = Duration::from_secs(5);

/// The keys of what can be pressed. The specification names the one of the notice itself.
const NOTICE: &str = "default";
const BUTTON: &str = "do";

/// What a press on the notice itself does, for boards that say so.
const OPEN: &str = "Open Backstop";

/// The board decides how long a notice stays.
const AS_USUAL_MS: i32 = -1;

pub(super) struct Board<T> {
    picture: Picture,
    pressed: Pressed<T>,
    line: Mutex<Option<Line<T>>>,
}

/// What hangs on the board, by the number that the board gave it: the id of the notice, and the answer to a press.
type Hanging<T> = BTreeMap<u32, (String, T)>;

/// A line to the board that is there.
struct Line<T> {
    bus: Connection,
    hanging: Arc<Mutex<Hanging<T>>>,
    /// The board tells of presses.
    hears: bool,
    /// The board takes `<`, `>` and `&` for signs of its own.
    markup: bool,
}

impl<T: Copy + Send + 'static> Board<T> {
    pub(super) fn new(picture: Picture, pressed: Pressed<T>) -> Self {
        Self { picture, pressed, line: Mutex::new(None) }
    }

    pub(super) fn give(&self, slip: Slip<'_, T>) -> Given {
        let mut kept = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let give = |line: Line<T>| line.give(slip, &self.picture).is_ok().then_some(line);
        // The board may have gone and come back since the last notice: then a new line is tried.
        let line = kept.take().and_then(give).or_else(|| Line::open(&self.pressed).ok().and_then(give));
        let given = match &line {
            None => Given::Not,
            Some(line) if line.hears => Given::Heard,
            Some(_) => Given::Unheard,
        };
        *kept = line;
        given
    }

    pub(super) fn is_bare(&self) -> bool {
        match self.line.try_lock() {
            Ok(line) => line.as_ref().is_none_or(|line| lock(&line.hanging).is_empty()),
            // Somebody is hanging something up.
            Err(_) => false,
        }
    }
}

impl<T> Drop for Line<T> {
    fn drop(&mut self) {
        // The thread that listens holds the connection, too: it ends with this.
        let _ = self.bus.clone().close();
    }
}

impl<T: Copy + Send + 'static> Line<T> {
    /// Asks the board what it can do, and listens to it on a thread that ends with the line.
    fn open(pressed: &Pressed<T>) -> zbus::Result<Self> {
        let bus = Builder::session()?.method_timeout(PATIENCE).build()?;
        let can: Vec<String> =
            bus.call_method(Some(BOARD), PATH, Some(BOARD), "GetCapabilities", &())?.body().deserialize()?;
        let can = |word: &str| can.iter().any(|known| known == word);
        let hanging = Arc::default();
        let line = Self { hanging, hears: can("actions"), markup: can("body-markup"), bus };
        if line.hears {
            line.listen(Arc::clone(pressed))?;
        }
        Ok(line)
    }

    fn listen(&self, pressed: Pressed<T>) -> zbus::Result<()> {
        let rule = MatchRule::builder().msg_type(Type::Signal).path(PATH)?.interface(BOARD)?.build();
        let signals = MessageIterator::for_match_rule(rule, &self.bus, None)?;
        let hanging = Arc::clone(&self.hanging);
        let hear = move || {
            for signal in signals.map_while(Result::ok) {
                if let Some((answer, press)) = heard(&signal, &hanging) {
                    pressed(answer, press);
                }
            }
        };
        thread::Builder::new().name("notices".to_owned()).spawn(hear)?;
        Ok(())
    }

    fn give(&self, slip: Slip<'_, T>, picture: &Picture) -> zbus::Result<()> {
        let Notice { id, title, body } = slip.notice;
        let body = if self.markup { escaped(body) } else { body.clone() };
        let presses = if self.hears { vec![NOTICE, OPEN, BUTTON, slip.button] } else { Vec::new() };
        // Held while it is given: a press that is quicker than the answer waits until the number is known.
        let mut hanging = lock(&self.hanging);
        let earlier = hanging.iter().find(|(_, (known, _))| known == id).map_or(0, |(number, _)| *number);
        let hints = hints(slip.quiet, picture);
        let order = (PROGRAM, earlier, "", title, body, presses, hints, AS_USUAL_MS);
        let answer = self.bus.call_method(Some(BOARD), PATH, Some(BOARD), "Notify", &order)?;
        let number = answer.body().deserialize()?;
        hanging.remove(&earlier);
        hanging.insert(number, (id.clone(), slip.answer));
        Ok(())
    }
}

/// How the board is to show a notice.
fn hints(quiet: bool, picture: &Picture) -> HashMap<&'static str, Value<'static>> {
    let urgency: u8 = if quiet { 0 } else { 1 };
    let mut hints = HashMap::from([("urgency", Value::from(urgency))]);
    if quiet {
        hints.insert("suppress-sound", Value::from(true));
        hints.insert("transient", Value::from(true));
    }
    if let (Ok(width), Ok(height)) = (i32::try_from(picture.width), i32::try_from(picture.height)) {
        // Width, height, bytes of a row, opaque or not, bits of a colour, colours of a point, the points.
        let drawn = (width, height, width.saturating_mul(4), true, 8_i32, 4_i32, picture.bytes.clone());
        hints.insert("image-data", Value::from(drawn));
    }
    hints
}

/// What a signal of the board says was pressed; none if it says that something is gone, or is not about us.
fn heard<T: Copy>(signal: &Message, hanging: &Mutex<Hanging<T>>) -> Option<(T, Press)> {
    match signal.header().member()?.as_str() {
        "ActionInvoked" => {
            let (number, key): (u32, String) = signal.body().deserialize().ok()?;
            let answer = lock(hanging).get(&number).map(|(_, answer)| *answer)?;
            let press = match key.as_str() {
                NOTICE => Press::Notice,
                BUTTON => Press::Button,
                _ => return None,
            };
            Some((answer, press))
        }
        "NotificationClosed" => {
            let (number, _why): (u32, u32) = signal.body().deserialize().ok()?;
            lock(hanging).remove(&number);
            None
        }
        _ => None,
    }
}

/// A text in which nothing is a sign of the board's own.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn lock<T>(hanging: &Mutex<Hanging<T>>) -> MutexGuard<'_, Hanging<T>> {
    hanging.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(member: &str, body: &(impl serde::Serialize + zbus::zvariant::DynamicType)) -> Message {
        let signal = Message::signal(PATH, BOARD, member).expect("a name");
        signal.build(body).expect("a signal")
    }

    #[test]
    fn a_press_is_heard_until_the_notice_is_gone() {
        let hanging = Mutex::new(Hanging::from([(41, ("backup".to_owned(), 'a'))]));
        let rows = [
            ("ActionInvoked", 41_u32, "default", Some(('a', Press::Notice))),
            ("ActionInvoked", 41, "do", Some(('a', Press::Button))),
            ("ActionInvoked", 41, "settings", None),
            ("ActionInvoked", 42, "default", None),
            ("ActivationToken", 41, "token", None),
        ];
        for (member, number, word, expected) in rows {
            assert_eq!(
                heard(&signal(member, &(number, word)), &hanging),
                expected,
                "{member} {number} {word}"
            );
        }
        // What is not of the form that was agreed on says nothing.
        assert_eq!(heard(&signal("ActionInvoked", &"default"), &hanging), None);
        assert_eq!(heard(&signal("NotificationClosed", &(41_u32, 2_u32)), &hanging), None);
        assert_eq!(heard(&signal("ActionInvoked", &(41_u32, "default")), &hanging), None);
        assert!(lock(&hanging).is_empty());
    }

    #[test]
    fn a_quiet_notice_makes_no_sound_and_does_not_stay() {
        let picture = Picture { width: 1, height: 1, bytes: vec![0; 4] };
        let flag = |quiet, hint: &str| hints(quiet, &picture).get(hint) == Some(&Value::from(true));
        for quiet in [false, true] {
            assert_eq!(flag(quiet, "suppress-sound"), quiet);
            assert_eq!(flag(quiet, "transient"), quiet);
            assert_eq!(hints(quiet, &picture).get("urgency"), Some(&Value::from(u8::from(!quiet))));
        }
        let drawn =
            hints(false, &picture).remove("image-data").map(|drawn| drawn.value_signature().to_string());
        assert_eq!(drawn.as_deref(), Some("(iiibiiay)"));
    }

    #[test]
    fn the_name_of_a_folder_is_no_markup() {
        assert_eq!(escaped("a <b>&amp; c"), "a &lt;b&gt;&amp;amp; c");
    }
}
