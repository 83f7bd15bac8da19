//! Queries on what residents leave: uploads, messages, and the message of a receipt.

use std::collections::HashMap;

use entity::ids::{PhotoId, SiteId};
use entity::{photo, site_message, site_upload};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait as _, TryInsertResult,
};

use crate::db::{WriteTransaction, insert_all};
use crate::error::Result;

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

/// Inserts messages of the past, in one statement.
pub async fn insert_past(txn: &WriteTransaction, messages: Vec<site_message::Model>) -> Result<()> {
    Ok(insert_all::<site_message::Entity, _>(txn, messages).await?)
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
