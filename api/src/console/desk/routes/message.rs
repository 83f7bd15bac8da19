//! A resident's message: operators read it; whether to take it up or answer it is for the site's delegates.

use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use askama::Template;
use entity::ids::SiteMessageId;
use entity::kinds::{Role, SiteMessageStatus};

use crate::city::snapshot::CityHandle;
use crate::console::desk::list;
use crate::console::desk::tabs::Tab;
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;
use crate::sites::message_handling;
use crate::sites::view::MessagePhoto;

#[derive(Template)]
#[template(path = "desk_message.html")]
struct MessagePage {
    frame: PageContext,
    list: String,
    site: String,
    text: String,
    answer: Option<String>,
    facts: Vec<(&'static str, String)>,
    photos: Vec<MessagePhoto>,
    /// Where the content is reviewed, while it has to be.
    review: Option<String>,
}

#[get("/desk/messages/{id}")]
pub async fn show(visitor: ConsoleUser, id: Path<SiteMessageId>) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Operator)?;
    let message = message_handling::show(&visitor.app, &visitor.caller, *id).await?;
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let when = |at: crate::http::time::LocalTime| labels::when(at.to_utc(), visitor.now, zone);
    let waits = message.status == SiteMessageStatus::Received;
    let unseen = waits && message.content_check != entity::kinds::ContentCheck::Pass;
    let state = match message.status {
        SiteMessageStatus::Received => list::message_state(message.content_check),
        SiteMessageStatus::Adopted => "代表已采纳，成为工单。",
        SiteMessageStatus::Answered => "代表已答复。",
        SiteMessageStatus::Refused => "内容复核未通过，不展示。",
    };
    let mut facts = vec![
        ("点位", message.site.name.clone()),
        ("留言时间", when(message.created_at)),
        ("状态", state.to_owned()),
    ];
    facts.extend(message.handled_at.map(|at| ("处理时间", when(at))));
    page(&MessagePage {
        frame: visitor.frame(Section::Desk, "群众留言"),
        list: Tab::Messages.address(),
        site: message.site.name,
        text: message.text,
        answer: message.answer,
        facts,
        photos: message.photos,
        review: unseen.then(|| Tab::Reviews.address()),
    })
}
