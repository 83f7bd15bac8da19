//! Every path of the product, on one page.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::ServiceConfig;
use utoipa::OpenApi;
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config::ServiceConfig as UtoipaServiceConfig;

use crate::city::{self, areas, categories};
use crate::insight::{self, reports};
use crate::people::{self, clients, login_requests, sign_in};
use crate::supervision::{self, activities, campaigns, measures, opinions};
use crate::wechat::{push, sandbox, verify};
use crate::{
    calendar_feeds, channels, console, content, files, follow_up, hotline, imports, link, notices, objects,
    official, open311, ops, orders, overview, photos, sites, videos, watch_lists, webhooks,
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

/// Where documented routes are registered.
///
/// It is the configuration of a server, or one that collects the document as well. A server must not collect the document,
/// because that costs more than the rest of its start.
pub trait Registry {
    fn service<F>(&mut self, route: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static;
}

impl Registry for ServiceConfig {
    fn service<F>(&mut self, route: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        Self::service(self, route)
    }
}

impl Registry for UtoipaServiceConfig<'_> {
    fn service<F>(&mut self, route: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        Self::service(self, route)
    }
}

/// Registers the paths under `/api/v1`.
#[expect(clippy::too_many_lines, reason = "a list: one line a path")]
pub fn api(service: &mut impl Registry) {
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
        .service(campaigns::routes::change_campaign)
        .service(follow_up::routes::give_verdict)
        .service(follow_up::routes::list_follow_ups)
        .service(follow_up::routes::record_follow_up)
        .service(hotline::routes::file_call)
        .service(imports::routes::import_table)
        .service(reports::routes::ask_for_report)
        .service(reports::routes::list_reports)
        .service(reports::routes::show_report)
        .service(reports::routes::list_counted)
        .service(reports::routes::drafts::edit_report)
        .service(reports::routes::drafts::issue_report)
        .service(reports::routes::drafts::send_report)
        .service(reports::routes::drafts::show_revision)
        .service(hotline::routes::connect_relay)
        .service(hotline::routes::find_callers)
        .service(hotline::queue::routes::operators_queue)
        .service(hotline::queue::routes::claim_matter)
        .service(hotline::queue::routes::release_matter)
        .service(insight::routes::list_topics)
        .service(insight::routes::show_topic)
        .service(insight::routes::rename_topic)
        .service(insight::routes::sort_topic)
        .service(insight::routes::merge_topic)
        .service(insight::routes::split_topic)
        .service(insight::routes::dismiss_topic)
        .service(insight::routes::restore_topic)
        .service(insight::routes::campaign_from_topic)
        .service(supervision::routes::list_committees)
        .service(supervision::routes::batch_orders)
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
        // Before `/orders/{number}`, which would match it too.
        .service(link::routes::order_changes)
        .service(orders::routes::get_order)
        .service(orders::routes::get_timeline)
        .service(orders::routes::similar_orders)
        .service(orders::routes::order_place_history)
        .service(orders::routes::endorse_order)
        .service(orders::routes::primary_actions::accept_order)
        .service(orders::routes::primary_actions::cancel_order)
        .service(orders::routes::primary_actions::dispatch_order)
        .service(orders::routes::primary_actions::reply_order)
        .service(orders::routes::primary_actions::return_order)
        .service(orders::routes::secondary_actions::ask_extension)
        .service(orders::routes::secondary_actions::decide_extension)
        .service(orders::routes::secondary_actions::merge_order)
        .service(orders::routes::secondary_actions::cover_photo)
        .service(orders::routes::secondary_actions::note_order)
        .service(orders::routes::secondary_actions::reopen_order)
        .service(orders::routes::secondary_actions::sub_assign)
        .service(orders::routes::secondary_actions::unmerge_order)
        .service(overview::routes::show_overview)
        .service(overview::routes::stream_overview)
        .service(overview::routes::show_appraisal)
        .service(overview::routes::own_activity)
        .service(overview::routes::delegate_activity)
        .service(people::review::routes::show_review_view)
        .service(ops::client_errors::routes::report_client_error)
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
        .service(videos::routes::upload_video)
        .service(videos::routes::show_video)
        .service(notices::routes::list_inbox)
        .service(notices::routes::read_all_notices)
        .service(notices::routes::read_notice)
        .service(notices::routes::list_subscriptions)
        .service(notices::routes::record_subscriptions);
    integration(service);
    sites_and_content(service);
    matters(service);
}

/// Matters under supervision, standing watch lists, documents.
fn matters(service: &mut impl Registry) {
    service
        .service(campaigns::routes::progress::reach_stage)
        .service(campaigns::routes::progress::set_county_tasks)
        .service(campaigns::routes::progress::record_vote)
        .service(activities::routes::add_activity)
        .service(opinions::routes::issue_opinion)
        .service(opinions::routes::list_opinions)
        .service(opinions::routes::show_opinion)
        .service(opinions::routes::reply_to_opinion)
        .service(opinions::routes::decide_on_reply)
        .service(measures::routes::set_measure)
        .service(measures::routes::list_measures)
        .service(measures::routes::report_measure)
        .service(measures::routes::verify_measure)
        .service(watch_lists::routes::list_watch_lists)
        .service(watch_lists::routes::create_watch_list)
        .service(watch_lists::routes::show_watch_list)
        .service(watch_lists::routes::add_watch_entry)
        .service(watch_lists::routes::record_inspection)
        .service(watch_lists::routes::remove_watch_entry)
        .service(files::routes::upload_file)
        .service(files::routes::download_file);
}

/// Links with other systems.
fn integration(service: &mut impl Registry) {
    service
        .service(clients::routes::create_client)
        .service(clients::routes::list_clients)
        .service(clients::routes::rotate_client)
        .service(clients::routes::revoke_client)
        .service(link::routes::receive_link_event)
        .service(link::routes::list_linked_units)
        .service(link::routes::link_unit)
        .service(link::routes::unlink_unit)
        .service(webhooks::routes::create_webhook)
        .service(webhooks::routes::list_webhooks)
        .service(webhooks::routes::delete_webhook)
        .service(webhooks::routes::rotate_webhook)
        .service(webhooks::routes::test_webhook)
        .service(webhooks::routes::list_webhook_deliveries)
        .service(webhooks::routes::resend_webhook_delivery);
}

/// 有事请扫码, and what is published to others.
fn sites_and_content(service: &mut impl Registry) {
    service
        .service(content::routes::list_reviews)
        .service(content::routes::decide_review)
        .service(sites::routes::list_sites)
        .service(sites::routes::create_site)
        .service(sites::routes::show_site)
        .service(sites::routes::change_site)
        .service(sites::routes::print_site)
        .service(sites::routes::residents::begin_visit)
        .service(sites::routes::residents::upload_site_photo)
        .service(sites::routes::residents::leave_message)
        .service(sites::routes::residents::look_at_receipt)
        .service(sites::routes::messages::list_messages)
        .service(sites::routes::messages::show_message)
        .service(sites::routes::messages::adopt_message)
        .service(sites::routes::messages::answer_message)
        .service(sites::routes::messages::list_colleagues)
        .service(sites::routes::messages::hand_message_over);
}

/// Registers documented paths outside of `/api/v1`.
pub fn absolute(service: &mut impl Registry) {
    service
        .service(push::routes::check_push_address)
        .service(push::routes::receive_push)
        .service(official::routes::check_official_address)
        .service(official::routes::receive_official_event);
}

/// Registers paths that the document leaves out: operations and pages.
pub fn plain(service: &mut ServiceConfig) {
    service
        .service(ops::routes::healthz)
        .service(ops::routes::readyz)
        .configure(console::routes::configure)
        .configure(open311::routes::configure)
        .service(calendar_feeds::routes::show)
        .service(objects::routes::show_media)
        .service(verify::routes::at_root)
        .service(verify::routes::under_scan)
        .configure(sites::routes::pages::configure)
        // Before the scope `/sandbox`, which matches its paths too.
        .configure(channels::sandbox::routes::configure)
        .configure(sandbox::routes::configure);
}
