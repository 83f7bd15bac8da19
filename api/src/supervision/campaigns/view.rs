//! A campaign as it is shown.

use crate::city::snapshot::CityHandle;
use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use entity::ids::{CampaignId, PersonId};
use entity::kinds::{CampaignAction, CampaignStage, CampaignStatus};
use entity::{campaign, campaign_event, campaign_vote};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Result;
use crate::http::time::local;
use crate::people::profile;
use crate::supervision::activities::view::{self as activities, ActivityView};
use crate::supervision::campaigns::close::WatchListEntry;
use crate::supervision::campaigns::open_items::OpenItem;
use crate::supervision::campaigns::rebound::LookBack;
use crate::supervision::campaigns::roll_up::{self, CountyView};
use crate::supervision::campaigns::vote_count::VoteCount;
use crate::supervision::campaigns::{county_tasks, look_back, service, store};
use crate::supervision::measures::view::{self as measures, MeasureView};
use crate::supervision::opinions::view::{self as opinions, OpinionView};

#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignView {
    pub id: CampaignId,
    pub title: String,
    pub kind: Option<String>,
    /// County-level code; none for the whole city.
    pub area: Option<String>,
    pub purpose: String,
    pub status: CampaignStatus,
    pub stage: CampaignStage,
    pub committee: Option<String>,
    /// The city's campaign that this one is a county's part of.
    pub parent: Option<CampaignId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<DateTime<FixedOffset>>,
    pub findings: Option<String>,
    pub measures: Option<String>,
    pub outcome: Option<String>,
    /// Why it was closed over open items.
    pub open_reason: Option<String>,
    pub watch_list: Vec<WatchListEntry>,
    pub order_count: i64,
    /// Numbers of the orders gathered; only where one campaign is looked at, like all that follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orders: Option<Vec<GatheredView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_title: Option<String>,
    /// The stages reached, in their order, with dates and who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stages: Option<Vec<StageView>>,
    /// The oldest entry first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diary: Option<Vec<DiaryEntry>>,
    /// 满意度测评, the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vote: Option<VoteView>,
    /// All votes, the oldest first; a failed one may be repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub votes: Option<Vec<VoteView>>,
    /// Items that prevent closing without a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_items: Option<Vec<OpenItem>>,
    /// 县区联动: each county's part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counties: Option<Vec<CountyView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activities: Option<Vec<ActivityView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opinions: Option<Vec<OpinionView>>,
    /// 整改台账.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Vec<MeasureView>>,
    /// 回头看; none until it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look_back: Option<LookBack>,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: DateTime<FixedOffset>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<DateTime<FixedOffset>>,
    pub version: i32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GatheredView {
    pub number: String,
    pub status: String,
    pub area: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct StageView {
    pub stage: CampaignStage,
    #[schema(value_type = String, format = DateTime)]
    pub at: DateTime<FixedOffset>,
    /// None for the system.
    pub by: Option<String>,
    pub note: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DiaryEntry {
    pub action: CampaignAction,
    /// In Chinese.
    pub title: String,
    pub note: String,
    pub reference: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub at: DateTime<FixedOffset>,
    /// None for the system.
    pub by: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VoteView {
    pub grades: Grades,
    pub present: u32,
    pub abstained: u32,
    /// At least basically satisfied.
    pub approving: u32,
    pub threshold_percent: u32,
    pub passed: bool,
    /// Names of those present, as far as they were recorded.
    pub participants: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    pub held_at: DateTime<FixedOffset>,
}

/// Votes for each grade.
#[derive(Clone, Copy, Debug, Serialize, serde::Deserialize, ToSchema)]
pub struct Grades {
    #[schema(maximum = 5000)]
    pub satisfied: u32,
    #[schema(maximum = 5000)]
    pub basically_satisfied: u32,
    #[schema(maximum = 5000)]
    pub dissatisfied: u32,
}

/// A campaign as a list shows it.
#[must_use]
pub fn summary(row: campaign::Model, order_count: i64, zone: Tz) -> CampaignView {
    let at = |at: DateTime<Utc>| local(at, zone);
    CampaignView {
        look_back: look_back::stored(&row),
        id: row.id,
        title: row.title,
        kind: row.kind,
        area: row.area_code,
        purpose: row.purpose,
        status: row.status,
        stage: row.stage,
        committee: row.committee,
        parent: row.parent_id,
        due_at: row.due_at.map(at),
        findings: row.findings,
        measures: row.measures,
        outcome: row.outcome,
        open_reason: row.open_reason,
        watch_list: serde_json::from_value(row.watch_list).unwrap_or_default(),
        order_count,
        orders: None,
        parent_title: None,
        stages: None,
        diary: None,
        vote: None,
        votes: None,
        open_items: None,
        counties: None,
        activities: None,
        opinions: None,
        ledger: None,
        opened_at: at(row.opened_at),
        closed_at: row.closed_at.map(at),
        version: row.version,
    }
}

/// One campaign with all its parts, in a fixed number of queries.
pub async fn whole(app: &App, row: campaign::Model) -> Result<CampaignView> {
    let zone = app.state::<CityHandle>().load().zone();
    let gathered = service::gathered(app, &row).await?;
    let count = i64::try_from(gathered.len()).unwrap_or(i64::MAX);
    let orders = gathered
        .into_iter()
        .map(|(_, number, status, area)| GatheredView { number, status, area });
    let orders = orders.collect();
    let id = row.id;
    let counties = roll_up::counties(app, &row).await?;
    let parent = county_tasks::parent(app, &row).await?;
    let open_items = if row.status == CampaignStatus::Open {
        store::open_items(&app.db, app, id).await?
    } else {
        Vec::new()
    };
    let votes = store::votes(&app.db, id).await?;
    let votes: Vec<VoteView> = votes.into_iter().map(|vote| vote_view(&vote, zone)).collect();
    let (stages, diary) = history(app, id, zone).await?;
    Ok(CampaignView {
        orders: Some(orders),
        parent_title: parent.map(|(_, title)| title),
        stages: Some(stages),
        diary: Some(diary),
        vote: votes.last().cloned(),
        votes: Some(votes),
        open_items: Some(open_items),
        counties: Some(counties),
        activities: Some(activities::of_campaign(app, id).await?),
        opinions: Some(opinions::of_campaign(app, id).await?),
        ledger: Some(measures::of_campaign(app, id).await?),
        ..summary(row, count, zone)
    })
}

async fn history(app: &App, id: CampaignId, zone: Tz) -> Result<(Vec<StageView>, Vec<DiaryEntry>)> {
    let events = store::events(&app.db, id).await?;
    let names = profile::names(app, events.iter().filter_map(|event| event.person_id)).await?;
    let stages = stages(&events, &names, zone);
    let diary = events.into_iter().map(|event| entry(event, &names, zone));
    Ok((stages, diary.collect()))
}

/// The first event at each stage.
fn stages(events: &[campaign_event::Model], names: &HashMap<PersonId, String>, zone: Tz) -> Vec<StageView> {
    let mut stages: Vec<StageView> = Vec::new();
    for event in events {
        if stages.last().is_some_and(|last| last.stage == event.stage) {
            continue;
        }
        stages.push(StageView {
            stage: event.stage,
            at: local(event.at, zone),
            by: event.person_id.and_then(|id| names.get(&id).cloned()),
            note: event.note.clone(),
        });
    }
    stages
}

fn entry(event: campaign_event::Model, names: &HashMap<PersonId, String>, zone: Tz) -> DiaryEntry {
    DiaryEntry {
        action: event.action,
        title: event.action.label().to_owned(),
        note: event.note,
        reference: event.reference,
        at: local(event.at, zone),
        by: event.person_id.and_then(|id| names.get(&id).cloned()),
    }
}

fn vote_view(row: &campaign_vote::Model, zone: Tz) -> VoteView {
    let count = |number: i32| u32::try_from(number).unwrap_or(0);
    let votes = VoteCount {
        satisfied: count(row.satisfied),
        basically_satisfied: count(row.basically_satisfied),
        dissatisfied: count(row.dissatisfied),
        present: count(row.present),
    };
    VoteView {
        grades: Grades {
            satisfied: votes.satisfied,
            basically_satisfied: votes.basically_satisfied,
            dissatisfied: votes.dissatisfied,
        },
        present: votes.present,
        abstained: votes.abstained(),
        approving: votes.approving(),
        threshold_percent: count(row.threshold_percent),
        passed: row.passed,
        participants: serde_json::from_value(row.participants.clone()).unwrap_or_default(),
        held_at: local(row.held_at, zone),
    }
}
