//! Pure: the report as a committee signs it: the situation, the outstanding problems, areas and units, what supervision
//! achieved, recommendations. Every number is a figure; each section is a function.

use entity::kinds::Channel;

use crate::insight::reports::body::{Block, Body, Run, Section};
use crate::insight::reports::chart;
use crate::insight::reports::problems::{self, Recommendation};
use crate::insight::reports::slice::{Dimension, Measure, Slice};
use crate::insight::reports::tables::{Column, table};
use crate::insight::reports::writer::{Material, RateWords, ReportWriter};
use crate::overview::rates;

/// Counties and units named in a sentence.
const NAMED: usize = 3;

/// The parts around the sections.
#[derive(Clone, Debug)]
pub struct ReportHead {
    pub title: String,
    pub subtitle: String,
    pub issuer: String,
}

/// Writes the whole report.
#[must_use]
pub fn write(head: ReportHead, material: &Material<'_>) -> Body {
    let mut writer = ReportWriter::new(material);
    let w = &mut writer;
    let (problems, mut recommended) = problems::tell(w);
    recommended.extend(problems::late_units(w));
    let mut sections = vec![
        section("总体情况", situation(w)),
        section("突出问题", problems),
        section("区域与单位", places_and_units(w)),
        section("督办成效", supervision(w)),
        section("工作建议", recommendations(recommended)),
    ];
    for (section, ordinal) in sections.iter_mut().zip(ORDINALS) {
        section.heading = format!("{ordinal}、{}", section.heading);
    }
    // All counts of the whole and of the topics are sources, said or not.
    for topic in material.topics {
        w.figure(&Slice::now(Measure::Arrived).of(Dimension::Topic(topic.id)));
    }
    for measure in Measure::ALL {
        w.figure(&Slice::now(*measure));
        w.figure(&Slice::before(*measure));
    }
    Body {
        title: head.title,
        subtitle: head.subtitle,
        sections,
        figures: writer.into_figures(),
        definitions: DEFINITIONS.map(str::to_owned).to_vec(),
        issuer: head.issuer,
    }
}

const ORDINALS: [&str; 5] = ["一", "二", "三", "四", "五"];

/// How the numbers are counted; of the rates the very words of the screen.
pub const DEFINITIONS: [&str; 6] = [
    "受理、办结、办理中等件数：本期收到的工单，不含撤销和并单的，按成稿时的状态统计。",
    rates::RESPONSE,
    rates::ON_TIME,
    rates::RESOLUTION,
    rates::SATISFACTION,
    "各项比率与平台“一屏”口径一致：按本期内判定、评价、办结的次数计，不论工单何时收到；同一工单可能计入多次。分母不足10的不列百分比，直接列件数。",
];

const RATES: [RateWords; 4] = [
    RateWords {
        name: "响应率",
        part: Measure::ResponseInTime,
        whole: Measure::ResponseJudged,
        met: "按时响应",
    },
    RateWords {
        name: "按时办结率",
        part: Measure::ResolutionInTime,
        whole: Measure::ResolutionJudged,
        met: "按时办结",
    },
    RateWords {
        name: "解决率",
        part: Measure::Solved,
        whole: Measure::Judgeable,
        met: "已解决",
    },
    RateWords {
        name: "满意率",
        part: Measure::Satisfied,
        whole: Measure::Judgeable,
        met: "满意",
    },
];

fn section(heading: &str, blocks: Vec<Block>) -> Section {
    Section {
        heading: heading.to_owned(),
        blocks,
    }
}

fn paragraph(runs: Vec<Run>) -> Block {
    Block::Paragraph { runs }
}

