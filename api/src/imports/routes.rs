//! `POST /imports/{kind}`: a table as a file, for administrators.

use actix_web::{HttpRequest, post, web};
use entity::kinds::Role;

use crate::app::App;
use crate::audit_log::AuditActor;
use crate::caller::Caller;
use crate::error::{Error, ErrorKind, Result};
use crate::history_import::map::MAX_MAP_BYTES;
use crate::http::multipart::{BodyMemory, BoundedForm, FileBytes, MAX_FIELD_BYTES};
use crate::http::problem::Problem;
use crate::imports::{self, HistoryOptions, ImportKind, ImportOutcome, ImportRequest};

/// Longest file over HTTP; larger ones are imported on the command line.
pub const MAX_FILE_BYTES: usize = 20 << 20;
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
    /// `orders` only: another system's headings and words, in TOML; at most 32 KiB.
    map: Option<String>,
    /// Units that leave with orders in their hands: `true` sends these orders to triage, `false` (default) refuses the
    /// file.
    orders_to_triage: Option<bool>,
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
    let form = ImportFields::read(&app, BoundedForm::new(&request, payload)).await?;
    if form.map.is_some() && kind != ImportKind::Orders {
        let detail = "对照表只用于历史工单。";
        return Err(Error::invalid_field("map", "not_for_this_table", detail));
    }
    let FileBytes { bytes, share } = form.file;
    let request = ImportRequest {
        kind,
        file: form.name,
        bytes: bytes.to_vec(),
        sheet: form.sheet,
        dry_run: form.dry_run,
        keep_missing: form.keep_missing,
        release_orders: form.orders_to_triage,
        history: HistoryOptions {
            map: form.map,
            path: None,
        },
        by: AuditActor::Person(caller.person),
    };
    let outcome = imports::run(&app, request, &mut |_| {}).await?;
    drop(share);
    Ok(web::Json(outcome))
}

struct ImportFields {
    name: String,
    file: FileBytes,
    dry_run: bool,
    keep_missing: bool,
    sheet: Option<String>,
    orders_to_triage: bool,
    map: Option<String>,
}

impl ImportFields {
    async fn read(app: &App, mut form: BoundedForm) -> Result<Self> {
        let mut file = None;
        let (mut dry_run, mut keep_missing, mut orders_to_triage) = (false, true, false);
        let (mut sheet, mut map) = (None, None);
        while let Some(field) = form.next().await? {
            if field.name() == "file" {
                let given = field.file_name().unwrap_or_default();
                let given = given.chars().take(MAX_FILE_NAME_CHARS).collect();
                let share = app.state::<BodyMemory>().begin(true);
                let bytes = field.file(MAX_FILE_BYTES, share).await?;
                file = Some((given, bytes.ok_or_else(too_large)?));
                continue;
            }
            let name = field.name().to_owned();
            let most = if name == "map" {
                MAX_MAP_BYTES
            } else {
                MAX_FIELD_BYTES
            };
            let text = form.text(field, most).await?;
            let text = text.trim();
            match name.as_str() {
                "dry_run" => dry_run = flag("dry_run", text)?,
                "keep_missing" => keep_missing = flag("keep_missing", text)?,
                "orders_to_triage" => orders_to_triage = flag("orders_to_triage", text)?,
                "map" => map = Some(text.to_owned()).filter(|text| !text.is_empty()),
                "sheet" => sheet = Some(text.to_owned()).filter(|text| !text.is_empty()),
                _ => {}
            }
        }
        let (name, file): (String, FileBytes) =
            file.ok_or_else(|| Error::invalid_field("file", "required", "请上传文件。"))?;
        Ok(Self {
            name,
            file,
            dry_run,
            keep_missing,
            sheet,
            orders_to_triage,
            map,
        })
    }
}

fn flag(field: &str, text: &str) -> Result<bool> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Error::invalid_field(field, "malformed", "应为 true 或 false。")),
    }
}

fn too_large() -> Error {
    let detail = "文件太大，请拆成几个文件，或者在服务器上用命令行导入。";
    Error::refused(ErrorKind::TooLarge, "file_too_large", detail)
}
