//! A desktop's tray, without a picture: it watches for icons on the bus, and reads and uses their menus as a
//! panel does.
//!
//! Sources: freedesktop.org, StatusNotifierItem; the interface `com.canonical.dbusmenu`.

use std::collections::HashMap;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use dbus::arg::{RefArg, Variant};
use dbus::blocking::Connection;
use dbus::blocking::stdintf::org_freedesktop_dbus::Properties;
use dbus::channel::{Channel, MatchingReceiver};
use dbus::message::{MatchRule, Message, MessageType};
use dbus::strings::Path;

use crate::process::until;
use crate::{Outcome, Trouble};

/// Who watches for icons.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long an icon may take to appear.
const APPEARING: Duration = Duration::from_secs(30);

/// A line of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, by which it is pressed.
    pub id: i32,
    /// What it says.
    pub words: String,
    /// Whether it can be pressed.
    pub enabled: bool,
}

/// A layout as it crosses the bus: a number, properties, and the lines below.
type Layout = (i32, HashMap<String, Variant<Box<dyn RefArg>>>, Vec<Variant<Box<dyn RefArg>>>);

/// The icon of one program, and its menu.
pub struct Tray {
    bus: Connection,
    owner: String,
    menu: Path<'static>,
}

/// A tray that waits for an icon.
pub struct Host {
    address: String,
    icons: Receiver<(String, String)>,
}

/// A line of its own to a bus.
///
/// # Errors
/// If nobody answers there.
pub(crate) fn connect(address: &str) -> Outcome<Connection> {
    let mut channel = Channel::open_private(address)?;
    channel.register()?;
    Ok(Connection::from(channel))
}

impl Host {
    /// Starts to watch for icons on a bus, until the program ends.
    ///
    /// # Errors
    /// If the bus is not to be had, or somebody watches already.
    pub fn on(address: &str) -> Outcome<Self> {
        let bus = connect(address)?;
        bus.request_name(WATCHER, false, true, true)?;
        let (send, icons) = mpsc::channel();
        bus.start_receive(
            MatchRule::new_method_call(),
            Box::new(move |call, bus: &Connection| {
                if let Some(answer) = answer(&call, &send) {
                    let _ = bus.channel().send(answer);
                }
                true
            }),
        );
        thread::spawn(move || while bus.process(Duration::from_secs(3600)).is_ok() {});
        Ok(Self { address: address.to_owned(), icons })
    }

    /// Waits for the next icon.
    ///
    /// # Errors
    /// If none appears.
    pub fn tray(&self) -> Outcome<Tray> {
        let (owner, path) = self.icons.recv_timeout(APPEARING)?;
        let bus = connect(&self.address)?;
        let item = bus.with_proxy(owner.clone(), path, PATIENCE);
        let menu = until(APPEARING, || {
            let menu: Path<'static> = item.get("org.kde.StatusNotifierItem", "Menu")?;
            Ok(menu)
        })?;
        Ok(Tray { bus, owner, menu })
    }
}

/// Answers a program that asks for a place in the tray, or whether there is one.
fn answer(call: &Message, icons: &Sender<(String, String)>) -> Option<Message> {
    if call.msg_type() != MessageType::MethodCall {
        return None;
    }
    match call.member()?.to_string().as_str() {
        "RegisterStatusNotifierItem" => {
            let sender = call.sender()?.to_string();
            let named: &str = call.read1().ok()?;
            // A path of its own, or the name of who has it at the usual path.
            let icon = match named.starts_with('/') {
                true => (sender, named.to_owned()),
                false => (named.to_owned(), "/StatusNotifierItem".to_owned()),
            };
            let _ = icons.send(icon);
            Some(call.method_return())
        }
        "Get" => {
            let (_, property): (&str, &str) = call.read2().ok()?;
            Some(match property {
                "ProtocolVersion" => call.method_return().append1(Variant(0_i32)),
                "RegisteredStatusNotifierItems" => {
                    call.method_return().append1(Variant(Vec::<String>::new()))
                }
                _ => call.method_return().append1(Variant(true)),
            })
        }
        "GetAll" => {
            let mut all: HashMap<&str, Variant<Box<dyn RefArg>>> = HashMap::new();
            all.insert("IsStatusNotifierHostRegistered", Variant(Box::new(true)));
            all.insert("ProtocolVersion", Variant(Box::new(0_i32)));
            Some(call.method_return().append1(all))
        }
        "Introspect" => Some(call.method_return().append1(INTERFACE)),
        _ => Some(call.method_return()),
    }
}

