use std::collections::BTreeMap;

use super::*;

const EVERY_STANDING: [ActorRelation; 11] = [
    Reporter,
    Endorser,
    OtherDelegate,
    LeadUnit,
    UnitHead,
    SupportUnit,
    Operator,
    SupervisorOfArea,
    Admin,
    System,
    Stranger,
];

/// The lifecycle as a page: for each status and standing, every legal action with the status after it (`=`: unchanged).
/// Other actions are refused. Written independently of the table in code, by status and not by action.
const LAW: &str = "
submitted
  Reporter          Cancel>cancelled Note=
  Endorser          Note=
  OtherDelegate     Endorse=
  LeadUnit          Note=
  UnitHead          Note=
  SupportUnit       Note=
  Operator          Dispatch>dispatched Cancel>cancelled Merge>closed Note=
  SupervisorOfArea  Track= Untrack= Note=
  System            Dispatch>dispatched SendToTriage>triage
triage
  Reporter          Cancel>cancelled Note=
  Endorser          Note=
  OtherDelegate     Endorse=
  LeadUnit          AnswerSupervisionOrder= Note=
  UnitHead          AnswerSupervisionOrder= Note=
  SupportUnit       AnswerSupervisionOrder= Note=
  Operator          DecideExtension= Dispatch>dispatched Cancel>cancelled Merge>closed Note=
  SupervisorOfArea  Urge= Track= Untrack= Note=
dispatched
  Reporter          Cancel>cancelled Note=
  Endorser          Note=
  OtherDelegate     Endorse=
  LeadUnit          Accept>in_progress Return>triage RequestExtension= SubAssign= AnswerSupervisionOrder= Note=
  UnitHead          Accept>in_progress Return>triage RequestExtension= SubAssign= AnswerSupervisionOrder= Note=
  SupportUnit       ReportPart= AnswerSupervisionOrder= Note=
  Operator          DecideExtension= Dispatch= Cancel>cancelled Merge>closed Note=
  SupervisorOfArea  Urge= Track= Untrack= IssueSupervisionOrder= Note=
  System            SendToTriage>triage
in_progress
  Reporter          Note=
  Endorser          Note=
  OtherDelegate     Endorse=
  LeadUnit          Reply>replied Return>triage RequestExtension= SubAssign= AnswerSupervisionOrder= Note=
  UnitHead          Reply>replied Return>triage RequestExtension= SubAssign= AnswerSupervisionOrder= Note=
  SupportUnit       ReportPart= AnswerSupervisionOrder= Note=
  Operator          DecideExtension= Dispatch>dispatched Cancel>cancelled Merge>closed Note=
  SupervisorOfArea  Urge= Track= Untrack= IssueSupervisionOrder= Note=
  System            SendToTriage>triage
replied
  Reporter          VerdictSatisfied>closed VerdictBasically>in_progress VerdictDissatisfied>dispatched Note=
  Endorser          Note=
  OtherDelegate     Endorse=
  LeadUnit          AnswerSupervisionOrder= Note=
  UnitHead          AnswerSupervisionOrder= Note=
  SupportUnit       AnswerSupervisionOrder= Note=
  Operator          Cancel>cancelled VerdictSatisfied>closed VerdictBasically>in_progress VerdictDissatisfied>dispatched FollowUp= FollowUpUnreachedFinal>closed Note=
  SupervisorOfArea  Track= Untrack= IssueSupervisionOrder= Note=
  System            FollowUpUnreachedFinal>closed
closed
  Reporter          VerdictSatisfied= VerdictBasically>in_progress VerdictDissatisfied>dispatched Reopen>dispatched Note=
  Endorser          Note=
  LeadUnit          AnswerSupervisionOrder= Note=
  UnitHead          AnswerSupervisionOrder= Note=
  SupportUnit       AnswerSupervisionOrder= Note=
  Operator          Unmerge>triage Note=
  SupervisorOfArea  Track= Untrack= Note=
cancelled
";

/// (status, standing, action) → status after it, read from the page.
fn the_law() -> BTreeMap<(String, String, String), String> {
    let mut law = BTreeMap::new();
    let mut status = "";
    for line in LAW.lines().filter(|line| !line.is_empty()) {
        if !line.starts_with(' ') {
            status = line;
            continue;
        }
        let mut words = line.split_whitespace();
        let standing = words.next().unwrap();
        for word in words {
            let (action, after) = word.split_once(['>', '=']).unwrap();
            let after = if after.is_empty() { status } else { after };
            let key = (status.to_owned(), standing.to_owned(), action.to_owned());
            assert!(
                law.insert(key, after.to_owned()).is_none(),
                "{word} twice for {standing} in {status}"
            );
        }
    }
    law
}

fn key(status: Status, standing: ActorRelation, action: Action) -> (String, String, String) {
    (status.to_string(), format!("{standing:?}"), format!("{action:?}"))
}

