//! Every path of the console, and what holds for all of them.

use actix_web::middleware::from_fn;
use actix_web::web::{self, PathConfig, QueryConfig, ServiceConfig};

use crate::console::{overview, sign_in};

pub mod assets;
pub mod guard;
pub mod page;
pub mod submission;
pub mod visitor;

pub fn configure(service: &mut ServiceConfig) {
    let console = web::scope("/console")
        .app_data(QueryConfig::default().error_handler(|_, _| page::PageError::unreadable().into()))
        .app_data(PathConfig::default().error_handler(|_, _| page::PageError::not_found().into()))
        .wrap(from_fn(guard::middleware))
        .service(page::home)
        .service(assets::serve)
        .service(overview::routes::show)
        .service(overview::routes::stream)
        .service(sign_in::routes::show)
        .service(sign_in::routes::claim)
        .service(sign_in::routes::sandbox)
        .service(sign_in::routes::show_link)
        .service(sign_in::routes::use_link)
        .service(sign_in::routes::scanned)
        .service(sign_in::routes::sign_out)
        .service(sign_in::routes::own_sessions)
        .service(sign_in::routes::end_all)
        .service(sign_in::routes::end_session)
        .default_service(web::route().to(page::unknown));
    service.service(console);
}
