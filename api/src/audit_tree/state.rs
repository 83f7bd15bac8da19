//! Pure: the items of an order as a leaf binds them, and the changes that each event permits.

use entity::kinds::EventAction;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::items::{Item, ItemKind};

const ITEM_BYTES: usize = 49;

/// Items as stored bytes: kind, id, hash of each.
#[must_use]
pub fn encode(items: &[Item]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(items.len() * ITEM_BYTES);
    for item in items {
        bytes.push(item.kind as u8);
        bytes.extend(item.id.as_bytes());
        bytes.extend(item.hash);
    }
    bytes
}

/// Reads items from stored bytes. Returns `None` if the bytes are malformed.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Vec<Item>> {
    if !bytes.len().is_multiple_of(ITEM_BYTES) {
        return None;
    }
    let item = |chunk: &[u8]| {
        let (kind, rest) = chunk.split_first()?;
        let (id, hash) = rest.split_at_checked(16)?;
        Some(Item {
            kind: ItemKind::from_code(*kind)?,
            id: Uuid::from_slice(id).ok()?,
            hash: hash.try_into().ok()?,
        })
    };
    bytes.chunks_exact(ITEM_BYTES).map(item).collect()
}

/// Returns the leaf's hash of these items, hexadecimal.
#[must_use]
pub fn state_hash(items: &[Item]) -> String {
    hex::encode(Sha256::digest(encode(items)))
}

/// A difference between an order's rows and its leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    pub kind: ItemKind,
    pub id: Uuid,
    pub how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Changed,
    Removed,
    Added,
}

/// Changes that no event explains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// The items that the next leaf binds. An unexplained difference keeps its earlier item and stays visible.
    pub items: Vec<Item>,
    pub unexplained: Vec<Difference>,
}

/// Compares the items of an order with those of its last leaf. `actions` are the events since then.
#[must_use]
pub fn reconcile(before: &[Item], now: &[Item], actions: &[EventAction]) -> Reconciled {
    let mut result = Reconciled::default();
    let key = |item: &Item| (item.kind, item.id);
    for item in now {
        match before.iter().find(|old| key(old) == key(item)) {
            Some(old) if old.hash == item.hash || may_change(item.kind, actions) => result.items.push(*item),
            Some(old) => {
                result.items.push(*old);
                result.unexplained.push(difference(old, How::Changed));
            }
            None if may_appear(item.kind, actions) => result.items.push(*item),
            None => result.unexplained.push(difference(item, How::Added)),
        }
    }
    for old in before {
        let gone = !now.iter().any(|item| key(item) == key(old));
        if gone && !may_go(old.kind, actions) {
            result.items.push(*old);
            result.unexplained.push(difference(old, How::Removed));
        }
    }
    result.items.sort();
    result
}

/// Returns the differences between two sets of items.
#[must_use]
pub fn differences(before: &[Item], now: &[Item]) -> Vec<Difference> {
    reconcile(before, now, &[]).unexplained
}

fn difference(item: &Item, how: How) -> Difference {
    Difference {
        kind: item.kind,
        id: item.id,
        how,
    }
}

fn may_change(kind: ItemKind, actions: &[EventAction]) -> bool {
    match kind {
        ItemKind::OrderState | ItemKind::AssignmentState | ItemKind::Endorsement => !actions.is_empty(),
        ItemKind::DueTime => has(
            actions,
            &[EventAction::ExtensionGranted, EventAction::DeadlineRecounted],
        ),
        ItemKind::Photo => has(actions, &[EventAction::PhotoCovered]),
        _ => false,
    }
}

fn may_appear(kind: ItemKind, actions: &[EventAction]) -> bool {
    match kind {
        ItemKind::Verdict => has(actions, &[EventAction::Verdict, EventAction::FollowUp]),
        ItemKind::Reply => has(
            actions,
            &[
                EventAction::Replied,
                EventAction::Supplemented,
                EventAction::Account,
            ],
        ),
        ItemKind::SupervisionOrder => has(actions, &[EventAction::SupervisionOrder]),
        ItemKind::SupervisionAnswer => has(actions, &[EventAction::SupervisionOrderAnswered]),
        ItemKind::ExtensionDecision => has(
            actions,
            &[EventAction::ExtensionGranted, EventAction::ExtensionRefused],
        ),
        ItemKind::Urge => has(actions, &[EventAction::Urged, EventAction::LightYellow]),
        _ => !actions.is_empty(),
    }
}

/// Returns `true` if an item of this kind may disappear: endorsements by a merged order end when the merge is undone.
fn may_go(kind: ItemKind, actions: &[EventAction]) -> bool {
    kind == ItemKind::Endorsement && !actions.is_empty()
}

fn has(actions: &[EventAction], wanted: &[EventAction]) -> bool {
    actions.iter().any(|action| wanted.contains(action))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: ItemKind, id: u128, hash: u8) -> Item {
        Item {
            kind,
            id: Uuid::from_u128(id),
            hash: [hash; 32],
        }
    }

    #[test]
    fn items_are_read_as_they_were_written() {
        let items = [
            item(ItemKind::Order, 1, 1),
            item(ItemKind::Decision, u128::MAX, 255),
        ];
        assert_eq!(decode(&encode(&items)).as_deref(), Some(&items[..]));
        assert_eq!(decode(&[1, 2, 3]), None);
        assert_eq!(decode(&[99; ITEM_BYTES]), None);
    }

    #[test]
    fn only_the_event_that_explains_a_change_lets_it_pass() {
        for (kind, action, passes) in [
            (ItemKind::DueTime, EventAction::ExtensionGranted, true),
            (ItemKind::DueTime, EventAction::Noted, false),
            (ItemKind::OrderState, EventAction::Noted, true),
            (ItemKind::Verdict, EventAction::Verdict, false),
            (ItemKind::Order, EventAction::Redispatched, false),
            (ItemKind::Reply, EventAction::Replied, false),
        ] {
            let (before, now) = ([item(kind, 1, 1)], [item(kind, 1, 2)]);
            let result = reconcile(&before, &now, &[action]);
            assert_eq!(result.unexplained.is_empty(), passes, "{kind:?} {action}");
            let kept = if passes { now } else { before };
            assert_eq!(result.items, kept, "{kind:?} {action}");
        }
    }

    #[test]
    fn a_row_without_its_event_stays_out_and_a_removed_row_stays_in() {
        let verdict = [item(ItemKind::Verdict, 1, 1)];
        let added = reconcile(&[], &verdict, &[EventAction::Noted]);
        assert_eq!((added.items.len(), added.unexplained[0].how), (0, How::Added));
        assert_eq!(reconcile(&[], &verdict, &[EventAction::Verdict]).items, verdict);
        let removed = reconcile(&verdict, &[], &[EventAction::Noted]);
        assert_eq!(
            (removed.items.len(), removed.unexplained[0].how),
            (1, How::Removed)
        );
        let endorsed = [item(ItemKind::Endorsement, 1, 1)];
        assert_eq!(reconcile(&endorsed, &[], &[EventAction::SplitOff]).items, []);
        assert_eq!(differences(&endorsed, &[])[0].how, How::Removed);
    }
}
