//! The events that an endpoint can subscribe to, and which of them a step of an order's history stands for.
//!
//! Pure.

use entity::kinds::Status;

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
    Test => "webhook.test",
}

impl EventType {
    /// Returns `None` if no event has this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.as_str() == name)
    }
}

/// A step of an order's history, as far as it says what happened.
#[derive(Clone, Copy, Debug)]
pub struct HistoryStep<'a> {
    pub action: &'a str,
    pub from: Option<Status>,
    pub to: Status,
    pub round: i32,
}

/// The events that a step stands for, in the order in which they are sent.
#[must_use]
pub fn of_step(step: HistoryStep<'_>) -> Vec<EventType> {
    let mut events: Vec<EventType> = match step.action {
        "submitted" => vec![EventType::OrderSubmitted],
        "dispatched" | "redispatched" => vec![EventType::OrderDispatched],
        "accepted" => vec![EventType::OrderAccepted],
        "replied" | "supplemented" => vec![EventType::OrderReplied],
        "returned" => vec![EventType::OrderReturned],
        "extension_asked" => vec![EventType::ExtensionRequested],
        "extension_granted" | "extension_refused" => vec![EventType::ExtensionDecided],
        "verdict" => vec![EventType::VerdictGiven],
        "reopened" => vec![EventType::OrderReopened, EventType::RoundStarted],
        "cancelled" => vec![EventType::OrderCancelled],
        "merged" => vec![EventType::OrderMerged],
        "light_yellow" | "light_red" => vec![EventType::LightChanged],
        "supervision_order" => vec![EventType::SupervisionOrderIssued],
        "supervision_order_answered" => vec![EventType::SupervisionOrderAnswered],
        _ => Vec::new(),
    };
    if matches!(step.action, "verdict" | "follow_up") {
        // A dissatisfied verdict puts the order back to its unit for another round.
        if step.to == Status::Dispatched {
            events.push(EventType::RoundStarted);
        }
    }
    let was_closed = step.from == Some(Status::Closed);
    if step.to == Status::Closed && !was_closed && step.action != "merged" {
        events.push(EventType::OrderClosed);
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(action: &str, from: Status, to: Status) -> Vec<&'static str> {
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
            events("verdict", Status::Replied, Status::Closed),
            ["order.verdict_given", "order.closed"]
        );
        assert_eq!(
            events("verdict", Status::Replied, Status::Dispatched),
            ["order.verdict_given", "order.round_started"]
        );
        assert_eq!(
            events("verdict", Status::Replied, Status::InProgress),
            ["order.verdict_given"]
        );
    }

    #[test]
    fn what_nobody_outside_needs_is_no_event() {
        assert_eq!(events("noted", Status::InProgress, Status::InProgress), [""; 0]);
        assert_eq!(events("urged", Status::Closed, Status::Closed), [""; 0]);
    }

    #[test]
    fn every_name_is_parsed_again() {
        for event in EventType::ALL {
            assert_eq!(EventType::parse(event.as_str()), Some(*event));
        }
        assert_eq!(EventType::parse("order.*"), None);
    }
}
