//! The messages of a delegate's sites, and one of them with what may be done with it.

use askama::Template;
use entity::ids::SiteMessageId;
use entity::kinds::{PersonLevel, SiteMessageStatus};

use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, Field, Form, FormFields, Kind};
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::PageError;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Error;
use crate::http::paging::Paging;
use crate::sites::hand_over::{self, Colleague};
use crate::sites::message_handling::{self, Filter};
use crate::sites::view::{MessagePhoto, MessageView};

pub const PATH: &str = "/console/messages";
const TABS: [(&str, Option<SiteMessageStatus>); 4] = [
    ("", Some(SiteMessageStatus::Received)),
    ("adopted", Some(SiteMessageStatus::Adopted)),
    ("answered", Some(SiteMessageStatus::Answered)),
    ("all", None),
];

struct TabLink {
    href: String,
    label: &'static str,
    current: bool,
}

struct Row {
    href: String,
    site: String,
    text: String,
    status: &'static str,
    when: String,
    photos: usize,
}

#[derive(Template)]
#[template(path = "messages.html")]
pub struct MessagesPage {
    frame: PageContext,
    tabs: Vec<TabLink>,
    rows: Vec<Row>,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "message.html")]
pub struct MessagePage {
    frame: PageContext,
    site: String,
    text: String,
    answer: Option<String>,
    hand_over: Option<String>,
    facts: Vec<(&'static str, String)>,
    photos: Vec<MessagePhoto>,
    forms: Vec<Form>,
}

pub async fn all(
    visitor: &ConsoleUser,
    tab: &str,
    cursor: Option<String>,
) -> Result<MessagesPage, PageError> {
    let (open, status) = TABS
        .into_iter()
        .find(|(key, _)| *key == tab)
        .ok_or_else(PageError::not_found)?;
    let filter = Filter {
        status,
        ..Filter::default()
    };
    let paging = Paging { limit: None, cursor };
    let found = message_handling::list(&visitor.app, &visitor.caller, &filter, &paging).await?;
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let row = |message: &MessageView| Row {
        href: format!("{PATH}/{}", message.id),
        site: message.site.name.clone(),
        text: message.text.clone(),
        status: message.status.label(),
        when: labels::when(message.created_at.to_utc(), visitor.now, zone),
        photos: message.photos.len(),
    };
    let tabs = TABS.map(|(key, status)| TabLink {
        href: format!("{PATH}?tab={key}"),
        label: status.map_or("全部", SiteMessageStatus::label),
        current: key == open,
    });
    Ok(MessagesPage {
        frame: visitor.frame(Section::Messages, "群众留言"),
        tabs: tabs.into(),
        rows: found.items.iter().map(row).collect(),
        more: found
            .next_cursor
            .map(|cursor| format!("{PATH}?tab={open}&cursor={cursor}")),
    })
}

/// One message; `refused` is the form that was refused, with its entries.
pub async fn one(
    visitor: &ConsoleUser,
    id: SiteMessageId,
    refused: Option<(&str, &FormFields, &Error)>,
) -> Result<MessagePage, PageError> {
    let message = message_handling::show(&visitor.app, &visitor.caller, id).await?;
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let when = |at: crate::http::time::LocalTime| labels::when(at.to_utc(), visitor.now, zone);
    let frame = visitor.frame(Section::Messages, "群众留言");
    let mut forms = Vec::new();
    if message.status == SiteMessageStatus::Received {
        let colleagues = hand_over::colleagues(&visitor.app, &visitor.caller, id).await?;
        forms = forms_of(id, &frame.csrf, colleagues);
    }
    if let Some((name, entries, error)) = refused {
        let same = |form: Form| {
            if form.id == name {
                form.refused(entries, error)
            } else {
                form
            }
        };
        forms = forms.into_iter().map(same).collect();
    }
    let mut facts = vec![
        ("点位", message.site.name.clone()),
        ("留言时间", when(message.created_at)),
        ("状态", message.status.label().to_owned()),
    ];
    facts.extend(message.contact.map(|contact| ("联系方式", contact)));
    facts.extend(message.handled_at.map(|at| ("处理时间", when(at))));
    let hand_over = message.hand_over.map(|over| {
        let at = labels::when(over.at.to_utc(), visitor.now, zone);
        format!("{at} {}代表转交给{}代表：{}", over.from, over.to, over.note)
    });
    Ok(MessagePage {
        frame,
        site: message.site.name,
        text: message.text,
        answer: message.answer,
        hand_over,
        facts,
        photos: message.photos,
        forms,
    })
}

fn forms_of(id: SiteMessageId, csrf: &str, colleagues: Vec<Colleague>) -> Vec<Form> {
    let path = |action: &str| format!("{PATH}/{id}/{action}");
    let adopt = Form::new("adopt", path("adopt"), "采纳为工单", csrf)
        .summary("以您的名义派给承办单位，留言和照片一并带上，留言人凭回执能看到办理进度。")
        .submit("生成工单")
        .field(
            Field::new("category", "类别", Kind::Line)
                .at_most(64)
                .hint("填写类别名称；不填则按点位和文字判断。"),
        )
        .field(Field::new(
            "confidential",
            "保密：承办单位看不到是谁反映的",
            Kind::Tick,
        ));
    let answer = Form::new("answer", path("answer"), "直接答复", csrf)
        .summary("不生成工单。答复审核后留言人凭回执能看到。")
        .submit("发送答复")
        .field(Field::new("text", "答复", Kind::Text).required().at_most(1_000));
    let mut forms = vec![adopt, answer];
    if !colleagues.is_empty() {
        let people = colleagues.into_iter().map(|person| {
            let level = person.level.map(PersonLevel::label).unwrap_or_default();
            Choice::new(person.id.to_string(), format!("{} {level}", person.name))
        });
        forms.push(
            Form::new("hand-over", path("hand-over"), "转交其他代表", csrf)
                .summary("对方会收到通知；您仍能看到这条留言。")
                .submit("转交")
                .field(Field::new("to", "代表", Kind::Pick(people.collect())).required())
                .field(Field::new("note", "说明", Kind::Text).required().at_most(200)),
        );
    }
    forms
}
