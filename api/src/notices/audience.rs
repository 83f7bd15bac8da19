//! Pure: recipients of every event of the design; `docs/notices.md` explains the table.
//!
//! Each member of an audience gets a line in the inbox. If a template is named, WeChat pushes it as well. Actors get no
//! notice of their own action, except the receipt for a submission. A person in two audiences of one event gets one
//! notice, as a member of the first.

use entity::kinds::Visibility;

/// A group of people, found by `outbox.rs` with one query each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// The delegate who reported the order.
    Reporter,
    /// The reporter, if they declined the follow-up: the answer itself is their notice.
    ReporterUnasked,
    /// 附议: the other delegates behind the matter.
    Endorsers,
    /// All people of the order's lead unit, including its head.
    Unit,
    /// The head of the order's lead unit.
    UnitHead,
    /// All people of the unit that the event names: a supporting, sub-assigned or former unit.
    NamedUnit,
    /// 12345 坐席.
    Operators,
    /// Supervisors of the order's county.
    CountySupervisors,
    CitySupervisors,
    Administrators,
    /// Supervisors of the committee that the event or the order names.
    Committee,
    /// The people whom the event names.
    NamedPeople,
}

impl Audience {
    /// Returns which of the three texts of an event they read: for delegates, for units, or the complete one.
    #[must_use]
    pub fn visibility(self) -> Visibility {
        match self {
            Self::Reporter | Self::ReporterUnasked | Self::Endorsers | Self::NamedPeople => {
                Visibility::Public
            }
            Self::Unit | Self::UnitHead | Self::NamedUnit => Visibility::Internal,
            Self::Operators
            | Self::CountySupervisors
            | Self::CitySupervisors
            | Self::Administrators
            | Self::Committee => Visibility::Supervision,
        }
    }

    /// Returns `true` if they may read the reporter's name. For a confidential report (保密) only staff and the reporter
    /// may: units and other delegates never get the name.
    #[must_use]
    pub fn may_see_reporter(self, confidential: bool) -> bool {
        !confidential
            || self.visibility() == Visibility::Supervision
            || matches!(self, Self::Reporter | Self::ReporterUnasked)
    }
}

/// The pushed template; the templates are configured in `wording.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplateKey {
    /// To delegates: the state of the matter.
    Progress,
    /// To delegates: the request to judge an answer.
    Answer,
    /// To units: a task.
    Task,
    /// To units and supervisors: a clock.
    Deadline,
    /// To operators and supervisors: a matter that needs attention.
    Attention,
}

impl TemplateKey {
    pub const ALL: [Self; 5] = [
        Self::Progress,
        Self::Answer,
        Self::Task,
        Self::Deadline,
        Self::Attention,
    ];

    /// The name in `wording.toml`, in the ledger and in `POST /subscriptions`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Progress => "progress",
            Self::Answer => "answer",
            Self::Task => "task",
            Self::Deadline => "deadline",
            Self::Attention => "attention",
        }
    }

    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str() == name)
    }
}

/// One recipient rule of an event: an audience and the template pushed to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudienceRule {
    pub audience: Audience,
    pub push: Option<TemplateKey>,
}

const fn pushed(audience: Audience, template: TemplateKey) -> AudienceRule {
    AudienceRule {
        audience,
        push: Some(template),
    }
}

const fn inbox(audience: Audience) -> AudienceRule {
    AudienceRule { audience, push: None }
}

