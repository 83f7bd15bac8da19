//! Which category a text means. Read in this order: `features.rs` (what is counted in a text), `vocabulary.rs`
//! (what of it is kept, and how it is weighed), `linear.rs` (one linear machine a category), `calibration.rs`
//! (from scores to probabilities that hold), `model.rs` (what is shipped and asked), `training.rs` (all of it
//! together, with cross-validation), `report.rs` (how good it is, in numbers).

mod calibration;
mod features;
mod folds;
mod linear;
pub mod model;
pub mod report;
pub mod training;
mod vocabulary;

pub use model::{Model, Ranked};
pub use report::{AtLimit, Report, evaluate};
pub use training::{Example, Refused, Settings, Trained, cross_validate, train, train_in_full};
