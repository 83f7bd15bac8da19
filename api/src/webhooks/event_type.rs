//! Pure: the events that an endpoint can subscribe to, and the events of each step of an order's history.

use entity::kinds::{EventAction, Status};

macro_rules! event_types {
    ($($variant:ident => $name:literal,)*) => {
        /// The kind of an event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventType {
            $($variant,)*
        }

        impl EventType {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in subscriptions and in the `type` of a body.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

event_types! {
    OrderSubmitted => "order.submitted",
    OrderDispatched => "order.dispatched",
    OrderAccepted => "order.accepted",
    OrderReplied => "order.replied",
    OrderReturned => "order.returned",
    ExtensionRequested => "order.extension_requested",
    ExtensionDecided => "order.extension_decided",
    VerdictGiven => "order.verdict_given",
    RoundStarted => "order.round_started",
    OrderClosed => "order.closed",
    OrderReopened => "order.reopened",
    OrderCancelled => "order.cancelled",
    OrderMerged => "order.merged",
    LightChanged => "light.changed",
    SupervisionOrderIssued => "supervision_order.issued",
    SupervisionOrderAnswered => "supervision_order.answered",
    HotTopicFound => "hot_topic.found",
    ReportIssued => "report.issued",
    AuditCheckpoint => "audit.checkpoint",
    Test => "webhook.test",
}

impl EventType {
    /// Returns the name of the event for administrators.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::OrderSubmitted => "提交",
            Self::OrderDispatched => "派单",
            Self::OrderAccepted => "签收",
            Self::OrderReplied => "答复",
            Self::OrderReturned => "退单",
            Self::ExtensionRequested => "申请延期",
            Self::ExtensionDecided => "延期审批",
            Self::VerdictGiven => "代表评价",
            Self::RoundStarted => "再次办理",
            Self::OrderClosed => "办结",
            Self::OrderReopened => "重新办理",
            Self::OrderCancelled => "撤销",
            Self::OrderMerged => "并单",
            Self::LightChanged => "期限灯变化",
            Self::SupervisionOrderIssued => "发出督办单",
            Self::SupervisionOrderAnswered => "督办单答复",
            Self::HotTopicFound => "发现高频问题",
            Self::ReportIssued => "签发分析报告",
            Self::AuditCheckpoint => "防篡改检查点",
            Self::Test => "测试",
        }
    }

    /// Returns `None` if no event has this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.as_str() == name)
    }
}

/// The part of a history step that decides about its events.
#[derive(Clone, Copy, Debug)]
pub struct HistoryStep {
    pub action: EventAction,
    pub from: Option<Status>,
    pub to: Status,
    pub round: i32,
}

/// Returns the events of a step, in sending order.
#[must_use]
pub fn of_step(step: HistoryStep) -> Vec<EventType> {
    let mut events: Vec<EventType> = match step.action {
        EventAction::Submitted => vec![EventType::OrderSubmitted],
        EventAction::Dispatched | EventAction::Redispatched => vec![EventType::OrderDispatched],
        EventAction::Accepted => vec![EventType::OrderAccepted],
        EventAction::Replied | EventAction::Supplemented => vec![EventType::OrderReplied],
        EventAction::Returned => vec![EventType::OrderReturned],
        EventAction::ExtensionAsked => vec![EventType::ExtensionRequested],
        EventAction::ExtensionGranted | EventAction::ExtensionRefused => vec![EventType::ExtensionDecided],
        EventAction::Verdict => vec![EventType::VerdictGiven],
        EventAction::Reopened => vec![EventType::OrderReopened, EventType::RoundStarted],
        EventAction::Cancelled => vec![EventType::OrderCancelled],
        EventAction::Merged => vec![EventType::OrderMerged],
        EventAction::LightYellow | EventAction::LightRed => vec![EventType::LightChanged],
        EventAction::SupervisionOrder => vec![EventType::SupervisionOrderIssued],
        EventAction::SupervisionOrderAnswered => vec![EventType::SupervisionOrderAnswered],
        EventAction::Account
        | EventAction::Adopted
        | EventAction::CallerConfirmed
        | EventAction::CampaignJoined
        | EventAction::Closed
        | EventAction::ContactCall
        | EventAction::DeadlineRecounted
        | EventAction::DispatchReason
        | EventAction::Endorsed
        | EventAction::FollowUp
        | EventAction::MergedIn
        | EventAction::Noted
        | EventAction::PartAccepted
        | EventAction::PartReminded
        | EventAction::PartReported
        | EventAction::PhotoCovered
        | EventAction::Raised
        | EventAction::SplitOff
        | EventAction::SubAssigned
        | EventAction::SupervisionOrderReminded
        | EventAction::Tracked
        | EventAction::Triaged
        | EventAction::Unmerged
        | EventAction::Untracked
        | EventAction::Urged => Vec::new(),
    };
    if matches!(step.action, EventAction::Verdict | EventAction::FollowUp) {
        // A dissatisfied verdict returns the order to its unit for another round.
        if step.to == Status::Dispatched {
            events.push(EventType::RoundStarted);
        }
    }
    let was_closed = step.from == Some(Status::Closed);
    if step.to == Status::Closed && !was_closed && step.action != EventAction::Merged {
        events.push(EventType::OrderClosed);
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(action: EventAction, from: Status, to: Status) -> Vec<&'static str> {
        let step = HistoryStep {
            action,
            from: Some(from),
            to,
            round: 1,
        };
        of_step(step).into_iter().map(EventType::as_str).collect()
    }

    #[test]
    fn a_verdict_says_what_follows_from_it() {
        assert_eq!(
            events(EventAction::Verdict, Status::Replied, Status::Closed),
            ["order.verdict_given", "order.closed"]
        );
        assert_eq!(
            events(EventAction::Verdict, Status::Replied, Status::Dispatched),
            ["order.verdict_given", "order.round_started"]
        );
        assert_eq!(
            events(EventAction::Verdict, Status::Replied, Status::InProgress),
            ["order.verdict_given"]
        );
    }

    #[test]
    fn what_nobody_outside_needs_is_no_event() {
        assert_eq!(
            events(EventAction::Noted, Status::InProgress, Status::InProgress),
            [""; 0]
        );
        assert_eq!(
            events(EventAction::Urged, Status::Closed, Status::Closed),
            [""; 0]
        );
    }

    #[test]
    fn every_name_is_parsed_again() {
        for event in EventType::ALL {
            assert_eq!(EventType::parse(event.as_str()), Some(*event));
        }
        assert_eq!(EventType::parse("order.*"), None);
    }
}
