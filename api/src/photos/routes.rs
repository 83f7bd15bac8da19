//! `POST /photos` streams a file in; `GET` gives fresh links to those who may see it.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{HttpRequest, HttpResponse, get, http::header, post, web};
use bytes::{Bytes, BytesMut};
use chrono::DateTime;
use entity::ids::PhotoId;
use entity::kinds::{Datum, PhotoRole};
use entity::photo;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde::Serialize;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, ErrorKind, FieldError, Result};
use crate::http::problem::Problem;
use crate::http::time::{LocalTime, local};
use crate::objects::client::ObjectStore;
use crate::photos::access;
use crate::photos::intake::{Limits, Refused};
use crate::photos::service::PhotoPermits;
use crate::photos::service::{self, DeclaredMetadata};
use places::datum::Wgs84;

/// A text field longer than this is none of ours.
const MAX_FIELD_BYTES: usize = 256;
const DRAIN_BYTES: usize = 1024 * 1024;

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
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
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
    let _turn = app.state::<PhotoPermits>().acquire_upload().await?;
    let (bytes, claims) = read_form(Multipart::new(request.headers(), payload)).await?;
    let stored = service::store(&app, Some(caller.person), bytes, claims, app.clock.now()).await?;
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
pub async fn read_form(mut form: Multipart) -> Result<(Bytes, DeclaredMetadata)> {
    let mut file = None;
    let mut texts: Vec<(String, String)> = Vec::new();
    while let Some(mut field) = form.try_next().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let bytes = read_field(&mut field, Limits::default().max_bytes).await?;
            file = Some(bytes.ok_or(Refused::TooLarge)?);
        } else {
            let bytes = read_field(&mut field, MAX_FIELD_BYTES).await?;
            let bytes = bytes.ok_or_else(|| malformed(&format!("{name} is too long")))?;
            texts.push((name, String::from_utf8_lossy(&bytes).trim().to_owned()));
        }
    }
    let file = file.ok_or_else(|| malformed("there is no file"))?;
    Ok((file, claims(&texts)?))
}

/// The bytes of a field, or none when there are more than `max`. A little more is read to its end, so that
/// the sender hears why it is refused instead of a broken connection.
async fn read_field(field: &mut Field, max: usize) -> Result<Option<Bytes>> {
    let mut bytes = BytesMut::new();
    let mut beyond = 0;
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(unreadable)?;
        if beyond > 0 || bytes.len() + chunk.len() > max {
            beyond += chunk.len();
            if beyond > DRAIN_BYTES {
                break;
            }
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((beyond == 0).then(|| bytes.freeze()))
}

fn claims(texts: &[(String, String)]) -> Result<DeclaredMetadata> {
    let text = |name: &str| {
        texts
            .iter()
            .find(|(n, value)| n == name && !value.is_empty())
            .map(|(_, v)| v.as_str())
    };
    let bad = |field: &str, detail: &str| Error::invalid(vec![FieldError::new(field, "malformed", detail)]);
    let number = |name: &str| match text(name) {
        Some(value) => value
            .parse::<f64>()
            .map(Some)
            .map_err(|_| bad(name, "应为十进制度数。")),
        None => Ok(None),
    };
    let datum = text("datum")
        .map(|t| {
            t.parse::<Datum>()
                .map_err(|_| bad("datum", "应为 wgs84、gcj02 或 bd09。"))
        })
        .transpose()?;
    let place = match (number("longitude")?, number("latitude")?, datum) {
        (Some(longitude), Some(latitude), Some(datum)) => {
            let on_earth = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
            if !on_earth {
                return Err(bad("longitude", "坐标超出范围。"));
            }
            Some((Wgs84::from_given(longitude, latitude, datum), datum))
        }
        (None, None, _) => None,
        (Some(_), Some(_), None) => return Err(bad("datum", "给出坐标时必须说明坐标系。")),
        _ => return Err(bad("longitude", "经度和纬度应一起给出。")),
    };
    let role = text("role")
        .map(|t| {
            t.parse::<PhotoRole>()
                .map_err(|_| bad("role", "应为 before、after 或 evidence。"))
        })
        .transpose()?;
    let taken_at = text("taken_at")
        .map(|t| DateTime::parse_from_rfc3339(t).map_err(|_| bad("taken_at", "应为 RFC 3339 时间。")))
        .transpose()?
        .map(|time| time.with_timezone(&chrono::Utc));
    Ok(DeclaredMetadata {
        role,
        taken_at,
        place,
    })
}

fn malformed(reason: &str) -> Error {
    Error::refused(
        ErrorKind::Malformed,
        "malformed_form",
        format!("上传的内容无法读取：{reason}"),
    )
}

fn unreadable(error: MultipartError) -> Error {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => Error::refused(
            ErrorKind::UnsupportedMedia,
            "not_multipart",
            "请以 multipart/form-data 上传照片。",
        ),
        other => malformed(&other.to_string()),
    }
}
