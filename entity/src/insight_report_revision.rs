//! A revision of a report's text. The first is the job's own.

use sea_orm::entity::prelude::*;

use crate::ids::{PersonId, ReportId};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "insight_report_revision")]
pub struct Model {
    /// The report that it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub report_id: ReportId,
    /// Revision, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// Its title.
    pub title: String,
    /// Body.
    pub body: Json,
    /// `None` for the job.
    pub edited_by: Option<PersonId>,
    /// When it was edited.
    pub edited_at: DateTimeUtc,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
