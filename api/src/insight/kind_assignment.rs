//! Assigns orders to the city's kinds by the pack's rules. An analyst's assignment takes precedence: only orders
//! without a kind are examined. After a change of the rules all of them are, however old.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::OrderId;
use entity::insight_run;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::Result;
use crate::insight::kinds::{self, Kinds};
use crate::insight::store::orders;
use crate::orders::search::text_index::OVERLAP;

/// Orders per transaction.
const PORTION: u64 = 2_000;
/// Orders of this time before the last search may have got another category since.
const UNSETTLED: TimeDelta = TimeDelta::days(28);

/// Sorts what may have changed since the last search; gives the fingerprint of the rules it followed.
pub async fn sort_into_kinds(app: &App, last: Option<&insight_run::Model>) -> Result<Option<String>> {
    let city = app.state::<CityHandle>().load();
    let Some(text) = city.files.get(kinds::FILE) else {
        return Ok(None);
    };
    let rules = hex::encode(Sha256::digest(text.as_bytes()));
    let kinds = Kinds::parse(text).map_err(anyhow::Error::from)?;
    let followed = last.filter(|run| run.kind_rules.as_ref() == Some(&rules));
    let from = followed.map_or(DateTime::UNIX_EPOCH, |run| run.until - UNSETTLED);
    // What has not been touched belongs to no kind by the same rules again.
    let touched = followed.map_or(DateTime::UNIX_EPOCH, |run| run.until - OVERLAP);
    let mut after: (DateTime<Utc>, Option<OrderId>) = (from, None);
    loop {
        let rows = orders::without_kind(&app.db, after, touched, PORTION).await?;
        let Some(last) = rows.last().map(|row| (row.created_at, Some(row.id))) else {
            break;
        };
        let full = rows.len() as u64 == PORTION;
        let mut by_kind: BTreeMap<String, Vec<OrderId>> = BTreeMap::new();
        for row in rows {
            let code = row.category_code.as_deref();
            let category = code.map(|code| (code, city.categories.name_of(code)));
            if let Some(kind) = kinds.of(category, &row.description) {
                by_kind.entry(kind.to_owned()).or_default().push(row.id);
            }
        }
        if !by_kind.is_empty() {
            let txn = db::write(&app.db).await?;
            for (kind, orders) in by_kind {
                orders::set_kind(&txn, &orders, Some(&kind), false).await?;
            }
            txn.commit().await?;
        }
        if !full {
            break;
        }
        after = last;
    }
    Ok(Some(rules))
}
