//! The test kit: the product in one process with real parts (HTTP, database, S3 endpoint, WeChat's
//! stand-in), and people who use it like the mini-program does. Read `app.rs` first, then `client.rs`.
//!
//! ```ignore
//! tests::on_both_databases! {
//!     async fn a_report_reaches_the_unit(app: TestApp) {
//!         let delegate = app.delegate("涧西区").await;
//!         let order = delegate.submit(&app.report()).await;
//!         app.run_jobs().await;
//!     }
//! }
//! ```

pub mod app;
pub mod browser;
pub mod client;
pub mod database;
pub mod document;
pub mod fault_proxy;
pub mod jobs;
pub mod macros;
pub mod mail_server;
pub mod order_fixture;
pub mod orders;
pub mod packs;
pub mod paper;
pub mod people;
pub mod photos;
pub mod places;
pub mod programs;
pub mod receiver;
pub mod replica;
pub mod residents;
pub mod rows;
pub mod sandbox_api;
pub mod settings;
pub mod videos;

pub use app::{Builder, TestApp};
pub use browser::Browser;
pub use client::{Answer, Client};
pub use database::Db;
pub use people::{Person, PersonQuery};
