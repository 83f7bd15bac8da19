//! Pure: 突出问题: the three to five problems of a report, each with its evidence, its typical case, and what is
//! recommended because of exactly this evidence.

use entity::kinds::TopicStatus;

use crate::insight::reports::body::{Block, Run};
use crate::insight::reports::compare::{self, MIN_COUNT, MIN_DENOMINATOR};
use crate::insight::reports::slice::{Dimension, Measure, Slice};
use crate::insight::reports::tally::Tally;
use crate::insight::reports::writer::{ReportWriter, TopicFact, listed};

/// After the correction for all comparisons made (Bonferroni).
const SIGNIFICANCE: f64 = 0.05;
const MAX_PROBLEMS: usize = 4;
/// Hot topics among the problems; the others are categories.
const MAX_TOPICS: usize = 2;
/// A topic begins with as many reports.
const MIN_TOPIC: u64 = 3;
/// Categories with fewer orders are problems only while there are fewer problems than this.
const MIN_PROBLEMS: usize = 3;
/// Photos of this many problems keep the report within five pages.
const WITH_PHOTOS: usize = 3;
/// Counties named as places of a problem.
const NAMED: usize = 3;
/// A unit this far below all others together is named, in percentage points.
const FAR_BELOW: f64 = 20.0;

/// A recommendation, with the numbers that it follows from.
pub type Recommendation = Vec<Run>;

/// The problems in the order in which the report tells them: alerted topics, then categories by their number.
#[must_use]
pub fn select(tally: &Tally, topics: &[TopicFact]) -> Vec<Dimension> {
    let arrived = |of: &Dimension| tally.count(&Slice::now(Measure::Arrived).of(of.clone()));
    let topics = topics.iter().map(|topic| Dimension::Topic(topic.id));
    let mut problems: Vec<Dimension> = topics
        .filter(|of| arrived(of) >= MIN_TOPIC)
        .take(MAX_TOPICS)
        .collect();
    for (of, count) in tally.ranked(|of| matches!(of, Dimension::Category(_))) {
        if problems.len() == MAX_PROBLEMS || (count < MIN_COUNT && problems.len() >= MIN_PROBLEMS) {
            break;
        }
        problems.push(of);
    }
    problems
}

/// The problems as the report tells them, and what follows from each.
pub fn tell(w: &mut ReportWriter<'_>) -> (Vec<Block>, Vec<Recommendation>) {
    let problems = select(w.from.tally, w.from.topics);
    let mut blocks = Vec::new();
    let mut recommended = Vec::new();
    let mut with_photos = 0;
    for (index, of) in problems.iter().enumerate() {
        let name = title(w, of);
        blocks.push(Block::Heading {
            text: format!("（{}）{name}", ORDINALS.get(index).copied().unwrap_or_default()),
        });
        let mut runs = extent(w, of);
        runs.extend(state(w, of).into_iter().flatten());
        blocks.push(Block::Paragraph { runs });
        if let Some(case) = w.from.cases.get(of) {
            blocks.push(Block::Paragraph {
                runs: vec![Run::text(case.said.clone())],
            });
            if !case.photos.is_empty() && with_photos < WITH_PHOTOS {
                with_photos += 1;
                blocks.push(Block::Photos {
                    photos: case.photos.clone(),
                });
            }
        }
        recommended.extend(recommend(w, of, &name));
    }
    if problems.is_empty() {
        blocks.push(Block::Paragraph {
            runs: vec![Run::text("本期没有已归类的问题。")],
        });
    }
    (blocks, recommended)
}

const ORDINALS: [&str; MAX_PROBLEMS] = ["一", "二", "三", "四"];

fn title(w: &ReportWriter<'_>, of: &Dimension) -> String {
    match topic(w, of) {
        Some(topic) => format!("{}问题", topic.title.trim_end_matches("问题")),
        None => format!("{}问题", w.name(of).trim_end_matches("问题")),
    }
}

fn topic<'a>(w: &ReportWriter<'a>, of: &Dimension) -> Option<&'a TopicFact> {
    let Dimension::Topic(id) = of else { return None };
    w.from.topics.iter().find(|topic| topic.id == *id)
}

