//! Pure: the three rates, and a rank that is fair to those who had little to do.

use entity::ids::UnitId;

use super::count_deltas::Flow;

/// Below this a share says nothing: one case more or less moves it by more than ten points.
pub const MIN_DENOMINATOR: i64 = 10;
/// 95 % confidence.
const Z: f64 = 1.96;

/// A rate with its numerator and denominator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    pub numerator: i64,
    pub denominator: i64,
}

impl Rate {
    /// None where there was nothing to count.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.denominator > 0).then(|| number(self.numerator) / number(self.denominator))
    }

    #[must_use]
    pub fn is_small(self) -> bool {
        self.denominator < MIN_DENOMINATOR
    }

    /// Change against an earlier time in percentage points, to a tenth.
    #[must_use]
    pub fn change_since(self, before: Self) -> Option<f64> {
        let points = (self.share()? - before.share()?) * 100.0;
        Some((points * 10.0).round() / 10.0)
    }

    /// Lower end of the Wilson interval: what the share is at least, given how little it was counted from.
    #[must_use]
    pub fn wilson_lower_bound(self) -> f64 {
        let (Some(share), n) = (self.share(), number(self.denominator)) else {
            return 0.0;
        };
        let z2 = Z * Z;
        let middle = share + z2 / (2.0 * n);
        let spread = Z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
        ((middle - spread) / (1.0 + z2 / n)).max(0.0)
    }
}

/// To a tenth of a percent.
#[must_use]
pub fn in_percent(share: f64) -> f64 {
    (share * 1000.0).round() / 10.0
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn number(count: i64) -> f64 {
    count as f64
}

/// 响应率, 解决率, 满意率; beside them 按时办结率, which is about the clock and not about the delegate's word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    pub response: Rate,
    pub resolution: Rate,
    pub satisfaction: Rate,
    pub on_time: Rate,
}

pub const RESPONSE: &str = "响应率＝按时签收的响应期限÷本期已判定的响应期限。按时签收的计入签收之日，逾期的计入到期之日；撤销和并单的不计。";
pub const RESOLUTION: &str =
    "解决率＝代表评价为“解决”的次数÷（本期评价次数＋未评价办结件数）。部分解决、未解决和未评价都不算解决。";
pub const SATISFACTION: &str = "满意率＝代表评价为“满意”的次数÷（本期评价次数＋未评价办结件数）。“基本满意”须补充办理，不计为满意；未评价也不计为满意。";
pub const ON_TIME: &str =
    "按时办结率＝按时答复的办结期限÷本期已判定的办结期限。经批准延期的，按延期后的期限判定。";
pub const RANKING: &str = "综合得分＝响应、解决、满意三项合计的达标比例，再按件数折算：件数越少折算越多，一两件偶然的工单不会使单位排到最前或最后（折算取95%置信区间的下限）。三项合计不足30次的不参加排名。";

impl Rates {
    #[must_use]
    pub fn of(flow: &Flow) -> Self {
        let rated = flow.satisfied + flow.basically_satisfied + flow.dissatisfied + flow.unrated;
        let rate = |numerator, denominator| Rate {
            numerator,
            denominator,
        };
        Self {
            response: rate(flow.response_met, flow.response_due),
            resolution: rate(flow.solved, rated),
            satisfaction: rate(flow.satisfied, rated),
            on_time: rate(flow.resolution_met, flow.resolution_due),
        }
    }

    /// All three together: how often what was owed was done.
    #[must_use]
    pub fn combined(self) -> Rate {
        let three = [self.response, self.resolution, self.satisfaction];
        Rate {
            numerator: three.iter().map(|rate| rate.numerator).sum(),
            denominator: three.iter().map(|rate| rate.denominator).sum(),
        }
    }
}

/// The rank of a unit or a county. `None` if there are too few decisions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked<K = UnitId> {
    pub of: K,
    pub rank: Option<usize>,
    pub score: f64,
    pub rates: Rates,
    pub flow: Flow,
}

