//! The slots of one file: at most four, opened by whichever fits.

use serde::{Deserialize, Serialize};

use super::slot::{Allowance, Keyslot, SlotError, SlotKind};
use crate::recovery::RecoveryKey;
use crate::secret::{Key, Password};

/// Most slots a file may hold: each costs a slow derivation to try.
pub const MAX_SLOTS: usize = 4;

/// More than [`MAX_SLOTS`] slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} keyslots; at most 4 are allowed")]
pub struct TooManySlots(pub usize);

/// The slots of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Keyslot>")]
pub struct Keyslots(Vec<Keyslot>);

impl TryFrom<Vec<Keyslot>> for Keyslots {
    type Error = TooManySlots;
    fn try_from(slots: Vec<Keyslot>) -> Result<Self, TooManySlots> {
        if slots.len() > MAX_SLOTS { Err(TooManySlots(slots.len())) } else { Ok(Self(slots)) }
    }
}

impl Keyslots {
    /// The slots in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Keyslot> {
        self.0.iter()
    }

    /// The key, by whichever password slot the password fits.
    ///
    /// # Errors
    /// The most telling error of all slots: a wrong secret only when every slot of the kind is
    /// whole and none fits; [`SlotError::NoSuchSlot`] when there is no password slot.
    pub fn open_with_password(&self, password: &Password, allowance: Allowance) -> Result<Key, SlotError> {
        self.first_that_opens(SlotKind::Password, |slot| slot.open_with_password(password, allowance))
    }

    /// The key, by whichever recovery slot the recovery key fits.
    ///
    /// # Errors
    /// As [`Self::open_with_password`].
    pub fn open_with_recovery(&self, recovery: &RecoveryKey) -> Result<Key, SlotError> {
        self.first_that_opens(SlotKind::Recovery, |slot| slot.open_with_recovery(recovery))
    }

    fn first_that_opens(
        &self,
        kind: SlotKind,
        open: impl Fn(&Keyslot) -> Result<Key, SlotError>,
    ) -> Result<Key, SlotError> {
        let mut told = SlotError::NoSuchSlot;
        for slot in self.0.iter().filter(|slot| slot.kind() == kind) {
            match open(slot) {
                Ok(key) => return Ok(key),
                // A slot that could not be tried says more than one that did not fit.
                Err(SlotError::WrongSecret) if told != SlotError::NoSuchSlot => {}
                Err(error) => told = error,
            }
        }
        Err(told)
    }
}
