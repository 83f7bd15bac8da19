//! Files a call as an order in the delegate's name. The call's id makes it idempotent: the same call creates one order,
//! regardless of the filer.

use entity::caller_number;
use entity::ids::{PersonId, PhotoId};
use entity::kinds::{Channel, EventAction, Role, Visibility};
use entity::person;
use secrecy::ExposeSecret as _;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, ErrorKind, Refusal, Result};
use crate::hotline::callers::{self, CallerNumber};
use crate::hotline::signature::{self, Headers};
use crate::hotline::store;
use crate::http::idempotency::{self, StoredResponse};
use crate::orders::Actor;
use crate::orders::history::detail::EventDetail;
use crate::orders::submit::draft::{GivenPoint, NewOrder, require_text};
use crate::orders::submit::{self, ExtraEvent, IdempotencyScope, Submission};
use crate::orders::view::OrderView;
use crate::people::profile;
use crate::sealing::Sealer;

const CALL_ID_CHARS: std::ops::RangeInclusive<usize> = 1..=64;
const HOW_CHARS: std::ops::RangeInclusive<usize> = 2..=200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    CallerNotOnRoster,
    /// Several delegates share the number; the request must name one.
    SeveralCallers,
    /// The number does not belong to the named delegate, and nobody has confirmed their identity.
    IdentityNotConfirmed,
    UnknownDelegate,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::CallerNotOnRoster => "caller_not_on_roster",
            Self::SeveralCallers => "several_callers",
            Self::IdentityNotConfirmed => "identity_not_confirmed",
            Self::UnknownDelegate => "unknown_delegate",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::CallerNotOnRoster => {
                "来电号码不在代表名册上。如确认是代表换了号码，请按姓名查找后登记；否则请按普通市民来电受理。"
            }
            Self::SeveralCallers => "这个号码对应多位代表，请先问清是哪一位。",
            Self::IdentityNotConfirmed => "来电号码与所选代表不符，请核实身份并写明核实方式。",
            Self::UnknownDelegate => "代表名册上没有这个人。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Rule
    }
}

/// Who files: an operator, or the call centre's own system by a signed request.
pub enum Filer<'a> {
    Operator(&'a Caller),
    CallCentre,
}

/// The content of a call.
#[derive(Clone, Debug)]
pub struct Call {
    pub caller_phone: String,
    pub call_id: String,
    pub number: Option<String>,
    pub description: String,
    pub location: Option<GivenPoint>,
    pub address: Option<String>,
    /// The site that gives the order its place as far as `location` and `address` do not.
    pub site_code: Option<String>,
    pub category: Option<String>,
    pub occurred_at: Option<chrono::DateTime<chrono::Utc>>,
    pub confidential: bool,
    /// Who speaks, where the number does not say.
    pub delegate: Option<PersonId>,
    /// How the operator made sure of it.
    pub identity_confirmed: Option<String>,
    /// Whether the number is the delegate's from now on.
    pub remember_number: bool,
}

/// Accepts a signed request once. Commits at once, so that a refused request cannot be repeated either.
pub async fn verify_request(app: &App, headers: Headers<'_>, body: &[u8]) -> Result<()> {
    let now = app.clock.now();
    let secret = app.config.hotline_secret.as_ref();
    let secret = secret.ok_or(signature::Refused::NotConfigured)?;
    let expires_at = signature::verify(secret.expose_secret().as_bytes(), headers, body, now)?;
    let txn = db::write(&app.db).await?;
    if !store::use_nonce(&txn, headers.nonce, expires_at, now).await? {
        return Err(signature::Refused::Replayed.into());
    }
    Ok(txn.commit().await?)
}

/// Files the call. `fingerprint` is of the whole request.
pub async fn file(
    app: &App,
    filer: Filer<'_>,
    call: Call,
    fingerprint: String,
) -> Result<StoredResponse<OrderView>> {
    file_with_photos(app, filer, call, fingerprint, Vec::new()).await
}

