//! `POST /files` streams a file in; `GET /files/{id}` gives it back as an attachment.

use actix_web::http::header::{
    ContentDisposition, DispositionParam, DispositionType, ExtendedValue, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use entity::ids::FileId;
use entity::kinds::Role;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Result;
use crate::files::attach::AttachedFile;
use crate::files::content::{MAX_BYTES, Refused};
use crate::files::{read, upload};
use crate::http::multipart::{BodyMemory, BoundedForm, FileBytes, MAX_TEXT_BYTES, malformed};
use crate::http::responses::{ReadErrors, WriteErrors};

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
    let (name, file) = read_form(&app, BoundedForm::new(&request, payload)).await?;
    let _permit = upload::acquire_permit().await?;
    let row = upload::store(&app, caller.person, &name, file.bytes.clone(), app.clock.now()).await?;
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
        .content_type("application/octet-stream")
        .insert_header(disposition)
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header(("Content-Security-Policy", "sandbox; default-src 'none'"))
        .insert_header(("Cache-Control", "private, no-store"))
        .body(bytes))
}

/// Reads the form's one file and its name.
async fn read_form(app: &App, mut form: BoundedForm) -> Result<(String, FileBytes)> {
    while let Some(field) = form.next().await? {
        if field.name() != "file" {
            form.text(field, MAX_TEXT_BYTES).await?;
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let share = app.state::<BodyMemory>().begin(true);
        let file = field.file(MAX_BYTES, share).await?;
        return Ok((name, file.ok_or(Refused::TooLarge)?));
    }
    Err(malformed("there is no file"))
}
