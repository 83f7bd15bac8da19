//! A tree in tiles of 256 hashes (C2SP tlog-tiles).
//!
//! A tile of level 0 has the hashes of 256 leaves, a tile of level 1 the roots of 256 tiles of level 0. A full tile
//! never changes; the last of each level may be partial.

use std::collections::{BTreeSet, HashMap};

use crate::hash::{Hash, complete_root, join};

/// Hashes of a full tile.
pub const WIDTH: u64 = 256;
/// Levels of the binary tree per level of tiles.
const HEIGHT: u32 = 8;

/// The place of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for the lowest.
    pub level: u32,
    /// From the left, beginning with 0.
    pub index: u64,
}

/// A complete subtree: the node `index` of this level of the binary tree covers the leaves from `index << level` to
/// `(index + 1) << level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// 0 for the lowest.
    pub level: u32,
    /// From the left, beginning with 0.
    pub index: u64,
}

impl Node {
    /// The tile that has this node's hash, or the hashes that it follows from.
    fn tile(self) -> (TileId, u64, u64) {
        let inner = self.level % HEIGHT;
        let first = self.index << inner;
        let id = TileId {
            level: self.level / HEIGHT,
            index: first / WIDTH,
        };
        (id, first % WIDTH, 1 << inner)
    }
}

/// The complete subtrees that cover the leaves `from..to`, left to right. `from` is a multiple of the largest of them.
#[must_use]
pub fn cover(from: u64, to: u64) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut at = from;
    while at < to {
        let level = (to - at)
            .ilog2()
            .min(if at == 0 { 63 } else { at.trailing_zeros() });
        nodes.push(Node {
            level,
            index: at >> level,
        });
        at += 1 << level;
    }
    nodes
}

/// A tile that was needed and is not there, or is shorter than the tree says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tile {} of level {} is missing or too short", .0.index, .0.level)]
pub struct MissingTile(pub TileId);

/// Some tiles of a tree, in memory.
#[derive(Clone, Debug, Default)]
pub struct Tiles(HashMap<TileId, Vec<Hash>>);

impl Tiles {
    /// Takes a stored tile. Bytes beyond a multiple of 32 are ignored.
    pub fn put(&mut self, id: TileId, bytes: &[u8]) {
        let hashes = bytes.chunks_exact(32).filter_map(|chunk| chunk.try_into().ok());
        self.0.insert(id, hashes.collect());
    }

    /// The bytes of a tile as they are stored.
    #[must_use]
    pub fn bytes(&self, id: TileId) -> Vec<u8> {
        self.0.get(&id).map(|tile| tile.concat()).unwrap_or_default()
    }

    /// The hash of a complete subtree.
    pub fn node(&self, node: Node) -> Result<Hash, MissingTile> {
        let (id, first, count) = node.tile();
        let missing = MissingTile(id);
        let from = usize::try_from(first).map_err(|_| missing)?;
        let count = usize::try_from(count).map_err(|_| missing)?;
        let hashes = self.0.get(&id).and_then(|tile| tile.get(from..from + count));
        Ok(complete_root(hashes.ok_or(missing)?))
    }

    /// The hash over `nodes`, left to right.
    pub fn join(&self, nodes: &[Node]) -> Result<Hash, MissingTile> {
        let hashes: Result<Vec<Hash>, MissingTile> = nodes.iter().map(|node| self.node(*node)).collect();
        Ok(join(&hashes?))
    }

    /// The root of the first `size` leaves.
    pub fn root(&self, size: u64) -> Result<Hash, MissingTile> {
        self.join(&cover(0, size))
    }

    /// Appends leaves to a tree of `size` leaves whose [`edge`] is loaded. Returns the tiles that changed.
    pub fn append(&mut self, size: u64, leaves: &[Hash]) -> Result<BTreeSet<TileId>, MissingTile> {
        let mut changed = BTreeSet::new();
        for (at, leaf) in (size..).zip(leaves) {
            self.push(0, at, *leaf, &mut changed)?;
        }
        Ok(changed)
    }

    /// Puts the hash number `at` of a level; a tile that is full goes up as one hash.
    fn push(
        &mut self,
        level: u32,
        at: u64,
        hash: Hash,
        changed: &mut BTreeSet<TileId>,
    ) -> Result<(), MissingTile> {
        let id = TileId {
            level,
            index: at / WIDTH,
        };
        let tile = self.0.entry(id).or_default();
        let place = usize::try_from(at % WIDTH).map_err(|_| MissingTile(id))?;
        if tile.len() < place {
            return Err(MissingTile(id));
        }
        tile.truncate(place);
        tile.push(hash);
        changed.insert(id);
        if at % WIDTH == WIDTH - 1 {
            let root = complete_root(tile);
            self.push(level + 1, at / WIDTH, root, changed)?;
        }
        Ok(())
    }
}

/// The tiles that nodes are read from.
#[must_use]
pub fn tiles_of(nodes: &[Node]) -> BTreeSet<TileId> {
    nodes.iter().map(|node| node.tile().0).collect()
}

/// The partial tiles at the right edge of a tree of `size` leaves: what appending needs.
#[must_use]
pub fn edge(size: u64) -> Vec<TileId> {
    let mut edge = Vec::new();
    let (mut level, mut hashes) = (0, size);
    while hashes > 0 {
        if hashes % WIDTH > 0 {
            edge.push(TileId {
                level,
                index: hashes / WIDTH,
            });
        }
        hashes /= WIDTH;
        level += 1;
    }
    edge
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{Frontier, leaf_hash};

    fn leaf(number: u64) -> Hash {
        leaf_hash(&number.to_be_bytes())
    }

    /// Tiles kept between batches as a database keeps them: only bytes.
    fn stored(batches: &[u64]) -> (Tiles, u64) {
        let mut store: HashMap<TileId, Vec<u8>> = HashMap::new();
        let mut size = 0;
        for batch in batches {
            let mut tiles = Tiles::default();
            for id in edge(size) {
                tiles.put(id, &store[&id]);
            }
            let leaves: Vec<Hash> = (size..size + batch).map(leaf).collect();
            for id in tiles.append(size, &leaves).unwrap() {
                store.insert(id, tiles.bytes(id));
            }
            size += batch;
        }
        let mut all = Tiles::default();
        for (id, bytes) in &store {
            all.put(*id, bytes);
        }
        (all, size)
    }

    #[test]
    fn batches_of_any_size_make_the_same_tree() {
        let (tiles, size) = stored(&[1, 254, 1, 1, 300, 65_536, 255, 2_000]);
        let mut frontier = Frontier::default();
        for number in 0..size {
            if [1, 2, 255, 256, 257, 600, 65_535, 65_536, 66_000].contains(&number) {
                assert_eq!(tiles.root(number).unwrap(), frontier.root(), "{number} leaves");
            }
            frontier.push(leaf(number));
        }
        assert_eq!(tiles.root(size).unwrap(), frontier.root());
    }

    #[test]
    fn a_tile_that_is_gone_or_short_is_named() {
        let (mut tiles, size) = stored(&[600]);
        let last = TileId { level: 0, index: 2 };
        let bytes = tiles.bytes(last);
        tiles.put(last, &bytes[..64]);
        assert_eq!(tiles.root(size), Err(MissingTile(last)));
        assert_eq!(tiles.append(size, &[leaf(0)]), Err(MissingTile(last)));
    }
}