fn situation(w: &mut ReportWriter<'_>) -> Vec<Block> {
    let arrived = Slice::now(Measure::Arrived);
    let mut runs = vec![
        Run::text(format!("{}，共受理代表反映事项", w.from.period.text())),
        w.number(&arrived),
        Run::text("件，"),
    ];
    runs.extend(w.comparison(&arrived));
    runs.push(Run::text("，涉及代表"));
    runs.push(w.number(&Slice::now(Measure::Delegates)));
    runs.push(Run::text("人"));
    runs.extend(channels(w));
    runs.push(Run::text("。截至成稿，已办结"));
    runs.push(w.number(&Slice::now(Measure::Closed)));
    runs.push(Run::text("件，办理中"));
    runs.push(w.number(&Slice::now(Measure::Open)));
    runs.push(Run::text("件"));
    if w.count(&Slice::now(Measure::Triage)) > 0 {
        runs.push(Run::text("（其中待派单"));
        runs.push(w.number(&Slice::now(Measure::Triage)));
        runs.push(Run::text("件）"));
    }
    runs.push(Run::text("。"));
    let mut blocks = vec![paragraph(runs)];
    let mut said = Vec::new();
    for rate in &RATES {
        let runs = w.rate_said(rate);
        if !runs.is_empty() && !said.is_empty() {
            said.push(Run::text("；"));
        }
        said.extend(runs);
    }
    if !said.is_empty() {
        said.push(Run::text("。"));
        blocks.push(paragraph(said));
    }
    blocks.push(weeks(w));
    blocks
}

/// The channels that were used.
fn channels(w: &mut ReportWriter<'_>) -> Vec<Run> {
    let mut runs = Vec::new();
    for channel in Channel::ALL {
        let of = Dimension::Channel(*channel);
        let slice = Slice::now(Measure::Arrived).of(of.clone());
        if w.count(&slice) == 0 {
            continue;
        }
        let start = if runs.is_empty() { "。其中，" } else { "，" };
        runs.push(Run::text(format!("{start}“{}”", w.name(&of))));
        runs.push(w.number(&slice));
        runs.push(Run::text("件"));
    }
    runs
}

/// Arrivals per week, preceded by the previous period.
fn weeks(w: &mut ReportWriter<'_>) -> Block {
    let (before, now) = (w.from.period.before(), w.from.period);
    let mut bars = Vec::new();
    for (period, make) in [
        (before, Slice::before as fn(Measure) -> Slice),
        (now, Slice::now as fn(Measure) -> Slice),
    ] {
        let mut day = period.from;
        let mut last = None;
        while day <= period.to {
            let of = Dimension::week_of(day);
            if last.as_ref() != Some(&of) {
                let slice = make(Measure::Arrived).of(of.clone());
                let Dimension::Week(monday) = of else { break };
                bars.push(chart::Bar {
                    label: monday.format("%-m/%-d").to_string(),
                    value: w.count(&slice),
                    strong: period == now,
                });
                last = Some(of);
            }
            let Some(next) = day.succ_opt() else { break };
            day = next;
        }
    }
    Block::Chart {
        caption: format!("每周受理件数（浅色为{}）", w.from.period.before_said()),
        svg: chart::bars(&bars),
    }
}

fn places_and_units(w: &mut ReportWriter<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let ranked = w.from.tally.ranked(|of| matches!(of, Dimension::Area(_)));
    if ranked.is_empty() {
        blocks.push(paragraph(vec![Run::text("本期没有可定位到县区的事项。")]));
    } else {
        blocks.push(paragraph(most(w, &ranked, "从区域看，", "受理")));
        blocks.extend(map(w, &ranked));
        let columns = [
            Column::Count("受理", Measure::Arrived),
            Column::Before,
            Column::Rate("响应率", Measure::ResponseInTime, Measure::ResponseJudged),
            Column::Rate("按时办结率", Measure::ResolutionInTime, Measure::ResolutionJudged),
            Column::Rate("满意率", Measure::Satisfied, Measure::Judgeable),
        ];
        let busy = w.from.tally.active_values(|of| matches!(of, Dimension::Area(_)));
        blocks.push(table(w, "各县区情况", "县区", &busy, &columns));
    }
    let ranked = w.from.tally.active_values(|of| matches!(of, Dimension::Unit(_)));
    if !ranked.is_empty() {
        blocks.push(paragraph(most(w, &ranked, "从承办单位看，", "承办")));
        let columns = [
            Column::Count("承办", Measure::Arrived),
            Column::Rate("响应率", Measure::ResponseInTime, Measure::ResponseJudged),
            Column::Rate("按时办结率", Measure::ResolutionInTime, Measure::ResolutionJudged),
            Column::Count("超期", Measure::ResolutionLate),
            Column::Rate("满意率", Measure::Satisfied, Measure::Judgeable),
        ];
        blocks.push(table(w, "承办较多的单位", "承办单位", &ranked, &columns));
    }
    blocks
}

