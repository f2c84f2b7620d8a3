//! Locked notes: a body encrypted under the password of a vault.
//!
//! The row's `data` is a cipher object with a salt of its own. What it opens to is the HTML as a JSON
//! string, quotes and all.

use backstop_crypto::Password;
use backstop_model::{Fault, FaultCode, FlowError, Item};

use super::cipher::Cipher;
use super::keys::derive_key;
use super::wire::{Row, text_of};

/// The HTML of a locked body.
///
/// # Errors
/// [`FaultCode::WrongSecret`] if the password does not open it, [`FaultCode::InvalidContent`] if it is
/// not whole, read errors if no key can be derived.
pub fn open_locked(body: &Item, password: &Password) -> Result<String, FlowError> {
    let part = body.key.id.as_str();
    let fault = |code, message: &str| FlowError::Archive(Fault::at(code, part, message));
    let broken = || fault(FaultCode::InvalidContent, "The locked text of this note is not whole.");
    let row = Row::parse(&body.native.json).ok_or_else(broken)?;
    let data = row.raw("data").ok_or_else(broken)?;
    for spelling in password.spellings() {
        // A session keeps the cipher as text.
        let text = text_of(data);
        let mut cipher = Cipher::parse(text.as_deref().unwrap_or(data)).ok_or_else(broken)?;
        if let Ok(plain) = cipher.open(&derive_key(&spelling, &cipher.salt)?) {
            return serde_json::from_slice(&plain).map_err(|_| broken());
        }
    }
    Err(fault(FaultCode::WrongSecret, "The vault password does not open this note."))
}

#[cfg(test)]
mod tests {
    use backstop_model::FaultCode;

    use super::super::cipher::seal;
    use super::super::map::item_of;
    use super::*;

    fn locked(plain: &[u8]) -> Item {
        let (salt, mut json) = ([9; 16], Vec::new());
        let key = derive_key("keel & ballast", &salt).expect("a key");
        seal(plain.to_vec(), &key, &salt, &mut json).expect("sealed");
        let cipher = String::from_utf8(json).expect("JSON is text");
        item_of(&format!(r#"{{"id":"c","type":"tiptap","noteId":"n","data":{cipher},"locked":true}}"#))
            .expect("an item")
    }

    #[test]
    fn only_the_vault_password_opens_a_locked_note() {
        let password = |text: &str| Password::new(text).expect("short");
        let body = locked(br#""<p>4 \"7\" 1</p>""#);
        assert_eq!(open_locked(&body, &password("keel & ballast")).expect("opened"), r#"<p>4 "7" 1</p>"#);
        let code = |body: &Item, text: &str| {
            open_locked(body, &password(text)).err().and_then(|error| error.fault().map(|fault| fault.code))
        };
        assert_eq!(code(&body, "keel and ballast"), Some(FaultCode::WrongSecret));
        assert_eq!(code(&locked(b"<p>"), "keel & ballast"), Some(FaultCode::InvalidContent));
        let plain = item_of(r#"{"id":"c","type":"tiptap","noteId":"n","data":"<p>"}"#).expect("an item");
        assert_eq!(code(&plain, "keel & ballast"), Some(FaultCode::InvalidContent));
    }
}
