//! Pure: the items of an order, from its rows.

use entity::ids::{OrderId, PersonId};
use entity::kinds::{ExtensionStatus, FollowUpStatus};
use entity::{
    assignment, deadline, endorsement, extension, follow_up, order, order_photo, order_return, reply,
    reply_decision, supervision_order, urge, verdict,
};
use serde_json::{Value, json};

use super::items::{Content, Item, ItemKind};

/// The rows of one order.
#[derive(Clone, Debug, Default)]
pub struct OrderRows {
    pub order: Option<order::Model>,
    pub verdicts: Vec<verdict::Model>,
    pub replies: Vec<reply::Model>,
    pub supervision_orders: Vec<supervision_order::Model>,
    pub urges: Vec<urge::Model>,
    pub deadlines: Vec<deadline::Model>,
    pub extensions: Vec<extension::Model>,
    pub returns: Vec<order_return::Model>,
    pub assignments: Vec<assignment::Model>,
    pub endorsements: Vec<endorsement::Model>,
    pub follow_ups: Vec<follow_up::Model>,
    /// With the SHA-256 of the picture.
    pub photos: Vec<(order_photo::Model, Option<String>)>,
    pub decisions: Vec<reply_decision::Model>,
}

type Time = chrono::DateTime<chrono::Utc>;

fn micros(time: Time) -> i64 {
    time.timestamp_micros()
}

fn optional(time: Option<Time>) -> Option<i64> {
    time.map(micros)
}

/// Formats degrees as text, because a JSON reader may round a fraction, and a proof must give the same hash after
/// reading.
fn degrees(value: Option<f64>) -> Option<String> {
    value.map(|value| value.to_string())
}

impl OrderRows {
    /// Returns all rows that a leaf of this order covers, sorted by kind and id.
    #[must_use]
    pub fn contents(&self) -> Vec<Content> {
        let mut all = Contents(Vec::new());
        if let Some(order) = &self.order {
            all.order(order);
        }
        self.verdicts.iter().for_each(|row| all.verdict(row));
        self.replies.iter().for_each(|row| all.reply(row));
        self.supervision_orders
            .iter()
            .for_each(|row| all.supervision_order(row));
        self.urges.iter().for_each(|row| all.urge(row));
        self.deadlines.iter().for_each(|row| all.deadline(row));
        self.extensions.iter().for_each(|row| all.extension(row));
        self.returns.iter().for_each(|row| all.order_return(row));
        self.assignments.iter().for_each(|row| all.assignment(row));
        self.endorsements.iter().for_each(|row| all.endorsement(row));
        self.follow_ups.iter().for_each(|row| all.follow_up(row));
        self.photos
            .iter()
            .for_each(|(row, sha256)| all.photo(row, sha256.as_deref()));
        self.decisions.iter().for_each(|row| all.decision(row));
        all.0.sort_by_key(|content| (content.kind, content.id));
        all.0
    }

    #[must_use]
    pub fn items(&self) -> Vec<Item> {
        self.contents().iter().map(Content::item).collect()
    }
}

struct Contents(Vec<Content>);

impl Contents {
    fn add(&mut self, kind: ItemKind, id: uuid::Uuid, fields: Value) {
        self.0.push(Content { kind, id, fields });
    }

    fn order(&mut self, row: &order::Model) {
        let OrderId(id) = row.id;
        self.add(
            ItemKind::Order,
            id,
            json!({
                "number": row.number,
                "channel": row.channel,
                "description": row.description,
                "reporter": row.reporter_id,
                "filed_by": row.filed_by,
                "confidential": row.confidential,
                "longitude": degrees(row.longitude),
                "latitude": degrees(row.latitude),
                "given_longitude": degrees(row.given_longitude),
                "given_latitude": degrees(row.given_latitude),
                "given_datum": row.given_datum,
                "address": row.address,
                "occurred_at": optional(row.occurred_at),
                "site": row.site_id,
                "call": row.call_id,
                "import": row.import_id,
                "created_at": micros(row.created_at),
            }),
        );
        self.add(
            ItemKind::OrderState,
            id,
            json!({
                "status": row.status,
                "round": row.round,
                "category": row.category_code,
                "unit": row.unit_id,
                "difficult": row.difficult,
                "tracked": row.tracked,
                "supervision_level": row.supervision_level,
                "returns": row.returns,
                "extensions_granted": row.extensions_granted,
                "dissatisfied_count": row.dissatisfied_count,
                "due_at": optional(row.due_at),
                "merged_into": row.merged_into,
                "dispatched_at": optional(row.dispatched_at),
                "accepted_at": optional(row.accepted_at),
                "replied_at": optional(row.replied_at),
                "closed_at": optional(row.closed_at),
            }),
        );
    }

    fn verdict(&mut self, row: &verdict::Model) {
        self.add(
            ItemKind::Verdict,
            row.id.0,
            json!({
                "round": row.round,
                "person": row.person_id,
                "given_by": row.given_by,
                "result": row.result,
                "process": row.process,
                "solved": row.solved,
                "comment": row.comment,
                "created_at": micros(row.created_at),
            }),
        );
    }

    fn reply(&mut self, row: &reply::Model) {
        self.add(
            ItemKind::Reply,
            row.id.0,
            json!({
                "round": row.round,
                "unit": row.unit_id,
                "person": row.person_id,
                "account": row.account,
                "public_reply": row.public_reply,
                "contacted_at": optional(row.contacted_at),
                "contacted_how": row.contacted_how,
                "supplementary": row.supplementary,
                "created_at": micros(row.created_at),
            }),
        );
    }

