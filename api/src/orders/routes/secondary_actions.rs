//! Further moves: extensions, parts for other units, second handling, merging.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, FixedOffset};
use entity::ids::{ExtensionId, PhotoId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::primary_actions::with_version;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::if_match::IfMatch;
use crate::http::responses::WriteErrors;
use crate::orders::actions;
use crate::orders::actions::ActionRequest;
use crate::orders::rules::actor::Actor;
use crate::orders::view::OrderView;
use pixels::Rectangle;

#[derive(Debug, Deserialize, ToSchema)]
pub struct AskExtension {
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
    /// Working days; left out, what one extension may give.
    #[schema(minimum = 1)]
    pub days: Option<u32>,
}

/// 延期: asks for more working days.
#[utoipa::path(
    tag = "moves",
    request_body = AskExtension,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/extensions")]
pub async fn ask_extension(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<AskExtension>,
) -> Result<HttpResponse> {
    let actor = Actor::from(&caller);
    let view = actions::extend::request_extension(
        ActionRequest::new(&app, &actor, &number, version.0),
        &body.reason,
        body.days,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DecideExtension {
    pub granted: bool,
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// An operator decides on an extension.
#[utoipa::path(
    tag = "moves",
    request_body = DecideExtension,
    params(("number" = String, Path), ("id" = ExtensionId, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/extensions/{id}/decision")]
pub async fn decide_extension(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, ExtensionId)>,
    version: IfMatch,
    body: web::Json<DecideExtension>,
) -> Result<HttpResponse> {
    let (number, id) = path.into_inner();
    let actor = Actor::from(&caller);
    let note = body.note.as_deref();
    let view = actions::extend::decide(
        ActionRequest::new(&app, &actor, &number, version.0),
        id,
        body.granted,
        note,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SubAssign {
    /// Id, code, name or alias.
    pub unit: String,
    #[schema(min_length = 2, max_length = 500)]
    pub note: String,
    #[serde(default, deserialize_with = "crate::moments::optional_moment")]
    pub due_at: Option<DateTime<FixedOffset>>,
}

/// 下派: gives another unit a part of the matter.
#[utoipa::path(
    tag = "moves",
    request_body = SubAssign,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/sub-assignments")]
pub async fn sub_assign(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<SubAssign>,
) -> Result<HttpResponse> {
    let actor = Actor::from(&caller);
    let due_at = body.due_at.map(|due| due.to_utc());
    let request = ActionRequest::new(&app, &actor, &number, version.0);
    let view = actions::sub_assign::sub_assign(request, &body.unit, &body.note, due_at).await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ReopenOrder {
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
    #[serde(default)]
    #[schema(max_items = 9)]
    pub photo_ids: Vec<PhotoId>,
}

/// 反弹: the problem is back.
#[utoipa::path(
    tag = "moves",
    request_body = ReopenOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/reopen")]
pub async fn reopen_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<ReopenOrder>,
) -> Result<HttpResponse> {
    let actor = Actor::from(&caller);
    let view = actions::reopen::reopen(
        ActionRequest::new(&app, &actor, &number, version.0),
        &body.reason,
        &body.photo_ids,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct MergeOrder {
    /// The number of the target order.
    pub into: String,
}

/// 并单: merges the order into another one
#[utoipa::path(
    tag = "moves",
    request_body = MergeOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/merge")]
pub async fn merge_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<MergeOrder>,
) -> Result<HttpResponse> {
    let view = actions::merge::merge(
        ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
        &body.into,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct UnmergeOrder {
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

/// Undoes a merge.
#[utoipa::path(
    tag = "moves",
    request_body = UnmergeOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/unmerge")]
pub async fn unmerge_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<UnmergeOrder>,
) -> Result<HttpResponse> {
    let view = actions::merge::unmerge(
        ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
        &body.reason,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NoteOrder {
    #[schema(min_length = 1, max_length = 1000)]
    pub text: String,
}

/// 备注: adds a remark; a delegate's is public, others are internal
#[utoipa::path(
    tag = "moves",
    request_body = NoteOrder,
    params(("number" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/notes")]
pub async fn note_order(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    version: IfMatch,
    body: web::Json<NoteOrder>,
) -> Result<HttpResponse> {
    let view = actions::note::note(
        ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
        &body.text,
    )
    .await?;
    Ok(with_version(&view))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct CoverPhoto {
    /// Parts to paint over, as fractions of width and height.
    #[schema(min_items = 1, max_items = 50)]
    pub rectangles: Vec<Rectangle>,
}

/// 遮挡照片: paints over faces and plates in what people are shown; the original stays evidence
#[utoipa::path(
    tag = "moves",
    request_body = CoverPhoto,
    params(("number" = String, Path), ("id" = PhotoId, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = OrderView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/orders/{number}/photos/{id}/cover")]
pub async fn cover_photo(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, PhotoId)>,
    version: IfMatch,
    body: web::Json<CoverPhoto>,
) -> Result<HttpResponse> {
    let (number, photo) = path.into_inner();
    let view = actions::cover_photo::cover_photo(
        ActionRequest::new(&app, &Actor::from(&caller), &number, version.0),
        photo,
        body.into_inner().rectangles,
    )
    .await?;
    Ok(with_version(&view))
}
