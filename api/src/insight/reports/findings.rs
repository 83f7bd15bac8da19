//! Pure: findings with their evidence and a recommendation. A rise counts only if chance hardly explains it, corrected
//! for the number of categories and counties.

use entity::kinds::TopicStatus;

use crate::insight::reports::body::Run;
use crate::insight::reports::compare::{self, MIN_COUNT, MIN_DENOMINATOR};
use crate::insight::reports::slice::{Dimension, Measure, Slice};
use crate::insight::reports::writer::{ReportWriter, listed};

/// After the correction for all comparisons made (Bonferroni).
pub const SIGNIFICANCE: f64 = 0.05;
/// A finding is said of this many at most.
const MAX_FINDINGS: usize = 5;
/// A unit this far below all others together is named, in percentage points.
const FAR_BELOW: f64 = 20.0;

/// Something worth a sentence.
pub struct Finding {
    pub said: Vec<Run>,
    pub suggestion: String,
}

#[must_use]
pub fn of(w: &mut ReportWriter<'_>) -> Vec<Finding> {
    let mut found = rises(w);
    found.extend(late_units(w));
    found.extend(topics(w));
    found.extend(second_rounds(w));
    found.truncate(MAX_FINDINGS * 2);
    found
}

fn rises(w: &mut ReportWriter<'_>) -> Vec<Finding> {
    let looked_at = w
        .from
        .tally
        .ranked(|of| matches!(of, Dimension::Category(_) | Dimension::Area(_)));
    let share = w.share_of_days();
    let comparisons = looked_at.len().max(1) as f64;
    let mut rises: Vec<(Dimension, f64)> = Vec::new();
    for (of, now) in &looked_at {
        let before = w.count(&Slice::before(Measure::Arrived).of(of.clone()));
        let chance = compare::rise_p_value(*now, before, share) * comparisons;
        if *now >= MIN_COUNT && chance < SIGNIFICANCE {
            rises.push((of.clone(), chance));
        }
    }
    rises.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut found = Vec::new();
    for (of, chance) in rises.into_iter().take(MAX_FINDINGS) {
        let now = Slice::now(Measure::Arrived).of(of.clone());
        let before = Slice::before(Measure::Arrived).of(of.clone());
        let name = w.name(&of);
        let said = vec![
            Run::text(format!("{name}的反映明显增多：本期 ")),
            w.number(&now),
            Run::text(format!(" 件，{} ", w.from.period.before_said())),
            w.number(&before),
            Run::text(format!(" 件，偶然出现这种升幅的可能性{}。", chance_said(chance))),
        ];
        let suggestion = match of {
            Dimension::Area(_) => format!("请{name}分析近期问题增多的原因，防止集中爆发。"),
            _ => format!("对{name}问题开展摸排，属于同类、同因的可合并为专项监督。"),
        };
        found.push(Finding { said, suggestion });
    }
    found
}

/// The chance in words.
#[must_use]
pub fn chance_said(chance: f64) -> String {
    if chance < 0.001 {
        "低于千分之一".to_owned()
    } else {
        format!("约 {:.1}%", chance * 100.0)
    }
}

/// Units whose share in time is far below that of all units together.
fn late_units(w: &mut ReportWriter<'_>) -> Option<Finding> {
    let rate = |w: &ReportWriter<'_>, of: Option<&Dimension>| {
        let slice = |measure| Slice {
            of: of.cloned(),
            ..Slice::now(measure)
        };
        let (part, whole) = (
            w.count(&slice(Measure::ResolutionInTime)),
            w.count(&slice(Measure::ResolutionJudged)),
        );
        (whole >= MIN_DENOMINATOR).then(|| part as f64 * 100.0 / whole as f64)
    };
    let all = rate(w, None)?;
    let units = w.from.tally.active_values(|of| matches!(of, Dimension::Unit(_)));
    let mut late: Vec<(Dimension, f64)> = units
        .into_iter()
        .filter_map(|(of, _)| rate(w, Some(&of)).map(|rate| (of, rate)))
        .filter(|(_, rate)| all - rate >= FAR_BELOW)
        .collect();
    late.sort_by(|a, b| a.1.total_cmp(&b.1));
    late.truncate(MAX_FINDINGS);
    if late.is_empty() {
        return None;
    }
    let mut said = vec![Run::text("按时办结率明显偏低的单位：")];
    let mut names = Vec::new();
    for (index, (of, _)) in late.iter().enumerate() {
        let name = w.name(of);
        said.push(Run::text(format!(
            "{}{name} ",
            if index == 0 { "" } else { "；" }
        )));
        said.extend(w.rate_in_full(
            &Slice::now(Measure::ResolutionInTime).of(of.clone()),
            Measure::ResolutionJudged,
        ));
        names.push(name);
    }
    said.push(Run::text("。"));
    Some(Finding {
        said,
        suggestion: format!("请{}说明超期原因和改进措施，列入下一期跟踪。", listed(&names)),
    })
}

fn topics(w: &mut ReportWriter<'_>) -> Vec<Finding> {
    let from = w.from;
    let rising = from.topics.iter();
    rising
        .filter(|topic| topic.status == TopicStatus::Rising)
        .take(MAX_FINDINGS)
        .map(|topic| Finding {
            said: vec![
                Run::text(format!("高频问题群“{}”仍在上升，本期 ", topic.title)),
                w.number(&Slice::now(Measure::Arrived).of(Dimension::Topic(topic.id))),
                Run::text(" 件。"),
            ],
            suggestion: format!("对“{}”研究开展专项监督。", topic.title),
        })
        .collect()
}

fn second_rounds(w: &mut ReportWriter<'_>) -> Option<Finding> {
    let again = Slice::now(Measure::SecondRound);
    let dissatisfied = Slice::now(Measure::Dissatisfied);
    if w.count(&again) < MIN_COUNT {
        return None;
    }
    Some(Finding {
        said: vec![
            Run::text("本期受理而进入二次办理的工单达 "),
            w.number(&again),
            Run::text(" 件，本期评价为不满意 "),
            w.number(&dissatisfied),
            Run::text(" 件次。"),
        ],
        suggestion: "对评价不满意的工单逐件落实责任人，由专门委员会跟踪到底。".to_owned(),
    })
}
