//! One operator looks at a thing, and no other decides on it meanwhile.

use std::collections::HashMap;

use entity::content_check;
use entity::ids::ContentCheckId;
use entity::kinds::ContentCheck;
use entity::kinds::Role;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::content::store;
use crate::db;
use crate::error::{Error, ErrorKind, Refusal, Result};
use crate::people::claims::{self, Claim, ClaimQueue, Claimant};

/// States that only operators may see.
pub(super) const WAITING: [ContentCheck; 3] = [
    ContentCheck::Pending,
    ContentCheck::Review,
    ContentCheck::Unavailable,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    AlreadyDecided,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        "already_decided"
    }

    fn detail(&self) -> String {
        "这项内容已由其他坐席审核。".to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Conflict
    }
}

pub const QUEUE: ClaimQueue = ClaimQueue {
    kind: "content_check",
    label: "这项内容",
};
/// Maximum number of rows searched for an unclaimed one.
const SCAN_LIMIT: u64 = 50;

/// Returns `true` if the check can be decided.
#[must_use]
pub fn is_open(check: &content_check::Model) -> bool {
    check.decided_at.is_none() && WAITING.contains(&check.state)
}

/// Who works on these.
pub async fn of(
    app: &App,
    caller: &Caller,
    ids: impl IntoIterator<Item = ContentCheckId>,
) -> Result<HashMap<String, Claim>> {
    let ids = ids.into_iter().map(|id| id.to_string());
    let rows = QUEUE.active(&app.db, ids, app.clock.now()).await?;
    claims::read(app, caller, rows).await
}

/// Claims the check for the caller; repeating renews the claim.
pub async fn claim(app: &App, caller: &Caller, id: ContentCheckId) -> Result<()> {
    caller.require(Role::Operator)?;
    let (now, zone) = (app.clock.now(), app.state::<CityHandle>().load().zone());
    let txn = db::write(&app.db).await?;
    let check = store::lock(&txn, id).await?.ok_or_else(Error::not_found)?;
    if !is_open(&check) {
        return Err(Refused::AlreadyDecided.into());
    }
    let claimant = Claimant {
        person: Some(caller.person),
        zone,
    };
    QUEUE.heed(&txn, id.to_string(), claimant, now).await?;
    QUEUE.take(&txn, id.to_string(), caller.person, now).await?;
    Ok(txn.commit().await?)
}

/// Gives it back to the others; what the caller does not hold stays as it is.
pub async fn release(app: &App, caller: &Caller, id: ContentCheckId) -> Result<()> {
    caller.require(Role::Operator)?;
    let txn = db::write(&app.db).await?;
    QUEUE.release(&txn, id.to_string(), caller.person).await?;
    Ok(txn.commit().await?)
}

/// Claims the oldest unclaimed check other than `done`.
pub async fn take_next(app: &App, caller: &Caller, done: ContentCheckId) -> Result<Option<ContentCheckId>> {
    caller.require(Role::Operator)?;
    let waiting = store::list(&app.db, &WAITING, None, SCAN_LIMIT).await?;
    let held = of(app, caller, waiting.iter().map(|check| check.id)).await?;
    for check in waiting {
        let taken = held.get(&check.id.to_string()).is_some_and(|claim| !claim.mine);
        if taken || check.id == done {
            continue;
        }
        match claim(app, caller, check.id).await {
            Ok(()) => return Ok(Some(check.id)),
            Err(error) if error.kind() == Some(ErrorKind::Conflict) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
