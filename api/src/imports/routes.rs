//! `POST /imports/{kind}`: a table as a file, for administrators.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{HttpRequest, post, web};
use bytes::{Bytes, BytesMut};
use entity::kinds::Role;
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::app::App;
use crate::audit_log::AuditActor;
use crate::caller::Caller;
use crate::error::{Error, ErrorKind, FieldError, Result};
use crate::http::problem::Problem;
use crate::imports::{self, ImportKind, ImportOutcome, ImportRequest};

/// Longest file over HTTP; larger ones are imported on the command line.
pub const MAX_FILE_BYTES: usize = 20 << 20;
const MAX_FIELD_BYTES: usize = 256;
const MAX_FILE_NAME_CHARS: usize = 60;

/// Describes the form for the document.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form; the form itself is streamed")]
pub struct ImportForm {
    /// XLSX, or delimited text in UTF-8, UTF-16 or GB18030.
    #[schema(content_media_type = "application/octet-stream", value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `true`: tell what would change. Default `false`.
    dry_run: Option<bool>,
    /// `true`: rows that are not in the file stay. Default `true`.
    keep_missing: Option<bool>,
    /// The sheet to read, `*` for all of them; needed if several have the headings.
    sheet: Option<String>,
}

#[utoipa::path(
    tag = "imports",
    params(("kind" = String, Path, description = "`delegates`, `staff`, `departments`, `duty`, `sites` or `orders`")),
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "What changed or would change, or the faults for which nothing was imported", body = ImportOutcome),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an administrator", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such table", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "More than 20 MB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not a multipart form", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/imports/{kind}")]
pub async fn import_table(
    app: web::Data<App>,
    caller: Caller,
    kind: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<ImportOutcome>> {
    caller.require(Role::Admin)?;
    let kind: ImportKind = kind.parse().map_err(|()| Error::not_found())?;
    let form = ImportFields::read(Multipart::new(request.headers(), payload)).await?;
    let request = ImportRequest {
        kind,
        file: form.name,
        bytes: form.bytes.to_vec(),
        sheet: form.sheet,
        dry_run: form.dry_run,
        keep_missing: form.keep_missing,
        by: AuditActor::Person(caller.person),
    };
    let outcome = imports::run(&app, request, &mut |_| {}).await?;
    Ok(web::Json(outcome))
}

struct ImportFields {
    name: String,
    bytes: Bytes,
    dry_run: bool,
    keep_missing: bool,
    sheet: Option<String>,
}

impl ImportFields {
    async fn read(mut form: Multipart) -> Result<Self> {
        let mut file = None;
        let (mut dry_run, mut keep_missing, mut sheet) = (false, true, None);
        while let Some(mut field) = form.try_next().await.map_err(unreadable)? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                let given = field.content_disposition().and_then(|given| given.get_filename());
                let given = given
                    .unwrap_or_default()
                    .chars()
                    .take(MAX_FILE_NAME_CHARS)
                    .collect();
                file = Some((given, read_field(&mut field, MAX_FILE_BYTES).await?));
                continue;
            }
            let text = read_field(&mut field, MAX_FIELD_BYTES).await?;
            let text = String::from_utf8_lossy(&text).trim().to_owned();
            match name.as_str() {
                "dry_run" => dry_run = flag("dry_run", &text)?,
                "keep_missing" => keep_missing = flag("keep_missing", &text)?,
                "sheet" => sheet = Some(text).filter(|text| !text.is_empty()),
                _ => {}
            }
        }
        let (name, bytes): (String, Bytes) = file.ok_or_else(|| wrong("file", "required", "请上传文件。"))?;
        Ok(Self {
            name,
            bytes,
            dry_run,
            keep_missing,
            sheet,
        })
    }
}

fn flag(field: &str, text: &str) -> Result<bool> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(wrong(field, "malformed", "应为 true 或 false。")),
    }
}

fn wrong(field: &str, code: &str, detail: &str) -> Error {
    Error::invalid(vec![FieldError::new(field, code, detail)])
}

async fn read_field(field: &mut Field, most: usize) -> Result<Bytes> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(unreadable)?;
        if bytes.len() + chunk.len() > most {
            let detail = "文件太大，请拆成几个文件，或者在服务器上用命令行导入。";
            return Err(Error::refused(ErrorKind::TooLarge, "file_too_large", detail));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn unreadable(error: MultipartError) -> Error {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => {
            let detail = "请以 multipart/form-data 上传文件。";
            Error::refused(ErrorKind::UnsupportedMedia, "not_multipart", detail)
        }
        _ => Error::refused(ErrorKind::Malformed, "malformed_form", "提交的内容无法读取。"),
    }
}
