//! Pure: the facts of an event of the history, as `order_event.detail` stores them.
//!
//! They are served as they are, without the version; nothing is read back into these types, so old rows may have other
//! fields.

use chrono::{DateTime, FixedOffset, Utc};
use entity::ids::{AssignmentId, CampaignId, ExtensionId, PersonId, PhotoId, SiteMessageId, UnitId};
use entity::kinds::{CategorySource, Channel, ClockKind, Satisfaction, Solved, SupervisionLevel};
use serde::Serialize;
use serde_json::{Value, json};

use crate::orders::rules::dispatch_reason::DispatchReason;
use crate::stored_json::StoredJson;
use pixels::Rectangle;

/// In the city's time.
type LocalTime = DateTime<FixedOffset>;

/// The facts by what happened. No floating point numbers, which databases round, except in a photo's covered parts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum EventDetail {
    None {},
    Submitted {
        channel: Channel,
        filed_by: Option<PersonId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        video_sha256: Option<String>,
    },
    /// From the file of an earlier system.
    Imported {
        channel: Channel,
        import: Option<i64>,
    },
    Triaged {
        why: DispatchReason,
    },
    /// The unit in charge cannot keep the order.
    Released {
        unit: UnitId,
        reason: ReleaseReason,
    },
    Dispatched {
        unit: UnitId,
        unit_name: Option<String>,
        support_units: Vec<UnitId>,
        why: DispatchReason,
        category: Option<String>,
        category_source: CategorySource,
    },
    /// In an earlier system.
    DispatchedElsewhere {
        unit: UnitId,
        support_units: Vec<UnitId>,
        why: DispatchReason,
    },
    Redispatched {
        unit: UnitId,
        unit_name: String,
        from_unit: Option<UnitId>,
        category: Option<String>,
        #[serde(rename = "final")]
        is_final: bool,
    },
    Returned {
        unit: UnitId,
        proposed_unit: Option<UnitId>,
        proposed_name: Option<String>,
    },
    SubAssigned {
        assignment: AssignmentId,
        unit: UnitId,
        unit_name: String,
        due_at: Option<DateTime<Utc>>,
    },
    /// The part of a supporting unit.
    Part {
        assignment: AssignmentId,
    },
    Replied {
        contacted: Option<Contact>,
    },
    ExtensionDays {
        extension: ExtensionId,
        days: i32,
    },
    Extension {
        extension: ExtensionId,
    },
    Verdict {
        result: Satisfaction,
        process: Option<Satisfaction>,
        solved: Solved,
    },
    FollowUp(FollowUpCall),
    /// Closed without a verdict because no call was wanted.
    ClosedUnrated {
        kind: FollowUpKind,
        wanted: bool,
    },
    Merged {
        into: String,
    },
    MergedIn {
        from: String,
    },
    /// An order that was split off, or a supervision order.
    Number {
        number: String,
    },
    SupervisionOrder {
        number: String,
        due_at: DateTime<Utc>,
    },
    CallerConfirmed {
        /// With only its first and last digits.
        number: String,
        remembered: bool,
    },
    PhotoCovered {
        photo: PhotoId,
        rectangles: Vec<Rectangle>,
    },
    Urged {
        phoned: bool,
    },
    Tracked {
        committee: Option<String>,
    },
    Raised {
        level: SupervisionLevel,
    },
    CampaignJoined {
        campaign: CampaignId,
    },
    Light {
        clock: ClockKind,
        round: i32,
        crossed_at: LocalTime,
        due_at: LocalTime,
    },
    Recalculated {
        clocks: Vec<MovedDeadline>,
    },
    Adopted {
        site: String,
        message: SiteMessageId,
    },
}

/// When and how the unit spoke with the delegate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contact {
    pub at: DateTime<Utc>,
    pub how: String,
}

/// A deadline that was recalculated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MovedDeadline {
    pub clock: ClockKind,
    pub round: i32,
    pub due_before: LocalTime,
    pub due_at: LocalTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    UnitLeft,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpKind {
    Manual,
    Automatic,
}

/// A call to the delegate (人工回访).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FollowUpCall {
    pub kind: FollowUpKind,
    pub reached: bool,
    /// Calls so far.
    pub tries: i32,
    /// `false` for a call that does not count; missing for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<UncountedReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts_from: Option<LocalTime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UncountedReason {
    TooSoon,
    DelegateHasTime,
}

impl FollowUpCall {
    /// A call that counts.
    #[must_use]
    pub fn counted(reached: bool, tries: i32) -> EventDetail {
        EventDetail::FollowUp(Self {
            kind: FollowUpKind::Manual,
            reached,
            tries,
            counted: None,
            reason: None,
            counts_from: None,
        })
    }

    /// A call in vain that does not count.
    #[must_use]
    pub fn not_counted(tries: i32, reason: UncountedReason, counts_from: Option<LocalTime>) -> EventDetail {
        EventDetail::FollowUp(Self {
            kind: FollowUpKind::Manual,
            reached: false,
            tries,
            counted: Some(false),
            reason: Some(reason),
            counts_from,
        })
    }
}

impl StoredJson for EventDetail {
    const COLUMNS: &'static [&'static str] = &["order_event.detail"];
    const LABEL: &'static str = "工单记录";
}

impl EventDetail {
    /// Returns the facts as they are served.
    #[must_use]
    pub fn facts(&self) -> Value {
        json!(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored_json::Unreadable;

    #[test]
    fn the_stored_form_is_fixed() {
        let unit = UnitId::generate();
        for (detail, facts) in [
            (EventDetail::None {}, json!({})),
            (
                EventDetail::Submitted {
                    channel: Channel::Snap,
                    filed_by: None,
                    video_sha256: None,
                },
                json!({ "channel": Channel::Snap, "filed_by": null }),
            ),
            (
                EventDetail::Released {
                    unit,
                    reason: ReleaseReason::UnitLeft,
                },
                json!({ "unit": unit, "reason": "unit_left" }),
            ),
            (
                EventDetail::Redispatched {
                    unit,
                    unit_name: "市城管局".to_owned(),
                    from_unit: None,
                    category: None,
                    is_final: true,
                },
                json!({
                    "unit": unit, "unit_name": "市城管局", "from_unit": null, "category": null, "final": true,
                }),
            ),
            (
                FollowUpCall::counted(false, 2),
                json!({ "kind": "manual", "reached": false, "tries": 2 }),
            ),
            (
                FollowUpCall::not_counted(1, UncountedReason::DelegateHasTime, None),
                json!({
                    "kind": "manual", "reached": false, "tries": 1, "counted": false,
                    "reason": "delegate_has_time",
                }),
            ),
            (
                EventDetail::ClosedUnrated {
                    kind: FollowUpKind::Automatic,
                    wanted: false,
                },
                json!({ "kind": "automatic", "wanted": false }),
            ),
        ] {
            assert_eq!(detail.facts(), facts);
            let stored = detail.to_stored();
            assert_eq!(stored.get("version"), Some(&json!(1)), "{stored}");
            assert_eq!(EventDetail::served(stored), Ok(facts.clone()));
            assert_eq!(EventDetail::served(facts.clone()), Ok(facts), "rows of before");
        }
        let newer = json!({ "version": 2, "unit": unit });
        assert_eq!(EventDetail::served(newer), Err(Unreadable::Newer("工单记录")));
    }
}
