//! 建议, 审议意见, 决定: a numbered document to a government, its reply, and whether the reply was accepted.

use sea_orm::entity::prelude::*;

use crate::ids::{CampaignId, OpinionId, PersonId, UnitId};
use crate::kinds::{OpinionKind, OpinionStatus};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "opinion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OpinionId,
    pub number: String,
    /// 发文字号, as the letter prints it.
    pub document_number: String,
    pub campaign_id: CampaignId,
    pub kind: OpinionKind,
    pub status: OpinionStatus,
    /// 主送.
    pub unit_id: UnitId,
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    pub file_ids: Json,
    pub due_at: Option<DateTimeUtc>,
    /// The organ that signs.
    pub issuer: String,
    pub issued_by: PersonId,
    pub issued_at: DateTimeUtc,
    #[sea_orm(column_type = "Text", nullable)]
    pub reply: Option<String>,
    pub reply_file_ids: Json,
    pub replied_by: Option<PersonId>,
    pub replied_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_note: Option<String>,
    pub decided_by: Option<PersonId>,
    pub decided_at: Option<DateTimeUtc>,
    /// How often a reply was returned.
    pub returns: i32,
    pub reminded_at: Option<DateTimeUtc>,
    pub overdue_told_at: Option<DateTimeUtc>,
    pub version: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