macro_rules! events {
    ($($(#[$doc:meta])* $kind:ident $name:literal => [$($hears:expr),* $(,)?];)*) => {
        /// Events that cause notices.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum EventKind { $($(#[$doc])* $kind,)* }

        impl EventKind {
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The name in `wording.toml` and in the inbox.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// Returns the recipients in order of precedence.
            #[must_use]
            pub fn audiences(self) -> &'static [AudienceRule] {
                use Audience::*;
                use TemplateKey::*;
                match self { $(Self::$kind => const { &[$($hears),*] },)* }
            }
        }
    };
}

events! {
    /// Received, with its number, and the unit if it is known at once.
    Submitted "submitted" => [pushed(Reporter, Progress)];
    /// No rule applies, or the unit returned it.
    TriageNeeded "triage_needed" => [pushed(Operators, Attention)];
    /// A report of an emergency; it waits for an operator as in triage.
    EmergencyReported "emergency_reported" => [pushed(Operators, Attention)];
    /// By the duty table, at submission or in a later round.
    Dispatched "dispatched" => [pushed(Unit, Task)];
    /// By an operator: out of triage, or to another unit.
    Redispatched "redispatched" => [pushed(Unit, Task), pushed(Reporter, Progress), inbox(Endorsers)];
    /// 终审派单: the same unit again; it may not return it any more.
    FinalDispatch "final_dispatch" => [pushed(Unit, Task)];
    /// The named unit no longer has a charge.
    Withdrawn "withdrawn" => [inbox(NamedUnit)];
    Accepted "accepted" => [pushed(Reporter, Progress), inbox(Endorsers)];
    Returned "returned" => [pushed(Operators, Attention)];
    ExtensionAsked "extension_asked" => [pushed(Operators, Attention)];
    ExtensionGranted "extension_granted" => [pushed(Unit, Task), pushed(Reporter, Progress), inbox(Endorsers)];
    ExtensionRefused "extension_refused" => [pushed(Unit, Task)];
    /// 下派: the named unit has a part of its own.
    SubAssigned "sub_assigned" => [pushed(NamedUnit, Task)];
    /// 协办: the named unit supports.
    SupportAssigned "support_assigned" => [pushed(NamedUnit, Task)];
    SubDone "sub_done" => [inbox(Unit)];
    SubDue "sub_due" => [pushed(NamedUnit, Deadline)];
    LightYellow "light_yellow" => [pushed(Unit, Deadline)];
    LightRed "light_red" => [
        pushed(UnitHead, Deadline), pushed(CountySupervisors, Deadline), inbox(CitySupervisors), inbox(Unit),
    ];
    Replied "replied" => [pushed(ReporterUnasked, Answer), pushed(Endorsers, Answer)];
    FollowUpAsk "follow_up_ask" => [pushed(Reporter, Answer)];
    FollowUpReminder "follow_up_reminder" => [pushed(Reporter, Answer)];
    /// The delegate did not answer; an operator must call.
    ManualFollowUp "manual_follow_up" => [inbox(Operators)];
    /// The delegate has left the roster; the order continues without them.
    ReporterLeft "reporter_left" => [inbox(Operators)];
    /// 基本满意: the supervisors are warned, and the unit must improve the result.
    Warned "warned" => [pushed(CountySupervisors, Attention), inbox(CitySupervisors)];
    SupplementaryDue "supplementary_due" => [pushed(Unit, Task)];
    /// 不满意: second handling.
    Dissatisfied "dissatisfied" => [
        pushed(Unit, Attention), pushed(CountySupervisors, Attention), pushed(CitySupervisors, Attention),
        inbox(Endorsers),
    ];
    Closed "closed" => [pushed(Reporter, Progress), pushed(Endorsers, Progress), inbox(Unit)];
    /// 未评价: the delegate could not be reached.
    ClosedUnrated "closed_unrated" => [pushed(Reporter, Progress), pushed(Endorsers, Progress), inbox(Unit)];
    /// 反弹.
    Reopened "reopened" => [pushed(Unit, Task), pushed(CountySupervisors, Attention), inbox(Endorsers)];
    Cancelled "cancelled" => [inbox(Unit), pushed(Reporter, Progress), inbox(Endorsers)];
    Endorsed "endorsed" => [inbox(Reporter), inbox(Unit)];
    Merged "merged" => [pushed(Reporter, Progress), inbox(Endorsers), inbox(Unit)];
    Unmerged "unmerged" => [pushed(Reporter, Progress), inbox(Endorsers), inbox(Unit)];
    Urged "urged" => [pushed(Unit, Deadline)];
    Tracked "tracked" => [
        pushed(Committee, Attention), inbox(CountySupervisors), pushed(Unit, Attention), pushed(Reporter, Progress),
        inbox(Endorsers),
    ];
    SupervisionOrder "supervision_order" => [pushed(NamedUnit, Attention), inbox(CountySupervisors)];
    SupervisionOrderDue "supervision_order_due" => [pushed(NamedUnit, Deadline), inbox(CountySupervisors)];
    SupervisionOrderAnswered "supervision_order_answered" => [
        pushed(CountySupervisors, Attention), inbox(CitySupervisors),
    ];
    /// The supervision level was raised.
    Raised "raised" => [pushed(CountySupervisors, Attention), pushed(CitySupervisors, Attention), inbox(Unit)];
    CampaignOpened "campaign_opened" => [inbox(CountySupervisors), inbox(CitySupervisors), inbox(Committee)];
    /// This order was taken into a campaign.
    CampaignJoined "campaign_joined" => [inbox(Unit), inbox(Reporter), inbox(Endorsers)];
    CampaignClosed "campaign_closed" => [inbox(CountySupervisors), inbox(CitySupervisors), inbox(Committee)];
    /// 县区联动: the county has a task of a city's campaign.
    CountyTask "county_task" => [inbox(CountySupervisors)];
    /// 审议意见, 建议, 决定: the named unit has to reply.
    OpinionIssued "opinion_issued" => [inbox(NamedUnit), inbox(CountySupervisors), inbox(Committee)];
    OpinionReplied "opinion_replied" => [inbox(Committee), inbox(CountySupervisors), inbox(CitySupervisors)];
    OpinionAccepted "opinion_accepted" => [inbox(NamedUnit)];
    OpinionReturned "opinion_returned" => [inbox(NamedUnit)];
    OpinionDue "opinion_due" => [inbox(NamedUnit), inbox(Committee)];
    /// 整改台账.
    MeasureSet "measure_set" => [inbox(NamedUnit)];
    MeasureDone "measure_done" => [inbox(Committee), inbox(CountySupervisors)];
    MeasureReturned "measure_returned" => [inbox(NamedUnit)];
    MeasureDue "measure_due" => [inbox(NamedUnit), inbox(Committee)];
    /// 重点监管名单: a subject is to be inspected again.
    InspectionDue "inspection_due" => [inbox(Committee), inbox(CountySupervisors), inbox(NamedUnit)];
    /// 回头看.
    LookedBack "looked_back" => [inbox(Committee), inbox(CountySupervisors), inbox(CitySupervisors)];
    HotTopic "hot_topic" => [
        pushed(Committee, Attention), inbox(CitySupervisors), pushed(CountySupervisors, Attention),
    ];
    ReportReady "report_ready" => [pushed(Committee, Attention), inbox(CountySupervisors), inbox(CitySupervisors)];
    /// To the county or the committee that the event names.
    ReportSent "report_sent" => [pushed(Committee, Attention), inbox(CountySupervisors)];
    /// 有事请扫码: a resident wrote to the named delegates' station.
    SiteMessage "site_message" => [pushed(NamedPeople, Progress)];
    /// Published content needs an operator's review.
    ContentReview "content_review" => [inbox(Operators)];
    /// The holiday notice of a year is needed and has not been imported.
    HolidayNoticeMissing "holiday_notice_missing" => [inbox(Administrators)];
    /// A receiver of webhooks is gone or has failed for days, and its endpoint was disabled.
    WebhookDisabled "webhook_disabled" => [inbox(Administrators)];
}

impl EventKind {
    /// Returns `true` for alarms, which may be pushed in quiet hours if the city's policy says so.
    #[must_use]
    pub fn is_alarm(self) -> bool {
        matches!(self, Self::EmergencyReported)
    }

    /// Returns `true` if the actor gets a notice too: a report gets its receipt.
    #[must_use]
    pub fn notifies_actor(self) -> bool {
        matches!(self, Self::Submitted | Self::FollowUpAsk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: EventKind, audience: Audience) -> bool {
        kind.audiences().iter().any(|hears| hears.audience == audience)
    }

    #[test]
    fn every_event_is_heard_by_somebody_and_by_nobody_twice() {
        for kind in EventKind::ALL {
            let mut audiences: Vec<_> = kind.audiences().iter().map(|hears| hears.audience).collect();
            assert!(!audiences.is_empty(), "{kind:?}");
            audiences.sort();
            audiences.dedup();
            assert_eq!(audiences.len(), kind.audiences().len(), "{kind:?}");
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), EventKind::ALL.len());
        for key in TemplateKey::ALL {
            assert_eq!(TemplateKey::by_name(key.as_str()), Some(key));
        }
    }

    #[test]
    fn the_design_s_sentences_hold() {
        use Audience::*;
        for (kind, audience) in [
            (EventKind::Submitted, Reporter),
            (EventKind::Dispatched, Unit),
            (EventKind::TriageNeeded, Operators),
            (EventKind::EmergencyReported, Operators),
            (EventKind::Returned, Operators),
            // yellow urges the unit by itself
            (EventKind::LightYellow, Unit),
            // red tells the unit's head and the supervisors of that area
            (EventKind::LightRed, UnitHead),
            (EventKind::LightRed, CountySupervisors),
            (EventKind::LightRed, CitySupervisors),
            (EventKind::Warned, CountySupervisors),
            (EventKind::Dissatisfied, Unit),
            (EventKind::Dissatisfied, CountySupervisors),
            // endorsers are told like the reporter
            (EventKind::Replied, Endorsers),
            (EventKind::Closed, Endorsers),
            (EventKind::ManualFollowUp, Operators),
        ] {
            assert!(told(kind, audience), "{kind:?} {audience:?}");
        }
        assert!(!told(EventKind::LightYellow, CountySupervisors));
        assert!(!told(EventKind::Accepted, Unit));
    }

    #[test]
    fn endorsers_are_told_like_the_reporter() {
        use Audience::*;
        // The receipt, the follow-up and the notice of an endorsement are for the reporter only.
        let his_own = [
            EventKind::Submitted,
            EventKind::FollowUpAsk,
            EventKind::FollowUpReminder,
            EventKind::Endorsed,
        ];
        for kind in EventKind::ALL {
            let reporter = told(*kind, Reporter) || told(*kind, ReporterUnasked);
            if reporter && !his_own.contains(kind) {
                assert!(told(*kind, Endorsers), "{kind:?}");
            }
        }
    }

    #[test]
    fn units_and_other_delegates_never_learn_who_reported_in_confidence() {
        use Audience::*;
        for audience in [Unit, UnitHead, NamedUnit, Endorsers, NamedPeople] {
            assert!(!audience.may_see_reporter(true), "{audience:?}");
            assert!(audience.may_see_reporter(false), "{audience:?}");
        }
        for audience in [Reporter, Operators, CountySupervisors, CitySupervisors, Committee] {
            assert!(audience.may_see_reporter(true), "{audience:?}");
        }
    }
}
