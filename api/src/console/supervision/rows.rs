//! Rows of the supervision register.

use chrono::{DateTime, TimeDelta, Utc};
use entity::kinds::Light;

use crate::caller::Caller;
use crate::city::snapshot::City;
use crate::console::forms::{Field, Form, Kind};
use crate::console::labels::{self, Markup};
use crate::console::orders::rows::{self, Row};
use crate::orders::rules::text_limits::ACCOUNT;
use crate::orders::view::available_actions::owes;
use crate::supervision::register::{SupervisionOrderEntry, TrackedEntry, UrgeEntry};

/// Where the answer of a unit is sent.
pub const ANSWERS: &str = "/console/supervision/answers";

pub struct IssuedRow {
    pub number: String,
    pub pdf: String,
    pub unit: String,
    pub level: &'static str,
    pub requirement: String,
    pub issued: String,
    /// When it is due, with how much is left of it; when it was answered.
    pub state: Markup,
    pub due: String,
    pub answer: Option<String>,
    pub order: Row,
    /// For the unit that owes the answer.
    pub form: Option<Form>,
}

pub struct TrackedRow {
    pub committee: String,
    pub order: Row,
}

pub struct UrgedRow {
    pub at: String,
    pub by: String,
    pub note: String,
    pub phoned: bool,
    pub order: Row,
}

/// Says rows as one person reads them now.
pub struct RowFormatter<'a> {
    pub city: &'a City,
    pub caller: &'a Caller,
    pub csrf: &'a str,
    pub now: DateTime<Utc>,
}

impl RowFormatter<'_> {
    fn when(&self, at: DateTime<Utc>) -> String {
        labels::when(at, self.now, self.city.zone())
    }

    fn unit(&self, id: entity::ids::UnitId) -> String {
        self.city
            .unit(id)
            .map(|unit| unit.name.clone())
            .unwrap_or_default()
    }

    #[must_use]
    pub fn issued(&self, issued: SupervisionOrderEntry) -> IssuedRow {
        let form = self.answer_form(&issued);
        let SupervisionOrderEntry { row, order } = issued;
        let state = match (row.answered_at, row.closed_at) {
            (Some(at), _) => Markup(format!("{}答复", self.when(at))),
            (None, Some(at)) => Markup(format!("{}随工单办结", self.when(at))),
            (None, None) => labels::light_badge(self.light(row.due_at), &labels::left(row.due_at, self.now)),
        };
        IssuedRow {
            pdf: format!(
                "/console/orders/{}/supervision-orders/{}/pdf",
                order.number, row.number
            ),
            number: row.number,
            unit: self.unit(row.unit_id),
            level: row.level.label(),
            requirement: row.requirement,
            issued: self.when(row.issued_at),
            state,
            due: labels::due(row.due_at, self.now, self.city.zone()),
            answer: row.answer,
            order: rows::row(order, self.now, self.city.zone()),
            form,
        }
    }

    /// As with an order's clock: yellow on the last day, red after it.
    fn light(&self, due_at: DateTime<Utc>) -> Light {
        if due_at <= self.now {
            Light::Red
        } else if due_at <= self.now + TimeDelta::hours(24) {
            Light::Yellow
        } else {
            Light::Green
        }
    }

    fn answer_form(&self, issued: &SupervisionOrderEntry) -> Option<Form> {
        let owes = owes(&issued.row) && self.caller.unit == Some(issued.row.unit_id);
        let version = issued.order.version.to_string();
        owes.then(|| answer_form(&issued.row.number, &issued.order.number, &version, self.csrf))
    }

    #[must_use]
    pub fn tracked(&self, tracked: TrackedEntry) -> TrackedRow {
        TrackedRow {
            committee: tracked.committee.unwrap_or_else(|| "未指定委员会".to_owned()),
            order: rows::row(tracked.order, self.now, self.city.zone()),
        }
    }

    #[must_use]
    pub fn urged(&self, urged: UrgeEntry) -> UrgedRow {
        UrgedRow {
            at: self.when(urged.row.created_at),
            by: urged.by,
            note: urged.row.note,
            phoned: urged.row.phoned,
            order: rows::row(urged.order, self.now, self.city.zone()),
        }
    }
}

/// The unit's answer to a supervision order.
#[must_use]
pub fn answer_form(number: &str, order: &str, version: &str, csrf: &str) -> Form {
    let text = Field::new("text", "答复内容", Kind::Text);
    Form::new(
        format!("answer-{number}"),
        ANSWERS,
        format!("答复 {number}"),
        csrf,
    )
    .summary("答复会送达发出督办单的人大常委会，并印在督办单上。")
    .carry("order", order)
    .carry("supervision_order", number)
    .carry("version", version)
    .field(text.required().at_most(*ACCOUNT.end()))
    .submit("提交答复")
}
