//! `backstop account …`

use backstop_engine::api::{Backstop, CreatedAccount, KeychainState, Overview, Problem, Session};
use serde_json::json;

use crate::args::{AccountCommand, ChangePassword, Create, NewPassword};
use crate::desk::{Desk, not_kept};
use crate::exit::Exit;
use crate::output::documents::{AccountStatus, Accounts, Created, LibraryStatus, Schedule};
use crate::output::words::{count, one_line, status as status_words};

/// Does what was typed after `account`.
pub(super) fn run(desk: &Desk, command: AccountCommand) -> Result<Exit, Problem> {
    match command {
        AccountCommand::Create(order) => create(desk, &order),
        AccountCommand::List => list(desk),
        AccountCommand::Status => status(desk),
        AccountCommand::Login { keep } => login(desk, keep),
        AccountCommand::Logout => logout(desk),
        AccountCommand::ChangePassword(order) => change_password(desk, &order),
        AccountCommand::ResetPassword(order) => reset_password(desk, &order),
        AccountCommand::RecoveryKey { new } => recovery_key(desk, new),
        AccountCommand::Delete => delete(desk),
    }
}

fn create(desk: &Desk, order: &Create) -> Result<Exit, Problem> {
    let backstop = desk.backstop()?;
    let password = desk.secrets.first_password()?;
    let insist = order.new.allow_weak_password;
    let (session, created) = backstop.create_account(&order.name, &password, order.keep, insist)?;
    let saved = order.save_recovery_key.as_deref().map(|file| session.save_recovery_key(file)).transpose();
    // The account exists now: a key that could not be saved must be shown instead of being lost.
    let file = order.save_recovery_key.as_ref().filter(|_| saved.is_ok());
    print_created(desk, order, &created, file.map(|file| file.display().to_string()))?;
    if order.keep {
        desk.output.remark(not_kept(created.keychain));
    }
    saved?;
    Ok(Exit::warned(order.keep && created.keychain != KeychainState::Available))
}

fn print_created(
    desk: &Desk,
    order: &Create,
    created: &CreatedAccount,
    recovery_key_file: Option<String>,
) -> Result<(), Problem> {
    let key = created.recovery_key.join("-");
    let name = one_line(&created.account.name);
    let file = recovery_key_file.clone();
    let document = Created {
        account: &created.account.name,
        id: &created.account.id,
        recovery_key: &key,
        recovery_key_file,
        kept: order.keep && created.keychain == KeychainState::Available,
    };
    desk.output.answer(&document, |out| {
        writeln!(out, "Account {name} is ready.")?;
        match file {
            Some(file) => writeln!(out, "Its recovery key is in {file}. Keep it apart from this computer."),
            None => writeln!(
                out,
                "\nRecovery key:\n{key}\n\nKeep it apart from this computer: it opens the account and every backup\n\
                 of it if the password is lost. Nobody will ever ask you for it."
            ),
        }
    })
}

fn list(desk: &Desk) -> Result<Exit, Problem> {
    let accounts = desk.backstop()?.accounts()?;
    desk.output.answer(&Accounts::of(&accounts), |out| {
        accounts.iter().try_for_each(|card| writeln!(out, "{}  {}", card.id, one_line(&card.name)))
    })?;
    Ok(Exit::DONE)
}

fn status(desk: &Desk) -> Result<Exit, Problem> {
    let backstop = desk.backstop()?;
    let account = desk.account(&backstop)?;
    let session = match desk.secrets.account()? {
        Some(password) => Some(backstop.sign_in(&account.id, &password, false)?.0),
        None => backstop.resume(&account.id).ok(),
    };
    let overview = session.map(|session| session.overview()).transpose()?;
    let document = AccountStatus {
        account: &account.name,
        id: &account.id,
        logged_in: overview.is_some(),
        keychain: backstop.keychain(),
        library: overview.as_ref().map(library_status),
    };
    desk.output.answer(&document, |out| {
        let logged_in = if overview.is_some() { "logged in" } else { "not logged in" };
        writeln!(out, "{}: {logged_in}", one_line(&account.name))?;
        let Some(seen) = &overview else { return Ok(()) };
        writeln!(out, "{}", status_words(&seen.status))?;
        writeln!(out, "Library: {}, {}", count(seen.notes, "note"), count(seen.attachments, "attachment"))?;
        writeln!(
            out,
            "Backups: {}, {}",
            seen.interval,
            if seen.encryption { "encrypted" } else { "NOT encrypted" }
        )?;
        writeln!(out, "Folder: {}", one_line(&seen.folder))
    })?;
    if let Some(overview) = &overview {
        overview.folder_warnings.iter().for_each(|warning| desk.output.remark(&one_line(warning)));
    }
    Ok(Exit::DONE)
}

