//! Activities of a campaign.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, FixedOffset, Utc};
use entity::ids::{CampaignId, FileId, PhotoId};
use entity::kinds::ActivityKind;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::http::fields::GivenPlace;
use crate::http::responses::WriteErrors;
use crate::supervision::activities::add::{self, NewActivity};
use crate::supervision::activities::view::{self, ActivityView};

#[derive(Debug, Deserialize, ToSchema)]
pub struct AddActivity {
    pub kind: ActivityKind,
    #[serde(deserialize_with = "crate::moments::moment")]
    pub at: DateTime<FixedOffset>,
    pub place: Option<GivenPlace>,
    /// Names of delegates, committee members and others.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub participants: Vec<String>,
    /// 领导带队: who led it.
    #[schema(max_length = 60)]
    pub led_by: Option<String>,
    /// Findings: seen, said, learnt.
    #[schema(min_length = 1, max_length = 5000)]
    pub note: String,
    /// Result, e.g. the promise of a summoned company.
    #[schema(max_length = 5000)]
    pub outcome: Option<String>,
    /// Of a phone call; only a masked form is kept.
    #[schema(max_length = 30)]
    pub phone: Option<String>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub photo_ids: Vec<PhotoId>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub file_ids: Vec<FileId>,
    /// Orders that the findings are about.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub order_numbers: Vec<String>,
}

/// Records an activity of a campaign: a survey, an unannounced visit, a meeting, a talk, a phone call.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = CampaignId, Path)),
    request_body = AddActivity,
    responses((status = 201, body = ActivityView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/campaigns/{id}/activities")]
pub async fn add_activity(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<CampaignId>,
    body: web::Json<AddActivity>,
) -> Result<HttpResponse> {
    let body = body.into_inner();
    let new = NewActivity {
        kind: body.kind,
        at: body.at.with_timezone(&Utc),
        place: body.place,
        participants: body.participants,
        led_by: body.led_by,
        note: body.note,
        outcome: body.outcome,
        phone: body.phone,
        photos: body.photo_ids,
        files: body.file_ids,
        orders: body.order_numbers,
    };
    let row = add::add(&app, &caller, id.into_inner(), new, app.clock.now()).await?;
    let view = view::views(&app, vec![row]).await?.pop();
    Ok(HttpResponse::Created().json(view.ok_or_else(Error::not_found)?))
}
