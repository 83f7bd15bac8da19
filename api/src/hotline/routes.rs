//! `POST /hotline/calls`, and who it is that calls.

use actix_web::{FromRequest as _, HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, FixedOffset, Utc};
use entity::ids::PersonId;
use entity::kinds::{PersonLevel, Role};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::hotline::callers::{self, CallerMatch, FoundBy};
use crate::hotline::relay;
use crate::hotline::service::{self, Call, Filer};
use crate::hotline::signature::Headers;
use crate::http::extract::RawJson;
use crate::http::idempotency::fingerprint;
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::orders::submit::draft::GivenPoint;
use crate::orders::view::{AreaView, OrderView};

/// 代表来电
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FileCall {
    /// The caller's number; the delegate is recognised by it.
    #[schema(max_length = 32)]
    pub caller_phone: String,
    #[schema(min_length = 2, max_length = 2000)]
    pub description: String,
    /// Where the operator could tell it; else the words of `address` are looked at.
    pub location: Option<GivenPoint>,
    #[schema(max_length = 200)]
    pub address: Option<String>,
    /// Code or name; left out, it is suggested from the text.
    #[schema(max_length = 64)]
    pub category: Option<String>,
    #[serde(default, deserialize_with = "crate::moments::optional_moment")]
    pub occurred_at: Option<DateTime<FixedOffset>>,
    /// The call's id in the call centre's system; the same call is filed once.
    #[schema(min_length = 1, max_length = 64)]
    pub call_id: String,
    /// The number the hotline's own system has given it, in the city's format.
    #[schema(max_length = 16)]
    pub number: Option<String>,
    #[serde(default)]
    pub confidential: bool,
    /// Who speaks, where the number leads to several delegates or to none: an id of `GET /hotline/callers`.
    pub delegate_id: Option<PersonId>,
    /// How the operator confirmed the caller's identity, if the number does not identify them; kept in the order's
    /// history.
    #[schema(min_length = 2, max_length = 200)]
    pub identity_confirmed: Option<String>,
    /// With `identity_confirmed`: the number leads to this delegate from now on.
    #[serde(default)]
    pub remember_number: bool,
}

impl From<FileCall> for Call {
    fn from(body: FileCall) -> Self {
        let FileCall {
            caller_phone,
            description,
            location,
            address,
            category,
            occurred_at,
            call_id,
            number,
            confidential,
            delegate_id,
            identity_confirmed,
            remember_number,
        } = body;
        Self {
            caller_phone,
            call_id,
            number,
            description,
            location,
            address,
            site_code: None,
            category,
            occurred_at: occurred_at.map(|at| at.with_timezone(&Utc)),
            confidential,
            delegate: delegate_id,
            identity_confirmed,
            remember_number,
        }
    }
}

/// Files a call in the delegate's name: by an operator, or by the call centre's own system, whose request is signed
/// instead of carrying a token. `X-Hotline-Signature` = hex(HMAC-SHA256(`HOTLINE_SECRET`, timestamp + "\n" + nonce +
/// "\n" + body)). Timestamps up to five minutes off are taken; a nonce is taken once.
#[utoipa::path(
    tag = "hotline",
    request_body = FileCall,
    params(
        ("X-Hotline-Timestamp" = Option<i64>, Header, description = "Unix seconds at which the call centre signed"),
        ("X-Hotline-Nonce" = Option<String>, Header, description = "16 to 64 visible characters, never used before"),
        ("X-Hotline-Signature" = Option<String>, Header, description = "64 hexadecimal digits"),
    ),
    responses((status = 201, body = OrderView), WriteErrors),
    security(("bearer" = []), ("hotline_signature" = []))
)]
#[post("/hotline/calls")]
pub async fn file_call(app: web::Data<App>, request: HttpRequest, body: RawJson) -> Result<HttpResponse> {
    let caller = match signed(&request) {
        Some(headers) => {
            service::verify_request(&app, headers, &body.bytes).await?;
            None
        }
        None => Some(Caller::extract(&request).await?),
    };
    let filer = caller.as_ref().map_or(Filer::CallCentre, Filer::Operator);
    let call: FileCall = body.read()?;
    let fingerprint = fingerprint("POST /hotline/calls", &call);
    let answer = service::file(&app, filer, call.into(), fingerprint).await?;
    Ok(answer.respond())
}