/// How many, compared with before, and where.
fn extent(w: &mut ReportWriter<'_>, of: &Dimension) -> Vec<Run> {
    let arrived = Slice::now(Measure::Arrived).of(of.clone());
    let mut runs = vec![Run::text("本期反映"), w.number(&arrived), Run::text("件，")];
    runs.extend(w.comparison(&arrived));
    let delegates = Slice::now(Measure::Delegates).of(of.clone());
    runs.extend([Run::text("，涉及代表"), w.number(&delegates), Run::text("人")]);
    if let Some(topic) = topic(w, of) {
        if !topic.areas.is_empty() {
            runs.push(Run::text(format!("，分布在{}", listed(&topic.areas))));
        }
        let usual = compare::expected(topic.expected);
        let rising = if topic.p_value <= SIGNIFICANCE {
            "目前明显增多"
        } else {
            "目前与往常相当"
        };
        runs.push(Run::text(format!(
            "。以最近{}天看，{usual}，{rising}",
            topic.window_days
        )));
    } else {
        runs.extend(places(w, of));
    }
    runs.push(Run::text("。"));
    runs
}

/// The counties with most orders of a category.
fn areas(w: &ReportWriter<'_>, of: &Dimension) -> Vec<(Dimension, u64)> {
    let Dimension::Category(category) = of else {
        return Vec::new();
    };
    let within = |found: &Dimension| matches!(found, Dimension::CategoryArea(code, _) if code == category);
    w.from.tally.ranked(within)
}

fn places(w: &mut ReportWriter<'_>, of: &Dimension) -> Vec<Run> {
    let mut runs = Vec::new();
    for (index, (place, _)) in areas(w, of).iter().take(NAMED).enumerate() {
        let Dimension::CategoryArea(_, area) = place else {
            continue;
        };
        let name = w.name(&Dimension::Area(area.clone()));
        runs.push(Run::text(format!(
            "{}{name}",
            if index == 0 { "，主要在" } else { "、" }
        )));
        runs.push(w.number(&Slice::now(Measure::Arrived).of(place.clone())));
        runs.push(Run::text("件"));
    }
    runs
}

/// Their outcomes, as far as there are any.
fn state(w: &mut ReportWriter<'_>, of: &Dimension) -> Option<Vec<Run>> {
    let mut runs = Vec::new();
    for (before, measure, after) in [
        ("已办结", Measure::Closed, "件"),
        ("仍在办理", Measure::Open, "件"),
        ("办结超期", Measure::ResolutionLate, "件次"),
        ("转入二次办理", Measure::SecondRound, "件"),
        ("代表评价不满意", Measure::Dissatisfied, "件次"),
    ] {
        let slice = Slice::now(measure).of(of.clone());
        if w.count(&slice) == 0 {
            continue;
        }
        runs.push(Run::text(format!(
            "{}{before}",
            if runs.is_empty() { "其中" } else { "，" }
        )));
        runs.push(w.number(&slice));
        runs.push(Run::text(after));
    }
    if runs.is_empty() {
        return None;
    }
    runs.push(Run::text("。"));
    Some(runs)
}

/// Whether there are more of them than chance explains.
fn is_rising(w: &ReportWriter<'_>, of: &Dimension) -> bool {
    if let Some(topic) = topic(w, of) {
        return topic.status == TopicStatus::Rising || topic.p_value <= SIGNIFICANCE;
    }
    let now = w.count(&Slice::now(Measure::Arrived).of(of.clone()));
    let before = w.count(&Slice::before(Measure::Arrived).of(of.clone()));
    let compared = w
        .from
        .tally
        .ranked(|of| matches!(of, Dimension::Category(_)))
        .len()
        .max(1);
    now >= MIN_COUNT
        && compare::rise_p_value(now, before, w.share_of_days()) * (compared as f64) < SIGNIFICANCE
}

