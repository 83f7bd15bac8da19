//! 群众留言: a delegate's inbox of residents' messages: `page_model`, `routes`.

mod page_model;
pub mod routes;
