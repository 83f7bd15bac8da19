//! Resolves rows of a file of past orders against the city's data, a block at a time.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use entity::ids::PersonId;
use entity::kinds::{CategorySource, Channel, Datum, Satisfaction, Solved};
use places::datum::Wgs84;
use tables::kinds::orders::{Column, ORDERS};
use tables::{Fault, Row};

use super::map::ImportMap;
use super::past_order::{PastCategory, PastOrder, PastPlace, PastRound, PastVerdict};
use crate::app::App;
use crate::city::categories::service::suggest_all;
use crate::city::snapshot::{City, CityHandle};
use crate::error::Result;
use crate::moments::is_within_years;
use crate::orders::rules::dispatch_reason::DispatchReason;
use crate::orders::submit::routing;
use crate::people::profile;
use crate::place_kinds::wgs84;
use crate::sealing::Phone;

/// Phone numbers that are remembered with their people.
const MAX_PHONES: usize = 50_000;

/// The data that rows refer to.
pub struct Resolver<'a> {
    city: Arc<City>,
    map: &'a ImportMap,
    now: DateTime<Utc>,
    zone: Tz,
    unknown_person: PersonId,
    /// Delegates by the phone number as the file has it; `None` for a number that no delegate has.
    reporters: HashMap<String, Option<PersonId>>,
    /// Categories by the text, for the rows of the block that have none.
    suggested: HashMap<usize, PastCategory>,
}

impl<'a> Resolver<'a> {
    pub fn new(app: &App, map: &'a ImportMap, unknown_person: PersonId) -> Self {
        let city = app.state::<CityHandle>().load();
        Self {
            map,
            now: app.clock.now(),
            zone: city.zone(),
            city,
            unknown_person,
            reporters: HashMap::new(),
            suggested: HashMap::new(),
        }
    }

    /// Looks up the delegates of a block of rows, in one query.
    pub async fn find_reporters(&mut self, app: &App, rows: &[Row<Column>]) -> Result<()> {
        if self.reporters.len() > MAX_PHONES {
            self.reporters.clear();
        }
        let mut asked: HashMap<String, Phone> = HashMap::new();
        for row in rows {
            let text = row.text(Column::ReporterPhone);
            if text.is_empty() || self.reporters.contains_key(text) || asked.contains_key(text) {
                continue;
            }
            if let Some(phone) = Phone::parse(text) {
                asked.insert(text.to_owned(), phone);
            } else {
                self.reporters.insert(text.to_owned(), None);
            }
        }
        if asked.is_empty() {
            return Ok(());
        }
        let mut found = profile::ids_with_phones(app, &asked).await?;
        for text in asked.into_keys() {
            let person = found.remove(&text);
            self.reporters.insert(text, person);
        }
        Ok(())
    }

    /// Suggests categories for the rows of a block that have none.
    pub async fn suggest_categories(&mut self, rows: &[Row<Column>]) -> Result<()> {
        self.suggested.clear();
        let texts: HashMap<usize, String> = rows
            .iter()
            .filter(|row| row.text(Column::Category).is_empty())
            .map(|row| (row.line, row.text(Column::Description).to_owned()))
            .collect();
        if texts.is_empty() {
            return Ok(());
        }
        for (line, suggestions) in suggest_all(&self.city, texts).await? {
            if let Some(best) = suggestions.into_iter().next() {
                let category = PastCategory {
                    code: Some(best.code),
                    source: CategorySource::Suggested,
                    confidence: Some(best.confidence),
                };
                self.suggested.insert(line, category);
            }
        }
        Ok(())
    }

