//! The administrator's form of a connected system, its boxes and its faults.

use actix_web::HttpRequest;
use actix_web::web::Payload;
use entity::kinds::Role;

use crate::console::forms::{Choice, FormFields};
use crate::console::routes::page::PageError;
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Error;

/// Reads a form that only an administrator may send.
pub(super) async fn sent_by_admin(
    visitor: &ConsoleUser,
    request: &HttpRequest,
    body: Payload,
) -> Result<FormData, PageError> {
    let sent = FormData::read(visitor, request, body).await?;
    visitor.caller.require(Role::Admin)?;
    Ok(sent)
}

/// Boxes for values and labels, ticked as the field of this name was sent.
pub(super) fn boxes<'a>(
    options: impl Iterator<Item = (&'a str, &'a str)>,
    entries: &FormFields,
    name: &str,
) -> Vec<Choice> {
    let ticked = |(value, label): (&str, &str)| Choice {
        selected: entries.all(name).any(|sent| sent == value),
        ..Choice::new(value, label)
    };
    options.map(ticked).collect()
}

/// All faults, in one sentence each.
pub(super) fn trouble(error: Error) -> String {
    match error {
        Error::Refused(refused) if refused.errors.is_empty() => refused.detail,
        Error::Refused(refused) => {
            let details: Vec<String> = refused.errors.into_iter().map(|fault| fault.detail).collect();
            details.join(" ")
        }
        Error::Database(_) | Error::Internal(_) => "系统出错了，没有保存成功。".to_owned(),
    }
}