/// Draws a conclusion from a problem: the weightiest of its findings decides, so that no two problems read alike.
fn recommend(w: &mut ReportWriter<'_>, of: &Dimension, name: &str) -> Vec<Recommendation> {
    let slice = |measure| Slice::now(measure).of(of.clone());
    let dissatisfied = slice(Measure::Dissatisfied);
    let (again, late, arrived) = (
        slice(Measure::SecondRound),
        slice(Measure::ResolutionLate),
        slice(Measure::Arrived),
    );
    if is_rising(w, of) {
        let mut runs = vec![
            Run::text(format!("{name}本期反映")),
            w.number(&arrived),
            Run::text("件，多于往常。"),
        ];
        runs.extend(rising(w, of, name));
        return vec![runs];
    }
    if w.count(&dissatisfied) >= MIN_COUNT || (w.count(&dissatisfied) > 0 && w.count(&again) > 0) {
        return vec![vec![
            Run::text(format!("{name}中，代表评价不满意")),
            w.number(&dissatisfied),
            Run::text("件次、转入二次办理"),
            w.number(&again),
            Run::text("件。组织提出问题的代表逐件到现场查看，对只答复、未解决的发督办单，限期重办。"),
        ]];
    }
    if w.count(&late) > 0 {
        return vec![vec![
            Run::text(format!("{name}办结超期")),
            w.number(&late),
            Run::text("件次。由承办单位逐件报送超期原因和完成时间，纳入下期报告核对。"),
        ]];
    }
    concentrated(w, of, name).into_iter().collect()
}

fn rising(w: &mut ReportWriter<'_>, of: &Dimension, name: &str) -> Vec<Run> {
    if let Some(topic) = topic(w, of) {
        return match topic.areas.as_slice() {
            [] | [_] => vec![Run::text(format!(
                "对“{}”开展专项监督，会同承办单位查清成因。",
                topic.title
            ))],
            areas => vec![Run::text(format!(
                "将“{}”列为市县联动的专项监督事项，由{}人大常委会同步开展调研。",
                topic.title,
                listed(areas)
            ))],
        };
    }
    let most = areas(w, of).into_iter().next();
    let Some((Dimension::CategoryArea(category, area), _)) = most else {
        return vec![Run::text(format!("对{name}开展摸排，同一成因的合并督办。"))];
    };
    let place = w.name(&Dimension::Area(area.clone()));
    let at_place = Slice::now(Measure::Arrived).of(Dimension::CategoryArea(category, area));
    vec![
        Run::text(format!("{place}有")),
        w.number(&at_place),
        Run::text(format!(
            "件，由{place}人大常委会先行开展专题调研，查清集中出现的地段和成因。"
        )),
    ]
}

/// Half of a problem in one county is that county's matter.
fn concentrated(w: &mut ReportWriter<'_>, of: &Dimension, name: &str) -> Option<Recommendation> {
    let total = Slice::now(Measure::Arrived).of(of.clone());
    let (most, count) = areas(w, of).into_iter().next()?;
    let Dimension::CategoryArea(_, area) = &most else {
        return None;
    };
    if count < MIN_COUNT || count * 2 < w.count(&total) {
        return None;
    }
    let place = w.name(&Dimension::Area(area.clone()));
    Some(vec![
        Run::text(name),
        w.number(&total),
        Run::text("件中"),
        w.number(&Slice::now(Measure::Arrived).of(most.clone())),
        Run::text(format!(
            "件在{place}。由{place}人大常委会组织代表实地查看，与承办单位商定源头治理办法。"
        )),
    ])
}

/// Units whose share in time is far below that of all units together.
pub fn late_units(w: &mut ReportWriter<'_>) -> Option<Recommendation> {
    let rate = |w: &ReportWriter<'_>, of: Option<&Dimension>| {
        let slice = |measure| Slice {
            of: of.cloned(),
            ..Slice::now(measure)
        };
        let part = w.count(&slice(Measure::ResolutionInTime));
        let whole = w.count(&slice(Measure::ResolutionJudged));
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
    late.truncate(NAMED);
    if late.is_empty() {
        return None;
    }
    let mut said = Vec::new();
    for (index, (of, _)) in late.iter().enumerate() {
        let name = w.name(of);
        said.push(Run::text(format!(
            "{}{name}应办结的",
            if index == 0 { "" } else { "，" }
        )));
        said.push(w.number(&Slice::now(Measure::ResolutionJudged).of(of.clone())));
        said.push(Run::text("件次中"));
        said.push(w.number(&Slice::now(Measure::ResolutionLate).of(of.clone())));
        said.push(Run::text("件次超期"));
    }
    said.push(Run::text("。约谈上述单位负责人，说明超期原因，明确整改期限。"));
    Some(said)
}
