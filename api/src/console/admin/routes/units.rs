//! `/console/admin/units`: the units, and each with its people and its rows of the duty table.

use std::collections::HashMap;

use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use entity::ids::UnitId;
use entity::kinds::{Role, ScopeKind, UnitLevel};

use crate::city::duty_table::{ANY, Rule};
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::city::units::Unit;
use crate::console::forms::{Choice, FormFields};
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;
use crate::console::url_query::{UrlQuery, encoded};
use crate::error::Error;
use crate::overview::workload;
use crate::people::directory::{self, DirectoryEntry};

const PATH: &str = "/console/admin/units";
/// Units on a page.
const PAGE: usize = 50;
/// Rows of the duty table on a unit's page.
const MAX_RULES: usize = 200;

struct Line {
    href: String,
    name: String,
    code: String,
    kind: &'static str,
    area: String,
    heads: String,
    open: i64,
    orders: String,
}

#[derive(Template)]
#[template(path = "admin_units.html")]
struct UnitsPage {
    frame: PageContext,
    wanted: UrlQuery,
    kinds: Vec<Choice>,
    areas: Vec<Choice>,
    found: usize,
    lines: Vec<Line>,
    more: Option<String>,
}

#[get("/admin/units")]
pub async fn list(visitor: ConsoleUser, request: HttpRequest) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let entries = FormFields::new(pairs.map_err(|_| PageError::unreadable())?.into_inner());
    let wanted = UrlQuery::of(&entries, &["area", "kind", "q"]);
    let from: usize = entries.text("from").parse().unwrap_or_default();
    let city = visitor.app.state::<CityHandle>().load();
    let found = find(&city, &wanted);
    let shown: Vec<&Unit> = found.iter().skip(from).take(PAGE).copied().collect();
    let ids: Vec<UnitId> = shown.iter().map(|unit| unit.id).collect();
    let heads = directory::heads(&visitor.app, &ids).await?;
    let open = workload::open_orders_by_unit(&visitor.app, &ids).await?;
    let next = from + shown.len();
    let join = if wanted.is_empty() { '?' } else { '&' };
    page(&UnitsPage {
        frame: visitor.frame(Section::Units, "承办单位"),
        kinds: kinds(wanted.get("kind")),
        areas: areas(&city, wanted.get("area")),
        found: found.len(),
        lines: shown
            .into_iter()
            .map(|unit| line(&city, unit, &heads, &open))
            .collect(),
        more: (next < found.len()).then(|| format!("{}{join}from={next}", wanted.to(PATH))),
        wanted,
    })
}

/// In the order of their codes.
fn find<'a>(city: &'a City, wanted: &UrlQuery) -> Vec<&'a Unit> {
    let area = Some(wanted.get("area")).filter(|code| !code.is_empty());
    let kind: Option<UnitLevel> = wanted.get("kind").parse().ok();
    let named = city.units.search(wanted.get("q"), area);
    named
        .filter(|unit| kind.is_none_or(|kind| unit.level == kind))
        .collect()
}

fn kinds(chosen: &str) -> Vec<Choice> {
    let mut kinds = vec![Choice::new("", "全部")];
    let levels = UnitLevel::ALL.iter();
    kinds.extend(levels.map(|level| Choice {
        selected: level.as_str() == chosen,
        ..Choice::new(level.as_str(), level.label())
    }));
    kinds
}

/// Every county, for a list to choose from.
pub(super) fn areas(city: &City, chosen: &str) -> Vec<Choice> {
    let mut areas = vec![Choice::new("", "全市")];
    let counties = city.counties.divisions().iter();
    areas.extend(counties.map(|county| Choice {
        selected: county.code == chosen,
        ..Choice::new(county.code.clone(), county.name.clone())
    }));
    areas
}

fn line(city: &City, unit: &Unit, heads: &HashMap<UnitId, Vec<String>>, open: &HashMap<UnitId, i64>) -> Line {
    Line {
        href: format!("{PATH}/{}", unit.id),
        name: unit.name.clone(),
        code: unit.code.clone(),
        kind: unit.level.label(),
        area: area(city, unit),
        heads: heads
            .get(&unit.id)
            .map(|names| names.join("、"))
            .unwrap_or_default(),
        open: open.get(&unit.id).copied().unwrap_or_default(),
        orders: orders_of(unit),
    }
}

