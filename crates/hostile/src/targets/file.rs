//! Whole files.

use backstop_formats::Effort;

use crate::made::{notesnook_key, recovery_key};
use crate::reading::{read, read_with};

/// The bytes are a file of whatever format they say.
pub(crate) fn file(bytes: &[u8]) {
    let _refused = read(bytes.to_vec(), &[recovery_key(), notesnook_key()]);
}

/// The same, read with every effort. What reads without a fault reads alike however hard one tries, and
/// who also takes what nothing proves gets all that is proven.
pub(crate) fn salvage(bytes: &[u8]) {
    let secrets = [recovery_key(), notesnook_key()];
    let [usual, whole, salvaged] = [Effort::Usual, Effort::Whole, Effort::Salvage]
        .map(|effort| read_with(bytes.to_vec(), &secrets, effort));
    if let Ok(usual) = &usual
        && usual.damage.is_empty()
    {
        assert_eq!(whole.as_ref(), Ok(usual), "a sound file is read in another way");
        assert_eq!(salvaged.as_ref(), Ok(usual), "a sound file is salvaged in another way");
    }
    if let (Ok(whole), Ok(salvaged)) = (&whole, &salvaged) {
        assert!(salvaged.holds(whole), "salvage loses what is proven");
    }
}
