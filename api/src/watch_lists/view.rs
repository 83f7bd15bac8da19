//! A watch list as it is shown.

use crate::city::snapshot::CityHandle;
use std::collections::HashMap;

use entity::ids::{CampaignId, InspectionId, PersonId, PhotoId, UnitId, WatchEntryId, WatchListId};
use entity::kinds::Light;
use entity::{watch_entry, watch_inspection, watch_list};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::fields::PlaceView;
use crate::http::time::{LocalTime, local};
use crate::people::profile;
use crate::photos::evidence::{self, EvidencePhoto};
use crate::watch_lists::rules::light;
use crate::watch_lists::store;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WatchListView {
    pub id: WatchListId,
    pub title: String,
    /// County-level code; none for the whole city.
    pub area: Option<String>,
    pub committee: Option<String>,
    pub campaign: Option<CampaignId>,
    /// Subjects that are watched now.
    pub watched_count: usize,
    /// Removed subjects too, with their reason.
    pub entries: Vec<WatchEntryView>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: LocalTime,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WatchEntryView {
    pub id: WatchEntryId,
    pub list: WatchListId,
    pub subject: String,
    pub place: Option<PlaceView>,
    pub owner_unit: Option<WatchUnit>,
    pub reason: String,
    pub reinspect_every_days: Option<i32>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_inspection_at: Option<LocalTime>,
    /// Of the next inspection.
    pub light: Light,
    /// The newest first.
    pub inspections: Vec<InspectionView>,
    #[schema(value_type = String, format = DateTime)]
    pub added_at: LocalTime,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub removed_at: Option<LocalTime>,
    pub removal_reason: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WatchUnit {
    pub id: UnitId,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InspectionView {
    pub id: InspectionId,
    #[schema(value_type = String, format = DateTime)]
    pub at: LocalTime,
    pub note: String,
    pub passed: bool,
    pub by: String,
    pub photos: Vec<EvidencePhoto>,
}

/// Rows around some entries.
struct Context {
    inspections: HashMap<WatchEntryId, Vec<watch_inspection::Model>>,
    names: HashMap<PersonId, String>,
    photos: HashMap<PhotoId, EvidencePhoto>,
}

impl Context {
    async fn load(app: &App, entries: &[watch_entry::Model], with_photos: bool) -> Result<Self> {
        let rows = store::inspections(&app.db, entries.iter().map(|entry| entry.id).collect()).await?;
        let names = profile::names(app, rows.iter().map(|row| row.inspected_by)).await?;
        let photos = if with_photos {
            evidence::by_id(app, rows.iter().flat_map(photo_ids).collect()).await?
        } else {
            HashMap::new()
        };
        let mut inspections: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            inspections.entry(row.entry_id).or_default().push(row);
        }
        Ok(Self {
            inspections,
            names,
            photos,
        })
    }

    fn entry(&mut self, app: &App, row: watch_entry::Model) -> WatchEntryView {
        let city = app.state::<CityHandle>().load();
        let zone = city.zone();
        let unit = row.owner_unit.and_then(|id| city.unit(id));
        let inspections = self.inspections.remove(&row.id).unwrap_or_default();
        let inspection = |row: watch_inspection::Model| InspectionView {
            photos: photo_ids(&row)
                .iter()
                .filter_map(|id| self.photos.get(id).cloned())
                .collect(),
            id: row.id,
            at: local(row.at, zone),
            note: row.note,
            passed: row.passed,
            by: self.names.get(&row.inspected_by).cloned().unwrap_or_default(),
        };
        WatchEntryView {
            id: row.id,
            list: row.list_id,
            subject: row.subject,
            place: PlaceView::new(row.place, row.longitude.zip(row.latitude)),
            owner_unit: unit.map(|unit| WatchUnit {
                id: unit.id,
                name: unit.name.clone(),
            }),
            reason: row.reason,
            reinspect_every_days: row.reinspect_every_days,
            next_inspection_at: row.next_inspection_at.map(|at| local(at, zone)),
            light: light(
                row.next_inspection_at,
                app.clock.now(),
                city.campaigns.remind_before_hours,
            ),
            inspections: inspections.into_iter().map(inspection).collect(),
            added_at: local(row.added_at, zone),
            removed_at: row.removed_at.map(|at| local(at, zone)),
            removal_reason: row.removal_reason,
        }
    }
}

fn photo_ids(row: &watch_inspection::Model) -> Vec<PhotoId> {
    serde_json::from_value(row.photo_ids.clone()).unwrap_or_default()
}

/// Lists with their entries, in a fixed number of queries.
pub(super) async fn views(
    app: &App,
    lists: Vec<watch_list::Model>,
    with_photos: bool,
) -> Result<Vec<WatchListView>> {
    if lists.is_empty() {
        return Ok(Vec::new());
    }
    let zone = app.state::<CityHandle>().load().zone();
    let entries = store::entries(&app.db, lists.iter().map(|list| list.id).collect()).await?;
    let mut context = Context::load(app, &entries, with_photos).await?;
    let mut by_list: HashMap<WatchListId, Vec<WatchEntryView>> = HashMap::new();
    for row in entries {
        let list = row.list_id;
        by_list.entry(list).or_default().push(context.entry(app, row));
    }
    let view = |row: watch_list::Model| {
        let entries = by_list.remove(&row.id).unwrap_or_default();
        WatchListView {
            id: row.id,
            title: row.title,
            area: row.area_code,
            committee: row.committee,
            campaign: row.campaign_id,
            watched_count: entries.iter().filter(|entry| entry.removed_at.is_none()).count(),
            entries,
            created_at: local(row.created_at, zone),
        }
    };
    Ok(lists.into_iter().map(view).collect())
}

pub(super) async fn entry(app: &App, row: watch_entry::Model) -> Result<WatchEntryView> {
    let entries = vec![row];
    let mut context = Context::load(app, &entries, true).await?;
    let row = entries.into_iter().next().ok_or_else(Error::not_found)?;
    Ok(context.entry(app, row))
}
