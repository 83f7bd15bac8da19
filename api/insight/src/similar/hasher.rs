//! Hash maps keyed by numbers that are hashes or ids: one multiplication (Fibonacci hashing) replaces SipHash, which
//! would take most of the time of a search.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// By terms or slots. Its order of iteration is the same in every run.
pub type ByNumber<V> = HashMap<u32, V, BuildHasherDefault<FibonacciHasher>>;
/// Keyed by the caller's ids, which an attacker cannot choose.
pub type ByKey<K, V> = HashMap<K, V, BuildHasherDefault<FibonacciHasher>>;

/// Multiplies by the golden ratio: fast, and good enough for term numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct FibonacciHasher(u64);

/// 2⁶⁴ divided by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4).
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for FibonacciHasher {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            let mixed = (self.0 ^ u64::from_le_bytes(word)).wrapping_mul(GOLDEN);
            self.0 = mixed ^ (mixed >> 32);
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(GOLDEN);
    }

    fn finish(&self) -> u64 {
        // The table uses the low bits too, which the product mixes badly.
        self.0 ^ (self.0 >> 32)
    }
}
