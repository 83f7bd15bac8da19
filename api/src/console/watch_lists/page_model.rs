//! All watch lists, and one of them with its subjects.

use crate::city::snapshot::CityHandle;
use askama::Template;
use chrono::{DateTime, FixedOffset};
use entity::ids::WatchListId;
use entity::kinds::Role;

use crate::city::snapshot::City;
use crate::console::forms::{Choice, Field, Form, FormFields, Kind};
use crate::console::labels::{self, Markup};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::PageError;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Error;
use crate::http::paging::Paging;
use crate::photos::service::converts_heic;
use crate::watch_lists::lists;
use crate::watch_lists::rules::NEAR_M;
use crate::watch_lists::view::{InspectionView, WatchEntryView, WatchListView};

pub const PATH: &str = "/console/watch-lists";

struct ListRow {
    href: String,
    title: String,
    area: String,
    committee: String,
    watched: usize,
    next: String,
}

#[derive(Template)]
#[template(path = "watch_lists.html")]
pub struct WatchListsPage {
    frame: PageContext,
    rows: Vec<ListRow>,
    create: Option<Form>,
    more: Option<String>,
}

struct InspectionRow {
    when: String,
    by: String,
    passed: bool,
    note: String,
}

struct EntryRow {
    subject: String,
    place: String,
    unit: String,
    reason: String,
    every: String,
    lamp: Option<Markup>,
    inspections: Vec<InspectionRow>,
    removed: String,
    forms: Vec<Form>,
}

