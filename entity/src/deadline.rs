//! One deadline of one round. `next_change_at` is the next instant at which its light changes.

use sea_orm::entity::prelude::*;

use crate::ids::{DeadlineId, OrderId};
use crate::kinds::{ClockKind, Light};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "deadline")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeadlineId,
    pub order_id: OrderId,
    pub round: i32,
    pub kind: ClockKind,
    pub started_at: DateTimeUtc,
    pub due_at: DateTimeUtc,
    pub stopped_at: Option<DateTimeUtc>,
    pub light: Light,
    pub next_change_at: Option<DateTimeUtc>,
    /// Time of the change to yellow; set once per deadline, even if an extension turns the light back.
    pub turned_yellow_at: Option<DateTimeUtc>,
    pub turned_red_at: Option<DateTimeUtc>,
    pub provisional: bool,
    pub explanation: Json,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
