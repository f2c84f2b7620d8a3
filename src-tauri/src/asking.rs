//! A question of yes or no by the system's own dialog: for moments when there may be no window.

use rfd::{AsyncMessageDialog, MessageButtons, MessageDialogResult, MessageLevel};

/// Asks. Closing the dialog is a no.
pub(crate) async fn sure(title: &str, words: &str, yes: &str, no: &str) -> bool {
    let buttons = MessageButtons::OkCancelCustom(yes.to_owned(), no.to_owned());
    let dialog = AsyncMessageDialog::new().set_level(MessageLevel::Warning).set_title(title);
    means_yes(&dialog.set_description(words).set_buttons(buttons).show().await, yes)
}

/// Which answer the systems give differs: some name the button, some say which of the two it was.
fn means_yes(answer: &MessageDialogResult, yes: &str) -> bool {
    match answer {
        MessageDialogResult::Ok | MessageDialogResult::Yes => true,
        MessageDialogResult::Custom(pressed) => pressed == yes,
        MessageDialogResult::No | MessageDialogResult::Cancel => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_button_means_yes() {
        let custom = |word: &str| MessageDialogResult::Custom(word.to_owned());
        assert!(means_yes(&MessageDialogResult::Ok, "Quit"));
        assert!(means_yes(&custom("Quit"), "Quit"));
        for no in [custom("Keep running"), custom(""), MessageDialogResult::Cancel, MessageDialogResult::No] {
            assert!(!means_yes(&no, "Quit"), "{no:?}");
        }
    }
}
