//! Pure: the one table of legal moves: `(status, action, standing) → status`.
//!
//! Whatever is not in it is refused, with the moves that are open. What a move needs besides (a reason, a date, a
//! clock) is asked for by the rule it belongs to.

use entity::kinds::Status;
use serde::{Deserialize, Serialize};

use self::Action::*;
use self::ActorRelation::*;
use self::NextStatus::{Becomes, Stays};
use self::Status::*;
use crate::error::{ErrorKind, Refusal};

/// A person's relation to one order, determined by the caller from roster and order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ActorRelation {
    /// The delegate whose order it is.
    Reporter,
    /// A delegate who has endorsed it.
    Endorser,
    /// Another delegate.
    OtherDelegate,
    /// A handler of the unit that has the order.
    LeadUnit,
    /// The head of that unit.
    UnitHead,
    /// A handler of a supporting or sub-assigned unit.
    SupportUnit,
    Operator,
    /// A supervisor of the city, or of the order's county.
    SupervisorOfArea,
    Admin,
    /// The product itself, at submission.
    System,
    /// May not know of the order.
    Stranger,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Action {
    Accept,
    Reply,
    Return,
    RequestExtension,
    DecideExtension,
    SubAssign,
    /// A supporting unit gives its own part of the account.
    ReportPart,
    Dispatch,
    /// No rule says whose it is, or its unit is no longer in the city's list.
    SendToTriage,
    Cancel,
    VerdictSatisfied,
    VerdictBasically,
    VerdictDissatisfied,
    FollowUp,
    /// The last call did not reach the delegate either, or they declined to be asked and their time is over: closed as
    /// 未评价.
    FollowUpUnreachedFinal,
    Reopen,
    Merge,
    Unmerge,
    Urge,
    Track,
    Untrack,
    IssueSupervisionOrder,
    AnswerSupervisionOrder,
    Endorse,
    Note,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NextStatus {
    Becomes(Status),
    Stays,
}

/// One row: from any of these statuses, any of these may do it, and then the order is so.
struct Transition {
    action: Action,
    from: &'static [Status],
    who: &'static [ActorRelation],
    to: NextStatus,
}

const fn transition(
    action: Action,
    from: &'static [Status],
    who: &'static [ActorRelation],
    to: NextStatus,
) -> Transition {
    Transition {
        action,
        from,
        who,
        to,
    }
}

const UNIT: &[ActorRelation] = &[LeadUnit, UnitHead];
const HANDLING: &[Status] = &[Dispatched, InProgress];
/// Until the reply.
const UNANSWERED: &[Status] = &[Submitted, Triage, Dispatched, InProgress];
const NOT_OVER: &[Status] = &Status::OPEN;
const EVERYBODY: &[ActorRelation] = &[
    Reporter,
    Endorser,
    LeadUnit,
    UnitHead,
    SupportUnit,
    Operator,
    SupervisorOfArea,
];

#[rustfmt::skip]
const TRANSITIONS: &[Transition] = &[
    // 分流: the product by its rules, an operator where they do not reach or were wrong.
    transition(Dispatch,               &[Submitted],                       &[System],             Becomes(Dispatched)),
    transition(SendToTriage,           &[Submitted, Dispatched, InProgress], &[System],           Becomes(Triage)),
    transition(Dispatch,               UNANSWERED,                         &[Operator],           Becomes(Dispatched)),
    // 办理: the unit that has it.
    transition(Accept,                 &[Dispatched],                      UNIT,                  Becomes(InProgress)),
    transition(Reply,                  &[InProgress],                      UNIT,                  Becomes(Replied)),
    transition(Return,                 HANDLING,                           UNIT,                  Becomes(Triage)),
    transition(RequestExtension,       HANDLING,                           UNIT,                  Stays),
    transition(DecideExtension,        &[Triage, Dispatched, InProgress],  &[Operator],           Stays),
    transition(SubAssign,              HANDLING,                           UNIT,                  Stays),
    transition(ReportPart,             HANDLING,                           &[SupportUnit],        Stays),
    // 撤销: the delegate before acceptance, an operator with a reason until it is closed.
    transition(Cancel,                 &[Submitted, Triage, Dispatched],   &[Reporter],           Becomes(Cancelled)),
    transition(Cancel,                 NOT_OVER,                           &[Operator],           Becomes(Cancelled)),
    // 回访: the delegate's word, or an operator's note of it after a call.
    transition(VerdictSatisfied,       &[Replied],                         &[Reporter, Operator], Becomes(Closed)),
    transition(VerdictBasically,       &[Replied],                         &[Reporter, Operator], Becomes(InProgress)),
    transition(VerdictDissatisfied,    &[Replied],                         &[Reporter, Operator], Becomes(Dispatched)),
    // Closed as 未评价: the delegate may still judge.
    transition(VerdictSatisfied,       &[Closed],                          &[Reporter],           Becomes(Closed)),
    transition(VerdictBasically,       &[Closed],                          &[Reporter],           Becomes(InProgress)),
    transition(VerdictDissatisfied,    &[Closed],                          &[Reporter],           Becomes(Dispatched)),
    transition(FollowUp,               &[Replied],                         &[Operator],           Stays),
    transition(FollowUpUnreachedFinal, &[Replied],                         &[Operator, System],   Becomes(Closed)),
    // 反弹: the next round under the same number.
    transition(Reopen,                 &[Closed],                          &[Reporter],           Becomes(Dispatched)),
    // 并单: the matter continues under the other number.
    transition(Merge,                  UNANSWERED,                         &[Operator],           Becomes(Closed)),
    transition(Unmerge,                &[Closed],                          &[Operator],           Becomes(Triage)),
    // 督办: the standing committee watches and presses; it never handles.
    transition(Urge,                   &[Triage, Dispatched, InProgress],  &[SupervisorOfArea],   Stays),
    transition(Track,                  &[Submitted, Triage, Dispatched, InProgress, Replied, Closed], &[SupervisorOfArea], Stays),
    transition(Untrack,                &[Submitted, Triage, Dispatched, InProgress, Replied, Closed], &[SupervisorOfArea], Stays),
    transition(IssueSupervisionOrder,  &[Dispatched, InProgress, Replied], &[SupervisorOfArea],   Stays),
    transition(AnswerSupervisionOrder, &[Triage, Dispatched, InProgress, Replied, Closed], &[LeadUnit, UnitHead, SupportUnit], Stays),
    // 附议, 备注.
    transition(Endorse,                NOT_OVER,                           &[OtherDelegate],      Stays),
    transition(Note,                   &[Submitted, Triage, Dispatched, InProgress, Replied, Closed], EVERYBODY, Stays),
];

/// The facts besides the status that allow or forbid an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionGuards {
    /// The unit may still return it: in time, not before returned by it, not finally decided.
    pub may_return: bool,
    /// The resolution deadline runs, is not overdue, and has an extension left without a pending request.
    pub may_ask_extension: bool,
    pub extension_pending: bool,
    /// Closed, not by a merge, and its delegate may still reopen.
    pub may_reopen: bool,
    /// It waits for a verdict, or was closed as 未评价 and its delegate may still judge.
    pub may_judge: bool,
    pub merged: bool,
    pub tracked: bool,
    /// A supervision order to the caller's unit waits for an answer.
    pub supervision_order_open: bool,
}