fn library_status(overview: &Overview) -> LibraryStatus<'_> {
    LibraryStatus {
        notes: overview.notes,
        attachments: overview.attachments,
        encryption: overview.encryption,
        folder: &overview.folder,
        warnings: &overview.folder_warnings,
        recovery_key_confirmed: !overview.recovery_key_unconfirmed,
        schedule: Schedule::of(overview),
    }
}

fn login(desk: &Desk, keep: bool) -> Result<Exit, Problem> {
    let backstop = desk.backstop()?;
    let account = desk.account(&backstop)?;
    let password = desk.secrets.account_or_ask(&format!("Password of {}", account.name))?;
    let (_, keychain) = backstop.sign_in(&account.id, &password, keep)?;
    let kept = keep && keychain == KeychainState::Available;
    let document = json!({"account": account.name, "id": account.id, "kept": kept, "keychain": keychain});
    desk.output.answer(&document, |out| {
        writeln!(out, "The password of {} is right.", one_line(&account.name))?;
        let nothing_kept =
            "Nothing is kept: each command takes the password again. Keep the login with --keep.";
        writeln!(out, "{}", if keep { not_kept(keychain) } else { nothing_kept })
    })?;
    Ok(Exit::warned(keep && !kept))
}

fn logout(desk: &Desk) -> Result<Exit, Problem> {
    let backstop = desk.backstop()?;
    let account = desk.account(&backstop)?;
    let was_kept = match backstop.resume(&account.id) {
        Ok(session) => session.sign_out().map(|()| true)?,
        Err(_) => false,
    };
    let document = json!({"account": account.name, "id": account.id, "was_kept": was_kept});
    desk.output.answer(&document, |out| {
        let name = one_line(&account.name);
        let done = if was_kept { "The kept login is forgotten" } else { "No login was kept" };
        writeln!(out, "{done}: {name} is logged out.")
    })?;
    Ok(Exit::DONE)
}

fn change_password(desk: &Desk, order: &ChangePassword) -> Result<Exit, Problem> {
    let backstop = desk.backstop()?;
    let account = desk.account(&backstop)?;
    let old = desk.secrets.account_or_ask(&format!("Present password of {}", account.name))?;
    let (session, _) = backstop.sign_in(&account.id, &old, false)?;
    let new = desk.secrets.new_password()?;
    session.change_password(&old, &new, order.new.allow_weak_password)?;
    desk.output.answer(&json!({"account": account.name, "id": account.id}), |out| {
        writeln!(
            out,
            "The password is changed. Backups made until now open with the old password or the recovery key."
        )
    })?;
    Ok(Exit::DONE)
}

fn reset_password(desk: &Desk, order: &NewPassword) -> Result<Exit, Problem> {
    let backstop = desk.backstop()?;
    let account = desk.account(&backstop)?;
    let key = desk.secrets.recovery_key()?;
    let new = desk.secrets.password_after_loss()?;
    let insist = order.new.allow_weak_password;
    let (_, keychain) = backstop.reset_password(&account.id, &key, &new, insist, order.keep)?;
    let kept = order.keep && keychain == KeychainState::Available;
    desk.output.answer(&json!({"account": account.name, "id": account.id, "kept": kept}), |out| {
        writeln!(
            out,
            "The new password is set. Backups made until now open with the old one or the recovery key."
        )
    })?;
    if order.keep {
        desk.output.remark(not_kept(keychain));
    }
    Ok(Exit::warned(order.keep && !kept))
}

fn recovery_key(desk: &Desk, new: bool) -> Result<Exit, Problem> {
    let (session, password) = with_password(desk, &desk.backstop()?)?;
    let groups =
        if new { session.new_recovery_key(&password)? } else { session.show_recovery_key(&password)? };
    let key = groups.join("-");
    let account = session.account();
    let document = json!({"account": account.name, "id": account.id, "recovery_key": key, "new": new});
    desk.output.answer(&document, |out| writeln!(out, "{key}"))?;
    if new {
        desk.output.remark("Backups made until now keep the old recovery key.");
    }
    Ok(Exit::DONE)
}

fn delete(desk: &Desk) -> Result<Exit, Problem> {
    let backstop = desk.backstop()?;
    let account = desk.account(&backstop)?;
    let name = one_line(&account.name);
    desk.output.remark(&format!(
        "This deletes the account {name} and its library from this computer. Archives stay."
    ));
    let (session, password) = with_password(desk, &backstop)?;
    session.delete(&password)?;
    let document = json!({"account": account.name, "id": account.id, "deleted": true});
    desk.output.answer(&document, |out| {
        writeln!(out, "The account {name} is deleted. Its archives are where they were.")
    })?;
    Ok(Exit::DONE)
}

/// A session and the password it was opened with: for what a kept login is not enough.
fn with_password(
    desk: &Desk,
    backstop: &Backstop,
) -> Result<(Session, backstop_engine::api::Password), Problem> {
    let account = desk.account(backstop)?;
    let password = desk.password()?;
    let (session, _) = backstop.sign_in(&account.id, &password, false)?;
    Ok((session, password))
}
