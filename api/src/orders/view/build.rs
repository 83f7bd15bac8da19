//! Puts an order's view together for one caller.

use crate::publication_rules;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::ids::UnitId;
use entity::kinds::{AssignmentRole, AssignmentStatus, Datum};
use entity::{
    assignment, deadline, extension, order, order_photo, photo, reply, reply_decision, supervision_order,
    verdict,
};

use super::load::{Decisions, OrderContext};
use super::media::{photos, video};
use super::{
    ActionLimits, AreaView, AssignmentView, CandidateView, CategoryView, ContactedView, DeadlineView,
    DecisionView, DispatchView, EndorsementsView, ExtensionView, LocationView, OrderPhoto, OrderView,
    ReplyView, ReporterView, SupervisionOrderView, UnitView, VerdictView,
};
use crate::app::App;
use crate::city::emergencies::{self, EmergencyView};
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::files::attach::AttachedFile;
use crate::http::time::{LocalTime, local};
use crate::orders::rules::access;
use crate::orders::rules::actor::Actor;
use crate::orders::rules::dispatch_reason::DispatchReason;
use crate::orders::view::available_actions;
use crate::videos::view::VideoView;
use crate::watch_lists::near::WatchedPlace;

/// The order as the actor sees it, of what has been loaded.
pub async fn build_view(
    app: &App,
    actor: &Actor,
    order: &order::Model,
    around: OrderContext,
    now: DateTime<Utc>,
) -> Result<OrderView> {
    let city = app.state::<CityHandle>().load();
    let audience = access::is_public_reader(actor, order);
    let shown = |(place, file): &&(order_photo::Model, photo::Model)| {
        !audience || publication_rules::shows_photo(order, place, file)
    };
    let photos = photos(app, around.photos.iter().filter(shown)).await?;
    let video = video(app, actor, order, around.video.as_ref()).await?;
    let actions = available_actions::available_actions(&city, actor, order, &around, now);
    let teller = ViewBuilder {
        city: &city,
        zone: city.zone(),
        staff: actor.is_staff(),
    };
    Ok(teller.order(
        actor,
        order,
        around,
        ForActor {
            photos,
            video,
            actions,
        },
    ))
}

/// Parts of a view that depend on who reads it.
struct ForActor {
    photos: Vec<OrderPhoto>,
    video: Option<VideoView>,
    actions: Vec<String>,
}

/// Tells rows in the city's words and time.
pub(super) struct ViewBuilder<'a> {
    pub city: &'a City,
    pub zone: Tz,
    /// Whether internal entries are visible.
    pub staff: bool,
}

