//! `GET /content-reviews`, `POST /content-reviews/{id}/decision`

use actix_web::{get, post, web};
use entity::ids::{ContentCheckId, PhotoId, VideoId};
use entity::kinds::{ContentCheck, ContentSubject};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::content::review::{self, ReviewItem};
use crate::error::Result;
use crate::http::paging::{Page, Paging};
use crate::http::responses::{ReadErrors, WriteErrors};
use crate::http::time::{LocalTime, local};
use crate::photos::routes::PhotoLinks;
use crate::photos::service::links;
use crate::videos::view::VideoView;

/// Something published, as those who review it see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewView {
    pub id: ContentCheckId,
    pub subject: ContentSubject,
    /// Of the message that it is, or that it answers.
    pub subject_id: Uuid,
    /// Where it is published.
    pub title: String,
    pub text: String,
    pub state: ContentCheck,
    pub text_state: ContentCheck,
    /// WeChat's number: 100 normal, 10001 ads, 20001 politics, 20002 porn, 20003 abuse, 20006 crime, 20008
    /// fraud, 20012 vulgar, 20013 copyright, 21000 other.
    pub text_label: Option<i64>,
    pub pictures: Vec<ReviewedPicture>,
    /// Of the subject `video`; a person decides always.
    pub video: Option<VideoView>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: LocalTime,
    /// When an operator decided.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<LocalTime>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewedPicture {
    pub id: PhotoId,
    pub state: ContentCheck,
    pub label: Option<i64>,
    pub urls: PhotoLinks,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReviewQuery {
    /// Left out: whatever is not yet shown to others and not refused (待审).
    #[param(required = false)]
    pub state: Option<ContentCheck>,
}

/// 待审: what waits for a verdict, the oldest first.
#[utoipa::path(
    tag = "content",
    params(ReviewQuery, Paging),
    responses((status = 200, body = Page<ReviewView>), ReadErrors),
    security(("bearer" = []))
)]
#[get("/content-reviews")]
pub async fn list_reviews(
    app: web::Data<App>,
    caller: Caller,
    query: web::Query<ReviewQuery>,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<ReviewView>>> {
    let page = review::list(&app, &caller, query.state, &paging).await?;
    let mut videos = review::videos_of(&app, &page.items).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for reviewed in page.items {
        let video = videos.remove(&VideoId(reviewed.0.subject_id));
        items.push(view(&app, reviewed, video).await?);
    }
    Ok(web::Json(Page {
        items,
        next_cursor: page.next_cursor,
    }))
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewResult {
    /// Shown to those it is meant for.
    Pass,
    /// Hide the content from all readers.
    Refuse,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DecideReview {
    pub result: ReviewResult,
}

/// Decides on content as an operator; the decision is final, whatever WeChat's result
#[utoipa::path(
    tag = "content",
    params(("id" = ContentCheckId, Path)),
    request_body = DecideReview,
    responses((status = 200, body = ReviewView), WriteErrors),
    security(("bearer" = []))
)]
#[post("/content-reviews/{id}/decision")]
pub async fn decide_review(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<ContentCheckId>,
    body: web::Json<DecideReview>,
) -> Result<web::Json<ReviewView>> {
    let pass = matches!(body.result, ReviewResult::Pass);
    let reviewed = review::decide(&app, &caller, id.into_inner(), pass).await?;
    let video = review::video_of(&app, &reviewed.0).await?;
    Ok(web::Json(view(&app, reviewed, video).await?))
}

async fn view(app: &App, reviewed: ReviewItem, video: Option<VideoView>) -> Result<ReviewView> {
    let (check, pictures) = reviewed;
    let zone = app.state::<CityHandle>().load().zone();
    let mut shown = Vec::with_capacity(pictures.len());
    for (picture, photo) in pictures {
        let (large, thumb) = links(app, &photo).await?;
        shown.push(ReviewedPicture {
            id: photo.id,
            state: picture.state,
            label: picture.label,
            urls: PhotoLinks { large, thumb },
        });
    }
    Ok(ReviewView {
        id: check.id,
        subject: check.subject,
        subject_id: check.subject_id,
        title: check.title,
        text: check.text,
        state: check.state,
        text_state: check.text_state,
        text_label: check.text_label,
        pictures: shown,
        video,
        created_at: local(check.created_at, zone),
        decided_at: check.decided_at.map(|at| local(at, zone)),
    })
}
