//! Pure: the bytes of a leaf. `docs/audit.md` defines the format, so a proof can be checked without the product.

use entity::ids::OrderId;
use entity::kinds::LeafKind;
use serde::{Deserialize, Serialize};

/// The content of a leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub kind: LeafKind,
    /// Of an event.
    pub order: Option<OrderId>,
    /// The number of the event in its order, or of the action.
    pub seq: i64,
    /// The entry's hash in its chain, hexadecimal.
    pub hash: String,
    /// The hash over the rows of the order, hexadecimal.
    pub state: Option<String>,
}

impl Entry {
    /// Returns the input of the leaf hash: six lines.
    #[must_use]
    pub fn text(&self) -> String {
        let Self {
            kind,
            order,
            seq,
            hash,
            state,
        } = self;
        let order = order.map_or_else(|| "-".to_owned(), |order| order.to_string());
        let state = state.as_deref().unwrap_or("-");
        format!("zhitong-leaf v1\n{kind}\n{order}\n{seq}\n{hash}\n{state}\n")
    }

    #[must_use]
    pub fn leaf_hash(&self) -> merkle::Hash {
        merkle::leaf_hash(self.text().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_has_six_lines() {
        let mut entry = Entry {
            kind: LeafKind::Act,
            order: None,
            seq: 7,
            hash: "ab".to_owned(),
            state: None,
        };
        assert_eq!(entry.text(), "zhitong-leaf v1\nact\n-\n7\nab\n-\n");
        entry.order = Some("01890000-0000-7000-8000-000000000001".parse().unwrap());
        entry.kind = LeafKind::Event;
        entry.state = Some("cd".to_owned());
        assert_eq!(
            entry.text(),
            "zhitong-leaf v1\nevent\n01890000-0000-7000-8000-000000000001\n7\nab\ncd\n"
        );
    }
}
