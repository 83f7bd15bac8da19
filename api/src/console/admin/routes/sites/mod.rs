//! `/console/admin/sites`: the sites, their sheets for the printer, and what residents have left there. What is typed is
//! understood in `sites/form.rs`.

use actix_web::ResponseError as _;
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::kinds::{ContentCheck, Role, SiteMessageStatus};

use crate::city::snapshot::CityHandle;
use crate::console::forms::{Form, FormFields, Map};
use crate::console::labels;
use crate::console::map::place::{self as map, Mark};
use crate::console::map::townships;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::{UrlQuery, encoded};
use crate::error::Error;
use crate::http::paging::Paging;
use crate::sites::message_handling::{self, Filter};
use crate::sites::view::SiteView;
use crate::sites::{service, sheets};

mod form;

use form::Heading;

pub(super) const PATH: &str = "/console/admin/sites";
/// Sites on a page.
const PAGE: u64 = 50;
/// Messages on a site's page.
const MESSAGES: u64 = 30;

struct Line {
    code: String,
    name: String,
    kind: &'static str,
    area: String,
    category: String,
    unit: String,
    delegates: String,
    active: bool,
}

#[derive(Template)]
#[template(path = "admin_sites.html")]
struct SitesPage {
    frame: PageContext,
    wanted: UrlQuery,
    lines: Vec<Line>,
    map: Option<Map>,
    more: Option<String>,
}

#[get("/admin/sites")]
pub async fn list(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let entries = FormFields::new(pairs.map_err(|_| PageError::unreadable())?.into_inner());
    let wanted = UrlQuery::of(&entries, &["q", "state"]);
    let active = match wanted.get("state") {
        "in_use" => Some(true),
        "out_of_use" => Some(false),
        _ => None,
    };
    let paging = Paging {
        limit: Some(PAGE),
        cursor: entries.some("cursor").map(str::to_owned),
    };
    let found = service::list(&visitor.app, &visitor.caller, active, entries.some("q"), &paging).await?;
    let join = if wanted.is_empty() { '?' } else { '&' };
    let more = found
        .next_cursor
        .map(|cursor| format!("{}{join}cursor={}", wanted.to(PATH), encoded(&cursor)));
    let mark = |site: &SiteView| Mark {
        longitude: site.location.longitude,
        latitude: site.location.latitude,
        href: format!("{PATH}/{}", site.public.code),
        name: site.public.name.clone(),
        off: !site.active,
    };
    let marks: Vec<Mark> = found.items.iter().map(mark).collect();
    let city = visitor.app.state::<CityHandle>().load();
    page(&SitesPage {
        frame: visitor.frame(Section::Sites, "扫码点位"),
        wanted,
        map: map::marked(&city, "点位在全市的位置", &marks),
        lines: found.items.into_iter().map(line).collect(),
        more,
    })
}

fn line(site: SiteView) -> Line {
    let named = |named: Option<crate::sites::view::Named>| named.map(|named| named.name).unwrap_or_default();
    let delegates: Vec<String> = site.delegates.into_iter().map(|delegate| delegate.name).collect();
    Line {
        kind: form::kind(&site.public.kind),
        area: named(site.public.area),
        category: named(site.public.category),
        unit: site.unit.map(|unit| unit.name).unwrap_or_default(),
        delegates: delegates.join("、"),
        active: site.active,
        code: site.public.code,
        name: site.public.name,
    }
}

#[derive(Template)]
#[template(path = "admin_site_new.html")]
struct NewPage {
    frame: PageContext,
    form: Form,
}

async fn new_page(visitor: &ConsoleUser) -> Result<NewPage, PageError> {
    let frame = visitor.frame(Section::Sites, "新建点位");
    let townships = townships::of_city(&visitor.app, visitor.now).await?;
    let heading = Heading {
        action: PATH,
        title: "新建点位",
        csrf: &frame.csrf,
    };
    Ok(NewPage {
        form: form::form(visitor, heading, None, &townships),
        frame,
    })
}

#[get("/admin/sites/new")]
pub async fn ask(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    page(&new_page(&visitor).await?)
}

#[post("/admin/sites")]
pub async fn create(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    visitor.caller.require(Role::Admin)?;
    let created = match form::read(&visitor, &sent.entries, None).await {
        Ok(site) => service::create(&visitor.app, &visitor.caller, site, None).await,
        Err(error) => Err(error),
    };
    match created {
        Ok(answer) => {
            let code = answer.body.public.code;
            Ok(see_other(&format!("{PATH}/{code}?done=site_created")))
        }
        Err(error @ Error::Refused(_)) => {
            let mut shown = new_page(&visitor).await?;
            shown.form = shown.form.refused(&sent.entries, &error);
            with_status(error.status_code(), &shown)
        }
        Err(error) => Err(error.into()),
    }
}

struct Message {
    text: String,
    left: String,
    state: &'static str,
    photos: usize,
    answer: Option<String>,
}

