//! `POST /hotline/calls`

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Result;
use crate::hotline::service::{self, Call};
use crate::http::answers::WriteRefusals;
use crate::http::idempotency::fingerprint;
use crate::orders::report::GivenPoint;
use crate::orders::view::OrderView;
use crate::people::rights::Caller;

/// 代表来电
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FileCall {
    /// The caller's number; the delegate is recognised by it.
    #[schema(max_length = 32)]
    pub caller_phone: String,
    #[schema(min_length = 5, max_length = 2000)]
    pub description: String,
    /// Where the operator could tell it; else the words of `address` are looked at.
    pub location: Option<GivenPoint>,
    #[schema(max_length = 200)]
    pub address: Option<String>,
    /// Code or name; left out, it is suggested from the text.
    #[schema(max_length = 64)]
    pub category: Option<String>,
    pub occurred_at: Option<DateTime<FixedOffset>>,
    /// The call's id in the call centre's system; the same call is filed once.
    #[schema(min_length = 1, max_length = 64)]
    pub call_id: String,
    /// The number the hotline's own system has given it, in the city's format.
    #[schema(max_length = 16)]
    pub number: Option<String>,
    #[serde(default)]
    pub confidential: bool,
}

/// An operator files a call in the delegate's name.
#[utoipa::path(
    tag = "hotline",
    request_body = FileCall,
    responses((status = 201, body = OrderView), WriteRefusals),
    security(("bearer" = []))
)]
#[post("/hotline/calls")]
pub async fn file_call(
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<FileCall>,
) -> Result<HttpResponse> {
    let body = body.into_inner();
    let fingerprint = fingerprint("POST /hotline/calls", &body);
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
    } = body;
    let occurred_at = occurred_at.map(|at| at.with_timezone(&Utc));
    let call = Call {
        caller_phone,
        call_id,
        number,
        description,
        location,
        address,
        category,
        occurred_at,
        confidential,
    };
    Ok(service::file(&app, &caller, call, fingerprint).await?.respond())
}
