//! `/console/admin/roster`: a roster pasted from a spreadsheet; first what would change, then the change itself.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::kinds::Role;

use crate::audit_log::AuditActor;
use crate::console::forms::{Field, Form, Kind};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::people::roster::{self, ImportError, Options, Report, Source};

const PATH: &str = "/console/admin/roster";
/// As long as a form may be; longer rosters are imported on the command line.
const MAX_CHARS: usize = 80_000;
/// Faults that are shown; the rest comes up when these are mended.
const MAX_FAULTS: usize = 50;

#[derive(Template)]
#[template(path = "admin_roster.html")]
struct RosterPage {
    frame: PageContext,
    form: Form,
    report: Option<Report>,
    faults: Vec<String>,
}

#[get("/admin/roster")]
pub async fn show(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    page(&roster_page(&visitor, ""))
}

fn roster_page(visitor: &ConsoleUser, text: &str) -> RosterPage {
    let frame = visitor.frame(Section::Roster, "名册");
    let mut form = Form::new("roster", PATH, "导入名册", &frame.csrf)
        .summary(
            "从表格软件另存为 CSV 后粘贴，第一行是表头。名册整份导入：文件涉及的身份中，不在文件里的人会离任，\
             其登录立即失效。请先预览。",
        )
        .submit("继续")
        .field(Field::new("text", "名册（CSV）", Kind::Text).required().at_most(MAX_CHARS).value(text))
        .field(Field::new("keep", "保留文件里没有的人", Kind::Tick))
        .field(Field::new("really", "确认导入（不勾选则只预览）", Kind::Tick));
    form.open = true;
    RosterPage {
        frame,
        form,
        report: None,
        faults: Vec::new(),
    }
}

#[post("/admin/roster")]
pub async fn import(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    visitor.caller.require(Role::Admin)?;
    let text = sent.entries.text("text");
    let options = Options {
        dry_run: !sent.entries.ticked("really"),
        keep_missing: sent.entries.ticked("keep"),
        by: Some(AuditActor::Person(visitor.caller.person)),
    };
    let source = Source {
        bytes: text.as_bytes().to_vec(),
    };
    let imported = roster::import(&visitor.app, &source, options, &mut |_| {}).await;
    let mut shown = roster_page(&visitor, if options.dry_run { text } else { "" });
    match imported {
        Ok(report) => shown.report = Some(report),
        Err(ImportError::Faults(faults)) => {
            shown = roster_page(&visitor, text);
            shown.faults = faults.iter().take(MAX_FAULTS).map(ToString::to_string).collect();
        }
        Err(ImportError::Failed(error)) => return Err(error.into()),
    }
    page(&shown)
}