/// What the watcher says of itself to who asks.
const INTERFACE: &str = r#"<node><interface name="org.kde.StatusNotifierWatcher">
<method name="RegisterStatusNotifierItem"><arg name="service" type="s" direction="in"/></method>
<method name="RegisterStatusNotifierHost"><arg name="service" type="s" direction="in"/></method>
<property name="RegisteredStatusNotifierItems" type="as" access="read"/>
<property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
<property name="ProtocolVersion" type="i" access="read"/>
</interface></node>"#;

impl Tray {
    /// The lines of the menu, without those that only part others.
    ///
    /// # Errors
    /// If the program does not answer.
    pub fn lines(&self) -> Outcome<Vec<Line>> {
        let menu = self.bus.with_proxy(self.owner.clone(), self.menu.clone(), PATIENCE);
        let wanted: Vec<&str> = Vec::new();
        let (_, layout): (u32, Layout) =
            menu.method_call("com.canonical.dbusmenu", "GetLayout", (0_i32, -1_i32, wanted))?;
        Ok(layout.2.iter().filter_map(|line| line_of(&line.0)).collect())
    }

    /// Waits until the menu has a line that says this, or begins with it.
    ///
    /// # Errors
    /// If none does in time; tells what the menu says.
    pub fn wait_for(&self, words: &str) -> Outcome<Line> {
        self.wait_long_for(words, APPEARING)
    }

    /// Waits so long until the menu has a line that begins with this.
    ///
    /// # Errors
    /// If none does in time; tells what the menu says.
    pub fn wait_long_for(&self, words: &str, limit: Duration) -> Outcome<Line> {
        until(limit, || {
            let lines = self.lines()?;
            let whole = lines.iter().find(|line| line.words == words);
            let found = whole.or_else(|| lines.iter().find(|line| line.words.starts_with(words)));
            found.cloned().ok_or_else(|| Trouble::new(format!("no line says “{words}”: {lines:?}")))
        })
    }

    /// Presses a line.
    ///
    /// # Errors
    /// If there is none, it can't be pressed, or the program does not answer.
    pub fn press(&self, words: &str) -> Outcome {
        let line = self.wait_for(words)?;
        if !line.enabled {
            return Err(Trouble::new(format!("“{words}” can't be pressed")));
        }
        let menu = self.bus.with_proxy(self.owner.clone(), self.menu.clone(), PATIENCE);
        let event = (line.id, "clicked", Variant(0_i32), 0_u32);
        Ok(menu.method_call("com.canonical.dbusmenu", "Event", event)?)
    }
}

/// Reads a line; none for one that only parts others.
fn line_of(line: &dyn RefArg) -> Option<Line> {
    let mut parts = line.as_iter()?;
    let id = i32::try_from(parts.next()?.as_i64()?).ok()?;
    let mut properties = parts.next()?.as_iter()?;
    let (mut words, mut enabled) = (None, true);
    while let (Some(name), Some(value)) = (properties.next(), properties.next()) {
        match name.as_str() {
            Some("label") => words = text_of(value),
            Some("enabled") => enabled = number_of(value) != Some(0),
            _ => {}
        }
    }
    Some(Line { id, words: words?, enabled })
}

fn text_of(value: &dyn RefArg) -> Option<String> {
    let inner = value.as_iter().and_then(|mut inner| inner.next().and_then(RefArg::as_str));
    value.as_str().or(inner).map(|text| text.replace('_', ""))
}

fn number_of(value: &dyn RefArg) -> Option<i64> {
    value.as_i64().or_else(|| value.as_iter()?.next()?.as_i64())
}
