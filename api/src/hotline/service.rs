//! A call becomes an order in the delegate's name. The call's own id makes it idempotent: the same call twice
//! is one order, whoever files it.

use entity::kinds::{Channel, Role};

use crate::app::App;
use crate::error::{Error, FieldError, Kind, Refusal, Result};
use crate::http::idempotency::Answer;
use crate::orders::actor::Actor;
use crate::orders::report::{GivenPoint, NewOrder};
use crate::orders::submit::{self, Claim};
use crate::orders::view::OrderView;
use crate::people::profile;
use crate::people::rights::Caller;
use crate::people::sealing::Phone;

const CALL_ID_CHARS: std::ops::RangeInclusive<usize> = 1..=64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    CallerNotOnRoster,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        "caller_not_on_roster"
    }

    fn detail(&self) -> String {
        "来电号码不在代表名册上，请按普通市民来电受理。".to_owned()
    }

    fn kind(&self) -> Kind {
        Kind::Rule
    }
}

/// What the operator noted.
#[derive(Clone, Debug)]
pub struct Call {
    pub caller_phone: String,
    pub call_id: String,
    pub number: Option<String>,
    pub description: String,
    pub location: Option<GivenPoint>,
    pub address: Option<String>,
    pub category: Option<String>,
    pub occurred_at: Option<chrono::DateTime<chrono::Utc>>,
    pub confidential: bool,
}

/// Files the call. `fingerprint` is of the whole request.
pub async fn file(app: &App, caller: &Caller, call: Call, fingerprint: String) -> Result<Answer<OrderView>> {
    caller.require(Role::Operator)?;
    let visible = call.call_id.bytes().all(|b| b.is_ascii_graphic());
    if !visible || !CALL_ID_CHARS.contains(&call.call_id.len()) {
        let detail = "来电编号应为 1 到 64 个字母、数字或符号。";
        return Err(Error::invalid(vec![FieldError::new(
            "call_id",
            "malformed",
            detail,
        )]));
    }
    let phone = Phone::parse(&call.caller_phone).ok_or(Refused::CallerNotOnRoster)?;
    let person = profile::with_phone(app, &phone).await?;
    let delegate = person
        .filter(|p| p.role == Role::Delegate)
        .ok_or(Refused::CallerNotOnRoster)?;
    let claim = Claim {
        person: delegate.id,
        key: format!("call:{}", call.call_id),
        fingerprint,
    };
    let new = NewOrder {
        channel: Channel::Call,
        reporter: delegate.id,
        filed_by: Some(caller.person),
        description: call.description,
        location: call.location,
        address: call.address,
        category: call.category,
        photos: Vec::new(),
        site_code: None,
        occurred_at: call.occurred_at,
        wants_follow_up: true,
        confidential: call.confidential,
        number: call.number,
        call_id: Some(call.call_id),
    };
    submit::submit(app, &Actor::from(caller), new, Some(&claim)).await
}
