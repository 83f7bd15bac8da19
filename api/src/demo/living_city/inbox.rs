//! The notices of the last days: those that the product would have sent about the orders and the measures of the year.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{OrderId, PersonId};
use entity::kinds::Satisfaction;
use entity::{order, supervision_order};

use crate::app::App;
use crate::city::snapshot::{City, CityHandle};
use crate::history_import::past_order::{PastOrder, PastRound};
use crate::notices::{Event, EventKind, PastEvent, Subject, past};
use crate::orders::Actor;
use crate::orders::search::list::find_visible;
use crate::supervision::campaigns::service::event;
use crate::supervision::past::matter::PastMatter;
use crate::supervision::supervision_orders;

/// Notices of so many days.
const DAYS: i64 = 14;
/// Measures are few: notices of so many days.
const MEASURE_DAYS: i64 = 30;
/// Notices of the last days are unread.
const UNREAD_DAYS: i64 = 3;

/// An event of an order, with the order as it was then.
struct Told {
    at: DateTime<Utc>,
    kind: EventKind,
    order: order::Model,
    by: Option<PersonId>,
    due: Option<DateTime<Utc>>,
    note: Option<String>,
    reference: Option<String>,
}

impl Told {
    fn new(at: DateTime<Utc>, kind: EventKind, order: &order::Model) -> Self {
        Self {
            at,
            kind,
            order: order.clone(),
            by: None,
            due: None,
            note: None,
            reference: None,
        }
    }

    fn event(&self) -> PastEvent<'_> {
        let mut event = Event::of(self.kind, &self.order).by(self.by);
        event.unit = self.order.unit_id;
        event.due = self.due;
        event.note.clone_from(&self.note);
        event.reference.clone_from(&self.reference);
        PastEvent { event, at: self.at }
    }
}

/// Returns the orders that were handled in the last days.
#[must_use]
pub fn recent(orders: &[PastOrder], now: DateTime<Utc>) -> Vec<PastOrder> {
    let since = now - TimeDelta::days(DAYS);
    let last = |order: &PastOrder| {
        let round = order.rounds.last();
        let handled = round.and_then(|round| round.replied_at.or(round.accepted_at));
        order.closed_at.or(handled).unwrap_or(order.submitted_at)
    };
    orders
        .iter()
        .filter(|order| last(order) >= since)
        .cloned()
        .collect()
}

/// Writes the notices about these orders, which have been imported, and about the measures of `matters`.
///
/// # Errors
/// Those of the database; then nothing is written.
pub async fn fill(app: &App, orders: &[PastOrder], matters: &[PastMatter]) -> anyhow::Result<()> {
    let (city, now) = (app.state::<CityHandle>().load(), app.clock.now());
    let numbers: Vec<String> = orders.iter().map(|order| order.number.clone()).collect();
    let rows = find_visible(app, &Actor::system(), &numbers).await?;
    let rows: HashMap<&str, &order::Model> = rows.iter().map(|row| (row.number.as_str(), row)).collect();
    let mut told = Vec::new();
    for past in orders {
        if let Some(row) = rows.get(past.number.as_str()) {
            of_order(&city, past, row, &mut told);
        }
    }
    let by_id: HashMap<OrderId, &order::Model> = rows.values().map(|row| (row.id, *row)).collect();
    for issued in supervision_orders::of_orders(&app.db, by_id.keys().copied()).await? {
        if let Some(row) = by_id.get(&issued.order_id) {
            of_supervision(issued, row, &mut told);
        }
    }
    let since = now - TimeDelta::days(DAYS);
    told.retain(|told| told.at >= since && told.at <= now);
    let mut events: Vec<PastEvent<'_>> = told.iter().map(Told::event).collect();
    let measures_since = now - TimeDelta::days(MEASURE_DAYS);
    for told in matters.iter().flat_map(of_measures) {
        if told.at >= measures_since {
            events.push(told);
        }
    }
    events.sort_by_key(|told| told.at);
    past::insert(app, &events, now - TimeDelta::days(UNREAD_DAYS)).await?;
    Ok(())
}

fn of_order(city: &City, past: &PastOrder, row: &order::Model, into: &mut Vec<Told>) {
    if past.unit.is_none() {
        into.push(Told::new(past.submitted_at, EventKind::TriageNeeded, row));
    }
    for (round, nth) in past.rounds.iter().zip(1..) {
        let [_, resolution] = city.deadline_rules().start_round(nth, round.dispatched_at);
        let as_it_was = order::Model {
            round: nth,
            due_at: Some(resolution.due_at),
            ..row.clone()
        };
        of_round(round, &as_it_was, into);
    }
    let is_judged = past.rounds.last().is_some_and(|round| round.verdict.is_some());
    if let Some(at) = past.closed_at.filter(|_| !is_judged) {
        into.push(Told::new(at, EventKind::ClosedUnrated, row));
    }
}

fn of_round(round: &PastRound, order: &order::Model, into: &mut Vec<Told>) {
    if order.round == 1 {
        into.push(Told::new(round.dispatched_at, EventKind::Dispatched, order));
    }
    if let Some(at) = round.accepted_at {
        into.push(Told::new(at, EventKind::Accepted, order));
    }
    let Some(verdict) = &round.verdict else {
        return;
    };
    // A delegate who has not judged yet is asked by the product itself.
    if let Some(at) = round.replied_at {
        into.push(Told {
            note: round.public_reply.clone(),
            ..Told::new(at, EventKind::FollowUpAsk, order)
        });
    }
    let (kind, next) = match verdict.result {
        Satisfaction::Dissatisfied => (EventKind::Dissatisfied, 1),
        Satisfaction::Satisfied | Satisfaction::BasicallySatisfied => (EventKind::Closed, 0),
    };
    let mut told = Told {
        by: Some(order.reporter_id),
        note: verdict.comment.clone(),
        reference: Some(verdict.result.label().to_owned()),
        ..Told::new(verdict.at, kind, order)
    };
    told.order.round += next;
    into.push(told);
}

/// A supervision order on an order, issued and answered.
fn of_supervision(issued: supervision_order::Model, row: &order::Model, into: &mut Vec<Told>) {
    let as_it_was = order::Model {
        round: issued.round,
        ..row.clone()
    };
    into.push(Told {
        by: Some(issued.issued_by.unwrap_or(row.reporter_id)),
        due: Some(issued.due_at),
        note: Some(issued.requirement),
        reference: Some(issued.number.clone()),
        ..Told::new(issued.issued_at, EventKind::SupervisionOrder, &as_it_was)
    });
    if let Some(at) = issued.answered_at {
        into.push(Told {
            by: issued.answered_by,
            note: issued.answer,
            reference: Some(issued.number),
            ..Told::new(at, EventKind::SupervisionOrderAnswered, &as_it_was)
        });
    }
}

/// The measures of a matter, set and done.
fn of_measures(matter: &PastMatter) -> Vec<PastEvent<'static>> {
    let mut told = Vec::new();
    for row in &matter.measures {
        let about = |kind| {
            event(kind, &matter.campaign)
                .unit(row.unit_id)
                .reference(row.seq.to_string())
                .about(Subject::Measure(row.id))
        };
        let set = about(EventKind::MeasureSet).by(row.created_by);
        told.push(PastEvent {
            event: set.due(row.due_at).note(row.text.as_str()),
            at: row.created_at,
        });
        if let Some((at, report)) = row.done_at.zip(row.done_text.as_deref()) {
            let done = about(EventKind::MeasureDone).by(row.done_by);
            told.push(PastEvent {
                event: done.note(report),
                at,
            });
        }
    }
    told
}
