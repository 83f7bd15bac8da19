//! All matters under supervision, by status and committee, and the form that opens one.

use crate::city::snapshot::CityHandle;
use askama::Template;
use entity::campaign;
use entity::kinds::{CampaignStatus, Labelled as _, Role};

use crate::city::snapshot::City;
use crate::console::forms::{Choice, Field, Form, FormFields, Kind};
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::PageError;
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::{UrlQuery, encoded};
use crate::error::Error;
use crate::http::paging::Paging;
use crate::supervision::campaigns::CampaignFilter;
use crate::supervision::campaigns::service;

pub const PATH: &str = "/console/campaigns";
const NAMES: [&str; 2] = ["committee", "status"];

struct Chip {
    href: String,
    label: &'static str,
    on: bool,
}

struct Row {
    href: String,
    title: String,
    area: String,
    committee: String,
    orders: i64,
    stage: &'static str,
    opened: String,
    due: String,
}

#[derive(Template)]
#[template(path = "campaigns.html")]
pub struct CampaignsPage {
    frame: PageContext,
    statuses: Vec<Chip>,
    committees: Vec<Choice>,
    wanted: UrlQuery,
    open: Option<Form>,
    rows: Vec<Row>,
    more: Option<String>,
}

pub async fn page(
    visitor: &ConsoleUser,
    query: &FormFields,
    refused: Option<(&FormFields, &Error)>,
) -> Result<CampaignsPage, PageError> {
    let city = visitor.app.state::<CityHandle>().load();
    let wanted = UrlQuery::of(query, &NAMES);
    let filter = CampaignFilter {
        area: None,
        status: Some(wanted.get("status"))
            .filter(|text| !text.is_empty())
            .and_then(|text| text.parse().ok()),
        committee: Some(wanted.get("committee"))
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
    };
    let paging = Paging {
        limit: None,
        cursor: query.some("cursor").map(str::to_owned),
    };
    let found = service::list(&visitor.app, &visitor.caller, filter, &paging).await?;
    let more = found.next_cursor.as_ref().map(|cursor| {
        let join = if wanted.is_empty() { '?' } else { '&' };
        format!("{}{join}cursor={}", wanted.to(PATH), encoded(cursor))
    });
    let frame = visitor.frame(Section::Campaigns, "专项监督");
    let mut form = (visitor.caller.role == Role::Supervisor).then(|| open_form(visitor, &city, &frame.csrf));
    if let Some((entries, error)) = refused {
        form = form.map(|form| form.refused(entries, error));
    }
    let rows = found
        .items
        .into_iter()
        .map(|(row, orders)| to_row(visitor, &city, row, orders));
    Ok(CampaignsPage {
        statuses: statuses(&wanted),
        committees: committees(&city, "全部委员会", wanted.get("committee")),
        open: form,
        rows: rows.collect(),
        more,
        wanted,
        frame,
    })
}

fn statuses(wanted: &UrlQuery) -> Vec<Chip> {
    let labelled = CampaignStatus::labels();
    let chips = [("", "全部")].into_iter().chain(labelled);
    let chip = |(name, label)| Chip {
        href: wanted.with("status", name).to(PATH),
        label,
        on: wanted.get("status") == name,
    };
    chips.map(chip).collect()
}

/// The city's committees to choose from.
pub fn committees(city: &City, nothing: &str, selected: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", nothing)];
    let all = city.committees.all().iter();
    choices.extend(all.map(|committee| Choice::new(committee.name.clone(), committee.name.clone())));
    for choice in &mut choices {
        choice.selected = choice.value == selected;
    }
    choices
}

fn to_row(visitor: &ConsoleUser, city: &City, row: campaign::Model, orders: i64) -> Row {
    let when = |at| labels::when(at, visitor.now, city.zone());
    let due = |at| labels::due(at, visitor.now, city.zone());
    let open = row.status == CampaignStatus::Open;
    Row {
        href: format!("{PATH}/{}", row.id),
        area: place(city, row.area_code.as_deref()),
        committee: row.committee.unwrap_or_default(),
        orders,
        stage: row.stage.label(),
        opened: when(row.opened_at),
        due: row.due_at.filter(|_| open).map(due).unwrap_or_default(),
        title: row.title,
    }
}

/// The county's name, or the whole city.
pub fn place(city: &City, area: Option<&str>) -> String {
    area.map_or_else(|| "全市".to_owned(), |code| city.county_name(code).to_owned())
}

/// The counties to choose from.
pub fn counties(city: &City, nothing: &str) -> Vec<Choice> {
    let mut areas = vec![Choice::new("", nothing)];
    let counties = city.counties.divisions().iter();
    areas.extend(counties.map(|county| Choice::new(county.code.clone(), county.name.clone())));
    areas
}

fn open_form(visitor: &ConsoleUser, city: &City, csrf: &str) -> Form {
    let own = visitor.caller.committee.as_deref().unwrap_or_default();
    let mut form = Form::new("open", PATH, "开展一项专项监督", csrf)
        .summary("开展后，本区域的监督人员会收到通知；可以逐件加入工单，也可以按条件批量加入。")
        .submit("开展")
        .field(Field::new("title", "名称", Kind::Line).required().at_most(100))
        .field(
            Field::new("purpose", "目的", Kind::Text)
                .required()
                .at_most(5_000),
        )
        .field(
            Field::new("kind", "问题类别", Kind::Line)
                .at_most(60)
                .hint("如“夜间施工噪声”；结项后据此回头看同类新工单。"),
        )
        .field(
            Field::new(
                "committee",
                "负责的委员会",
                Kind::Pick(committees(city, "未指定", own)),
            )
            .value(own),
        )
        .field(
            Field::new("numbers", "工单编号", Kind::Text)
                .hint("每行一个，或用空格、逗号隔开；可以以后再加。"),
        );
    if visitor.caller.area.is_none() {
        form = form.field(Field::new("area", "范围", Kind::Pick(counties(city, "全市"))));
    }
    form
}

/// Numbers as people write them: in lines, or with blanks or commas between.
pub fn numbers(text: &str) -> Vec<String> {
    let split = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；');
    let numbers = text.split(split).filter(|text| !text.is_empty());
    numbers.map(str::to_owned).collect()
}
