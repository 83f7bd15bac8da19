//! 专项监督: open, list, look at, fill, close.

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use entity::campaign;
use entity::ids::CampaignId;
use entity::kinds::{CampaignStatus, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, FieldError, Result};
use crate::http::paging::{Page, Paging};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::orders::Actor;
use crate::orders::search::filter::ListQuery;
use crate::supervision::campaigns::service::{self, Closing, NewCampaign, Watched};

#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignView {
    pub id: CampaignId,
    pub title: String,
    pub kind: Option<String>,
    /// County-level code; none for the whole city.
    pub area: Option<String>,
    pub purpose: String,
    pub status: CampaignStatus,
    pub committee: Option<String>,
    pub findings: Option<String>,
    pub measures: Option<String>,
    pub outcome: Option<String>,
    pub watch_list: Vec<Watched>,
    pub order_count: i64,
    /// Numbers of the orders gathered; only where one campaign is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orders: Option<Vec<GatheredView>>,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: DateTime<FixedOffset>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<DateTime<FixedOffset>>,
    pub version: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GatheredView {
    pub number: String,
    pub status: String,
    pub area: Option<String>,
}

fn view(row: campaign::Model, order_count: i64, orders: Option<Vec<GatheredView>>, zone: Tz) -> CampaignView {
    let local = |at: DateTime<Utc>| at.with_timezone(&zone).fixed_offset();
    CampaignView {
        id: row.id,
        title: row.title,
        kind: row.kind,
        area: row.area_code,
        purpose: row.purpose,
        status: row.status,
        committee: row.committee,
        findings: row.findings,
        measures: row.measures,
        outcome: row.outcome,
        watch_list: serde_json::from_value(row.watch_list).unwrap_or_default(),
        order_count,
        orders,
        opened_at: local(row.opened_at),
        closed_at: row.closed_at.map(local),
        version: row.version,
    }
}

async fn shown(app: &App, row: campaign::Model) -> Result<CampaignView> {
    let gathered = service::gathered(app, &row).await?;
    let count = i64::try_from(gathered.len()).unwrap_or(i64::MAX);
    let orders = gathered
        .into_iter()
        .map(|(_, number, status, area)| GatheredView { number, status, area });
    let orders = orders.collect();
    Ok(view(
        row,
        count,
        Some(orders),
        app.state::<CityHandle>().load().zone(),
    ))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct OpenCampaign {
    #[schema(min_length = 1, max_length = 100)]
    pub title: String,
    pub kind: Option<String>,
    /// County by code or name; left out for the whole city. A county's supervisors open it for their county.
    pub area: Option<String>,
    #[schema(min_length = 1, max_length = 5000)]
    pub purpose: String,
    pub committee: Option<String>,
}

/// 开展专项监督
#[utoipa::path(
    tag = "campaigns",
    request_body = OpenCampaign,
    responses((status = 201, body = CampaignView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/campaigns")]
pub async fn open_campaign(
    app: web::Data<App>,
    caller: Caller,
    body: web::Json<OpenCampaign>,
) -> Result<HttpResponse> {
    let OpenCampaign {
        title,
        kind,
        area,
        purpose,
        committee,
    } = body.into_inner();
    let city = app.state::<CityHandle>().load();
    let unknown = || Error::invalid(vec![FieldError::new("area", "unknown_area", "没有这个县区。")]);
    let area = area
        .map(|text| {
            city.county(&text)
                .map(|county| county.code.clone())
                .ok_or_else(unknown)
        })
        .transpose()?;
    let new = NewCampaign {
        title,
        kind,
        area,
        purpose,
        committee,
    };
    let row = service::open(&app, &caller, new, app.clock.now()).await?;
    Ok(HttpResponse::Created().json(shown(&app, row).await?))
}

/// The campaigns that the caller may know of, the newest first.
#[utoipa::path(
    tag = "campaigns",
    params(Paging),
    responses((status = 200, body = Page<CampaignView>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/campaigns")]
pub async fn list_campaigns(
    app: web::Data<App>,
    caller: Caller,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<CampaignView>>> {
    let page = service::list(&app, &caller, &paging).await?;
    let zone = app.state::<CityHandle>().load().zone();
    Ok(web::Json(page.map(|(row, count)| view(row, count, None, zone))))
}

/// One campaign with its orders.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = CampaignId, Path)),
    responses((status = 200, body = CampaignView), ReadErrors),
    security(("bearer" = []))
)]
#[get("/campaigns/{id}")]
pub async fn show_campaign(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<CampaignId>,
) -> Result<web::Json<CampaignView>> {
    let row = service::visible(&app, &caller, id.into_inner()).await?;
    Ok(web::Json(shown(&app, row).await?))
}

/// By hand or by filter: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GatherOrders {
    #[schema(max_items = 100)]
    pub numbers: Option<Vec<String>>,
    /// As in a list of orders: everything of it that the caller sees.
    pub filter: Option<ListQuery>,
}

/// Adds orders by their numbers, all of them or none, or by a filter.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = CampaignId, Path)),
    request_body = GatherOrders,
    responses((status = 200, body = CampaignView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/campaigns/{id}/orders")]
pub async fn gather_orders(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<CampaignId>,
    body: web::Json<GatherOrders>,
) -> Result<web::Json<CampaignView>> {
    caller.require(Role::Supervisor)?;
    let row = service::visible(&app, &caller, id.into_inner()).await?;
    let actor = Actor::from(&caller);
    let found = match body.into_inner() {
        GatherOrders {
            numbers: Some(numbers),
            filter: None,
        } => service::by_hand(&app, &actor, numbers).await?,
        GatherOrders {
            numbers: None,
            filter: Some(filter),
        } => service::by_filter(&app, &actor, &filter).await?,
        _ => {
            let detail = "请给出工单编号 numbers，或筛选条件 filter，二者取一。";
            return Err(Error::invalid(vec![FieldError::new(
                "numbers",
                "one_of_two",
                detail,
            )]));
        }
    };
    service::add_orders(&app, &caller, &row, found, app.clock.now()).await?;
    Ok(web::Json(shown(&app, row).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CloseCampaign {
    #[schema(min_length = 1, max_length = 5000)]
    pub outcome: String,
    #[schema(min_length = 1, max_length = 5000)]
    pub measures: String,
    pub findings: Option<String>,
    #[serde(default)]
    #[schema(max_items = 200)]
    pub watch_list: Vec<Watched>,
}

/// 结项: what came of it, and what stays in view.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = CampaignId, Path)),
    request_body = CloseCampaign,
    responses((status = 200, body = CampaignView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/campaigns/{id}/close")]
pub async fn close_campaign(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<CampaignId>,
    body: web::Json<CloseCampaign>,
) -> Result<web::Json<CampaignView>> {
    let row = service::visible(&app, &caller, id.into_inner()).await?;
    let CloseCampaign {
        outcome,
        measures,
        findings,
        watch_list,
    } = body.into_inner();
    let closing = Closing {
        outcome,
        measures,
        findings,
        watch_list,
    };
    let row = service::close(&app, &caller, row, closing, app.clock.now()).await?;
    Ok(web::Json(shown(&app, row).await?))
}
