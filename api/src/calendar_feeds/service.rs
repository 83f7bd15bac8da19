//! Feeds are created, rotated, revoked and read. A token is shown once and stored as a hash.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::calendar_feed;
use entity::ids::{CalendarFeedId, CampaignId, UnitId};
use entity::kinds::{ActKind, Role};
use rand::RngCore as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::ics::{self, Entry};
use super::store;
use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::caller::Caller;
use crate::city::snapshot::{City, CityHandle};
use crate::db::{self, WriteTransaction};
use crate::error::{Error, FieldError, Result};

const TOKEN_BYTES: usize = 24;
const MAX_FEEDS: usize = 500;

/// The owner of a feed's deadlines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Unit(UnitId),
    /// By the name in the city pack.
    Committee(String),
}

/// Creates a feed and returns its address, which is not shown again.
/// # Errors
/// 422 for a unit or a committee that the city does not have, and if there are too many feeds.
pub async fn create(app: &App, caller: &Caller, subject: Subject, now: DateTime<Utc>) -> Result<String> {
    caller.require(Role::Admin)?;
    let city = app.state::<CityHandle>().load();
    let unknown = |detail: &str| Error::invalid(vec![FieldError::new("subject", "unknown", detail)]);
    let (unit_id, committee) = match subject {
        Subject::Unit(unit) if city.unit(unit).is_none() => return Err(unknown("没有这个单位。")),
        Subject::Unit(unit) => (Some(unit), None),
        Subject::Committee(name) => (None, Some(city.committees.resolve(&name)?)),
    };
    let token = new_token();
    let txn = db::write(&app.db).await?;
    if store::all(&txn).await?.len() >= MAX_FEEDS {
        return Err(unknown("日历订阅太多，请先停用不用的。"));
    }
    let row = calendar_feed::Model {
        id: CalendarFeedId::generate(),
        token_hash: hash(&token),
        unit_id,
        committee,
        created_by: caller.person,
        created_at: now,
        revoked_at: None,
    };
    note(app, &txn, caller, ActKind::CalendarFeedCreated, &row).await?;
    store::insert(&txn, row).await?;
    txn.commit().await?;
    Ok(address(app, &token))
}

/// Gives a feed a new address and returns it. The old one answers 404 from now on.
/// # Errors
/// 404 if no feed with this id answers.
pub async fn rotate(app: &App, caller: &Caller, id: CalendarFeedId) -> Result<String> {
    caller.require(Role::Admin)?;
    let token = new_token();
    let txn = db::write(&app.db).await?;
    let feed = store::active(&txn, id).await?.ok_or_else(Error::not_found)?;
    if !store::rotate(&txn, &feed, hash(&token)).await? {
        return Err(Error::not_found());
    }
    note(app, &txn, caller, ActKind::CalendarFeedRotated, &feed).await?;
    txn.commit().await?;
    Ok(address(app, &token))
}

fn new_token() -> String {
    let mut bytes = [0; TOKEN_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    hex::encode(bytes)
}

fn address(app: &App, token: &str) -> String {
    format!("{}/calendar/{token}.ics", app.config.public_url)
}

/// The feeds that answer, the newest first.
/// # Errors
/// 403 for anyone but an administrator.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<calendar_feed::Model>> {
    caller.require(Role::Admin)?;
    Ok(store::all(&app.db).await?)
}

/// Ends a feed: its address answers 404 from now on.
/// # Errors
/// 404 if no feed with this id answers.
pub async fn revoke(app: &App, caller: &Caller, id: CalendarFeedId, now: DateTime<Utc>) -> Result<()> {
    caller.require(Role::Admin)?;
    let txn = db::write(&app.db).await?;
    let feed = store::active(&txn, id).await?.ok_or_else(Error::not_found)?;
    if !store::revoke(&txn, id, now).await? {
        return Err(Error::not_found());
    }
    note(app, &txn, caller, ActKind::CalendarFeedRevoked, &feed).await?;
    txn.commit().await?;
    Ok(())
}

