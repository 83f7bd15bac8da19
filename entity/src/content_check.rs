//! Something that a person publishes to others, and whether it may be shown to them.

use sea_orm::entity::prelude::*;

use crate::ids::{ContentCheckId, PersonId};
use crate::kinds::{ContentCheck, ContentSubject};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "content_check")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContentCheckId,
    pub subject: ContentSubject,
    pub subject_id: Uuid,
    /// Where it is published, for those who review it.
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// Of text and pictures together, or what an operator decided.
    pub state: ContentCheck,
    pub text_state: ContentCheck,
    /// WeChat's number for what it found.
    pub text_label: Option<i64>,
    pub text_attempts: i32,
    /// Whose content it is, for WeChat; removed when nothing is left to ask.
    pub openid_sealed: Option<Vec<u8>>,
    pub decided_by: Option<PersonId>,
    pub decided_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub settled_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
