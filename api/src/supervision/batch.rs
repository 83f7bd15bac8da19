//! Batch actions on a list of orders: each order in a transaction of its own, so that one that is refused stops no other.

use crate::city::snapshot::CityHandle;
use crate::orders::actions::ActionRequest;
use entity::campaign;
use entity::ids::CampaignId;
use entity::kinds::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::http::fields::{self, invalid};
use crate::http::idempotency::{self, StoredResponse, fingerprint};
use crate::http::paging::Page;
use crate::orders::Actor;
use crate::orders::rules::text_limits::NOTE;
use crate::supervision::campaigns::{access, service};
use crate::supervision::{tracking, urges};

const MAX_NUMBERS: usize = 100;

/// The action performed on every order of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BatchAction {
    /// 催办, with a note.
    Urge,
    /// 重点跟踪, with a note and perhaps a committee.
    Track,
    /// Into a campaign.
    AddToCampaign,
    /// 转委员会: tracked by this committee, with a note.
    AssignCommittee,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchRequest {
    #[schema(min_items = 1, max_items = 100)]
    pub numbers: Vec<String>,
    pub action: BatchAction,
    /// Of every action but `add_to_campaign`.
    #[schema(min_length = 1, max_length = 1000)]
    pub note: Option<String>,
    /// Of `urge`: whether the units were phoned as well.
    #[serde(default)]
    pub phoned: bool,
    /// One of the city's committees; required by `assign_committee`.
    pub committee: Option<String>,
    /// Required by `add_to_campaign`.
    #[serde(alias = "campaign_id")]
    pub campaign: Option<CampaignId>,
}

/// Result for one order.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchItem {
    pub number: String,
    pub ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<BatchProblem>,
}

/// Why an order was refused.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchProblem {
    pub code: String,
    pub detail: String,
}

/// The action with what it needs.
enum Prepared {
    Urge { note: String, phoned: bool },
    Track { note: String, committee: Option<String> },
    AddToCampaign(Box<campaign::Model>),
}

/// Performs a batch under a key: the same key and request again get the first answer, and nothing is done twice.
///
/// # Errors
/// 422 `idempotency_key_reused` for another request under the key.
pub async fn perform_once(
    app: &App,
    caller: &Caller,
    key: &str,
    request: BatchRequest,
) -> Result<StoredResponse<Page<BatchItem>>> {
    let (now, person) = (app.clock.now(), caller.person);
    let fingerprint = fingerprint("POST /orders/batch", &request);
    if let Some(first) = idempotency::replay(&app.db, person, key, &fingerprint, now).await? {
        return Ok(first);
    }
    let items = perform(app, caller, request).await?;
    let answer = StoredResponse::ok(Page {
        items,
        next_cursor: None,
    });
    let txn = db::write(&app.db).await?;
    // A concurrent request under the same key may have ended first: its answer stays.
    let first = idempotency::begin(&txn, person, key, &fingerprint, now).await?;
    if let Some(first) = first {
        return Ok(first);
    }
    idempotency::complete(&txn, person, key, &answer).await?;
    txn.commit().await?;
    Ok(answer)
}

/// Performs the action on each order, in the order given. A fault of our own ends the batch.
pub async fn perform(app: &App, caller: &Caller, request: BatchRequest) -> Result<Vec<BatchItem>> {
    caller.require(Role::Supervisor)?;
    let mut seen = std::collections::BTreeSet::new();
    let mut numbers = request.numbers.clone();
    numbers.retain(|number| seen.insert(number.clone()));
    if numbers.is_empty() || numbers.len() > MAX_NUMBERS {
        let detail = format!("一次 1 到 {MAX_NUMBERS} 件工单。");
        return Err(invalid("numbers", "bad_count", detail));
    }
    let prepared = prepare(app, caller, request).await?;
    let mut items = Vec::with_capacity(numbers.len());
    for number in numbers {
        let problem = match one(app, caller, &number, &prepared).await {
            Ok(()) => None,
            Err(Error::Refused(refused)) => Some(BatchProblem {
                code: refused.code.to_owned(),
                detail: refused.detail,
            }),
            Err(error) => return Err(error),
        };
        items.push(BatchItem {
            number,
            ok: problem.is_none(),
            problem,
        });
    }
    Ok(items)
}

async fn prepare(app: &App, caller: &Caller, request: BatchRequest) -> Result<Prepared> {
    let note = || fields::text("note", request.note.as_deref().unwrap_or_default(), NOTE);
    let committee = request
        .committee
        .as_deref()
        .map(|text| app.state::<CityHandle>().load().committees.resolve(text))
        .transpose()?;
    match request.action {
        BatchAction::Urge => Ok(Prepared::Urge {
            note: note()?,
            phoned: request.phoned,
        }),
        BatchAction::Track => Ok(Prepared::Track {
            note: note()?,
            committee,
        }),
        BatchAction::AssignCommittee => {
            let committee = committee.ok_or_else(|| invalid("committee", "required", "请选择委员会。"))?;
            let handed = || Ok(format!("转{committee}跟踪督办。"));
            let note = request.note.as_ref().map_or_else(handed, |_| note())?;
            Ok(Prepared::Track {
                note,
                committee: Some(committee),
            })
        }
        BatchAction::AddToCampaign => {
            let id = request.campaign;
            let id = id.ok_or_else(|| invalid("campaign", "required", "请选择专项监督。"))?;
            let campaign = access::visible(app, caller, id).await?;
            Ok(Prepared::AddToCampaign(Box::new(campaign)))
        }
    }
}

async fn one(app: &App, caller: &Caller, number: &str, prepared: &Prepared) -> Result<()> {
    let actor = Actor::from(caller);
    match prepared {
        Prepared::Urge { note, phoned } => {
            urges::urge(ActionRequest::new(app, &actor, number, None), note, *phoned).await?;
        }
        Prepared::Track { note, committee } => {
            tracking::track(
                ActionRequest::new(app, &actor, number, None),
                committee.as_deref(),
                note,
            )
            .await?;
        }
        Prepared::AddToCampaign(campaign) => {
            let orders = service::orders_by_number(app, &actor, vec![number.to_owned()]).await?;
            service::add_orders(app, caller, campaign, orders, app.clock.now()).await?;
        }
    }
    Ok(())
}
