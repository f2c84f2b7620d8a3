//! The keyring of a desk, locked and unlocked as its owner does.
//!
//! Sources: freedesktop.org, Secret Service API; gnome-keyring, `org.gnome.keyring.xml`, for unlocking without
//! a dialog.

use std::time::Duration;

use dbus::arg::{RefArg, Variant};
use dbus::blocking::{Connection, Proxy};
use dbus::strings::Path;

use crate::Outcome;
use crate::desk::{Desk, KEYRING_PASSWORD};
use crate::host::connect;

/// Whose names everything here has.
const SERVICE: &str = "org.freedesktop.Secret.Service";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The keyring in which logins are kept.
pub struct Keyring {
    bus: Connection,
    collection: Path<'static>,
}

impl Keyring {
    /// The keyring of a desk that has one.
    ///
    /// # Errors
    /// If it has none.
    pub fn of(desk: &Desk) -> Outcome<Self> {
        let bus = connect(desk.bus_address()?)?;
        let (collection,) = service(&bus).method_call(SERVICE, "ReadAlias", ("default",))?;
        Ok(Self { bus, collection })
    }

    /// Locks it: nobody reads anything of it until it is unlocked.
    ///
    /// # Errors
    /// If it refuses.
    pub fn lock(&self) -> Outcome {
        let these = vec![self.collection.clone()];
        let (_, _): (Vec<Path<'static>>, Path<'static>) =
            service(&self.bus).method_call(SERVICE, "Lock", (these,))?;
        Ok(())
    }

    /// Unlocks it by its password.
    ///
    /// # Errors
    /// If it refuses.
    pub fn unlock(&self) -> Outcome {
        let service = service(&self.bus);
        let plain = ("plain", Variant(String::new()));
        let (_, session): (Variant<Box<dyn RefArg>>, Path<'static>) =
            service.method_call(SERVICE, "OpenSession", plain)?;
        let secret = (session, Vec::<u8>::new(), KEYRING_PASSWORD.to_vec(), "text/plain");
        let owner = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
        Ok(service.method_call(owner, "UnlockWithMasterPassword", (self.collection.clone(), secret))?)
    }
}

fn service(bus: &Connection) -> Proxy<'_, &Connection> {
    bus.with_proxy("org.freedesktop.secrets", "/org/freedesktop/secrets", PATIENCE)
}
