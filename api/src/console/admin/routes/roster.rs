//! `/console/admin/roster`: the roster and the sites as files; first what would change, then the change itself. And one
//! person without a file.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::ids::PersonId;
use entity::kinds::Role;

use crate::audit_log::AuditActor;
use crate::city::snapshot::{City, CityHandle};
use crate::console::admin::person_form;
use crate::console::admin::upload::{MAX_FILE_BYTES, MAX_FILE_MB, Upload};
use crate::console::forms::{Choice, Field, Form, FormFields, Kind};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Error;
use crate::imports::{self, HistoryOptions, ImportKind, ImportOutcome, ImportRequest, template};
use crate::people::roster::ImportError;
use crate::people::roster::single;

const PATH: &str = "/console/admin/roster";
/// Pasted text; a file may be longer.
const MAX_CHARS: usize = 80_000;
/// Faults that are shown; the rest comes up when these are mended.
const MAX_FAULTS: usize = 50;
const ACCEPT: &str = ".xlsx,.csv,.txt,.tsv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Template)]
#[template(path = "admin_roster.html")]
struct RosterPage {
    frame: PageContext,
    form: Form,
    person: Form,
    outcome: Option<ImportOutcome>,
    faults: Vec<String>,
    notes: Vec<String>,
}

#[get("/admin/roster")]
pub async fn show(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    page(&roster_page(&visitor, &FormFields::default(), None))
}

/// An empty table with the headings that an import reads.
#[get("/admin/import-template/{kind}")]
pub async fn empty_table(visitor: ConsoleUser, kind: Path<String>) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    let name = kind.trim_end_matches(".xlsx");
    let kind: ImportKind = name.parse().map_err(|()| Error::not_found())?;
    let bytes = template::xlsx(kind)
        .map_err(anyhow::Error::from)
        .map_err(Error::from)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, XLSX))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{kind}.xlsx\""),
        ))
        .body(bytes))
}

fn kinds(chosen: ImportKind) -> Vec<Choice> {
    let offered = [ImportKind::Delegates, ImportKind::Staff, ImportKind::Sites];
    let choice = |kind: ImportKind| Choice {
        selected: kind == chosen,
        ..Choice::new(kind.as_str(), kind.label())
    };
    offered.into_iter().map(choice).collect()
}

fn roster_page(visitor: &ConsoleUser, entries: &FormFields, upload: Option<&Upload>) -> RosterPage {
    let frame = visitor.frame(Section::Roster, "名册");
    let kind = entries.text("kind").parse().unwrap_or(ImportKind::Delegates);
    let mut form = Form::new("roster", PATH, "导入表格", &frame.csrf)
        .summary(
            "可以直接上传 Excel、WPS 或 CSV 文件。先预览：会列出读的是哪张工作表、哪些列没有用到、谁会离任。\
             没有写在文件里的人默认保留。",
        )
        .submit("继续")
        .field(Field::new("kind", "哪一种表", Kind::Pick(kinds(kind))).value(kind.as_str()))
        .field(
            Field::new("file", "选择文件", Kind::File(ACCEPT))
                .hint(format!("XLSX 或 CSV，最大 {MAX_FILE_MB} MB。")),
        )
        .field(
            Field::new("text", "或粘贴内容", Kind::Text)
                .at_most(MAX_CHARS)
                .value(entries.text("text")),
        )
        .field(
            Field::new("sheet", "工作表", Kind::Line)
                .at_most(40)
                .value(entries.text("sheet"))
                .hint("有几张表都像名册时填写；* 表示全部导入。"),
        )
        .field(
            Field::new(
                "remove_missing",
                "让文件里没有的人离任（其登录立即失效）",
                Kind::Tick,
            )
            .value(entries.text("remove_missing")),
        )
        .field(Field::new("really", "确认导入（不勾选则只预览）", Kind::Tick));
    form.open = true;
    if let Some(upload) = upload.filter(|_| entries.some("text").is_none()) {
        form = upload.carry(form);
        if let Some(field) = form.fields.iter_mut().find(|field| field.name == "file") {
            field.hint = if upload.is_carried() {
                format!("已上传「{}」，不必重新选择。", upload.name)
            } else {
                format!("「{}」较大，确认导入时请再选择一次。", upload.name)
            };
        }
    }
    RosterPage {
        form,
        person: new_person(
            &visitor.app.state::<CityHandle>().load(),
            &frame.csrf,
            &FormFields::default(),
        ),
        frame,
        outcome: None,
        faults: Vec::new(),
        notes: Vec::new(),
    }
}

