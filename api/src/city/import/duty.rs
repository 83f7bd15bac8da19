//! Imports a 派单目录. Removed rows stay in the database as inactive, because old orders refer to them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::ids::{DutyRuleId, UnitId};
use entity::kinds::{ActKind, GenerationKind, ScopeKind};
use entity::{category, duty_rule};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::city::csv_rows::{CsvLine, DutyRow, Fault, fault};
use crate::city::duty_table::{ANY, DutyTable, Rule};
use crate::city::expand::{ExpandedRule, ExpansionContext, UnitRef};
use crate::city::import::{
    ChangeKind, ImportFile, ImportSummary, Imported, ImportedRows, divisions, finish, table_rows,
};
use crate::city::units::Units;
use crate::city::{seed, store};
use crate::db::{self, Db};
use crate::error::Result;

/// Ids named in one statement; SQLite takes 32,766 values.
const IDS_A_STATEMENT: usize = 10_000;
type Key = (String, ScopeKind, String, i32);

/// Loads a table (the columns of a pack's `duty.csv`, patterns allowed) as the table in force.
pub async fn duty(db: &Db, given: &ImportFile<'_>, now: DateTime<Utc>) -> Imported {
    let file = given.file;
    let (lines, table) = match given.read_table(table_rows::duties).await? {
        Ok(read) => read,
        Err(faults) => return Ok(Err(faults)),
    };
    let txn = db::write(db).await?;
    let units = store::units(&txn).await?;
    let rules = match written_out(&txn, file, &lines, &units).await? {
        Ok(rules) => rules,
        Err(faults) => return Ok(Err(faults)),
    };
    if let Err(ties) = DutyTable::build(rules.clone(), units.governments()) {
        let said = |tie: &crate::city::duty_table::Tie| {
            let reason = format!("{} 与 {} 同样具体、优先级也相同，无法取舍", tie.first, tie.second);
            fault(file, 0, &reason)
        };
        return Ok(Err(ties.iter().map(said).collect()));
    }
    let mut report = put(&txn, rules, &units, given.keep_missing).await?;
    report.table = table;
    let rows = ImportedRows {
        generation: GenerationKind::Duty,
        kind: ActKind::DutyImported,
    };
    finish(txn, given, rows, report, now).await
}

/// Every row for every place it covers, or every fault.
async fn written_out(
    connection: &impl ConnectionTrait,
    file: &str,
    lines: &[CsvLine<DutyRow>],
    units: &Units,
) -> Result<std::result::Result<Vec<Rule>, Vec<Fault>>> {
    let places = divisions(connection).await?;
    let categories = category::Entity::find().all(connection).await?;
    let known: HashSet<&str> = categories.iter().map(|row| row.code.as_str()).collect();
    let ground = ExpansionContext {
        counties: places.counties.iter().map(String::as_str).collect(),
        townships: places
            .townships
            .iter()
            .map(|(code, county)| (code.as_str(), county.as_str()))
            .collect(),
        units: units.all().iter().map(UnitRef::of_unit).collect(),
    };
    let (mut rules, mut faults) = (Vec::new(), Vec::new());
    for CsvLine { line, row } in lines {
        if row.category != ANY && !known.contains(row.category.as_str()) {
            faults.push(fault(file, *line, &format!("没有类别 {}", row.category)));
        }
        match ground.expand(row) {
            Ok(expanded) => {
                let source = format!("{file}:{line}");
                rules.extend(
                    expanded
                        .into_iter()
                        .filter_map(|rule| ruled(rule, units, &source)),
                );
            }
            Err(reason) => faults.push(fault(file, *line, &reason)),
        }
    }
    Ok(if faults.is_empty() { Ok(rules) } else { Err(faults) })
}

fn ruled(rule: ExpandedRule, units: &Units, source: &str) -> Option<Rule> {
    let id = |code: &str| units.resolve(code).map(|unit| unit.id);
    Some(Rule {
        lead: id(&rule.lead)?,
        supports: rule.supports.iter().filter_map(|code| id(code)).collect(),
        category: rule.category,
        scope: rule.scope,
        scope_code: rule.scope_code,
        precedence: rule.precedence,
        source: source.to_owned(),
    })
}

async fn put(
    connection: &impl ConnectionTrait,
    rules: Vec<Rule>,
    units: &Units,
    keep_missing: bool,
) -> Result<ImportSummary> {
    let name = |id| units.get(id).map_or("", |unit| unit.name.as_str());
    let held = duty_rule::Entity::find()
        .filter(duty_rule::Column::Active.eq(true))
        .all(connection)
        .await?;
    let key = |row: &duty_rule::Model| {
        let (category, scope) = (row.category_code.clone(), row.scope_kind);
        (category, scope, row.scope_code.clone(), row.precedence)
    };
    let mut held: HashMap<Key, duty_rule::Model> = held.into_iter().map(|row| (key(&row), row)).collect();
    let mut report = ImportSummary::default();
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for rule in rules {
        let key = (
            rule.category.clone(),
            rule.scope,
            rule.scope_code.clone(),
            rule.precedence,
        );
        match held.remove(&key) {
            Some(row) if row.lead_unit_id == rule.lead && supports(&row) == rule.supports => {
                report.unchanged += 1
            }
            Some(row) => {
                let (before, after) = (name(row.lead_unit_id), name(rule.lead));
                let detail = if before == after {
                    format!("{after}，协办单位改变")
                } else {
                    format!("{before} → {after}")
                };
                report.note(
                    ChangeKind::Changed,
                    told(&rule.category, rule.scope, &rule.scope_code),
                    detail,
                );
                gone.push(row.id);
                new.push(row_of(rule));
            }
            None => {
                let what = told(&rule.category, rule.scope, &rule.scope_code);
                report.note(ChangeKind::Added, what, name(rule.lead));
                new.push(row_of(rule));
            }
        }
    }
    if keep_missing {
        held.clear();
    }
    for row in held.values() {
        let what = told(&row.category_code, row.scope_kind, &row.scope_code);
        report.note(ChangeKind::Left, what, name(row.lead_unit_id));
    }
    gone.extend(held.into_values().map(|row| row.id));
    for ids in gone.chunks(IDS_A_STATEMENT) {
        duty_rule::Entity::update_many()
            .col_expr(duty_rule::Column::Active, Expr::value(false))
            .filter(duty_rule::Column::Id.is_in(ids.iter().copied()))
            .exec(connection)
            .await?;
    }
    seed::insert_all(connection, new).await?;
    Ok(report)
}

/// A row as the file writes it.
fn told(category: &str, scope: ScopeKind, code: &str) -> String {
    if scope == ScopeKind::City {
        format!("{category} {scope}")
    } else {
        format!("{category} {scope}:{code}")
    }
}

fn supports(row: &duty_rule::Model) -> Vec<UnitId> {
    serde_json::from_value(row.support_unit_ids.clone()).unwrap_or_default()
}

fn row_of(rule: Rule) -> duty_rule::ActiveModel {
    duty_rule::ActiveModel {
        id: Set(DutyRuleId::generate()),
        category_code: Set(rule.category),
        scope_kind: Set(rule.scope),
        scope_code: Set(rule.scope_code),
        lead_unit_id: Set(rule.lead),
        support_unit_ids: Set(serde_json::json!(rule.supports)),
        level: Set(rule.scope.as_str().to_owned()),
        precedence: Set(rule.precedence),
        source: Set(rule.source),
        active: Set(true),
    }
}
