//! Pure: the columns of an exported list: heading, width and kind of the cells of each.
//!
//! A deadline has two columns. Its moment is 00:00 of the next day, and people know it as 24:00 of the day before; one
//! date cell holds the moment or shows the words, not both. A date cell with the day and a column with the time of day
//! are both true: a filter finds what is due on a day, sorting by both columns gives the order of the moments, and a
//! spreadsheet that opens the CSV file does not turn `24:00` of a day into the next day.

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::orders::export::steps::OrderSteps;
use crate::orders::paper::times;
use crate::orders::view::summary::OrderSummary;

/// The type that a spreadsheet gives to the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    Text,
    Number,
    /// `2025-01-17 10:00` in the city's time.
    Time,
    /// `2025-01-17`, the last day of a deadline.
    Day,
    /// `24:00` or `10:00`, the time on the last day.
    TimeOfDay,
}

use CellKind::{Day, Number, Text, Time, TimeOfDay};

#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub heading: &'static str,
    /// In characters.
    pub width: f64,
    pub kind: CellKind,
}

const fn column(heading: &'static str, width: f64, kind: CellKind) -> Column {
    Column { heading, width, kind }
}

pub const COLUMNS: [Column; 30] = [
    column("工单编号", 18.0, Text),
    column("环节", 9.0, Text),
    column("灯", 7.0, Text),
    column("渠道", 12.0, Text),
    column("办理次数", 6.0, Number),
    column("类别", 18.0, Text),
    column("区县", 10.0, Text),
    column("地点", 28.0, Text),
    column("反映内容", 60.0, Text),
    column("反映人", 10.0, Text),
    column("承办单位", 24.0, Text),
    column("期限", 11.0, Day),
    column("期限时刻", 9.0, TimeOfDay),
    column("疑难", 6.0, Text),
    column("重点跟踪", 9.0, Text),
    column("附议", 6.0, Number),
    column("提交时间", 17.0, Time),
    column("派单时间", 17.0, Time),
    column("签收时间", 17.0, Time),
    column("答复时间", 17.0, Time),
    column("评价时间", 17.0, Time),
    column("评价结果", 10.0, Text),
    column("是否解决", 10.0, Text),
    column("办结时间", 17.0, Time),
    column("延期次数", 9.0, Number),
    column("延期天数", 9.0, Number),
    column("延期后期限", 11.0, Day),
    column("延期后时刻", 10.0, TimeOfDay),
    column("督办层级", 12.0, Text),
    column("各次办理经过", 60.0, Text),
];

/// An order in cells, in the order of the columns.
pub type Cells = [String; COLUMNS.len()];

/// Times are those of the latest round; the last column has those of all.
pub fn cells(order: OrderSummary, steps: &OrderSteps, zone: Tz) -> Cells {
    let time = |at: DateTime<Utc>| local(at, zone);
    let optional = |at: Option<DateTime<Utc>>| at.map(time).unwrap_or_default();
    let yes = |is: bool| if is { "是" } else { "" }.to_owned();
    let deadline = |at: Option<DateTime<Utc>>| at.map(|at| deadline(at, zone)).unwrap_or_default();
    let (due_day, due_time) = deadline(order.due_at.map(|due| due.to_utc()));
    let (extended_day, extended_time) = deadline(steps.extended_to);
    let verdict = steps.verdict.as_ref();
    [
        order.number,
        order.status.label().to_owned(),
        order.light.label().to_owned(),
        order.channel.label().to_owned(),
        order.round.to_string(),
        order.category.name.unwrap_or_default(),
        order.area.map(|area| area.name).unwrap_or_default(),
        order.address.unwrap_or_default(),
        order.description,
        order.reporter.map(|reporter| reporter.name).unwrap_or_default(),
        order.unit.map(|unit| unit.name).unwrap_or_default(),
        due_day,
        due_time,
        yes(order.difficult),
        yes(order.tracked),
        order.endorsements.count.to_string(),
        time(order.created_at.to_utc()),
        optional(steps.dispatched_at),
        optional(steps.accepted_at),
        optional(steps.replied_at),
        optional(verdict.map(|verdict| verdict.at)),
        verdict.map_or("", |verdict| verdict.result.label()).to_owned(),
        verdict.map_or("", |verdict| verdict.solved.label()).to_owned(),
        optional(steps.closed_at),
        steps.extensions.to_string(),
        steps.extended_days.to_string(),
        extended_day,
        extended_time,
        match order.supervision_level {
            entity::kinds::SupervisionLevel::None => String::new(),
            level => level.label().to_owned(),
        },
        rounds(steps, zone),
    ]
}

/// `第 1 次办理：派单 2025-01-17 10:00，签收 …，答复 …，评价（不满意） …；第 2 次办理：…`
fn rounds(steps: &OrderSteps, zone: Tz) -> String {
    let mut said = String::new();
    let mut round = 0;
    for step in &steps.all {
        if step.round == round {
            said.push('，');
        } else {
            if round > 0 {
                said.push('；');
            }
            round = step.round;
            said.push_str(&format!("第 {round} 次办理："));
        }
        said.push_str(&format!("{} {}", step.title, local(step.at, zone)));
    }
    said
}

/// The last day and the time on it; midnight is 24:00 of the day that ends.
fn deadline(at: DateTime<Utc>, zone: Tz) -> (String, String) {
    let local = at.with_timezone(&zone).time();
    let time = if local == NaiveTime::MIN {
        "24:00".to_owned()
    } else {
        local.format("%H:%M").to_string()
    };
    (times::due_day(at, zone).to_string(), time)
}

fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;

    use super::*;

    #[test]
    fn midnight_is_the_end_of_the_day_before() {
        let told = |at: &str| deadline(at.parse().unwrap(), Shanghai);
        let pair = |day: &str, time: &str| (day.to_owned(), time.to_owned());
        assert_eq!(told("2025-09-12T00:00:00+08:00"), pair("2025-09-11", "24:00"));
        assert_eq!(told("2025-03-01T00:00:00+08:00"), pair("2025-02-28", "24:00"));
        assert_eq!(told("2025-09-09T09:00:00+08:00"), pair("2025-09-09", "09:00"));
        assert_eq!(told("2025-09-11T23:59:59+08:00"), pair("2025-09-11", "23:59"));
    }
}
