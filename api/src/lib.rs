//! 代表直通: the server that links people's congress delegates with a city's 12345 hotline.
//! `ARCHITECTURE.md` is the map; `routes.rs` lists every path; each capability is a folder.

pub mod app;
pub mod audit_log;
pub mod city;
pub mod clock;
pub mod commands;
pub mod config;
pub mod console;
pub mod content;
pub mod db;
pub mod deadlines;
pub mod demo;
pub mod error;
pub mod follow_up;
pub mod hash_chain;
mod heap_trim;
pub mod history_import;
pub mod hotline;
pub mod http;
pub mod insight;
pub mod jobs;
pub mod link;
pub mod notices;
pub mod objects;
pub mod open311;
pub mod ops;
pub mod orders;
pub mod overview;
pub mod people;
pub mod photos;
pub mod retention;
pub mod routes;
pub mod server;
pub mod sites;
pub mod supervision;
pub mod webhooks;
pub mod wechat;
