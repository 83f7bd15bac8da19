//! A line of the ledger as it is shown.

use crate::city::snapshot::CityHandle;
use entity::ids::{CampaignId, FileId, MeasureId, PhotoId, UnitId};
use entity::kinds::{Light, MeasureStatus, Role};
use entity::measure;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::files::attach::{self, AttachedFile};
use crate::http::paging::{Page, Paging};
use crate::http::time::{LocalTime, local};
use crate::people::profile;
use crate::photos::evidence::{self, EvidencePhoto};
use crate::supervision::activities::view::{found, ids};
use crate::supervision::campaigns::access::sees;
use crate::supervision::due_light::light;
use crate::supervision::measures::store;
use crate::supervision::scope::Scope;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeasureView {
    pub id: MeasureId,
    pub campaign: CampaignId,
    /// The line of the ledger.
    pub seq: i32,
    pub text: String,
    pub unit: ResponsibleUnit,
    #[schema(value_type = String, format = DateTime)]
    pub due_at: LocalTime,
    pub status: MeasureStatus,
    pub light: Light,
    pub done: Option<MeasureReport>,
    /// The committee's last note, on passing or on returning it.
    pub verify_note: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub verified_at: Option<LocalTime>,
    pub verified_by: Option<String>,
    /// How often it did not pass.
    pub returns: i32,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ResponsibleUnit {
    pub id: UnitId,
    pub name: String,
}

/// The unit's report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeasureReport {
    pub text: String,
    pub photos: Vec<EvidencePhoto>,
    pub files: Vec<AttachedFile>,
    #[schema(value_type = String, format = DateTime)]
    pub at: LocalTime,
}

/// The ledger of a campaign, in a fixed number of queries.
pub async fn of_campaign(app: &App, campaign: CampaignId) -> Result<Vec<MeasureView>> {
    views(app, store::of_campaign(&app.db, campaign).await?).await
}

pub async fn one(app: &App, row: measure::Model) -> Result<MeasureView> {
    views(app, vec![row]).await?.pop().ok_or_else(Error::not_found)
}

/// One measure, for its unit and for those who may know of its campaign.
pub async fn show(app: &App, caller: &Caller, id: MeasureId) -> Result<MeasureView> {
    let found = store::find(&app.db, id).await?;
    let (row, campaign) = found.ok_or_else(Error::not_found)?;
    let responsible = caller.role == Role::Handler && caller.unit == Some(row.unit_id);
    if responsible || sees(caller, &campaign) {
        one(app, row).await
    } else {
        Err(Error::not_found())
    }
}

/// The measures that concern the caller, the newest first: a handler's those of their unit, others' of the campaigns
/// that they may know of.
pub async fn list(app: &App, caller: &Caller, open: bool, paging: &Paging) -> Result<Page<MeasureView>> {
    let scope = Scope::of(caller)?;
    let limit = paging.limit()?;
    let after: Option<MeasureId> = paging.after()?;
    let rows = store::list(&app.db, &scope, open, after, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |row| row.id);
    Ok(Page {
        items: views(app, page.items).await?,
        next_cursor: page.next_cursor,
    })
}

async fn views(app: &App, rows: Vec<measure::Model>) -> Result<Vec<MeasureView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let city = app.state::<CityHandle>().load();
    let (zone, now) = (city.zone(), app.clock.now());
    let names = profile::names(app, rows.iter().filter_map(|row| row.verified_by)).await?;
    let photos = evidence::by_id(app, ids::<_, PhotoId>(&rows, |row| &row.done_photo_ids)).await?;
    let files = attach::by_id(&app.db, ids::<_, FileId>(&rows, |row| &row.done_file_ids)).await?;
    let view = |row: measure::Model| {
        let done_at = row.done_at.filter(|_| row.status != MeasureStatus::Open);
        let done = row.done_text.zip(row.done_at);
        MeasureView {
            id: row.id,
            campaign: row.campaign_id,
            seq: row.seq,
            text: row.text,
            unit: ResponsibleUnit {
                id: row.unit_id,
                name: city
                    .unit(row.unit_id)
                    .map(|unit| unit.name.clone())
                    .unwrap_or_default(),
            },
            due_at: local(row.due_at, zone),
            status: row.status,
            light: light(Some(row.due_at), done_at, now, city.campaigns.remind_before_hours),
            done: done.map(|(text, at)| MeasureReport {
                text,
                photos: found(&row.done_photo_ids, &photos),
                files: found(&row.done_file_ids, &files),
                at: local(at, zone),
            }),
            verify_note: row.verify_note,
            verified_at: row.verified_at.map(|at| local(at, zone)),
            verified_by: row.verified_by.and_then(|id| names.get(&id).cloned()),
            returns: row.returns,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}
