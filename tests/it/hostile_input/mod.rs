//! Every parser that strangers reach, on random, cut and changed input: it answers, within its bounds. XLSX and CSV:
//! `api/tables/tests/fuzz.rs`.
//!
//! `photos` · `files` (videos, documents) · `forms` (multipart) · `wechat` (pushes) · `cursors` · `open311` (queries and
//! reports) · `addresses` (forwarding headers).

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

mod addresses;
mod cursors;
mod files;
mod forms;
mod open311;
mod photos;
mod wechat;

const CASES: u32 = 512;
const BUDGET: Duration = Duration::from_secs(8);
/// Cases between two looks at the clock.
const PORTION: u32 = 32;

/// Checks a property on `CASES` cases, or on as many as the time allows, but on one portion at least.
#[track_caller]
fn check<S: Strategy>(strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let started = Instant::now();
    let mut runner = TestRunner::new(Config {
        cases: PORTION,
        failure_persistence: None,
        ..Config::default()
    });
    for _ in 0..CASES / PORTION {
        if let Err(error) = runner.run(&strategy, &property) {
            panic!("{error}");
        }
        if started.elapsed() > BUDGET {
            return;
        }
    }
}

/// A change of a valid file.
#[derive(Clone, Debug)]
enum Change {
    Byte { at: usize, value: u8 },
    Cut { at: usize },
    Remove { at: usize, length: usize },
    Insert { at: usize, bytes: Vec<u8> },
    Repeat { at: usize, length: usize },
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>().prop_map(|index| index.index(1 << 20));
    prop_oneof![
        6 => (at.clone(), prop_oneof![any::<u8>(), Just(0), Just(0xFF), Just(0x7F), Just(0x80)])
            .prop_map(|(at, value)| Change::Byte { at, value }),
        1 => at.clone().prop_map(|at| Change::Cut { at }),
        1 => (at.clone(), 1..64_usize).prop_map(|(at, length)| Change::Remove { at, length }),
        1 => (at.clone(), prop::collection::vec(any::<u8>(), 1..32)).prop_map(|(at, bytes)| Change::Insert { at, bytes }),
        1 => (at, 1..256_usize).prop_map(|(at, length)| Change::Repeat { at, length }),
    ]
}

/// Most of what matters to a parser stands in the first bytes, so half of the changes are there.
fn changed(valid: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    for (nth, change) in changes.iter().enumerate() {
        let reach = if nth % 2 == 0 {
            bytes.len().min(256)
        } else {
            bytes.len()
        };
        if reach == 0 {
            break;
        }
        match change {
            Change::Byte { at, value } => bytes[at % reach] = *value,
            Change::Cut { at } => bytes.truncate(at % bytes.len()),
            Change::Remove { at, length } => {
                let at = at % reach;
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Change::Insert { at, bytes: new } => {
                let at = at % reach;
                bytes.splice(at..at, new.iter().copied());
            }
            Change::Repeat { at, length } => {
                let at = at % reach;
                let again = bytes[at..(at + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
    bytes
}

/// Changed files of these, or anything at all.
fn hostile(valid: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let near = (prop::sample::select(valid), prop::collection::vec(change(), 0..6))
        .prop_map(|(valid, changes)| changed(&valid, &changes));
    prop_oneof![9 => near, 1 => prop::collection::vec(any::<u8>(), 0..512)]
}
