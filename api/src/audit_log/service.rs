//! Recording acts, reading them, and checking that none was changed or left out.

use chrono::{DateTime, Utc};
use entity::admin_act;
use entity::ids::PersonId;
use entity::kinds::ActKind;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::audit_log::leaves::{self, ChainEntry};
use crate::audit_log::store;
use crate::db::WriteTransaction;
use crate::error::Result;
use crate::hash_chain::{self, GENESIS_HASH};

const SUBJECT_CHARS: usize = 200;
/// Acts read at once.
const PAGE: u64 = 1_000;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditActor {
    Person(PersonId),
    /// A person with a shell on the server.
    CommandLine,
}

impl AuditActor {
    /// Returns the person. Returns `None` for the command line.
    #[must_use]
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::CommandLine => None,
        }
    }
}

/// An act in the making.
#[derive(Clone, Debug)]
pub struct AuditEntry<'a> {
    pub by: AuditActor,
    pub kind: ActKind,
    /// The everyday name of the object. Empty if it is a person: `detail` names them by id, so that the log does not
    /// keep the name after an erasure.
    pub subject: &'a str,
    /// Facts; no floating point numbers, which databases round.
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
pub async fn record(txn: &WriteTransaction, act: AuditEntry<'_>, now: DateTime<Utc>) -> Result<()> {
    let last = store::lock_head(txn).await?;
    let mut row = admin_act::Model {
        seq: last.seq + 1,
        at: now,
        person_id: act.by.person(),
        kind: act.kind,
        subject: act.subject.chars().take(SUBJECT_CHARS).collect(),
        detail: act.detail,
        prev_hash: last.hash,
        hash: String::new(),
    };
    row.hash = hash(&row);
    let entry = ChainEntry {
        order: None,
        seq: row.seq,
        hash: &row.hash,
    };
    leaves::enqueue(txn, &[entry]).await?;
    store::insert(txn, row).await
}

/// SHA-256 of the hash before it and every field of the action.
#[must_use]
pub fn hash(act: &admin_act::Model) -> String {
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

/// Acts before the one with this number, the newest first.
pub async fn page(
    connection: &impl ConnectionTrait,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<admin_act::Model>> {
    store::before(connection, before, limit).await
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
