//! The forms of a report's page: edit the text, issue it, send it.

use entity::ids::{PhotoId, ReportId};
use entity::insight_report;
use entity::kinds::ReportStage;

use super::reports::PATH;
use crate::city::snapshot::CityHandle;
use crate::console::campaigns::committees;
use crate::console::forms::{Field, Form, FormFields, Kind};
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, FieldError, Result};
use crate::insight::reports::body::Body;
use crate::insight::reports::drafts::service::{self as drafts, Recipients};
use crate::insight::reports::drafts::text::{self, EditedText};

/// One field per section; a report has at most as many.
const SECTIONS: [&str; 8] = [
    "section1", "section2", "section3", "section4", "section5", "section6", "section7", "section8",
];
/// All counties, in the field of the recipients.
const ALL: &str = "全部";
const SECTION_CHARS: usize = 10_000;

/// The forms that are open for the report.
pub fn of(visitor: &ConsoleUser, report: &insight_report::Model, body: &Body, csrf: &str) -> Vec<Form> {
    match report.stage {
        ReportStage::Draft => vec![issue(report, csrf), edit(report, body, csrf)],
        ReportStage::Issued | ReportStage::Sent => vec![send(visitor, report, csrf)],
    }
}

fn form(id: &'static str, report: &insight_report::Model, title: &'static str, csrf: &str) -> Form {
    let action = format!("{PATH}/{}/{id}", report.id);
    Form::new(id, action, title, csrf).carry("revision", report.revision.to_string())
}

fn issue(report: &insight_report::Model, csrf: &str) -> Form {
    form("issue", report, "签发", csrf)
        .summary("签发后编号，文本不能再改；需要更正时重新生成一版。签发以后再发送。")
        .submit("签发这一稿")
}

fn edit(report: &insight_report::Model, body: &Body, csrf: &str) -> Form {
    let mut form = form("text", report, "修改文字", csrf)
        .summary("一行一段。没有改动的段落，数字仍可点开查看工单；改过的段落按您写的文字保存。每次保存成为新的一稿，旧稿保留。")
        .submit("保存为新的一稿")
        .field(Field::new("title", "标题", Kind::Line).required().at_most(100).value(report.title.clone()));
    for (name, section) in SECTIONS.into_iter().zip(&body.sections) {
        form = form.field(
            Field::new(
                name,
                HEADINGS.get(index(name)).copied().unwrap_or("部分"),
                Kind::Text,
            )
            .required()
            .at_most(SECTION_CHARS)
            .hint(section.heading.clone())
            .value(text::of_section(section)),
        );
    }
    if body.photos().is_empty() {
        return form;
    }
    form.field(Field::new("without_photos", "不用照片", Kind::Tick).hint("勾选后，报告里不再有案例照片。"))
}

const HEADINGS: [&str; 8] = [
    "第一部分",
    "第二部分",
    "第三部分",
    "第四部分",
    "第五部分",
    "第六部分",
    "第七部分",
    "第八部分",
];

fn index(name: &str) -> usize {
    SECTIONS
        .iter()
        .position(|known| *known == name)
        .unwrap_or_default()
}

fn send(visitor: &ConsoleUser, report: &insight_report::Model, csrf: &str) -> Form {
    let city = visitor.app.state::<CityHandle>().load();
    let committees = committees(&city, "不发送", "");
    form("send", report, "发送", csrf)
        .summary("收到的人大常委会和委员会会得到通知；县区收到后可以查阅这份报告。已经发送过的不会重复通知。")
        .submit("发送")
        .field(
            Field::new("areas", "县区", Kind::Line)
                .at_most(200)
                .hint("可填多个，用顿号分开；全部县区填“全部”。"),
        )
        .field(Field::new("committee", "委员会", Kind::Pick(committees)))
}

/// Takes a step; returns the name of what was done, for the notice on the next page.
pub async fn perform(
    visitor: &ConsoleUser,
    id: ReportId,
    step: &str,
    entries: &FormFields,
) -> Result<&'static str> {
    let (app, caller) = (&visitor.app, &visitor.caller);
    let revision = || {
        let wrong = || Error::invalid(vec![FieldError::new("revision", "malformed", "请刷新后再试。")]);
        entries.text("revision").parse::<i32>().map_err(|_| wrong())
    };
    match step {
        "text" => {
            let report = crate::insight::reports::service::visible(app, caller, id).await?;
            let body = crate::insight::reports::service::body(&report)?;
            let edited = edited(entries, &body);
            drafts::edit(app, caller, id, revision()?, &edited).await?;
            Ok("report_edited")
        }
        "issue" => {
            drafts::issue(app, caller, id, revision()?).await?;
            Ok("report_issued")
        }
        "send" => {
            drafts::send(app, caller, id, &recipients(visitor, entries)).await?;
            Ok("report_sent")
        }
        _ => Err(Error::not_found()),
    }
}

fn edited(entries: &FormFields, body: &Body) -> EditedText {
    let photos: Vec<PhotoId> = if entries.ticked("without_photos") {
        body.photos()
    } else {
        Vec::new()
    };
    EditedText {
        title: entries.text("title").to_owned(),
        sections: SECTIONS
            .into_iter()
            .take(body.sections.len())
            .map(|name| entries.text(name).to_owned())
            .collect(),
        removed_photos: photos,
    }
}

fn recipients(visitor: &ConsoleUser, entries: &FormFields) -> Recipients {
    let city = visitor.app.state::<CityHandle>().load();
    let areas = entries.text("areas");
    let counties = if areas == ALL {
        city.counties
            .divisions()
            .iter()
            .map(|county| county.code.clone())
            .collect()
    } else {
        let parts = areas.split(['、', '，', ',', ' ', '；']);
        parts
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    Recipients {
        counties,
        committees: entries.some("committee").map(str::to_owned).into_iter().collect(),
    }
}
