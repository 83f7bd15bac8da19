//! The city's rows, read back into memory; and the numbers by which replicas see that they have changed.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::kinds::{AreaLevel, GenerationKind};
use entity::{
    area, boundary_set, calendar_day, calendar_year, category, city_generation, community, duty_rule, unit,
};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::city::areas::gazetteer::{Community, Gazetteer, Township};
use crate::city::boundaries;
use crate::city::categories::reply_texts::{ReplyText, ReplyTexts};
use crate::city::categories::retrain;
use crate::city::categories::suggest::{Models, Suggester};
use crate::city::categories::tree::{Category, Tree};
use crate::city::committees::{CampaignPolicy, Committees};
use crate::city::csv_rows::{self, ReplyTextRow, TownshipRow};
use crate::city::duty_table::{DutyTable, Rule};
use crate::city::emergencies;
use crate::city::files::Files;
use crate::city::pack::{CitySection, DispatchSection, Pack, REPLY_TEXTS};
use crate::city::quiet_hours::QuietHours;
use crate::city::snapshot::City;
use crate::city::units::{Unit, Units};
use crate::deadlines::calendar::AnnouncedYear;
use crate::deadlines::{Calendar, Policy};
use crate::error::Result;
use places::boundaries::Boundary;
use places::county_map::CountyMap;
use places::lookup::{AreaIndex, BorderTolerance};

