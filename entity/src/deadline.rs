//! One deadline of one round. `next_change_at` is the next instant at which its light changes.

use sea_orm::entity::prelude::*;

use crate::ids::{DeadlineId, OrderId};
use crate::kinds::{ClockKind, Light};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "deadline")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeadlineId,
    /// The order that it belongs to.
    pub order_id: OrderId,
    /// The handling round, from 1.
    pub round: i32,
    /// The kind of the row.
    pub kind: ClockKind,
    /// When the clock started.
    pub started_at: DateTimeUtc,
    /// The first instant that is too late.
    pub due_at: DateTimeUtc,
    /// When the clock stopped. `None` while it runs.
    pub stopped_at: Option<DateTimeUtc>,
    /// The present light.
    pub light: Light,
    /// The next instant at which the light changes. `None` if it never will.
    pub next_change_at: Option<DateTimeUtc>,
    /// Time of the change to yellow; set once per deadline, even if an extension turns the light back.
    pub turned_yellow_at: Option<DateTimeUtc>,
    /// When the light turned red.
    pub turned_red_at: Option<DateTimeUtc>,
    /// Whether it was calculated without a published calendar.
    pub provisional: bool,
    /// How the due time was calculated, as JSON.
    pub explanation: Json,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
