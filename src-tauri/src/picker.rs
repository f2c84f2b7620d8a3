//! Where a person picks files and folders: a port, so that tests can script what a dialog answers.
//!
//! What is picked stays in Rust (see `held`). The script exists in debug builds only and is read from the
//! file that `BACKSTOP_PICKS` names; `docs/decisions/0007-scripted-dialogs.md` says why.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use rfd::AsyncFileDialog;
use tauri::WebviewWindow;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// An archive to open.
    Archive,
    /// A folder for archives.
    Folder,
    /// A folder that another app writes its backups into.
    Place,
    /// A new file for the recovery key.
    NewKeyFile,
    /// A new file for an archive, with the name that is offered.
    NewArchive(String),
    /// A new file for the report.
    NewReport,
    /// A file to save an attachment as, with the name that its note gives it.
    NewFile(String),
}

/// The answer that comes later; `None` if the person changed their mind.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// Several answers that come later; none if the person changed their mind.
pub(crate) type Answers = Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>>;

/// Lets a person pick.
pub(crate) trait Picker: Send + Sync {
    /// Asks, in front of a window.
    fn pick(&self, ask: Ask, window: &WebviewWindow) -> Answer;

    /// Asks for archives, in front of a window.
    fn pick_archives(&self, window: &WebviewWindow) -> Answers;
}

/// The system's own dialogs.
pub(crate) struct SystemDialogs;

impl Picker for SystemDialogs {
    fn pick(&self, ask: Ask, window: &WebviewWindow) -> Answer {
        // Only the asynchronous dialogs: the others wait on the loop that has to draw them.
        let dialog = AsyncFileDialog::new().set_parent(window);
        match ask {
            Ask::Archive => path_of(of_archives(dialog, "Choose a backup").pick_file()),
            Ask::Folder => path_of(dialog.set_title("Choose a folder for backups").pick_folder()),
            Ask::Place => path_of(dialog.set_title("Choose the folder of Notesnook's backups").pick_folder()),
            Ask::NewKeyFile => {
                let dialog = dialog
                    .set_title("Save the recovery key")
                    .set_file_name("Backstop recovery key.txt")
                    .add_filter("Text", &["txt"]);
                path_of(dialog.save_file())
            }
            Ask::NewReport => {
                let dialog = dialog
                    .set_title("Save the report")
                    .set_file_name("Backstop report.txt")
                    .add_filter("Text", &["txt"]);
                path_of(dialog.save_file())
            }
            Ask::NewArchive(name) => {
                let dialog = dialog.set_title("Save a clean copy").set_file_name(file_name(&name));
                path_of(dialog.save_file())
            }
            Ask::NewFile(name) => {
                let dialog = dialog.set_title("Save the attachment").set_file_name(file_name(&name));
                path_of(dialog.save_file())
            }
        }
    }

    fn pick_archives(&self, window: &WebviewWindow) -> Answers {
        let dialog = AsyncFileDialog::new().set_parent(window);
        let picked = of_archives(dialog, "Choose backups").pick_files();
        Box::pin(async move {
            let handles = picked.await.unwrap_or_default();
            handles.iter().map(|handle| handle.path().to_owned()).collect()
        })
    }
}

fn of_archives(dialog: AsyncFileDialog, title: &str) -> AsyncFileDialog {
    dialog
        .set_title(title)
        .add_filter("Backups", &["nnbackupz", "nnbackup", "backstop"])
        .add_filter("All files", &["*"])
}

/// A name out of a note, made into one that a file may have: it comes from anybody's file, and none may
/// lead into another folder. The person sees it and may change it.
fn file_name(name: &str) -> String {
    let allowed = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        control if control.is_control() => '_',
        other => other,
    };
    let name: String = name.chars().map(allowed).take(120).collect();
    let name = name.trim().trim_start_matches('.').trim_end_matches('.').to_owned();
    if name.is_empty() { "attachment".to_owned() } else { name }
}

fn path_of(picked: impl Future<Output = Option<rfd::FileHandle>> + Send + 'static) -> Answer {
    Box::pin(async move { picked.await.map(|handle| handle.path().to_owned()) })
}

/// The picker of this program: the script where a debug build is given one, else the system's dialogs.
pub(crate) fn choose() -> Box<dyn Picker> {
    #[cfg(debug_assertions)]
    if let Some(script) = std::env::var_os("BACKSTOP_PICKS") {
        return Box::new(scripted::Scripted::new(script.into()));
    }
    Box::new(SystemDialogs)
}

#[cfg(debug_assertions)]
mod scripted {
    //! Dialogs that answer by themselves: one line each, in the order of the dialogs. Where several files
    //! are picked, tabs part them.

    use std::path::PathBuf;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tauri::WebviewWindow;

    use super::{Answer, Answers, Ask, Picker};

    /// Answers with the lines of a file, which is read each time: lines may be added while it runs.
    pub(super) struct Scripted {
        script: PathBuf,
        answered: Arc<AtomicUsize>,
    }

    impl Scripted {
        pub(super) fn new(script: PathBuf) -> Self {
            Self { script, answered: Arc::default() }
        }

        /// The next line; nothing for an empty one, or when there is none left.
        pub(super) fn next(&self) -> Answer {
            let at = self.answered.fetch_add(1, Ordering::Relaxed);
            let script = self.script.clone();
            Box::pin(async move {
                let lines = tokio::fs::read_to_string(script).await.ok()?;
                lines.lines().nth(at).filter(|line| !line.is_empty()).map(PathBuf::from)
            })
        }
    }

    impl Picker for Scripted {
        fn pick(&self, _ask: Ask, _window: &WebviewWindow) -> Answer {
            self.next()
        }

        fn pick_archives(&self, _window: &WebviewWindow) -> Answers {
            let line = self.next();
            Box::pin(async move {
                let line = line.await.unwrap_or_default();
                let parts = line.to_str().unwrap_or_default().split('\t');
                parts.filter(|part| !part.is_empty()).map(PathBuf::from).collect()
            })
        }
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use std::path::{Path, PathBuf};

    use super::scripted::Scripted;

    #[test]
    fn a_script_is_answered_line_by_line() {
        // This very file is the script: its lines are known.
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/picker.rs");
        let scripted = Scripted::new(script);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let next = || runtime.block_on(scripted.next());
        let first = "//! Where a person picks files and folders: a port, so that tests can script what a dialog answers.";
        assert_eq!(next().as_deref(), Some(Path::new(first)));
        assert_eq!(next().as_deref(), Some(Path::new("//!")));
    }

    #[test]
    fn the_name_of_an_attachment_leads_nowhere() {
        for (name, file) in [
            ("pier.jpg", "pier.jpg"),
            ("../../.ssh/id", "_.._.ssh_id"),
            ("C:\\a|b?.txt", "C__a_b_.txt"),
            (".hidden", "hidden"),
            (" \n", "_"),
            ("..", "attachment"),
            ("", "attachment"),
            ("Straße 日本.png", "Straße 日本.png"),
        ] {
            assert_eq!(super::file_name(name), file, "{name}");
        }
    }

    #[test]
    fn without_a_script_every_dialog_is_cancelled() {
        let scripted = Scripted::new("no such file".into());
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        assert_eq!(runtime.block_on(scripted.next()), None);
    }
}
