//! Events of a hot topic, caused by the system or an analyst. Append-only.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, TopicId};
use crate::kinds::TopicAction;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "topic_event")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub topic_id: TopicId,
    pub action: TopicAction,
    /// `None` for the system.
    pub person_id: Option<PersonId>,
    /// The other topic of a merge or a split.
    pub other_id: Option<TopicId>,
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
    pub at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
