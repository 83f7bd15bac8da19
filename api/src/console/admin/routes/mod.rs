//! `/console/admin`: the rooms of administration. Each is a file; `index.rs` leads to them.

use actix_web::web::ServiceConfig;

pub mod audit;
pub mod boundaries;
pub mod calendar;
pub mod calendars;
pub mod clients;
mod connection;
pub mod dispatch;
pub mod duty;
pub mod import;
pub mod index;
pub mod linked_units;
pub mod open_data;
pub mod people;
pub mod person_edit;
pub mod policy;
pub mod roster;
pub mod sites;
pub mod status;
pub mod templates;
pub mod units;
pub mod webhooks;

/// Every path of administration.
pub fn configure(service: &mut ServiceConfig) {
    service
        .service(index::show)
        .service(import::show)
        .service(import::take)
        .service(units::list)
        .service(units::show)
        .service(people::list)
        .service(people::find)
        .service(people::show)
        .service(person_edit::change)
        .service(people::end_all)
        .service(people::end_session)
        .service(people::unbind)
        .service(people::make_link)
        .service(templates::show)
        .service(templates::check)
        .service(sites::list)
        .service(sites::create)
        .service(sites::ask)
        .service(sites::print)
        .service(sites::show)
        .service(sites::change)
        .service(sites::put_in_use)
        .service(audit::show)
        .service(audit::verify_all)
        .service(calendar::show)
        .service(duty::list)
        .service(duty::csv)
        .service(duty::add)
        .service(duty::edit)
        .service(boundaries::list)
        .service(boundaries::upload)
        .service(boundaries::show)
        .service(boundaries::activate)
        .service(dispatch::show)
        .service(policy::show)
        .service(status::show)
        .configure(integration)
        .service(roster::show)
        .service(roster::import)
        .service(roster::empty_table)
        .service(roster::put_person)
        .service(roster::retire);
}

/// Keys of other systems, where they are called, and which units are theirs.
fn integration(service: &mut ServiceConfig) {
    service
        .service(open_data::download)
        .service(calendars::show)
        .service(calendars::create)
        .service(calendars::rotate)
        .service(calendars::revoke)
        .service(clients::show)
        .service(clients::create)
        .service(clients::rotate)
        .service(clients::revoke)
        .service(webhooks::list)
        .service(webhooks::create)
        .service(webhooks::show)
        .service(webhooks::rotate)
        .service(webhooks::test)
        .service(webhooks::delete)
        .service(webhooks::resend)
        .service(linked_units::list)
        .service(linked_units::link)
        .service(linked_units::unlink);
}
