//! Gives notices, and follows what is pressed on them. Which ones are due, and what they say, is the engine's pure
//! decision (`engine::notices`); here they reach the system, and what was given is noted.
//!
//! A press brings the window to the place where the notice's one action is done. The window is told of that place
//! when it asks ([`Lead`]): it may have to be opened first.

use std::sync::{Arc, Mutex, PoisonError};

use backstop_engine::api::{Action as NoticeAction, DueNotice, How, Problem};
use backstop_engine::ports::{Notice, Notices};
use backstop_platform::{Given, NoticeBoard, Picture, Press, Slip};
use tauri::image::Image;
use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_notification::NotificationExt;

use crate::anew::Calls;
use crate::shell::{Shell, blocking};
use crate::{automatic, front};

/// The event that asks the window to follow a notice.
const LEAD: &str = "lead";

/// The picture on a notice.
const ICON: Image<'_> = tauri::include_image!("../icons/64x64.png");

/// The board that hears presses.
type Board = NoticeBoard<NoticeAction>;

/// Where the window is to go: to what a notice offers. One at a time, and forgotten once the window was told.
#[derive(Default)]
pub(crate) struct Lead(Mutex<Option<NoticeAction>>);

impl Lead {
    fn to(&self, action: NoticeAction) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(action);
    }

    /// Where to go. The next answer is none.
    pub(crate) fn take(&self) -> Option<NoticeAction> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Makes the board ready. Nothing is asked of it before the first notice.
pub(crate) fn start(app: &AppHandle) {
    let picture = Picture { width: ICON.width(), height: ICON.height(), bytes: ICON.rgba().to_vec() };
    let pressing = app.clone();
    app.manage(Lead::default());
    app.manage(Board::new(picture, move |action, press| pressed(&pressing, action, press)));
}

/// Whether a notice hangs on the board that could still be pressed.
pub(crate) fn can_be_pressed(app: &AppHandle) -> bool {
    !app.state::<Board>().is_bare()
}

/// A notice was pressed: the window comes to its place. Its button does at once what needs no more words.
fn pressed(app: &AppHandle, action: NoticeAction, press: Press) {
    lead(app, action);
    if does_at_once(action, press) {
        automatic::back_up_now(app);
    }
}

/// Whether a press starts something by itself.
fn does_at_once(action: NoticeAction, press: Press) -> bool {
    action == NoticeAction::BackUpNow && press == Press::Button
}

/// Brings the window, and leads it to a place.
fn lead(app: &AppHandle, action: NoticeAction) {
    app.state::<Lead>().to(action);
    front::show(app);
    // A window that is only being opened asks by itself.
    let _ = app.emit(LEAD, ());
}

/// The system's notices.
pub(crate) struct SystemNotices(pub(crate) AppHandle);

impl Notices for SystemNotices {
    fn show(&self, notice: &Notice) {
        let _: Given = self.give(notice, NoticeAction::Open, false);
    }
}

impl SystemNotices {
    /// Gives a notice: on the board that hears a press, else as the system does it.
    fn give(&self, notice: &Notice, answer: NoticeAction, quiet: bool) -> Given {
        let slip = Slip { notice, quiet, button: answer.label(), answer };
        let given = self.0.state::<Board>().give(slip);
        if given == Given::Not {
            let shown = self.0.notification().builder().title(&notice.title).body(&notice.body);
            let shown = if quiet { shown.silent() } else { shown };
            // Whether anybody sees it can't be known; a system without notices is no fault of the job.
            let _ = shown.show();
        }
        given
    }
}

/// Gives what is due for who is signed in.
pub(crate) async fn give_due(app: &AppHandle) {
    // Between its note and its showing a notice must not get lost.
    let _call = app.state::<Calls>().begin();
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    let Some(session) = shell.signed_in() else { return };
    let in_front = front::is_in_front(app);
    let due = blocking(move || {
        let due = session.notices(in_front)?;
        if !due.is_empty() {
            session.note_said(&due);
        }
        Ok(due)
    });
    // Settings or a history that can't be read: the window says so.
    give(app, due.await.unwrap_or_default(), in_front).await;
}

