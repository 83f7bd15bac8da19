//! An opinion as it is shown.

use crate::city::snapshot::CityHandle;
use entity::ids::{CampaignId, FileId, OpinionId, UnitId};
use entity::kinds::{Light, OpinionKind, OpinionStatus};
use entity::opinion;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::files::attach::{self, AttachedFile};
use crate::http::paging::{Page, Paging};
use crate::http::time::{LocalTime, local};
use crate::people::profile;
use crate::supervision::activities::view::{found, ids};
use crate::supervision::due_light::light;
use crate::supervision::opinions::store;
use crate::supervision::opinions::{access, rules};
use crate::supervision::scope::Scope;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpinionView {
    /// For paths, e.g. `YJ410300-2025-001`.
    pub no: String,
    /// 发文字号.
    pub document_number: String,
    pub campaign: CampaignId,
    pub kind: OpinionKind,
    pub status: OpinionStatus,
    /// 主送.
    pub to_unit: AddressedUnit,
    pub title: String,
    pub text: String,
    pub files: Vec<AttachedFile>,
    /// The organ that signs.
    pub issuer: String,
    pub issued_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub issued_at: LocalTime,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<LocalTime>,
    /// Of the reply.
    pub light: Light,
    pub reply: Option<OpinionReply>,
    pub decision: Option<OpinionDecision>,
    /// How often a reply was returned.
    pub returns: i32,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AddressedUnit {
    pub id: UnitId,
    pub name: String,
}

/// The government's written reply.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpinionReply {
    pub text: String,
    pub files: Vec<AttachedFile>,
    pub by: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: LocalTime,
}

/// The committee's decision on the reply.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpinionDecision {
    pub accepted: bool,
    pub note: String,
    pub by: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: LocalTime,
}

/// The opinions of a campaign, in a fixed number of queries.
pub async fn of_campaign(app: &App, campaign: CampaignId) -> Result<Vec<OpinionView>> {
    views(app, store::of_campaign(&app.db, campaign).await?).await
}

/// One opinion, for those who may know of it.
pub async fn show(app: &App, caller: &Caller, number: &str) -> Result<OpinionView> {
    let (row, _) = access::visible(app, caller, number).await?;
    one(app, row).await
}

pub async fn one(app: &App, row: opinion::Model) -> Result<OpinionView> {
    views(app, vec![row]).await?.pop().ok_or_else(Error::not_found)
}

/// The opinions that concern the caller, the newest first: a handler's those to their unit, others' of the campaigns
/// that they may know of.
pub async fn list(app: &App, caller: &Caller, open: bool, paging: &Paging) -> Result<Page<OpinionView>> {
    let scope = Scope::of(caller)?;
    let limit = paging.limit()?;
    let after: Option<OpinionId> = paging.after()?;
    let rows = store::list(&app.db, &scope, open, after, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |row| row.id);
    Ok(Page {
        items: views(app, page.items).await?,
        next_cursor: page.next_cursor,
    })
}

async fn views(app: &App, rows: Vec<opinion::Model>) -> Result<Vec<OpinionView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let city = app.state::<CityHandle>().load();
    let (zone, now) = (city.zone(), app.clock.now());
    let people = rows
        .iter()
        .flat_map(|row| [Some(row.issued_by), row.replied_by, row.decided_by]);
    let names = profile::names(app, people.flatten()).await?;
    let name = |id| names.get(&id).cloned().unwrap_or_default();
    let mut file_ids: Vec<FileId> = ids(&rows, |row| &row.file_ids);
    file_ids.extend(ids::<_, FileId>(&rows, |row| &row.reply_file_ids));
    let files = attach::by_id(&app.db, file_ids).await?;
    let view = |row: opinion::Model| {
        let reply = row.reply.zip(row.replied_by).zip(row.replied_at);
        let decision = row.decision_note.zip(row.decided_by).zip(row.decided_at);
        OpinionView {
            no: row.number,
            document_number: row.document_number,
            campaign: row.campaign_id,
            kind: row.kind,
            status: row.status,
            to_unit: AddressedUnit {
                id: row.unit_id,
                name: city
                    .unit(row.unit_id)
                    .map(|unit| unit.name.clone())
                    .unwrap_or_default(),
            },
            title: row.title,
            text: row.text,
            files: found(&row.file_ids, &files),
            issuer: row.issuer,
            issued_by: name(row.issued_by),
            issued_at: local(row.issued_at, zone),
            due_at: row.due_at.map(|due| local(due, zone)),
            light: light(
                row.due_at,
                row.replied_at.filter(|_| rules::check_reply(row.status).is_err()),
                now,
                city.campaigns.remind_before_hours,
            ),
            reply: reply.map(|((text, by), at)| OpinionReply {
                text,
                files: found(&row.reply_file_ids, &files),
                by: name(by),
                at: local(at, zone),
            }),
            decision: decision.map(|((note, by), at)| OpinionDecision {
                accepted: row.status == OpinionStatus::Accepted,
                note,
                by: name(by),
                at: local(at, zone),
            }),
            returns: row.returns,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}
