//! Every deadline explains itself, in a form for programs and in one Chinese sentence that a clerk can check.
//!
//! It names its start, its rule, each day with the reason it counts or not, and the result.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Weekday};
use entity::kinds::ClockKind;
use serde::{Deserialize, Serialize};

use super::calendar::DayKind;

/// The explanation of a deadline. Times carry the city's offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Rows before versions are 1.
    #[serde(default = "first_version")]
    pub version: u32,
    pub clock: ClockKind,
    pub started_at: DateTime<FixedOffset>,
    pub rule: Rule,
    /// Every day after the day of the start through the due day; empty for elapsed hours.
    pub days: Vec<Day>,
    /// How many of `days` do not count.
    pub skipped: usize,
    /// The first instant that is too late; for working days 00:00 of the day after, shown as 24:00.
    pub due_at: DateTime<FixedOffset>,
    pub calendar: Basis,
    /// The sentence for people.
    pub text: String,
}

/// The version that is written now.
#[must_use]
pub const fn first_version() -> u32 {
    1
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "unit", rename_all = "snake_case")]
pub enum Rule {
    /// Hours on end, holidays included.
    ElapsedHours { hours: u32 },
    /// Working days after the day of the start, and those that extensions added.
    WorkingDays { days: u32, extended_by: Vec<u32> },
}

impl Rule {
    /// Working days in all, extensions included; none for elapsed hours.
    #[must_use]
    pub fn working_days(&self) -> u32 {
        match self {
            Self::ElapsedHours { .. } => 0,
            Self::WorkingDays { days, extended_by } => days + extended_by.iter().sum::<u32>(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub date: NaiveDate,
    pub counted: bool,
    pub why: DayKind,
    /// The holiday's name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
}

/// Whether all counted days are in announced years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    Announced,
    /// At least one day is in a year not announced yet, counted Monday to Friday less the days off by law until it is.
    Provisional,
}

/// “派单 2025年9月30日 17:20；10月1日–8日 放假（国庆节、中秋节）不计；10月9日 第1个工作日；…；到期 10月11日 24:00。”
#[must_use]
pub fn sentence(explanation: &Explanation) -> String {
    let started = explanation.started_at;
    let mut parts = vec![format!(
        "{} {}年{} {}",
        beginning(explanation.clock),
        started.year(),
        month_day(started.date_naive()),
        started.format("%H:%M")
    )];
    match &explanation.rule {
        Rule::ElapsedHours { hours } => {
            let due = explanation.due_at;
            parts.push(format!("连续计{hours}小时，节假日不扣除"));
            parts.push(format!(
                "到期 {} {}",
                dated(due.date_naive(), started.year()),
                due.format("%H:%M")
            ));
        }
        Rule::WorkingDays { days, extended_by } => {
            parts.push(working_days_rule(*days, extended_by));
            parts.extend(day_parts(&explanation.days, started.year()));
            let due_day = explanation
                .days
                .last()
                .map_or(started.date_naive(), |day| day.date);
            parts.push(format!("到期 {} 24:00", dated(due_day, started.year())));
        }
    }
    if explanation.calendar == Basis::Provisional {
        parts.push(
            "暂定：其中有年份的放假安排尚未公布，法定节假日已扣除，调休未计，公布后重新计算".to_owned(),
        );
    }
    format!("{}。", parts.join("；"))
}

fn beginning(clock: ClockKind) -> &'static str {
    match clock {
        ClockKind::Response | ClockKind::Resolution => "派单",
        ClockKind::Supplementary => "要求补充办理",
    }
}

fn working_days_rule(days: u32, extended_by: &[u32]) -> String {
    let mut rule = format!("当日不计，限{days}个工作日");
    for extension in extended_by {
        rule.push_str(&format!("，延期{extension}个工作日"));
    }
    rule
}

/// One part a counted day; days off in a row that share a reason share a part.
fn day_parts(days: &[Day], year: i32) -> Vec<String> {
    let mut parts = Vec::new();
    let mut nth = 0;
    for run in days.chunk_by(|one, next| !one.counted && one.why == next.why && one.name == next.name) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            continue;
        };
        let when = span(first.date, last.date, year);
        let named = first
            .name
            .as_ref()
            .map(|name| format!("（{name}）"))
            .unwrap_or_default();
        nth += u32::from(first.counted);
        parts.push(match first.why {
            DayKind::Holiday => format!("{when} 放假{named}不计"),
            DayKind::Weekend => format!("{when} 周末不计"),
            DayKind::Weekday => format!("{when} 第{nth}个工作日"),
            DayKind::MakeUp => format!("{when} {}补班 第{nth}个工作日", weekday(first.date)),
        });
    }
    parts
}

