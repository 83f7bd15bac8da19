//! Administration pages: units, duty table, boundaries, calendar, roster, people, sites, templates, audit. The services
//! of each do the work; the pages show results and send requests.

mod person_form;
mod policy_words;
pub mod routes;
mod upload;
