//! Pure: what keeps a campaign from being closed unless a reason is given.

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Error, ErrorKind, FieldError};

/// Items of each kind that are named.
pub const MAX_NAMED: u64 = 50;

/// Something that is still open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenItem {
    pub kind: OpenItemKind,
    /// The number of the order or opinion, the line of the ledger, the county.
    pub reference: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenItemKind {
    Order,
    Opinion,
    Measure,
    CountyTask,
}

impl OpenItemKind {
    fn field(self) -> &'static str {
        match self {
            Self::Order => "orders",
            Self::Opinion => "opinions",
            Self::Measure => "measures",
            Self::CountyTask => "county_tasks",
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Order => "order_open",
            Self::Opinion => "opinion_open",
            Self::Measure => "measure_open",
            Self::CountyTask => "county_task_open",
        }
    }
}

impl OpenItem {
    /// In a sentence.
    #[must_use]
    pub fn describe(&self) -> String {
        let reference = &self.reference;
        match self.kind {
            OpenItemKind::Order => format!("工单 {reference} 尚未办结。"),
            OpenItemKind::Opinion => format!("意见 {reference} 的答复尚未通过。"),
            OpenItemKind::Measure => format!("整改台账第 {reference} 项尚未销号。"),
            OpenItemKind::CountyTask => format!("{reference}的任务尚未结项。"),
        }
    }
}

/// The 409 that names all open items.
#[must_use]
pub fn refusal(items: &[OpenItem]) -> Error {
    let detail = format!("还有 {} 项没有了结，结项须说明理由。", items.len());
    let mut error = Error::refused(ErrorKind::Conflict, "open_items", detail);
    if let Error::Refused(refused) = &mut error {
        let named = items
            .iter()
            .map(|item| FieldError::new(item.kind.field(), item.kind.code(), item.describe()));
        refused.errors = named.collect();
    }
    error
}
