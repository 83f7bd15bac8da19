//! 重点监管名单 in the console: `page_model`, `routes`.

mod page_model;
pub mod routes;
