//! Stages, county tasks and votes of a campaign.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, FixedOffset, Utc};
use entity::ids::CampaignId;
use entity::kinds::CampaignStage;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::paging::Page;
use crate::http::responses::WriteErrors;
use crate::supervision::campaigns::county_tasks::{self, CountyTask};
use crate::supervision::campaigns::stage::{self, NextStage};
use crate::supervision::campaigns::view::{self, CampaignView, Grades};
use crate::supervision::campaigns::vote::{self, NewVote};
use crate::supervision::campaigns::vote_count::VoteCount;

#[derive(Debug, Deserialize, ToSchema)]
pub struct ReachStage {
    pub stage: CampaignStage,
    #[schema(min_length = 1, max_length = 2000)]
    pub note: String,
}

/// Moves a campaign to a stage. `closed` closes it, `look_back` compares new orders at once.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = CampaignId, Path)),
    request_body = ReachStage,
    responses((status = 200, body = CampaignView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/campaigns/{id}/stage")]
pub async fn reach_stage(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<CampaignId>,
    body: web::Json<ReachStage>,
) -> Result<web::Json<CampaignView>> {
    let ReachStage { stage, note } = body.into_inner();
    let next = NextStage { stage, note: &note };
    let row = stage::reach(&app, &caller, id.into_inner(), next, app.clock.now()).await?;
    Ok(web::Json(view::whole(&app, row).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SetCountyTasks {
    /// Counties by code or name.
    #[schema(min_items = 1, max_items = 50)]
    pub areas: Vec<String>,
    /// The task of the counties.
    #[schema(min_length = 1, max_length = 5000)]
    pub text: String,
    #[serde(default, deserialize_with = "crate::moments::optional_moment")]
    pub due_at: Option<DateTime<FixedOffset>>,
}

/// 县区联动: gives each county its part of a city-wide campaign, with those of its orders that lie there.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = CampaignId, Path)),
    request_body = SetCountyTasks,
    responses((status = 201, body = Page<CampaignView>, description = "The counties' campaigns"), WriteErrors),
    security(("bearer" = []))
)]
#[post("/campaigns/{id}/county-tasks")]
pub async fn set_county_tasks(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<CampaignId>,
    body: web::Json<SetCountyTasks>,
) -> Result<HttpResponse> {
    let SetCountyTasks { areas, text, due_at } = body.into_inner();
    let task = CountyTask {
        areas,
        text,
        due_at: due_at.map(|due| due.with_timezone(&Utc)),
    };
    let children = county_tasks::create(&app, &caller, id.into_inner(), task, app.clock.now()).await?;
    let mut items = Vec::with_capacity(children.len());
    for child in children {
        items.push(view::whole(&app, child).await?);
    }
    Ok(HttpResponse::Created().json(Page {
        items,
        next_cursor: None,
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct RecordVote {
    pub grades: Grades,
    /// Those present; who marked nothing abstained.
    #[schema(minimum = 1, maximum = 5000)]
    pub present: u32,
    /// Names of those present, as far as they are recorded.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub participants: Vec<String>,
}

/// Records a satisfaction vote; it passes by the share that the city's policy asks for.
#[utoipa::path(
    tag = "campaigns",
    params(("id" = CampaignId, Path)),
    request_body = RecordVote,
    responses((status = 200, body = CampaignView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/campaigns/{id}/vote")]
pub async fn record_vote(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<CampaignId>,
    body: web::Json<RecordVote>,
) -> Result<web::Json<CampaignView>> {
    let RecordVote {
        grades,
        present,
        participants,
    } = body.into_inner();
    let count = VoteCount {
        satisfied: grades.satisfied,
        basically_satisfied: grades.basically_satisfied,
        dissatisfied: grades.dissatisfied,
        present,
    };
    let new = NewVote { count, participants };
    let row = vote::record(&app, &caller, id.into_inner(), new, app.clock.now()).await?;
    Ok(web::Json(view::whole(&app, row).await?))
}