impl Action {
    pub const ALL: &'static [Self] = &[
        Accept,
        Reply,
        Return,
        RequestExtension,
        DecideExtension,
        SubAssign,
        ReportPart,
        Dispatch,
        SendToTriage,
        Cancel,
        VerdictSatisfied,
        VerdictBasically,
        VerdictDissatisfied,
        FollowUp,
        FollowUpUnreachedFinal,
        Reopen,
        Merge,
        Unmerge,
        Urge,
        Track,
        Untrack,
        IssueSupervisionOrder,
        AnswerSupervisionOrder,
        Endorse,
        Note,
    ];

    /// The name a client knows it by, which is the path it posts to. An operator's verdict is part of a follow-up.
    #[must_use]
    pub fn name(self, standing: ActorRelation) -> &'static str {
        match self {
            Accept => "accept",
            Reply => "reply",
            Return => "return",
            RequestExtension => "extensions",
            DecideExtension => "decide_extension",
            SubAssign => "sub_assignments",
            // What the path is for the whole, for its own part.
            ReportPart => "reply",
            Dispatch => "dispatch",
            SendToTriage => "triage",
            Cancel => "cancel",
            VerdictSatisfied | VerdictBasically | VerdictDissatisfied if standing == Operator => "follow_ups",
            VerdictSatisfied | VerdictBasically | VerdictDissatisfied => "verdict",
            FollowUp | FollowUpUnreachedFinal => "follow_ups",
            Reopen => "reopen",
            Merge => "merge",
            Unmerge => "unmerge",
            Urge => "urges",
            Track => "tracking",
            Untrack => "untrack",
            IssueSupervisionOrder => "supervision_orders",
            AnswerSupervisionOrder => "answer_supervision_order",
            Endorse => "endorse",
            Note => "notes",
        }
    }

    fn guard_allows(self, facts: ActionGuards) -> bool {
        match self {
            Return => facts.may_return,
            RequestExtension => facts.may_ask_extension,
            DecideExtension => facts.extension_pending,
            Reopen => facts.may_reopen,
            VerdictSatisfied | VerdictBasically | VerdictDissatisfied => facts.may_judge,
            Unmerge => facts.merged,
            Track => !facts.tracked,
            Untrack => facts.tracked,
            AnswerSupervisionOrder => facts.supervision_order_open,
            _ => true,
        }
    }
}

