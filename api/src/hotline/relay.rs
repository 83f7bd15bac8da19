//! 中间号: a person of a unit calls the city's relay number and types the end of the order's number; the call centre asks
//! here whom to connect.
//!
//! Neither side learns the other's number, and the call is in the order's history.

use entity::kinds::{EventAction, Role, Visibility};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, ErrorKind, Result};
use crate::hotline::callers::CallerNumber;
use crate::orders::Actor;
use crate::orders::actions::{ActionRequest, begin};
use crate::orders::rules::lifecycle::Action;
use crate::orders::search::filter::ListQuery;
use crate::orders::search::list;
use crate::people::profile;
use crate::sealing::Phone;

/// Digits that a caller types: the end of an order's number.
pub const TYPED_DIGITS: usize = 6;
/// The event of a connected call.
pub const EVENT: EventAction = EventAction::ContactCall;

/// The delegate whom the call centre connects.
pub struct Connection {
    pub number: String,
    pub phone: Phone,
}

/// Connects a person of the unit in charge with the delegate of an order.
pub async fn connect(app: &App, caller_phone: &str, typed: &str) -> Result<Connection> {
    let caller = handler(app, caller_phone).await?;
    let actor = Actor::from(&caller);
    let order = order(app, &actor, typed.trim()).await?;
    let contact = profile::contact(app, order.reporter_id).await?;
    let (_, phone) =
        contact.ok_or_else(|| refused("relay_no_delegate", "这位代表已不在名册上，无法接通。"))?;
    let mut step = begin(ActionRequest::new(app, &actor, &order.number, None), Action::Note).await?;
    step.save().await?;
    let event = step.event(EVENT).visible_to(Visibility::Internal);
    step.append_event(event.note("通过中间号与代表通话")).await?;
    step.commit(app).await?;
    Ok(Connection {
        number: order.number,
        phone,
    })
}

async fn handler(app: &App, caller_phone: &str) -> Result<Caller> {
    let unknown = || refused("relay_caller_unknown", "这个号码不是承办单位工作人员登记的号码。");
    let CallerNumber::Mobile(phone) = CallerNumber::read(app, "caller_phone", caller_phone)? else {
        return Err(unknown());
    };
    let person = profile::with_phone(app, &phone).await?.ok_or_else(unknown)?;
    let caller = profile::caller_for_job(app, person.id).await?;
    caller
        .filter(|caller| caller.role == Role::Handler)
        .ok_or_else(unknown)
}

/// The order of the unit with this number, or with this end of it.
async fn order(app: &App, actor: &Actor, typed: &str) -> Result<entity::order::Model> {
    let numbers = if typed.len() == TYPED_DIGITS {
        ending_in(app, actor, typed).await?
    } else {
        vec![typed.to_owned()]
    };
    let mut found = list::find_visible(app, actor, &numbers).await?;
    match (found.pop(), found.is_empty()) {
        (Some(order), true) => Ok(order),
        (None, _) => Err(Error::not_found()),
        (Some(_), false) => Err(refused(
            "relay_ambiguous",
            "有几件工单的末六位相同，请输入完整的工单编号。",
        )),
    }
}

async fn ending_in(app: &App, actor: &Actor, digits: &str) -> Result<Vec<String>> {
    let query = ListQuery {
        q: Some(digits.to_owned()),
        ..ListQuery::default()
    };
    let paging = crate::http::paging::Paging {
        limit: Some(20),
        cursor: None,
    };
    let found = list::list(app, actor, &query, &paging).await?;
    let numbers = found.items.into_iter().map(|order| order.number);
    Ok(numbers.filter(|number| number.ends_with(digits)).collect())
}

fn refused(code: &'static str, detail: &str) -> Error {
    Error::refused(ErrorKind::Rule, code, detail)
}
