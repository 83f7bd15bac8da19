//! Entries that wait for their place in the Merkle tree (`audit_tree`). Written in the transaction of the entry itself, so
//! nothing that was acknowledged stays out of the tree.

use entity::audit_pending;
use entity::ids::OrderId;
use entity::kinds::LeafKind;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::EntityTrait;

use crate::db::WriteTransaction;
use crate::error::Result;

/// An entry of a chain.
#[derive(Clone, Copy, Debug)]
pub struct ChainEntry<'a> {
    /// None for an administrator's action.
    pub order: Option<OrderId>,
    pub seq: i64,
    /// The entry's hash in its chain.
    pub hash: &'a str,
}

impl ChainEntry<'_> {
    #[must_use]
    pub fn kind(&self) -> LeafKind {
        if self.order.is_some() {
            LeafKind::Event
        } else {
            LeafKind::Act
        }
    }

    /// The facts that a seal binds besides the hash.
    #[must_use]
    pub fn place(&self) -> String {
        match self.order {
            Some(order) => format!("event {order} {}", self.seq),
            None => format!("act {}", self.seq),
        }
    }
}

/// Enqueues entries that this transaction writes, with their seals.
pub async fn enqueue(txn: &WriteTransaction, entries: &[ChainEntry<'_>]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows = entries.iter().map(|entry| audit_pending::ActiveModel {
        id: NotSet,
        kind: Set(entry.kind()),
        order_id: Set(entry.order),
        seq: Set(entry.seq),
        hash: Set(entry.hash.to_owned()),
        seal: Set(txn.seal(&entry.place(), entry.hash)),
        refused: Set(false),
    });
    audit_pending::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
