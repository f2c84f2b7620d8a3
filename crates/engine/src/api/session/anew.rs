//! Whether a program that begins anew would be where this one is.

use super::Session;

impl Session {
    /// Whether a new start of the program finds what this one knows: the keychain signs the same account in
    /// again, and what was said is written down. Asks the keychain.
    #[must_use]
    pub fn outlasts_the_program(&self) -> bool {
        let id = self.keys().head().id;
        let last = crate::account::last::read(&self.world.data_dir);
        let keychain = self.world.ports.keychain.as_ref();
        last == Some(id.to_string())
            && self.has_written_what_it_said()
            && self.world.accounts.open_with_keychain(id, keychain).is_ok()
    }
}