    fn supervision_order(&mut self, row: &supervision_order::Model) {
        let id = row.id.0;
        self.add(
            ItemKind::SupervisionOrder,
            id,
            json!({
                "number": row.number,
                "round": row.round,
                "unit": row.unit_id,
                "level": row.level,
                "requirement": row.requirement,
                "issued_by": row.issued_by,
                "issued_at": micros(row.issued_at),
                "due_at": micros(row.due_at),
                "issuer": row.issuer,
            }),
        );
        if row.answered_at.is_some() {
            let fields = json!({
                "answer": row.answer,
                "answered_by": row.answered_by,
                "answered_at": optional(row.answered_at),
            });
            self.add(ItemKind::SupervisionAnswer, id, fields);
        }
        if row.closed_at.is_some() {
            let fields = json!({ "closed_at": optional(row.closed_at) });
            self.add(ItemKind::SupervisionClosed, id, fields);
        }
    }

    fn urge(&mut self, row: &urge::Model) {
        self.add(
            ItemKind::Urge,
            row.id.0,
            json!({
                "unit": row.unit_id,
                "person": row.person_id,
                "note": row.note,
                "phoned": row.phoned,
                "created_at": micros(row.created_at),
            }),
        );
    }

    fn deadline(&mut self, row: &deadline::Model) {
        let id = row.id.0;
        let fields = json!({ "round": row.round, "kind": row.kind, "started_at": micros(row.started_at) });
        self.add(ItemKind::Deadline, id, fields);
        self.add(ItemKind::DueTime, id, json!({ "due_at": micros(row.due_at) }));
        if row.stopped_at.is_some() {
            let fields = json!({ "stopped_at": optional(row.stopped_at) });
            self.add(ItemKind::DeadlineStopped, id, fields);
        }
    }

    fn extension(&mut self, row: &extension::Model) {
        let id = row.id.0;
        let fields = json!({
            "round": row.round,
            "unit": row.unit_id,
            "reason": row.reason,
            "days": row.days,
            "asked_by": row.asked_by,
            "asked_at": micros(row.asked_at),
            "due_before": micros(row.due_before),
        });
        self.add(ItemKind::Extension, id, fields);
        if row.status != ExtensionStatus::Pending {
            let fields = json!({
                "status": row.status,
                "decided_by": row.decided_by,
                "decided_at": optional(row.decided_at),
                "note": row.note,
                "due_after": optional(row.due_after),
            });
            self.add(ItemKind::ExtensionDecision, id, fields);
        }
    }

    fn order_return(&mut self, row: &order_return::Model) {
        self.add(
            ItemKind::Return,
            row.id.0,
            json!({
                "round": row.round,
                "unit": row.unit_id,
                "reason": row.reason,
                "proposed_unit": row.proposed_unit_id,
                "person": row.person_id,
                "created_at": micros(row.created_at),
            }),
        );
    }

    fn assignment(&mut self, row: &assignment::Model) {
        let id = row.id.0;
        let fields = json!({
            "round": row.round,
            "unit": row.unit_id,
            "role": row.role,
            "parent": row.parent_id,
            "requirement": row.requirement,
            "created_by": row.created_by,
            "created_at": micros(row.created_at),
        });
        self.add(ItemKind::Assignment, id, fields);
        let fields = json!({
            "status": row.status,
            "account": row.account,
            "due_at": optional(row.due_at),
            "accepted_at": optional(row.accepted_at),
            "done_at": optional(row.done_at),
        });
        self.add(ItemKind::AssignmentState, id, fields);
    }

    /// Adds an endorsement without the merge that caused it: a delegate who endorses after a merge keeps the
    /// endorsement without an event.
    fn endorsement(&mut self, row: &endorsement::Model) {
        let PersonId(id) = row.person_id;
        let fields = json!({ "note": row.note, "created_at": micros(row.created_at) });
        self.add(ItemKind::Endorsement, id, fields);
    }

    /// Adds an answered follow-up. An expired request has no answer, and it expires without an event.
    fn follow_up(&mut self, row: &follow_up::Model) {
        if row.answered_at.is_some() && row.status != FollowUpStatus::Expired {
            let fields = json!({
                "round": row.round,
                "outcome": row.outcome,
                "answered_at": optional(row.answered_at),
                "handled_by": row.handled_by,
            });
            self.add(ItemKind::FollowUp, row.id.0, fields);
        }
    }

    fn photo(&mut self, row: &order_photo::Model, sha256: Option<&str>) {
        let fields = json!({
            "role": row.role,
            "round": row.round,
            "added_by": row.added_by,
            "added_at": micros(row.added_at),
            "sha256": sha256,
        });
        self.add(ItemKind::Photo, row.photo_id.0, fields);
    }

    fn decision(&mut self, row: &reply_decision::Model) {
        // A reply has several: each has an id of its own, made of both ids.
        let id = row.reply_id.0.as_u128() ^ u128::from(row.seq.unsigned_abs());
        let fields = json!({
            "reply": row.reply_id,
            "seq": row.seq,
            "kind": row.kind,
            "document_number": row.document_number,
            "issued_on": row.issued_on.to_string(),
            "file": row.file_id,
            "summary": row.summary,
        });
        self.add(ItemKind::Decision, uuid::Uuid::from_u128(id), fields);
    }
}