#[derive(Template)]
#[template(path = "watch_list.html")]
pub struct WatchListPage {
    frame: PageContext,
    facts: Vec<(&'static str, String)>,
    campaign: Option<String>,
    entries: Vec<EntryRow>,
    add: Option<Form>,
}

pub async fn all(
    visitor: &ConsoleUser,
    cursor: Option<String>,
    refused: Option<(&FormFields, &Error)>,
) -> Result<WatchListsPage, PageError> {
    let city = visitor.app.state::<CityHandle>().load();
    let paging = Paging { limit: None, cursor };
    let found = lists::list(&visitor.app, &visitor.caller, &paging).await?;
    let frame = visitor.frame(Section::WatchLists, "重点监管名单");
    let mut create =
        (visitor.caller.role == Role::Supervisor).then(|| create_form(visitor, &city, &frame.csrf));
    if let Some((entries, error)) = refused {
        create = create.map(|form| form.refused(entries, error));
    }
    Ok(WatchListsPage {
        rows: found
            .items
            .iter()
            .map(|list| list_row(visitor, &city, list))
            .collect(),
        more: found.next_cursor.map(|cursor| format!("{PATH}?cursor={cursor}")),
        create,
        frame,
    })
}

fn when(visitor: &ConsoleUser, city: &City, at: DateTime<FixedOffset>) -> String {
    labels::when(at.to_utc(), visitor.now, city.zone())
}

fn area(city: &City, code: Option<&str>) -> String {
    code.map_or_else(|| "全市".to_owned(), |code| city.county_name(code).to_owned())
}

fn list_row(visitor: &ConsoleUser, city: &City, list: &WatchListView) -> ListRow {
    let next = list
        .entries
        .iter()
        .filter_map(|entry| entry.next_inspection_at)
        .min();
    ListRow {
        href: format!("{PATH}/{}", list.id),
        title: list.title.clone(),
        area: area(city, list.area.as_deref()),
        committee: list.committee.clone().unwrap_or_default(),
        watched: list.watched_count,
        next: next
            .map(|at| labels::due(at.to_utc(), visitor.now, city.zone()))
            .unwrap_or_default(),
    }
}

fn create_form(visitor: &ConsoleUser, city: &City, csrf: &str) -> Form {
    let mut form = Form::new("create", PATH, "建立名单", csrf)
        .summary(format!("名单长期有效；对象附近 {NEAR_M} 米内的工单会自动标出。"))
        .submit("建立")
        .field(Field::new("title", "名称", Kind::Line).required().at_most(100));
    if visitor.caller.area.is_none() {
        let mut areas = vec![Choice::new("", "全市")];
        let counties = city.counties.divisions().iter();
        areas.extend(counties.map(|county| Choice::new(county.code.clone(), county.name.clone())));
        form = form.field(Field::new("area", "范围", Kind::Pick(areas)));
    }
    form
}

pub async fn one(
    visitor: &ConsoleUser,
    id: WatchListId,
    refused: Option<(&str, &FormFields, &Error)>,
) -> Result<WatchListPage, PageError> {
    let city = visitor.app.state::<CityHandle>().load();
    let list = lists::show(&visitor.app, &visitor.caller, id).await?;
    let frame = visitor.frame(Section::WatchLists, list.title.clone());
    let supervisor = visitor.caller.role == Role::Supervisor;
    let refuse = |form: Form| match refused {
        Some((id, entries, error)) if form.id == id => form.refused(entries, error),
        _ => form,
    };
    let heic = converts_heic(&visitor.app);
    let entry = |entry: &WatchEntryView| {
        let forms = if supervisor && entry.removed_at.is_none() {
            let forms = entry_forms(entry, &frame.csrf).into_iter();
            forms.map(refuse).map(|form| form.offer_heic(heic)).collect()
        } else {
            Vec::new()
        };
        entry_row(visitor, &city, entry, forms)
    };
    Ok(WatchListPage {
        facts: vec![
            ("范围", area(&city, list.area.as_deref())),
            ("委员会", list.committee.clone().unwrap_or_default()),
            ("监管对象", format!("{} 个", list.watched_count)),
        ],
        campaign: list.campaign.map(|id| format!("/console/campaigns/{id}")),
        entries: list.entries.iter().map(entry).collect(),
        add: supervisor.then(|| refuse(add_form(id, &frame.csrf))),
        frame,
    })
}

fn entry_row(visitor: &ConsoleUser, city: &City, entry: &WatchEntryView, forms: Vec<Form>) -> EntryRow {
    let inspection = |row: &InspectionView| InspectionRow {
        when: when(visitor, city, row.at),
        by: row.by.clone(),
        passed: row.passed,
        note: row.note.clone(),
    };
    let lamp =
        |at: DateTime<FixedOffset>| labels::light_badge(entry.light, &labels::left(at.to_utc(), visitor.now));
    let removed = entry.removed_at.map(|at| {
        let reason = entry.removal_reason.as_deref().unwrap_or_default();
        format!("{} 移出：{reason}", when(visitor, city, at))
    });
    EntryRow {
        subject: entry.subject.clone(),
        place: entry
            .place
            .as_ref()
            .and_then(|place| place.name.clone())
            .unwrap_or_default(),
        unit: entry
            .owner_unit
            .as_ref()
            .map(|unit| unit.name.clone())
            .unwrap_or_default(),
        reason: entry.reason.clone(),
        every: entry
            .reinspect_every_days
            .map(|days| format!("每 {days} 天复查"))
            .unwrap_or_default(),
        lamp: entry.next_inspection_at.map(lamp),
        inspections: entry.inspections.iter().map(inspection).collect(),
        removed: removed.unwrap_or_default(),
        forms,
    }
}

fn add_form(id: WatchListId, csrf: &str) -> Form {
    Form::new("add", format!("{PATH}/{id}/entries"), "列入对象", csrf)
        .submit("列入")
        .field(
            Field::new("subject", "对象", Kind::Line)
                .required()
                .at_most(100)
                .hint("工地、企业、路段。"),
        )
        .field(Field::new("place", "地点", Kind::Line).at_most(200))
        .field(
            Field::new("longitude", "经度", Kind::Line)
                .at_most(20)
                .hint("WGS-84；填了才能标出附近的工单。"),
        )
        .field(Field::new("latitude", "纬度", Kind::Line).at_most(20))
        .field(Field::new("owner_unit", "责任单位", Kind::Unit).required())
        .field(Field::new("reason", "原因", Kind::Text).required().at_most(1_000))
        .field(Field::new("reinspect_every_days", "复查间隔（天）", Kind::Number))
}

fn entry_forms(entry: &WatchEntryView, csrf: &str) -> Vec<Form> {
    let path = |action: &str| format!("{PATH}/{}/entries/{}/{action}", entry.list, entry.id);
    let passed = vec![Choice::new("yes", "未发现问题"), Choice::new("no", "发现问题")];
    vec![
        Form::new(
            format!("inspections-{}", entry.id),
            path("inspections"),
            "记录复查",
            csrf,
        )
        .field(Field::new("at", "时间", Kind::Moment).required())
        .field(Field::new("passed", "结论", Kind::OneOf(passed)).required())
        .field(Field::new("note", "情况", Kind::Text).required().at_most(2_000))
        .field(Field::new("photos", "照片", Kind::Photos)),
        Form::new(format!("remove-{}", entry.id), path("remove"), "移出名单", csrf)
            .submit("移出")
            .field(Field::new("reason", "理由", Kind::Text).required().at_most(1_000)),
    ]
}