/// Says that rows of a kind have changed, in the transaction that changes them.
pub async fn bump_generation(
    connection: &impl ConnectionTrait,
    kind: GenerationKind,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = city_generation::ActiveModel {
        kind: Set(kind.to_string()),
        generation: Set(1),
        changed_at: Set(now),
    };
    let next = Expr::col((city_generation::Entity, city_generation::Column::Generation)).add(1);
    city_generation::Entity::insert(row)
        .on_conflict(
            OnConflict::column(city_generation::Column::Kind)
                .value(city_generation::Column::Generation, next)
                .update_column(city_generation::Column::ChangedAt)
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Returns the sum of all generations, a small query that shows whether to reload.
pub async fn total_generation(connection: &impl ConnectionTrait) -> Result<i64> {
    let rows = city_generation::Entity::find().all(connection).await?;
    Ok(rows.iter().map(|row| row.generation).sum())
}

/// Numbers and wording of the pack, which are not in the database.
#[derive(Clone)]
pub struct PackSettings {
    meta: CitySection,
    nearness: BorderTolerance,
    dispatch: DispatchSection,
    policy: Policy,
    committees: Committees,
    campaigns: CampaignPolicy,
    quiet_hours: Option<QuietHours>,
    models: Models,
    files: Files,
}

impl PackSettings {
    #[must_use]
    pub fn of_pack(pack: &Pack) -> Self {
        Self {
            meta: pack.city.clone(),
            nearness: BorderTolerance {
                border_m: pack.places.near_border_m,
                outside_m: pack.places.nearest_m,
            },
            dispatch: pack.dispatch.clone(),
            policy: pack.policy.clone(),
            committees: pack.committees.clone(),
            campaigns: pack.campaigns,
            quiet_hours: pack.quiet_hours,
            models: Models {
                starter: pack.model.clone(),
                learned: None,
            },
            files: pack.files.clone(),
        }
    }

    #[must_use]
    pub fn of_city(city: &City) -> Self {
        Self {
            meta: city.meta.clone(),
            nearness: city.nearness,
            dispatch: city.dispatch.clone(),
            policy: city.policy.clone(),
            committees: city.committees.clone(),
            campaigns: city.campaigns,
            quiet_hours: city.quiet_hours,
            models: city.suggester.models.clone(),
            files: city.files.clone(),
        }
    }
}

/// The whole city.
pub async fn load(connection: &impl ConnectionTrait, frame: PackSettings) -> Result<City> {
    // Read first: rows that change meanwhile make the next look reload once more.
    let generation = total_generation(connection).await?;
    let set = boundary_set::Entity::find()
        .filter(boundary_set::Column::Active.eq(true))
        .one(connection)
        .await?;
    let set =
        set.ok_or_else(|| anyhow::anyhow!("there is no active boundary set; run `zhitong import areas`"))?;
    let areas = area::Entity::find()
        .filter(area::Column::BoundarySetId.eq(set.id))
        .order_by_asc(area::Column::Position)
        .all(connection)
        .await?;
    let (counties, mut townships) = divide(areas)?;
    add_aliases(&mut townships, &frame.files);
    let communities = community::Entity::find().all(connection).await?;
    let community = |row: community::Model| Community {
        name: row.name,
        township: row.township_code,
    };
    let categories = tree(connection).await?;
    let units = units(connection).await?;
    let duty = duty(connection, &units).await?;
    let PackSettings {
        meta,
        nearness,
        dispatch,
        policy,
        committees,
        campaigns,
        quiet_hours,
        models,
        files,
    } = frame;
    let models = retrain::latest_model(connection, models).await?;
    Ok(City {
        generation,
        meta,
        nearness,
        dispatch,
        policy,
        committees,
        campaigns,
        quiet_hours,
        calendar: calendar(connection).await?,
        boundary_set: set.id,
        outlines: CountyMap::draw(&counties),
        counties: AreaIndex::new(counties),
        words: Gazetteer::new(townships, communities.into_iter().map(community).collect()),
        suggester: Suggester::new(&categories, models),
        emergencies: emergency_rules(&files)?,
        reply_texts: reply_texts(&files),
        categories,
        duty,
        units,
        files,
    })
}

fn divide(areas: Vec<area::Model>) -> Result<(Vec<Boundary>, Vec<Township>)> {
    let (counties, others): (Vec<_>, Vec<_>) =
        areas.into_iter().partition(|row| row.level == AreaLevel::County);
    let townships = others.into_iter().filter(|row| row.level == AreaLevel::Township);
    let township = |row: area::Model| Township {
        code: row.code,
        name: row.name,
        county: row.parent_code.unwrap_or_default(),
        zone: row.zone,
        other_names: Vec::new(),
    };
    Ok((
        boundaries::store::counties(counties)?,
        townships.map(township).collect(),
    ))
}

/// Adds former and popular names of townships, which are in the pack only.
fn add_aliases(townships: &mut [Township], files: &Files) {
    let text = files.get("townships.csv").unwrap_or_default();
    let rows = csv_rows::read::<TownshipRow>("townships.csv", text).unwrap_or_default();
    let mut names: HashMap<String, Vec<String>> = rows
        .into_iter()
        .filter_map(|line| {
            let names = line.row.alias?.split_whitespace().map(str::to_owned).collect();
            Some((line.row.code, names))
        })
        .collect();
    for township in townships {
        township.other_names = names.remove(&township.code).unwrap_or_default();
    }
}

/// As the pack has them; it was checked when it was read.
fn reply_texts(files: &Files) -> ReplyTexts {
    let text = files.get(REPLY_TEXTS).unwrap_or_default();
    let rows = csv_rows::read::<ReplyTextRow>(REPLY_TEXTS, text).unwrap_or_default();
    let mut texts = ReplyTexts::default();
    for ReplyTextRow {
        category,
        title,
        text,
    } in rows.into_iter().map(|line| line.row)
    {
        texts.add(&category, ReplyText { title, text });
    }
    texts
}

fn emergency_rules(files: &Files) -> Result<std::sync::Arc<insight::emergency::EmergencyRules>> {
    let rules = emergencies::read(files);
    let said = |faults: Vec<_>| {
        faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; ")
    };
    rules.map_err(|faults| anyhow::anyhow!(said(faults)).into())
}

async fn tree(connection: &impl ConnectionTrait) -> Result<Tree> {
    let rows = category::Entity::find()
        .filter(category::Column::Active.eq(true))
        .order_by_asc(category::Column::Position)
        .all(connection)
        .await?;
    let category = |row: category::Model| Category {
        code: row.code,
        parent: row.parent_code,
        name: row.name,
        keywords: serde_json::from_value(row.keywords).unwrap_or_default(),
        urgency: row.urgency,
    };
    Tree::build(rows.into_iter().map(category).collect())
        .map_err(|faults| anyhow::anyhow!("categories: {}", faults.join("; ")).into())
}

pub async fn units(connection: &impl ConnectionTrait) -> Result<Units> {
    let rows = unit::Entity::find().order_by_asc(unit::Column::Code);
    let unit = |row: unit::Model| Unit {
        id: row.id,
        code: row.code,
        name: row.name,
        alias: row.alias,
        level: row.level,
        county: row.area_code,
        township: row.township_code,
        parent: row.parent_id,
    };
    let (listed, former): (Vec<_>, Vec<_>) = rows
        .all(connection)
        .await?
        .into_iter()
        .partition(|row| row.active);
    let former = former.into_iter().map(unit).collect();
    Ok(Units::new(listed.into_iter().map(unit).collect()).with_former(former))
}

async fn duty(connection: &impl ConnectionTrait, units: &Units) -> Result<DutyTable> {
    let rows = duty_rule::Entity::find()
        .filter(duty_rule::Column::Active.eq(true))
        .all(connection)
        .await?;
    let rule = |row: duty_rule::Model| Rule {
        category: row.category_code,
        scope: row.scope_kind,
        scope_code: row.scope_code,
        lead: row.lead_unit_id,
        supports: serde_json::from_value(row.support_unit_ids).unwrap_or_default(),
        precedence: row.precedence,
        source: row.source,
    };
    DutyTable::build(rows.into_iter().map(rule).collect(), units.governments()).map_err(|ties| {
        let said: Vec<_> = ties
            .iter()
            .map(|tie| format!("{} and {}", tie.first, tie.second))
            .collect();
        anyhow::anyhow!("the duty table has ties: {}", said.join("; ")).into()
    })
}

/// The calendar as announced so far.
pub async fn calendar(connection: &impl ConnectionTrait) -> Result<Calendar> {
    let loaded = calendar_year::Entity::find().all(connection).await?;
    let mut years: BTreeMap<i32, AnnouncedYear> = loaded
        .into_iter()
        .map(|row| (row.year, AnnouncedYear::default()))
        .collect();
    for row in calendar_day::Entity::find().all(connection).await? {
        let Some(year) = years.get_mut(&chrono::Datelike::year(&row.day)) else {
            continue;
        };
        let days = if row.working {
            &mut year.workdays
        } else {
            &mut year.holidays
        };
        days.insert(row.day);
        if let Some(name) = row.name {
            year.names.insert(row.day, name);
        }
    }
    Calendar::new(years).map_err(|fault| anyhow::anyhow!("calendar: {fault}").into())
}

/// Names of units by id, for those that are no longer active too.
pub async fn unit_names(
    connection: &impl ConnectionTrait,
    ids: Vec<entity::ids::UnitId>,
) -> Result<HashMap<entity::ids::UnitId, String>> {
    let rows = unit::Entity::find()
        .filter(unit::Column::Id.is_in(ids))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
