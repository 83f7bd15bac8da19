//! The sets there are, one of them beside the set in force, and putting it there.

use chrono::{DateTime, Utc};
use entity::boundary_set;
use entity::ids::BoundarySetId;
use entity::kinds::{ActKind, Role};
use serde_json::json;

use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::caller::Caller;
use crate::city::boundaries::load::{county_codes, missing};
use crate::city::boundaries::store;
use crate::city::refresh;
use crate::db;
use crate::error::{Error, ErrorKind, Refusal, Result};
use places::compare::Comparison;
use places::overlay::Overlay;

/// The latest of the sets; more than a city redraws in a lifetime.
const MAX_SETS: u64 = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Refused {
    AlreadyInForce,
    /// Counties of units or townships that the set lacks.
    Missing(String),
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::AlreadyInForce => "boundaries_in_force",
            Self::Missing(_) => "boundaries_incomplete",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::AlreadyInForce => "这个版本已经在使用。".to_owned(),
            Self::Missing(which) => format!("这个版本现在不能启用：{which}。"),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::AlreadyInForce => ErrorKind::Conflict,
            Self::Missing(_) => ErrorKind::Rule,
        }
    }
}

/// A set with its number of counties.
pub type ListedSet = (boundary_set::Model, i64);

/// A set beside the one in force.
pub struct SetComparison {
    pub set: boundary_set::Model,
    /// None when it is the one in force.
    pub in_force: Option<boundary_set::Model>,
    pub comparison: Comparison,
    pub overlay: Overlay,
}

/// Every set, the latest loaded first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<ListedSet>> {
    caller.require(Role::Admin)?;
    store::newest(&app.db, MAX_SETS).await
}

/// Compares a set with the one in force, in numbers and drawn over it.
pub async fn compare(app: &App, caller: &Caller, id: BoundarySetId) -> Result<SetComparison> {
    caller.require(Role::Admin)?;
    let set = store::set(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let in_force = store::active(&app.db).await?.filter(|held| held.id != id);
    let after = store::counties(store::areas(&app.db, id).await?)?;
    let before = match &in_force {
        Some(held) => store::counties(store::areas(&app.db, held.id).await?)?,
        None => after.clone(),
    };
    let work = move || (Comparison::of(&before, &after), Overlay::draw(&before, &after));
    let (comparison, overlay) = tokio::task::spawn_blocking(work)
        .await
        .map_err(anyhow::Error::from)?;
    Ok(SetComparison {
        set,
        in_force,
        comparison,
        overlay,
    })
}

/// Activates a set: at once here, within seconds on the other replicas. A former set is reactivated in the same way.
pub async fn activate(app: &App, caller: &Caller, id: BoundarySetId, now: DateTime<Utc>) -> Result<()> {
    caller.require(Role::Admin)?;
    let txn = db::write(&app.db).await?;
    let set = store::set(&txn, id).await?.ok_or_else(Error::not_found)?;
    let held = store::active(&txn).await?;
    if set.active {
        return Err(Refused::AlreadyInForce.into());
    }
    let rows = store::areas(&txn, id).await?;
    let townships = rows.clone();
    let counties = store::counties(rows)?;
    let faults = missing(&txn, "", &county_codes(&counties), &townships).await?;
    if !faults.is_empty() {
        let reasons: Vec<String> = faults.into_iter().map(|fault| fault.reason).collect();
        return Err(Refused::Missing(reasons.join("；")).into());
    }
    store::activate(&txn, id, now).await?;
    let act = AuditEntry {
        by: AuditActor::Person(caller.person),
        kind: ActKind::BoundariesActivated,
        subject: &set.name,
        detail: json!({ "set": id, "before": held.map(|held| held.id) }),
    };
    audit_log::record(&txn, act, now).await?;
    txn.commit().await?;
    refresh::refresh_now(app).await;
    Ok(())
}
