//! 高频问题群: list, look at, and what an analyst does.

use actix_web::{HttpResponse, get, post, web};
use entity::ids::{CampaignId, TopicId};
use entity::kinds::TopicStatus;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, FieldError, Result};
use crate::http::paging::{Page, Paging};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::insight::store::TopicFilter;
use crate::insight::topic_actions::{self, FromTopic, NewTopic};
use crate::insight::view::{self, TopicDetail, TopicView};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TopicQuery {
    #[param(inline)]
    pub status: Option<TopicStatus>,
    /// 类
    pub kind: Option<String>,
    /// County by code or name.
    pub area: Option<String>,
    /// Those that were dismissed instead.
    #[serde(default)]
    pub dismissed: bool,
}

/// The hot topics that the caller may know of, the busiest first.
#[utoipa::path(
    tag = "insight",
    params(TopicQuery, Paging),
    responses((status = 200, body = Page<TopicView>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/hot-topics")]
pub async fn list_topics(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<TopicQuery>,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<TopicView>>> {
    let TopicQuery {
        status,
        kind,
        area,
        dismissed,
    } = query.into_inner();
    let asked = area.map(|text| county(&app, &text)).transpose()?;
    let wanted = TopicFilter {
        status,
        kind,
        area: topic_actions::confined_to(&caller)?.or(asked),
        dismissed,
    };
    Ok(web::Json(view::wanted(&app, &wanted, &paging).await?))
}

fn county(app: &App, text: &str) -> Result<String> {
    let city = app.state::<CityHandle>().load();
    let found = city.county(text).map(|county| county.code.clone());
    found.ok_or_else(|| Error::invalid(vec![FieldError::new("area", "unknown_area", "没有这个县区。")]))
}

/// One topic with its orders, units, weeks and history.
#[utoipa::path(
    tag = "insight",
    params(("id" = TopicId, Path)),
    responses((status = 200, body = TopicDetail), ReadErrors),
    security(("bearer" = []))
)]
#[get("/hot-topics/{id}")]
pub async fn show_topic(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<TopicId>,
) -> Result<web::Json<TopicDetail>> {
    let topic = topic_actions::visible(&app, &caller, id.into_inner()).await?;
    let area = topic_actions::confined_to(&caller)?;
    Ok(web::Json(view::detail(&app, topic, area.as_deref()).await?))
}

async fn shown(app: &App, caller: &Caller, topic: entity::topic::Model) -> Result<web::Json<TopicDetail>> {
    let area = topic_actions::confined_to(caller)?;
    Ok(web::Json(view::detail(app, topic, area.as_deref()).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct RenameTopic {
    #[schema(min_length = 1, max_length = 100)]
    pub title: String,
}

/// 改名
#[utoipa::path(
    tag = "insight",
    params(("id" = TopicId, Path)),
    request_body = RenameTopic,
    responses((status = 200, body = TopicDetail), WriteErrors),
    security(("bearer" = []))
)]
#[post("/hot-topics/{id}/rename")]
pub async fn rename_topic(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<TopicId>,
    body: web::Json<RenameTopic>,
) -> Result<web::Json<TopicDetail>> {
    let topic = topic_actions::rename(&app, &caller, id.into_inner(), &body.title, app.clock.now()).await?;
    shown(&app, &caller, topic).await
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SortTopic {
    /// None takes the topic and its orders out of their kind.
    #[schema(max_length = 64)]
    pub kind: Option<String>,
}

/// 归类: the topic and its orders.
#[utoipa::path(
    tag = "insight",
    params(("id" = TopicId, Path)),
    request_body = SortTopic,
    responses((status = 200, body = TopicDetail), WriteErrors),
    security(("bearer" = []))
)]
#[post("/hot-topics/{id}/kind")]
pub async fn sort_topic(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<TopicId>,
    body: web::Json<SortTopic>,
) -> Result<web::Json<TopicDetail>> {
    let topic = topic_actions::sort(
        &app,
        &caller,
        id.into_inner(),
        body.kind.as_deref(),
        app.clock.now(),
    )
    .await?;
    shown(&app, &caller, topic).await
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct MergeTopic {
    pub into: TopicId,
}

/// 合并: this topic becomes part of the other one.
#[utoipa::path(
    tag = "insight",
    params(("id" = TopicId, Path)),
    request_body = MergeTopic,
    responses((status = 200, body = TopicDetail), WriteErrors),
    security(("bearer" = []))
)]
#[post("/hot-topics/{id}/merge")]
pub async fn merge_topic(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<TopicId>,
    body: web::Json<MergeTopic>,
) -> Result<web::Json<TopicDetail>> {
    let topic = topic_actions::merge(&app, &caller, id.into_inner(), body.into, app.clock.now()).await?;
    shown(&app, &caller, topic).await
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SplitTopic {
    /// Numbers of the orders that become a topic of their own.
    #[schema(min_items = 1, max_items = 100)]
    pub numbers: Vec<String>,
    #[schema(min_length = 1, max_length = 100)]
    pub title: String,
}

/// 拆分; the answer is the new topic.
#[utoipa::path(
    tag = "insight",
    params(("id" = TopicId, Path)),
    request_body = SplitTopic,
    responses((status = 200, body = TopicDetail), WriteErrors),
    security(("bearer" = []))
)]
#[post("/hot-topics/{id}/split")]
pub async fn split_topic(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<TopicId>,
    body: web::Json<SplitTopic>,
) -> Result<web::Json<TopicDetail>> {
    let SplitTopic { mut numbers, title } = body.into_inner();
    numbers.sort();
    numbers.dedup();
    let part = NewTopic {
        numbers: &numbers,
        title: &title,
    };
    let topic = topic_actions::split(&app, &caller, id.into_inner(), part, app.clock.now()).await?;
    shown(&app, &caller, topic).await
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DismissTopic {
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// 忽略: nothing to follow.
#[utoipa::path(
    tag = "insight",
    params(("id" = TopicId, Path)),
    request_body = DismissTopic,
    responses((status = 200, body = TopicDetail), WriteErrors),
    security(("bearer" = []))
)]
#[post("/hot-topics/{id}/dismiss")]
pub async fn dismiss_topic(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<TopicId>,
    body: web::Json<DismissTopic>,
) -> Result<web::Json<TopicDetail>> {
    let now = app.clock.now();
    let topic = topic_actions::dismiss(&app, &caller, id.into_inner(), &body.reason, now).await?;
    shown(&app, &caller, topic).await
}