/// A call to the relay number.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RelayCall {
    /// The number that calls: of a person of the unit in charge.
    #[schema(max_length = 32)]
    pub caller_phone: String,
    /// The order's number, or its last six digits, as typed on the telephone.
    #[schema(min_length = 6, max_length = 16)]
    pub number: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RelayReply {
    /// The order's number.
    pub number: String,
    /// The delegate's number to connect; never shown to the unit.
    pub phone: String,
}

/// 中间号: connects a unit with the delegate of an order; asked by an operator or, signed like `POST /hotline/calls`, by the
/// call centre's own system.
#[utoipa::path(
    tag = "hotline",
    request_body = RelayCall,
    params(
        ("X-Hotline-Timestamp" = Option<i64>, Header, description = "Unix seconds at which the call centre signed"),
        ("X-Hotline-Nonce" = Option<String>, Header, description = "16 to 64 visible characters, never used before"),
        ("X-Hotline-Signature" = Option<String>, Header, description = "64 hexadecimal digits"),
    ),
    responses((status = 200, body = RelayReply), WriteErrors),
    security(("bearer" = []), ("hotline_signature" = []))
)]
#[post("/hotline/relays")]
pub async fn connect_relay(
    app: web::Data<App>,
    request: HttpRequest,
    body: RawJson,
) -> Result<web::Json<RelayReply>> {
    match signed(&request) {
        Some(headers) => service::verify_request(&app, headers, &body.bytes).await?,
        None => Caller::extract(&request).await?.require(Role::Operator)?,
    }
    let call: RelayCall = body.read()?;
    let connection = relay::connect(&app, &call.caller_phone, &call.number).await?;
    Ok(web::Json(RelayReply {
        number: connection.number,
        phone: connection.phone.expose().to_owned(),
    }))
}

/// A request that carries a signature is judged by it alone.
fn signed(request: &HttpRequest) -> Option<Headers<'_>> {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    Some(Headers {
        signature: header("x-hotline-signature")?,
        timestamp: header("x-hotline-timestamp").unwrap_or_default(),
        nonce: header("x-hotline-nonce").unwrap_or_default(),
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallerQuery {
    /// The number that calls.
    #[param(required = false, max_length = 32)]
    pub phone: Option<String>,
    /// Part of a delegate's name, for unknown numbers.
    #[param(required = false, max_length = 20)]
    pub name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Callers {
    /// Empty if the number is unknown.
    pub items: Vec<CallerView>,
}

/// A delegate who may be the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallerView {
    pub id: PersonId,
    pub name: String,
    pub level: Option<PersonLevel>,
    pub area: Option<AreaView>,
    pub electoral_unit: Option<String>,
    /// The number of the roster, masked.
    pub phone_masked: String,
    /// `roster`: by the number on the roster; `confirmed`: by a number that an operator confirmed before; `name`: by
    /// name.
    #[schema(pattern = "^(roster|confirmed|name)$")]
    pub found_by: &'static str,
}

/// Who calls: asked while the telephone rings. Give `phone` or `name`.
#[utoipa::path(
    tag = "hotline",
    params(CallerQuery),
    responses((status = 200, body = Callers), ReadErrors),
    security(("bearer" = []))
)]
#[get("/hotline/callers")]
pub async fn find_callers(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<CallerQuery>,
) -> Result<web::Json<Callers>> {
    let CallerQuery { phone, name } = query.into_inner();
    let found = callers::find(&app, &caller, phone.as_deref(), name.as_deref()).await?;
    Ok(web::Json(Callers {
        items: found.into_iter().map(shown).collect(),
    }))
}

fn shown(found: CallerMatch) -> CallerView {
    let CallerMatch { profile, by } = found;
    CallerView {
        id: profile.id,
        name: profile.name,
        level: profile.level,
        area: profile.area.map(|(code, name)| AreaView { code, name }),
        electoral_unit: profile.electoral_unit,
        phone_masked: profile.phone_masked,
        found_by: match by {
            FoundBy::Roster => "roster",
            FoundBy::Confirmed => "confirmed",
            FoundBy::Name => "name",
        },
    }
}
