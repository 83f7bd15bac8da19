//! Fills an empty database from the pack, in one transaction.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::{BoundarySetId, DutyRuleId, SiteId, UnitId};
use entity::kinds::{AreaLevel, GenerationKind, Role};
use entity::{
    area, boundary_set, calendar_day, calendar_year, category, community, duty_rule, person, site,
    site_delegate, unit,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use sha2::{Digest as _, Sha256};

use crate::city::csv_rows::SiteRow;
use crate::city::pack::Pack;
use crate::city::snapshot::City;
use crate::city::store;
use crate::db::{self, Db};
use crate::error::Result;
use crate::place_kinds::area_level;
use places::boundaries::Boundary;
use places::datum::Wgs84;

/// SQLite takes 32,766 values a statement; the widest table has 12 columns.
const ROWS_A_STATEMENT: usize = 500;

/// Does nothing where there is a city already.
pub async fn seed_if_empty(db: &Db, pack: &Pack, now: DateTime<Utc>) -> Result<()> {
    let txn = db::write(db).await?;
    if boundary_set::Entity::find().one(&txn).await?.is_some() {
        return Ok(());
    }
    boundaries(&txn, pack, now).await?;
    communities(&txn, pack).await?;
    let units = units(&txn, pack, now).await?;
    categories(&txn, pack).await?;
    duty(&txn, pack, &units).await?;
    calendar(&txn, pack, now).await?;
    for kind in GenerationKind::ALL {
        store::bump_generation(&txn, *kind, now).await?;
    }
    Ok(txn.commit().await?)
}

async fn boundaries(connection: &impl ConnectionTrait, pack: &Pack, now: DateTime<Utc>) -> Result<()> {
    let set = BoundarySetId::generate();
    let row = boundary_set::ActiveModel {
        id: Set(set),
        name: Set(pack.boundaries.name.clone()),
        source: Set(pack.boundaries.source.clone()),
        as_of: Set(pack
            .boundaries
            .as_of
            .as_deref()
            .and_then(|text| text.parse().ok())),
        sha256: Set(hex::encode(Sha256::digest(pack.boundaries.text.as_bytes()))),
        active: Set(true),
        loaded_at: Set(now),
        activated_at: Set(Some(now)),
    };
    boundary_set::Entity::insert(row)
        .exec_without_returning(connection)
        .await?;
    let counties = pack
        .shapes
        .iter()
        .enumerate()
        .map(|(position, shape)| area_row(set, position, shape));
    let townships = pack
        .townships
        .iter()
        .enumerate()
        .map(|(position, line)| area::ActiveModel {
            boundary_set_id: Set(set),
            code: Set(line.row.code.clone()),
            name: Set(line.row.name.clone()),
            level: Set(AreaLevel::Township),
            parent_code: Set(Some(line.row.county.clone())),
            zone: Set(line.row.zone.clone()),
            geometry: Set(None),
            position: Set(small(pack.shapes.len() + position)),
        });
    insert_all(connection, counties.chain(townships).collect()).await
}

pub fn area_row(set: BoundarySetId, position: usize, shape: &Boundary) -> area::ActiveModel {
    area::ActiveModel {
        boundary_set_id: Set(set),
        code: Set(shape.code.clone()),
        name: Set(shape.name.clone()),
        level: Set(area_level(shape.level)),
        parent_code: Set(shape.parent.clone()),
        zone: Set(None),
        geometry: Set(serde_json::to_value(geojson::Geometry::from(&shape.outline)).ok()),
        position: Set(small(position)),
    }
}

async fn communities(connection: &impl ConnectionTrait, pack: &Pack) -> Result<()> {
    let townships: HashMap<&str, _> = pack
        .townships
        .iter()
        .map(|l| (l.row.code.as_str(), &l.row))
        .collect();
    let rows = pack.communities.iter().map(|line| {
        let township = townships.get(line.row.township.as_str());
        community::ActiveModel {
            code: Set(line.row.code.clone()),
            name: Set(line.row.name.clone()),
            township_code: Set(line.row.township.clone()),
            county_code: Set(township.map(|t| t.county.clone()).unwrap_or_default()),
            zone: Set(township.and_then(|t| t.zone.clone())),
        }
    });
    insert_all(connection, rows.collect()).await
}

async fn units(
    connection: &impl ConnectionTrait,
    pack: &Pack,
    now: DateTime<Utc>,
) -> Result<HashMap<String, UnitId>> {
    let ids: HashMap<String, UnitId> = pack
        .units
        .iter()
        .map(|line| (line.row.code.clone(), UnitId::generate()))
        .collect();
    let id = |code: &str| ids.get(code).copied();
    // Parents first: a unit refers to the one above it.
    let (tops, others): (Vec<_>, Vec<_>) = pack.units.iter().partition(|line| line.row.parent.is_none());
    for level in [tops, others] {
        let rows = level.into_iter().filter_map(|line| {
            Some(unit::ActiveModel {
                id: Set(id(&line.row.code)?),
                code: Set(line.row.code.clone()),
                name: Set(line.row.name.clone()),
                alias: Set(line.row.alias.clone()),
                level: Set(line.row.level),
                area_code: Set(line.row.county.clone()),
                township_code: Set(line.row.township.clone()),
                parent_id: Set(line.row.parent.as_deref().and_then(id)),
                phone: Set(None),
                active: Set(true),
                created_at: Set(now),
                updated_at: Set(now),
            })
        });
        insert_all(connection, rows.collect()).await?;
    }
    Ok(ids)
}

async fn categories(connection: &impl ConnectionTrait, pack: &Pack) -> Result<()> {
    let rows = pack
        .categories
        .iter()
        .enumerate()
        .map(|(position, line)| category::ActiveModel {
            code: Set(line.row.code.clone()),
            name: Set(line.row.name.clone()),
            parent_code: Set(line.row.parent.clone()),
            keywords: Set(line
                .row
                .keywords
                .as_deref()
                .unwrap_or_default()
                .split_whitespace()
                .collect()),
            urgency: Set(line.row.urgency.clone()),
            position: Set(small(position)),
            active: Set(true),
        });
    insert_all(connection, rows.collect()).await
}

async fn duty(connection: &impl ConnectionTrait, pack: &Pack, units: &HashMap<String, UnitId>) -> Result<()> {
    let mut rows = Vec::new();
    for line in &pack.duty {
        let rules = pack.expand(&line.row).map_err(anyhow::Error::msg)?;
        rows.extend(rules.into_iter().filter_map(|rule| {
            let supports: Vec<UnitId> = rule
                .supports
                .iter()
                .filter_map(|code| units.get(code).copied())
                .collect();
            Some(duty_rule::ActiveModel {
                id: Set(DutyRuleId::generate()),
                category_code: Set(rule.category),
                scope_kind: Set(rule.scope),
                scope_code: Set(rule.scope_code),
                lead_unit_id: Set(*units.get(&rule.lead)?),
                support_unit_ids: Set(serde_json::to_value(supports).ok()?),
                level: Set(rule.scope.as_str().to_owned()),
                precedence: Set(rule.precedence),
                source: Set(format!("duty.csv:{}", line.line)),
                active: Set(true),
            })
        }));
    }
    insert_all(connection, rows).await
}

async fn calendar(connection: &impl ConnectionTrait, pack: &Pack, now: DateTime<Utc>) -> Result<()> {
    let mut days = Vec::new();
    let mut years = Vec::new();
    for (year, announced) in pack.calendar.years() {
        let source = Set("calendar.json".to_owned());
        years.push(calendar_year::ActiveModel {
            year: Set(*year),
            source,
            loaded_at: Set(now),
        });
        for (dates, working) in [(&announced.holidays, false), (&announced.workdays, true)] {
            days.extend(dates.iter().map(|day| calendar_day::ActiveModel {
                day: Set(*day),
                working: Set(working),
                name: Set(announced.names.get(day).cloned()),
            }));
        }
    }
    insert_all(connection, years).await?;
    insert_all(connection, days).await
}

/// The demo's sites with their delegates, for the sandbox only. Its people must be there already.
pub async fn demo_sites(db: &Db, city: &City, pack: &Pack, now: DateTime<Utc>) -> Result<()> {
    let txn = db::write(db).await?;
    if site::Entity::find().one(&txn).await?.is_some() {
        return Ok(());
    }
    let people = person::Entity::find()
        .filter(person::Column::Role.eq(Role::Delegate))
        .all(&txn)
        .await?;
    let (mut rows, mut owners) = (Vec::new(), Vec::new());
    for line in &pack.sites {
        let row = demo_site(city, &line.row, now);
        let names = line.row.delegates.as_deref().unwrap_or_default();
        let named = people
            .iter()
            .filter(|person| names.split(' ').any(|name| name == person.name));
        owners.extend(named.map(|person| site_delegate::ActiveModel {
            site_id: row.id.clone(),
            person_id: Set(person.id),
        }));
        rows.push(row);
    }
    insert_all(&txn, rows).await?;
    insert_all(&txn, owners).await?;
    Ok(txn.commit().await?)
}

fn demo_site(city: &City, row: &SiteRow, now: DateTime<Utc>) -> site::ActiveModel {
    let place = Wgs84 {
        longitude: row.longitude,
        latitude: row.latitude,
    };
    let unit = row.unit.as_deref().and_then(|text| city.units.resolve(text));
    site::ActiveModel {
        id: Set(SiteId::generate()),
        code: Set(row.code.clone()),
        name: Set(row.name.clone()),
        kind: Set(row.kind.clone()),
        longitude: Set(row.longitude),
        latitude: Set(row.latitude),
        area_code: Set(city.locate(place, None).division.map(|d| d.code.clone())),
        township_code: Set(None),
        category_code: Set(row.category.clone()),
        unit_id: Set(unit.map(|unit| unit.id)),
        address: Set(row.address.clone()),
        active: Set(true),
        created_by: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    }
}

/// Inserts in statements that both databases take.
pub async fn insert_all<A>(connection: &impl ConnectionTrait, rows: Vec<A>) -> Result<()>
where
    A: ActiveModelTrait + Send,
{
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<A> = rows.by_ref().take(ROWS_A_STATEMENT).collect();
        <A::Entity as EntityTrait>::insert_many(some)
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}

fn small(position: usize) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}