/// Gives what is due where the keychain opens no account: that its backups wait.
pub(crate) async fn give_to_the_locked_out(app: &AppHandle) {
    let _call = app.state::<Calls>().begin();
    let shell = Arc::clone(&app.state::<Arc<Shell>>());
    let due = blocking(move || {
        let engine = shell.engine()?;
        let Some(account) = engine.accounts_last_first()?.into_iter().next() else { return Ok(Vec::new()) };
        let due = engine.notices_locked_out(&account.id)?;
        if !due.is_empty() {
            engine.note_said(&account.id, &due)?;
        }
        Ok::<_, Problem>(due)
    });
    give(app, due.await.unwrap_or_default(), false).await;
}

/// Gives notices, away from the window's thread: the board may take a moment.
async fn give(app: &AppHandle, due: Vec<DueNotice>, in_front: bool) {
    if due.is_empty() {
        return;
    }
    let system = SystemNotices(app.clone());
    let given = blocking(move || {
        let give = |due: DueNotice| {
            let given = match due.how {
                How::Loud => system.give(&due.notice, due.action, false),
                How::Quiet => system.give(&due.notice, due.action, true),
                How::InWindow => Given::Heard,
            };
            (due, given)
        };
        Ok(due.into_iter().map(give).collect::<Vec<_>>())
    });
    let given = given.await.unwrap_or_default();
    match next_window(&given, in_front) {
        Some(action) if given.iter().any(|(due, _)| due.bring_window) => lead(app, action),
        Some(action) => app.state::<Lead>().to(action),
        None => {}
    }
}

/// Where the next window leads: to what the window comes up for, else to the first notice on which no press is
/// heard. Nowhere if somebody looks at the window while it is given.
fn next_window(given: &[(DueNotice, Given)], in_front: bool) -> Option<NoticeAction> {
    let comes_up = given.iter().find(|(due, _)| due.bring_window);
    let unheard = given.iter().find(|(_, given)| !in_front && *given != Given::Heard);
    comes_up.or(unheard).map(|(due, _)| due.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(action: NoticeAction, bring_window: bool) -> DueNotice {
        let notice = Notice { id: String::new(), title: String::new(), body: String::new() };
        DueNotice::new(notice, action, How::Loud, bring_window)
    }

    #[test]
    fn the_next_window_leads_to_what_could_not_be_pressed() {
        use Given::{Heard, Not, Unheard};
        use NoticeAction::{BackUpNow, ChooseFolder, ShowHistory};
        let rows = [
            // given: action, comes up, how it went; in front; where
            (vec![], false, None),
            (vec![(BackUpNow, false, Heard)], false, None),
            (vec![(BackUpNow, false, Unheard)], false, Some(BackUpNow)),
            (vec![(BackUpNow, false, Not)], false, Some(BackUpNow)),
            (vec![(BackUpNow, false, Not)], true, None),
            (vec![(ShowHistory, false, Not), (BackUpNow, false, Not)], false, Some(ShowHistory)),
            (vec![(ShowHistory, false, Not), (ChooseFolder, true, Heard)], false, Some(ChooseFolder)),
            (vec![(ChooseFolder, true, Heard)], true, Some(ChooseFolder)),
        ];
        for (given, in_front, expected) in rows {
            let given: Vec<_> = given.into_iter().map(|(action, up, how)| (due(action, up), how)).collect();
            assert_eq!(next_window(&given, in_front), expected, "{given:?} {in_front}");
        }
    }

    #[test]
    fn only_the_button_starts_a_backup() {
        for (action, press, expected) in [
            (NoticeAction::BackUpNow, Press::Button, true),
            (NoticeAction::BackUpNow, Press::Notice, false),
            (NoticeAction::ChooseFolder, Press::Button, false),
        ] {
            assert_eq!(does_at_once(action, press), expected, "{action:?} {press:?}");
        }
    }

    #[test]
    fn a_place_is_forgotten_once_it_was_told_and_the_last_one_holds() {
        let lead = Lead::default();
        assert_eq!(lead.take(), None);
        lead.to(NoticeAction::ShowHistory);
        lead.to(NoticeAction::ChooseFolder);
        assert_eq!(lead.take(), Some(NoticeAction::ChooseFolder));
        assert_eq!(lead.take(), None);
    }
}
