//! `/console/admin/duty`: the duty table by category and place, and as a file. What a place and a category lead to is
//! tried out at `/console/admin/dispatch`.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use entity::ids::UnitId;
use entity::kinds::Role;

use super::units::{areas, category, scope};
use crate::city::duty_listing::{self, Row};
use crate::city::duty_table::ANY;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::console::forms::{Choice, FormFields};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::UrlQuery;

/// Rows that are shown; the file has all of them.
const MAX_ROWS: u64 = 500;

struct Line {
    category: String,
    scope: String,
    lead: (UnitId, String),
    supports: String,
    precedence: i32,
    source: String,
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
}

#[get("/admin/duty")]
pub async fn list(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let entries = FormFields::new(pairs.map_err(|_| PageError::unreadable())?.into_inner());
    let wanted = UrlQuery::of(&entries, &["area", "category"]);
    let asked = duty_listing::DutyFilter {
        category: entries.some("category").map(str::to_owned),
        county: entries.some("area").map(str::to_owned),
    };
    let rows = duty_listing::list(&visitor.app, &visitor.caller, &asked, MAX_ROWS).await?;
    let city = visitor.app.state::<CityHandle>().load();
    page(&DutyPage {
        frame: visitor.frame(Section::Duty, "派单目录"),
        rules: city.duty.len(),
        categories: categories(&city, wanted.get("category")),
        areas: areas(&city, wanted.get("area")),
        cut: rows.len() as u64 == MAX_ROWS,
        lines: rows.into_iter().map(|row| line(&city, row)).collect(),
        wanted,
    })
}

fn categories(city: &City, chosen: &str) -> Vec<Choice> {
    let choice = |code: &str, label: String| Choice {
        selected: code == chosen,
        ..Choice::new(code, label)
    };
    let mut categories = vec![
        choice("", "全部".to_owned()),
        choice(ANY, "不分类别的条目".to_owned()),
    ];
    let all = city.categories.all().iter();
    categories.extend(all.map(|one| choice(&one.code, format!("{} {}", one.code, one.name))));
    categories
}

fn line(city: &City, row: Row) -> Line {
    let supports: Vec<String> = row.supports.into_iter().map(|unit| unit.name).collect();
    Line {
        category: category(city, &row.category),
        scope: scope(city, row.scope, &row.scope_code),
        lead: (row.lead.id, row.lead.name),
        supports: supports.join("、"),
        precedence: row.precedence,
        source: row.source,
    }
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
