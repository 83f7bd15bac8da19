//! Maps by numbers that are hashes already: one multiplication spreads them over a table, where the usual hasher
//! would take most of the time of a search.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// By terms or slots. Its order of iteration is the same in every run.
pub type ByNumber<V> = HashMap<u32, V, BuildHasherDefault<Spread>>;

#[derive(Clone, Copy, Debug, Default)]
pub struct Spread(u64);

/// 2⁶⁴ over the golden ratio: neighbouring numbers come to lie far apart (Knuth, The Art of Computer Programming 3, 6.4).
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(GOLDEN);
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(GOLDEN);
    }

    fn finish(&self) -> u64 {
        // Tables look at the low bits too, which a product leaves poor.
        self.0 ^ (self.0 >> 32)
    }
}
