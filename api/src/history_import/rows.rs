//! Pure: the rows of a past order in every table that an order of this system would have rows in, and its history as
//! one chain.
//!
//! Ids are generated, nothing is read or written.

use chrono::{DateTime, Utc};
use entity::ids::{AssignmentId, DeadlineId, OrderId, ReplyId, UnitId, VerdictId};
use entity::kinds::{
    ActorRole, AssignmentRole, AssignmentStatus, EventAction, Light, Satisfaction, Status, Visibility,
};
use entity::{assignment, deadline, order, order_photo, reply, supervision_order, verdict};

pub use super::order_row::ImportContext;
use super::order_row::{order_row, photo_rows};
use super::past_order::{PastOrder, PastRound};
use super::step::Step;
use super::supervision_steps;
use crate::deadlines::calculator::Deadline;
use crate::deadlines::deadline_rows;
use crate::deadlines::lights::LightThresholds;
use crate::error::Result;
use crate::orders::history::detail::EventDetail;
use crate::orders::rules::actor::Actor;

/// The rows of one order.
pub struct Rows {
    pub order: order::Model,
    pub assignments: Vec<assignment::Model>,
    pub deadlines: Vec<deadline::Model>,
    pub replies: Vec<reply::Model>,
    pub verdicts: Vec<verdict::Model>,
    pub photos: Vec<order_photo::Model>,
    pub supervision: Vec<supervision_order::Model>,
    pub steps: Vec<Step>,
}

/// Builds the rows of `past`.
///
/// # Errors
/// When the explanation of a deadline cannot be serialized.
pub fn build(past: &PastOrder, context: ImportContext<'_>) -> Result<Rows> {
    let id = OrderId::generate();
    let mut rows = Rows {
        order: order_row(past, id, context),
        assignments: Vec::new(),
        deadlines: Vec::new(),
        replies: Vec::new(),
        verdicts: Vec::new(),
        photos: photo_rows(past, id),
        supervision: Vec::new(),
        steps: Vec::new(),
    };
    rows.submit(past);
    let mut nth = 0;
    for round in &past.rounds {
        nth += 1;
        if let Some(unit) = past.unit {
            let numbered = NumberedRound {
                past,
                round,
                nth,
                unit,
            };
            rows.handle(numbered, context)?;
        }
    }
    if let Some(closed_at) = past.closed_at
        && past.rounds.last().is_none_or(|round| !ends_satisfied(round))
    {
        let from = rows.steps.last().map(|step| step.to);
        let change = Change::new(EventAction::Closed, from, Status::Closed, nth.max(1));
        rows.step(change, system(), closed_at);
    }
    let issued = past.supervision.iter();
    rows.supervision = issued.map(|one| one.row(id, past.closed_at)).collect();
    supervision_steps::add(&mut rows.steps, past, context.now);
    rows.order.due_at = rows.due_at();
    rows.order.light = rows.light();
    Ok(rows)
}

fn ends_satisfied(round: &PastRound) -> bool {
    let verdict = round.verdict.as_ref();
    verdict.is_some_and(|verdict| verdict.result == Satisfaction::Satisfied)
}

/// A round of an order that had a unit.
#[derive(Clone, Copy)]
struct NumberedRound<'a> {
    past: &'a PastOrder,
    round: &'a PastRound,
    nth: i32,
    unit: UnitId,
}

/// A change of status by an action.
struct Change {
    action: EventAction,
    from: Option<Status>,
    to: Status,
    round: i32,
}

impl Change {
    fn new(action: EventAction, from: Option<Status>, to: Status, round: i32) -> Self {
        Self {
            action,
            from,
            to,
            round,
        }
    }
}

impl Rows {
    fn submit(&mut self, past: &PastOrder) {
        let delegate = Actor {
            person: Some(past.reporter),
            role: ActorRole::Delegate,
            ..Actor::system()
        };
        let change = Change::new(EventAction::Submitted, None, Status::Submitted, 1);
        self.step(change, delegate, past.submitted_at);
        self.detail(EventDetail::Imported {
            channel: past.channel,
            import: self.order.import_id,
        });
        if past.unit.is_none() {
            let change = Change::new(EventAction::Triaged, Some(Status::Submitted), Status::Triage, 1);
            self.step(change, system(), past.submitted_at);
            self.detail(EventDetail::Triaged {
                why: past.dispatch.clone(),
            });
        }
    }

    /// Writes one round: who had it, its clocks, the reply and the verdict.
    fn handle(&mut self, numbered: NumberedRound<'_>, context: ImportContext<'_>) -> Result<()> {
        let NumberedRound {
            past,
            round,
            nth,
            unit,
        } = numbered;
        let from = self.steps.last().map(|step| step.to);
        let first = if nth == 1 {
            EventAction::Dispatched
        } else {
            EventAction::Redispatched
        };
        let change = Change::new(first, from, Status::Dispatched, nth);
        self.step(change, system(), round.dispatched_at);
        self.detail(EventDetail::DispatchedElsewhere {
            unit,
            support_units: past.supports.clone(),
            why: past.dispatch.clone(),
        });
        self.assign(numbered);
        self.start_clocks(round, nth, context)?;
        let handler = Actor {
            role: ActorRole::Handler,
            unit: Some(unit),
            ..Actor::system()
        };
        if let Some(at) = round.accepted_at {
            let change = Change::new(
                EventAction::Accepted,
                Some(Status::Dispatched),
                Status::InProgress,
                nth,
            );
            self.step(change, handler.clone(), at);
        }
        if let Some(at) = round.replied_at {
            let text = round.public_reply.clone().unwrap_or_default();
            let from = self.steps.last().map(|step| step.to);
            self.step(
                Change::new(EventAction::Replied, from, Status::Replied, nth),
                handler,
                at,
            );
            self.note(&text);
            self.replies.push(reply::Model {
                id: ReplyId::generate(),
                order_id: self.order.id,
                round: nth,
                unit_id: unit,
                person_id: context.unknown_person,
                account: text.clone(),
                public_reply: text,
                contacted_at: None,
                contacted_how: None,
                supplementary: false,
                created_at: at,
            });
        }
        self.judge(past, round, nth);
        Ok(())
    }

