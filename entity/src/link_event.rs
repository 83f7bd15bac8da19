//! A report of the linked platform, with the answer it was given: the same event gets the same answer.

use sea_orm::entity::prelude::*;

use crate::ids::ClientId;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "link_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: ClientId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: String,
    pub body_hash: String,
    pub answer_status: i32,
    pub answer: Json,
    pub received_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
