//! How the program starts: the window first, everything else when it is asked for.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use backstop_engine::api::{Code, Cost, Problem, Setup};
use backstop_engine::ports::Ports;
use backstop_platform::{
    SystemClock, SystemKeychain, await_those_before, default_data_dir, documents_dir, machine_name,
};
use tauri::{App, AppHandle, Manager, RunEvent, Window, WindowEvent};

use crate::anew::Calls;
use crate::closing::{self, Awake};
use crate::notices::{self, SystemNotices};
use crate::shell::Shell;
use crate::{alone, automatic, autostart, bindings, drops, front, picker, pictures, tray, watching};

/// Runs the program until it ends.
///
/// # Errors
/// The system gives no window.
pub(crate) fn run() -> tauri::Result<()> {
    await_those_before();
    tauri::Builder::default()
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .plugin(autostart::plugin())
        .manage(Awake::default())
        .manage(Calls::default())
        .manage(tray::Said::default())
        .manage(picker::choose())
        .invoke_handler(bindings::commands().invoke_handler())
        .register_asynchronous_uri_scheme_protocol(pictures::SCHEME, |context, request, responder| {
            pictures::answer(context.app_handle(), request.uri().path(), responder);
        })
        .on_window_event(followed)
        .setup(|app| {
            // First, so that a second start does nothing else.
            if let Some(data_dir) = data_dir() {
                alone::or_end(app.handle(), &data_dir);
            }
            set_up(app);
            if !is_hidden(&std::env::args().collect::<Vec<_>>()) {
                front::open(app.handle(), app.state::<Arc<Shell>>().first_theme())?;
            } else if app.state::<Calls>().wants_window() {
                // A second start called while this one was starting.
                front::show(app.handle());
            }
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(|_, event| went_on(&event));
    Ok(())
}

/// The last window was closed: the program goes on without one. It ends by [`closing::quit`], with a code.
fn went_on(event: &RunEvent) {
    if let RunEvent::ExitRequested { code: None, api, .. } = event {
        api.prevent_exit();
    }
}

/// Whether the program was started by the system, which wants to see no window.
pub(crate) fn is_hidden(words: &[String]) -> bool {
    words.iter().any(|word| word == autostart::HIDDEN)
}

/// The data folder that was named in the environment.
fn told() -> Option<PathBuf> {
    std::env::var_os("BACKSTOP_DATA_DIR").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// `BACKSTOP_DATA_DIR`, else the system's folder for such things. None where the user has no home.
fn data_dir() -> Option<PathBuf> {
    told().or_else(default_data_dir)
}

/// The name on the bus of the Backstop on a data folder that was named; none for the usual one, which has the
/// usual name.
pub(crate) fn name_on_the_bus() -> Option<String> {
    let mut hasher = DefaultHasher::new();
    std::path::absolute(told()?).ok()?.hash(&mut hasher);
    Some(format!("app.backstop.desktop.f{:016x}", hasher.finish()))
}

fn set_up(app: &App) {
    let handle = app.handle().clone();
    app.manage(Arc::new(Shell::new(Box::new(move || ground(&handle)))));
    notices::start(app.handle());
    automatic::start(app.handle());
    tray::start(app.handle());
    watching::start(app.handle());
}

fn followed(window: &Window, event: &WindowEvent) {
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            closing::requested(window);
        }
        WindowEvent::DragDrop(event) => drops::followed(window, event),
        _ => {}
    }
}

/// What the engine stands on.
fn ground(app: &AppHandle) -> Result<Setup, Problem> {
    let homeless = || {
        Problem::new(
            Code::NotFound,
            "This user has no home folder, so there is no place for Backstop's data.",
        )
        .with_hint("Set BACKSTOP_DATA_DIR to a folder on this computer.")
    };
    Ok(Setup {
        data_dir: data_dir().ok_or_else(homeless)?,
        documents: documents_dir().ok_or_else(homeless)?,
        machine: machine_name(),
        cost: Cost::Calibrated,
        ports: Ports {
            clock: Arc::new(SystemClock),
            keychain: Arc::new(SystemKeychain),
            notices: Arc::new(SystemNotices(app.clone())),
        },
    })
}