#[post("/admin/roster")]
pub async fn import(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::with_document(&visitor, &request, body, MAX_FILE_BYTES).await?;
    visitor.caller.require(Role::Admin)?;
    let entries = &sent.entries;
    let Some(upload) = Upload::of(&sent) else {
        let mut shown = roster_page(&visitor, entries, None);
        shown.form.error = Some("请选择文件，或者粘贴内容。".to_owned());
        return page(&shown);
    };
    let dry_run = !entries.ticked("really");
    let request = ImportRequest {
        kind: entries.text("kind").parse().unwrap_or(ImportKind::Delegates),
        file: upload.name.clone(),
        bytes: upload.bytes.clone(),
        sheet: entries.some("sheet").map(str::to_owned),
        dry_run,
        keep_missing: !entries.ticked("remove_missing"),
        release_orders: false,
        history: HistoryOptions::default(),
        by: AuditActor::Person(visitor.caller.person),
    };
    let outcome = imports::run(&visitor.app, request, &mut |_| {}).await?;
    let mut shown = match outcome.faults.is_empty() && !dry_run {
        true => roster_page(&visitor, &FormFields::default(), None),
        false => roster_page(&visitor, entries, Some(&upload)),
    };
    shown.notes = notes(&outcome);
    if outcome.faults.is_empty() {
        shown.outcome = Some(outcome);
    } else {
        shown.faults = outcome
            .faults
            .iter()
            .take(MAX_FAULTS)
            .map(ToString::to_string)
            .collect();
    }
    page(&shown)
}

/// How the table was read, in sentences.
fn notes(outcome: &ImportOutcome) -> Vec<String> {
    let mut notes = Vec::new();
    if outcome.header_row > 0 {
        notes.push(match &outcome.sheet {
            Some(sheet) => format!("读取工作表「{sheet}」，表头在第 {} 行。", outcome.header_row),
            None => format!("表头在第 {} 行。", outcome.header_row),
        });
    }
    for (label, list) in [
        ("没有用到的列", &outcome.unused_columns),
        ("没有读取的工作表", &outcome.ignored_sheets),
    ] {
        if !list.is_empty() {
            notes.push(format!("{label}：{}。", list.join("、")));
        }
    }
    notes.extend(outcome.questions.iter().map(|question| question.detail.clone()));
    if !outcome.skipped_lines.is_empty() {
        let lines: Vec<_> = outcome.skipped_lines.iter().map(ToString::to_string).collect();
        notes.push(format!(
            "跳过的说明、合计或重复表头：第 {} 行。",
            lines.join("、")
        ));
    }
    notes.extend(outcome.taken_over.iter().map(|number| {
        format!(
            "第 {} 行：{} 的手机号原属 {}。姓名和单位都不同，按另一人处理：{} 离任，其微信绑定和登录失效。",
            number.line, number.to, number.from, number.from
        )
    }));
    notes
}

/// The form of a person who may be new.
pub(super) fn new_person(city: &City, csrf: &str, entries: &FormFields) -> Form {
    let form = Form::new("person", format!("{PATH}/person"), "新增一人", csrf).summary(
        "手机号相同或姓名、单位都相同的，按修改处理；其余是新增。姓名和单位都不同而手机号相同的，原来的人离任。",
    );
    person_form::with_fields(city, form, entries, true)
}

/// Adds or changes one person.
#[post("/admin/roster/person")]
pub async fn put_person(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let fields = person_form::fields(&sent.entries);
    match single::put(&visitor.app, &visitor.caller, &fields).await {
        Ok(report) => {
            let mut shown = roster_page(&visitor, &FormFields::default(), None);
            let outcome = ImportOutcome::of_roster(report);
            shown.notes = notes(&ImportOutcome {
                header_row: 0,
                ..outcome.clone()
            });
            shown.outcome = Some(outcome);
            page(&shown)
        }
        Err(ImportError::Faults(faults)) => {
            let mut shown = roster_page(&visitor, &FormFields::default(), None);
            shown.person = new_person(
                &visitor.app.state::<CityHandle>().load(),
                &shown.frame.csrf,
                &sent.entries,
            );
            shown.person.open = true;
            shown.person.error = Some(person_form::trouble(&faults));
            page(&shown)
        }
        Err(ImportError::Failed(error)) => Err(error.into()),
    }
}

/// Takes one person off the roster.
#[post("/admin/people/{id}/retire")]
pub async fn retire(
    visitor: ConsoleUser,
    id: Path<PersonId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    single::retire(&visitor.app, &visitor.caller, *id).await?;
    Ok(see_other(&format!(
        "/console/admin/people/{}?done=person_retired",
        *id
    )))
}
