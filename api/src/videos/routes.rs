//! `POST /videos` receives a file; `GET` gives fresh links to those who may see it.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use entity::ids::{PhotoId, VideoId};
use entity::kinds::Role;
use tempfile::{NamedTempFile, TempPath};

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::http::multipart::{BoundedForm, TextFields, malformed};
use crate::http::problem::Problem;
use crate::ops::disk_space::DiskSpace;
use crate::videos::limits::MAX_VIDEO_BYTES;
use crate::videos::refused::Refused;
use crate::videos::view::{VideoView, view};
use crate::videos::visibility::Reader;
use crate::videos::{access, service};

/// Only for the document: the fields of the form.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form; the form itself is streamed")]
pub struct VideoForm {
    /// MP4 or MOV with H.264 or HEVC and AAC, judged by content; 20 MB and 30 seconds at most.
    #[schema(content_media_type = "video/mp4", value_type = String, format = Binary)]
    file: Vec<u8>,
    /// A photo that the same person uploaded before: shown until the video is played.
    poster_id: Option<PhotoId>,
}

/// Uploads a short video, to be sent with a report within 24 hours. What the phone wrote of the place is removed.
#[utoipa::path(
    tag = "videos",
    request_body(content = VideoForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "Stored; a person looks at it before it is shown", body = VideoView),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a delegate", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than 20 MB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not a video, or of a codec that browsers do not play", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Damaged, empty, longer than 30 seconds; or the poster is unknown", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is down or too many upload at once", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/videos")]
pub async fn upload_video(
    app: web::Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    caller.require(Role::Delegate)?;
    app.state::<DiskSpace>().admit_upload()?;
    let _place = service::acquire_place()?;
    let (file, poster) = read_form(BoundedForm::new(&request, payload)).await?;
    let video = service::store(&app, caller.person, &file, poster, app.clock.now()).await?;
    let view = view(&app, &video, Reader::from(caller.role)).await?;
    Ok(HttpResponse::Created().json(view))
}

#[utoipa::path(
    tag = "videos",
    params(("id" = VideoId, Path, description = "The video's id")),
    responses(
        (status = 200, description = "Fresh links, for whom may play it", body = VideoView),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Unknown, or not yours to see", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/videos/{id}")]
pub async fn show_video(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<VideoId>,
) -> Result<web::Json<VideoView>> {
    let video = access::visible(&app.db, &caller, id.into_inner()).await?;
    Ok(web::Json(view(&app, &video, Reader::from(caller.role)).await?))
}

/// Receives the form; the file goes to disk, which is cleared when the path is dropped.
async fn read_form(mut form: BoundedForm) -> Result<(TempPath, Option<PhotoId>)> {
    let mut received = None;
    let mut texts = TextFields::default();
    while let Some(field) = form.next().await? {
        if field.name() != "file" {
            texts.read(&mut form, field).await?;
        } else if received.is_some() {
            return Err(malformed("there are several files"));
        } else {
            let (file, path) = temporary_file().await?;
            let complete = field.into_file(MAX_VIDEO_BYTES, file).await?;
            complete.ok_or(Refused::TooLarge)?;
            received = Some(path);
        }
    }
    let received = received.ok_or_else(|| malformed("there is no file"))?;
    Ok((received, texts.parse("poster_id", "封面照片的编号无法读取。")?))
}

async fn temporary_file() -> Result<(tokio::fs::File, TempPath)> {
    let made = tokio::task::spawn_blocking(NamedTempFile::new).await;
    let made = made.map_err(anyhow::Error::from)?.map_err(anyhow::Error::from)?;
    let (file, path) = made.into_parts();
    Ok((tokio::fs::File::from_std(file), path))
}
