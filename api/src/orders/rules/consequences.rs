//! What a delegate's verdict brings about. The service carries it out, in one transaction; nothing is decided there.

use entity::kinds::{Satisfaction, Status, SupervisionLevel};

/// What is known when the verdict is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
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
pub enum FreshClocks {
    None,
    /// 补充办理: the unit owes a supplementary reply in the same round.
    Supplementary,
    /// 二次办理: response and resolution of the next round.
    Round,
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
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
    pub fresh_clocks: FreshClocks,
    pub tell: &'static [Told],
}

/// 满意: closed. 基本满意: warned, tracked, a supplementary reply owed. 不满意: the next round, under supervision.
#[must_use]
pub fn after_verdict(result: Satisfaction, before: Before) -> Consequences {
    let closed = Consequences {
        status: Status::Closed,
        round_increment: 0,
        difficult: false,
        tracked: false,
        warned: false,
        supervision_order: false,
        supervision_level: before.level,
        fresh_clocks: FreshClocks::None,
        tell: &[Told::Unit, Told::Endorsers],
    };
    match result {
        Satisfaction::Satisfied => closed,
        Satisfaction::BasicallySatisfied => Consequences {
            status: Status::InProgress,
            tracked: true,
            warned: true,
            fresh_clocks: FreshClocks::Supplementary,
            tell: &[Told::Unit, Told::SupervisorsOfArea],
            ..closed
        },
        Satisfaction::Dissatisfied => Consequences {
            status: Status::Dispatched,
            round_increment: 1,
            difficult: true,
            supervision_order: true,
            supervision_level: level(Before {
                dissatisfied: before.dissatisfied + 1,
                ..before
            }),
            fresh_clocks: FreshClocks::Round,
            tell: &[Told::Unit, Told::UnitHead, Told::SupervisorsOfArea],
            ..closed
        },
    }
}

/// How high a matter stands: a step for each dissatisfied verdict, one more where several delegates are behind it
/// (unit → county committee → city committee). Never lower than it stood.
#[must_use]
pub fn level(before: Before) -> SupervisionLevel {
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

    const FIRST: Before = Before {
        dissatisfied: 0,
        delegates: 1,
        delegates_to_raise: 3,
        level: SupervisionLevel::None,
    };

    #[test]
    fn satisfied_closes_and_leaves_everything_else_alone() {
        let raised = Before {
            level: SupervisionLevel::County,
            dissatisfied: 2,
            ..FIRST
        };
        let after = after_verdict(Satisfaction::Satisfied, raised);
        assert_eq!((after.status, after.round_increment), (Status::Closed, 0));
        assert_eq!(after.supervision_level, SupervisionLevel::County);
        assert_eq!(after.fresh_clocks, FreshClocks::None);
        assert!(!(after.difficult || after.tracked || after.warned || after.supervision_order));
    }

    #[test]
    fn basically_satisfied_warns_tracks_and_owes_a_supplementary_reply_in_the_same_round() {
        let after = after_verdict(Satisfaction::BasicallySatisfied, FIRST);
        assert_eq!((after.status, after.round_increment), (Status::InProgress, 0));
        assert!(after.warned && after.tracked && !after.difficult && !after.supervision_order);
        assert_eq!(after.fresh_clocks, FreshClocks::Supplementary);
        assert!(after.tell.contains(&Told::SupervisorsOfArea));
        assert_eq!(after.supervision_level, SupervisionLevel::None);
    }

    #[test]
    fn dissatisfied_is_difficult_and_goes_out_again_under_supervision() {
        let after = after_verdict(Satisfaction::Dissatisfied, FIRST);
        assert_eq!((after.status, after.round_increment), (Status::Dispatched, 1));
        assert!(after.difficult && after.supervision_order);
        assert_eq!(after.fresh_clocks, FreshClocks::Round);
        assert_eq!(after.tell, [Told::Unit, Told::UnitHead, Told::SupervisorsOfArea]);
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
                Before {
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
        assert_eq!(level(FIRST), SupervisionLevel::None);
        assert_eq!(
            level(Before {
                delegates: 3,
                ..FIRST
            }),
            SupervisionLevel::Unit
        );
        assert_eq!(
            level(Before {
                level: SupervisionLevel::City,
                ..FIRST
            }),
            SupervisionLevel::City
        );
    }

    #[test]
    fn consequences_and_the_table_of_moves_say_the_same_status() {
        use super::super::lifecycle::{Action, Standing, decide};
        let same = [
            (Satisfaction::Satisfied, Action::VerdictSatisfied),
            (Satisfaction::BasicallySatisfied, Action::VerdictBasically),
            (Satisfaction::Dissatisfied, Action::VerdictDissatisfied),
        ];
        for (result, action) in same {
            let decided = decide(Status::Replied, action, Standing::Reporter);
            assert_eq!(decided, Ok(after_verdict(result, FIRST).status));
        }
    }
}