/// A move that is not in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub status: Status,
    pub action: Action,
    /// Whether the caller could do it in some other status: then it is the state that is in the way.
    pub wrong_status: bool,
    /// The caller's available actions.
    pub allowed: Vec<Action>,
}

/// The status after the move, or why there is none.
pub fn decide(status: Status, action: Action, standing: ActorRelation) -> Result<Status, Refused> {
    let mut rows = TRANSITIONS
        .iter()
        .filter(|row| row.action == action && row.who.contains(&standing));
    match rows.clone().find(|row| row.from.contains(&status)) {
        Some(row) => Ok(match row.to {
            Becomes(next) => next,
            Stays => status,
        }),
        None => {
            let allowed = candidates(status, standing);
            Err(Refused {
                status,
                action,
                wrong_status: rows.next().is_some(),
                allowed,
            })
        }
    }
}

/// Returns the caller's available actions by the table and the facts of the order.
#[must_use]
pub fn allowed(status: Status, standing: ActorRelation, facts: ActionGuards) -> Vec<Action> {
    candidates(status, standing)
        .into_iter()
        .filter(|action| action.guard_allows(facts))
        .collect()
}

/// Returns the available actions under the names clients know, without duplicates.
#[must_use]
pub fn allowed_names(status: Status, standing: ActorRelation, facts: ActionGuards) -> Vec<&'static str> {
    let mut names: Vec<_> = allowed(status, standing, facts)
        .into_iter()
        .map(|action| action.name(standing))
        .collect();
    names.dedup();
    names
}

fn candidates(status: Status, standing: ActorRelation) -> Vec<Action> {
    Action::ALL
        .iter()
        .copied()
        .filter(|action| has_transition(status, *action, standing))
        .collect()
}

fn has_transition(status: Status, action: Action, standing: ActorRelation) -> bool {
    TRANSITIONS
        .iter()
        .any(|row| row.action == action && row.from.contains(&status) && row.who.contains(&standing))
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        if self.wrong_status {
            "move_not_open"
        } else {
            "role_may_not"
        }
    }

    fn detail(&self) -> String {
        if self.wrong_status {
            format!("工单当前状态为“{}”，不能进行此操作。", self.status.label())
        } else {
            "您的身份不能对本工单进行此操作。".to_owned()
        }
    }

    fn kind(&self) -> ErrorKind {
        if self.wrong_status {
            ErrorKind::Conflict
        } else {
            ErrorKind::Forbidden
        }
    }
}

#[cfg(test)]
mod tests;
