//! `/console/campaigns`

use actix_web::ResponseError as _;
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use entity::campaign;
use entity::ids::CampaignId;
use entity::kinds::{CampaignStatus, Role};

use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, Field, Form, FormFields, Kind};
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::http::paging::Paging;
use crate::supervision::campaigns::service::{self, Closing, NewCampaign, Watched};

const PATH: &str = "/console/campaigns";

struct Line {
    href: String,
    title: String,
    area: String,
    committee: String,
    orders: i64,
    state: &'static str,
    opened: String,
}

#[derive(Template)]
#[template(path = "campaigns.html")]
struct CampaignsPage {
    frame: PageContext,
    open: Option<Form>,
    lines: Vec<Line>,
    more: Option<String>,
}

#[get("/campaigns")]
pub async fn list(visitor: ConsoleUser, paging: Query<Paging>) -> Result<HttpResponse, PageError> {
    page(&campaigns_page(&visitor, &paging, None).await?)
}

async fn campaigns_page(
    visitor: &ConsoleUser,
    paging: &Paging,
    refused: Option<(&FormFields, &Error)>,
) -> Result<CampaignsPage, PageError> {
    let found = service::list(&visitor.app, &visitor.caller, paging).await?;
    let more = found
        .next_cursor
        .as_ref()
        .map(|cursor| format!("{PATH}?cursor={cursor}"));
    let frame = visitor.frame(Section::Campaigns, "专项监督");
    let mut form = may_change(visitor).then(|| open_form(visitor, &frame.csrf));
    if let Some((entries, error)) = refused {
        form = form.map(|form| form.refused(entries, error));
    }
    Ok(CampaignsPage {
        frame,
        open: form,
        lines: found
            .items
            .into_iter()
            .map(|(row, orders)| line(visitor, row, orders))
            .collect(),
        more,
    })
}

fn may_change(visitor: &ConsoleUser) -> bool {
    visitor.caller.role == Role::Supervisor
}

fn line(visitor: &ConsoleUser, row: campaign::Model, orders: i64) -> Line {
    let city = visitor.app.state::<CityHandle>().load();
    Line {
        href: format!("{PATH}/{}", row.id),
        area: place(visitor, row.area_code.as_deref()),
        committee: row.committee.unwrap_or_default(),
        orders,
        state: state(row.status),
        opened: labels::when(row.opened_at, visitor.now, city.zone()),
        title: row.title,
    }
}

fn place(visitor: &ConsoleUser, area: Option<&str>) -> String {
    let city = visitor.app.state::<CityHandle>().load();
    area.map_or_else(|| "全市".to_owned(), |code| city.county_name(code).to_owned())
}

fn state(status: CampaignStatus) -> &'static str {
    match status {
        CampaignStatus::Open => "进行中",
        CampaignStatus::Closed => "已结项",
    }
}

fn open_form(visitor: &ConsoleUser, csrf: &str) -> Form {
    let mut form = Form::new("open", PATH, "开展一项专项监督", csrf)
        .summary("开展后，本区域的监督人员会收到通知；可以逐件加入工单，也可以按条件批量加入。")
        .submit("开展")
        .field(Field::new("title", "名称", Kind::Line).required().at_most(100))
        .field(
            Field::new("purpose", "目的", Kind::Text)
                .required()
                .at_most(5_000),
        )
        .field(Field::new("committee", "负责的委员会", Kind::Line).at_most(100));
    if visitor.caller.area.is_none() {
        let city = visitor.app.state::<CityHandle>().load();
        let mut areas = vec![Choice::new("", "全市")];
        let counties = city.counties.divisions().iter();
        areas.extend(counties.map(|county| Choice::new(county.code.clone(), county.name.clone())));
        form = form.field(Field::new("area", "范围", Kind::Pick(areas)));
    }
    form
}

#[post("/campaigns")]
pub async fn open(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let entries = &sent.entries;
    let new = NewCampaign {
        title: entries.text("title").to_owned(),
        kind: None,
        area: entries.some("area").map(str::to_owned),
        purpose: entries.text("purpose").to_owned(),
        committee: entries.some("committee").map(str::to_owned),
    };
    match service::open(&visitor.app, &visitor.caller, new, visitor.now).await {
        Ok(row) => Ok(see_other(&format!("{PATH}/{}?done=campaign_opened", row.id))),
        Err(error @ Error::Refused(_)) => {
            let again = campaigns_page(&visitor, &Paging::default(), Some((entries, &error))).await?;
            with_status(error.status_code(), &again)
        }
        Err(error) => Err(error.into()),
    }
}

struct Gathered {
    number: String,
    status: String,
    area: String,
}

