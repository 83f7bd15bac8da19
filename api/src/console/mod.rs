//! The committee's web console at `/console`: pages made on the server, one style and one small script, both of our own
//! and inside the binary.
//!
//! Every page asks the same services as the API, as the signed-in person.
//!
//! In what order to read it: `page_context.rs` (what stands around every page: navigation by role, who is signed in,
//! the token of forms), `forms.rs` (a form as data, drawn by one template; what was typed is kept when
//! something is refused), `labels.rs` (the one place that says statuses, roles and times in Chinese),
//! `assets.rs` (style and script), `routes/mod.rs` with `routes/` (who is visiting, answering with a page, reading
//! what a form sent). Then the pages, a folder each: `sign_in/` and the others.
//!
//! A new page: a folder with `routes/mod.rs` (handlers that take a `routes::visitor::Visitor` and answer with
//! [`routes::page::page`]) and a template that begins with `{% extends "base.html" %}`; its paths go into
//! `routes::configure`, its place in the navigation into [`page_context::Section`]. A form that changes something is
//! read with `routes::submission::Submission::read`, which checks its token, and answers with a redirect.
//! Styles and scripts are joined in `assets.rs`; nothing may stand in the page itself (the content security
//! policy forbids it).

pub mod admin;
pub mod appraisal;
pub mod assets;
pub mod campaigns;
pub mod delegates;
pub mod desk;
pub mod forms;
pub mod inbox;
pub mod insight;
pub mod labels;
pub mod map;
pub mod messages;
pub mod order;
pub mod orders;
pub mod overview;
pub mod page_context;
pub mod routes;
pub mod sign_in;
pub mod spans;
pub mod supervision;
pub mod url_query;
pub mod watch_lists;
pub mod work;
