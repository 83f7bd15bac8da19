//! An activity as it is shown.

use crate::city::snapshot::CityHandle;
use std::collections::HashMap;

use entity::campaign_activity;
use entity::ids::{ActivityId, CampaignId, FileId, PhotoId};
use entity::kinds::ActivityKind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Result;
use crate::files::attach::{self, AttachedFile};
use crate::http::fields::PlaceView;
use crate::http::time::{LocalTime, local};
use crate::people::profile;
use crate::photos::evidence::{self, EvidencePhoto};
use crate::supervision::activities::store;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActivityView {
    pub id: ActivityId,
    pub kind: ActivityKind,
    #[schema(value_type = String, format = DateTime)]
    pub at: LocalTime,
    pub place: Option<PlaceView>,
    pub participants: Vec<String>,
    pub led_by: Option<String>,
    pub note: String,
    pub outcome: Option<String>,
    /// Of a phone call, masked.
    pub phone_masked: Option<String>,
    pub photos: Vec<EvidencePhoto>,
    pub files: Vec<AttachedFile>,
    pub order_numbers: Vec<String>,
    pub added_by: String,
}

/// The activities of a campaign, in a fixed number of queries.
pub async fn of_campaign(app: &App, campaign: CampaignId) -> Result<Vec<ActivityView>> {
    views(app, store::of_campaign(&app.db, campaign).await?).await
}

pub async fn views(app: &App, rows: Vec<campaign_activity::Model>) -> Result<Vec<ActivityView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let zone = app.state::<CityHandle>().load().zone();
    let names = profile::names(app, rows.iter().map(|row| row.added_by)).await?;
    let numbers = store::numbers(&app.db, rows.iter().map(|row| row.id).collect()).await?;
    let photos = evidence::by_id(app, ids(&rows, |row| &row.photo_ids)).await?;
    let files = attach::by_id(&app.db, ids(&rows, |row| &row.file_ids)).await?;
    let view = |row: campaign_activity::Model| ActivityView {
        photos: found::<PhotoId, _>(&row.photo_ids, &photos),
        files: found::<FileId, _>(&row.file_ids, &files),
        order_numbers: numbers.get(&row.id).cloned().unwrap_or_default(),
        id: row.id,
        kind: row.kind,
        at: local(row.at, zone),
        place: PlaceView::new(row.place, row.longitude.zip(row.latitude)),
        participants: serde_json::from_value(row.participants).unwrap_or_default(),
        led_by: row.led_by,
        note: row.note,
        outcome: row.outcome,
        phone_masked: row.phone_masked,
        added_by: names.get(&row.added_by).cloned().unwrap_or_default(),
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Every id in a stored column of these rows.
pub(in crate::supervision) fn ids<Row, Id: serde::de::DeserializeOwned>(
    rows: &[Row],
    column: impl Fn(&Row) -> &serde_json::Value,
) -> Vec<Id> {
    let of_row = |row| serde_json::from_value::<Vec<Id>>(column(row).clone()).unwrap_or_default();
    rows.iter().flat_map(of_row).collect()
}

/// The views of the ids in a stored column, in their order.
pub(in crate::supervision) fn found<Id, View>(
    stored: &serde_json::Value,
    views: &HashMap<Id, View>,
) -> Vec<View>
where
    Id: serde::de::DeserializeOwned + Eq + std::hash::Hash,
    View: Clone,
{
    let ids: Vec<Id> = serde_json::from_value(stored.clone()).unwrap_or_default();
    ids.iter().filter_map(|id| views.get(id).cloned()).collect()
}
