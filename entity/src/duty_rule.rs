//! 派单目录: one row maps category and area scope to the responsible unit.

use sea_orm::entity::prelude::*;

use crate::ids::{DutyRuleId, UnitId};
use crate::kinds::ScopeKind;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "duty_rule")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DutyRuleId,
    /// A category, a first-level category, or `*`.
    pub category_code: String,
    /// The kind of place that the rule covers.
    pub scope_kind: ScopeKind,
    /// Code or name of that place; empty for the whole city.
    pub scope_code: String,
    /// The responsible unit.
    pub lead_unit_id: UnitId,
    /// Units that support, a JSON list.
    pub support_unit_ids: Json,
    /// The administrative level.
    pub level: String,
    /// Decides between rules of equal specificity.
    pub precedence: i32,
    /// File and line, or the person who entered it.
    pub source: String,
    /// Whether it is in force.
    pub active: bool,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
