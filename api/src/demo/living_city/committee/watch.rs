//! Watch lists as rows, from the tables.

use anyhow::Context as _;
use entity::ids::{InspectionId, PersonId, WatchEntryId, WatchListId};
use entity::{watch_entry, watch_inspection, watch_list};
use serde_json::json;

use super::setting::Setting;
use super::tables::{Subject, WatchList};
use crate::supervision::past::matter::PastMatter;
use crate::watch_lists::past::{PastSubject, PastWatchList};

const ADDED: u32 = 15;
const INSPECTED: u32 = 10;

/// Returns the lists of the tables; `matters` are those that they may come from.
///
/// # Errors
/// When a line names an unknown unit, county, matter or committee.
pub fn all(
    setting: &Setting<'_>,
    plans: &[WatchList],
    matters: &[PastMatter],
) -> anyhow::Result<Vec<PastWatchList>> {
    plans
        .iter()
        .map(|plan| list(setting, plan, matters).with_context(|| plan.title.clone()))
        .collect()
}

fn list(setting: &Setting<'_>, plan: &WatchList, matters: &[PastMatter]) -> anyhow::Result<PastWatchList> {
    let Setting { city, cast, dates } = setting;
    let area = setting.area(plan.county.as_deref())?;
    let committee = city.committees.resolve(&plan.committee)?;
    let by = cast.supervisor(area.as_deref(), &committee)?.id;
    let of_title = |title: &String| {
        let found = matters.iter().find(|matter| matter.campaign.title == *title);
        found.with_context(|| title.clone())
    };
    let matter = plan.matter.as_ref().map(of_title).transpose()?;
    let list = watch_list::Model {
        id: WatchListId::generate(),
        title: plan.title.clone(),
        area_code: area,
        committee: Some(committee),
        campaign_id: matter.map(|matter| matter.campaign.id),
        created_by: by,
        created_at: dates.at(plan.days, ADDED),
    };
    let subjects = plan.entries.iter();
    let subjects = subjects.map(|line| subject(setting, list.id, by, line));
    Ok(PastWatchList {
        subjects: subjects.collect::<anyhow::Result<_>>()?,
        list,
    })
}

fn subject(
    setting: &Setting<'_>,
    list: WatchListId,
    by: PersonId,
    line: &Subject,
) -> anyhow::Result<PastSubject> {
    let dates = &setting.dates;
    let entry = watch_entry::Model {
        id: WatchEntryId::generate(),
        list_id: list,
        subject: line.subject.clone(),
        place: Some(line.place.clone()),
        longitude: None,
        latitude: None,
        owner_unit: Some(setting.unit(&line.unit)?),
        reason: line.reason.clone(),
        reinspect_every_days: Some(line.every),
        next_inspection_at: None,
        reminded_for: None,
        added_by: by,
        added_at: dates.at(line.days, ADDED),
        removed_by: None,
        removed_at: None,
        removal_reason: None,
        version: 1,
    };
    let inspections = line.inspections.iter().map(|inspection| {
        let at = dates.at(inspection.days, INSPECTED);
        watch_inspection::Model {
            id: InspectionId::generate(),
            entry_id: entry.id,
            at,
            note: inspection.note.clone(),
            photo_ids: json!([]),
            passed: inspection.passed,
            inspected_by: by,
            created_at: at,
        }
    });
    let inspections = inspections.collect();
    Ok(PastSubject { entry, inspections })
}
