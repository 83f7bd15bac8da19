//! Matters under supervision as rows, from the tables.

use anyhow::Context as _;
use entity::ids::{ActivityId, CampaignId, MeasureId, OpinionId, PersonId, VoteId};
use entity::kinds::{CampaignStage, CampaignStatus, MeasureStatus, OpinionStatus};
use entity::{campaign, campaign_activity, campaign_vote, measure, opinion};
use serde_json::json;

use super::setting::{CLOSED, Setting};
use super::tables::{Activity, Matter, Measure, Opinion, Vote};
use super::tasks;
use crate::supervision::campaigns::vote_count::VoteCount;
use crate::supervision::past::matter::{GatheredOrders, PastMatter, PastStage};

/// Hours of the day at which things are done, so that acts of one day follow one another.
const OPENED: u32 = 8;
const ISSUED: u32 = 10;
const ACTIVITY: u32 = 10;
const REPLIED: u32 = 11;
const SET: u32 = 14;
const DONE: u32 = 15;
const DECIDED: u32 = 16;
const STAGE: u32 = 17;

/// The people in whose names a matter is written, and its area.
#[derive(Clone, Copy)]
struct Part<'a> {
    campaign: CampaignId,
    by: PersonId,
    /// County-level code.
    area: Option<&'a str>,
}

/// Returns the matters of the tables.
///
/// # Errors
/// When a line names an unknown unit, county, category or committee.
pub fn all(setting: &Setting<'_>, plans: &[Matter]) -> anyhow::Result<Vec<PastMatter>> {
    plans
        .iter()
        .map(|plan| matter(setting, plan).with_context(|| plan.title.clone()))
        .collect()
}

fn matter(setting: &Setting<'_>, plan: &Matter) -> anyhow::Result<PastMatter> {
    let campaign = campaign(setting, plan)?;
    let area = campaign.area_code.clone();
    let part = Part {
        campaign: campaign.id,
        by: campaign.opened_by,
        area: area.as_deref(),
    };
    let category = setting.city.categories.find(&plan.category);
    let category = category.with_context(|| plan.category.clone())?.code.clone();
    let activities = plan.activities.iter().enumerate();
    let opinions = plan.opinions.iter().map(|line| opinion(setting, part, line));
    let measures = plan.measures.iter().zip(1..);
    let measures = measures.map(|(line, seq)| measure(setting, part, line, seq));
    let tasks = plan.counties.iter();
    let tasks = tasks.map(|task| tasks::task(setting, &campaign, task));
    Ok(PastMatter {
        gathers: GatheredOrders {
            category,
            most: plan.orders,
        },
        stages: plan
            .stages
            .iter()
            .map(|line| PastStage {
                stage: line.stage,
                at: setting.dates.at(line.days, STAGE),
                note: line.note.clone(),
            })
            .collect(),
        activities: activities
            .map(|(nth, line)| activity(setting, part, line, nth))
            .collect(),
        opinions: opinions.collect::<anyhow::Result<_>>()?,
        measures: measures.collect::<anyhow::Result<_>>()?,
        votes: plan.votes.iter().map(|line| vote(setting, part, line)).collect(),
        tasks: tasks.collect::<anyhow::Result<_>>()?,
        campaign,
    })
}

fn campaign(setting: &Setting<'_>, plan: &Matter) -> anyhow::Result<campaign::Model> {
    let Setting { city, cast, dates } = setting;
    let area = setting.area(plan.county.as_deref())?;
    let committee = city.committees.resolve(&plan.committee)?;
    let by = cast.supervisor(area.as_deref(), &committee)?.id;
    let closing = plan.closing.as_ref();
    let reached = plan.stages.iter().min_by_key(|line| line.days);
    Ok(campaign::Model {
        id: CampaignId::generate(),
        title: plan.title.clone(),
        kind: Some(plan.category.clone()),
        area_code: area,
        purpose: plan.purpose.clone(),
        status: match closing {
            Some(_) => CampaignStatus::Closed,
            None => CampaignStatus::Open,
        },
        committee: Some(committee),
        findings: Some(plan.findings.clone()),
        measures: None,
        outcome: closing.map(|closing| closing.outcome.clone()),
        watch_list: json!([]),
        opened_by: by,
        opened_at: dates.at(plan.opened, OPENED),
        closed_by: closing.map(|_| by),
        closed_at: closing.map(|closing| dates.at(closing.days, CLOSED)),
        version: 1,
        stage: match (closing, reached) {
            (Some(_), _) => CampaignStage::Closed,
            (None, Some(line)) => line.stage,
            (None, None) => CampaignStage::Filed,
        },
        parent_id: None,
        due_at: None,
        open_reason: None,
        look_back: None,
    })
}

