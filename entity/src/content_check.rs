//! Content that a person publishes to others, and whether others may see it.

use sea_orm::entity::prelude::*;

use crate::ids::{ContentCheckId, PersonId};
use crate::kinds::{ContentCheck, ContentSubject};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "content_check")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContentCheckId,
    /// The kind of content that is checked.
    pub subject: ContentSubject,
    /// Id of what it is about.
    pub subject_id: Uuid,
    /// The place of publication, for the reviewers.
    pub title: String,
    /// The text to be checked.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// The result for text and pictures together, or the operator's decision.
    pub state: ContentCheck,
    /// The result for the text alone.
    pub text_state: ContentCheck,
    /// WeChat's label of the finding.
    pub text_label: Option<i64>,
    /// Number of attempts to check the text.
    pub text_attempts: i32,
    /// The author's openid, which WeChat asks for; removed once no check is pending.
    pub openid_sealed: Option<Vec<u8>>,
    /// The person who decided.
    pub decided_by: Option<PersonId>,
    /// When it was decided. `None` while it is pending.
    pub decided_at: Option<DateTimeUtc>,
    /// When the row was inserted.
    pub created_at: DateTimeUtc,
    /// When it was settled. `None` while it waits.
    pub settled_at: Option<DateTimeUtc>,
}

/// Relations to other tables that queries join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
