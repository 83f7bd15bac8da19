//! 县区联动: a city-wide campaign gives each county its part, which the county's supervisors see and report on.

use crate::city::snapshot::CityHandle;
use crate::moments::ensure_not_after;
use crate::notices::MessageCatalog;
use chrono::{DateTime, Utc};
use entity::ids::CampaignId;
use entity::kinds::{CampaignAction, Role};
use entity::{campaign, campaign_order};
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::http::fields::{self, invalid};
use crate::notices::{self, EventKind, Subject};
use crate::supervision::campaigns::diary::{self, Entry};
use crate::supervision::campaigns::service::{TEXT_CHARS, blank, event};
use crate::supervision::campaigns::stages::Refused;
use crate::supervision::campaigns::{access, store};

const MAX_TITLE_CHARS: usize = 100;

/// The task of the counties.
pub struct CountyTask {
    /// By code or name.
    pub areas: Vec<String>,
    pub text: String,
    pub due_at: Option<DateTime<Utc>>,
}

/// Creates a campaign for each county with the parent's orders that lie in it.
pub async fn create(
    app: &App,
    caller: &Caller,
    id: CampaignId,
    task: CountyTask,
    now: DateTime<Utc>,
) -> Result<Vec<campaign::Model>> {
    access::visible(app, caller, id).await?;
    caller.require(Role::Supervisor)?;
    let text = fields::text("text", &task.text, TEXT_CHARS)?;
    let areas = counties(app, &task.areas)?;
    if task.due_at.is_some_and(|due| due <= now) {
        return Err(invalid("due_at", "due_in_the_past", "期限不能早于现在。"));
    }
    let latest = app.state::<CityHandle>().load().campaigns.latest_due(now);
    ensure_not_after("due_at", task.due_at.unwrap_or(now), latest)?;
    let txn = db::write(&app.db).await?;
    let parent = access::lock_open(&txn, caller, id).await?;
    if parent.area_code.is_some() || parent.parent_id.is_some() {
        return Err(Refused::NotCityWide.into());
    }
    let given = store::children(&txn, id).await?;
    let orders = store::orders_by_area(&txn, id).await?;
    let mut children = Vec::with_capacity(areas.len());
    for (code, name) in areas {
        if given.iter().any(|child| child.area_code.as_ref() == Some(&code)) {
            return Err(Refused::CountyHasTask.into());
        }
        let child = campaign::Model {
            title: child_title(&parent.title, &name),
            kind: parent.kind.clone(),
            area_code: Some(code.clone()),
            purpose: text.clone(),
            committee: parent.committee.clone(),
            parent_id: Some(id),
            due_at: task.due_at,
            ..blank(caller, now)
        };
        store::insert(&txn, child.clone()).await?;
        let of_county = orders.iter().filter(|(_, area)| area.as_ref() == Some(&code));
        let rows = of_county.map(|(order, _)| campaign_order::ActiveModel {
            campaign_id: Set(child.id),
            order_id: Set(*order),
            added_by: Set(caller.person),
            added_at: Set(now),
            // They have been told of the parent.
            told_at: Set(Some(now)),
        });
        store::gather(&txn, rows.collect()).await?;
        let task = OpenedTask {
            parent: &parent,
            child: &child,
            county: &name,
        };
        record(app, &txn, caller, task, now).await?;
        children.push(child);
    }
    txn.commit().await?;
    app.jobs.wake.notify_one();
    Ok(children)
}

/// A county's part of a campaign of the whole city.
#[derive(Clone, Copy)]
struct OpenedTask<'a> {
    parent: &'a campaign::Model,
    child: &'a campaign::Model,
    county: &'a str,
}

async fn record(
    app: &App,
    txn: &impl ConnectionTrait,
    caller: &Caller,
    task: OpenedTask<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let OpenedTask {
        parent,
        child,
        county,
    } = task;
    let opened = Entry::new(child, CampaignAction::Opened, Some(caller.person));
    diary::record(txn, opened.note(&child.purpose), now).await?;
    let set = Entry::new(parent, CampaignAction::CountyTaskSet, Some(caller.person));
    diary::record(txn, set.note(&child.purpose).reference(county), now).await?;
    let mut told = event(EventKind::CountyTask, parent)
        .by(caller.person)
        .about(Subject::Matter(child.id))
        .note(child.purpose.as_str());
    told.area.clone_from(&child.area_code);
    notices::emit(txn, app.state::<MessageCatalog>(), &told, now).await
}

/// Codes and names of the counties, each once.
fn counties(app: &App, areas: &[String]) -> Result<Vec<(String, String)>> {
    let city = app.state::<CityHandle>().load();
    let mut found: Vec<(String, String)> = Vec::new();
    for text in areas {
        let county = city.county(text);
        let county = county.ok_or_else(|| invalid("areas", "unknown_area", "没有这个县区。"))?;
        if found.iter().all(|(code, _)| *code != county.code) {
            found.push((county.code.clone(), county.name.clone()));
        }
    }
    if found.is_empty() {
        return Err(invalid("areas", "required", "请选择县区。"));
    }
    Ok(found)
}

fn child_title(parent: &str, county: &str) -> String {
    let room = MAX_TITLE_CHARS.saturating_sub(county.chars().count() + 2);
    let parent: String = parent.chars().take(room).collect();
    format!("{parent}（{county}）")
}

/// The campaign that this one is a county's part of, by id and title.
pub async fn parent(app: &App, campaign: &campaign::Model) -> Result<Option<(CampaignId, String)>> {
    let Some(parent) = campaign.parent_id else {
        return Ok(None);
    };
    let found = store::find(&app.db, parent).await?.ok_or_else(Error::not_found)?;
    Ok(Some((found.id, found.title)))
}
