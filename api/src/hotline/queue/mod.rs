//! 坐席待办: everything that waits for an operator, in one list. `kinds.rs` says what that is and by when it should be
//! done, `store.rs` finds it, `suggestions.rs` makes the suggestions shown beside it, `service.rs` puts the list together
//! and lets one operator claim a matter, `item.rs` shows him one of them and goes on to the next.

pub mod item;
pub mod kinds;
pub mod routes;
pub mod service;
pub mod store;
pub mod suggestions;
