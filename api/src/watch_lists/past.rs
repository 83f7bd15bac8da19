//! Watch lists of the past, written with their inspections. Nobody is notified.

use entity::ids::InspectionId;
use entity::{watch_entry, watch_inspection, watch_list};
use sea_orm::Set;
use serde_json::json;

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::watch_lists::rules::next_inspection;
use crate::watch_lists::store;

/// A list with its subjects.
#[derive(Clone, Debug)]
pub struct PastWatchList {
    pub list: watch_list::Model,
    pub subjects: Vec<PastSubject>,
}

/// A subject with its inspections, oldest first.
#[derive(Clone, Debug)]
pub struct PastSubject {
    pub entry: watch_entry::Model,
    pub inspections: Vec<watch_inspection::Model>,
}

/// Writes the lists, already validated, in one transaction. The next inspection is counted from the last one.
///
/// # Errors
/// Those of the database; then nothing is written.
pub async fn insert(app: &App, lists: Vec<PastWatchList>) -> Result<()> {
    let (mut rows, mut entries, mut inspections) = (Vec::new(), Vec::new(), Vec::new());
    for PastWatchList { list, subjects } in lists {
        rows.push(list);
        for subject in subjects {
            let mut entry = subject.entry;
            let last = subject.inspections.last().map(|inspection| inspection.at);
            entry.next_inspection_at =
                next_inspection(last.unwrap_or(entry.added_at), entry.reinspect_every_days);
            entries.push(entry);
            inspections.extend(subject.inspections);
        }
    }
    let txn = db::write(&app.db).await?;
    store::insert_past(&txn, rows, entries, inspections).await?;
    txn.commit().await?;
    Ok(())
}

/// Writes the inspections that are overdue as made on their days, with this note, by the person who added the subject.
///
/// # Errors
/// Those of the database; then nothing is written.
pub async fn inspect_overdue(app: &App, note: &str) -> Result<()> {
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    let mut inspections = Vec::new();
    for entry in store::overdue(&txn, now).await? {
        let mut next = entry.next_inspection_at;
        while let Some(at) = next.filter(|at| *at < now) {
            inspections.push(watch_inspection::Model {
                id: InspectionId::generate(),
                entry_id: entry.id,
                at,
                note: note.to_owned(),
                photo_ids: json!([]),
                passed: true,
                inspected_by: entry.added_by,
                created_at: at,
            });
            next = next_inspection(at, entry.reinspect_every_days);
        }
        let change = watch_entry::ActiveModel {
            next_inspection_at: Set(next),
            ..Default::default()
        };
        store::update_entry(&txn, &entry, change).await?;
    }
    store::insert_past(&txn, Vec::new(), Vec::new(), inspections).await?;
    txn.commit().await?;
    Ok(())
}
