//! `/console/appraisal` and `/console/appraisal.xlsx`

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use askama::Template;
use serde::Deserialize;

use crate::caller::OrderAccess;
use crate::city::snapshot::{City, CityHandle};
use crate::console::forms::Choice;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;
use crate::console::spans::{self, SpanChoice};
use crate::console::url_query::encoded;
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::overview::appraisal::{Appraisal, AppraisalGrouping, AppraisalRow, appraisal};
use crate::overview::appraisal_workbook::workbook;
use crate::overview::routes::scope_of;
use crate::overview::scope::{Scope, ScopeQuery};
use crate::overview::view::Ratio;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const GROUPINGS: [(AppraisalGrouping, &str, &str); 4] = [
    (AppraisalGrouping::Area, "area", "区县"),
    (AppraisalGrouping::Unit, "unit", "承办单位"),
    (AppraisalGrouping::Category, "category", "问题类别"),
    (AppraisalGrouping::Time, "time", "逐期对比"),
];

#[derive(Debug, Default, Deserialize)]
pub struct AppraisalPageQuery {
    by: Option<AppraisalGrouping>,
    area: Option<String>,
    period: Option<String>,
    on: Option<String>,
}

struct Tab {
    href: String,
    label: &'static str,
    on: bool,
}

/// A rate of a line, and the orders behind it.
struct Cell {
    text: String,
    small: bool,
    href: Option<String>,
}

struct Line<'a> {
    row: &'a AppraisalRow,
    score: String,
    href: Option<String>,
    closed: Option<String>,
    rates: [Cell; 4],
}

#[derive(Template)]
#[template(path = "appraisal.html")]
struct AppraisalPage<'a> {
    frame: PageContext,
    tabs: Vec<Tab>,
    spans: SpanChoice,
    areas: Vec<Choice>,
    /// Carried by the form that chooses the county.
    by: &'static str,
    length: String,
    lines: Vec<Line<'a>>,
    nothing: bool,
    ranked: bool,
    what: &'static str,
    definitions: [&'static str; 5],
    xlsx: String,
}

async fn table(visitor: &ConsoleUser, query: &AppraisalPageQuery) -> Result<(Scope, Appraisal)> {
    let asked = ScopeQuery {
        area: query.area.clone(),
        period: spans::length(query.period.clone()),
        on: query.on.clone(),
    };
    let scope = scope_of(&visitor.app, &visitor.caller, &asked)?;
    let by = query.by.unwrap_or(AppraisalGrouping::Area);
    let table = appraisal(&visitor.app, &scope, by).await?;
    Ok((scope, table))
}

#[get("/appraisal")]
pub async fn show(visitor: ConsoleUser, query: Query<AppraisalPageQuery>) -> Result<HttpResponse, PageError> {
    let (scope, table) = table(&visitor, &query).await?;
    let city = visitor.app.state::<CityHandle>().load();
    let today = local_date(visitor.now, city.zone());
    let free = visitor.caller.order_access() == OrderAccess::City;
    let area = scope.area.clone().filter(|_| free);
    let kept = area
        .as_ref()
        .map(|code| format!("&area={code}"))
        .unwrap_or_default();
    let length = scope.period.length.to_string();
    let on = query.on.clone().filter(|on| !on.is_empty());
    let day = on.map(|on| format!("&on={}", encoded(&on))).unwrap_or_default();
    let (_, by, what) = GROUPINGS
        .into_iter()
        .find(|(grouping, ..)| *grouping == table.by)
        .unwrap_or((AppraisalGrouping::Area, "area", "区县"));
    let tab = |(grouping, name, label): (AppraisalGrouping, &str, &'static str)| Tab {
        href: format!("/console/appraisal?by={name}&period={length}{day}{kept}"),
        label,
        on: grouping == table.by,
    };
    let links = Links {
        by: table.by,
        area: kept.clone(),
        scope: &scope,
    };
    let definitions = &table.definitions;
    page(&AppraisalPage {
        frame: visitor.frame(Section::Appraisal, "考评排名"),
        tabs: GROUPINGS.into_iter().map(tab).collect(),
        spans: SpanChoice::of(scope.period, today, &format!("/console/appraisal?by={by}{kept}")),
        areas: if free {
            areas(&city, area.as_deref())
        } else {
            Vec::new()
        },
        by,
        lines: table
            .items
            .iter()
            .chain([&table.total])
            .map(|row| links.line(row))
            .collect(),
        nothing: table.items.is_empty(),
        ranked: matches!(table.by, AppraisalGrouping::Area | AppraisalGrouping::Unit),
        what,
        definitions: [
            definitions.response,
            definitions.resolution,
            definitions.satisfaction,
            definitions.on_time,
            definitions.ranking,
        ],
        xlsx: format!("/console/appraisal.xlsx?by={by}&period={length}{day}{kept}"),
        length,
    })
}

