//! Queries on sites, their delegates and what residents leave there.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId, PhotoId, SiteId, SiteMessageId};
use entity::kinds::{ContentCheck, Role, SiteMessageStatus};
use entity::{person, photo, site, site_delegate, site_message, site_upload};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait,
    PaginatorTrait as _, QueryFilter, QueryOrder, QuerySelect, QueryTrait as _, TryInsertResult,
};

use crate::error::Result;

pub mod quotas;

pub async fn by_code(connection: &impl ConnectionTrait, code: &str) -> Result<Option<site::Model>> {
    let query = site::Entity::find().filter(site::Column::Code.eq(code));
    Ok(query.one(connection).await?)
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

/// Selects the sites whose messages a delegate reads: their own, and those of their county without delegates.
fn sites_of(delegate: PersonId, area: Option<&str>) -> Condition {
    let own: SelectStatement = site_delegate::Entity::find()
        .select_only()
        .column(site_delegate::Column::SiteId)
        .filter(site_delegate::Column::PersonId.eq(delegate))
        .into_query();
    let condition = Condition::any().add(site_message::Column::SiteId.in_subquery(own));
    let Some(area) = area else {
        return condition;
    };
    let looked_after: SelectStatement = site_delegate::Entity::find()
        .select_only()
        .column(site_delegate::Column::SiteId)
        .into_query();
    let of_county: SelectStatement = site::Entity::find()
        .select_only()
        .column(site::Column::Id)
        .filter(site::Column::AreaCode.eq(area))
        .filter(site::Column::Id.not_in_subquery(looked_after))
        .into_query();
    condition.add(site_message::Column::SiteId.in_subquery(of_county))
}

/// The visible messages.
#[derive(Clone, Debug)]
pub enum MessageAccess {
    Everything,
    /// Content that has passed the check, at the sites of a delegate.
    Delegate(PersonId, Option<String>),
}

impl MessageAccess {
    fn condition(&self) -> Condition {
        match self {
            Self::Everything => Condition::all(),
            Self::Delegate(person, area) => Condition::all()
                .add(site_message::Column::ContentCheck.eq(ContentCheck::Pass))
                .add(sites_of(*person, area.as_deref())),
        }
    }
}

pub async fn message(
    connection: &impl ConnectionTrait,
    id: SiteMessageId,
    reach: &MessageAccess,
) -> Result<Option<site_message::Model>> {
    let query = site_message::Entity::find_by_id(id).filter(reach.condition());
    Ok(query.one(connection).await?)
}

/// The filter of a list of messages.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<SiteMessageStatus>,
    pub check: Option<ContentCheck>,
    pub site_code: Option<String>,
}

/// Messages, the newest first.
pub async fn messages(
    connection: &impl ConnectionTrait,
    reach: &MessageAccess,
    filter: &Filter,
    after: Option<(DateTime<Utc>, SiteMessageId)>,
    limit: u64,
) -> Result<Vec<site_message::Model>> {
    use site_message::Column as C;
    let mut query = site_message::Entity::find().filter(reach.condition());
    if let Some(status) = filter.status {
        query = query.filter(C::Status.eq(status));
    }
    if let Some(check) = filter.check {
        query = query.filter(C::ContentCheck.eq(check));
    }
    if let Some(code) = &filter.site_code {
        let site = site::Entity::find()
            .select_only()
            .column(site::Column::Id)
            .filter(site::Column::Code.eq(code.as_str()))
            .into_query();
        query = query.filter(C::SiteId.in_subquery(site));
    }
    if let Some((created_at, id)) = after {
        let earlier = Condition::any()
            .add(C::CreatedAt.lt(created_at))
            .add(C::CreatedAt.eq(created_at).and(C::Id.lt(id)));
        query = query.filter(earlier);
    }
    let query = query
        .order_by_desc(C::CreatedAt)
        .order_by_desc(C::Id)
        .limit(limit);
    Ok(query.all(connection).await?)
}

pub async fn count_messages(
    connection: &impl ConnectionTrait,
    reach: &MessageAccess,
    status: SiteMessageStatus,
) -> Result<u64> {
    let query = site_message::Entity::find()
        .filter(reach.condition())
        .filter(site_message::Column::Status.eq(status));
    Ok(query.count(connection).await?)
}

