//! 考评: the rates as a table, by unit, county, category or period, from the same materialized counts as the screen.

use entity::ids::UnitId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::count_deltas::{Flow, group_of};
use super::period::{Period, Window};
use super::rates::{
    MIN_DENOMINATOR, ON_TIME, RANKING, RESOLUTION, RESPONSE, Ranked, Rates, SATISFACTION, in_percent, rank,
};
use super::scope::Scope;
use super::view::{Arrived, Place, Ratio, Span, Verdicts};
use super::{counts_cache, store};
use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::Result;

/// Spans shown by time.
const SPANS: usize = 12;

/// The dimension of the table's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = By)]
pub enum AppraisalGrouping {
    #[default]
    Unit,
    Area,
    /// First-level categories.
    Category,
    /// The span and the eleven before it, the earliest first.
    Time,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Appraisal {
    pub by: AppraisalGrouping,
    pub area: Option<Place>,
    pub period: Span,
    pub items: Vec<AppraisalRow>,
    /// All of the area in the span.
    pub total: AppraisalRow,
    pub definitions: Definitions,
    /// A share counted from fewer than this is marked `small`.
    pub small_below: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Definitions {
    #[schema(value_type = String)]
    pub response: &'static str,
    #[schema(value_type = String)]
    pub resolution: &'static str,
    #[schema(value_type = String)]
    pub satisfaction: &'static str,
    #[schema(value_type = String)]
    pub on_time: &'static str,
    #[schema(value_type = String)]
    pub ranking: &'static str,
}

const DEFINITIONS: Definitions = Definitions {
    response: RESPONSE,
    resolution: RESOLUTION,
    satisfaction: SATISFACTION,
    on_time: ON_TIME,
    ranking: RANKING,
};

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Line)]
pub struct AppraisalRow {
    /// Unit's id, code of the county or category, first day of the span; empty for the total.
    pub code: String,
    pub name: String,
    /// Units and counties. `None` if there are too few decisions.
    pub rank: Option<usize>,
    /// Units and counties: what the three rates together are at least, in percent.
    pub score: Option<f64>,
    pub arrived: Arrived,
    pub response: Ratio,
    pub resolution: Ratio,
    pub satisfaction: Ratio,
    pub on_time: Ratio,
    pub verdicts: Verdicts,
}

impl AppraisalRow {
    fn of(code: String, name: String, flow: &Flow) -> Self {
        let rates = Rates::of(flow);
        Self {
            code,
            name,
            rank: None,
            score: None,
            arrived: flow.into(),
            response: rates.response.into(),
            resolution: rates.resolution.into(),
            satisfaction: rates.satisfaction.into(),
            on_time: rates.on_time.into(),
            verdicts: flow.into(),
        }
    }
}

pub async fn appraisal(app: &App, scope: &Scope, by: AppraisalGrouping) -> Result<Appraisal> {
    let city = app.state::<CityHandle>().load();
    let total = counts_cache::window_flow(&app.db, scope.area_key(), scope.period).await?;
    let items = match by {
        AppraisalGrouping::Unit => units(app, scope).await?,
        AppraisalGrouping::Area => areas(app, scope).await?,
        AppraisalGrouping::Category => categories(app, scope).await?,
        AppraisalGrouping::Time => spans(app, scope).await?,
    };
    Ok(Appraisal {
        by,
        area: scope.area.as_ref().map(|code| Place {
            code: code.clone(),
            name: city.county_name(code).to_owned(),
        }),
        period: scope.period.into(),
        items,
        total: AppraisalRow::of(String::new(), "合计".to_owned(), &total),
        definitions: DEFINITIONS,
        small_below: MIN_DENOMINATOR,
    })
}

async fn units(app: &App, scope: &Scope) -> Result<Vec<AppraisalRow>> {
    let city = app.state::<CityHandle>().load();
    let name = |id: UnitId| city.unit(id).map_or_else(String::new, |unit| unit.name.clone());
    let line = |unit: Ranked| {
        let mut line = AppraisalRow::of(unit.of.to_string(), name(unit.of), &unit.flow);
        line.rank = unit.rank;
        line.score = Some(in_percent(unit.score));
        line
    };
    Ok(counts_cache::ranked(app, scope)
        .await?
        .into_iter()
        .map(line)
        .collect())
}

async fn areas(app: &App, scope: &Scope) -> Result<Vec<AppraisalRow>> {
    let city = app.state::<CityHandle>().load();
    let counties = city.counties.divisions().iter();
    let counties: Vec<_> = counties
        .filter(|county| scope.area.is_none() || scope.area.as_ref() == Some(&county.code))
        .collect();
    let codes: Vec<_> = counties.iter().map(|county| county.code.as_str()).collect();
    let mut flows = counts_cache::window_flows(&app.db, &codes, scope.period).await?;
    let flows = codes
        .iter()
        .map(|code| (*code, flows.remove(*code).unwrap_or_default()));
    let line = |county: Ranked<&str>| {
        let name = city.county_name(county.of).to_owned();
        let mut line = AppraisalRow::of(county.of.to_owned(), name, &county.flow);
        line.rank = county.rank;
        line.score = Some(in_percent(county.score));
        line
    };
    Ok(rank(flows.collect()).into_iter().map(line).collect())
}

async fn categories(app: &App, scope: &Scope) -> Result<Vec<AppraisalRow>> {
    let city = app.state::<CityHandle>().load();
    let mut flows = store::flow_by(&app.db, scope.area_key(), &scope.period.periods(), 'g').await?;
    flows.retain(|(_, flow)| *flow != Flow::default());
    flows.sort_by_key(|(_, flow)| std::cmp::Reverse(flow.arrived()));
    let line = |(subject, flow): (String, Flow)| {
        let code = group_of(&subject)?;
        Some(AppraisalRow::of(
            code.to_owned(),
            city.categories.name_of(code).to_owned(),
            &flow,
        ))
    };
    Ok(flows.into_iter().filter_map(line).collect())
}

async fn spans(app: &App, scope: &Scope) -> Result<Vec<AppraisalRow>> {
    let windows = scope.period.with_previous(SPANS);
    let periods: Vec<Period> = windows.iter().flat_map(|window| window.periods()).collect();
    let flows = store::flow(&app.db, &[scope.area_key()], &periods).await?;
    let line = |window: Window| {
        let mut sum = Flow::default();
        for ((_, starts_on), flow) in &flows {
            if (window.from..=window.to).contains(starts_on) {
                sum += *flow;
            }
        }
        AppraisalRow::of(window.from.to_string(), window.name(), &sum)
    };
    Ok(windows.into_iter().map(line).collect())
}
