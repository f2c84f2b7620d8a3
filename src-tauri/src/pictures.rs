//! Pictures of notes, drawn by the window: `backstop://localhost/SHELF/HASH`.
//!
//! SHELF is `library`, or the token of the archive that is looked at; HASH is what the note's text names the
//! picture by. A path is never asked for and never answered. What comes back has one of a few types,
//! whatever the archive says, and the page's policy lets it be a picture and nothing else.

use std::sync::Arc;

use backstop_engine::api::{Picture, Problem};
use tauri::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use tauri::http::{Response, StatusCode};
use tauri::{AppHandle, Manager, UriSchemeResponder};

use crate::shell::{Shelf, Shell, blocking, let_go};

/// The scheme. On Windows the web view knows it as `http://backstop.localhost`.
pub(crate) const SCHEME: &str = "backstop";

/// The word for the library in an address.
const LIBRARY: &str = "library";

/// Answers a request, away from the window's thread.
pub(crate) fn answer(app: &AppHandle, path: &str, responder: UriSchemeResponder) {
    let (app, asked) = (app.clone(), asked_for(path));
    tauri::async_runtime::spawn(async move {
        let shell = Arc::clone(&app.state::<Arc<Shell>>());
        let picture = blocking(move || find(&shell, asked)).await;
        responder.respond(response(picture));
    });
}

/// Shelf and hash out of the path of an address.
fn asked_for(path: &str) -> Option<(String, String)> {
    // Tokens and hashes are plain letters, digits and hyphens; the slash between them may be escaped.
    let (shelf, hash) = path
        .trim_start_matches('/')
        .split_once("%2F")
        .or_else(|| path.trim_start_matches('/').split_once('/'))?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (plain(shelf) && plain(hash)).then(|| (shelf.to_owned(), hash.to_owned()))
}

fn find(shell: &Shell, asked: Option<(String, String)>) -> Result<Picture, Problem> {
    let (shelf, hash) = asked.ok_or_else(let_go)?;
    match shell.shelf(Some(shelf.as_str()).filter(|shelf| *shelf != LIBRARY))? {
        Shelf::Library(session) => session.picture(&hash),
        Shelf::Archive(contents) => contents.picture(&hash),
    }
}

fn response(picture: Result<Picture, Problem>) -> Response<Vec<u8>> {
    let made = match picture {
        Ok(picture) => Response::builder()
            .header(CONTENT_TYPE, picture.mime)
            .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
            .header(CACHE_CONTROL, "no-store")
            .body(picture.bytes),
        // The window shows the picture's name in its place; why it is not here is no secret and no news.
        Err(_) => Response::builder().status(StatusCode::NOT_FOUND).body(Vec::new()),
    };
    made.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use backstop_engine::api::Code;

    use super::*;

    #[test]
    fn an_address_names_a_shelf_and_a_hash() {
        let named = |shelf: &str, hash: &str| Some((shelf.to_owned(), hash.to_owned()));
        assert_eq!(asked_for("/library/9f3a62b1c4d5e6f7"), named("library", "9f3a62b1c4d5e6f7"));
        assert_eq!(asked_for("/archive-2%2F9f3a"), named("archive-2", "9f3a"));
        for path in ["", "/", "/library", "/library/", "//9f", "/library/../9f", "/library/9f/x", "/a/%2e%2e"]
        {
            assert_eq!(asked_for(path), None, "{path}");
        }
    }

    #[test]
    fn a_picture_is_never_sniffed_or_kept() {
        let answer = response(Ok(Picture { mime: "image/png", bytes: vec![1, 2] }));
        assert_eq!(answer.headers()[CONTENT_TYPE], "image/png");
        assert_eq!(answer.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
        let missing = response(Err(Problem::of(Code::NotFound)));
        assert_eq!((missing.status(), missing.body().len()), (StatusCode::NOT_FOUND, 0));
    }
}
