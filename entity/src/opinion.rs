//! 建议, 审议意见, 决定: a numbered document to a government, its reply, and whether the reply was accepted.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, OpinionId, PersonId, UnitId};
use crate::kinds::{OpinionKind, OpinionStatus};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "opinion")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OpinionId,
    /// The number that people use.
    pub number: String,
    /// 发文字号, as the letter prints it.
    pub document_number: String,
    /// The campaign that it belongs to.
    pub campaign_id: CampaignId,
    /// The kind of the row.
    pub kind: OpinionKind,
    /// The present state.
    pub status: OpinionStatus,
    /// 主送.
    pub unit_id: UnitId,
    /// The title as people read it.
    pub title: String,
    /// The words of the person who wrote it.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// Ids of its documents, a JSON list.
    pub file_ids: Json,
    /// The first instant that is too late.
    pub due_at: Option<DateTimeUtc>,
    /// The organ that signs.
    pub issuer: String,
    /// The person who issued it.
    pub issued_by: PersonId,
    /// When it was issued.
    pub issued_at: DateTimeUtc,
    /// The written reply.
    #[sea_orm(column_type = "Text", nullable)]
    pub reply: Option<String>,
    /// Documents of the reply, a JSON list.
    pub reply_file_ids: Json,
    /// The person who replied.
    pub replied_by: Option<PersonId>,
    /// When the reply was given.
    pub replied_at: Option<DateTimeUtc>,
    /// The remark on the decision.
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_note: Option<String>,
    /// The person who decided.
    pub decided_by: Option<PersonId>,
    /// When it was decided. `None` while it is pending.
    pub decided_at: Option<DateTimeUtc>,
    /// How often a reply was returned.
    pub returns: i32,
    /// When the reminder before the due time was sent.
    pub reminded_at: Option<DateTimeUtc>,
    /// When the notice after the due time was sent.
    pub overdue_told_at: Option<DateTimeUtc>,
    /// Counts changes; a guarded update names the version that it was based on.
    pub version: i32,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
