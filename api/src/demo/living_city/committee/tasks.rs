//! The tasks of counties in a matter of the whole city, as rows.

use anyhow::Context as _;
use entity::ids::{ActivityId, CampaignId};
use entity::kinds::{ActivityKind, CampaignStage, CampaignStatus};
use entity::{campaign, campaign_activity};
use serde_json::json;

use super::setting::{CLOSED, Setting};
use super::tables::Task;
use crate::supervision::past::matter::{GatheredOrders, PastMatter, PastTask};

const CREATED: u32 = 10;
const VISITED: u32 = 10;

/// Returns a county's part of the matter `parent`, finished.
///
/// # Errors
/// When the county is unknown or has no supervisor.
pub fn task(setting: &Setting<'_>, parent: &campaign::Model, line: &Task) -> anyhow::Result<PastTask> {
    let Setting { city, cast, dates } = setting;
    let county = city.county(&line.county).with_context(|| line.county.clone())?;
    let committee = parent.committee.as_deref().unwrap_or_default();
    let supervisor = cast.supervisor(Some(&county.code), committee)?.id;
    let visited_at = dates.at(line.visited, VISITED);
    let campaign = campaign::Model {
        id: CampaignId::generate(),
        title: format!("{}（{}）", parent.title, county.name),
        area_code: Some(county.code.clone()),
        purpose: line.text.clone(),
        status: CampaignStatus::Closed,
        findings: None,
        outcome: Some(line.outcome.clone()),
        opened_at: dates.at(line.days, CREATED),
        closed_by: Some(supervisor),
        closed_at: Some(dates.at(line.closed, CLOSED)),
        stage: CampaignStage::Closed,
        parent_id: Some(parent.id),
        due_at: Some(dates.end_of(line.due)),
        ..parent.clone()
    };
    let visit = campaign_activity::Model {
        id: ActivityId::generate(),
        campaign_id: campaign.id,
        kind: ActivityKind::Survey,
        at: visited_at,
        place: Some(line.place.clone()),
        longitude: None,
        latitude: None,
        participants: json!(cast.delegates(Some(&county.code), 0)),
        led_by: None,
        note: line.activity.clone(),
        outcome: None,
        phone_masked: None,
        photo_ids: json!([]),
        file_ids: json!([]),
        added_by: supervisor,
        created_at: visited_at,
    };
    Ok(PastTask {
        county: county.name.clone(),
        matter: PastMatter {
            campaign,
            // A task has those of the matter's orders that lie in its county.
            gathers: GatheredOrders {
                category: String::new(),
                most: 0,
            },
            stages: Vec::new(),
            activities: vec![visit],
            opinions: Vec::new(),
            measures: Vec::new(),
            votes: Vec::new(),
            tasks: Vec::new(),
        },
    })
}
