//! 专项监督: a matter under supervision, from 立项 to 回头看.
//!
//! Pure rules: `stages`, `vote_count`, `rebound`, `open_items`. Use cases: `service` (open, add orders), `change`,
//! `stage`, `county_tasks`, `vote`, `close`, `look_back`, `notify_joined`. Reading: `access`, `roll_up`, `diary`,
//! `view`. Then `store`, `routes`.

pub mod access;
pub mod change;
pub mod close;
pub mod county_tasks;
pub mod diary;
pub mod look_back;
pub mod notify_joined;
pub mod open_items;
pub mod rebound;
pub mod roll_up;
pub mod routes;
pub mod service;
pub mod stage;
pub mod stages;
pub mod store;
pub mod view;
pub mod vote;
pub mod vote_count;

pub use store::CampaignFilter;
