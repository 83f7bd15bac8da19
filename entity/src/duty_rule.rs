//! 派单目录: one row maps category and area scope to the responsible unit.

use sea_orm::entity::prelude::*;

use crate::ids::{DutyRuleId, UnitId};
use crate::kinds::ScopeKind;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "duty_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DutyRuleId,
    /// A category, a first-level category, or `*`.
    pub category_code: String,
    pub scope_kind: ScopeKind,
    pub scope_code: String,
    pub lead_unit_id: UnitId,
    pub support_unit_ids: Json,
    pub level: String,
    pub precedence: i32,
    /// File and line, or the person who entered it.
    pub source: String,
    pub active: bool,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