/// 恢复: to be followed after all.
#[utoipa::path(
    tag = "insight",
    params(("id" = TopicId, Path)),
    request_body = DismissTopic,
    responses((status = 200, body = TopicDetail), WriteErrors),
    security(("bearer" = []))
)]
#[post("/hot-topics/{id}/restore")]
pub async fn restore_topic(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<TopicId>,
    body: web::Json<DismissTopic>,
) -> Result<web::Json<TopicDetail>> {
    let now = app.clock.now();
    let topic = topic_actions::restore(&app, &caller, id.into_inner(), &body.reason, now).await?;
    shown(&app, &caller, topic).await
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CampaignFromTopic {
    /// Left out: the topic's own.
    #[schema(max_length = 100)]
    pub title: Option<String>,
    #[schema(min_length = 1, max_length = 5000)]
    pub purpose: String,
    pub committee: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedCampaign {
    pub id: CampaignId,
    pub title: String,
    pub order_count: i32,
}

/// 由问题群开展专项监督, with all its orders in it.
#[utoipa::path(
    tag = "insight",
    params(("id" = TopicId, Path)),
    request_body = CampaignFromTopic,
    responses((status = 201, body = OpenedCampaign), WriteErrors),
    security(("bearer" = []))
)]
#[post("/hot-topics/{id}/campaign")]
pub async fn campaign_from_topic(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<TopicId>,
    body: web::Json<CampaignFromTopic>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let CampaignFromTopic {
        title,
        purpose,
        committee,
    } = body.into_inner();
    let asked = FromTopic {
        title,
        purpose,
        committee,
    };
    let campaign = topic_actions::open_campaign(&app, &caller, id, asked, app.clock.now()).await?;
    let topic = topic_actions::visible(&app, &caller, id).await?;
    Ok(HttpResponse::Created().json(OpenedCampaign {
        id: campaign.id,
        title: campaign.title,
        order_count: topic.orders,
    }))
}
