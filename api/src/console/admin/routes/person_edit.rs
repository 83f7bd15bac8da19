//! `/console/admin/people/{id}/change`: one person of the roster, edited.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, post};
use entity::ids::PersonId;
use entity::kinds::Role;

use super::people;
use crate::console::admin::person_form;
use crate::console::routes::page::{PageError, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::people::roster::ImportError;
use crate::people::roster::single;

#[post("/admin/people/{id}/change")]
pub async fn change(
    visitor: ConsoleUser,
    id: Path<PersonId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    visitor.caller.require(Role::Admin)?;
    let fields = person_form::fields(&sent.entries);
    match single::change(&visitor.app, &visitor.caller, *id, &fields).await {
        Ok(_) => Ok(see_other(&format!(
            "/console/admin/people/{}?done=person_saved",
            *id
        ))),
        Err(ImportError::Faults(faults)) => {
            let mut shown = people::person_page(&visitor, *id).await?;
            if let Some(form) = shown.forms.iter_mut().find(|form| form.id == "change") {
                for field in &mut form.fields {
                    field.value = sent.entries.text(field.name).to_owned();
                }
                form.open = true;
                form.error = Some(person_form::trouble(&faults));
            }
            with_status(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(ImportError::Failed(error)) => Err(error.into()),
    }
}
