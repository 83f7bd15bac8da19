//! One's own data, sessions and binding.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use chrono::{DateTime, FixedOffset};
use entity::ids::{PersonId, SessionId, UnitId};
use entity::kinds::{PersonLevel, Role, SessionKind, UnitLevel};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::problem::Problem;
use crate::http::time::local;
use crate::people::profile::{self, Profile};
use crate::people::{binding, sessions};
use crate::photos::limits::{MAX_PHOTO_MB, MAX_PHOTOS, TextLimits};
use crate::videos::limits::VideoLimits;

/// The person who is signed in.
#[derive(Serialize, ToSchema)]
pub struct Me {
    id: PersonId,
    name: String,
    role: Role,
    /// A delegate's congress; a supervisor's reach, `city` or `county`.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<PersonLevel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<MyUnit>,
    /// Receives notices of red lights and difficult orders of their unit.
    unit_head: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<MyArea>,
    #[serde(skip_serializing_if = "Option::is_none")]
    electoral_unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    committee: Option<String>,
    #[schema(example = "138****5678")]
    phone_masked: String,
    /// Text to draw on shots of the camera, with `{time}` and `{place}`; absent where the city draws none.
    #[serde(skip_serializing_if = "Option::is_none")]
    photo_watermark: Option<String>,
    /// Photos of one report.
    max_photos: usize,
    /// Megabytes of a photo.
    max_photo_mb: usize,
    /// Of a report's description.
    text: TextLimits,
    /// Of a report's video.
    video: VideoLimits,
}

#[derive(Serialize, ToSchema)]
pub struct MyUnit {
    id: UnitId,
    name: String,
    level: UnitLevel,
}

#[derive(Serialize, ToSchema)]
pub struct MyArea {
    code: String,
    name: String,
}

impl From<Profile> for Me {
    fn from(profile: Profile) -> Self {
        let Profile {
            id,
            name,
            role,
            level,
            unit,
            unit_head,
            area,
            electoral_unit,
            committee,
            phone_masked,
            photo_watermark,
        } = profile;
        Self {
            id,
            name,
            role,
            level,
            unit: unit.map(|(id, name, level)| MyUnit { id, name, level }),
            unit_head,
            area: area.map(|(code, name)| MyArea { code, name }),
            electoral_unit,
            committee,
            phone_masked,
            photo_watermark,
            max_photos: MAX_PHOTOS,
            max_photo_mb: MAX_PHOTO_MB,
            text: TextLimits::REPORT,
            video: VideoLimits::PRODUCT,
        }
    }
}

/// One sign-in that is still alive.
#[derive(Serialize, ToSchema)]
struct SessionItem {
    id: SessionId,
    kind: SessionKind,
    /// The client's name for itself.
    client: Option<String>,
    created_at: DateTime<FixedOffset>,
    last_used_at: DateTime<FixedOffset>,
    expires_at: DateTime<FixedOffset>,
    /// The session of this very request.
    current: bool,
}

#[derive(Serialize, ToSchema)]
struct SessionList {
    items: Vec<SessionItem>,
}

/// Who is signed in
#[utoipa::path(
    tag = "People",
    responses(
        (status = 200, description = "The caller", body = Me),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/me")]
pub async fn me(app: Data<App>, caller: Caller) -> Result<Json<Me>> {
    Ok(Json(profile::of_id(&app, caller.person).await?.into()))
}

/// Remove the caller's WeChat binding; all their sessions end
#[utoipa::path(
    tag = "People",
    responses(
        (status = 204, description = "Unbound"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`cross_site`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/me/unbind")]
pub async fn unbind_me(app: Data<App>, caller: Caller) -> Result<HttpResponse> {
    binding::unbind_own(&app, &caller, app.clock.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Remove a person's WeChat binding (admin); all their sessions end
#[utoipa::path(
    tag = "People",
    params(("id" = PersonId, Path)),
    responses(
        (status = 204, description = "Unbound"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such person", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/people/{id}/unbind")]
pub async fn unbind_person(app: Data<App>, caller: Caller, id: Path<PersonId>) -> Result<HttpResponse> {
    binding::unbind_other(&app, &caller, *id, app.clock.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The caller's sessions, the latest used first
#[utoipa::path(
    tag = "Sign-in",
    responses(
        (status = 200, description = "Those still alive", body = SessionList),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/sessions")]
pub async fn own_sessions(app: Data<App>, caller: Caller) -> Result<Json<SessionList>> {
    let zone = app.state::<CityHandle>().load().zone();
    let sessions = sessions::list_own(&app, caller.person, app.clock.now()).await?;
    let items = sessions.into_iter().map(|session| SessionItem {
        id: session.id,
        kind: session.kind,
        client: session.client,
        created_at: local(session.created_at, zone),
        last_used_at: local(session.last_used_at, zone),
        expires_at: local(session.expires_at, zone),
        current: session.id == caller.session,
    });
    Ok(Json(SessionList {
        items: items.collect(),
    }))
}

/// Sign out here
#[utoipa::path(
    tag = "Sign-in",
    responses(
        (status = 204, description = "Signed out"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`cross_site`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Ended by another request at the same moment", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/sessions/current")]
pub async fn sign_out(app: Data<App>, caller: Caller) -> Result<HttpResponse> {
    sessions::end(&app, caller.person, caller.session, app.clock.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign out everywhere
#[utoipa::path(
    tag = "Sign-in",
    responses(
        (status = 204, description = "All sessions of the caller are ended"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`cross_site`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/sessions")]
pub async fn sign_out_everywhere(app: Data<App>, caller: Caller) -> Result<HttpResponse> {
    sessions::end_all_own(&app, caller.person, app.clock.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign out a session of one's own
#[utoipa::path(
    tag = "Sign-in",
    params(("id" = SessionId, Path)),
    responses(
        (status = 204, description = "Ended"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`cross_site`", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such session of the caller", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/sessions/{id}")]
pub async fn end_session(app: Data<App>, caller: Caller, id: Path<SessionId>) -> Result<HttpResponse> {
    sessions::end(&app, caller.person, *id, app.clock.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
