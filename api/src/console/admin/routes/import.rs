//! `/console/admin/{units|duty|calendar}/import`: a file or pasted text; first what would change, then the change
//! itself, by the same imports as the command line.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::kinds::Role;

use crate::audit_log::AuditActor;
use crate::city::csv_rows::Fault;
use crate::city::import::{self, Change, ChangeKind, ImportFile, ImportSummary};
use crate::city::refresh;
use crate::city::snapshot::CityHandle;
use crate::console::admin::upload::{MAX_FILE_BYTES, MAX_FILE_MB, Upload};
use crate::console::forms::{Field, Form, Kind};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::deadlines::parse;
use crate::error::{Error, Result};
use crate::imports::departments;
use crate::orders::clocks::recalculate::{self, Affected};

/// Pasted text; a file may be longer.
const MAX_CHARS: usize = 80_000;
const RECOUNT: &str = "已按公布日历计算、正在计时的期限也重新计算";
/// Faults that are shown; the rest comes up when these are mended.
const MAX_FAULTS: usize = 50;

/// The kind of an imported file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Units,
    Duty,
    Calendar,
}

/// How it is asked for.
struct Words {
    section: Section,
    title: &'static str,
    back: &'static str,
    says: &'static str,
    accept: &'static str,
    /// At the command line.
    command: &'static str,
}

impl What {
    fn named(name: &str) -> Result<Self> {
        match name {
            "units" => Ok(Self::Units),
            "duty" => Ok(Self::Duty),
            "calendar" => Ok(Self::Calendar),
            _ => Err(Error::not_found()),
        }
    }

    fn path(self) -> String {
        format!("{}/import", self.words().back)
    }

    fn words(self) -> Words {
        match self {
            Self::Units => Words {
                section: Section::Units,
                title: "导入承办单位",
                back: "/console/admin/units",
                says: "Excel、WPS 或 CSV 文件，列有代码、名称、简称、类型、区县、乡镇街道、上级单位。文件里没有的单位默认保留；\
                       还有工单、点位、人员或派单目录的单位不能停用。",
                accept: ".xlsx,.csv,.txt,.tsv",
                command: "zhitong import departments 文件",
            },
            Self::Duty => Words {
                section: Section::Duty,
                title: "导入派单目录",
                back: "/console/admin/duty",
                says: "Excel、WPS 或 CSV 文件，列有类别、范围、主办单位、协办单位、优先级。文件里没有的行默认保留。\
                       两行同样具体又无法取舍时不予导入。",
                accept: ".xlsx,.csv,.txt,.tsv",
                command: "zhitong import duty 文件",
            },
            Self::Calendar => Words {
                section: Section::Calendar,
                title: "导入放假安排",
                back: "/console/admin/calendar",
                says: "JSON 文件，每年列出放假的日子 holidays、调休上班的日子 workdays、名称 names。通知中属于上一年或下一年的日子并入那一年，\
                       其余年份不变。按暂定日历计算的期限会重新计算；已按公布日历计算的只在勾选后重新计算，并写入工单记录。",
                accept: ".json,application/json",
                command: "zhitong import calendar 文件",
            },
        }
    }
}

/// The result of an import.
struct Outcome {
    report: ImportSummary,
    dry_run: bool,
}

#[derive(Template)]
#[template(path = "admin_import.html")]
struct ImportPage {
    frame: PageContext,
    back: &'static str,
    command: &'static str,
    form: Form,
    outcome: Option<Outcome>,
    faults: Vec<String>,
    notes: Vec<String>,
}

/// The entries of the form.
#[derive(Default)]
struct Handed {
    upload: Upload,
    /// Pasted instead of a file.
    text: String,
    dry_run: bool,
    remove_missing: bool,
    recount: bool,
    /// Orders of units that are taken out of use go to triage.
    release_orders: bool,
}

fn import_page(visitor: &ConsoleUser, what: What, handed: &Handed) -> ImportPage {
    let Words {
        section,
        title,
        back,
        says,
        accept,
        command,
    } = what.words();
    let frame = visitor.frame(section, title);
    let mut form = Form::new("import", what.path(), title, &frame.csrf)
        .summary(says)
        .submit("继续")
        .field(Field::new("file", "选择文件", Kind::File(accept)).hint(file_hint(&handed.upload)))
        .field(
            Field::new("text", "或粘贴内容", Kind::Text)
                .at_most(MAX_CHARS)
                .value(handed.text.clone()),
        );
    if what == What::Calendar {
        let recount = if handed.recount { "yes" } else { "" };
        form = form.field(Field::new("recount", RECOUNT, Kind::Tick).value(recount));
    } else {
        let missing = if handed.remove_missing { "yes" } else { "" };
        form = form.field(Field::new("remove_missing", "停用文件里没有的", Kind::Tick).value(missing));
    }
    if what == What::Units {
        let release = if handed.release_orders { "yes" } else { "" };
        let label = "停用单位正在办理的工单转人工分派（不勾选则不予停用）";
        form = form.field(Field::new("orders_to_triage", label, Kind::Tick).value(release));
    }
    form = form.field(Field::new("really", "确认导入（不勾选则只预览）", Kind::Tick));
    if handed.text.is_empty() && !handed.upload.bytes.is_empty() {
        form = handed.upload.carry(form);
    }
    form.open = true;
    ImportPage {
        frame,
        back,
        command,
        form,
        outcome: None,
        faults: Vec::new(),
        notes: Vec::new(),
    }
}

