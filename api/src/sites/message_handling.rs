//! Delegates' actions on messages: adopt one as an order in their own name, or answer it. The first one handles it;
//! concurrent requests fail.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, SiteMessageId};
use entity::kinds::{Channel, ContentSubject, EventAction, Role, SiteMessageStatus};
use entity::{order, site, site_message};

use crate::app::App;
use crate::caller::Caller;
use crate::content::enqueue::{self, Publication};
use crate::db::{self, WriteTransaction};
use crate::error::{CurrentState, Error, ErrorKind, Refusal, Result};
use crate::http::idempotency::StoredResponse;
use crate::http::paging::{Page, Paging};
use crate::orders::history::detail::EventDetail;
use crate::orders::history::{self, NewEvent};
use crate::orders::submit::draft::{NewOrder, require_text};
use crate::orders::submit::{self, Submission};
use crate::orders::view::{OrderView, read};
use crate::orders::{Actor, photos};
use crate::people::profile;
pub use crate::sites::store::Filter;
use crate::sites::store::{self, Handling, MessageAccess};
use crate::sites::view::{self, MessageContext, MessageView, photo_ids};

const ANSWER_CHARS: std::ops::RangeInclusive<usize> = 2..=1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    AlreadyHandled,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        "message_already_handled"
    }

    fn detail(&self) -> String {
        "这条留言已经有代表处理了。".to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Conflict
    }
}

/// A delegate's additions when adopting a message; missing values come from the message or the site.
#[derive(Clone, Debug, Default)]
pub struct Adoption {
    pub description: Option<String>,
    pub category: Option<String>,
    pub address: Option<String>,
    pub wants_follow_up: bool,
    pub confidential: bool,
}

fn reach(caller: &Caller) -> Result<MessageAccess> {
    match caller.role {
        Role::Delegate => Ok(MessageAccess::Delegate(caller.person, caller.area.clone())),
        Role::Operator | Role::Admin => Ok(MessageAccess::Everything),
        Role::Handler | Role::Supervisor => Err(Error::forbidden("群众留言由点位代表处理。")),
    }
}

/// The messages the caller may know of, the newest first.
pub async fn list(app: &App, caller: &Caller, filter: &Filter, paging: &Paging) -> Result<Page<MessageView>> {
    let reach = reach(caller)?;
    let limit = paging.limit()?;
    let after: Option<(DateTime<Utc>, SiteMessageId)> = paging.after()?;
    let rows = store::messages(&app.db, &reach, filter, after, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |row| (row.created_at, row.id));
    let around = around(app, &page.items).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for message in page.items {
        items.push(
            around
                .view(app, message, caller.person, caller.role == Role::Delegate)
                .await?,
        );
    }
    Ok(Page {
        items,
        next_cursor: page.next_cursor,
    })
}

pub async fn show(app: &App, caller: &Caller, id: SiteMessageId) -> Result<MessageView> {
    let message = known(app, caller, id).await?;
    let around = around(app, std::slice::from_ref(&message)).await?;
    around
        .view(app, message, caller.person, caller.role == Role::Delegate)
        .await
}

pub(super) async fn known(app: &App, caller: &Caller, id: SiteMessageId) -> Result<site_message::Model> {
    let message = store::message(&app.db, id, &reach(caller)?).await?;
    message.ok_or_else(Error::not_found)
}

async fn around(app: &App, messages: &[site_message::Model]) -> Result<MessageContext> {
    let sites = messages.iter().map(|message| message.site_id).collect();
    let photos = messages.iter().flat_map(photo_ids).collect();
    let people = messages
        .iter()
        .flat_map(|message| [message.handed_to, message.handed_by]);
    Ok(MessageContext {
        people: profile::names(app, people.flatten()).await?,
        sites: store::by_ids(&app.db, sites).await?,
        photos: store::photos(&app.db, photos).await?,
    })
}

/// Takes a message up: an order in the delegate's name, from the site, with the message's photos. The same delegate
/// again is given the same order.
pub async fn adopt(
    app: &App,
    caller: &Caller,
    id: SiteMessageId,
    adoption: Adoption,
) -> Result<StoredResponse<OrderView>> {
    caller.require(Role::Delegate)?;
    let message = known(app, caller, id).await?;
    if let Some(first) = adopted_before(app, caller, &message).await? {
        return Ok(first);
    }
    let site = store::by_ids(&app.db, vec![message.site_id])
        .await?
        .remove(&message.site_id);
    let site = site.ok_or_else(Error::not_found)?;
    let submission = Submission {
        new: order_of(caller, &message, &site, adoption),
        claim: None,
        beside: None,
    };
    let actor = Actor::from(caller);
    let handle = async |txn: &WriteTransaction, order: &order::Model| {
        let now = app.clock.now();
        let adopted = AdoptedMessage {
            message: &message,
            site: &site,
        };
        take_up(txn, &actor, adopted, order, now).await
    };
    match submit::submit_with(app, &actor, submission, handle).await {
        // The same delegate, twice at once.
        Err(error) if error.code() == Some(Refused::AlreadyHandled.code()) => {
            let message = known(app, caller, id).await?;
            let first = adopted_before(app, caller, &message).await?;
            first.ok_or_else(|| with_state(error, message.status))
        }
        done => done,
    }
}

