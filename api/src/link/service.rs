//! Applies an event of the linked platform by the order's own lifecycle and stores the answer. A repeated event gets
//! the same answer and is not applied again.
//!
//! The event is recorded before it is applied. Its action claims a key and stores its result under it in one
//! transaction. If the process dies before the answer is stored, the repetition finds the result and does nothing.

use chrono::{DateTime, Utc};
use entity::ids::{ClientId, UnitId};
use entity::kinds::{ActorRole, Status};
use serde_json::{Value, json};

use super::event::{EventHead, LinkEventType, account_with_files, validate};
use super::store::{self, LinkedOrder};
use crate::app::App;
use crate::caller::{Caller, OrderAccess};
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::{Error, ErrorKind, FieldError, Result};
use crate::hotline::service::{self as hotline, Call, Filer};
use crate::http::idempotency::{self, fingerprint};
use crate::orders::Actor;
use crate::orders::actions::reply::NewReply as Reply;
use crate::orders::actions::{
    ActionClaim, ActionReceipt, ActionRequest, accept, extend, note, reply, return_order,
};
use crate::orders::submit::draft::GivenPoint;
use crate::orders::view::OrderView;
use crate::people::clients::service::client_of;
use crate::webhooks::linked_units;

/// An event as received.
#[derive(Clone, Debug)]
pub struct IncomingEvent {
    pub event_id: String,
    pub event_type: String,
    pub number: Option<String>,
    pub external_number: Option<String>,
    pub at: DateTime<Utc>,
    pub unit_code: Option<String>,
    pub account: Option<String>,
    pub public_reply: Option<String>,
    pub reason: Option<String>,
    pub file_urls: Vec<String>,
    pub caller_phone: Option<String>,
    pub description: Option<String>,
    pub location: Option<GivenPoint>,
    pub address: Option<String>,
    pub category: Option<String>,
    /// Hash of the whole request.
    pub fingerprint: String,
}

/// The answer to an event: an HTTP status and its body.
#[derive(Clone, Debug, PartialEq)]
pub struct EventAnswer {
    pub status: u16,
    pub body: Value,
}

/// Applies the event, or returns its earlier answer.
///
/// # Errors
/// 404 for an unknown order, 422 for a malformed event or an id that was used with another body. A step that is not
/// open is no error: its answer is 409, which is stored.
pub async fn apply(app: &App, caller: &Caller, event: IncomingEvent) -> Result<EventAnswer> {
    let now = app.clock.now();
    let client = client_of(app, caller).await?;
    let head = EventHead {
        event_id: &event.event_id,
        event_type: &event.event_type,
        number: event.number.as_deref(),
        external_number: event.external_number.as_deref(),
        at: event.at,
        file_urls: &event.file_urls,
    };
    let event_type = validate(&head, now).map_err(|fault| invalid(fault.field, fault.code, fault.detail))?;
    let known = store::event(&app.db, client, &event.event_id).await?;
    if let Some(known) = known {
        if known.body_hash != event.fingerprint {
            let detail = "这个事件编号已用于另一事件。";
            return Err(Error::refused(ErrorKind::Rule, "event_id_reused", detail));
        }
        if let Ok(status @ 1..) = u16::try_from(known.answer_status) {
            return Ok(EventAnswer {
                status,
                body: known.answer,
            });
        }
    }
    let order = match event_type {
        LinkEventType::Submitted => None,
        _ => {
            let found = store::order(&app.db, client, head.number, head.external_number).await?;
            Some(found.ok_or_else(Error::not_found)?)
        }
    };
    let txn = db::write(&app.db).await?;
    store::begin_event(&txn, client, &event.event_id, event.fingerprint.clone(), now).await?;
    txn.commit().await?;
    let key = format!("link:{}", fingerprint("event", &event.event_id));
    let claim = ActionClaim {
        person: caller.person,
        key: &key,
        fingerprint: &event.fingerprint,
    };
    let outcome = match &order {
        None => submit(app, caller, &event).await,
        Some(order) => {
            act(
                app,
                caller,
                order,
                Step {
                    event_type,
                    event: &event,
                    claim,
                },
            )
            .await
        }
    };
    let answer = match outcome {
        Ok(view) => applied(&view.number, view.status, view.version),
        Err(Error::Refused(refused)) => match done_before(app, claim).await? {
            Some(done) => applied(&done.number, done.status, done.version),
            None if refused.kind == ErrorKind::Conflict => refused_answer(&refused),
            None => return Err(Error::Refused(refused)),
        },
        Err(error) => return Err(error),
    };
    remember(app, client, &event, order, &answer).await?;
    Ok(answer)
}

/// A step of an order that an event asks for.
#[derive(Clone, Copy)]
struct Step<'a> {
    event_type: LinkEventType,
    event: &'a IncomingEvent,
    claim: ActionClaim<'a>,
}

/// Returns the result of the event's action if it was committed before the event was answered.
async fn done_before(app: &App, claim: ActionClaim<'_>) -> Result<Option<ActionReceipt>> {
    let ActionClaim {
        person,
        key,
        fingerprint,
    } = claim;
    let now = app.clock.now();
    let done = idempotency::replay(&app.db, person, key, fingerprint, now).await?;
    Ok(done.map(|done| done.body))
}