#[get("/admin/{what}/import")]
pub async fn show(visitor: ConsoleUser, what: Path<String>) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    let what = What::named(&what)?;
    page(&import_page(&visitor, what, &Handed::default()))
}

#[post("/admin/{what}/import")]
pub async fn take(
    visitor: ConsoleUser,
    what: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::with_document(&visitor, &request, body, MAX_FILE_BYTES).await?;
    visitor.caller.require(Role::Admin)?;
    let what = What::named(&what)?;
    let handed = handed(&sent);
    let given = ImportFile {
        file: &handed.upload.name,
        bytes: &handed.upload.bytes,
        by: AuditActor::Person(visitor.caller.person),
        sheet: None,
        keep_missing: !handed.remove_missing,
        dry_run: handed.dry_run,
        recount: handed.recount,
        release_orders: handed.release_orders,
    };
    let (db, now) = (&visitor.app.db, visitor.now);
    let imported = match what {
        What::Units => departments::import_list(&visitor.app, &given, now).await?,
        What::Duty => import::duty(db, &given, now).await?,
        What::Calendar => import::calendar(db, &given, now).await?,
    };
    let mut shown;
    match imported {
        Ok(report) => {
            shown = if handed.dry_run {
                import_page(&visitor, what, &handed)
            } else {
                refresh::refresh_now(&visitor.app).await;
                import_page(&visitor, what, &Handed::default())
            };
            if what == What::Calendar && handed.dry_run {
                let text = String::from_utf8_lossy(&handed.upload.bytes);
                shown
                    .notes
                    .push(moves(&visitor, text.trim_start_matches('\u{feff}')).await?);
            }
            if !report.table.unused_columns.is_empty() {
                let columns = report.table.unused_columns.join("、");
                shown.notes.push(format!("没有用到的列：{columns}。"));
            }
            shown.notes.extend(released(&report));
            shown.outcome = Some(Outcome {
                report,
                dry_run: handed.dry_run,
            });
            page(&shown)
        }
        Err(faults) => {
            shown = import_page(&visitor, what, &handed);
            shown.faults = faults.iter().take(MAX_FAULTS).map(told).collect();
            with_status(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

/// The orders that go to triage because their unit leaves.
fn released(report: &ImportSummary) -> Vec<String> {
    let holding = report.left_units.iter().filter(|unit| unit.open_orders > 0);
    let said = holding.map(|unit| {
        let numbers = unit.numbers.join("、");
        format!(
            "{}正在办理的 {} 件工单转人工分派：{numbers}。",
            unit.name, unit.open_orders
        )
    });
    said.collect()
}

/// Describes how a new calendar would move running deadlines.
async fn moves(visitor: &ConsoleUser, text: &str) -> Result<String> {
    let city = visitor.app.state::<CityHandle>().load();
    let calendar = parse::announcement(text, &city.calendar).map_err(anyhow::Error::from)?;
    let Affected {
        provisional,
        announced,
    } = recalculate::count_affected(&visitor.app, &calendar).await?;
    let all = recalculate::count_provisional(&visitor.app).await?;
    Ok(format!(
        "正在计时的期限中，{all} 个按暂定日历计算，导入后其中有 {provisional} 个会改变。\
         按公布日历计算的有 {announced} 个受影响，勾选“{RECOUNT}”才会改变，并写入工单记录。"
    ))
}

fn file_hint(upload: &Upload) -> String {
    if upload.bytes.is_empty() {
        format!("最大 {MAX_FILE_MB} MB。")
    } else if upload.is_carried() {
        format!("已上传「{}」，不必重新选择。", upload.name)
    } else {
        format!("「{}」较大，确认导入时请再选择一次。", upload.name)
    }
}

fn handed(sent: &FormData) -> Handed {
    Handed {
        upload: Upload::of(sent).unwrap_or_default(),
        text: sent.entries.text("text").to_owned(),
        dry_run: !sent.entries.ticked("really"),
        remove_missing: sent.entries.ticked("remove_missing"),
        recount: sent.entries.ticked("recount"),
        release_orders: sent.entries.ticked("orders_to_triage"),
    }
}

fn told(fault: &Fault) -> String {
    match fault.line {
        0 => fault.reason.clone(),
        line if fault.column.is_some() => {
            let column = fault.column.as_deref().unwrap_or_default();
            format!("第 {line} 行「{column}」：{}", fault.reason)
        }
        line => format!("第 {line} 行：{}", fault.reason),
    }
}

fn kind(change: &Change) -> &'static str {
    match change.kind {
        ChangeKind::Added => "新增",
        ChangeKind::Changed => "变更",
        ChangeKind::Left => "去掉",
    }
}
