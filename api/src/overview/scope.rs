//! The requested scope of a screen, and whether the caller may see it.

use chrono::NaiveDate;
use entity::kinds::{Grain, Role};
use serde::Deserialize;

use super::count_deltas::WHOLE_CITY;
use super::period::{Length, Window};
use crate::caller::{Caller, OrderAccess};
use crate::city::snapshot::City;
use crate::error::{Error, Result};
use crate::moments::is_day_within_years;

/// As in the query string.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ScopeQuery {
    /// Code or name of a county; left out: all that the caller sees.
    #[param(required = false)]
    pub area: Option<String>,
    /// `30d` (the thirty days up to `on`), `day`, `week`, `month` (default), `quarter` or `year`.
    #[param(required = false)]
    pub period: Option<String>,
    /// A day of the span that is asked for, e.g. `2025-09-08`; left out: today.
    #[param(required = false)]
    pub on: Option<String>,
}

/// Which screen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// A county, or the whole city.
    pub area: Option<String>,
    pub period: Window,
}

impl Scope {
    /// The area as the counts name it.
    #[must_use]
    pub fn area_key(&self) -> &str {
        self.area.as_deref().unwrap_or(WHOLE_CITY)
    }
}

/// Those who watch: a county's people their county, the city's any county or all.
pub fn scope(city: &City, caller: &Caller, query: &ScopeQuery, today: NaiveDate) -> Result<Scope> {
    caller.require_any(&[Role::Supervisor, Role::Operator, Role::Admin])?;
    let asked = query
        .area
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let asked = match asked {
        // The city itself means the whole area.
        Some(text) if text == city.meta.code || text == city.meta.name => None,
        Some(text) => Some(city.county(text).ok_or_else(Error::not_found)?.code.clone()),
        None => None,
    };
    let area = match caller.order_access() {
        OrderAccess::City => asked,
        OrderAccess::Area(own) if asked.is_none() || asked.as_ref() == Some(&own) => Some(own),
        _ => return Err(Error::not_found()),
    };
    Ok(Scope {
        area,
        period: period(query.period.as_deref(), query.on.as_deref(), today)?,
    })
}

/// The span that is asked for: a month unless another length is named, the present one unless another day is.
pub fn period(length: Option<&str>, on: Option<&str>, today: NaiveDate) -> Result<Window> {
    let length = match length {
        None | Some("") => Length::Calendar(Grain::Month),
        Some("today") => Length::Calendar(Grain::Day),
        Some(text) => text
            .parse()
            .map_err(|_| Error::bad_filter("period", "应为 30d、day、week、month、quarter 或 year。"))?,
    };
    let date = match on.filter(|text| !text.is_empty()) {
        None => today,
        Some(text) => text
            .parse::<NaiveDate>()
            .ok()
            .filter(|date| is_day_within_years(*date))
            .ok_or_else(|| Error::bad_filter("on", "应为日期，例如 2025-09-08。"))?,
    };
    Ok(Window::of(length, date))
}
