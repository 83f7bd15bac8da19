//! What the platform's owner does: units, duty table, boundaries, calendar, roster, people, sites, templates, audit. The
//! work is done by the services of each; here it is shown and asked for. `upload.rs` reads the file of a form.

pub mod routes;
mod upload;
