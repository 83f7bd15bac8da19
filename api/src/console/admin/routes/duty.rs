//! `/console/admin/duty`: the duty table by category and place, edited row by row, and as a file. Beside it is tried out
//! where a place and a category lead.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post};
use askama::Template;
use entity::ids::{DutyRuleId, UnitId};
use entity::kinds::{Role, ScopeKind};

use super::connection::trouble;
use super::dispatch;
use super::units::{areas, category, scope};
use crate::city::duty_edit::{self, NewRow, RowUnits};
use crate::city::duty_listing::{self, Row};
use crate::city::duty_table::ANY;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, FormFields, Map};
use crate::console::map::place as map;
use crate::console::map::townships;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page, see_other, with_status};
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::UrlQuery;
use crate::error::{Error, ErrorKind, Result};

const PATH: &str = "/console/admin/duty";
/// Rows that are shown; the file has all of them.
const MAX_ROWS: u64 = 500;
/// Rows that can be edited on the page; more are narrowed down first.
const MAX_EDITABLE: usize = 100;

struct Line {
    id: DutyRuleId,
    category: String,
    scope: String,
    lead: (UnitId, String),
    supports: String,
    precedence: i32,
    source: String,
    /// Whether its form is open, after a refusal.
    open: bool,
}

/// Where would this go?
struct Tester {
    address: String,
    longitude: String,
    latitude: String,
    map: Map,
    categories: Vec<Choice>,
    answer: Vec<(&'static str, String)>,
    trouble: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "admin_duty.html")]
struct DutyPage {
    frame: PageContext,
    wanted: UrlQuery,
    rules: usize,
    categories: Vec<Choice>,
    areas: Vec<Choice>,
    lines: Vec<Line>,
    cut: bool,
    editable: bool,
    /// So many lines are edited in place.
    max_editable: usize,
    tester: Tester,
    new: NewForm,
    trouble: Option<String>,
}

/// The form of a new row, with what was typed.
struct NewForm {
    categories: Vec<Choice>,
    scopes: Vec<Choice>,
    entries: FormFields,
    open: bool,
}

#[get("/admin/duty")]
pub async fn list(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let entries = FormFields::new(pairs.map_err(|_| PageError::unreadable())?.into_inner());
    page(&duty_page(&visitor, &entries).await?)
}

async fn duty_page(visitor: &ConsoleUser, entries: &FormFields) -> Result<DutyPage> {
    let wanted = UrlQuery::of(entries, &["area", "category"]);
    let asked = duty_listing::DutyFilter {
        category: entries.some("category").map(str::to_owned),
        county: entries.some("area").map(str::to_owned),
    };
    let rows = duty_listing::list(&visitor.app, &visitor.caller, &asked, MAX_ROWS).await?;
    let city = visitor.app.state::<CityHandle>().load();
    Ok(DutyPage {
        frame: visitor.frame(Section::Duty, "派单目录"),
        rules: city.duty.len(),
        categories: categories(&city, wanted.get("category"), "全部"),
        areas: areas(&city, wanted.get("area")),
        cut: rows.len() as u64 == MAX_ROWS,
        editable: rows.len() <= MAX_EDITABLE,
        max_editable: MAX_EDITABLE,
        lines: rows.into_iter().map(|row| line(&city, row)).collect(),
        tester: tester(visitor, &city, entries).await?,
        new: NewForm {
            categories: categories(&city, "", "请选择"),
            scopes: scopes(&city, ""),
            entries: FormFields::default(),
            open: false,
        },
        wanted,
        trouble: None,
    })
}

fn categories(city: &City, chosen: &str, none: &str) -> Vec<Choice> {
    let choice = |code: &str, label: String| Choice {
        selected: code == chosen,
        ..Choice::new(code, label)
    };
    let mut categories = vec![
        choice("", none.to_owned()),
        choice(ANY, "不分类别的条目".to_owned()),
    ];
    let all = city.categories.all().iter();
    categories.extend(all.map(|one| choice(&one.code, format!("{} {}", one.code, one.name))));
    categories
}

/// The city, its counties and its functional zones; a township is named beside its county.
fn scopes(city: &City, chosen: &str) -> Vec<Choice> {
    let choice = |value: String, label: String| Choice {
        selected: value == chosen,
        ..Choice::new(value, label)
    };
    let mut scopes = vec![choice(format!("city:{ANY}"), "全市".to_owned())];
    let counties = city.counties.divisions().iter();
    scopes.extend(counties.map(|county| choice(format!("county:{}", county.code), county.name.clone())));
    let townships = city.words.townships();
    let mut zones: Vec<&str> = townships.iter().filter_map(|town| town.zone.as_deref()).collect();
    zones.sort_unstable();
    zones.dedup();
    scopes.extend(
        zones
            .into_iter()
            .map(|zone| choice(format!("zone:{zone}"), zone.to_owned())),
    );
    scopes
}

fn line(city: &City, row: Row) -> Line {
    let supports: Vec<String> = row.supports.into_iter().map(|unit| unit.name).collect();
    Line {
        id: row.id,
        category: category(city, &row.category),
        scope: scope(city, row.scope, &row.scope_code),
        lead: (row.lead.id, row.lead.name),
        supports: supports.join("、"),
        precedence: row.precedence,
        source: row.source,
        open: false,
    }
}

