//! Attaching uploaded files to a campaign or an order, inside the caller's transaction.

use std::collections::{BTreeSet, HashMap};

use entity::ids::{CampaignId, FileId, OrderId, PersonId, UnitId};
use entity::stored_file;
use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::error::{Refusal, Result};
use crate::files::store::{self, Attachment};

/// As many as one entry takes.
pub const MAX_FILES: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Unknown,
    TooMany,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "file_unknown",
            Self::TooMany => "too_many_files",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Unknown => "有的附件不存在、已过期或已用在别处，请重新上传。".to_owned(),
            Self::TooMany => format!("一次最多 {MAX_FILES} 个附件。"),
        }
    }
}

/// A file as the page of what it belongs to shows it.
#[derive(Clone, Debug, Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct AttachedFile {
    pub id: FileId,
    pub name: String,
    /// Bytes.
    pub size: i64,
    pub media_type: String,
}

impl From<stored_file::Model> for AttachedFile {
    fn from(row: stored_file::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            size: row.byte_size,
            media_type: row.media_type,
        }
    }
}

/// Attaches files to a campaign; `unit` is a unit outside the committee that may read them too.
pub async fn to_campaign(
    connection: &impl ConnectionTrait,
    owner: PersonId,
    files: &[FileId],
    campaign: CampaignId,
    unit: Option<UnitId>,
) -> Result<()> {
    let to = Attachment {
        campaign: Some(campaign),
        order: None,
        unit,
    };
    attach(connection, owner, files, to).await
}

/// Attaches files to an order.
pub async fn to_order(
    connection: &impl ConnectionTrait,
    owner: PersonId,
    files: &[FileId],
    order: OrderId,
) -> Result<()> {
    let to = Attachment {
        campaign: None,
        order: Some(order),
        unit: None,
    };
    attach(connection, owner, files, to).await
}

async fn attach(
    connection: &impl ConnectionTrait,
    owner: PersonId,
    files: &[FileId],
    to: Attachment,
) -> Result<()> {
    let wanted: BTreeSet<FileId> = files.iter().copied().collect();
    if wanted.is_empty() {
        return Ok(());
    }
    if wanted.len() > MAX_FILES {
        return Err(Refused::TooMany.into());
    }
    if store::attach(connection, owner, &wanted, to).await? == wanted.len() as u64 {
        Ok(())
    } else {
        Err(Refused::Unknown.into())
    }
}

/// Loads files by their ids, in one query.
pub async fn by_id(
    connection: &impl ConnectionTrait,
    ids: Vec<FileId>,
) -> Result<HashMap<FileId, AttachedFile>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = store::by_id(connection, ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.into())).collect())
}
