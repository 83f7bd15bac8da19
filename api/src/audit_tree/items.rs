//! Pure: the parts of an order's rows that leaves cover.
//!
//! A row has one item for the fields that never change, and others for fields that change later. An item is identified
//! by its kind and id, and bound by the hash of its fields.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::hash_chain;

macro_rules! item_kinds {
    ($($variant:ident = $code:literal, $name:literal, $label:literal;)*) => {
        /// The part of a row that an item covers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ItemKind {
            $($variant = $code,)*
        }

        impl ItemKind {
            /// Returns `None` for a code that this release does not know.
            #[must_use]
            pub fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// Returns the name in hashes and proofs.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns the name on the console.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)*
                }
            }
        }
    };
}

item_kinds! {
    Order = 1, "order", "工单内容";
    OrderState = 2, "order_state", "工单状态";
    Verdict = 3, "verdict", "评价内容";
    Reply = 4, "reply", "办理答复";
    SupervisionOrder = 5, "supervision_order", "督办单";
    SupervisionAnswer = 6, "supervision_answer", "督办单答复";
    SupervisionClosed = 7, "supervision_closed", "督办单结束";
    Urge = 8, "urge", "催办";
    Deadline = 9, "deadline", "办理期限";
    DueTime = 10, "due_time", "到期时间";
    DeadlineStopped = 11, "deadline_stopped", "期限结束";
    Extension = 12, "extension", "延期申请";
    ExtensionDecision = 13, "extension_decision", "延期审批";
    Return = 14, "return", "退单";
    Assignment = 15, "assignment", "派单";
    AssignmentState = 16, "assignment_state", "派单状态";
    Endorsement = 17, "endorsement", "附议";
    FollowUp = 18, "follow_up", "回访结果";
    Photo = 19, "photo", "照片";
    Decision = 20, "decision", "处理决定";
}

/// One item with its fields, as it is hashed and as proofs show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub kind: ItemKind,
    pub id: uuid::Uuid,
    pub fields: Value,
}

/// One item by its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    pub kind: ItemKind,
    pub id: uuid::Uuid,
    pub hash: [u8; 32],
}

impl Content {
    /// Returns the SHA-256 of four lines: format, kind, id, and the fields as canonical JSON.
    #[must_use]
    pub fn item(&self) -> Item {
        let fields = hash_chain::canonical(&self.fields);
        let text = format!("zhitong-row v1\n{}\n{}\n{fields}\n", self.kind.name(), self.id);
        Item {
            kind: self.kind,
            id: self.id,
            hash: Sha256::digest(text).into(),
        }
    }
}