async fn adopted_before(
    app: &App,
    caller: &Caller,
    message: &site_message::Model,
) -> Result<Option<StoredResponse<OrderView>>> {
    match (message.status, message.order_id) {
        (SiteMessageStatus::Received, _) => Ok(None),
        (SiteMessageStatus::Adopted, Some(order)) if message.handled_by == Some(caller.person) => {
            let number = number_of(app, order).await?;
            let body = read::detail(app, &Actor::from(caller), &number).await?;
            let replayed = true;
            Ok(Some(StoredResponse {
                replayed,
                ..StoredResponse::created(body)
            }))
        }
        (status, _) => Err(already_handled(status)),
    }
}

async fn number_of(app: &App, id: OrderId) -> Result<String> {
    read::number_of(app, id).await?.ok_or_else(Error::not_found)
}

pub(super) fn already_handled(status: SiteMessageStatus) -> Error {
    with_state(Refused::AlreadyHandled.into(), status)
}

fn with_state(error: Error, status: SiteMessageStatus) -> Error {
    error.with_state(CurrentState {
        status: status.to_string(),
        version: 1,
        allowed: Vec::new(),
    })
}

fn order_of(
    caller: &Caller,
    message: &site_message::Model,
    site: &site::Model,
    adoption: Adoption,
) -> NewOrder {
    NewOrder {
        channel: Channel::Scan,
        reporter: caller.person,
        filed_by: None,
        description: adoption.description.unwrap_or_else(|| message.text.clone()),
        // A site that has been closed since is still where the matter is.
        location: (!site.active).then(|| view::point(site)),
        site_code: site.active.then(|| site.code.clone()),
        address: adoption.address.or_else(|| site.address.clone()),
        category: adoption.category.or_else(|| site.category_code.clone()),
        photos: Vec::new(),
        video: None,
        occurred_at: None,
        wants_follow_up: adoption.wants_follow_up,
        confidential: adoption.confidential,
        number: None,
        call_id: None,
    }
}

/// A message and the site that it was left at.
struct AdoptedMessage<'a> {
    message: &'a site_message::Model,
    site: &'a site::Model,
}

/// Makes the message the order's, with its photos, in the transaction that inserts the order.
async fn take_up(
    txn: &WriteTransaction,
    actor: &Actor,
    adopted: AdoptedMessage<'_>,
    order: &order::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let AdoptedMessage { message, site } = adopted;
    let handling = Handling {
        status: SiteMessageStatus::Adopted,
        by: actor.person,
        order: Some(order.id),
        answer: None,
    };
    if !store::handle(txn, message.id, handling, now).await? {
        return Err(Refused::AlreadyHandled.into());
    }
    let photos = photo_ids(message);
    photos::attach_residents(txn, order, actor, &photos, now).await?;
    let event = NewEvent::new(EventAction::Adopted, actor, order.status, now)
        .note(format!("{}的群众留言", site.name))
        .detail(EventDetail::Adopted {
            site: site.code.clone(),
            message: message.id,
        })
        .photos(&photos);
    history::append(txn, order, event).await
}

/// Answers a message without making it an order. The answer is shown to the resident when it has been found fit.
pub async fn answer(app: &App, caller: &Caller, id: SiteMessageId, text: &str) -> Result<MessageView> {
    caller.require(Role::Delegate)?;
    let text = require_text("text", text, ANSWER_CHARS)?;
    let message = known(app, caller, id).await?;
    let site = store::by_ids(&app.db, vec![message.site_id])
        .await?
        .remove(&message.site_id);
    let openid = profile::openid(app, caller.person).await?;
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let handling = Handling {
        status: SiteMessageStatus::Answered,
        by: Some(caller.person),
        order: None,
        answer: Some(&text),
    };
    if !store::handle(&txn, id, handling, now).await? {
        drop(txn);
        let message = known(app, caller, id).await?;
        let same = message.handled_by == Some(caller.person) && message.answer.as_deref() == Some(&text);
        if same {
            return show(app, caller, id).await;
        }
        return Err(already_handled(message.status));
    }
    let publication = Publication {
        subject: ContentSubject::SiteAnswer,
        subject_id: id.0,
        title: format!("{}代表答复", site.map(|site| site.name).unwrap_or_default()),
        text: &text,
        photos: &[],
        openid: openid.as_ref(),
    };
    enqueue::enqueue_check(app, &txn, publication, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    show(app, caller, id).await
}