/// Files a call with photos that are stored as the filer's own.
pub async fn file_with_photos(
    app: &App,
    filer: Filer<'_>,
    call: Call,
    fingerprint: String,
    photos: Vec<PhotoId>,
) -> Result<StoredResponse<OrderView>> {
    let (actor, operator) = match filer {
        Filer::Operator(caller) => {
            caller.require(Role::Operator)?;
            (Actor::from(caller), Some(caller.person))
        }
        Filer::CallCentre => (Actor::call_centre(), None),
    };
    let visible = call.call_id.bytes().all(|b| b.is_ascii_graphic());
    if !visible || !CALL_ID_CHARS.contains(&call.call_id.len()) {
        let detail = "来电编号应为 1 到 64 个字母、数字或符号。";
        return Err(Error::invalid_field("call_id", "malformed", detail));
    }
    let number = CallerNumber::read(app, "caller_phone", &call.caller_phone)?;
    let (delegate, confirmed) = identify_caller(app, &number, &call, operator).await?;
    let claim = IdempotencyScope {
        person: delegate.id,
        key: claim_key(&call.call_id),
        fingerprint,
    };
    let beside = confirmed.as_ref().map(|how| ExtraEvent {
        action: EventAction::CallerConfirmed,
        visibility: Visibility::Supervision,
        note: how.clone(),
        detail: EventDetail::CallerConfirmed {
            number: number.masked(),
            remembered: call.remember_number,
        },
    });
    let call_id = call.call_id.clone();
    let remember = call.remember_number;
    let submission = Submission {
        new: NewOrder {
            photos,
            ..order(call, &delegate, operator)
        },
        claim: Some(&claim),
        beside,
    };
    let answer = match submit::submit_with(app, &actor, submission, async |_, _| Ok(())).await {
        Err(error) if error.code() == Some(submit::CALL_FILED) => {
            return Err(with_order_number(app, error, &call_id).await?);
        }
        other => other?,
    };
    if let (Some(how), Some(operator), true) = (confirmed, operator, remember) {
        save_confirmed_number(app, &number, delegate.id, operator, how).await?;
    }
    Ok(answer)
}

fn claim_key(call_id: &str) -> String {
    format!("call:{call_id}")
}

/// Returns the number of the order that was filed for the delegate under this call id in the last 48 hours; `None` if there
/// is none.
/// # Errors
/// `idempotency_key_reused` (422) if it was another call.
pub async fn filed_before(
    app: &App,
    delegate: PersonId,
    call_id: &str,
    fingerprint: &str,
) -> Result<Option<String>> {
    let (key, now) = (claim_key(call_id), app.clock.now());
    let first = idempotency::replay::<OrderView>(&app.db, delegate, &key, fingerprint, now).await?;
    Ok(first.map(|first| first.body.number))
}

/// Who speaks, and how that was made sure of where the number does not say so.
async fn identify_caller(
    app: &App,
    number: &CallerNumber,
    call: &Call,
    operator: Option<PersonId>,
) -> Result<(person::Model, Option<String>)> {
    let found = callers::delegates_by_number(app, number).await?;
    let Some(chosen) = call.delegate else {
        let mut found = found.into_iter().map(|(person, _)| person);
        return match (found.next(), found.next()) {
            (Some(one), None) => Ok((one, None)),
            (None, _) => Err(Refused::CallerNotOnRoster.into()),
            (Some(_), Some(_)) => Err(Refused::SeveralCallers.into()),
        };
    };
    if let Some((person, _)) = found.into_iter().find(|(person, _)| person.id == chosen) {
        return Ok((person, None));
    }
    let how = call.identity_confirmed.as_deref().filter(|_| operator.is_some());
    let how = how.ok_or(Refused::IdentityNotConfirmed)?;
    let how = require_text("identity_confirmed", how, HOW_CHARS)?;
    let person = profile::delegates(app, vec![chosen]).await?.into_iter().next();
    Ok((person.ok_or(Refused::UnknownDelegate)?, Some(how)))
}

fn order(call: Call, delegate: &person::Model, operator: Option<PersonId>) -> NewOrder {
    NewOrder {
        channel: Channel::Call,
        reporter: delegate.id,
        filed_by: operator,
        description: call.description,
        location: call.location,
        address: call.address,
        category: call.category,
        photos: Vec::new(),
        video: None,
        site_code: call.site_code,
        occurred_at: call.occurred_at,
        wants_follow_up: true,
        confidential: call.confidential,
        number: call.number,
        call_id: Some(call.call_id),
    }
}

/// The number is the delegate's too from now on.
async fn save_confirmed_number(
    app: &App,
    number: &CallerNumber,
    delegate: PersonId,
    operator: PersonId,
    how: String,
) -> Result<()> {
    let row = caller_number::Model {
        number_hash: number.hash(app.state::<Sealer>()),
        person_id: delegate,
        confirmed_by: operator,
        how,
        confirmed_at: app.clock.now(),
    };
    let txn = db::write(&app.db).await?;
    store::remember(&txn, row).await?;
    Ok(txn.commit().await?)
}

/// The refusal of a call that was filed before, with the number to look under.
async fn with_order_number(app: &App, refused: Error, call_id: &str) -> Result<Error> {
    let Some(number) = store::number_of_call(&app.db, call_id).await? else {
        return Ok(refused);
    };
    let detail = format!("这通来电已经登记为工单 {number}。");
    Ok(Error::refused(ErrorKind::Rule, submit::CALL_FILED, detail))
}