async fn tester(visitor: &ConsoleUser, city: &City, entries: &FormFields) -> Result<Tester> {
    let (address, kind) = (entries.text("try_address"), entries.text("try_category"));
    let leaf = |leaf: &crate::city::categories::tree::Category| Choice {
        selected: leaf.code == kind,
        ..Choice::new(leaf.code.clone(), leaf.name.clone())
    };
    let point = |name: &str| entries.text(name).to_owned();
    let given = [
        ("longitude", point("longitude")),
        ("latitude", point("latitude")),
        ("address", address.to_owned()),
        ("category", kind.to_owned()),
    ];
    let given = given.map(|(name, text)| (name.to_owned(), text));
    let tried = (!kind.is_empty()).then(|| dispatch::answer(city, &FormFields::new(given.to_vec())));
    let trouble = match tried {
        Some(None) => Some(dispatch::NOT_ON_EARTH),
        _ => None,
    };
    Ok(Tester {
        address: address.to_owned(),
        longitude: point("longitude"),
        latitude: point("latitude"),
        map: map::choice(city, &townships::of_city(&visitor.app, visitor.now).await?),
        categories: city.categories.leaves().map(leaf).collect(),
        answer: tried.flatten().unwrap_or_default(),
        trouble,
    })
}

/// All of it, in the form of the import. With a byte order mark, for spreadsheet programs.
#[get("/admin/duty.csv")]
pub async fn csv(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    let file = duty_listing::file(&visitor.app, &visitor.caller).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"duty.csv\""))
        .body(format!("\u{feff}{file}")))
}

fn units(entries: &FormFields) -> Result<RowUnits> {
    let precedence = entries.some("precedence").unwrap_or("0").parse().map_err(|_| {
        let detail = "优先级应为整数。";
        Error::refused(ErrorKind::Rule, "malformed_precedence", detail)
    })?;
    let supports = entries.text("supports").split(['、', ',', '，', '\n', ';', '；']);
    Ok(RowUnits {
        lead: entries.text("lead").to_owned(),
        supports: supports
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect(),
        precedence,
    })
}

fn new_row(city: &City, entries: &FormFields) -> Result<NewRow> {
    let (kind, code) = entries.text("scope").split_once(':').unwrap_or_default();
    let kind: ScopeKind = kind.parse().unwrap_or(ScopeKind::City);
    let (scope, scope_code) = match entries.some("township") {
        None => (kind, code.to_owned()),
        Some(name) => {
            let county = Some(code).filter(|_| kind == ScopeKind::County);
            let found = city.words.find(name, county).ok_or_else(|| {
                let detail = format!("没有找到乡镇街道“{name}”，请先选择它所在的区县。");
                Error::refused(ErrorKind::Rule, "unknown_township", detail)
            })?;
            (ScopeKind::Township, found.code.clone())
        }
    };
    Ok(NewRow {
        category: entries.text("category").to_owned(),
        scope,
        scope_code,
        units: units(entries)?,
    })
}

/// Adds a row.
#[post("/admin/duty")]
pub async fn add(
    visitor: ConsoleUser,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    visitor.caller.require(Role::Admin)?;
    let city = visitor.app.state::<CityHandle>().load();
    let added = match new_row(&city, &sent.entries) {
        Ok(row) => {
            let category = row.category.clone();
            let done = duty_edit::add(&visitor.app, &visitor.caller, row).await;
            done.map(|()| category)
        }
        Err(error) => Err(error),
    };
    match added {
        Ok(category) => Ok(see_other(&format!(
            "{PATH}?category={category}&done=duty_changed"
        ))),
        Err(error @ Error::Refused(_)) => {
            let mut shown = duty_page(&visitor, &FormFields::default()).await?;
            let (kinds, scope) = (sent.entries.text("category"), sent.entries.text("scope"));
            shown.new = NewForm {
                categories: categories(&city, kinds, "请选择"),
                scopes: scopes(&city, scope),
                open: true,
                entries: sent.entries,
            };
            refused(shown, error)
        }
        Err(broken) => Err(broken.into()),
    }
}

/// Changes a row, or removes it.
#[post("/admin/duty/rows/{id}/{act}")]
pub async fn edit(
    visitor: ConsoleUser,
    path: Path<(DutyRuleId, String)>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, PageError> {
    let sent = FormData::read(&visitor, &request, body).await?;
    visitor.caller.require(Role::Admin)?;
    let (id, act) = path.into_inner();
    let (app, caller) = (&visitor.app, &visitor.caller);
    let done = match act.as_str() {
        "change" => match units(&sent.entries) {
            Ok(units) => duty_edit::change(app, caller, id, &units).await,
            Err(error) => Err(error),
        },
        "remove" => duty_edit::remove(app, caller, id).await,
        _ => return Err(PageError::not_found()),
    };
    // The filter of the list the row was found in.
    let back = UrlQuery::of(&sent.entries, &["area", "category"]);
    match done {
        Ok(()) => {
            let join = if back.is_empty() { '?' } else { '&' };
            Ok(see_other(&format!("{}{join}done=duty_changed", back.to(PATH))))
        }
        Err(error @ Error::Refused(_)) if error.status_code() != StatusCode::NOT_FOUND => {
            let mut shown = duty_page(&visitor, &sent.entries).await?;
            if let Some(line) = shown.lines.iter_mut().find(|line| line.id == id) {
                line.open = true;
                line.lead.1 = sent.entries.text("lead").to_owned();
                line.supports = sent.entries.text("supports").to_owned();
            }
            refused(shown, error)
        }
        Err(error) => Err(error.into()),
    }
}

fn refused(mut shown: DutyPage, error: Error) -> Result<HttpResponse, PageError> {
    let status = error.status_code();
    shown.trouble = Some(trouble(error));
    with_status(status, &shown)
}