/// The best first; those with too little to be judged by come after, by how much they had to do.
#[must_use]
pub fn rank<K: Ord>(all: Vec<(K, Flow)>) -> Vec<Ranked<K>> {
    let mut ranked: Vec<_> = all
        .into_iter()
        .map(|(of, flow)| {
            let rates = Rates::of(&flow);
            Ranked {
                of,
                rank: None,
                score: rates.combined().wilson_lower_bound(),
                rates,
                flow,
            }
        })
        .collect();
    ranked.sort_by(|a, b| {
        let (few_a, few_b) = (has_little(a), has_little(b));
        let by_score = b.score.total_cmp(&a.score);
        let by_work = (b.rates.combined().denominator, b.flow.arrived())
            .cmp(&(a.rates.combined().denominator, a.flow.arrived()));
        let within = if few_a { by_work } else { by_score.then(by_work) };
        few_a.cmp(&few_b).then(within).then(a.of.cmp(&b.of))
    });
    let judged = ranked.iter().take_while(|unit| !has_little(unit)).count();
    let mut place = (0, f64::NAN);
    for (index, unit) in ranked.iter_mut().take(judged).enumerate() {
        // Equal scores share a place.
        if unit.score.total_cmp(&place.1).is_ne() {
            place = (index + 1, unit.score);
        }
        unit.rank = Some(place.0);
    }
    ranked
}

fn has_little<K>(unit: &Ranked<K>) -> bool {
    unit.rates.combined().denominator < 3 * MIN_DENOMINATOR
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(numerator: i64, denominator: i64) -> Rate {
        Rate {
            numerator,
            denominator,
        }
    }

    #[test]
    fn the_lower_bound_is_wilson_s() {
        // Values from the formula, computed by hand to four places.
        for (numerator, denominator, expected) in [
            (0, 0, 0.0),
            (1, 1, 0.2065),
            (9, 10, 0.5958),
            (90, 100, 0.8256),
            (0, 10, 0.0),
        ] {
            let bound = rate(numerator, denominator).wilson_lower_bound();
            assert!(
                (bound - expected).abs() < 5e-4,
                "{numerator}/{denominator}: {bound}"
            );
        }
    }

    #[test]
    fn a_change_needs_both_sides() {
        assert_eq!(rate(9, 10).change_since(rate(8, 10)), Some(10.0));
        assert_eq!(rate(1, 3).change_since(rate(1, 2)), Some(-16.7));
        assert_eq!(rate(9, 10).change_since(rate(0, 0)), None);
        assert_eq!(rate(0, 0).change_since(rate(1, 1)), None);
    }

    /// Returns the flow of a unit that met `met` of `due` response deadlines, with as many verdicts.
    fn flow(met: i64, due: i64) -> Flow {
        Flow {
            arrived_snap: due,
            response_due: due,
            response_met: met,
            satisfied: met,
            solved: met,
            dissatisfied: due - met,
            unsolved: due - met,
            ..Flow::default()
        }
    }

    #[test]
    fn one_lucky_case_does_not_lead_and_one_unlucky_case_does_not_trail() {
        let units: Vec<_> = std::iter::repeat_with(UnitId::generate).take(5).collect();
        let ranked = rank(vec![
            (units[0], flow(1, 1)),    // perfect, but once
            (units[1], flow(95, 100)), // nearly perfect, often
            (units[2], flow(12, 12)),  // perfect, a dozen times
            (units[3], flow(40, 100)),
            (units[4], flow(0, 1)), // missed the only one
        ]);
        let places: Vec<_> = ranked.iter().map(|unit| (unit.of, unit.rank)).collect();
        // 36 of 36 is at least 90 %, 285 of 300 at least 92 %.
        assert_eq!(places[0], (units[1], Some(1)));
        assert_eq!(places[1], (units[2], Some(2)));
        assert_eq!(places[2], (units[3], Some(3)));
        assert_eq!(ranked[3].rank, None);
        assert_eq!(ranked[4].rank, None);
    }

    #[test]
    fn equal_scores_share_a_place() {
        let units: Vec<_> = std::iter::repeat_with(UnitId::generate).take(3).collect();
        let ranked = rank(vec![
            (units[0], flow(20, 20)),
            (units[1], flow(20, 20)),
            (units[2], flow(10, 20)),
        ]);
        let places: Vec<_> = ranked.iter().map(|unit| unit.rank).collect();
        assert_eq!(places, [Some(1), Some(1), Some(3)]);
    }

    #[test]
    fn no_verdict_is_not_satisfied_and_neither_is_basically() {
        let flow = Flow {
            satisfied: 6,
            basically_satisfied: 2,
            dissatisfied: 1,
            unrated: 1,
            solved: 7,
            partly_solved: 1,
            unsolved: 1,
            ..Flow::default()
        };
        let rates = Rates::of(&flow);
        assert_eq!(rates.satisfaction, rate(6, 10));
        assert_eq!(rates.resolution, rate(7, 10));
        assert_eq!(rates.response.share(), None);
    }
}
