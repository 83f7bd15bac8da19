//! Pure: the sections of the report, in Chinese that can be read aloud: situation, matters, places, handling, verdicts,
//! supervision, findings, suggestions. Every number is a figure; each section is a function.

use entity::kinds::Channel;

use crate::insight::reports::body::{Block, Body, Run, Section};
use crate::insight::reports::chart;
use crate::insight::reports::compare;
use crate::insight::reports::findings::{self, Finding, chance_said};
use crate::insight::reports::slice::{Dimension, Measure, Slice};
use crate::insight::reports::tables::{Column, table};
use crate::insight::reports::writer::{Material, ReportWriter, TopicFact, listed};
use crate::insight::view::in_chinese;
use crate::overview::rates;

/// Matters named in a sentence.
const NAMED: usize = 3;

/// Writes the whole report.
#[must_use]
pub fn write(title: String, subtitle: String, material: &Material<'_>) -> Body {
    let mut writer = ReportWriter::new(material);
    let w = &mut writer;
    let found = findings::of(w);
    let mut sections = vec![
        situation(w),
        matters(w),
        places(w),
        handling(w),
        verdicts(w),
        supervision(w),
        standing_out(&found),
        suggestions(&found),
    ];
    for (section, ordinal) in sections.iter_mut().zip(ORDINALS) {
        section.heading = format!("{ordinal}、{}", section.heading);
    }
    Body {
        title,
        subtitle,
        sections,
        figures: writer.into_figures(),
        definitions: DEFINITIONS.map(str::to_owned).to_vec(),
    }
}

const ORDINALS: [&str; 8] = ["一", "二", "三", "四", "五", "六", "七", "八"];

/// How the numbers are counted; of the rates the very words of the screen.
pub const DEFINITIONS: [&str; 6] = [
    "受理、办结、办理中等件数：本期收到的工单，不含撤销和并单的，按成稿时的状态统计。",
    rates::RESPONSE,
    rates::ON_TIME,
    rates::RESOLUTION,
    rates::SATISFACTION,
    "各项比率与平台“一屏”口径一致：按本期内判定、评价、办结的次数计，不论工单何时收到；同一工单可能计入多次。分母不足 10 的比率注明“件数少”，不参与比较。",
];

fn paragraph(runs: Vec<Run>) -> Block {
    Block::Paragraph { runs }
}