/// The first of a ranking with their numbers.
fn most(w: &mut ReportWriter<'_>, ranked: &[(Dimension, u64)], start: &str, verb: &str) -> Vec<Run> {
    let mut runs = vec![Run::text(start)];
    for (index, (of, _)) in ranked.iter().take(NAMED).enumerate() {
        let gap = if index == 0 { "" } else { "、" };
        runs.push(Run::text(format!("{gap}{}{verb}", w.name(of))));
        runs.push(w.number(&Slice::now(Measure::Arrived).of(of.clone())));
        runs.push(Run::text("件"));
    }
    let late = Slice::now(Measure::ResolutionLate);
    if verb == "承办" && w.count(&late) > 0 {
        runs.push(Run::text("；全部单位办结超期"));
        runs.push(w.number(&late));
        runs.push(Run::text("件次，申请延期获准"));
        runs.push(w.number(&Slice::now(Measure::Extended)));
        runs.push(Run::text("件，退单"));
        runs.push(w.number(&Slice::now(Measure::Returned)));
        runs.push(Run::text("件"));
    } else {
        runs.push(Run::text("，件数居前"));
    }
    runs.push(Run::text("。"));
    runs
}

fn map(w: &ReportWriter<'_>, ranked: &[(Dimension, u64)]) -> Option<Block> {
    let counts: Vec<_> = ranked
        .iter()
        .filter_map(|(of, count)| match of {
            Dimension::Area(code) => Some((code.clone(), *count)),
            _ => None,
        })
        .collect();
    let svg = chart::map(w.from.outlines, &w.from.names.areas, &counts)?;
    Some(Block::Chart {
        caption: "各县区受理件数（颜色越深件数越多）".to_owned(),
        svg,
    })
}

fn supervision(w: &mut ReportWriter<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (start, parts) in [
        (
            "人大常委会",
            &[
                ("催办工单", Measure::Urged, "件"),
                ("重点跟踪", Measure::Tracked, "件"),
                ("就工单发出督办单", Measure::Supervised, "件"),
            ][..],
        ),
        (
            "经督办和二次办理，代表",
            &[
                ("评价满意", Measure::Satisfied, "件次"),
                ("基本满意", Measure::Basically, "件次"),
                ("不满意", Measure::Dissatisfied, "件次"),
            ][..],
        ),
        (
            "需要继续关注的有",
            &[
                ("二次办理", Measure::SecondRound, "件"),
                ("疑难工单", Measure::Difficult, "件"),
                ("办结而未评价", Measure::Unrated, "件"),
            ][..],
        ),
    ] {
        blocks.extend(counted(w, start, parts));
    }
    for campaign in w.from.campaigns {
        let state = match (&campaign.outcome, campaign.closed) {
            (Some(outcome), true) => format!("已结项：{outcome}"),
            (None, true) => "已结项。".to_owned(),
            (_, false) => "正在进行。".to_owned(),
        };
        blocks.push(paragraph(vec![Run::text(format!(
            "专项监督“{}”{state}",
            campaign.title
        ))]));
    }
    if blocks.is_empty() {
        blocks.push(paragraph(vec![Run::text("本期没有需要督办的事项。")]));
    }
    blocks
}

/// A sentence of the counts that are not zero; none if all are.
fn counted(w: &mut ReportWriter<'_>, start: &str, parts: &[(&str, Measure, &str)]) -> Option<Block> {
    let mut runs = Vec::new();
    for (before, measure, after) in parts {
        let slice = Slice::now(*measure);
        if w.count(&slice) == 0 {
            continue;
        }
        let gap = if runs.is_empty() { start } else { "，" };
        runs.push(Run::text(format!("{gap}{before}")));
        runs.push(w.number(&slice));
        runs.push(Run::text(*after));
    }
    if runs.is_empty() {
        return None;
    }
    runs.push(Run::text("。"));
    Some(paragraph(runs))
}

fn recommendations(recommended: Vec<Recommendation>) -> Vec<Block> {
    if recommended.is_empty() {
        let nothing = "本期件数、办理和评价都没有超出平常的变化，按既定安排跟踪，不另作部署。";
        return vec![paragraph(vec![Run::text(nothing)])];
    }
    let numbered = recommended.into_iter().enumerate().map(|(index, runs)| {
        let start = Run::text(format!("{}．", index + 1));
        paragraph(std::iter::once(start).chain(runs).collect())
    });
    numbered.collect()
}