/// Records an act in the audit log. The address is a secret and is not recorded.
async fn note(
    app: &App,
    txn: &WriteTransaction,
    caller: &Caller,
    kind: ActKind,
    feed: &calendar_feed::Model,
) -> Result<()> {
    let name = name(&app.state::<CityHandle>().load(), feed);
    let entry = AuditEntry {
        by: AuditActor::Person(caller.person),
        kind,
        subject: &name,
        detail: json!({ "calendar_feed": feed.id, "unit": feed.unit_id }),
    };
    audit_log::record(txn, entry, app.clock.now()).await
}

/// Returns the name of the feed's unit or committee, also of a unit that has left.
#[must_use]
pub fn name(city: &City, feed: &calendar_feed::Model) -> String {
    match feed.unit_id.and_then(|unit| city.units.of_record(unit)) {
        Some(unit) => unit.name.clone(),
        None => feed.committee.clone().unwrap_or_default(),
    }
}

/// A calendar with its entity tag.
pub struct Calendar {
    pub text: String,
    pub tag: String,
}

/// Returns the calendar behind a token.
/// # Errors
/// 404 for a token that no feed has, or whose feed was revoked.
pub async fn read(app: &App, token: &str) -> Result<Calendar> {
    let feed = store::by_token_hash(&app.db, &hash(token)).await?;
    let feed = feed.ok_or_else(Error::not_found)?;
    let city = app.state::<CityHandle>().load();
    let base = &app.config.public_url;
    let mut entries = Vec::new();
    let mut matters: Vec<CampaignId> = Vec::new();
    if let Some(unit) = feed.unit_id {
        entries.extend(orders(app, &city, unit).await?);
    }
    if let Some(committee) = &feed.committee {
        for matter in store::matters(&app.db, committee).await? {
            matters.push(matter.id);
            entries.extend(matter.due_at.map(|due_at| Entry {
                uid: format!("matter-{}@zhitong", matter.id),
                summary: format!("{} 督办期限", matter.title),
                url: format!("{base}/console/campaigns/{}", matter.id),
                due_at,
                stamp: matter.opened_at,
            }));
        }
    }
    for opinion in store::opinions(&app.db, feed.unit_id, &matters).await? {
        entries.extend(opinion.due_at.map(|due_at| Entry {
            uid: format!("opinion-{}@zhitong", opinion.id),
            summary: format!("{} 答复期限", opinion.document_number),
            url: format!("{base}/console/campaigns/{}", opinion.campaign_id),
            due_at,
            stamp: opinion.issued_at,
        }));
    }
    for measure in store::measures(&app.db, feed.unit_id, &matters).await? {
        entries.push(Entry {
            uid: format!("measure-{}@zhitong", measure.id),
            summary: "整改措施期限".to_owned(),
            url: format!("{base}/console/campaigns/{}", measure.campaign_id),
            due_at: measure.due_at,
            stamp: measure.created_at,
        });
    }
    let name = match (feed.unit_id.and_then(|unit| city.unit(unit)), feed.committee) {
        (Some(unit), _) => unit.name.clone(),
        (None, committee) => committee.unwrap_or_default(),
    };
    let text = ics::write(&format!("{name}期限"), &entries, city.zone());
    let tag = hash(&text);
    Ok(Calendar { text, tag })
}

/// The deadlines of a unit's orders: number, kind of matter and county, nothing of people.
async fn orders(app: &App, city: &City, unit: UnitId) -> Result<Vec<Entry>> {
    let deadlines = store::deadlines(&app.db, unit).await?;
    let ids = deadlines.iter().map(|deadline| deadline.order_id).collect();
    let orders = store::orders(&app.db, ids).await?;
    let orders: HashMap<_, _> = orders
        .into_iter()
        .map(|(id, number, category, area)| (id, (number, category, area)))
        .collect();
    let entry = |deadline: entity::deadline::Model| {
        let (number, category, area) = orders.get(&deadline.order_id)?;
        let category = category
            .as_deref()
            .map_or("", |code| city.categories.name_of(code));
        let county = area.as_deref().map_or("", |code| city.county_name(code));
        Some(Entry {
            uid: format!("deadline-{}@zhitong", deadline.id),
            summary: format!("{number} {category} {county} {}", deadline.kind.label()),
            url: format!("{}/console/orders/{number}", app.config.public_url),
            due_at: deadline.due_at,
            stamp: deadline.created_at,
        })
    };
    Ok(deadlines.into_iter().filter_map(entry).collect())
}

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
