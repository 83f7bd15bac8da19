//! Pure: consequences of a delegate's verdict. The service executes them in one transaction and decides nothing.

use entity::kinds::{Satisfaction, Status, SupervisionLevel};

/// The facts when the verdict is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerdictContext {
    /// Verdicts of dissatisfied on this order so far, this one left out.
    pub dissatisfied: u32,
    /// Delegates behind the matter: its reporter and those who endorse it, among them the reporters of orders merged
    /// into it.
    pub delegates: u32,
    /// So many delegates raise the level by one (`supervision.delegates_to_raise`).
    pub delegates_to_raise: u32,
    pub level: SupervisionLevel,
}

/// Clocks to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewDeadlines {
    None,
    /// 补充办理: the unit owes a supplementary reply in the same round.
    Supplementary,
    /// 二次办理: response and resolution of the next round.
    Round,
}

/// The recipients of the notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotifiedGroup {
    Unit,
    UnitHead,
    SupervisorsOfArea,
    Endorsers,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequences {
    pub status: Status,
    pub round_increment: i32,
    /// 疑难工单: set, never taken back.
    pub difficult: bool,
    /// 重点跟踪: set, taken back by a supervisor only.
    pub tracked: bool,
    /// 预警.
    pub warned: bool,
    /// 督办单 to the unit.
    pub supervision_order: bool,
    pub supervision_level: SupervisionLevel,
    pub fresh_clocks: NewDeadlines,
    pub notify: &'static [NotifiedGroup],
}

/// 满意: closed. 基本满意: warned, tracked, a supplementary reply owed. 不满意: the next round, under supervision.
#[must_use]
pub fn after_verdict(result: Satisfaction, before: VerdictContext) -> Consequences {
    let closed = Consequences {
        status: Status::Closed,
        round_increment: 0,
        difficult: false,
        tracked: false,
        warned: false,
        supervision_order: false,
        supervision_level: before.level,
        fresh_clocks: NewDeadlines::None,
        notify: &[NotifiedGroup::Unit, NotifiedGroup::Endorsers],
    };
    match result {
        Satisfaction::Satisfied => closed,
        Satisfaction::BasicallySatisfied => Consequences {
            status: Status::InProgress,
            tracked: true,
            warned: true,
            fresh_clocks: NewDeadlines::Supplementary,
            notify: &[NotifiedGroup::Unit, NotifiedGroup::SupervisorsOfArea],
            ..closed
        },
        Satisfaction::Dissatisfied => Consequences {
            status: Status::Dispatched,
            round_increment: 1,
            difficult: true,
            supervision_order: true,
            supervision_level: supervision_level(VerdictContext {
                dissatisfied: before.dissatisfied + 1,
                ..before
            }),
            fresh_clocks: NewDeadlines::Round,
            notify: &[
                NotifiedGroup::Unit,
                NotifiedGroup::UnitHead,
                NotifiedGroup::SupervisorsOfArea,
            ],
            ..closed
        },
    }
}

/// Returns the supervision level: one step per dissatisfied verdict, one more with several delegates (unit → county
/// committee → city committee). Never lower than before.
#[must_use]
pub fn supervision_level(before: VerdictContext) -> SupervisionLevel {
    let by_many = u32::from(before.delegates >= before.delegates_to_raise);
    let reached = match before.dissatisfied + by_many {
        0 => SupervisionLevel::None,
        1 => SupervisionLevel::Unit,
        2 => SupervisionLevel::County,
        _ => SupervisionLevel::City,
    };
    reached.max(before.level)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: VerdictContext = VerdictContext {
        dissatisfied: 0,
        delegates: 1,
        delegates_to_raise: 3,
        level: SupervisionLevel::None,
    };

    #[test]
    fn satisfied_closes_and_leaves_everything_else_alone() {
        let raised = VerdictContext {
            level: SupervisionLevel::County,
            dissatisfied: 2,
            ..FIRST
        };
        let after = after_verdict(Satisfaction::Satisfied, raised);
        assert_eq!((after.status, after.round_increment), (Status::Closed, 0));
        assert_eq!(after.supervision_level, SupervisionLevel::County);
        assert_eq!(after.fresh_clocks, NewDeadlines::None);
        assert!(!(after.difficult || after.tracked || after.warned || after.supervision_order));
    }

    #[test]
    fn basically_satisfied_warns_tracks_and_owes_a_supplementary_reply_in_the_same_round() {
        let after = after_verdict(Satisfaction::BasicallySatisfied, FIRST);
        assert_eq!((after.status, after.round_increment), (Status::InProgress, 0));
        assert!(after.warned && after.tracked && !after.difficult && !after.supervision_order);
        assert_eq!(after.fresh_clocks, NewDeadlines::Supplementary);
        assert!(after.notify.contains(&NotifiedGroup::SupervisorsOfArea));
        assert_eq!(after.supervision_level, SupervisionLevel::None);
    }

    #[test]
    fn dissatisfied_is_difficult_and_goes_out_again_under_supervision() {
        let after = after_verdict(Satisfaction::Dissatisfied, FIRST);
        assert_eq!((after.status, after.round_increment), (Status::Dispatched, 1));
        assert!(after.difficult && after.supervision_order);
        assert_eq!(after.fresh_clocks, NewDeadlines::Round);
        assert_eq!(
            after.notify,
            [
                NotifiedGroup::Unit,
                NotifiedGroup::UnitHead,
                NotifiedGroup::SupervisorsOfArea
            ]
        );
    }

    #[test]
    fn each_dissatisfied_verdict_raises_the_level_and_so_do_several_delegates() {
        use SupervisionLevel::{City, County, Unit};
        // Dissatisfied before, delegates behind it, level after one more.
        let cases = [
            (0, 1, Unit),
            (1, 1, County),
            (2, 1, City),
            (7, 1, City),
            (0, 2, Unit),
            (0, 3, County),
            (1, 3, City),
        ];
        for (dissatisfied, delegates, expected) in cases {
            let after = after_verdict(
                Satisfaction::Dissatisfied,
                VerdictContext {
                    dissatisfied,
                    delegates,
                    ..FIRST
                },
            );
            assert_eq!(
                after.supervision_level, expected,
                "{dissatisfied} before, {delegates} delegates"
            );
        }
    }

    #[test]
    fn several_delegates_raise_a_matter_nobody_has_judged_yet_and_nothing_lowers_it() {
        assert_eq!(supervision_level(FIRST), SupervisionLevel::None);
        assert_eq!(
            supervision_level(VerdictContext {
                delegates: 3,
                ..FIRST
            }),
            SupervisionLevel::Unit
        );
        assert_eq!(
            supervision_level(VerdictContext {
                level: SupervisionLevel::City,
                ..FIRST
            }),
            SupervisionLevel::City
        );
    }

    #[test]
    fn consequences_and_the_table_of_moves_say_the_same_status() {
        use super::super::lifecycle::{Action, ActorRelation, decide};
        let same = [
            (Satisfaction::Satisfied, Action::VerdictSatisfied),
            (Satisfaction::BasicallySatisfied, Action::VerdictBasically),
            (Satisfaction::Dissatisfied, Action::VerdictDissatisfied),
        ];
        for (result, action) in same {
            let decided = decide(Status::Replied, action, ActorRelation::Reporter);
            assert_eq!(decided, Ok(after_verdict(result, FIRST).status));
        }
    }
}
