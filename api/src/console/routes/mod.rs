//! Every path of the console, and what holds for all of them.

use actix_web::middleware::from_fn;
use actix_web::web::{self, PathConfig, QueryConfig, ServiceConfig};

use crate::console::{
    admin, appraisal, campaigns, delegates, desk, inbox, insight, messages, order, orders, overview, sign_in,
    supervision, watch_lists, work,
};

pub mod assets;
pub mod page;
pub mod security_headers;
pub mod submission;
pub mod visitor;

pub fn configure(service: &mut ServiceConfig) {
    let console = web::scope("/console")
        .app_data(QueryConfig::default().error_handler(|_, _| page::PageError::unreadable().into()))
        .app_data(PathConfig::default().error_handler(|_, _| page::PageError::not_found().into()))
        .wrap(from_fn(security_headers::middleware))
        .service(visitor::home)
        .service(assets::serve)
        .service(work::routes::show)
        .service(inbox::routes::show)
        .service(inbox::routes::read_all)
        .service(inbox::routes::open)
        .service(appraisal::routes::show)
        .service(appraisal::routes::xlsx)
        .service(delegates::routes::show_all)
        .service(delegates::routes::show_one)
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
        .service(insight::routes::topics::list)
        .service(insight::routes::topics::show)
        .service(insight::routes::topics::act)
        .service(insight::routes::reports::list)
        .service(insight::routes::reports::ask)
        .service(insight::routes::report::show)
        .service(insight::routes::report::counted)
        .service(insight::routes::report::act)
        .configure(matters)
        .configure(admin::routes::configure)
        .service(messages::routes::list_all)
        .service(messages::routes::show)
        .service(messages::routes::act)
        .service(supervision::routes::show)
        .service(supervision::routes::answer_one)
        .service(desk::routes::show)
        .service(desk::routes::call::show)
        .service(desk::routes::call::take)
        .service(desk::routes::review::show)
        .service(desk::routes::review::act)
        .service(desk::routes::message::show)
        .service(desk::routes::order::show)
        .service(desk::routes::order::act)
        .service(admin::routes::dispatch::show)
        .service(admin::routes::roster::show)
        .service(admin::routes::roster::import)
        .service(orders::routes::show)
        .service(orders::routes::csv)
        .service(orders::routes::xlsx)
        .service(orders::routes::exports::show)
        .service(orders::routes::exports::ask)
        .service(orders::routes::exports::download)
        .service(orders::routes::save_view)
        .service(orders::routes::batch::perform)
        .service(orders::routes::remove_view)
        .service(order::routes::show)
        .service(order::routes::pdf)
        .service(order::routes::supervision_pdf)
        .service(order::routes::cover::show)
        .service(order::routes::cover::cover)
        .service(order::routes::act)
        .default_service(web::route().to(page::unknown));
    service.service(console);
}

/// Matters under supervision, what units owe to them, watch lists, documents.
fn matters(service: &mut ServiceConfig) {
    service
        .service(campaigns::routes::roster_names)
        .service(campaigns::routes::list_all)
        .service(campaigns::routes::open)
        .service(campaigns::routes::show)
        .service(campaigns::routes::act)
        .service(campaigns::routes::letter)
        .service(campaigns::routes::act_on_opinion)
        .service(campaigns::routes::act_on_measure)
        .service(campaigns::routes::download)
        .service(campaigns::routes::show_tasks)
        .service(watch_lists::routes::list_all)
        .service(watch_lists::routes::create_list)
        .service(watch_lists::routes::show_list)
        .service(watch_lists::routes::add_entry)
        .service(watch_lists::routes::act_on_entry);
}
