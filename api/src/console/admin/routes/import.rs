//! `/console/admin/{units|duty|calendar}/import`: a file or pasted text; first what would change, then the change
//! itself, by the same imports as the command line.

use actix_web::ResponseError as _;
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
use crate::console::forms::{Field, Form, Kind};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::deadlines::{Calendar, parse};
use crate::error::{Error, Result};
use crate::orders::clocks::recalculate;

/// As much as a form carries from the preview to the import; larger files are imported on the command line.
const MAX_BYTES: usize = 200 * 1024;
const MAX_FILE_NAME_CHARS: usize = 60;
/// Faults that are shown; the rest comes up when these are mended.
const MAX_FAULTS: usize = 50;

/// What is imported.
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
                says: "CSV 文件，表头为 code,name,alias,level,county,township,parent。整份导入：不在文件里的单位停用；\
                       派单目录还在用的单位不能停用。",
                accept: ".csv,text/csv",
                command: "zhitong import departments 文件",
            },
            Self::Duty => Words {
                section: Section::Duty,
                title: "导入派单目录",
                back: "/console/admin/duty",
                says: "CSV 文件，表头为 category,scope,lead,supports,precedence。整份导入：不在文件里的行失效。\
                       两行同样具体又无法取舍时不予导入。",
                accept: ".csv,text/csv",
                command: "zhitong import duty 文件",
            },
            Self::Calendar => Words {
                section: Section::Calendar,
                title: "导入放假安排",
                back: "/console/admin/calendar",
                says: "JSON 文件，每年列出放假的日子 holidays、调休上班的日子 workdays、名称 names。文件里没有的年份不变。\
                       按暂定日历计算的期限会重新计算，已按公布日历计算的不变。",
                accept: ".json,application/json",
                command: "zhitong import calendar 文件",
            },
        }
    }
}

/// What came of it.
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

/// What the form holds.
#[derive(Default)]
struct Handed {
    file: String,
    text: String,
    dry_run: bool,
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
        .carry("file_name", handed.file.clone())
        .field(Field::new("file", "选择文件", Kind::File(accept)).hint("UTF-8 编码，最大 200 KB。"))
        .field(
            Field::new("text", "或粘贴内容", Kind::Text)
                .at_most(MAX_BYTES)
                .value(handed.text.clone()),
        )
        .field(Field::new("really", "确认导入（不勾选则只预览）", Kind::Tick));
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
    let sent = FormData::with_document(&visitor, &request, body, MAX_BYTES).await?;
    visitor.caller.require(Role::Admin)?;
    let what = What::named(&what)?;
    let handed = match handed(&sent) {
        Ok(handed) => handed,
        Err(error) => {
            let mut shown = import_page(&visitor, what, &Handed::default());
            shown.form = shown.form.refused(&sent.entries, &error);
            return with_status(error.status_code(), &shown);
        }
    };
    let given = ImportFile {
        file: &handed.file,
        text: &handed.text,
        by: AuditActor::Person(visitor.caller.person),
        dry_run: handed.dry_run,
    };
    let (db, now) = (&visitor.app.db, visitor.now);
    let imported = match what {
        What::Units => import::departments(db, &given, now).await?,
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
                shown.notes.push(moves(&visitor, &handed.text).await?);
            }
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

/// What an announcement would do to the deadlines that run.
async fn moves(visitor: &ConsoleUser, text: &str) -> Result<String> {
    let city = visitor.app.state::<CityHandle>().load();
    let announced = parse::calendar(text).map_err(anyhow::Error::from)?;
    let mut years = city.calendar.years().clone();
    years.extend(announced.years().clone());
    let calendar = Calendar::new(years).map_err(anyhow::Error::from)?;
    let moved = recalculate::count_affected(&visitor.app, &calendar).await?;
    let all = recalculate::count_provisional(&visitor.app).await?;
    Ok(format!(
        "正在计时的期限中，{all} 个按暂定日历计算，导入后其中有 {moved} 个会改变。"
    ))
}

/// A chosen file counts before what stands in the text.
fn handed(sent: &FormData) -> Result<Handed> {
    let entries = &sent.entries;
    let (file, text) = match &sent.document {
        Some(document) => (document.name.as_str(), document.text()?),
        None => (
            entries.some("file_name").unwrap_or("粘贴的内容"),
            entries.text("text"),
        ),
    };
    Ok(Handed {
        file: file.chars().take(MAX_FILE_NAME_CHARS).collect(),
        text: text.to_owned(),
        dry_run: !entries.ticked("really"),
    })
}

fn told(fault: &Fault) -> String {
    match fault.line {
        0 => fault.reason.clone(),
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