fn situation(w: &mut ReportWriter<'_>) -> Section {
    let arrived = Slice::now(Measure::Arrived);
    let mut runs = vec![
        Run::text(format!("{}，共受理代表反映的问题 ", w.from.period.text())),
        w.number(&arrived),
        Run::text(" 件，"),
    ];
    runs.extend(w.comparison(&arrived));
    runs.push(Run::text("，涉及代表 "));
    runs.push(w.number(&Slice::now(Measure::Delegates)));
    runs.push(Run::text(" 人。"));
    runs.push(Run::text("其中"));
    for (index, channel) in Channel::ALL.iter().enumerate() {
        let slice = arrived.clone().of(Dimension::Channel(*channel));
        let name = w.name(&Dimension::Channel(*channel));
        let start = if index == 0 { "" } else { "，" };
        runs.push(Run::text(format!("{start}{name} ")));
        runs.push(w.number(&slice));
        runs.push(Run::text(" 件"));
    }
    runs.push(Run::text("。截至成稿，已办结 "));
    runs.push(w.number(&Slice::now(Measure::Closed)));
    runs.push(Run::text(" 件，办理中 "));
    runs.push(w.number(&Slice::now(Measure::Open)));
    runs.push(Run::text(" 件"));
    if w.count(&Slice::now(Measure::Triage)) > 0 {
        runs.push(Run::text("（其中待分派 "));
        runs.push(w.number(&Slice::now(Measure::Triage)));
        runs.push(Run::text(" 件）"));
    }
    runs.push(Run::text("。"));
    Section {
        heading: "总体情况".to_owned(),
        blocks: vec![paragraph(runs), weeks(w)],
    }
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

fn matters(w: &mut ReportWriter<'_>) -> Section {
    let ranked = w.from.tally.ranked(|of| matches!(of, Dimension::Category(_)));
    let mut blocks = Vec::new();
    if ranked.is_empty() {
        blocks.push(paragraph(vec![Run::text("本期没有已归类的问题。")]));
    } else {
        let mut runs = vec![Run::text("反映较多的是")];
        for (index, (of, _)) in ranked.iter().take(NAMED).enumerate() {
            let start = if index == 0 { "" } else { "、" };
            runs.push(Run::text(format!("{start}{}（", w.name(of))));
            runs.push(w.number(&Slice::now(Measure::Arrived).of(of.clone())));
            runs.push(Run::text(" 件）"));
        }
        runs.push(Run::text("。"));
        blocks.push(paragraph(runs));
        let columns = [
            Column::Count("受理", Measure::Arrived),
            Column::Before,
            Column::Rate("按时办结率", Measure::ResolutionInTime, Measure::ResolutionJudged),
            Column::Rate("满意率", Measure::Satisfied, Measure::Judgeable),
            Column::Count("二次办理", Measure::SecondRound),
        ];
        blocks.push(table(w, "反映较多的问题", "问题类别", &ranked, &columns));
    }
    topics(w, &mut blocks);
    Section {
        heading: "主要问题".to_owned(),
        blocks,
    }
}

fn topics(w: &mut ReportWriter<'_>, blocks: &mut Vec<Block>) {
    let from = w.from;
    for topic in from.topics {
        let areas = if topic.areas.is_empty() {
            String::new()
        } else {
            format!("，涉及{}", listed(&topic.areas))
        };
        let of = Dimension::Topic(topic.id);
        blocks.push(paragraph(vec![
            Run::text(format!("高频问题群“{}”：本期 ", topic.title)),
            w.number(&Slice::now(Measure::Arrived).of(of.clone())),
            Run::text(" 件，反映的代表 "),
            w.number(&Slice::now(Measure::Delegates).of(of)),
            Run::text(format!(
                " 人{areas}，目前{}。{}",
                in_chinese(topic.status),
                against_the_past(topic)
            )),
        ]));
    }
}

fn against_the_past(topic: &TopicFact) -> String {
    let usual = format!("最近{}天按以往应有{:.1}件，", topic.window_days, topic.expected);
    if topic.p_value <= findings::SIGNIFICANCE {
        format!("{usual}实际件数出于偶然的可能性{}。", chance_said(topic.p_value))
    } else {
        format!("{usual}实际件数没有超出偶然波动。")
    }
}

fn places(w: &mut ReportWriter<'_>) -> Section {
    let ranked = w.from.tally.ranked(|of| matches!(of, Dimension::Area(_)));
    let mut blocks = Vec::new();
    if let Some((most, _)) = ranked.first() {
        let mut runs = vec![Run::text(format!("从区域看，{}最多，", w.name(most)))];
        let arrived = Slice::now(Measure::Arrived).of(most.clone());
        runs.push(w.number(&arrived));
        runs.push(Run::text(" 件，"));
        runs.extend(w.comparison(&arrived));
        let others: Vec<_> = ranked.iter().skip(1).take(NAMED - 1).collect();
        for (index, (of, _)) in others.into_iter().enumerate() {
            runs.push(Run::text(format!(
                "{}{} ",
                if index == 0 { "；其次是" } else { "、" },
                w.name(of)
            )));
            runs.push(w.number(&Slice::now(Measure::Arrived).of(of.clone())));
            runs.push(Run::text(" 件"));
        }
        runs.push(Run::text("。"));
        blocks.push(paragraph(runs));
        let by_area = |of: &Dimension| match of {
            Dimension::Area(code) => code.clone(),
            _ => String::new(),
        };
        let counts: Vec<_> = ranked.iter().map(|(of, count)| (by_area(of), *count)).collect();
        if let Some(svg) = chart::map(w.from.outlines, &w.from.names.areas, &counts) {
            blocks.push(Block::Chart {
                caption: "各县区受理件数（颜色越深件数越多）".to_owned(),
                svg,
            });
        }
        let columns = [
            Column::Count("受理", Measure::Arrived),
            Column::Before,
            Column::Rate("响应率", Measure::ResponseInTime, Measure::ResponseJudged),
            Column::Rate("按时办结率", Measure::ResolutionInTime, Measure::ResolutionJudged),
            Column::Rate("满意率", Measure::Satisfied, Measure::Judgeable),
        ];
        let busy = w.from.tally.active_values(|of| matches!(of, Dimension::Area(_)));
        blocks.push(table(w, "各县区情况", "县区", &busy, &columns));
    } else {
        blocks.push(paragraph(vec![Run::text("本期没有可定位到县区的问题。")]));
    }
    Section {
        heading: "区域分布".to_owned(),
        blocks,
    }
}

fn handling(w: &mut ReportWriter<'_>) -> Section {
    let mut blocks = Vec::new();
    let rates = [
        ("响应率", Measure::ResponseInTime, Measure::ResponseJudged),
        ("按时办结率", Measure::ResolutionInTime, Measure::ResolutionJudged),
        ("解决率", Measure::Solved, Measure::Judgeable),
        ("满意率", Measure::Satisfied, Measure::Judgeable),
    ];
    let mut runs = Vec::new();
    for (index, (name, part, whole)) in rates.into_iter().enumerate() {
        let start = if index == 0 { "" } else { "；" };
        runs.push(Run::text(format!("{start}{name} ")));
        runs.extend(w.rate_in_full(&Slice::now(part), whole));
        let of = |make: fn(Measure) -> Slice| (w.count(&make(part)), w.count(&make(whole)));
        if let Some(change) = compare::change_of_rate(of(Slice::now), of(Slice::before)) {
            let before = w.from.period.before_said();
            runs.push(Run::text(format!("，较{before}{change}")));
        }
    }
    runs.push(Run::text("。"));
    blocks.push(paragraph(runs));
    blocks.push(paragraph(vec![
        Run::text("本期办结时限超期 "),
        w.number(&Slice::now(Measure::ResolutionLate)),
        Run::text(" 件次。本期受理的工单中，申请延期获准 "),
        w.number(&Slice::now(Measure::Extended)),
        Run::text(" 件，退单 "),
        w.number(&Slice::now(Measure::Returned)),
        Run::text(" 件。"),
    ]));
    let ranked = w.from.tally.active_values(|of| matches!(of, Dimension::Unit(_)));
    if !ranked.is_empty() {
        let columns = [
            Column::Count("承办", Measure::Arrived),
            Column::Rate("响应率", Measure::ResponseInTime, Measure::ResponseJudged),
            Column::Rate("按时办结率", Measure::ResolutionInTime, Measure::ResolutionJudged),
            Column::Count("超期", Measure::ResolutionLate),
            Column::Rate("满意率", Measure::Satisfied, Measure::Judgeable),
        ];
        blocks.push(table(w, "承办较多的单位", "承办单位", &ranked, &columns));
    }
    Section {
        heading: "办理情况".to_owned(),
        blocks,
    }
}

fn verdicts(w: &mut ReportWriter<'_>) -> Section {
    let mut runs = vec![Run::text("本期代表评价满意 ")];
    runs.push(w.number(&Slice::now(Measure::Satisfied)));
    for (words, measure) in [
        (" 件次，基本满意 ", Measure::Basically),
        (" 件次，不满意 ", Measure::Dissatisfied),
        (" 件次，办结而未评价 ", Measure::Unrated),
        (" 件。本期受理的工单中，转入二次办理 ", Measure::SecondRound),
        (" 件，列为疑难工单 ", Measure::Difficult),
    ] {
        runs.push(Run::text(words));
        runs.push(w.number(&Slice::now(measure)));
    }
    runs.push(Run::text(" 件。"));
    Section {
        heading: "代表评价".to_owned(),
        blocks: vec![paragraph(runs)],
    }
}

fn supervision(w: &mut ReportWriter<'_>) -> Section {
    let mut runs = Vec::new();
    for (words, measure) in [
        ("人大常委会人工催办涉及工单 ", Measure::Urged),
        (" 件，重点跟踪 ", Measure::Tracked),
        (" 件，发出督办单涉及工单 ", Measure::Supervised),
    ] {
        runs.push(Run::text(words));
        runs.push(w.number(&Slice::now(measure)));
    }
    runs.push(Run::text(" 件。"));
    let mut blocks = vec![paragraph(runs)];
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
    Section {
        heading: "监督工作".to_owned(),
        blocks,
    }
}

fn standing_out(found: &[Finding]) -> Section {
    let mut blocks: Vec<_> = found
        .iter()
        .map(|finding| paragraph(finding.said.clone()))
        .collect();
    if blocks.is_empty() {
        blocks.push(paragraph(vec![Run::text(
            "与上一时段相比，没有超出偶然波动的变化。",
        )]));
    }
    Section {
        heading: "值得关注".to_owned(),
        blocks,
    }
}

fn suggestions(found: &[Finding]) -> Section {
    let mut blocks: Vec<_> = found
        .iter()
        .enumerate()
        .map(|(index, finding)| {
            paragraph(vec![Run::text(format!(
                "（{}）{}",
                index + 1,
                finding.suggestion
            ))])
        })
        .collect();
    if blocks.is_empty() {
        blocks.push(paragraph(vec![Run::text(
            "建议继续按既定安排跟踪办理，暂无需要专项部署的事项。",
        )]));
    }
    Section {
        heading: "工作建议".to_owned(),
        blocks,
    }
}
