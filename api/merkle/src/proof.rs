//! Proofs of RFC 9162: that a leaf is in a tree (2.1.3), and that one tree continues another (2.1.4). Making reads tiles;
//! checking needs nothing but hashes.

use crate::hash::{Hash, empty_root, node_hash};
use crate::tiles::{MissingTile, Node, Tiles, cover};

/// A proof that does not prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Too many or too few hashes for the sizes.
    #[error("the proof has the wrong number of hashes")]
    WrongLength,
    /// The hashes lead to another root.
    #[error("the leaf is not in a tree with this root")]
    NotIncluded,
    /// The hashes lead to other roots.
    #[error("the later tree does not continue the earlier one")]
    NotConsistent,
}

/// The hashes of a proof, each as the subtrees that it is joined from.
pub type Plan = Vec<Vec<Node>>;

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The proof that leaf `index` is among the first `size`. Empty if it is not, and for a tree of one leaf.
#[must_use]
pub fn inclusion_plan(index: u64, size: u64) -> Plan {
    let mut plan = Vec::new();
    let (mut from, mut to) = (0, size);
    while to.saturating_sub(from) > 1 && index < size {
        let middle = from + split(to - from);
        if index < middle {
            plan.push(cover(middle, to));
            to = middle;
        } else {
            plan.push(cover(from, middle));
            from = middle;
        }
    }
    plan.reverse();
    plan
}

/// The proof that the first `new` leaves begin with the first `old`.
#[must_use]
pub fn consistency_plan(old: u64, new: u64) -> Plan {
    if old == 0 || old >= new {
        return Vec::new();
    }
    let mut plan = Vec::new();
    let (mut from, mut to, mut known) = (0, new, true);
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            plan.push(cover(middle, to));
            to = middle;
        } else {
            plan.push(cover(from, middle));
            from = middle;
            known = false;
        }
    }
    if !known {
        plan.push(cover(from, to));
    }
    plan.reverse();
    plan
}

/// Reads the hashes of a plan from tiles.
pub fn resolve(plan: &Plan, tiles: &Tiles) -> Result<Vec<Hash>, MissingTile> {
    plan.iter().map(|nodes| tiles.join(nodes)).collect()
}

/// Checks that `leaf` is leaf number `index` of the tree with this size and root (RFC 9162, 2.1.3.2).
pub fn verify_inclusion(
    leaf: &Hash,
    (index, size): (u64, u64),
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NotIncluded);
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for other in proof {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(other, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, other);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::WrongLength);
    }
    if hash == *root {
        Ok(())
    } else {
        Err(ProofError::NotIncluded)
    }
}

/// Checks that the tree `new` (size and root) continues the tree `old` (RFC 9162, 2.1.4.2). Every tree continues the
/// empty one.
pub fn verify_consistency(
    (old, old_root): (u64, &Hash),
    (new, new_root): (u64, &Hash),
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::NotConsistent);
    }
    if old == new || old == 0 {
        let same = if old == 0 {
            *old_root == empty_root()
        } else {
            old_root == new_root
        };
        return if !proof.is_empty() {
            Err(ProofError::WrongLength)
        } else if same {
            Ok(())
        } else {
            Err(ProofError::NotConsistent)
        };
    }
    let mut hashes = proof.iter();
    let start = if old.is_power_of_two() {
        Some(old_root)
    } else {
        hashes.next()
    };
    let start = *start.ok_or(ProofError::WrongLength)?;
    let shift = (old - 1).trailing_ones();
    let (mut node, mut last) = ((old - 1) >> shift, (new - 1) >> shift);
    let (mut old_hash, mut new_hash) = (start, start);
    for other in hashes {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(other, &old_hash);
            new_hash = node_hash(other, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, other);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::WrongLength);
    }
    if old_hash == *old_root && new_hash == *new_root {
        Ok(())
    } else {
        Err(ProofError::NotConsistent)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::leaf_hash;

    fn leaf(number: u64) -> Hash {
        leaf_hash(&number.to_be_bytes())
    }

    fn tree(size: u64) -> Tiles {
        let mut tiles = Tiles::default();
        tiles.append(0, &(0..size).map(leaf).collect::<Vec<_>>()).unwrap();
        tiles
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proven_and_no_other() {
        let tiles = tree(40);
        for size in 1..=40 {
            let root = tiles.root(size).unwrap();
            for index in 0..size {
                let proof = resolve(&inclusion_plan(index, size), &tiles).unwrap();
                assert_eq!(
                    verify_inclusion(&leaf(index), (index, size), &proof, &root),
                    Ok(())
                );
                let other = verify_inclusion(&leaf(index + 1), (index, size), &proof, &root);
                assert_eq!(other, Err(ProofError::NotIncluded));
                let longer = [&proof[..], &[root]].concat();
                assert!(verify_inclusion(&leaf(index), (index, size), &longer, &root).is_err());
            }
        }
    }

    #[test]
    fn every_small_tree_continues_every_smaller_one() {
        let tiles = tree(40);
        for new in 1..=40 {
            let new_root = tiles.root(new).unwrap();
            for old in 1..=new {
                let old_root = tiles.root(old).unwrap();
                let proof = resolve(&consistency_plan(old, new), &tiles).unwrap();
                assert_eq!(
                    verify_consistency((old, &old_root), (new, &new_root), &proof),
                    Ok(())
                );
                let forged = verify_consistency((old, &leaf(0)), (new, &new_root), &proof);
                assert!(
                    forged.is_err() || (old == 1 && old_root == leaf(0)),
                    "{old} of {new}"
                );
            }
        }
    }

    #[test]
    fn a_tree_with_a_changed_leaf_continues_nothing() {
        let honest = tree(700);
        let mut forged = Tiles::default();
        let leaves: Vec<Hash> = (0..900)
            .map(|number| leaf(if number == 5 { 999 } else { number }))
            .collect();
        forged.append(0, &leaves).unwrap();
        let proof = resolve(&consistency_plan(700, 900), &forged).unwrap();
        let old = honest.root(700).unwrap();
        let new = forged.root(900).unwrap();
        assert_eq!(
            verify_consistency((700, &old), (900, &new), &proof),
            Err(ProofError::NotConsistent)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn proofs_across_tiles_hold(old in 1_u64..3_000, more in 0_u64..3_000, at in 0_u64..3_000) {
            let new = old + more;
            let tiles = tree(new);
            let (old_root, new_root) = (tiles.root(old).unwrap(), tiles.root(new).unwrap());
            let proof = resolve(&consistency_plan(old, new), &tiles).unwrap();
            prop_assert_eq!(verify_consistency((old, &old_root), (new, &new_root), &proof), Ok(()));
            let index = at % new;
            let proof = resolve(&inclusion_plan(index, new), &tiles).unwrap();
            prop_assert_eq!(verify_inclusion(&leaf(index), (index, new), &proof, &new_root), Ok(()));
        }
    }
}
