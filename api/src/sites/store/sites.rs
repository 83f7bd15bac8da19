//! Queries on sites and their delegates.

use std::collections::HashMap;

use entity::ids::{PersonId, SiteId};
use entity::kinds::Role;
use entity::{person, site, site_delegate};
use places::datum::Wgs84;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, TryInsertResult,
};

use crate::error::Result;

/// Metres of a degree of latitude; a little less than it is anywhere, so that a box is not too small.
const SHORTEST_DEGREE_M: f64 = 110_000.0;

pub async fn by_code(connection: &impl ConnectionTrait, code: &str) -> Result<Option<site::Model>> {
    let query = site::Entity::find().filter(site::Column::Code.eq(code));
    Ok(query.one(connection).await?)
}

/// Active sites in a box around a point, `within_m` metres to each side; at most 1,000.
pub async fn active_around(
    connection: &impl ConnectionTrait,
    here: Wgs84,
    within_m: f64,
) -> Result<Vec<site::Model>> {
    use site::Column as C;
    let north = within_m / SHORTEST_DEGREE_M;
    let east = north / here.latitude.to_radians().cos().max(0.01);
    let query = site::Entity::find()
        .filter(C::Active.eq(true))
        .filter(C::Longitude.between(here.longitude - east, here.longitude + east))
        .filter(C::Latitude.between(here.latitude - north, here.latitude + north))
        .limit(1_000);
    Ok(query.all(connection).await?)
}

/// Active sites of a county that are for matters of any kind, in the order of their codes; at most 1,000.
pub async fn general_in(connection: &impl ConnectionTrait, county: &str) -> Result<Vec<site::Model>> {
    use site::Column as C;
    let query = site::Entity::find()
        .filter(C::Active.eq(true))
        .filter(C::AreaCode.eq(county))
        .filter(C::CategoryCode.is_null())
        .filter(C::UnitId.is_null())
        .order_by_asc(C::Code)
        .limit(1_000);
    Ok(query.all(connection).await?)
}

/// Every site, for an import that compares them.
pub async fn all(connection: &impl ConnectionTrait) -> Result<Vec<site::Model>> {
    Ok(site::Entity::find().all(connection).await?)
}

pub async fn by_ids(
    connection: &impl ConnectionTrait,
    ids: Vec<SiteId>,
) -> Result<HashMap<SiteId, site::Model>> {
    let rows = site::Entity::find()
        .filter(site::Column::Id.is_in(ids))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Sites in the order of their codes; `part` of the name or the code, where one is given.
pub async fn list(
    connection: &impl ConnectionTrait,
    active: Option<bool>,
    part: Option<&str>,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<site::Model>> {
    let mut query = site::Entity::find();
    if let Some(active) = active {
        query = query.filter(site::Column::Active.eq(active));
    }
    if let Some(part) = part {
        let named = Condition::any()
            .add(site::Column::Name.contains(part))
            .add(site::Column::Code.eq(part.to_uppercase()));
        query = query.filter(named);
    }
    if let Some(code) = after {
        query = query.filter(site::Column::Code.gt(code));
    }
    let query = query.order_by_asc(site::Column::Code).limit(limit);
    Ok(query.all(connection).await?)
}

/// False when the code is another site's.
pub async fn insert(txn: &impl ConnectionTrait, row: &site::Model) -> Result<bool> {
    let row = site::ActiveModel::from(row.clone()).reset_all();
    let inserted = site::Entity::insert(row)
        .on_conflict(OnConflict::column(site::Column::Code).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(txn)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0))
}

pub async fn update(txn: &impl ConnectionTrait, row: &site::Model) -> Result<()> {
    let row = site::ActiveModel::from(row.clone()).reset_all();
    row.update(txn).await?;
    Ok(())
}

/// Delegates on the roster among these: by id or by the hash of their phone number.
pub async fn delegates(
    connection: &impl ConnectionTrait,
    ids: Vec<PersonId>,
    phone_hashes: Vec<String>,
) -> Result<Vec<person::Model>> {
    let named = Condition::any()
        .add(person::Column::Id.is_in(ids))
        .add(person::Column::PhoneHash.is_in(phone_hashes));
    let query = person::Entity::find()
        .filter(person::Column::Active.eq(true))
        .filter(person::Column::Role.eq(Role::Delegate))
        .filter(named);
    Ok(query.all(connection).await?)
}

pub async fn set_delegates(txn: &impl ConnectionTrait, site: SiteId, people: &[PersonId]) -> Result<()> {
    site_delegate::Entity::delete_many()
        .filter(site_delegate::Column::SiteId.eq(site))
        .exec(txn)
        .await?;
    if people.is_empty() {
        return Ok(());
    }
    let rows = people.iter().map(|person| site_delegate::ActiveModel {
        site_id: Set(site),
        person_id: Set(*person),
    });
    site_delegate::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// The delegates of several sites, those who have left the roster left out.
pub async fn delegates_of(
    connection: &impl ConnectionTrait,
    sites: Vec<SiteId>,
) -> Result<HashMap<SiteId, Vec<person::Model>>> {
    let rows = site_delegate::Entity::find()
        .filter(site_delegate::Column::SiteId.is_in(sites))
        .all(connection)
        .await?;
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(rows.iter().map(|row| row.person_id)))
        .filter(person::Column::Active.eq(true))
        .all(connection)
        .await?;
    let people: HashMap<_, _> = people.into_iter().map(|person| (person.id, person)).collect();
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        if let Some(person) = people.get(&row.person_id) {
            found.entry(row.site_id).or_default().push(person.clone());
        }
    }
    Ok(found)
}

/// Returns the delegates of a county, for a site without delegates.
pub async fn delegates_of_area(
    connection: &impl ConnectionTrait,
    area: &str,
    limit: u64,
) -> Result<Vec<PersonId>> {
    let query = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Active.eq(true))
        .filter(person::Column::Role.eq(Role::Delegate))
        .filter(person::Column::AreaCode.eq(area))
        .order_by_asc(person::Column::Id)
        .limit(limit);
    Ok(query.into_tuple().all(connection).await?)
}
