//! What kind of problem. `tree.rs`: two levels of categories. `suggest.rs`: which category a text means, by a
//! trained model, or by `keywords.rs` where a city has none. `training.rs`: what such a model is made of.
//! `retrain.rs`: a better one from what operators corrected and people confirmed. `routes.rs`: asking.

pub mod keywords;
pub mod reply_texts;
pub mod retrain;
pub mod routes;
pub mod service;
pub mod store;
pub mod suggest;
pub mod training;
pub mod tree;
