//! Content that a person publishes to others, and whether others may see it.

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
    /// The place of publication, for the reviewers.
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// The result for text and pictures together, or the operator's decision.
    pub state: ContentCheck,
    pub text_state: ContentCheck,
    /// WeChat's label of the finding.
    pub text_label: Option<i64>,
    pub text_attempts: i32,
    /// The author's openid, which WeChat asks for; removed once no check is pending.
    pub openid_sealed: Option<Vec<u8>>,
    pub decided_by: Option<PersonId>,
    pub decided_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub settled_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
