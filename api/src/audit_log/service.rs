//! Recording acts, reading them, and checking that none was changed or left out.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::admin_act;
use entity::ids::PersonId;
use entity::kinds::{ActKind, Role};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::audit_log::store;
use crate::error::Result;
use crate::hash_chain::{self, GENESIS_HASH};
use crate::http::paging::{Page, Paging};
use crate::people::caller::Caller;
use crate::people::profile;

const SUBJECT_CHARS: usize = 200;
/// Acts read at once.
const PAGE: u64 = 1_000;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditActor {
    Person(PersonId),
    /// Whoever has a shell on the server.
    CommandLine,
}

/// An act in the making.
#[derive(Clone, Debug)]
pub struct AuditEntry<'a> {
    pub by: AuditActor,
    pub kind: ActKind,
    /// What is acted on, as people call it. Empty where it is a person: he is named by his id in `detail`, so that what
    /// is kept for good does not keep his name when he is erased.
    pub subject: &'a str,
    /// Facts; no floating point numbers, which databases round.
    pub detail: Value,
}

/// An act as it is shown.
#[derive(Clone, Debug)]
pub struct AuditRecord {
    pub seq: i64,
    pub at: DateTime<Utc>,
    /// None: at the command line.
    pub who: Option<String>,
    pub kind: ActKind,
    pub subject: String,
    pub detail: Value,
}

/// The first link that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    pub seq: i64,
    pub fault: LinkError,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkError {
    Missing,
    Unlinked,
    Changed,
}

/// Appends an act, inside the transaction of the change itself. Other acts wait until that transaction ends.
pub async fn record(txn: &impl ConnectionTrait, act: AuditEntry<'_>, now: DateTime<Utc>) -> Result<()> {
    let last = store::lock_head(txn).await?;
    let mut row = admin_act::Model {
        seq: last.seq + 1,
        at: now,
        person_id: match act.by {
            AuditActor::Person(person) => Some(person),
            AuditActor::CommandLine => None,
        },
        kind: act.kind,
        subject: act.subject.chars().take(SUBJECT_CHARS).collect(),
        detail: act.detail,
        prev_hash: last.hash,
        hash: String::new(),
    };
    row.hash = hash(&row);
    store::insert(txn, row).await
}

fn hash(act: &admin_act::Model) -> String {
    let admin_act::Model {
        seq,
        at,
        person_id,
        kind,
        subject,
        detail,
        prev_hash,
        hash: _,
    } = act;
    let fields = json!([seq, at.timestamp_micros(), person_id, kind, subject, detail]);
    hash_chain::link_hash(prev_hash, &fields)
}

/// The acts, the newest first.
pub async fn list(app: &App, caller: &Caller, paging: &Paging) -> Result<Page<AuditRecord>> {
    caller.require(Role::Admin)?;
    let limit = paging.limit()?;
    let rows = store::before(&app.db, paging.after()?, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |row| row.seq);
    let people = page.items.iter().flat_map(|row| [row.person_id, acted_on(row)]);
    let names = profile::names(app, people.flatten()).await?;
    Ok(page.map(|row| to_view(row, &names)))
}

/// The person that an act is about.
fn acted_on(row: &admin_act::Model) -> Option<PersonId> {
    row.detail.get("person")?.as_str()?.parse().ok()
}

fn to_view(row: admin_act::Model, names: &HashMap<PersonId, String>) -> AuditRecord {
    let person = acted_on(&row).and_then(|person| names.get(&person));
    AuditRecord {
        seq: row.seq,
        at: row.at,
        who: row
            .person_id
            .map(|person| names.get(&person).cloned().unwrap_or_default()),
        kind: row.kind,
        subject: person.cloned().unwrap_or(row.subject),
        detail: row.detail,
    }
}

/// Reads the whole chain: how many acts there are, and the first link that does not hold.
pub async fn verify(connection: &impl ConnectionTrait) -> Result<(u64, Option<Broken>)> {
    let (mut seq, mut prev_hash, mut read) = (0, GENESIS_HASH.to_owned(), 0);
    loop {
        let acts = store::after(connection, seq, PAGE).await?;
        let full = acts.len() as u64 == PAGE;
        for act in acts {
            if let Some(fault) = fault(seq, &prev_hash, &act) {
                let seq = act.seq;
                return Ok((read, Some(Broken { seq, fault })));
            }
            read += 1;
            (seq, prev_hash) = (act.seq, act.hash);
        }
        if !full {
            return Ok((read, None));
        }
    }
}

fn fault(seq: i64, prev_hash: &str, act: &admin_act::Model) -> Option<LinkError> {
    if act.seq != seq + 1 {
        Some(LinkError::Missing)
    } else if act.prev_hash != prev_hash {
        Some(LinkError::Unlinked)
    } else if act.hash != hash(act) {
        Some(LinkError::Changed)
    } else {
        None
    }
}