fn areas(city: &City, chosen: Option<&str>) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "全市")];
    let counties = city.counties.divisions().iter();
    choices.extend(counties.map(|county| Choice::new(county.code.clone(), county.name.clone())));
    for choice in &mut choices {
        choice.selected = choice.value == chosen.unwrap_or_default();
    }
    choices
}

/// Addresses of the orders behind a line.
struct Links<'a> {
    by: AppraisalGrouping,
    area: String,
    scope: &'a Scope,
}

impl Links<'_> {
    /// Returns the line's part of an order list's address. `None` if its orders are those of another span.
    fn of(&self, row: &AppraisalRow) -> Option<String> {
        if row.code.is_empty() {
            return Some(self.area.clone());
        }
        match self.by {
            AppraisalGrouping::Unit => Some(format!("&unit={}{}", row.code, self.area)),
            AppraisalGrouping::Area => Some(format!("&area={}", row.code)),
            AppraisalGrouping::Category => Some(format!("&category={}{}", row.code, self.area)),
            AppraisalGrouping::Time => None,
        }
    }

    fn line<'r>(&self, row: &'r AppraisalRow) -> Line<'r> {
        let of = self.of(row);
        let (from, to) = (self.scope.period.from, self.scope.period.to);
        let counted = |name: &str| {
            let of = of.as_ref()?;
            Some(format!(
                "/console/orders?counted={name}&counted_from={from}&counted_to={to}{of}"
            ))
        };
        Line {
            score: row.score.map(|score| format!("{score:.1}")).unwrap_or_default(),
            href: of
                .as_ref()
                .map(|of| format!("/console/orders?from={from}&to={to}{of}")),
            closed: counted("closed"),
            rates: [
                cell(&row.response, counted("response")),
                cell(&row.resolution, counted("rated")),
                cell(&row.satisfaction, counted("rated")),
                cell(&row.on_time, counted("on_time")),
            ],
            row,
        }
    }
}

fn cell(ratio: &Ratio, href: Option<String>) -> Cell {
    match ratio.percent {
        None => Cell {
            text: "暂无".to_owned(),
            small: true,
            href: None,
        },
        Some(_) if ratio.small => Cell {
            text: format!("{}／{}", ratio.numerator, ratio.denominator),
            small: true,
            href,
        },
        Some(percent) => Cell {
            text: format!("{percent:.1}%"),
            small: false,
            href,
        },
    }
}

/// Returns the table as a workbook.
#[get("/appraisal.xlsx")]
pub async fn xlsx(visitor: ConsoleUser, query: Query<AppraisalPageQuery>) -> Result<HttpResponse, PageError> {
    let (scope, table) = table(&visitor, &query).await?;
    let name = format!("考评-{}-{}.xlsx", scope.period.from, scope.period.to);
    let saved = format!(
        "attachment; filename=\"appraisal-{}.xlsx\"; filename*=UTF-8''{}",
        scope.period.to,
        encoded(&name)
    );
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, XLSX))
        .insert_header((CONTENT_DISPOSITION, saved))
        .body(workbook(&table)?))
}
