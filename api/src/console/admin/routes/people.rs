//! `/console/admin/people`: the roster with bindings and sessions; ending sessions, removing a WeChat binding, one-time
//! sign-in links. Phone numbers are masked, openids never shown.

use actix_web::ResponseError as _;
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::ids::{PersonId, SessionId};
use entity::kinds::Role;
use entity::session;

use super::roster;
use crate::city::snapshot::{City, CityHandle};
use crate::console::admin::person_form;
use crate::console::forms::{Choice, Field, Form, FormFields, Kind};
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::{UrlQuery as Address, encoded};
use crate::error::{Error, Result};
use crate::http::paging::Paging;
use crate::people::binding;
use crate::people::directory::{self, DirectoryEntry, DirectoryFilter};
use crate::people::login_requests::service as links;

const PATH: &str = "/console/admin/people";
/// People on a page.
const PAGE: u64 = 50;

struct Line {
    href: String,
    name: String,
    role: String,
    place: String,
    phone: String,
    bound: String,
}

#[derive(Template)]
#[template(path = "admin_people.html")]
struct PeoplePage {
    frame: PageContext,
    by_phone: Form,
    new: Form,
    q: String,
    roles: Vec<Choice>,
    left: bool,
    lines: Vec<Line>,
    more: Option<String>,
}

#[get("/admin/people")]
pub async fn list(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let entries = FormFields::new(pairs.map_err(|_| PageError::unreadable())?.into_inner());
    page(&people_page(&visitor, &entries).await?)
}

/// Finds a person by phone number, which is posted and not part of a URL, because URLs are logged.
#[post("/admin/people/find")]
pub async fn find(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    match directory::with_phone(&visitor.app, &visitor.caller, sent.entries.text("phone")).await {
        Ok(id) => Ok(see_other(&format!("{PATH}/{id}"))),
        Err(error @ Error::Refused(_)) if error.code() == Some("invalid_fields") => {
            let mut shown = people_page(&visitor, &FormFields::default()).await?;
            shown.by_phone = shown.by_phone.refused(&sent.entries, &error);
            with_status(error.status_code(), &shown)
        }
        Err(error) => Err(error.into()),
    }
}

fn by_phone(csrf: &str) -> Form {
    let form = Form::new("by-phone", format!("{PATH}/find"), "按手机号查找", csrf)
        .submit("查找")
        .field(
            Field::new("phone", "手机号", Kind::Line)
                .required()
                .at_most(20)
                .hint("完整的 11 位号码；只用来查找，不会显示或记录。"),
        );
    Form { open: true, ..form }
}

async fn people_page(visitor: &ConsoleUser, entries: &FormFields) -> Result<PeoplePage, PageError> {
    let address = Address::of(entries, &["left", "q", "role"]);
    let wanted = DirectoryFilter {
        q: entries.some("q").map(str::to_owned),
        role: entries.text("role").parse().ok(),
        left: entries.ticked("left"),
    };
    let paging = Paging {
        limit: Some(PAGE),
        cursor: entries.some("cursor").map(str::to_owned),
    };
    let found = directory::search(&visitor.app, &visitor.caller, &wanted, &paging).await?;
    let join = if address.is_empty() { '?' } else { '&' };
    let more = found
        .next_cursor
        .map(|cursor| format!("{}{join}cursor={}", address.to(PATH), encoded(&cursor)));
    let mut roles = vec![Choice::new("", "全部")];
    roles.extend(Role::ALL.iter().map(|role| Choice {
        selected: wanted.role == Some(*role),
        ..Choice::new(role.as_str(), role.label())
    }));
    let frame = visitor.frame(Section::People, "人员与登录");
    Ok(PeoplePage {
        by_phone: by_phone(&frame.csrf),
        new: roster::new_person(
            &visitor.app.state::<CityHandle>().load(),
            &frame.csrf,
            &FormFields::default(),
        ),
        frame,
        q: entries.text("q").to_owned(),
        roles,
        left: wanted.left,
        lines: found.items.iter().map(|person| line(visitor, person)).collect(),
        more,
    })
}

