//! The duty table as stored: searched by category and place, and written as a file that can be imported again.

use std::collections::HashMap;

use entity::duty_rule;
use entity::ids::{DutyRuleId, UnitId};
use entity::kinds::{Role, ScopeKind};
use entity::unit;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tables::written::csv_cell;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::Result;

/// Ids named in one statement; SQLite takes 32,766 values.
const IDS_A_STATEMENT: usize = 10_000;

/// The requested part of the duty table.
#[derive(Clone, Debug, Default)]
pub struct DutyFilter {
    /// As the rows name it: either level, or `*`.
    pub category: Option<String>,
    /// A county with its townships.
    pub county: Option<String>,
}

/// A row with the names of its units.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: DutyRuleId,
    pub category: String,
    pub scope: ScopeKind,
    pub scope_code: String,
    pub lead: Named,
    pub supports: Vec<Named>,
    pub precedence: i32,
    /// File and line.
    pub source: String,
}

#[derive(Clone, Debug)]
pub struct Named {
    pub id: UnitId,
    pub code: String,
    pub name: String,
}

/// Rows by category and place, `limit` of them.
pub async fn list(app: &App, caller: &Caller, wanted: &DutyFilter, limit: u64) -> Result<Vec<Row>> {
    caller.require(Role::Admin)?;
    let mut which = Condition::all();
    if let Some(category) = &wanted.category {
        which = which.add(duty_rule::Column::CategoryCode.eq(category.as_str()));
    }
    if let Some(county) = &wanted.county {
        let city = app.state::<CityHandle>().load();
        let townships = city.words.townships();
        let townships = townships
            .iter()
            .filter(|township| township.county == *county)
            .map(|township| township.code.clone());
        let within = Condition::any().add(at(ScopeKind::County, vec![county.clone()]));
        which = which.add(within.add(at(ScopeKind::Township, townships.collect())));
    }
    let rows = rows(&app.db, which, Some(limit)).await?;
    named(&app.db, rows).await
}

fn at(kind: ScopeKind, codes: Vec<String>) -> Condition {
    Condition::all()
        .add(duty_rule::Column::ScopeKind.eq(kind))
        .add(duty_rule::Column::ScopeCode.is_in(codes))
}

async fn rows(
    connection: &impl ConnectionTrait,
    which: Condition,
    limit: Option<u64>,
) -> Result<Vec<duty_rule::Model>> {
    use duty_rule::Column;
    let query = duty_rule::Entity::find()
        .filter(Column::Active.eq(true))
        .filter(which)
        .order_by_asc(Column::CategoryCode)
        .order_by_asc(Column::ScopeKind)
        .order_by_asc(Column::ScopeCode)
        .order_by_desc(Column::Precedence)
        .limit(limit);
    Ok(query.all(connection).await?)
}

/// Gives the units of the rows their names, those no longer active too.
async fn named(connection: &impl ConnectionTrait, rows: Vec<duty_rule::Model>) -> Result<Vec<Row>> {
    let supports = |row: &duty_rule::Model| -> Vec<UnitId> {
        serde_json::from_value(row.support_unit_ids.clone()).unwrap_or_default()
    };
    let mut ids: Vec<UnitId> = rows.iter().flat_map(supports).collect();
    ids.extend(rows.iter().map(|row| row.lead_unit_id));
    ids.sort_unstable();
    ids.dedup();
    let mut units: HashMap<UnitId, Named> = HashMap::new();
    for some in ids.chunks(IDS_A_STATEMENT) {
        let found = unit::Entity::find().filter(unit::Column::Id.is_in(some.iter().copied()));
        for unit::Model { id, code, name, .. } in found.all(connection).await? {
            units.insert(id, Named { id, code, name });
        }
    }
    let row = |row: duty_rule::Model| {
        let supports = supports(&row);
        Some(Row {
            id: row.id,
            lead: units.get(&row.lead_unit_id)?.clone(),
            supports: supports.iter().filter_map(|id| units.get(id).cloned()).collect(),
            category: row.category_code,
            scope: row.scope_kind,
            scope_code: row.scope_code,
            precedence: row.precedence,
            source: row.source,
        })
    };
    Ok(rows.into_iter().filter_map(row).collect())
}

/// The whole table as a file for `zhitong import duty`, every pattern written out. Codes with a
/// leading zero are marked as text, which the import takes off again.
pub async fn file(app: &App, caller: &Caller) -> Result<String> {
    caller.require(Role::Admin)?;
    let rows = rows(&app.db, Condition::all(), None).await?;
    let rows = named(&app.db, rows).await?;
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let heading = ["category", "scope", "lead", "supports", "precedence"];
    writer.write_record(heading).map_err(anyhow::Error::from)?;
    for row in rows {
        let supports: Vec<&str> = row.supports.iter().map(|unit| unit.code.as_str()).collect();
        let record = [
            row.category.clone(),
            scope(&row),
            row.lead.code.clone(),
            supports.join(" "),
            row.precedence.to_string(),
        ];
        writer
            .write_record(record.map(|cell| csv_cell(&cell)))
            .map_err(anyhow::Error::from)?;
    }
    let bytes = writer.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(String::from_utf8(bytes).map_err(anyhow::Error::from)?)
}

/// As the file writes it.
fn scope(row: &Row) -> String {
    match row.scope {
        ScopeKind::City => ScopeKind::City.as_str().to_owned(),
        kind => format!("{kind}:{}", row.scope_code),
    }
}
