//! `/console/admin`: the rooms of administration. Each is a file; `index.rs` leads to them.

use actix_web::web::ServiceConfig;

pub mod audit;
pub mod boundaries;
pub mod calendar;
pub mod dispatch;
pub mod duty;
pub mod import;
pub mod index;
pub mod people;
pub mod roster;
pub mod sites;
pub mod templates;
pub mod units;

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
        .service(boundaries::list)
        .service(boundaries::upload)
        .service(boundaries::show)
        .service(boundaries::activate)
        .service(dispatch::show)
        .service(roster::show)
        .service(roster::import)
        .service(roster::empty_table)
        .service(roster::put_person)
        .service(roster::retire);
}