/// Every fact in favour, so that only the table speaks.
const OPEN_FACTS: ActionGuards = ActionGuards {
    may_return: true,
    may_ask_extension: true,
    extension_pending: true,
    may_reopen: true,
    may_judge: true,
    merged: true,
    tracked: false,
    supervision_order_open: true,
};

#[test]
fn every_status_action_and_standing_is_as_the_page_says() {
    let mut law = the_law();
    for status in Status::ALL.iter().copied() {
        for action in Action::ALL.iter().copied() {
            for standing in EVERY_STANDING {
                let expected = law.remove(&key(status, standing, action));
                let decided = decide(status, action, standing)
                    .ok()
                    .map(|after| after.to_string());
                assert_eq!(decided, expected, "{standing:?} {action:?} in {status}");
            }
        }
    }
    assert!(law.is_empty(), "the page names what does not exist: {law:?}");
}

#[test]
fn a_refusal_lists_exactly_the_moves_that_are_open() {
    for status in Status::ALL.iter().copied() {
        for standing in EVERY_STANDING {
            let open: Vec<_> = Action::ALL
                .iter()
                .copied()
                .filter(|action| decide(status, *action, standing).is_ok())
                .collect();
            for action in Action::ALL.iter().copied() {
                if let Err(refused) = decide(status, action, standing) {
                    assert_eq!(refused.allowed, open, "{standing:?} {action:?} in {status}");
                }
            }
        }
    }
}

#[test]
fn a_stranger_and_an_admin_move_nothing() {
    for standing in [Stranger, Admin] {
        for status in Status::ALL.iter().copied() {
            assert_eq!(
                allowed(status, standing, OPEN_FACTS),
                [],
                "{standing:?} in {status}"
            );
        }
    }
}

#[test]
fn the_state_in_the_way_is_a_conflict_and_the_wrong_person_is_forbidden() {
    let early = decide(Dispatched, Reply, LeadUnit).unwrap_err();
    assert_eq!(
        (early.kind(), early.code()),
        (ErrorKind::Conflict, "move_not_open")
    );
    assert!(early.detail().contains("已派单"), "{}", early.detail());
    let foreign = decide(Replied, VerdictSatisfied, OtherDelegate).unwrap_err();
    assert_eq!(
        (foreign.kind(), foreign.code()),
        (ErrorKind::Forbidden, "role_may_not")
    );
}

#[test]
fn a_supervisor_never_handles_an_order() {
    let handling = [
        Accept,
        Reply,
        Return,
        RequestExtension,
        SubAssign,
        Dispatch,
        VerdictSatisfied,
    ];
    for action in handling {
        for status in Status::ALL.iter().copied() {
            assert!(
                decide(status, action, SupervisorOfArea).is_err(),
                "{action:?} in {status}"
            );
        }
    }
}

#[test]
fn clients_see_each_name_once() {
    assert_eq!(allowed_names(Replied, Reporter, OPEN_FACTS), ["verdict", "notes"]);
    assert_eq!(
        allowed_names(Replied, Operator, OPEN_FACTS),
        ["cancel", "follow_ups", "notes"]
    );
    let unit = allowed_names(InProgress, LeadUnit, OPEN_FACTS);
    assert_eq!(
        unit,
        [
            "reply",
            "return",
            "extensions",
            "sub_assignments",
            "answer_supervision_order",
            "notes"
        ]
    );
}

#[test]
fn a_fact_shuts_the_move_it_is_about_and_no_other() {
    type Case = (Status, ActorRelation, Action, fn(&mut ActionGuards));
    let cases: [Case; 8] = [
        (Dispatched, LeadUnit, Return, |facts| facts.may_return = false),
        (InProgress, LeadUnit, RequestExtension, |facts| {
            facts.may_ask_extension = false
        }),
        (InProgress, Operator, DecideExtension, |facts| {
            facts.extension_pending = false
        }),
        (Closed, Reporter, Reopen, |facts| facts.may_reopen = false),
        (Closed, Operator, Unmerge, |facts| facts.merged = false),
        (Replied, SupervisorOfArea, Track, |facts| facts.tracked = true),
        (Replied, SupervisorOfArea, Untrack, |facts| facts.tracked = false),
        (Closed, UnitHead, AnswerSupervisionOrder, |facts| {
            facts.supervision_order_open = false
        }),
    ];
    for (status, standing, action, shut) in cases {
        let mut before = OPEN_FACTS;
        before.tracked = action == Untrack;
        let mut after = before;
        shut(&mut after);
        assert!(
            allowed(status, standing, before).contains(&action),
            "{action:?} is open before"
        );
        assert!(
            !allowed(status, standing, after).contains(&action),
            "{action:?} is shut after"
        );
        // Tracking opens the one as it shuts the other; every other move is left alone.
        let others = |facts| {
            let mut open = allowed(status, standing, facts);
            open.retain(|open| *open != action && !matches!(open, Track | Untrack));
            open
        };
        assert_eq!(others(after), others(before), "{action:?}");
    }
}
