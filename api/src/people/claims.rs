//! Claims: an operator's exclusive hold on a queue item. A claim expires on its own; an action on the item releases it.
//!
//! Taking or checking a claim requires the lock on the item's row, so two operators never get the same item.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use entity::ids::PersonId;
use entity::queue_claim;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{ClaimHolder, Error, ErrorKind, Result};
use crate::http::time::local;
use crate::people::{profile, store};

/// How long a claim lasts unless it is taken again: a long call, and a little more.
pub const CLAIM_TTL: TimeDelta = TimeDelta::minutes(CLAIM_MINUTES);
/// This time in minutes, for texts.
pub const CLAIM_MINUTES: i64 = 15;

/// A queue whose matters are claimed.
#[derive(Clone, Copy, Debug)]
pub struct ClaimQueue {
    /// Names the kind of matter in the database.
    pub kind: &'static str,
    /// The Chinese noun for one item.
    pub label: &'static str,
}

/// A claim as other operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub by: String,
    pub mine: bool,
    pub until: DateTime<Utc>,
}

/// The claims as the caller reads them: with the names of those who hold them.
pub async fn read(
    app: &App,
    caller: &Caller,
    rows: BTreeMap<String, queue_claim::Model>,
) -> Result<HashMap<String, Claim>> {
    let holders = profile::names(app, rows.values().map(|claim| claim.person_id)).await?;
    let claim = |row: queue_claim::Model| Claim {
        by: holders.get(&row.person_id).cloned().unwrap_or_default(),
        mine: row.person_id == caller.person,
        until: row.until,
    };
    Ok(rows.into_iter().map(|(id, row)| (id, claim(row))).collect())
}

/// The person who is about to act on an item.
#[derive(Clone, Copy, Debug)]
pub struct Claimant {
    /// None: the product itself.
    pub person: Option<PersonId>,
    /// The zone in which the person is told until when another holds the item.
    pub zone: Tz,
}

impl ClaimQueue {
    /// The claims on these matters that have not run out.
    pub async fn active(
        self,
        db: &impl ConnectionTrait,
        ids: impl IntoIterator<Item = String>,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<String, queue_claim::Model>> {
        let rows = queue_claim::Entity::find()
            .filter(queue_claim::Column::SubjectKind.eq(self.kind))
            .filter(queue_claim::Column::SubjectId.is_in(ids))
            .filter(queue_claim::Column::Until.gt(now))
            .all(db)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.subject_id.clone(), row))
            .collect())
    }

    /// Checks that nobody but the claimant holds an unexpired claim on the item, otherwise fails with 409. The caller must
    /// have locked the item's row.
    pub async fn heed(
        self,
        txn: &impl ConnectionTrait,
        id: String,
        claimant: Claimant,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let Claimant { person, zone } = claimant;
        let claims = self.active(txn, [id], now).await?;
        let Some(claim) = claims.into_values().find(|claim| Some(claim.person_id) != person) else {
            return Ok(());
        };
        let holder = store::person(txn, claim.person_id).await?;
        let name = holder.map_or_else(|| "另一位坐席".to_owned(), |person| person.name);
        let until = local(claim.until, zone);
        let detail = format!(
            "{name}正在处理{}，到 {} 为止。",
            self.label,
            until.format("%H:%M")
        );
        let refused = Error::refused(ErrorKind::Conflict, "claimed_by_another", detail);
        Err(refused.with_holder(ClaimHolder { name, until }))
    }

    /// Claims the item or renews the claim. The caller has locked the item's row and checked existing claims.
    pub async fn take(
        self,
        txn: &impl ConnectionTrait,
        id: String,
        person: PersonId,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>> {
        use queue_claim::Column as C;
        let until = now + CLAIM_TTL;
        let row = queue_claim::ActiveModel {
            subject_kind: Set(self.kind.to_owned()),
            subject_id: Set(id),
            person_id: Set(person),
            until: Set(until),
        };
        let taken_over = OnConflict::columns([C::SubjectKind, C::SubjectId])
            .update_columns([C::PersonId, C::Until])
            .to_owned();
        queue_claim::Entity::insert(row)
            .on_conflict(taken_over)
            .exec_without_returning(txn)
            .await?;
        Ok(until)
    }

    /// Gives back what the person has claimed of the matter, if anything.
    pub async fn release(self, txn: &impl ConnectionTrait, id: String, person: PersonId) -> Result<()> {
        queue_claim::Entity::delete_many()
            .filter(queue_claim::Column::SubjectKind.eq(self.kind))
            .filter(queue_claim::Column::SubjectId.eq(id))
            .filter(queue_claim::Column::PersonId.eq(person))
            .exec(txn)
            .await?;
        Ok(())
    }
}
