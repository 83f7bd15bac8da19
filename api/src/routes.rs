//! Every path of the product, on one page.

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig as UtoipaServiceConfig;

use crate::insight::reports;
use crate::people::{login_requests, sign_in};
use crate::supervision::campaigns;
use crate::wechat::{push, sandbox};
use crate::{
    areas, categories, city, console, follow_up, hotline, notices, open311, ops, orders, people, photos,
    supervision,
};

/// The document's frame; paths and schemas are collected from the services below.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "代表直通 Zhitong",
        description = "Links people's congress delegates with a city's 12345 hotline."
    ),
    components(schemas(crate::http::problem::Problem))
)]
pub struct Document;

/// What is under `/api/v1`.
pub fn api(service: &mut UtoipaServiceConfig) {
    service
        .service(areas::routes::list)
        .service(areas::routes::locate)
        .service(categories::routes::list)
        .service(categories::routes::reply_texts)
        .service(categories::routes::suggest)
        .service(city::routes::units)
        .service(campaigns::routes::open_campaign)
        .service(campaigns::routes::list_campaigns)
        .service(campaigns::routes::show_campaign)
        .service(campaigns::routes::gather_orders)
        .service(campaigns::routes::close_campaign)
        .service(follow_up::routes::give_verdict)
        .service(follow_up::routes::list_follow_ups)
        .service(follow_up::routes::record_follow_up)
        .service(hotline::routes::file_call)
        .service(reports::routes::ask_for_report)
        .service(reports::routes::list_reports)
        .service(reports::routes::show_report)
        .service(reports::routes::list_counted)
        .service(hotline::routes::find_callers)
        .service(hotline::queue::routes::operators_queue)
        .service(hotline::queue::routes::claim_matter)
        .service(hotline::queue::routes::release_matter)
        .service(supervision::routes::urge_order)
        .service(supervision::routes::track_order)
        .service(supervision::routes::untrack_order)
        .service(supervision::routes::issue_supervision_order)
        .service(supervision::routes::answer_supervision_order)
        .service(supervision::routes::print_supervision_order)
        .service(login_requests::routes::approve_login_request)
        .service(login_requests::routes::login_request)
        .service(orders::routes::submit_order)
        .service(orders::routes::list_orders)
        .service(orders::routes::nearby_orders)
        .service(orders::routes::preview_dispatch)
        .service(orders::routes::get_order)
        .service(orders::routes::get_timeline)
        .service(orders::routes::similar_orders)
        .service(orders::routes::endorse_order)
        .service(orders::routes::moves::accept_order)
        .service(orders::routes::moves::cancel_order)
        .service(orders::routes::moves::dispatch_order)
        .service(orders::routes::moves::reply_order)
        .service(orders::routes::moves::return_order)
        .service(orders::routes::handling::ask_extension)
        .service(orders::routes::handling::decide_extension)
        .service(orders::routes::handling::merge_order)
        .service(orders::routes::handling::note_order)
        .service(orders::routes::handling::reopen_order)
        .service(orders::routes::handling::sub_assign)
        .service(orders::routes::handling::unmerge_order)
        .service(people::routes::me)
        .service(people::routes::own_sessions)
        .service(people::routes::sign_out)
        // After `/sessions/current`, which it would match too.
        .service(people::routes::end_session)
        .service(people::routes::sign_out_everywhere)
        .service(people::routes::unbind_me)
        .service(people::routes::unbind_person)
        .service(sign_in::routes::bind)
        .service(sign_in::routes::refresh)
        .service(sign_in::routes::sign_in)
        .service(photos::routes::original)
        .service(photos::routes::show)
        .service(photos::routes::upload)
        .service(notices::routes::list_inbox)
        .service(notices::routes::read_all_notices)
        .service(notices::routes::read_notice)
        .service(notices::routes::list_subscriptions)
        .service(notices::routes::record_subscriptions);
}

/// What is described by the document but stands at a path of its own.
pub fn absolute(service: &mut UtoipaServiceConfig) {
    service
        .service(push::routes::check_push_address)
        .service(push::routes::receive_push);
}

/// What is not described by the document: operations, pages.
pub fn plain(service: &mut ServiceConfig) {
    service
        .service(ops::routes::healthz)
        .service(ops::routes::readyz)
        .configure(console::routes::configure)
        .configure(open311::routes::configure)
        .configure(sandbox::routes::configure);
}
