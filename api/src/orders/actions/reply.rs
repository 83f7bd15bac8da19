//! 办理情况 and 公开答复: the unit in charge says what it did, to itself and to the public, which stops the
//! clocks of the round. A unit with a part of the matter gives its account; the order waits for the lead.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{PersonId, PhotoId, ReplyId, UnitId};
use entity::kinds::{AssignmentRole, AssignmentStatus, ClockKind, EventAction, PhotoRole, Visibility};
use entity::reply;
use sea_orm::{ActiveModelTrait, EntityTrait};

use super::decisions::{self, NewDecision};
use super::{ActionTxn, begin_by_relation};
use crate::app::App;
use crate::deadlines::calendar::local_date;
use crate::deadlines::deadline_rows;
use crate::error::{Error, FieldError, Result};
use crate::http::fields::invalid;
use crate::jobs::queue::{NewJob, enqueue};
use crate::moments::past_fault;
use crate::notices::{Event, EventKind};
use crate::orders::actions::ActionRequest;
use crate::orders::history::detail::{Contact, EventDetail};
use crate::orders::rules::lifecycle::{Action, ActorRelation};
use crate::orders::rules::text_limits::{ACCOUNT, CONTACTED_HOW, PUBLIC_REPLY};
use crate::orders::store::assignments;
use crate::orders::store::photos::{self, NewPhotos};
use crate::orders::submit::draft::validate_text;
use crate::orders::view::OrderView;
use crate::photos::limits::{MAX_PHOTOS, too_many};

/// Asks the delegate for a verdict on the latest reply. `follow_up` does it.
pub struct AskForVerdict;

#[derive(Clone, Debug)]
pub struct NewReply {
    /// Internal.
    pub account: String,
    /// The text for the delegate and the public; a sub-assignment has none.
    pub public_reply: Option<String>,
    pub photos: Vec<PhotoId>,
    /// When and how the unit spoke with the delegate.
    pub contacted: Option<(DateTime<Utc>, String)>,
    /// Administrative decisions as evidence; a part has none.
    pub decisions: Vec<NewDecision>,
}

impl NewReply {
    fn validate(mut self, now: DateTime<Utc>, whole: bool) -> Result<Self> {
        let mut faults = Vec::new();
        self.account = validate_text("account", &self.account, ACCOUNT, &mut faults);
        if whole {
            let public = self.public_reply.unwrap_or_default();
            self.public_reply = Some(validate_text("public_reply", &public, PUBLIC_REPLY, &mut faults));
        }
        if self.photos.len() > MAX_PHOTOS {
            faults.push(FieldError::new("photo_ids", "too_many", too_many(MAX_PHOTOS)));
        }
        if let Some((at, how)) = &mut self.contacted {
            *how = validate_text("contacted.how", how, CONTACTED_HOW, &mut faults);
            faults.extend(past_fault("contacted.at", *at, now));
        }
        self.photos.sort();
        self.photos.dedup();
        if faults.is_empty() {
            Ok(self)
        } else {
            Err(Error::invalid(faults))
        }
    }
}

pub async fn reply(request: ActionRequest<'_>, answer: NewReply) -> Result<OrderView> {
    let ActionRequest { app, .. } = request;
    let action = |standing| match standing {
        ActorRelation::SupportUnit => Action::ReportPart,
        _ => Action::Reply,
    };
    let step = begin_by_relation(request, action).await?;
    let whole = step.relation != ActorRelation::SupportUnit;
    let mut answer = answer.validate(step.now, whole)?;
    if !whole && !answer.decisions.is_empty() {
        return Err(invalid(
            "decisions",
            "not_for_a_part",
            "行政决定由主办单位在答复中填报。",
        ));
    }
    let today = local_date(step.now, step.city.zone());
    answer.decisions = decisions::check(answer.decisions, today)?;
    if whole {
        reply_for_all(app, step, answer).await
    } else {
        reply_as_supporting_unit(app, step, answer).await
    }
}