fn activity(setting: &Setting<'_>, part: Part<'_>, line: &Activity, nth: usize) -> campaign_activity::Model {
    let at = setting.dates.at(line.days, ACTIVITY);
    campaign_activity::Model {
        id: ActivityId::generate(),
        campaign_id: part.campaign,
        kind: line.kind,
        at,
        place: Some(line.place.clone()),
        longitude: None,
        latitude: None,
        participants: json!(setting.cast.delegates(part.area, nth)),
        led_by: line.led_by.clone(),
        note: line.note.clone(),
        outcome: Some(line.outcome.clone()),
        phone_masked: None,
        photo_ids: json!([]),
        file_ids: json!([]),
        added_by: part.by,
        created_at: at,
    }
}

/// The number, its document number and the organ are given when it is inserted.
fn opinion(setting: &Setting<'_>, part: Part<'_>, line: &Opinion) -> anyhow::Result<opinion::Model> {
    let dates = &setting.dates;
    let unit = setting.unit(&line.unit)?;
    Ok(opinion::Model {
        id: OpinionId::generate(),
        number: String::new(),
        document_number: String::new(),
        campaign_id: part.campaign,
        kind: line.kind,
        status: match (line.replied, line.accepted) {
            (_, Some(_)) => OpinionStatus::Accepted,
            (Some(_), None) => OpinionStatus::Replied,
            (None, None) => OpinionStatus::Issued,
        },
        unit_id: unit,
        title: line.title.clone(),
        text: line.text.clone(),
        file_ids: json!([]),
        due_at: Some(dates.end_of(line.due)),
        issuer: String::new(),
        issued_by: part.by,
        issued_at: dates.at(line.days, ISSUED),
        reply: line.reply.clone(),
        reply_file_ids: json!([]),
        replied_by: line.replied.and_then(|_| setting.cast.handler(unit)),
        replied_at: line.replied.map(|days| dates.at(days, REPLIED)),
        decision_note: line.decision.clone(),
        decided_by: line.accepted.map(|_| part.by),
        decided_at: line.accepted.map(|days| dates.at(days, DECIDED)),
        returns: 0,
        reminded_at: None,
        overdue_told_at: None,
        version: 1,
    })
}

fn measure(
    setting: &Setting<'_>,
    part: Part<'_>,
    line: &Measure,
    seq: i32,
) -> anyhow::Result<measure::Model> {
    let dates = &setting.dates;
    let unit = setting.unit(&line.unit)?;
    Ok(measure::Model {
        id: MeasureId::generate(),
        campaign_id: part.campaign,
        seq,
        text: line.text.clone(),
        unit_id: unit,
        due_at: dates.end_of(line.due),
        status: match (line.done, line.verified) {
            (_, Some(_)) => MeasureStatus::Verified,
            (Some(_), None) => MeasureStatus::Done,
            (None, None) => MeasureStatus::Open,
        },
        done_text: line.report.clone(),
        done_photo_ids: json!([]),
        done_file_ids: json!([]),
        done_by: line.done.and_then(|_| setting.cast.handler(unit)),
        done_at: line.done.map(|days| dates.at(days, DONE)),
        verify_note: line.note.clone(),
        verified_by: line.verified.map(|_| part.by),
        verified_at: line.verified.map(|days| dates.at(days, DECIDED)),
        returns: 0,
        created_by: part.by,
        created_at: dates.at(line.days, SET),
        reminded_at: None,
        overdue_told_at: None,
        version: 1,
    })
}

fn vote(setting: &Setting<'_>, part: Part<'_>, line: &Vote) -> campaign_vote::Model {
    let count = |number: i32| u32::try_from(number).unwrap_or(0);
    let threshold = setting.city.campaigns.vote_pass_percent;
    let votes = VoteCount {
        satisfied: count(line.satisfied),
        basically_satisfied: count(line.basically),
        dissatisfied: count(line.dissatisfied),
        present: count(line.present),
    };
    campaign_vote::Model {
        id: VoteId::generate(),
        campaign_id: part.campaign,
        satisfied: line.satisfied,
        basically_satisfied: line.basically,
        dissatisfied: line.dissatisfied,
        present: line.present,
        participants: json!([]),
        threshold_percent: i32::try_from(threshold).unwrap_or(i32::MAX),
        passed: votes.passes(threshold),
        recorded_by: part.by,
        held_at: setting.dates.at(line.days, DECIDED),
    }
}
