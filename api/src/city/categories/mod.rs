//! Categories of problems. `tree.rs`: the two levels.
//!
//! `suggest.rs`: suggests a category for a text with a trained model, or with `keywords.rs` if a city has none.
//! `two_matters.rs`: whether a text tells of two. `training.rs`: examples for such a model. `retrain.rs`: retrains from
//! corrections and confirmations. `routes.rs`: HTTP.

pub mod keywords;
pub mod reply_texts;
pub mod retrain;
pub mod routes;
pub mod service;
pub mod store;
pub mod suggest;
pub mod training;
pub mod tree;
pub mod two_matters;