fn area(city: &City, unit: &Unit) -> String {
    let county = unit
        .county
        .as_deref()
        .map_or("全市", |code| city.county_name(code));
    let township = unit.township.as_deref().and_then(|code| city.township(code));
    match township {
        Some(township) => format!("{county} {}", township.name),
        None => county.to_owned(),
    }
}

/// Its open orders, in the list.
fn orders_of(unit: &Unit) -> String {
    format!(
        "/console/orders?status=triage,dispatched,in_progress,replied&unit={}",
        encoded(&unit.name)
    )
}

/// A row of the duty table that names the unit.
struct RuleLine {
    category: String,
    scope: String,
    part: &'static str,
}

#[derive(Template)]
#[template(path = "admin_unit.html")]
struct UnitPage {
    frame: PageContext,
    facts: Vec<(&'static str, String)>,
    parent: Option<(String, String)>,
    below: Vec<(String, String)>,
    open: i64,
    orders: String,
    people: Vec<DirectoryEntry>,
    rules: Vec<RuleLine>,
    rules_in_all: usize,
}

#[get("/admin/units/{id}")]
pub async fn show(visitor: ConsoleUser, id: Path<UnitId>) -> Result<HttpResponse, PageError> {
    visitor.caller.require(Role::Admin)?;
    let city = visitor.app.state::<CityHandle>().load();
    let unit = city.unit(*id).ok_or_else(Error::not_found)?;
    let people = directory::of_unit(&visitor.app, &visitor.caller, unit.id).await?;
    let open = workload::open_orders_by_unit(&visitor.app, &[unit.id]).await?;
    let linked = |unit: &Unit| (format!("{PATH}/{}", unit.id), unit.name.clone());
    let below = city
        .units
        .all()
        .iter()
        .filter(|other| other.parent == Some(unit.id));
    let rules = rules(&city, unit.id);
    page(&UnitPage {
        frame: visitor.frame(Section::Units, unit.name.clone()),
        facts: facts(&city, unit),
        parent: unit.parent.and_then(|id| city.unit(id)).map(linked),
        below: below.map(linked).collect(),
        open: open.get(&unit.id).copied().unwrap_or_default(),
        orders: orders_of(unit),
        people,
        rules_in_all: rules.len(),
        rules: rules
            .into_iter()
            .take(MAX_RULES)
            .map(|rule| rule_line(&city, rule, unit.id))
            .collect(),
    })
}

fn facts(city: &City, unit: &Unit) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("编码", unit.code.clone()),
        ("类型", unit.level.label().to_owned()),
        ("区域", area(city, unit)),
    ];
    if let Some(alias) = &unit.alias {
        facts.push(("简称", alias.clone()));
    }
    facts
}

fn rules(city: &City, unit: UnitId) -> Vec<&Rule> {
    let named = |rule: &&Rule| rule.lead == unit || rule.supports.contains(&unit);
    let mut rules: Vec<&Rule> = city.duty.rules().filter(named).collect();
    rules.sort_by(|a, b| (&a.category, a.scope, &a.scope_code).cmp(&(&b.category, b.scope, &b.scope_code)));
    rules
}

fn rule_line(city: &City, rule: &Rule, unit: UnitId) -> RuleLine {
    RuleLine {
        category: category(city, &rule.category),
        scope: scope(city, rule.scope, &rule.scope_code),
        part: if rule.lead == unit { "主办" } else { "协办" },
    }
}

/// A category of a duty row, with its code.
pub(super) fn category(city: &City, code: &str) -> String {
    if code == ANY {
        "所有类别".to_owned()
    } else {
        format!("{} {code}", city.categories.name_of(code))
    }
}

/// The scope of a duty row.
pub(super) fn scope(city: &City, scope: ScopeKind, code: &str) -> String {
    match scope {
        ScopeKind::City => "全市".to_owned(),
        ScopeKind::Zone => code.to_owned(),
        ScopeKind::County => city.county_name(code).to_owned(),
        ScopeKind::Township => city.township(code).map_or_else(
            || code.to_owned(),
            |township| format!("{} {}", city.county_name(&township.county), township.name),
        ),
    }
}