impl ViewBuilder<'_> {
    pub(super) fn emergency(&self, order: &order::Model) -> Option<EmergencyView> {
        let kind = order.emergency.as_deref()?;
        Some(emergencies::by_kind(&self.city.emergencies, kind))
    }

    fn order(
        &self,
        actor: &Actor,
        order: &order::Model,
        around: OrderContext,
        readable: ForActor,
    ) -> OrderView {
        let ForActor {
            photos,
            video,
            actions,
        } = readable;
        let hidden = access::hides_reporter(actor, order);
        let audience = access::is_public_reader(actor, order);
        let withheld = access::placeholder_text(actor, order);
        let reporter = around.reporter.as_ref().filter(|_| !hidden);
        OrderView {
            number: order.number.clone(),
            channel: order.channel,
            status: order.status,
            round: order.round,
            version: order.version,
            light: order.light,
            description: withheld.unwrap_or(&order.description).to_owned(),
            category: self.category(order),
            location: location(order),
            address: order.address.clone().filter(|_| withheld.is_none()),
            area: self.area(order),
            township: order
                .township_code
                .as_deref()
                .and_then(|code| self.township(code)),
            zone: order.zone.clone(),
            place_relation: order.place_relation,
            unit: order.unit_id.and_then(|unit| self.unit(unit)),
            support_units: self.supports(order, &around.known.assignments),
            dispatch: DispatchReason::read(&order.dispatch).into(),
            deadlines: around.deadlines.iter().map(|row| self.deadline(row)).collect(),
            due_at: self.optional_time(order.due_at),
            difficult: order.difficult,
            tracked: order.tracked,
            committee: order.committee.clone(),
            supervision_level: order.supervision_level,
            supervision_orders: self
                .staff
                .then(|| each(around.supervision, |row| self.supervision(row))),
            watched: self.watched(around.watched),
            extensions: each(around.extensions, |row| self.extension(row)),
            photos,
            video,
            endorsements: EndorsementsView {
                count: around.known.endorsers.len() as u64,
                mine: around.known.endorsed_by(actor),
            },
            verdicts: each(around.verdicts, |row| self.verdict(row, audience)),
            replies: self.replies(around.replies, &around.decisions),
            assignments: self
                .staff
                .then(|| each(around.known.assignments, |row| self.assignment(row))),
            reporter: reporter.map(|person| ReporterView {
                name: person.name.clone(),
                level: person.level,
            }),
            confidential: order.confidential,
            content_check: (!audience).then_some(order.content_check),
            emergency: self.emergency(order),
            wants_follow_up: order.wants_follow_up,
            occurred_at: self.optional_time(order.occurred_at),
            merged_into: around.merged_into,
            stage: order.status,
            stage_since: self.time(order.stage_since),
            created_at: self.time(order.created_at),
            updated_at: self.time(order.updated_at),
            actions,
            limits: ActionLimits::of(self.city),
        }
    }

    fn supervision(&self, row: supervision_order::Model) -> SupervisionOrderView {
        SupervisionOrderView {
            number: row.number,
            round: row.round,
            level: row.level,
            requirement: row.requirement,
            issued_at: self.time(row.issued_at),
            due_at: self.time(row.due_at),
            answer: row.answer,
            answered_at: self.optional_time(row.answered_at),
            issuer: row.issuer,
            closed_at: self.optional_time(row.closed_at),
        }
    }

    pub fn time(&self, time: DateTime<Utc>) -> LocalTime {
        local(time, self.zone)
    }

    pub fn optional_time(&self, time: Option<DateTime<Utc>>) -> Option<LocalTime> {
        time.map(|time| self.time(time))
    }

    pub fn category(&self, order: &order::Model) -> CategoryView {
        let known = order
            .category_code
            .as_deref()
            .and_then(|code| self.city.categories.find(code));
        CategoryView {
            code: order.category_code.clone(),
            name: known.map(|category| category.name.clone()),
            source: order.category_source,
            confidence: order.category_confidence,
        }
    }

    pub fn area(&self, order: &order::Model) -> Option<AreaView> {
        order.area_code.as_ref().map(|code| AreaView {
            code: code.clone(),
            name: self.city.county_name(code).to_owned(),
        })
    }

    fn township(&self, code: &str) -> Option<AreaView> {
        self.city.township(code).map(|township| AreaView {
            code: township.code.clone(),
            name: township.name.clone(),
        })
    }

    pub fn unit(&self, id: UnitId) -> Option<UnitView> {
        self.city.units.of_record(id).map(|unit| UnitView {
            id: unit.id,
            name: unit.name.clone(),
            level: unit.level,
        })
    }

    fn supports(&self, order: &order::Model, charges: &[assignment::Model]) -> Vec<UnitView> {
        let mut units: Vec<UnitId> = Vec::new();
        let theirs = charges.iter().filter(|charge| {
            charge.round == order.round
                && charge.role != AssignmentRole::Lead
                && charge.status != AssignmentStatus::Withdrawn
        });
        for charge in theirs {
            if !units.contains(&charge.unit_id) {
                units.push(charge.unit_id);
            }
        }
        units.into_iter().filter_map(|unit| self.unit(unit)).collect()
    }

    fn deadline(&self, row: &deadline::Model) -> DeadlineView {
        DeadlineView {
            kind: row.kind,
            round: row.round,
            started_at: self.time(row.started_at),
            due_at: self.time(row.due_at),
            stopped_at: self.optional_time(row.stopped_at),
            light: row.light,
            calendar: if row.provisional {
                "provisional"
            } else {
                "announced"
            }
            .to_owned(),
            explanation: row.explanation.clone(),
        }
    }

    fn extension(&self, row: extension::Model) -> ExtensionView {
        ExtensionView {
            id: row.id,
            round: row.round,
            reason: row.reason,
            days: row.days,
            status: row.status,
            asked_at: self.time(row.asked_at),
            decided_at: self.optional_time(row.decided_at),
            note: row.note,
            due_before: self.time(row.due_before),
            due_after: self.optional_time(row.due_after),
        }
    }

    /// The comment is for operators only.
    fn verdict(&self, row: verdict::Model, audience: bool) -> VerdictView {
        VerdictView {
            id: row.id,
            round: row.round,
            result: row.result,
            process: row.process,
            solved: row.solved,
            comment: row.comment.filter(|_| !audience),
            created_at: self.time(row.created_at),
        }
    }

    fn replies(&self, replies: Vec<reply::Model>, decisions: &Decisions) -> Vec<ReplyView> {
        each(replies, |row| {
            let of_reply = decisions.get(&row.id);
            self.reply(row, of_reply.map_or(&[], Vec::as_slice))
        })
    }

    /// Why a place is watched is for units and staff.
    fn watched(&self, mut places: Vec<WatchedPlace>) -> Vec<WatchedPlace> {
        if !self.staff {
            for place in &mut places {
                place.reason = None;
            }
        }
        places
    }

    fn decision(&self, row: &reply_decision::Model, file: Option<&AttachedFile>) -> DecisionView {
        DecisionView {
            kind: row.kind,
            title: row.kind.label().to_owned(),
            document_number: row.document_number.clone(),
            date: row.issued_on,
            summary: row.summary.clone(),
            file: file.filter(|_| self.staff).cloned(),
        }
    }

    fn reply(
        &self,
        row: reply::Model,
        decisions: &[(reply_decision::Model, Option<AttachedFile>)],
    ) -> ReplyView {
        let contacted = row.contacted_at.map(|at| ContactedView {
            at: self.time(at),
            how: row.contacted_how.clone().unwrap_or_default(),
        });
        ReplyView {
            id: row.id,
            round: row.round,
            unit: self.unit(row.unit_id),
            public_reply: row.public_reply,
            account: self.staff.then_some(row.account),
            contacted,
            supplementary: row.supplementary,
            decisions: decisions
                .iter()
                .map(|(row, file)| self.decision(row, file.as_ref()))
                .collect(),
            created_at: self.time(row.created_at),
        }
    }

    fn assignment(&self, row: assignment::Model) -> AssignmentView {
        AssignmentView {
            id: row.id,
            round: row.round,
            unit: self.unit(row.unit_id),
            role: row.role,
            status: row.status,
            requirement: row.requirement,
            due_at: self.optional_time(row.due_at),
            account: row.account,
            created_at: self.time(row.created_at),
            accepted_at: self.optional_time(row.accepted_at),
            done_at: self.optional_time(row.done_at),
        }
    }
}

fn each<Row, View>(rows: Vec<Row>, view: impl Fn(Row) -> View) -> Vec<View> {
    rows.into_iter().map(view).collect()
}

pub(super) fn location(order: &order::Model) -> Option<LocationView> {
    let (longitude, latitude) = order.longitude.zip(order.latitude)?;
    Some(LocationView {
        longitude,
        latitude,
        datum: Datum::Wgs84,
        accuracy_m: order.accuracy_m,
    })
}

impl From<DispatchReason> for DispatchView {
    fn from(reason: DispatchReason) -> Self {
        let DispatchReason {
            version: _,
            rule,
            reason,
            scope: _,
            candidates,
            told: _,
            is_final,
        } = reason;
        let candidates = candidates.into_iter().map(|near| CandidateView {
            code: near.code,
            name: near.name,
            distance_m: near.distance_m,
        });
        Self {
            rule,
            reason,
            candidates: candidates.collect(),
            is_final,
        }
    }
}
