//! Category suggestion: a calibrated linear classifier.
//!
//! Files in reading order: `features`, `vocabulary` (TF-IDF), `linear` (one model per category), `calibration`, `model`
//! (file format, `suggest`), `folds`, `training` (with cross-validation), `evaluation`.

mod calibration;
pub mod evaluation;
mod features;
mod folds;
mod linear;
pub mod model;
pub mod training;
mod vocabulary;

pub use evaluation::{AtLimit, Evaluation, evaluate};
pub use model::{Model, Ranked};
pub use training::{Example, Refused, Settings, Trained, cross_validate, train, train_in_full};