    fn assign(&mut self, numbered: NumberedRound<'_>) {
        let NumberedRound {
            past,
            round,
            nth,
            unit,
        } = numbered;
        let status = match (round.replied_at, round.accepted_at) {
            (Some(_), _) => AssignmentStatus::Done,
            (None, Some(_)) => AssignmentStatus::Accepted,
            (None, None) => AssignmentStatus::Open,
        };
        let supports = past.supports.iter().filter(|support| **support != unit);
        let units = std::iter::once((unit, AssignmentRole::Lead))
            .chain(supports.map(|support| (*support, AssignmentRole::Support)));
        for (unit_id, role) in units {
            self.assignments.push(assignment::Model {
                id: AssignmentId::generate(),
                order_id: self.order.id,
                round: nth,
                unit_id,
                role,
                parent_id: None,
                requirement: None,
                due_at: None,
                status,
                account: None,
                created_by: None,
                created_at: round.dispatched_at,
                accepted_at: round.accepted_at,
                done_at: round.replied_at,
            });
        }
    }

    /// Counts the clocks as this system would have. A step whose time nobody knows has no clock: nothing can be said of it.
    fn start_clocks(&mut self, round: &PastRound, nth: i32, context: ImportContext<'_>) -> Result<()> {
        let rules = context.rules;
        let [response, resolution] = rules.start_round(nth, round.dispatched_at);
        let resolution = round
            .extended_by
            .iter()
            .fold(resolution, |clock, days| rules.extended(&clock, *days));
        let over = self.order.closed_at.is_some();
        let stopped = [round.accepted_at, round.replied_at];
        for (clock, stopped_at) in [response, resolution].into_iter().zip(stopped) {
            if stopped_at.is_some() || !over {
                self.deadlines.push(self.clock(&clock, stopped_at, context)?);
            }
        }
        Ok(())
    }

    fn clock(
        &self,
        clock: &Deadline,
        stopped_at: Option<DateTime<Utc>>,
        context: ImportContext<'_>,
    ) -> Result<deadline::Model> {
        let lines = LightThresholds::of(&context.rules.policy.clocks, clock.kind, clock.due_at);
        let late = stopped_at.is_some_and(|at| at >= lines.red_at);
        Ok(deadline::Model {
            id: DeadlineId::generate(),
            order_id: self.order.id,
            round: clock.round,
            kind: clock.kind,
            started_at: clock.started_at,
            due_at: clock.due_at,
            stopped_at,
            light: lines.light(stopped_at, context.now),
            next_change_at: stopped_at.is_none().then_some(lines.yellow_at),
            turned_yellow_at: late.then_some(lines.yellow_at),
            turned_red_at: late.then_some(lines.red_at),
            provisional: clock.provisional,
            explanation: deadline_rows::explained(clock)?,
            created_at: clock.started_at,
        })
    }

    fn judge(&mut self, past: &PastOrder, round: &PastRound, nth: i32) {
        let Some(given) = &round.verdict else {
            return;
        };
        let delegate = Actor {
            person: Some(past.reporter),
            role: ActorRole::Delegate,
            ..Actor::system()
        };
        let to = match given.result {
            Satisfaction::Satisfied => Status::Closed,
            Satisfaction::BasicallySatisfied => Status::InProgress,
            Satisfaction::Dissatisfied => Status::Dispatched,
        };
        let change = Change::new(EventAction::Verdict, Some(Status::Replied), to, nth);
        self.step(change, delegate, given.at);
        self.detail(EventDetail::Verdict {
            result: given.result,
            process: None,
            solved: given.solved,
        });
        if let Some(comment) = &given.comment {
            self.note(comment);
        }
        self.verdicts.push(verdict::Model {
            id: VerdictId::generate(),
            order_id: self.order.id,
            round: nth,
            person_id: past.reporter,
            given_by: past.reporter,
            result: given.result,
            process: None,
            solved: given.solved,
            comment: given.comment.clone(),
            created_at: given.at,
        });
    }

    fn step(&mut self, change: Change, actor: Actor, at: DateTime<Utc>) {
        let Change {
            action,
            from,
            to,
            round,
        } = change;
        self.steps.push(Step {
            action,
            actor,
            at,
            from,
            to,
            round,
            visibility: Visibility::Public,
            note: None,
            detail: EventDetail::None {},
        });
    }

    fn detail(&mut self, detail: EventDetail) {
        if let Some(step) = self.steps.last_mut() {
            step.detail = detail;
        }
    }

    fn note(&mut self, note: &str) {
        if let Some(step) = self.steps.last_mut() {
            step.note = Some(note.to_owned());
        }
    }

    fn running(&self) -> impl Iterator<Item = &deadline::Model> {
        self.deadlines.iter().filter(|clock| clock.stopped_at.is_none())
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.running().map(|clock| clock.due_at).min()
    }

    fn light(&self) -> Light {
        self.running()
            .map(|clock| clock.light)
            .max()
            .unwrap_or(Light::Green)
    }
}

fn system() -> Actor {
    Actor::system()
}
