//! The operations of the document with their permitted callers.

/// A caller's relation to the order under test, which comes from 涧西区 and is in the charge of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Reporter,
    OtherDelegate,
    Operator,
    UnitHandler,
    OtherHandler,
    CitySupervisor,
    CountySupervisor,
    OtherCountySupervisor,
    Admin,
}

pub use Standing::{
    Admin, CitySupervisor, CountySupervisor, Operator, OtherCountySupervisor, OtherDelegate, OtherHandler,
    Reporter, UnitHandler,
};

const EVERYBODY: &[Standing] = &[
    Reporter,
    OtherDelegate,
    Operator,
    UnitHandler,
    OtherHandler,
    CitySupervisor,
    CountySupervisor,
    OtherCountySupervisor,
    Admin,
];
const DELEGATES: &[Standing] = &[Reporter, OtherDelegate];
const SUPERVISORS: &[Standing] = &[CitySupervisor, CountySupervisor, OtherCountySupervisor];
/// The supervisors of the order's place.
const WATCHING: &[Standing] = &[CitySupervisor, CountySupervisor];
const CAMPAIGN_READERS: &[Standing] = &[
    CitySupervisor,
    CountySupervisor,
    OtherCountySupervisor,
    Operator,
    Admin,
];
/// All roles but delegates.
const STAFF: &[Standing] = &[
    Operator,
    UnitHandler,
    OtherHandler,
    CitySupervisor,
    CountySupervisor,
    OtherCountySupervisor,
    Admin,
];
const REPORT_READERS: &[Standing] = &[CitySupervisor, CountySupervisor, OtherCountySupervisor, Admin];
/// The audience of the overview; staff of a county see their county.
const COUNTERS: &[Standing] = &[
    Operator,
    CitySupervisor,
    CountySupervisor,
    OtherCountySupervisor,
    Admin,
];
/// The people with access to the order.
const CONCERNED: &[Standing] = &[
    Reporter,
    Operator,
    UnitHandler,
    CitySupervisor,
    CountySupervisor,
    Admin,
];

