//! `/console/admin/boundaries`: load a set of outlines, compare it with the active one, activate or reactivate it.

use actix_web::ResponseError as _;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::boundary_set;
use entity::ids::BoundarySetId;
use entity::kinds::Role;

use crate::audit_log::AuditActor;
use crate::city::boundaries::load::{self, Loaded};
use crate::city::boundaries::service::{self, SetComparison};
use crate::city::import::ImportFile;
use crate::city::snapshot::CityHandle;
use crate::console::forms::{Field, Form, FormFields, Kind};
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, FieldError};
use places::compare::{AreaChange, Change, Comparison, MIN_TRANSFER_KM2};
use places::overlay::{Drawn, Overlay};

const PATH: &str = "/console/admin/boundaries";
/// A city drawn thirty times as finely as the built-in one.
const MAX_FILE_MB: usize = 8;
const MAX_FILE_BYTES: usize = MAX_FILE_MB << 20;
/// Faults that are shown; the rest comes up when these are mended.
const MAX_FAULTS: usize = 50;

struct Line {
    href: String,
    name: String,
    as_of: String,
    counties: i64,
    state: &'static str,
    loaded: String,
    activated: String,
}

#[derive(Template)]
#[template(path = "admin_boundaries.html")]
struct SetsPage {
    frame: PageContext,
    form: Form,
    lines: Vec<Line>,
    faults: Vec<String>,
}

#[get("/admin/boundaries")]
pub async fn list(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    page(&sets_page(&visitor).await?)
}

async fn sets_page(visitor: &ConsoleUser) -> Result<SetsPage, PageError> {
    let sets = service::list(&visitor.app, &visitor.caller).await?;
    let frame = visitor.frame(Section::Boundaries, "区划边界");
    let form = Form::new("load", PATH, "载入新的边界", &frame.csrf)
        .summary("文件检查通过后先存为待启用的版本，不影响现在的派单；与在用版本比较以后再启用。")
        .submit("检查并载入")
        .field(
            Field::new(
                "file",
                "边界文件（GeoJSON）",
                Kind::File(".geojson,.json,application/geo+json"),
            )
            .required()
            .hint(format!(
                "坐标为 WGS-84；每个要素要有 code、name、level，级别为 county 或 township。最大 {MAX_FILE_MB} MB。"
            )),
        );
    Ok(SetsPage {
        frame,
        form: Form { open: true, ..form },
        lines: sets
            .into_iter()
            .map(|(set, counties)| line(visitor, set, counties))
            .collect(),
        faults: Vec::new(),
    })
}

fn line(visitor: &ConsoleUser, set: boundary_set::Model, counties: i64) -> Line {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let when = |at| labels::when(at, visitor.now, zone);
    Line {
        href: format!("{PATH}/{}", set.id),
        as_of: as_of(&set),
        counties,
        state: state(&set),
        loaded: when(set.loaded_at),
        activated: set.activated_at.map(when).unwrap_or_default(),
        name: name(&set),
    }
}

fn name(set: &boundary_set::Model) -> String {
    if set.name.is_empty() {
        "未命名的边界".to_owned()
    } else {
        set.name.clone()
    }
}

fn as_of(set: &boundary_set::Model) -> String {
    let date = set.as_of.map(|date| date.format("%Y年%-m月%-d日").to_string());
    date.unwrap_or_default()
}

fn state(set: &boundary_set::Model) -> &'static str {
    match (set.active, set.activated_at) {
        (true, _) => "在用",
        (false, Some(_)) => "曾用",
        (false, None) => "待启用",
    }
}