    /// # Errors
    /// The first fault of the row.
    pub fn order(&self, row: &Row<Column>) -> std::result::Result<PastOrder, Fault> {
        let text = |column| row.text(column).trim();
        let some = |column| Some(text(column)).filter(|text| !text.is_empty());
        let submitted_at = self.time(row, Column::SubmittedAt)?;
        let submitted_at = submitted_at.ok_or_else(|| missing(row, Column::SubmittedAt))?;
        let closed_at = self.time(row, Column::ClosedAt)?;
        let closed_at = closed_at.ok_or_else(|| missing(row, Column::ClosedAt))?;
        let point = point(row)?;
        let category = self.category(row)?;
        let place = self.place(row, point)?;
        let routed = routing::route(&self.city, &place.1, &as_resolved(&category));
        let unit = match Some(self.map.word(Column::Unit, text(Column::Unit))).filter(|name| !name.is_empty())
        {
            Some(name) => {
                let unit = self.city.units.resolve(name);
                Some(unit.ok_or_else(|| unknown(row, Column::Unit, "没有这个单位"))?.id)
            }
            None => routed.unit,
        };
        let dispatched_at = self.time(row, Column::DispatchedAt)?.unwrap_or(submitted_at);
        let round = PastRound {
            dispatched_at,
            accepted_at: self.time(row, Column::AcceptedAt)?,
            extended_by: Vec::new(),
            replied_at: self.time(row, Column::RepliedAt)?,
            public_reply: some(Column::Reply).map(str::to_owned),
            verdict: self.verdict(row, closed_at)?,
        };
        let order = PastOrder {
            number: text(Column::Number).to_uppercase(),
            channel: channel(text(Column::Channel)),
            reporter: self
                .reporters
                .get(row.text(Column::ReporterPhone))
                .copied()
                .flatten()
                .unwrap_or(self.unknown_person),
            description: text(Column::Description).to_owned(),
            category,
            place: place.0,
            unit,
            supports: Vec::new(),
            dispatch: DispatchReason::new(Some("import"), "历史导入", Vec::new()),
            submitted_at,
            rounds: unit.map(|_| round).into_iter().collect(),
            closed_at: Some(closed_at),
            photos: Vec::new(),
            supervision: Vec::new(),
        };
        order
            .validate(self.now)
            .map_err(|fault| Fault::line(row.line, fault.code(), fault.label()))?;
        Ok(order)
    }

    fn time(&self, row: &Row<Column>, column: Column) -> std::result::Result<Option<DateTime<Utc>>, Fault> {
        let text = row.text(column).trim();
        if text.is_empty() {
            return Ok(None);
        }
        parse_time(text, self.zone)
            .map(Some)
            .ok_or_else(|| unknown(row, column, "时间应写成 2024-03-01 09:30 这样的格式"))
    }

    fn category(&self, row: &Row<Column>) -> std::result::Result<PastCategory, Fault> {
        let text = self.map.word(Column::Category, row.text(Column::Category));
        if text.is_empty() {
            let unknown = PastCategory {
                code: None,
                source: CategorySource::Unknown,
                confidence: None,
            };
            return Ok(self.suggested.get(&row.line).cloned().unwrap_or(unknown));
        }
        let category = self.city.categories.find(text);
        let category = category.ok_or_else(|| unknown(row, Column::Category, "没有这个类别"))?;
        Ok(PastCategory {
            code: Some(category.code.clone()),
            source: CategorySource::Chosen,
            confidence: None,
        })
    }

    fn place(
        &self,
        row: &Row<Column>,
        point: Option<Wgs84>,
    ) -> std::result::Result<(PastPlace, routing::ResolvedPlace), Fault> {
        let address = row.text(Column::Address).trim();
        let county = self.map.word(Column::County, row.text(Column::County));
        let words = format!("{county}\n{address}\n{}", row.text(Column::Description));
        let mut place = routing::resolve(&self.city, point, None, &words);
        if !county.is_empty() && point.is_none() {
            let named = self.city.county(county);
            let named = named.ok_or_else(|| unknown(row, Column::County, "没有这个区县"))?;
            place.county = Some(named.code.clone());
        }
        let past = PastPlace {
            point,
            address: Some(address.to_owned()).filter(|text| !text.is_empty()),
            boundary_set: place.boundary_set,
            county: place.county.clone(),
            township: place.township.clone(),
            zone: place.zone.clone(),
            relation: place.relation,
        };
        Ok((past, place))
    }