fn line(visitor: &ConsoleUser, person: &DirectoryEntry) -> Line {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let profile = &person.profile;
    Line {
        href: format!("{PATH}/{}", profile.id),
        name: profile.name.clone(),
        role: role(person),
        place: place(person),
        phone: profile.phone_masked.clone(),
        bound: person
            .bound_at
            .map_or_else(|| "未绑定".to_owned(), |at| labels::when(at, visitor.now, zone)),
    }
}

/// Returns the role, for delegates with their level.
fn role(person: &DirectoryEntry) -> String {
    let profile = &person.profile;
    match (profile.role, profile.level) {
        (Role::Delegate, Some(level)) => level.label(),
        (role, _) => role.label(),
    }
    .to_owned()
}

fn place(person: &DirectoryEntry) -> String {
    let profile = &person.profile;
    let unit = profile.unit.as_ref().map(|(_, name, _)| name.clone());
    let area = profile.area.as_ref().map(|(_, name)| name.clone());
    let parts = [unit, profile.committee.clone(), area];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join("，")
}

pub(super) struct SessionLine {
    id: SessionId,
    kind: &'static str,
    client: String,
    begun: String,
    used: String,
}

#[derive(Template)]
#[template(path = "admin_person.html")]
pub(super) struct PersonPage {
    frame: PageContext,
    path: String,
    facts: Vec<(&'static str, String)>,
    sessions: Vec<SessionLine>,
    pub(super) forms: Vec<Form>,
    /// A link that has just been made, and for how many minutes it is good.
    link: Option<(String, i64)>,
}

#[get("/admin/people/{id}")]
pub async fn show(visitor: ConsoleUser, id: Path<PersonId>) -> Result<HttpResponse, PageError> {
    page(&person_page(&visitor, *id).await?)
}

pub(super) async fn person_page(visitor: &ConsoleUser, id: PersonId) -> Result<PersonPage, PageError> {
    let (person, sessions) =
        directory::find_with_sessions(&visitor.app, &visitor.caller, id, visitor.now).await?;
    let frame = visitor.frame(Section::People, person.profile.name.clone());
    let path = format!("{PATH}/{id}");
    Ok(PersonPage {
        facts: facts(visitor, &person),
        forms: forms(
            &visitor.app.state::<CityHandle>().load(),
            &person,
            &path,
            !sessions.is_empty(),
            &frame.csrf,
        ),
        sessions: sessions
            .into_iter()
            .map(|session| session_line(visitor, session))
            .collect(),
        link: None,
        path,
        frame,
    })
}

fn facts(visitor: &ConsoleUser, person: &DirectoryEntry) -> Vec<(&'static str, String)> {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let when = |at| labels::when(at, visitor.now, zone);
    let profile = &person.profile;
    let mut facts = vec![
        ("身份", role(person)),
        ("手机", profile.phone_masked.clone()),
        (
            "微信",
            person
                .bound_at
                .map_or_else(|| "未绑定".to_owned(), |at| format!("已绑定，{}", when(at))),
        ),
    ];
    let unit = profile.unit.as_ref().map(|(_, name, _)| {
        let head = if profile.unit_head { "（负责人）" } else { "" };
        format!("{name}{head}")
    });
    let more = [
        ("单位", unit),
        ("委员会", profile.committee.clone()),
        ("区县", profile.area.as_ref().map(|(_, name)| name.clone())),
        ("选举单位", profile.electoral_unit.clone()),
        ("离任", person.removed_at.map(when)),
    ];
    facts.extend(more.into_iter().filter_map(|(name, text)| Some((name, text?))));
    facts
}

fn session_line(visitor: &ConsoleUser, session: session::Model) -> SessionLine {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    SessionLine {
        id: session.id,
        kind: session.kind.label(),
        client: session.client.unwrap_or_default(),
        begun: labels::when(session.created_at, visitor.now, zone),
        used: labels::when(session.last_used_at, visitor.now, zone),
    }
}

fn forms(city: &City, person: &DirectoryEntry, path: &str, signed_in: bool, csrf: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    if person.on_roster {
        let form = Form::new("change", format!("{path}/change"), "修改资料", csrf)
            .summary("换了手机号、单位或职务时在这里修改，立即生效。");
        forms.push(person_form::with_fields(
            city,
            form,
            &person_form::entries_of(&person.profile),
            false,
        ));
    }
    if signed_in {
        forms.push(
            Form::new("end-all", format!("{path}/end-all"), "退出所有设备", csrf)
                .summary("此人在小程序和工作台上的登录立即失效，需要重新登录。")
                .submit("全部退出")
                .grave(),
        );
    }
    if person.bound_at.is_some() {
        forms.push(
            Form::new("unbind", format!("{path}/unbind"), "解除微信绑定", csrf)
                .summary(
                    "用于换了手机号或微信号的人。解除后所有登录失效，下次在小程序里重新验证手机号即可绑定。",
                )
                .submit("解除绑定")
                .grave(),
        );
    }
    if person.on_roster {
        forms.push(
            Form::new("link", format!("{path}/link"), "生成一次性登录链接", csrf)
                .summary(
                    "用于无法扫码的人登录工作台。拿到链接的人即可以此人身份登录，请当面或经可靠渠道交给本人；\
                     生成链接会留下记录。",
                )
                .submit("生成链接")
                .grave(),
        );
        forms.push(
            Form::new("retire", format!("{path}/retire"), "离开名册", csrf)
                .summary("用于离任、调离的人。微信绑定和所有登录立即失效；此人提交的工单继续办理。")
                .submit("离开名册")
                .grave(),
        );
    }
    forms
}

#[post("/admin/people/{id}/end-all")]
pub async fn end_all(
    visitor: ConsoleUser,
    id: Path<PersonId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    let ended = directory::end_sessions(&visitor.app, &visitor.caller, *id, None, visitor.now).await;
    after(&visitor, *id, ended, "end-all", "person_signed_out").await
}

#[post("/admin/people/{id}/sessions/{session}/end")]
pub async fn end_session(
    visitor: ConsoleUser,
    path: Path<(PersonId, SessionId)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    let (id, session) = path.into_inner();
    directory::end_sessions(&visitor.app, &visitor.caller, id, Some(session), visitor.now).await?;
    Ok(see_other(&format!("{PATH}/{id}?done=session_ended")))
}

#[post("/admin/people/{id}/unbind")]
pub async fn unbind(
    visitor: ConsoleUser,
    id: Path<PersonId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    let unbound = binding::unbind_other(&visitor.app, &visitor.caller, *id, visitor.now).await;
    after(&visitor, *id, unbound, "unbind", "person_unbound").await
}

/// Creates a link and shows it once; only its hash is stored.
#[post("/admin/people/{id}/link")]
pub async fn make_link(
    visitor: ConsoleUser,
    id: Path<PersonId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    FormData::read(&visitor, &request, body).await?;
    let code = links::link_for(&visitor.app, &visitor.caller, *id, visitor.now).await?;
    let mut shown = person_page(&visitor, *id).await?;
    let address = format!("{}/console/login/{code}", visitor.app.config.public_url);
    shown.link = Some((address, links::link_minutes()));
    with_status(StatusCode::CREATED, &shown)
}

/// The page again, with what was done or with what was refused.
async fn after(
    visitor: &ConsoleUser,
    id: PersonId,
    result: Result<()>,
    form: &str,
    done: &str,
) -> Result<HttpResponse, PageError> {
    match result {
        Ok(()) => Ok(see_other(&format!("{PATH}/{id}?done={done}"))),
        Err(error @ Error::Refused(_)) => {
            let mut shown = person_page(visitor, id).await?;
            let refuse = |held: Form| match held.id == form {
                true => held.refused(&FormFields::default(), &error),
                false => held,
            };
            shown.forms = shown.forms.into_iter().map(refuse).collect();
            with_status(error.status_code(), &shown)
        }
        Err(error) => Err(error.into()),
    }
}