async fn reply_for_all(app: &App, mut step: ActionTxn, answer: NewReply) -> Result<OrderView> {
    let (txn, now) = (&step.txn, step.now);
    let (person, unit) = acting(&step)?;
    let row = to_row(&step, person, unit, &answer);
    let supplementary = row.supplementary;
    let reply = row.id;
    let row = reply::ActiveModel::from(row).reset_all();
    reply::Entity::insert(row).exec_without_returning(txn).await?;
    decisions::insert(txn, step.order.id, reply, person, answer.decisions).await?;
    let photos = in_role(&step, &answer.photos, PhotoRole::After);
    photos::put(txn, &step.order, &step.actor, photos, now).await?;
    let roles = [AssignmentRole::Lead];
    assignments::close_open(txn, step.order.id, &roles, AssignmentStatus::Done, now).await?;
    deadline_rows::stop_all(txn, step.city.deadline_rules(), &mut step.clocks, now).await?;
    step.order.replied_at = Some(now);
    step.save().await?;
    let public = answer.public_reply.unwrap_or_default();
    let event = step.event(if supplementary {
        EventAction::Supplemented
    } else {
        EventAction::Replied
    });
    let event = event.note(public.clone()).photos(&answer.photos);
    let contacted = answer.contacted.map(|(at, how)| Contact { at, how });
    step.append_event(event.detail(EventDetail::Replied { contacted }))
        .await?;
    let account = step
        .event(EventAction::Account)
        .visible_to(Visibility::Internal)
        .note(answer.account);
    step.append_event(account).await?;
    step.emit(app, Event::of(EventKind::Replied, &step.order).note(public))
        .await?;
    ask_the_delegate(&step, supplementary).await?;
    step.commit(app).await
}

/// Starts 智能回访 with the answer; after a supplementary reply the policy may delay it.
async fn ask_the_delegate(step: &ActionTxn, supplementary: bool) -> Result<()> {
    let wait = if supplementary {
        step.city.policy.follow_up.asked_again_after_hours
    } else {
        0
    };
    let run_at = step.now + TimeDelta::hours(i64::from(wait));
    enqueue(
        &step.txn,
        NewJob::of::<AskForVerdict>(&step.order.id, run_at)?,
        step.now,
    )
    .await
}

async fn reply_as_supporting_unit(app: &App, mut step: ActionTxn, answer: NewReply) -> Result<OrderView> {
    let Some(part) = step
        .known
        .non_lead_assignment(&step.actor, step.order.round)
        .cloned()
    else {
        return Err(step
            .conflict("part_done", "您的单位在这件工单中的任务已经完成。")
            .await);
    };
    assignments::complete(&step.txn, &part, &answer.account, step.now).await?;
    let photos = in_role(&step, &answer.photos, PhotoRole::Evidence);
    photos::put(&step.txn, &step.order, &step.actor, photos, step.now).await?;
    step.save().await?;
    let event = step
        .event(EventAction::PartReported)
        .visible_to(Visibility::Internal);
    let event = event.note(answer.account.clone()).photos(&answer.photos);
    step.append_event(event.detail(EventDetail::Part { assignment: part.id }))
        .await?;
    let done = Event::of(EventKind::SubDone, &step.order).unit(part.unit_id);
    step.emit(app, done.note(answer.account)).await?;
    step.commit(app).await
}

fn in_role<'a>(step: &ActionTxn, ids: &'a [PhotoId], role: PhotoRole) -> NewPhotos<'a> {
    NewPhotos {
        ids,
        role: Some(role),
        owner: step.actor.person,
    }
}

/// Returns the handler and their unit; other roles are refused earlier.
fn acting(step: &ActionTxn) -> Result<(PersonId, UnitId)> {
    step.actor
        .person
        .zip(step.actor.unit)
        .ok_or_else(|| Error::forbidden("您的身份不能进行这项操作。"))
}

fn to_row(step: &ActionTxn, person: PersonId, unit: UnitId, answer: &NewReply) -> reply::Model {
    let (contacted_at, contacted_how) = answer.contacted.clone().unzip();
    reply::Model {
        id: ReplyId::generate(),
        order_id: step.order.id,
        round: step.order.round,
        unit_id: unit,
        person_id: person,
        account: answer.account.clone(),
        public_reply: answer.public_reply.clone().unwrap_or_default(),
        contacted_at,
        contacted_how,
        supplementary: deadline_rows::running(&step.clocks, ClockKind::Supplementary).is_some(),
        created_at: step.now,
    }
}
