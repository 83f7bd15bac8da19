//! Requests in progress without an account, by client address: the limit per address where a proxy's connections are
//! shared by everybody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts; clones are the same counts.
#[derive(Clone, Debug, Default)]
pub struct Strangers(Arc<Mutex<HashMap<String, usize>>>);

/// One request's place; clones share it. Released once, when an account is shown or the request ends.
#[derive(Clone, Debug)]
pub struct Slot(Arc<Mutex<Option<Held>>>);

#[derive(Debug)]
struct Held {
    strangers: Strangers,
    address: String,
}

impl Strangers {
    /// Returns `None` if `limit` requests of this address are in progress.
    #[must_use]
    pub fn enter(&self, address: String, limit: usize) -> Option<Slot> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address.clone()).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        drop(counts);
        let strangers = self.clone();
        Some(Slot(Arc::new(Mutex::new(Some(Held { strangers, address })))))
    }
}

impl Slot {
    pub fn release(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut counts = self.strangers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_and_another_address_its_own() {
        let strangers = Strangers::default();
        let first = strangers.enter("a".to_owned(), 1).unwrap();
        assert!(strangers.enter("a".to_owned(), 1).is_none());
        assert!(strangers.enter("b".to_owned(), 1).is_some());
        first.release();
        let again = strangers.enter("a".to_owned(), 1).unwrap();
        drop(first);
        assert!(strangers.enter("a".to_owned(), 1).is_none());
        drop(again);
        assert!(strangers.0.lock().unwrap().is_empty());
    }
}