async fn act(app: &App, caller: &Caller, order: &LinkedOrder, step: Step<'_>) -> Result<OrderView> {
    let Step {
        event_type,
        event,
        claim,
    } = step;
    let unit = unit_of(app, order, event.unit_code.as_deref()).await?;
    let allowed = match caller.order_access() {
        OrderAccess::City => true,
        OrderAccess::Unit(own) => own == unit,
        OrderAccess::Area(area) => order.area.as_deref() == Some(area.as_str()),
        OrderAccess::OwnOrders(_) | OrderAccess::None => false,
    };
    if !allowed {
        return Err(Error::not_found());
    }
    let actor = Actor {
        person: Some(caller.person),
        role: ActorRole::Handler,
        unit: Some(unit),
        unit_head: false,
        area: None,
        order_access: OrderAccess::Unit(unit),
    };
    let reason = event.reason.as_deref().unwrap_or_default();
    let request = ActionRequest::new(app, &actor, &order.number, None).once(claim);
    match event_type {
        LinkEventType::Accepted => accept::accept(request).await,
        LinkEventType::Replied => {
            let public_reply = event.public_reply.clone();
            let account = event
                .account
                .clone()
                .or_else(|| public_reply.clone())
                .unwrap_or_default();
            let answer = Reply {
                account: account_with_files(&account, &event.file_urls),
                public_reply,
                photos: Vec::new(),
                contacted: None,
                decisions: Vec::new(),
            };
            reply::reply(request, answer).await
        }
        LinkEventType::Returned => return_order::send_back(request, reason, None).await,
        LinkEventType::ExtensionRequested => extend::request_extension(request, reason, None).await,
        LinkEventType::Note | LinkEventType::Submitted => {
            let text = event
                .account
                .as_deref()
                .or(event.reason.as_deref())
                .unwrap_or_default();
            let text = account_with_files(text, &event.file_urls);
            note::note(request, &text).await
        }
    }
}

/// Files a call that a delegate made to the platform as an order in the delegate's name.
async fn submit(app: &App, caller: &Caller, event: &IncomingEvent) -> Result<OrderView> {
    let phone = event.caller_phone.clone();
    let phone = phone.ok_or_else(|| invalid("caller_phone", "required", "请给出来电号码。"))?;
    let external = event.external_number.clone();
    let external = external.ok_or_else(|| invalid("external_number", "required", "请给出外部编号。"))?;
    let call = Call {
        caller_phone: phone,
        call_id: format!("link:{external}").chars().take(64).collect(),
        number: None,
        description: event.description.clone().unwrap_or_default(),
        location: event.location,
        address: event.address.clone(),
        site_code: None,
        category: event.category.clone(),
        occurred_at: None,
        confidential: false,
        delegate: None,
        identity_confirmed: None,
        remember_number: false,
    };
    let answer = hotline::file(app, Filer::Operator(caller), call, event.fingerprint.clone()).await?;
    Ok(answer.body)
}

/// Returns the acting unit: the one with the code in the event (the platform's own code, or ours), otherwise the
/// order's unit.
async fn unit_of(app: &App, order: &LinkedOrder, code: Option<&str>) -> Result<UnitId> {
    let Some(code) = code else {
        return order.unit.ok_or_else(Error::not_found);
    };
    if let Some(unit) = linked_units::by_code(&app.db, code.trim()).await? {
        return Ok(unit);
    }
    let city = app.state::<CityHandle>().load();
    let unit = city.units.resolve(code);
    let unit = unit.ok_or_else(|| invalid("unit_code", "unknown_unit", "没有这个单位。"))?;
    Ok(unit.id)
}

fn applied(number: &str, status: Status, version: i32) -> EventAnswer {
    let body = json!({
        "number": number,
        "status": status,
        "version": version,
        "applied": true,
    });
    EventAnswer { status: 200, body }
}

fn refused_answer(refused: &crate::error::Rejection) -> EventAnswer {
    let state = refused.state.clone().unwrap_or_default();
    let body = json!({
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": refused.code,
        "detail": refused.detail,
        "current_status": state.status,
        "version": state.version,
        "allowed": state.allowed,
        "applied": false,
    });
    EventAnswer { status: 409, body }
}

async fn remember(
    app: &App,
    client: ClientId,
    event: &IncomingEvent,
    order: Option<LinkedOrder>,
    answer: &EventAnswer,
) -> Result<()> {
    let (order, unit) = match order {
        Some(order) => {
            // The code was resolved for the step. If that has changed since, the event counts for no unit.
            let unit = unit_of(app, &order, event.unit_code.as_deref()).await.ok();
            (Some(order), unit)
        }
        None => {
            let number = answer.body.get("number").and_then(Value::as_str);
            let order = store::order(&app.db, client, number, None).await?;
            let unit = order.as_ref().and_then(|order| order.unit);
            (order, unit)
        }
    };
    let txn = db::write(&app.db).await?;
    if let Some(unit) = unit {
        linked_units::record_event(&txn, unit, app.clock.now()).await?;
    }
    if let Some((order, external)) = order.zip(event.external_number.as_deref()) {
        store::link_order(&txn, client, order.id, external).await?;
    }
    let status = i32::from(answer.status);
    store::answer_event(&txn, client, &event.event_id, status, answer.body.clone()).await?;
    txn.commit().await?;
    Ok(())
}

fn invalid(field: &str, code: &str, detail: &str) -> Error {
    Error::invalid(vec![FieldError::new(field, code, detail)])
}