#[derive(Template)]
#[template(path = "admin_site.html")]
struct SitePage {
    frame: PageContext,
    facts: Vec<(&'static str, String)>,
    code: String,
    messages: Vec<Message>,
    forms: Vec<Form>,
}

#[get("/admin/sites/{code}")]
pub async fn show(visitor: ConsoleUser, code: Path<String>) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    let site = service::shown(&visitor.app, &visitor.caller, &code).await?;
    page(&site_page(&visitor, &site).await?)
}

async fn site_page(visitor: &ConsoleUser, site: &SiteView) -> Result<SitePage, PageError> {
    let code = site.public.code.clone();
    let filter = Filter {
        site_code: Some(code.clone()),
        ..Filter::default()
    };
    let paging = Paging {
        limit: Some(MESSAGES),
        cursor: None,
    };
    let messages = message_handling::list(&visitor.app, &visitor.caller, &filter, &paging).await?;
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let message = |message: crate::sites::view::MessageView| Message {
        left: labels::when(message.created_at.to_utc(), visitor.now, zone),
        state: message_state(message.status, message.content_check),
        photos: message.photos.len(),
        text: message.text,
        answer: message.answer,
    };
    let frame = visitor.frame(Section::Sites, site.public.name.clone());
    let path = format!("{PATH}/{code}");
    let heading = Heading {
        action: &path,
        title: "修改",
        csrf: &frame.csrf,
    };
    let edit = form::form(
        visitor,
        heading,
        Some(site),
        &townships::of_city(&visitor.app, visitor.now).await?,
    );
    Ok(SitePage {
        facts: facts(site),
        messages: messages.items.into_iter().map(message).collect(),
        forms: vec![
            Form { open: false, ..edit },
            form::in_use(&path, site.active, &frame.csrf),
        ],
        code,
        frame,
    })
}

fn message_state(status: SiteMessageStatus, check: ContentCheck) -> &'static str {
    match (status, check) {
        (SiteMessageStatus::Adopted, _) => "已转为工单",
        (SiteMessageStatus::Answered | SiteMessageStatus::Refused, _) => status.label(),
        (SiteMessageStatus::Received, ContentCheck::Pass) => "待代表处理",
        (SiteMessageStatus::Received, _) => "待审核",
    }
}

fn facts(site: &SiteView) -> Vec<(&'static str, String)> {
    let public = &site.public;
    let delegates: Vec<&str> = site.delegates.iter().map(|one| one.name.as_str()).collect();
    let mut facts = vec![
        ("编码", public.code.clone()),
        ("状态", if site.active { "在用" } else { "已停用" }.to_owned()),
        ("类型", form::kind(&public.kind).to_owned()),
    ];
    let more = [
        ("区县", public.area.as_ref().map(|area| area.name.clone())),
        ("乡镇街道", site.township.clone()),
        ("地址", public.address.clone()),
        (
            "预设类别",
            public.category.as_ref().map(|category| category.name.clone()),
        ),
        ("指定单位", site.unit.as_ref().map(|unit| unit.name.clone())),
        (
            "负责的代表",
            Some(delegates.join("、")).filter(|names| !names.is_empty()),
        ),
        ("链接", Some(site.link.clone())),
    ];
    facts.extend(more.into_iter().filter_map(|(name, text)| Some((name, text?))));
    facts
}

#[post("/admin/sites/{code}")]
pub async fn change(
    visitor: ConsoleUser,
    code: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    visitor.caller.require(Role::Admin)?;
    let site = service::shown(&visitor.app, &visitor.caller, &code).await?;
    let changed = match form::read(&visitor, &sent.entries, Some(&site)).await {
        Ok(new) => service::change(&visitor.app, &visitor.caller, &code, new).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => Ok(see_other(&format!("{PATH}/{code}?done=site_changed"))),
        Err(error @ Error::Refused(_)) => {
            let mut shown = site_page(&visitor, &site).await?;
            let refuse = |form: Form| match form.id.as_str() {
                "site" => form.refused(&sent.entries, &error),
                _ => form,
            };
            shown.forms = shown.forms.into_iter().map(refuse).collect();
            with_status(error.status_code(), &shown)
        }
        Err(error) => Err(error.into()),
    }
}

#[post("/admin/sites/{code}/in-use")]
pub async fn put_in_use(
    visitor: ConsoleUser,
    code: Path<String>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let active = sent.entries.ticked("active");
    service::set_active(&visitor.app, &visitor.caller, &code, active).await?;
    Ok(see_other(&format!("{PATH}/{code}?done=site_changed")))
}

/// The sheets of the sites that are ticked; of all that are in use when none is.
#[get("/admin/sites/sheets.pdf")]
pub async fn print(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let entries = FormFields::new(pairs.map_err(|_| PageError::unreadable())?.into_inner());
    let codes: Vec<String> = entries.all("site").map(str::to_owned).collect();
    let pdf = sheets::of_codes(&visitor.app, &visitor.caller, &codes).await?;
    Ok(HttpResponse::Ok().content_type("application/pdf").body(pdf))
}