#[post("/admin/boundaries")]
pub async fn upload(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::with_document(&visitor, &request, body, MAX_FILE_BYTES).await?;
    visitor.caller.require(Role::Admin)?;
    let document = sent.document.as_ref().ok_or_else(no_file);
    let document = match document {
        Ok(document) => document,
        Err(error) => return refuse(&visitor, &error).await,
    };
    let given = ImportFile {
        file: &document.name,
        bytes: &document.bytes,
        by: AuditActor::Person(visitor.caller.person),
        sheet: None,
        keep_missing: false,
        dry_run: false,
        recount: false,
        release_orders: false,
    };
    match load::load(&visitor.app, &given, visitor.now).await? {
        Ok(Loaded::New(id)) => Ok(see_other(&format!("{PATH}/{id}?done=boundaries_loaded"))),
        Ok(Loaded::Known(id)) => Ok(see_other(&format!("{PATH}/{id}?done=boundaries_known"))),
        Err(faults) => {
            let mut shown = sets_page(&visitor).await?;
            shown.faults = faults
                .into_iter()
                .take(MAX_FAULTS)
                .map(|fault| fault.reason)
                .collect();
            with_status(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

fn no_file() -> Error {
    Error::invalid(vec![FieldError::new("file", "required", "请选择文件。")])
}

async fn refuse(visitor: &ConsoleUser, error: &Error) -> Result<HttpResponse, PageError> {
    let mut shown = sets_page(visitor).await?;
    shown.form = shown.form.refused(&FormFields::default(), error);
    with_status(error.status_code(), &shown)
}

/// One area that is not as in the set in force.
struct AreaLine {
    name: String,
    change: &'static str,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "admin_boundary_set.html")]
struct SetPage {
    frame: PageContext,
    facts: Vec<(&'static str, String)>,
    beside: Option<String>,
    same: bool,
    areas: Vec<AreaLine>,
    passed: Vec<String>,
    overlay: Overlay,
    /// Codes of the areas that are drawn heavily.
    moved: Vec<String>,
    form: Option<Form>,
    /// The reason why it was not activated.
    trouble: Option<String>,
}

#[get("/admin/boundaries/{id}")]
pub async fn show(visitor: ConsoleUser, id: Path<BoundarySetId>) -> Result<HttpResponse, PageError> {
    page(&set_page(&visitor, *id, None).await?)
}

async fn set_page(
    visitor: &ConsoleUser,
    id: BoundarySetId,
    refused: Option<&Error>,
) -> Result<SetPage, PageError> {
    let SetComparison {
        set,
        in_force,
        comparison,
        overlay,
    } = service::compare(&visitor.app, &visitor.caller, id).await?;
    let frame = visitor.frame(Section::Boundaries, name(&set));
    let form = in_force.is_some().then(|| activate_form(&set, &frame.csrf));
    let trouble = refused.and_then(|error| match error {
        Error::Refused(refused) => Some(refused.detail.clone()),
        Error::Database(_) | Error::Internal(_) => None,
    });
    let changed = comparison.areas.iter().filter(|area| area.change != Change::Same);
    Ok(SetPage {
        facts: facts(visitor, &set),
        beside: in_force.as_ref().map(name),
        same: comparison.is_same(),
        areas: changed.clone().map(area_line).collect(),
        passed: passed(&comparison),
        moved: changed
            .filter(|area| area.change != Change::Renamed)
            .map(|area| area.code.clone())
            .collect(),
        overlay,
        form,
        trouble,
        frame,
    })
}

impl SetPage {
    /// How an outline is drawn.
    fn class(&self, drawn: &Drawn) -> &'static str {
        if self.moved.contains(&drawn.code) {
            " moved"
        } else {
            ""
        }
    }
}

fn facts(visitor: &ConsoleUser, set: &boundary_set::Model) -> Vec<(&'static str, String)> {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let when = |at| labels::when(at, visitor.now, zone);
    let mut facts = vec![("状态", state(set).to_owned()), ("载入", when(set.loaded_at))];
    let more = [
        ("资料日期", Some(as_of(set)).filter(|text| !text.is_empty())),
        ("最近启用", set.activated_at.map(when)),
        ("来源", Some(set.source.clone()).filter(|text| !text.is_empty())),
        ("文件校验值", set.sha256.get(..16).map(str::to_owned)),
    ];
    facts.extend(more.into_iter().filter_map(|(name, text)| Some((name, text?))));
    facts
}

fn area_line(area: &AreaChange) -> AreaLine {
    let names = (area.name_before.as_deref(), area.name_after.as_deref());
    let (name, renamed) = match names {
        (Some(before), Some(after)) if before != after => (format!("{before} → {after}"), true),
        (before, after) => (after.or(before).unwrap_or_default().to_owned(), false),
    };
    AreaLine {
        name,
        change: match area.change {
            Change::Added => "新增",
            Change::Removed => "撤销",
            Change::Moved if renamed => "改名、改界",
            Change::Moved => "改界",
            Change::Renamed => "改名",
            Change::Same => "不变",
        },
        before: area
            .name_before
            .as_ref()
            .map_or_else(String::new, |_| km2(area.km2_before)),
        after: area
            .name_after
            .as_ref()
            .map_or_else(String::new, |_| km2(area.km2_after)),
    }
}

/// `甲区 → 乙区：12.34 平方公里`
fn passed(comparison: &Comparison) -> Vec<String> {
    let name = |code: Option<&String>| {
        let area = comparison.areas.iter().find(|area| Some(&area.code) == code);
        let name = area.and_then(|area| area.name_after.clone().or_else(|| area.name_before.clone()));
        name.unwrap_or_else(|| "范围之外".to_owned())
    };
    let told = comparison.transfers.iter();
    told.map(|one| {
        let (from, to) = (name(one.from.as_ref()), name(one.to.as_ref()));
        format!("{from} → {to}：{} 平方公里", km2(one.km2))
    })
    .collect()
}

fn km2(area: f64) -> String {
    if area < MIN_TRANSFER_KM2 {
        format!("不到 {MIN_TRANSFER_KM2}")
    } else {
        format!("{area:.2}")
    }
}

fn activate_form(set: &boundary_set::Model, csrf: &str) -> Form {
    let action = format!("{PATH}/{}/activate", set.id);
    let (title, submit) = match set.activated_at {
        Some(_) => ("恢复使用这个版本", "恢复使用"),
        None => ("启用这个版本", "启用"),
    };
    let form = Form::new("activate", action, title, csrf)
        .summary(
            "启用后，新提交的工单按这个版本判断区县，所有服务器在几秒内一起切换；已有的工单不变。\
             随时可以恢复原来的版本。",
        )
        .submit(submit);
    Form { open: true, ..form }
}

#[post("/admin/boundaries/{id}/activate")]
pub async fn activate(
    visitor: ConsoleUser,
    id: Path<BoundarySetId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    match service::activate(&visitor.app, &visitor.caller, *id, visitor.now).await {
        Ok(()) => Ok(see_other(&format!("{PATH}/{id}?done=boundaries_activated"))),
        Err(error @ Error::Refused(_)) => {
            let shown = set_page(&visitor, *id, Some(&error)).await?;
            with_status(error.status_code(), &shown)
        }
        Err(error) => Err(error.into()),
    }
}
