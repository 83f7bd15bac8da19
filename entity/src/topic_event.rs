//! Events of a hot topic, caused by the system or an analyst. Append-only.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, TopicId};
use crate::kinds::TopicAction;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "topic_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The hot topic that it belongs to.
    pub topic_id: TopicId,
    /// The act, in words.
    pub action: TopicAction,
    /// `None` for the system.
    pub person_id: Option<PersonId>,
    /// The other topic of a merge or a split.
    pub other_id: Option<TopicId>,
    /// The remark of the person who acted.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    /// When it happened.
    pub at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