/// `10月1日`, `10月1日–8日` or `1月29日–2月1日`, with the year where it is not the year of the start.
fn span(first: NaiveDate, last: NaiveDate, year: i32) -> String {
    let begins = dated(first, year);
    if first == last {
        begins
    } else if (first.year(), first.month()) == (last.year(), last.month()) {
        format!("{begins}–{}日", last.day())
    } else {
        format!("{begins}–{}", dated(last, first.year()))
    }
}

fn dated(date: NaiveDate, year: i32) -> String {
    if date.year() == year {
        month_day(date)
    } else {
        format!("{}年{}", date.year(), month_day(date))
    }
}

fn month_day(date: NaiveDate) -> String {
    format!("{}月{}日", date.month(), date.day())
}

fn weekday(date: NaiveDate) -> &'static str {
    match date.weekday() {
        Weekday::Mon => "周一",
        Weekday::Tue => "周二",
        Weekday::Wed => "周三",
        Weekday::Thu => "周四",
        Weekday::Fri => "周五",
        Weekday::Sat => "周六",
        Weekday::Sun => "周日",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadlines::DeadlineRules;
    use crate::deadlines::test_fixtures::{at, only_2024, policy, under_the_law};

    #[test]
    fn the_national_day_of_2025_is_told_day_by_day() {
        under_the_law(|law| {
            assert_eq!(
                law.resolution(1, at("2025-09-30 17:20")).explanation.text,
                "派单 2025年9月30日 17:20；当日不计，限3个工作日；10月1日–8日 放假（国庆节、中秋节）不计；\
                 10月9日 第1个工作日；10月10日 第2个工作日；10月11日 周六补班 第3个工作日；到期 10月11日 24:00。"
            );
        });
    }

    #[test]
    fn the_turn_of_a_year_names_the_new_year() {
        under_the_law(|law| {
            assert_eq!(
                law.resolution(1, at("2025-12-30 09:00")).explanation.text,
                "派单 2025年12月30日 09:00；当日不计，限3个工作日；12月31日 第1个工作日；\
                 2026年1月1日–3日 放假（元旦）不计；2026年1月4日 周日补班 第2个工作日；2026年1月5日 第3个工作日；\
                 到期 2026年1月5日 24:00。"
            );
        });
    }

    #[test]
    fn the_response_says_that_holidays_are_not_left_out() {
        under_the_law(|law| {
            assert_eq!(
                law.response(1, at("2025-09-30 17:20")).explanation.text,
                "派单 2025年9月30日 17:20；连续计24小时，节假日不扣除；到期 10月1日 17:20。"
            );
        });
    }

    #[test]
    fn a_supplementary_handling_begins_with_the_verdict() {
        under_the_law(|law| {
            let text = law.supplementary(1, at("2025-09-24 10:00")).explanation.text;
            assert!(text.starts_with("要求补充办理 2025年9月24日 10:00；"), "{text}");
        });
    }

    #[test]
    fn a_provisional_deadline_says_so() {
        let (policy, calendar) = (policy(), only_2024());
        let explanation = DeadlineRules {
            policy: &policy,
            calendar: &calendar,
        }
        .resolution(1, at("2025-09-30 17:20"))
        .explanation;
        assert_eq!(explanation.calendar, Basis::Provisional);
        assert!(
            explanation.text.contains("暂定：其中有年份的放假安排尚未公布"),
            "{}",
            explanation.text
        );
        assert!(
            explanation.text.contains("到期 10月9日 24:00"),
            "{}",
            explanation.text
        );
    }

    #[test]
    fn an_explanation_survives_being_stored() {
        under_the_law(|law| {
            for deadline in law.start_round(1, at("2025-09-30 17:20")) {
                let stored = serde_json::to_value(&deadline.explanation).unwrap();
                assert_eq!(stored["started_at"], "2025-09-30T17:20:00+08:00");
                let mut before = stored.clone();
                before.as_object_mut().unwrap().remove("version");
                assert_eq!(
                    serde_json::from_value::<Explanation>(before).unwrap(),
                    deadline.explanation,
                    "a row of an earlier release"
                );
                assert_eq!(
                    serde_json::from_value::<Explanation>(stored).unwrap(),
                    deadline.explanation
                );
            }
        });
    }
}
