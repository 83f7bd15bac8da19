//! `GET /hotline/queue`, and the claim of one matter in it.

use actix_web::{HttpResponse, delete, get, post, web};
use chrono::{DateTime, FixedOffset};
use entity::ids::{ExtensionId, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::kinds::QueueKind;
use super::service::{self, CalledParty, Claimed, ItemContext};
use super::store::PendingRequest;
use crate::app::App;
use crate::caller::Caller;
use crate::city::categories::routes::Suggestion;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::paging::Paging;
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::http::time::local;
use crate::orders::view::UnitView;
use crate::orders::view::summary::OrderSummary;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct QueueQuery {
    /// `returned`, `extension`, `triage`, `unmatched`, `follow_up`; several are separated by commas, default all.
    #[param(required = false)]
    pub kind: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct QueuePage {
    /// The most urgent first.
    pub items: Vec<QueueItem>,
    /// None on the last page.
    pub next_cursor: Option<String>,
    pub counts: QueueCounts,
}

/// How many wait, whatever was asked for.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct QueueCounts {
    pub returned: u64,
    pub extension: u64,
    pub triage: u64,
    pub unmatched: u64,
    pub follow_up: u64,
    pub total: u64,
}

/// Something that waits for an operator.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueItem {
    pub kind: QueueKind,
    pub since: DateTime<FixedOffset>,
    /// When it should be done; the list is sorted by it.
    pub act_by: DateTime<FixedOffset>,
    pub order: OrderSummary,
    /// Why no unit was found by the rules.
    pub reason: Option<String>,
    /// Units it might go to, the best first.
    pub units: Vec<ProposedUnit>,
    /// Categories suggested by the text, likeliest first.
    pub categories: Vec<Suggestion>,
    pub returned: Option<ReturnedBy>,
    pub extension: Option<AskedExtension>,
    pub follow_up: Option<CallTries>,
    /// `None` if the item is not claimed.
    pub claim: Option<ClaimView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ProposedUnit {
    pub unit: UnitView,
    pub why: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnedBy {
    pub unit: Option<UnitView>,
    pub reason: String,
    pub proposed_unit: Option<UnitView>,
    pub at: DateTime<FixedOffset>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AskedExtension {
    pub id: ExtensionId,
    pub unit: Option<UnitView>,
    pub reason: String,
    /// Working days.
    pub days: i32,
    /// The present deadline.
    pub due_before: DateTime<FixedOffset>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CallTries {
    /// Calls made in vain so far.
    pub tries: i32,
    /// The outcome of the last call.
    pub last_outcome: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimView {
    pub by: String,
    pub mine: bool,
    pub until: DateTime<FixedOffset>,
}

/// Lists all items that wait for an operator
#[utoipa::path(
    tag = "hotline",
    params(QueueQuery, Paging),
    responses((status = 200, body = QueuePage), ReadErrors),
    security(("bearer" = []))
)]
#[get("/hotline/queue")]
pub async fn operators_queue(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<QueueQuery>,
    paging: web::Query<Paging>,
) -> Result<web::Json<QueuePage>> {
    let kinds = service::kinds(query.kind.as_deref())?;
    let queue = service::list(&app, &caller, &kinds, paging.after()?, paging.limit()?).await?;
    let count = |kind| queue.counts.get(&kind).copied().unwrap_or_default();
    let counts = QueueCounts {
        returned: count(QueueKind::Returned),
        extension: count(QueueKind::Extension),
        triage: count(QueueKind::Triage),
        unmatched: count(QueueKind::Unmatched),
        follow_up: count(QueueKind::FollowUp),
        total: queue.counts.values().sum(),
    };
    let city = app.state::<CityHandle>().load();
    let page = queue.page.map(|item| to_view(&city, item));
    Ok(web::Json(QueuePage {
        items: page.items,
        next_cursor: page.next_cursor,
        counts,
    }))
}

fn unit(city: &City, id: UnitId) -> Option<UnitView> {
    city.unit(id).map(|unit| UnitView {
        id: unit.id,
        name: unit.name.clone(),
        level: unit.level,
    })
}

fn to_view(city: &City, item: ItemContext) -> QueueItem {
    let ItemContext {
        entry,
        order,
        reason,
        returned,
        proposals,
        claim,
    } = item;
    let time = |at| local(at, city.zone());
    let (extension, follow_up) = match entry.asked {
        PendingRequest::Unit => (None, None),
        PendingRequest::Extension(row) => {
            let asked = AskedExtension {
                id: row.id,
                unit: unit(city, row.unit_id),
                reason: row.reason,
                days: row.days,
                due_before: time(row.due_before),
            };
            (Some(asked), None)
        }
        PendingRequest::Call(row) => {
            let call = CallTries {
                tries: row.tries,
                last_outcome: row.outcome,
            };
            (None, Some(call))
        }
    };
    let proposed = proposals.units.into_iter().filter_map(|proposed| {
        let why = proposed.why;
        unit(city, proposed.unit).map(|unit| ProposedUnit { unit, why })
    });
    let suggested = proposals.categories.into_iter().map(|suggestion| Suggestion {
        code: suggestion.code,
        name: suggestion.name,
        confidence: suggestion.confidence,
    });
    QueueItem {
        kind: entry.kind,
        since: time(entry.since),
        act_by: time(entry.act_by),
        order,
        reason,
        units: proposed.collect(),
        categories: suggested.collect(),
        returned: returned.map(|row| ReturnedBy {
            unit: unit(city, row.unit_id),
            reason: row.reason,
            proposed_unit: row.proposed_unit_id.and_then(|id| unit(city, id)),
            at: time(row.created_at),
        }),
        extension,
        follow_up,
        claim: claim.map(|claim| ClaimView {
            by: claim.by,
            mine: claim.mine,
            until: time(claim.until),
        }),
    }
}

/// The matter is the caller's until then.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClaimedMatter {
    pub number: String,
    /// The pending kinds.
    pub kinds: Vec<QueueKind>,
    pub until: DateTime<FixedOffset>,
    /// The person to call, if the pending item is a call.
    pub call: Option<Callee>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Callee {
    /// Of the delegate; of their standing committee if they have left the roster.
    pub name: String,
    /// Whole: it is to be dialled. `null` for the committee.
    pub phone: Option<String>,
}

impl From<CalledParty> for Callee {
    fn from(called: CalledParty) -> Self {
        match called {
            CalledParty::Delegate { name, phone } => Self {
                name,
                phone: Some(phone.expose().to_owned()),
            },
            CalledParty::Committee { name } => Self { name, phone: None },
        }
    }
}

/// Claims an item of the queue for 15 minutes, or until it is acted on or released
#[utoipa::path(
    tag = "hotline",
    params(("number" = String, Path)),
    responses((status = 200, body = ClaimedMatter), WriteErrors),
    security(("bearer" = []))
)]
#[post("/hotline/queue/{number}/claim")]
pub async fn claim_matter(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<web::Json<ClaimedMatter>> {
    let number = number.into_inner();
    let Claimed { kinds, until, callee } = service::claim(&app, &caller, &number).await?;
    Ok(web::Json(ClaimedMatter {
        number,
        kinds,
        until: local(until, app.state::<CityHandle>().load().zone()),
        call: callee.map(Callee::from),
    }))
}

/// Gives a matter back to the other operators. Twice is once.
#[utoipa::path(
    tag = "hotline",
    params(("number" = String, Path)),
    responses((status = 204), WriteErrors),
    security(("bearer" = []))
)]
#[delete("/hotline/queue/{number}/claim")]
pub async fn release_matter(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse> {
    service::release(&app, &caller, &number).await?;
    Ok(HttpResponse::NoContent().finish())
}
