//! A delegate hands a resident's message over to another delegate of the county, who is told and reads it from then on.
//! Both keep seeing it; the first who acts handles it.

use entity::ids::{PersonId, SiteMessageId};
use entity::kinds::{PersonLevel, Role};
use entity::{person, site, site_message};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::http::fields::{self, invalid};
use crate::notices::{self, Event, EventKind, MessageCatalog, Subject};
use crate::sites::message_handling::{self, already_handled};
use crate::sites::store::{self, hand_over};
use crate::sites::view::MessageView;

const NOTE_CHARS: std::ops::RangeInclusive<usize> = 2..=200;
/// Delegates of one county; more are not offered.
const MAX_COLLEAGUES: u64 = 200;

/// A delegate to whom a message can be handed over.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Colleague {
    pub id: PersonId,
    pub name: String,
    pub level: Option<PersonLevel>,
}

/// Lists the delegates of the message's county without the caller, by name.
pub async fn colleagues(app: &App, caller: &Caller, id: SiteMessageId) -> Result<Vec<Colleague>> {
    caller.require(Role::Delegate)?;
    let message = message_handling::known(app, caller, id).await?;
    let site = site_of(app, &message).await?;
    let people = of_county(app, caller, &site).await?;
    Ok(people.into_iter().map(colleague).collect())
}

fn colleague(person: person::Model) -> Colleague {
    Colleague {
        id: person.id,
        name: person.name,
        level: person.level,
    }
}

async fn of_county(app: &App, caller: &Caller, site: &site::Model) -> Result<Vec<person::Model>> {
    let Some(area) = &site.area_code else {
        return Ok(Vec::new());
    };
    let people = hand_over::delegates(&app.db, area, MAX_COLLEAGUES).await?;
    Ok(people
        .into_iter()
        .filter(|person| person.id != caller.person)
        .collect())
}

async fn site_of(app: &App, message: &site_message::Model) -> Result<site::Model> {
    let mut sites = store::by_ids(&app.db, vec![message.site_id]).await?;
    sites.remove(&message.site_id).ok_or_else(Error::not_found)
}

/// Hands an unhandled message over and tells the other delegate.
///
/// # Errors
/// `unknown_delegate` (422) unless `to` is a delegate of the site's county, `message_already_handled` (409).
pub async fn hand_over(
    app: &App,
    caller: &Caller,
    id: SiteMessageId,
    to: PersonId,
    note: &str,
) -> Result<MessageView> {
    caller.require(Role::Delegate)?;
    let note = fields::text("note", note, NOTE_CHARS)?;
    let message = message_handling::known(app, caller, id).await?;
    let site = site_of(app, &message).await?;
    let people = of_county(app, caller, &site).await?;
    if !people.iter().any(|person| person.id == to) {
        return Err(invalid("to", "unknown_delegate", "请选择本县（区）的其他代表。"));
    }
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let change = hand_over::HandOver {
        to,
        by: caller.person,
        note: &note,
    };
    if !hand_over::note(&txn, id, change, now).await? {
        drop(txn);
        let message = message_handling::known(app, caller, id).await?;
        return Err(already_handled(message.status));
    }
    let event = Event::general(EventKind::SiteMessage)
        .by(caller.person)
        .people(vec![to])
        .title(site.name)
        .note(format!("{}代表转交：{note}", caller.name))
        .about(Subject::SiteMessage(id));
    notices::emit(&txn, app.state::<MessageCatalog>(), &event, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    message_handling::show(app, caller, id).await
}