    fn verdict(
        &self,
        row: &Row<Column>,
        closed_at: DateTime<Utc>,
    ) -> std::result::Result<Option<PastVerdict>, Fault> {
        let result = match self.map.word(Column::Verdict, row.text(Column::Verdict)) {
            "" | "未评价" | "默认好评" | "无" => return Ok(None),
            "满意" | "非常满意" | "satisfied" => Satisfaction::Satisfied,
            "基本满意" | "一般" | "basically_satisfied" => Satisfaction::BasicallySatisfied,
            "不满意" | "非常不满意" | "dissatisfied" => Satisfaction::Dissatisfied,
            _ => {
                return Err(unknown(
                    row,
                    Column::Verdict,
                    "评价应为满意、基本满意、不满意或未评价",
                ));
            }
        };
        let solved = match row.text(Column::Solved).trim() {
            "部分解决" | "partly" => Solved::Partly,
            "未解决" | "否" | "no" => Solved::No,
            "" if result == Satisfaction::Dissatisfied => Solved::No,
            "" | "解决" | "已解决" | "是" | "yes" => Solved::Yes,
            _ => return Err(unknown(row, Column::Solved, "应为解决、部分解决或未解决")),
        };
        let comment = row.text(Column::Comment).trim();
        Ok(Some(PastVerdict {
            at: closed_at,
            result,
            solved,
            comment: Some(comment.to_owned()).filter(|text| !text.is_empty()),
        }))
    }
}

fn as_resolved(category: &PastCategory) -> routing::ResolvedCategory {
    routing::ResolvedCategory {
        code: category.code.clone(),
        source: category.source,
        confidence: category.confidence,
    }
}

fn missing(row: &Row<Column>, column: Column) -> Fault {
    let name = ORDERS.field_name(column);
    row.fault(name, "required", format!("请填写{name}。"))
}

fn unknown(row: &Row<Column>, column: Column, what: &str) -> Fault {
    let text: String = row.text(column).chars().take(40).collect();
    row.fault(
        ORDERS.field_name(column),
        "not_understood",
        format!("{what}：{text}。"),
    )
}

fn point(row: &Row<Column>) -> std::result::Result<Option<Wgs84>, Fault> {
    let number = |column| {
        let text = row.text(column).trim();
        if text.is_empty() {
            return Ok(None);
        }
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number
            .map(Some)
            .ok_or_else(|| unknown(row, column, "坐标应为十进制度数"))
    };
    let (longitude, latitude) = (number(Column::Longitude)?, number(Column::Latitude)?);
    let Some((longitude, latitude)) = longitude.zip(latitude) else {
        return Ok(None);
    };
    if !(-180.0..=180.0).contains(&longitude) || !(-90.0..=90.0).contains(&latitude) {
        return Err(unknown(row, Column::Longitude, "坐标超出范围"));
    }
    let datum = row.text(Column::Datum).trim().to_lowercase();
    let datum = match datum.as_str() {
        "" => {
            return Err(unknown(
                row,
                Column::Datum,
                "给出坐标时必须写明坐标系（wgs84、gcj02 或 bd09）",
            ));
        }
        text => text
            .parse::<Datum>()
            .map_err(|_| unknown(row, Column::Datum, "坐标系应为 wgs84、gcj02 或 bd09"))?,
    };
    Ok(Some(wgs84(longitude, latitude, datum)))
}

fn channel(text: &str) -> Channel {
    if text.contains("扫码") {
        Channel::Scan
    } else if text.contains("随手拍") || text.contains("小程序") || text.contains("微信") {
        Channel::Snap
    } else {
        Channel::Call
    }
}

/// A time as offices write it, in the city's zone. A date alone is its beginning.
fn parse_time(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc()).filter(|at| is_within_years(*at));
    }
    let plain: String = text
        .replace(['年', '月', '/', '.'], "-")
        .replace(['日', 'T'], " ")
        .replace('：', ":");
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let moment = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d %H"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&plain, format).ok());
    let moment = moment.or_else(|| {
        let day = NaiveDate::parse_from_str(&plain, "%Y-%m-%d").ok()?;
        Some(day.and_time(NaiveTime::MIN))
    })?;
    let time = zone.from_local_datetime(&moment).earliest()?.to_utc();
    Some(time).filter(|at| is_within_years(*at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_offices_write_them() {
        let expected: DateTime<Utc> = "2024-03-01T01:30:00Z".parse().unwrap();
        for text in [
            "2024-03-01 09:30:00",
            "2024-03-01 09:30",
            "2024/3/1 9:30",
            "2024年3月1日 9:30",
            "2024.03.01 09：30",
            "2024-03-01T09:30:00+08:00",
        ] {
            assert_eq!(
                parse_time(text, chrono_tz::Asia::Shanghai),
                Some(expected),
                "{text}"
            );
        }
        for text in ["昨天", "2024-13-01", "45352", "0204-03-01", "+262142-12-31 08:00"] {
            assert_eq!(parse_time(text, chrono_tz::Asia::Shanghai), None, "{text}");
        }
    }
}