/// The callers of an operation.
#[derive(Clone, Copy)]
pub enum May {
    /// Without signing in; the operation has a guard of its own (a code, a ticket, a signature).
    Anybody,
    Only(&'static [Standing]),
}

use May::Anybody;
pub use May::Only;

/// The operations with the callers that this order permits.
pub const TABLE: &[(&str, May)] = &[
    ("POST /api/v1/sessions", Anybody),
    ("POST /api/v1/sessions/bind", Anybody),
    ("POST /api/v1/sessions/refresh", Anybody),
    ("POST /api/v1/review-view", Anybody),
    ("POST /api/v1/client-errors", Anybody),
    ("DELETE /api/v1/sessions/current", Only(EVERYBODY)),
    ("GET /api/v1/sessions", Only(EVERYBODY)),
    ("DELETE /api/v1/sessions", Only(EVERYBODY)),
    ("DELETE /api/v1/sessions/{id}", Only(EVERYBODY)),
    ("GET /api/v1/login-requests/{code}", Only(EVERYBODY)),
    ("POST /api/v1/login-requests/{code}/approve", Only(EVERYBODY)),
    ("GET /api/v1/me", Only(EVERYBODY)),
    ("POST /api/v1/me/unbind", Only(EVERYBODY)),
    ("POST /api/v1/people/{id}/unbind", Only(&[Admin])),
    ("GET /api/v1/clients", Only(&[Admin])),
    ("POST /api/v1/clients", Only(&[Admin])),
    ("DELETE /api/v1/clients/{id}", Only(&[Admin])),
    ("POST /api/v1/clients/{id}/rotate", Only(&[Admin])),
    ("POST /api/v1/link/events", Only(&[])),
    ("GET /api/v1/link/units", Only(&[Admin])),
    ("PUT /api/v1/link/units/{id}", Only(&[Admin])),
    ("DELETE /api/v1/link/units/{id}", Only(&[Admin])),
    ("GET /api/v1/orders/changes", Only(&[])),
    ("GET /api/v1/webhooks", Only(&[Admin])),
    ("POST /api/v1/webhooks", Only(&[Admin])),
    ("DELETE /api/v1/webhooks/{id}", Only(&[Admin])),
    ("POST /api/v1/webhooks/{id}/rotate", Only(&[Admin])),
    ("POST /api/v1/webhooks/{id}/test", Only(&[Admin])),
    ("GET /api/v1/webhooks/{id}/deliveries", Only(&[Admin])),
    (
        "POST /api/v1/webhooks/{id}/deliveries/{msg_id}/resend",
        Only(&[Admin]),
    ),
    ("GET /api/v1/areas", Only(EVERYBODY)),
    ("GET /api/v1/areas/locate", Only(EVERYBODY)),
    ("GET /api/v1/categories", Only(EVERYBODY)),
    ("POST /api/v1/categories/suggest", Only(EVERYBODY)),
    (
        "GET /api/v1/reply-texts",
        Only(&[Operator, UnitHandler, OtherHandler, Admin]),
    ),
    ("GET /api/v1/units", Only(EVERYBODY)),
    ("POST /api/v1/imports/{kind}", Only(&[Admin])),
    ("POST /api/v1/photos", Only(EVERYBODY)),
    ("GET /api/v1/photos/{id}", Only(CONCERNED)),
    ("POST /api/v1/videos", Only(DELEGATES)),
    ("GET /api/v1/videos/{id}", Only(CONCERNED)),
    (
        "POST /api/v1/orders/{number}/photos/{id}/cover",
        Only(&[Operator, UnitHandler]),
    ),
    (
        "GET /api/v1/photos/{id}/original",
        Only(&[Operator, UnitHandler, CitySupervisor, CountySupervisor]),
    ),
    ("POST /api/v1/orders", Only(DELEGATES)),
    ("GET /api/v1/orders", Only(EVERYBODY)),
    ("GET /api/v1/orders/nearby", Only(EVERYBODY)),
    ("POST /api/v1/dispatch/preview", Only(EVERYBODY)),
    ("GET /api/v1/orders/{number}", Only(CONCERNED)),
    ("GET /api/v1/orders/{number}/timeline", Only(CONCERNED)),
    ("GET /api/v1/orders/{number}/place-history", Only(CONCERNED)),
    ("POST /api/v1/orders/{number}/accept", Only(&[UnitHandler])),
    ("POST /api/v1/orders/{number}/reply", Only(&[UnitHandler])),
    ("POST /api/v1/orders/{number}/return", Only(&[UnitHandler])),
    ("POST /api/v1/orders/{number}/dispatch", Only(&[Operator])),
    ("POST /api/v1/orders/{number}/extensions", Only(&[UnitHandler])),
    (
        "POST /api/v1/orders/{number}/extensions/{id}/decision",
        Only(&[Operator]),
    ),
    (
        "POST /api/v1/orders/{number}/sub-assignments",
        Only(&[UnitHandler]),
    ),
    ("POST /api/v1/orders/{number}/merge", Only(&[Operator])),
    ("POST /api/v1/orders/{number}/unmerge", Only(&[Operator])),
    ("POST /api/v1/orders/{number}/reopen", Only(&[Reporter])),
    ("POST /api/v1/orders/{number}/endorsements", Only(DELEGATES)),
    ("POST /api/v1/orders/{number}/verdict", Only(&[Reporter])),
    ("POST /api/v1/orders/{number}/follow-ups", Only(&[Operator])),
    ("GET /api/v1/follow-ups", Only(&[Operator, Admin])),
    ("POST /api/v1/orders/{number}/urges", Only(WATCHING)),
    ("POST /api/v1/orders/{number}/tracking", Only(WATCHING)),
    ("POST /api/v1/orders/{number}/untrack", Only(WATCHING)),
    (
        "POST /api/v1/orders/{number}/notes",
        Only(&[Reporter, Operator, UnitHandler, CitySupervisor, CountySupervisor]),
    ),
    ("POST /api/v1/orders/{number}/supervision-orders", Only(WATCHING)),
    (
        "POST /api/v1/orders/{number}/supervision-orders/{no}/answer",
        Only(&[UnitHandler]),
    ),
    (
        "GET /api/v1/orders/{number}/supervision-orders/{no}/pdf",
        Only(&[Operator, UnitHandler, CitySupervisor, CountySupervisor, Admin]),
    ),
    // Or the call centre, by its signature.
    ("POST /api/v1/hotline/calls", Only(&[Operator])),
    ("POST /api/v1/hotline/relays", Only(&[Operator])),
    ("GET /api/v1/hotline/callers", Only(&[Operator])),
    ("GET /api/v1/hotline/queue", Only(&[Operator])),
    ("POST /api/v1/hotline/queue/{number}/claim", Only(&[Operator])),
    ("DELETE /api/v1/hotline/queue/{number}/claim", Only(&[Operator])),
    ("GET /api/v1/orders/{number}/similar", Only(&[Operator])),
    ("POST /api/v1/insight-reports", Only(REPORT_READERS)),
    ("GET /api/v1/insight-reports", Only(REPORT_READERS)),
    // The report is the county's.
    (
        "GET /api/v1/insight-reports/{file}",
        Only(&[CitySupervisor, CountySupervisor, Admin]),
    ),
    (
        "GET /api/v1/insight-reports/{id}/figures/{key}",
        Only(&[CitySupervisor, CountySupervisor, Admin]),
    ),
    (
        "GET /api/v1/insight-reports/{id}/revisions/{revision}",
        Only(&[CitySupervisor, CountySupervisor, Admin]),
    ),
    (
        "PUT /api/v1/insight-reports/{id}/text",
        Only(&[CitySupervisor, CountySupervisor]),
    ),
    (
        "POST /api/v1/insight-reports/{id}/issue",
        Only(&[CitySupervisor, CountySupervisor]),
    ),
    (
        "POST /api/v1/insight-reports/{id}/send",
        Only(&[CitySupervisor, CountySupervisor]),
    ),
    ("GET /api/v1/campaigns", Only(CAMPAIGN_READERS)),
    // The campaign is the county's.
    (
        "GET /api/v1/campaigns/{id}",
        Only(&[CitySupervisor, CountySupervisor, Operator, Admin]),
    ),
    ("POST /api/v1/campaigns", Only(SUPERVISORS)),
    ("GET /api/v1/hot-topics", Only(CAMPAIGN_READERS)),
    (
        "GET /api/v1/hot-topics/{id}",
        Only(&[CitySupervisor, CountySupervisor, Operator, Admin]),
    ),
    ("POST /api/v1/hot-topics/{id}/rename", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/kind", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/merge", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/split", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/dismiss", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/restore", Only(WATCHING)),
    ("POST /api/v1/hot-topics/{id}/campaign", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/orders", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/close", Only(WATCHING)),
    ("PUT /api/v1/campaigns/{id}", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/stage", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/activities", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/opinions", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/measures", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/county-tasks", Only(WATCHING)),
    ("POST /api/v1/campaigns/{id}/vote", Only(WATCHING)),
    ("GET /api/v1/opinions", Only(STAFF)),
    // The opinion and the measure are the campaign's, addressed to the unit.
    (
        "GET /api/v1/opinions/{file}",
        Only(&[CitySupervisor, CountySupervisor, UnitHandler, Operator, Admin]),
    ),
    ("POST /api/v1/opinions/{no}/reply", Only(&[UnitHandler])),
    ("POST /api/v1/opinions/{no}/acceptance", Only(WATCHING)),
    ("GET /api/v1/measures", Only(STAFF)),
    ("POST /api/v1/measures/{id}/done", Only(&[UnitHandler])),
    ("POST /api/v1/measures/{id}/verify", Only(WATCHING)),
    ("GET /api/v1/watch-lists", Only(CAMPAIGN_READERS)),
    // The list is the county's.
    (
        "GET /api/v1/watch-lists/{id}",
        Only(&[CitySupervisor, CountySupervisor, Operator, Admin]),
    ),
    ("POST /api/v1/watch-lists", Only(SUPERVISORS)),
    ("POST /api/v1/watch-lists/{id}/entries", Only(WATCHING)),
    (
        "POST /api/v1/watch-lists/{id}/entries/{entry}/inspections",
        Only(WATCHING),
    ),
    ("DELETE /api/v1/watch-lists/{id}/entries/{entry}", Only(WATCHING)),
    ("POST /api/v1/files", Only(STAFF)),
    // The file belongs to the county's campaign.
    (
        "GET /api/v1/files/{id}",
        Only(&[CitySupervisor, CountySupervisor, Operator, Admin]),
    ),
    ("GET /api/v1/committees", Only(EVERYBODY)),
    ("POST /api/v1/orders/batch", Only(SUPERVISORS)),
    ("POST /api/v1/orders/{number}/cancel", Only(&[Reporter, Operator])),
    ("GET /api/v1/inbox", Only(EVERYBODY)),
    // The notice is the reporter's.
    ("POST /api/v1/inbox/{id}/read", Only(&[Reporter])),
    ("POST /api/v1/inbox/read-all", Only(EVERYBODY)),
    ("GET /api/v1/subscriptions", Only(EVERYBODY)),
    ("POST /api/v1/subscriptions", Only(EVERYBODY)),
    ("GET /api/v1/overview", Only(COUNTERS)),
    ("GET /api/v1/overview/stream", Only(COUNTERS)),
    ("GET /api/v1/appraisal", Only(COUNTERS)),
    ("GET /api/v1/me/activity", Only(DELEGATES)),
    // The reporter is a delegate of the city's congress, so the committee is the city's.
    ("GET /api/v1/people/{id}/activity", Only(&[CitySupervisor])),
    ("GET /api/v1/sites/{code}", Anybody),
    ("GET /api/v1/sites", Only(&[Operator, Admin])),
    ("POST /api/v1/sites", Only(&[Admin])),
    ("PUT /api/v1/sites/{code}", Only(&[Admin])),
    ("GET /api/v1/sites/{code}/sheet.pdf", Only(&[Admin])),
    ("POST /api/v1/sites/{code}/visits", Anybody),
    ("POST /api/v1/sites/{code}/photos", Anybody),
    ("POST /api/v1/sites/{code}/messages", Anybody),
    ("GET /api/v1/site-messages/receipts/{receipt}", Anybody),
    (
        "GET /api/v1/site-messages",
        Only(&[Reporter, OtherDelegate, Operator, Admin]),
    ),
    // The site is the reporter's.
    (
        "GET /api/v1/site-messages/{id}",
        Only(&[Reporter, Operator, Admin]),
    ),
    ("POST /api/v1/site-messages/{id}/adopt", Only(&[Reporter])),
    ("POST /api/v1/site-messages/{id}/answer", Only(&[Reporter])),
    ("GET /api/v1/site-messages/{id}/colleagues", Only(&[Reporter])),
    ("POST /api/v1/site-messages/{id}/hand-over", Only(&[Reporter])),
    ("GET /api/v1/content-reviews", Only(&[Operator, Admin])),
    ("POST /api/v1/content-reviews/{id}/decision", Only(&[Operator])),
    ("GET /wechat/push", Anybody),
    ("POST /wechat/push", Anybody),
    ("GET /wechat/official", Anybody),
    ("POST /wechat/official", Anybody),
];
