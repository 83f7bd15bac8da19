//! `POST /photos` streams a file in; `GET` gives fresh links to those who may see it.

use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::http::multipart::BodyMemory;
use actix_web::{HttpRequest, HttpResponse, get, http::header, post, web};
use chrono::DateTime;
use entity::ids::PhotoId;
use entity::kinds::{Datum, PhotoRole, PhotoSource};
use entity::photo;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::http::multipart::{BodyShare, BoundedForm, FileBytes, TextFields, malformed};
use crate::http::problem::Problem;
use crate::http::time::{LocalTime, local};
use crate::objects::client::ObjectStore;
use crate::photos::access;
use crate::photos::intake::{Limits, Refused};
use crate::photos::service::{self, DeclaredMetadata};
use crate::place_kinds::wgs84;

/// A photo as people see it; the links run out after an hour.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PhotoView {
    pub id: PhotoId,
    pub sha256: String,
    pub width: i32,
    pub height: i32,
    pub role: PhotoRole,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub taken_at: Option<LocalTime>,
    pub location: Option<PhotoPlace>,
    /// `time_contradicted`, `place_contradicted` (the file and the sender differ), `file_time_impossible`,
    /// `claimed_time_impossible` (before 2000 or in the future)
    pub flags: Vec<String>,
    pub urls: PhotoLinks,
}

/// Where a photo was taken, in WGS-84 degrees.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PhotoPlace {
    pub longitude: f64,
    pub latitude: f64,
    pub datum: Datum,
}

/// Presigned links: the longer side is 1280 and 320 pixels at most, without metadata.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PhotoLinks {
    pub large: String,
    pub thumb: String,
}

/// Only for the document: the fields of the form.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form; the form itself is streamed")]
pub struct PhotoForm {
    #[schema(content_media_type = "image/jpeg", value_type = String, format = Binary)]
    file: Vec<u8>,
    role: Option<PhotoRole>,
    /// RFC 3339
    taken_at: Option<String>,
    longitude: Option<f64>,
    latitude: Option<f64>,
    /// Required when coordinates are given.
    datum: Option<Datum>,
    /// Whether the phone's camera was used or a picture chosen from its album.
    source: Option<PhotoSource>,
}

#[utoipa::path(
    tag = "photos",
    request_body(content = PhotoForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The same bytes were uploaded before", body = PhotoView),
        (status = 201, description = "Stored", body = PhotoView),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than 10 MB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not a photo", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Damaged, empty, too many pixels", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is down", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/photos")]
pub async fn upload(
    app: web::Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let form = BoundedForm::new(&request, payload);
    let (file, claims) = read_form(form, app.state::<BodyMemory>().begin(true)).await?;
    let stored = service::store(&app, Some(caller.person), &file, claims, app.clock.now()).await?;
    let view = view(&app, &stored.photo).await?;
    Ok(if stored.is_new {
        HttpResponse::Created().json(view)
    } else {
        HttpResponse::Ok().json(view)
    })
}

#[utoipa::path(
    tag = "photos",
    params(("id" = PhotoId, Path, description = "The photo's id")),
    responses(
        (status = 200, description = "Fresh links", body = PhotoView),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Unknown, or not yours to see", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/photos/{id}")]
pub async fn show(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<PhotoId>,
) -> Result<web::Json<PhotoView>> {
    let photo = access::visible(&app.db, &caller, id.into_inner()).await?;
    Ok(web::Json(view(&app, &photo).await?))
}

#[utoipa::path(
    tag = "photos",
    params(("id" = PhotoId, Path, description = "The photo's id")),
    responses(
        (status = 302, description = "To the original's bytes, unchanged"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Originals are evidence: handlers, operators, supervisors", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Unknown, or not yours to see", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/photos/{id}/original")]
pub async fn original(app: web::Data<App>, caller: Caller, id: web::Path<PhotoId>) -> Result<HttpResponse> {
    let photo = access::visible_as_evidence(&app.db, &caller, id.into_inner()).await?;
    let link = app.state::<ObjectStore>().link(&photo.original_key).await?;
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, link))
        .finish())
}

pub async fn view(app: &App, photo: &photo::Model) -> Result<PhotoView> {
    let zone = app.state::<CityHandle>().load().zone();
    let (large, thumb) = service::links(app, photo).await?;
    let place = photo.longitude.zip(photo.latitude);
    Ok(PhotoView {
        id: photo.id,
        sha256: photo.sha256.clone(),
        width: photo.width,
        height: photo.height,
        role: photo.role,
        taken_at: photo.taken_at.map(|time| local(time, zone)),
        location: place.map(|(longitude, latitude)| PhotoPlace {
            longitude,
            latitude,
            datum: Datum::Wgs84,
        }),
        flags: serde_json::from_value(photo.flags.clone()).unwrap_or_default(),
        urls: PhotoLinks { large, thumb },
    })
}

/// Reads the form; stops reading as soon as the file is too large.
pub async fn read_form(mut form: BoundedForm, share: BodyShare) -> Result<(FileBytes, DeclaredMetadata)> {
    let mut share = Some(share);
    let mut file = None;
    let mut texts = TextFields::default();
    while let Some(field) = form.next().await? {
        if field.name() == "file" {
            let share = share.take().ok_or_else(|| malformed("there are several files"))?;
            let read = field.file(Limits::default().max_bytes, share).await?;
            file = Some(read.ok_or(Refused::TooLarge)?);
        } else {
            texts.read(&mut form, field).await?;
        }
    }
    let file = file.ok_or_else(|| malformed("there is no file"))?;
    Ok((file, claims(&texts)?))
}

fn claims(texts: &TextFields) -> Result<DeclaredMetadata> {
    let bad = |field: &str, detail: &str| Error::invalid(vec![FieldError::new(field, "malformed", detail)]);
    let degrees = |name: &str| texts.parse::<f64>(name, "应为十进制度数。");
    let datum = texts.parse::<Datum>("datum", "应为 wgs84、gcj02 或 bd09。")?;
    let place = match (degrees("longitude")?, degrees("latitude")?, datum) {
        (Some(longitude), Some(latitude), Some(datum)) => {
            let on_earth = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
            if !on_earth {
                return Err(bad("longitude", "坐标超出范围。"));
            }
            Some((wgs84(longitude, latitude, datum), datum))
        }
        (None, None, _) => None,
        (Some(_), Some(_), None) => return Err(bad("datum", "给出坐标时必须说明坐标系。")),
        _ => return Err(bad("longitude", "经度和纬度应一起给出。")),
    };
    let taken_at = texts
        .get("taken_at")
        .map(DateTime::parse_from_rfc3339)
        .transpose();
    let taken_at = taken_at.map_err(|_| bad("taken_at", "应为 RFC 3339 时间。"))?;
    Ok(DeclaredMetadata {
        role: texts.parse("role", "应为 before、after 或 evidence。")?,
        taken_at: taken_at.map(|time| time.with_timezone(&chrono::Utc)),
        place,
        source: texts.parse("source", "应为 camera 或 album。")?,
    })
}
