//! A kind of problem; two levels.

use sea_orm::entity::prelude::*;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "category")]
pub struct Model {
    /// The stable code that other rows and files refer to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// The name as people read it.
    pub name: String,
    /// Code of the parent. `None` at the top.
    pub parent_code: Option<String>,
    /// Words that suggest the category, a JSON list.
    pub keywords: Json,
    /// 普通 or 紧急 by default.
    pub urgency: String,
    /// The place in lists.
    pub position: i32,
    /// Whether it is in force.
    pub active: bool,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