pub async fn by_receipt(
    connection: &impl ConnectionTrait,
    receipt_hash: &str,
) -> Result<Option<site_message::Model>> {
    let query = site_message::Entity::find().filter(site_message::Column::ReceiptHash.eq(receipt_hash));
    Ok(query.one(connection).await?)
}

/// False when a message with this receipt is there already.
pub async fn insert_message(txn: &impl ConnectionTrait, row: site_message::Model) -> Result<bool> {
    let inserted = site_message::Entity::insert(site_message::ActiveModel::from(row).reset_all())
        .on_conflict(
            OnConflict::column(site_message::Column::ReceiptHash)
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(txn)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(count) if count > 0))
}

/// How a message was handled, and by whom.
pub struct Handling<'a> {
    pub status: SiteMessageStatus,
    pub by: Option<PersonId>,
    pub order: Option<OrderId>,
    pub answer: Option<&'a str>,
}

/// Marks a message as handled if it is unhandled and has passed the check. Returns `false` otherwise.
pub async fn handle(
    txn: &impl ConnectionTrait,
    id: SiteMessageId,
    handling: Handling<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    use site_message::Column as C;
    let handled = site_message::Entity::update_many()
        .col_expr(C::Status, Expr::value(handling.status))
        .col_expr(C::HandledBy, Expr::value(handling.by))
        .col_expr(C::HandledAt, Expr::value(now))
        .col_expr(C::OrderId, Expr::value(handling.order))
        .col_expr(C::Answer, Expr::value(handling.answer))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(SiteMessageStatus::Received))
        .filter(C::ContentCheck.eq(ContentCheck::Pass))
        .exec(txn)
        .await?;
    Ok(handled.rows_affected == 1)
}

/// Stores the state of the check. Returns `false` if it is unchanged. A risky unhandled message is refused, and
/// restored when an operator decides otherwise.
pub async fn note_check(txn: &impl ConnectionTrait, id: SiteMessageId, check: ContentCheck) -> Result<bool> {
    use site_message::Column as C;
    let noted = site_message::Entity::update_many()
        .col_expr(C::ContentCheck, Expr::value(check))
        .filter(C::Id.eq(id))
        .filter(C::ContentCheck.ne(check))
        .exec(txn)
        .await?;
    let (from, to) = if check == ContentCheck::Risky {
        (SiteMessageStatus::Received, SiteMessageStatus::Refused)
    } else {
        (SiteMessageStatus::Refused, SiteMessageStatus::Received)
    };
    site_message::Entity::update_many()
        .col_expr(C::Status, Expr::value(to))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(from))
        .exec(txn)
        .await?;
    Ok(noted.rows_affected == 1)
}

pub async fn note_upload(txn: &impl ConnectionTrait, row: site_upload::Model) -> Result<()> {
    site_upload::Entity::insert(site_upload::ActiveModel::from(row).reset_all())
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Takes uploads of this device at this site for a message; says how many of them there were. The write keeps the
/// clean-up from removing them meanwhile.
pub async fn take_uploads(
    txn: &impl ConnectionTrait,
    photos: &[PhotoId],
    site: SiteId,
    device_hash: &str,
) -> Result<u64> {
    let uploads = site_upload::Entity::find()
        .select_only()
        .column(site_upload::Column::PhotoId)
        .filter(site_upload::Column::PhotoId.is_in(photos.iter().copied()))
        .filter(site_upload::Column::SiteId.eq(site))
        .filter(site_upload::Column::DeviceHash.eq(device_hash))
        .into_query();
    let taken = photo::Entity::update_many()
        .col_expr(photo::Column::Attached, Expr::value(true))
        .filter(photo::Column::Id.in_subquery(uploads))
        .filter(photo::Column::Attached.eq(false))
        .filter(photo::Column::OwnerId.is_null())
        .filter(photo::Column::RemovingAt.is_null())
        .exec(txn)
        .await?;
    Ok(taken.rows_affected)
}

pub async fn photos(
    connection: &impl ConnectionTrait,
    ids: Vec<PhotoId>,
) -> Result<HashMap<PhotoId, photo::Model>> {
    let rows = photo::Entity::find()
        .filter(photo::Column::Id.is_in(ids))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
