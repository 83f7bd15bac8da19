//! 专项监督: open, list, look at, change, fill, close; `progress` moves it through its stages.

pub mod progress;

use crate::city::snapshot::CityHandle;
use actix_web::{HttpResponse, get, post, put, web};
use entity::campaign;
use entity::ids::CampaignId;
use entity::kinds::{CampaignStatus, Role};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, FieldError, Result};
use crate::http::fields::invalid;
use crate::http::paging::{Page, Paging};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::orders::Actor;
use crate::orders::search::filter::ListQuery;
use crate::supervision::campaigns::access;
use crate::supervision::campaigns::change::{self, Change};
use crate::supervision::campaigns::close::{self, Closing, WatchListEntry};
use crate::supervision::campaigns::service::{self, NewCampaign};
use crate::supervision::campaigns::store::CampaignFilter;
use crate::supervision::campaigns::view::{self, CampaignView};

#[derive(Debug, Deserialize, ToSchema)]
pub struct OpenCampaign {
    #[schema(min_length = 1, max_length = 100)]
    pub title: String,
    /// A kind of matters (一类事), or a category by name.
    #[schema(max_length = 60)]
    pub kind: Option<String>,
    /// County by code or name; left out for the whole city. A county's supervisors open it for their county.
    pub area: Option<String>,
    #[schema(min_length = 1, max_length = 5000)]
    pub purpose: String,
    /// One of the city's committees; left out for the caller's own.
    pub committee: Option<String>,
    /// Numbers of its first orders, all of them or none.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub orders: Vec<String>,
    /// The city's campaign that this one is a county's part of.
    pub parent: Option<CampaignId>,
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
    caller.require(Role::Supervisor)?;
    let OpenCampaign {
        title,
        kind,
        area,
        purpose,
        committee,
        orders,
        parent,
    } = body.into_inner();
    let new = NewCampaign {
        title,
        kind,
        area: area.map(|text| county(&app, &text)).transpose()?,
        purpose,
        committee,
        parent,
    };
    let orders = if orders.is_empty() {
        Vec::new()
    } else {
        service::orders_by_number(&app, &Actor::from(&caller), orders).await?
    };
    let row = service::open(&app, &caller, new, orders, app.clock.now()).await?;
    Ok(HttpResponse::Created().json(view::whole(&app, row).await?))
}

/// The code of a county, by code or name.
fn county(app: &App, text: &str) -> Result<String> {
    let city = app.state::<CityHandle>().load();
    let county = city.county(text).map(|county| county.code.clone());
    county.ok_or_else(|| invalid("area", "unknown_area", "没有这个县区。"))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CampaignQuery {
    /// County by code or name.
    #[param(required = false)]
    pub area: Option<String>,
    #[param(required = false)]
    pub status: Option<CampaignStatus>,
    /// One of the city's committees.
    #[param(required = false)]
    pub committee: Option<String>,
}

/// The campaigns that the caller may know of, the newest first.
#[utoipa::path(
    tag = "campaigns",
    params(Paging, CampaignQuery),
    responses((status = 200, body = Page<CampaignView>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/campaigns")]
pub async fn list_campaigns(
    app: web::Data<App>,
    caller: Caller,
    paging: web::Query<Paging>,
    query: web::Query<CampaignQuery>,
) -> Result<web::Json<Page<CampaignView>>> {
    let city = app.state::<CityHandle>().load();
    let CampaignQuery {
        area,
        status,
        committee,
    } = query.into_inner();
    let filter = CampaignFilter {
        area: area.map(|text| county(&app, &text)).transpose()?,
        status,
        committee: committee.map(|text| city.committees.resolve(&text)).transpose()?,
    };
    let page = service::list(&app, &caller, filter, &paging).await?;
    let zone = city.zone();
    Ok(web::Json(
        page.map(|(row, count)| view::summary(row, count, zone)),
    ))
}

/// One campaign with its orders, diary, activities, opinions, ledger, counties, votes and look-back.
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
    let row = access::visible(&app, &caller, id.into_inner()).await?;
    whole(&app, row).await
}

async fn whole(app: &App, row: campaign::Model) -> Result<web::Json<CampaignView>> {
    Ok(web::Json(view::whole(app, row).await?))
}

/// Fields to change; a field that is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeCampaign {
    #[schema(min_length = 1, max_length = 100)]
    pub title: Option<String>,
    #[schema(min_length = 1, max_length = 5000)]
    pub purpose: Option<String>,
    #[schema(max_length = 60)]
    pub kind: Option<String>,
    /// One of the city's committees.
    pub committee: Option<String>,
    #[schema(min_length = 1, max_length = 5000)]
    pub findings: Option<String>,
}

/// Changes what an open campaign is about.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = CampaignId, Path)),
    request_body = ChangeCampaign,
    responses((status = 200, body = CampaignView), WriteErrors),
    security(("bearer" = []))
)]
#[put("/campaigns/{id}")]
pub async fn change_campaign(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<CampaignId>,
    body: web::Json<ChangeCampaign>,
) -> Result<web::Json<CampaignView>> {
    let ChangeCampaign {
        title,
        purpose,
        kind,
        committee,
        findings,
    } = body.into_inner();
    let wanted = Change {
        title,
        purpose,
        kind,
        committee,
        findings,
    };
    let row = change::change(&app, &caller, id.into_inner(), wanted, app.clock.now()).await?;
    whole(&app, row).await
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
    let row = access::visible(&app, &caller, id.into_inner()).await?;
    let actor = Actor::from(&caller);
    let found = match body.into_inner() {
        GatherOrders {
            numbers: Some(numbers),
            filter: None,
        } => service::orders_by_number(&app, &actor, numbers).await?,
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
    whole(&app, row).await
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CloseCampaign {
    #[schema(min_length = 1, max_length = 5000)]
    pub outcome: String,
    #[schema(min_length = 1, max_length = 5000)]
    pub measures: Option<String>,
    #[schema(min_length = 1, max_length = 5000)]
    pub findings: Option<String>,
    /// Becomes a standing watch list.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub watch_list: Vec<WatchListEntry>,
    /// Why it is closed although orders, opinions, measures or county tasks are open.
    #[schema(min_length = 2, max_length = 1000)]
    pub open_reason: Option<String>,
}

/// 结项: closes the campaign with its outcome and watch list
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
    let CloseCampaign {
        outcome,
        measures,
        findings,
        watch_list,
        open_reason,
    } = body.into_inner();
    let closing = Closing {
        outcome,
        measures,
        findings,
        watch_list,
        open_reason,
    };
    let row = close::close(&app, &caller, id.into_inner(), closing, app.clock.now()).await?;
    whole(&app, row).await
}
