//! One item, made fit to be looked at.

use backstop_crypto::Password;
use backstop_formats::convert::{html, text};
use backstop_formats::notesnook;
use backstop_model::{App, Body, Item, ItemId, ItemKey, Kind, Markup};

use crate::api::{Code, Problem, ShowAs, Shown};
use crate::store::Store;

/// Shows the item with this id, of any kind; a note with its body, a locked one by its vault's password.
///
/// # Errors
/// `not_found` if there is none; `secret_required` for the text of a locked note without a password,
/// `wrong_secret` for one that does not open it.
pub(crate) fn show(store: &Store, id: &str, how: ShowAs, vault: Option<&Password>) -> Result<Shown, Problem> {
    let Some(item) = find(store, id)? else { return Err(no_such_item(id)) };
    let shown = |text: String| Shown {
        id: item.key.id.to_string(),
        kind: item.key.kind.as_str().to_owned(),
        title: item.title.clone().unwrap_or_default(),
        text,
        warnings: Vec::new(),
    };
    let text = match how {
        ShowAs::Raw => raw(store, &item)?,
        ShowAs::Html | ShowAs::Text => match readable(store, &item, vault)? {
            Some((markup, text)) if how == ShowAs::Text => plain_text(markup, &text),
            Some((markup, text)) => safe_html(markup, &text),
            None => String::new(),
        },
    };
    Ok(shown(text))
}

/// The item's own row and, for a note, the row of its body: one JSON text a line.
fn raw(store: &Store, item: &Item) -> Result<String, Problem> {
    let mut rows = item.native.json.clone();
    if let Some(body) = store.owned(&item.key, Kind::Body).map_err(crate::api::of_store)? {
        rows.push('\n');
        rows.push_str(&body.native.json);
    }
    Ok(rows)
}

/// The text of an item, unlocked if need be.
fn readable(
    store: &Store,
    item: &Item,
    vault: Option<&Password>,
) -> Result<Option<(Markup, String)>, Problem> {
    let Some(carrier) = carrier_of(store, item)? else { return Ok(None) };
    match (&carrier.body, vault) {
        (None, _) => Ok(None),
        (Some(Body::Text { markup, text }), _) => Ok(Some((*markup, text.clone()))),
        (Some(Body::Locked), Some(vault)) if carrier.key.app == App::Notesnook => {
            let html = notesnook::open_locked(&carrier, vault).map_err(crate::api::of_flow)?;
            Ok(Some((Markup::Html, html)))
        }
        (Some(Body::Locked), _) => Err(locked()),
    }
}

/// The item that carries the text: itself, else the one that belongs to it.
fn carrier_of(store: &Store, item: &Item) -> Result<Option<Item>, Problem> {
    if item.body.is_some() {
        return Ok(Some(item.clone()));
    }
    let kind = if item.key.kind == Kind::Revision { Kind::RevisionBody } else { Kind::Body };
    store.owned(&item.key, kind).map_err(crate::api::of_store)
}

/// The body of an item: its own, else the one that belongs to it.
pub(crate) fn body_of(store: &Store, item: &Item) -> Result<Option<Body>, Problem> {
    Ok(carrier_of(store, item)?.and_then(|carrier| carrier.body))
}

/// The item with this id: a note before anything else that bears it.
pub(crate) fn find(store: &Store, id: &str) -> Result<Option<Item>, Problem> {
    let Ok(id) = ItemId::new(id) else { return Ok(None) };
    let notes_first = std::iter::once(Kind::Note).chain(Kind::all().filter(|kind| *kind != Kind::Note));
    for kind in notes_first.filter(|kind| *kind != Kind::AttachmentsKey) {
        for app in [App::Notesnook, App::Joplin, App::Markdown, App::Backstop] {
            let key = ItemKey { app, kind, id: id.clone() };
            if let Some(item) = store.item(&key).map_err(crate::api::of_store)? {
                return Ok(Some(item));
            }
        }
    }
    Ok(None)
}

fn no_such_item(id: &str) -> Problem {
    Problem::new(Code::NotFound, format!("There is no item with the id {id}."))
        .with_hint("List the ids with: backstop inspect")
}

fn locked() -> Problem {
    Problem::new(Code::SecretRequired, "This note is locked by its vault. Backstop keeps it as it is.")
        .with_hint("Give the password of its vault by --vault-password-file, or unlock it in Notesnook.")
}

/// A body without its markup.
pub(crate) fn plain_text(markup: Markup, body: &str) -> String {
    match markup {
        Markup::Html => text::from_html(body),
        Markup::Markdown | Markup::Text => body.to_owned(),
    }
}

/// A body as HTML that is safe to show. What is no HTML is shown as it is written.
fn safe_html(markup: Markup, body: &str) -> String {
    match markup {
        Markup::Html => html::sanitized(body),
        Markup::Markdown | Markup::Text => html::sanitized(&format!("<pre>{}</pre>", html::escaped(body))),
    }
}

/// The same for a window, which can draw the note's own pictures.
pub(crate) fn safe_html_with_pictures(markup: Markup, body: &str) -> String {
    match markup {
        Markup::Html => html::sanitized_with_pictures(body),
        Markup::Markdown | Markup::Text => safe_html(markup, body),
    }
}
