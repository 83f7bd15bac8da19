//! `POST /files` streams a file in; `GET /files/{id}` gives it back as an attachment.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::header::{
    ContentDisposition, DispositionParam, DispositionType, ExtendedValue, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use bytes::{Bytes, BytesMut};
use entity::ids::FileId;
use entity::kinds::Role;
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, ErrorKind, Result};
use crate::files::attach::AttachedFile;
use crate::files::content::{MAX_BYTES, Refused};
use crate::files::{read, upload};
use crate::http::responses::{ReadErrors, WriteErrors};

/// Bytes of a too large file that are still read, so that the sender hears why it is refused.
const DRAIN_BYTES: usize = 1024 * 1024;

/// Only for the document: the field of the form.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form; the form itself is streamed")]
pub struct FileForm {
    /// PDF, DOCX, XLSX or an image, judged by content; 20 MB at most.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a document, to be attached to a campaign or a reply within 24 hours.
#[utoipa::path(
    tag = "files",
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, body = AttachedFile), WriteErrors),
    security(("bearer" = []))
)]
#[post("/files")]
pub async fn upload_file(
    app: web::Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse> {
    caller.require_any(&[Role::Supervisor, Role::Handler, Role::Operator, Role::Admin])?;
    let _permit = upload::acquire_permit().await?;
    let (name, bytes) = read_form(Multipart::new(request.headers(), payload)).await?;
    let row = upload::store(&app, caller.person, &name, bytes, app.clock.now()).await?;
    Ok(HttpResponse::Created().json(AttachedFile::from(row)))
}

/// Returns a document as an attachment.
#[utoipa::path(
    tag = "files",
    params(("id" = FileId, Path)),
    responses((status = 200, content_type = "application/octet-stream", description = "The file as it was uploaded"), ReadErrors),
    security(("bearer" = []))
)]
#[get("/files/{id}")]
pub async fn download_file(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<FileId>,
) -> Result<HttpResponse> {
    answer(&app, &caller, id.into_inner()).await
}

/// The file as an attachment, for the console too.
pub async fn answer(app: &App, caller: &Caller, id: FileId) -> Result<HttpResponse> {
    let (file, bytes) = read::read(app, caller, id).await?;
    let name = ExtendedValue {
        charset: actix_web::http::header::Charset::Ext("UTF-8".to_owned()),
        language_tag: None,
        value: file.name.into_bytes(),
    };
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::FilenameExt(name)],
    };
    Ok(HttpResponse::Ok()
        .content_type(file.media_type)
        .insert_header(disposition)
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header(("Content-Security-Policy", "sandbox; default-src 'none'"))
        .insert_header(("Cache-Control", "private, no-store"))
        .body(bytes))
}

async fn read_form(mut form: Multipart) -> Result<(String, Bytes)> {
    while let Some(mut field) = form.try_next().await.map_err(unreadable)? {
        if field.name() != Some("file") {
            continue;
        }
        let disposition = field.content_disposition();
        let name = disposition.and_then(|disposition| disposition.get_filename());
        let name = name.unwrap_or_default().to_owned();
        let bytes = read_field(&mut field).await?;
        return Ok((name, bytes));
    }
    Err(malformed("there is no file"))
}

async fn read_field(field: &mut Field) -> Result<Bytes> {
    let mut bytes = BytesMut::new();
    let mut beyond = 0;
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(unreadable)?;
        if beyond > 0 || bytes.len() + chunk.len() > MAX_BYTES {
            beyond += chunk.len();
            if beyond > DRAIN_BYTES {
                break;
            }
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    if beyond > 0 {
        return Err(Refused::TooLarge.into());
    }
    Ok(bytes.freeze())
}

fn malformed(reason: &str) -> Error {
    let detail = format!("上传的内容无法读取：{reason}");
    Error::refused(ErrorKind::Malformed, "malformed_form", detail)
}

fn unreadable(error: MultipartError) -> Error {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => Error::refused(
            ErrorKind::UnsupportedMedia,
            "not_multipart",
            "请以 multipart/form-data 上传文件。",
        ),
        other => malformed(&other.to_string()),
    }
}