#[derive(Template)]
#[template(path = "campaign.html")]
struct CampaignPage {
    frame: PageContext,
    facts: Vec<(&'static str, String)>,
    watched: Vec<Watched>,
    orders: Vec<Gathered>,
    forms: Vec<Form>,
}

#[get("/campaigns/{id}")]
pub async fn show(visitor: ConsoleUser, id: Path<CampaignId>) -> Result<HttpResponse, PageError> {
    let row = service::visible(&visitor.app, &visitor.caller, *id).await?;
    page(&campaign_page(&visitor, row, None).await?)
}

async fn campaign_page(
    visitor: &ConsoleUser,
    row: campaign::Model,
    refused: Option<(&str, &FormFields, &Error)>,
) -> Result<CampaignPage, PageError> {
    let gathered = service::gathered(&visitor.app, &row).await?;
    let orders = gathered.into_iter().map(|(_, number, status, area)| Gathered {
        number,
        status: status
            .parse()
            .map_or(status.clone(), |status| labels::status(status).to_owned()),
        area: place(visitor, area.as_deref()),
    });
    let frame = visitor.frame(Section::Campaigns, row.title.clone());
    let mut forms = Vec::new();
    if may_change(visitor) && row.status == CampaignStatus::Open {
        forms = vec![gather_form(&row, &frame.csrf), close_form(&row, &frame.csrf)];
    }
    if let Some((id, entries, error)) = refused {
        let refuse = |form: Form| {
            if form.id == id {
                form.refused(entries, error)
            } else {
                form
            }
        };
        forms = forms.into_iter().map(refuse).collect();
    }
    Ok(CampaignPage {
        facts: facts(visitor, &row),
        watched: serde_json::from_value(row.watch_list).unwrap_or_default(),
        orders: orders.collect(),
        forms,
        frame,
    })
}

fn facts(visitor: &ConsoleUser, row: &campaign::Model) -> Vec<(&'static str, String)> {
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let when = |at| labels::when(at, visitor.now, zone);
    let mut facts = vec![
        ("状态", state(row.status).to_owned()),
        ("范围", place(visitor, row.area_code.as_deref())),
        ("目的", row.purpose.clone()),
        ("开展时间", when(row.opened_at)),
    ];
    let told = [
        ("负责的委员会", row.committee.clone()),
        ("发现的问题", row.findings.clone()),
        ("采取的措施", row.measures.clone()),
        ("结果", row.outcome.clone()),
        ("结项时间", row.closed_at.map(when)),
    ];
    facts.extend(
        told.into_iter()
            .filter_map(|(name, text)| text.map(|text| (name, text))),
    );
    facts
}

fn gather_form(row: &campaign::Model, csrf: &str) -> Form {
    Form::new("gather", format!("{PATH}/{}/orders", row.id), "加入工单", csrf)
        .summary("加入后，这些工单的承办单位和提出的代表会收到通知。")
        .submit("加入")
        .field(
            Field::new("numbers", "工单编号", Kind::Text)
                .required()
                .hint("每行一个，或用空格、逗号隔开；一次最多 100 件。"),
        )
}

fn close_form(row: &campaign::Model, csrf: &str) -> Form {
    let text = |name, label| Field::new(name, label, Kind::Text).at_most(5_000);
    Form::new("close", format!("{PATH}/{}/close", row.id), "结项", csrf)
        .summary("结项后不能再加入工单；发现的问题、措施和重点监管名单会长期保留。")
        .submit("结项")
        .field(text("findings", "发现的问题"))
        .field(text("measures", "采取的措施").required())
        .field(text("outcome", "结果").required())
        .field(text("watch", "重点监管名单").hint("每行一处：名称，原因。"))
}

#[post("/campaigns/{id}/orders")]
pub async fn gather(
    visitor: ConsoleUser,
    id: Path<CampaignId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let row = service::visible(&visitor.app, &visitor.caller, *id).await?;
    let split = |c: char| c.is_whitespace() || c == ',' || c == '，' || c == '、';
    let numbers = sent
        .entries
        .text("numbers")
        .split(split)
        .filter(|text| !text.is_empty());
    let numbers = numbers.map(str::to_owned).collect();
    let added = match service::by_hand(&visitor.app, &visitor.actor(), numbers).await {
        Ok(orders) => service::add_orders(&visitor.app, &visitor.caller, &row, orders, visitor.now).await,
        Err(error) => Err(error),
    };
    after(&visitor, row, added, "gather", "orders_gathered", &sent.entries).await
}

#[post("/campaigns/{id}/close")]
pub async fn close(
    visitor: ConsoleUser,
    id: Path<CampaignId>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    let row = service::visible(&visitor.app, &visitor.caller, *id).await?;
    let entries = &sent.entries;
    let closing = Closing {
        outcome: entries.text("outcome").to_owned(),
        measures: entries.text("measures").to_owned(),
        findings: entries.some("findings").map(str::to_owned),
        watch_list: entries.text("watch").lines().filter_map(watched).collect(),
    };
    let closed = service::close(&visitor.app, &visitor.caller, row.clone(), closing, visitor.now).await;
    after(
        &visitor,
        row,
        closed.map(|_| ()),
        "close",
        "campaign_closed",
        entries,
    )
    .await
}

/// `名称，原因`
fn watched(line: &str) -> Option<Watched> {
    let line = line.trim();
    let (name, reason) = line.split_once(['，', ',']).unwrap_or((line, ""));
    (!name.trim().is_empty()).then(|| Watched {
        name: name.trim().to_owned(),
        reason: reason.trim().to_owned(),
    })
}

/// The page again, with what was done or with what was refused.
async fn after(
    visitor: &ConsoleUser,
    row: campaign::Model,
    result: Result<()>,
    form: &str,
    done: &str,
    entries: &FormFields,
) -> Result<HttpResponse, PageError> {
    match result {
        Ok(()) => Ok(see_other(&format!("{PATH}/{}?done={done}", row.id))),
        Err(error @ Error::Refused(_)) => {
            let again = campaign_page(visitor, row, Some((form, entries, &error))).await?;
            with_status(error.status_code(), &again)
        }
        Err(error) => Err(error.into()),
    }
}
