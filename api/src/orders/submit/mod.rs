//! Submission of an order: validated, numbered, located, dispatched, its deadlines started, notices written; all in one
//! transaction with the idempotency key. Common to snap, scan and call.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId, SiteId, UnitId};
use entity::kinds::{CategorySource, ContentCheck, Light, Status, SupervisionLevel, Visibility};
use entity::order;
use serde_json::{Value, json};

use crate::app::App;
use crate::city::categories::{self, service::Understood};
use crate::city::emergencies::EmergencyView;
use crate::city::snapshot::City;
use crate::city::snapshot::CityHandle;
use crate::db::{self, WriteTransaction};
use crate::deadlines::calendar::local_date;
use crate::deadlines::deadline_rows;
use crate::error::{Error, FieldError, Result};
use crate::http::idempotency::{self, StoredResponse};
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind};
use crate::orders::history::{self, NewEvent};
use crate::orders::rules::actor::Actor;
use crate::orders::store::{self, assignments, photos};
use crate::orders::submit::draft::NewOrder;
use crate::orders::submit::number::NumberAllocator;
use crate::orders::submit::publication::Author;
use crate::orders::submit::routing::{ResolvedPlace, Routing};
use crate::orders::view::load::{self, OrderContext};
use crate::orders::view::{self, OrderView};
use places::datum::Wgs84;

pub use crate::orders::store::CALL_FILED;

pub mod draft;
pub mod number;
pub mod preview;
pub mod publication;
pub mod routing;
pub mod site_defaults;

const SUPPORT_BY_RULE: &str = "按派单目录协办";

/// The key of a creating call, and what it was sent with.
#[derive(Clone, Debug)]
pub struct IdempotencyScope {
    pub person: PersonId,
    pub key: String,
    pub fingerprint: String,
}

/// An event that is written right after the report's own.
#[derive(Clone, Debug)]
pub struct ExtraEvent {
    pub action: &'static str,
    pub visibility: Visibility,
    pub note: String,
    pub detail: Value,
}

/// Submits a report for `actor`: the delegate, or the operator who took their call.
pub async fn submit(
    app: &App,
    actor: &Actor,
    new: NewOrder,
    claim: Option<&IdempotencyScope>,
) -> Result<StoredResponse<OrderView>> {
    submit_with(app, actor, new, claim, None, async |_, _| Ok(())).await
}

/// Submits a draft like [`submit`], appends `extra_event` to the history, and runs `also` with the inserted order in
/// the same transaction. An error from `also` rolls everything back.
pub async fn submit_with(
    app: &App,
    actor: &Actor,
    new: NewOrder,
    claim: Option<&IdempotencyScope>,
    beside: Option<ExtraEvent>,
    also: impl AsyncFn(&WriteTransaction, &order::Model) -> Result<()>,
) -> Result<StoredResponse<OrderView>> {
    let now = app.clock.now();
    let new = new.validate(now)?;
    let city = app.state::<CityHandle>().load();
    let author = Author::of(app, actor).await?;
    let plan = Plan::build(app, city, author, new, beside, now).await?;
    let mut answer = loop {
        // Taken before the transaction, which would otherwise hold up every other submitter.
        let number = plan.number(app).await?;
        if let Some(answer) = try_insert(app, actor, &plan, number, claim, &also).await? {
            break answer;
        }
        // The number belongs to another order. A number given with a call cannot be replaced.
        if plan.new.number.is_some() {
            return Err(number::Refused::Used.into());
        }
    };
    app.jobs.wake.notify_one();
    if answer.replayed {
        view::sign_links_anew(app, &mut answer.body).await?;
    }
    Ok(answer)
}

/// Tries to insert the order under `number`, in one transaction. Returns `None` if another order already has the
/// number.
async fn try_insert(
    app: &App,
    actor: &Actor,
    plan: &Plan,
    number: String,
    claim: Option<&IdempotencyScope>,
    also: &impl AsyncFn(&WriteTransaction, &order::Model) -> Result<()>,
) -> Result<Option<StoredResponse<OrderView>>> {
    let txn = db::write(&app.db).await?;
    if let Some(claim) = claim {
        let IdempotencyScope {
            person,
            key,
            fingerprint,
        } = claim;
        if let Some(first) = idempotency::begin(&txn, *person, key, fingerprint, plan.now).await? {
            return Ok(Some(first));
        }
    }
    let order = plan.order(number);
    if !store::insert(&txn, &order).await? {
        return Ok(None);
    }
    let around = plan.insert_children(app, &txn, actor, &order).await?;
    also(&txn, &order).await?;
    let around = around.with_photos(&txn, &order).await?;
    let view = view::build_view(app, actor, &order, around, plan.now).await?;
    let answer = StoredResponse::created(view);
    if let Some(claim) = claim {
        idempotency::complete(&txn, claim.person, &claim.key, &answer).await?;
    }
    txn.commit().await?;
    Ok(Some(answer))
}

/// The decisions about a report before it is written.
struct Plan {
    new: NewOrder,
    author: Author,
    content_check: ContentCheck,
    city: Arc<City>,
    now: DateTime<Utc>,
    point: Option<Wgs84>,
    place: ResolvedPlace,
    kind: routing::ResolvedCategory,
    desk: Routing,
    emergency: Option<EmergencyView>,
    site: Option<SiteId>,
    beside: Option<ExtraEvent>,
}

impl Plan {
    async fn build(
        app: &App,
        city: Arc<City>,
        author: Author,
        mut new: NewOrder,
        beside: Option<ExtraEvent>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let site = site_defaults::site(&app.db, new.site_code.as_deref()).await?;
        let point = new
            .location
            .map(|given| given.wgs84())
            .or_else(|| site.as_ref().map(site_defaults::point_of));
        let accuracy = new.location.and_then(|given| given.accuracy_m);
        let site_address = site.as_ref().and_then(|site| site.address.as_deref());
        let words = [
            new.address.as_deref().or(site_address),
            Some(new.description.as_str()),
        ];
        let words = words.into_iter().flatten().collect::<Vec<_>>().join("\n");
        let place = routing::resolve(&city, point, accuracy, &words);
        let chosen = match new
            .category
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
        {
            Some(text) => Some(category(&city, text)?),
            None => site.as_ref().and_then(|site| site.category_code.clone()),
        };
        let Understood {
            suggestions,
            emergency,
        } = categories::service::understand(&city, &new.description).await?;
        let suggested = suggestions.into_iter().next();
        let kind = routing::kind(chosen.as_deref(), CategorySource::Chosen, suggested);
        let site_unit = site
            .as_ref()
            .and_then(|site| site_defaults::unit_of(site, kind.code.as_deref()));
        let desk = match (
            routing::person_needed(&city, &kind, emergency.as_ref()),
            site_unit,
        ) {
            (Some(reason), _) => routing::triage(&place, reason),
            (None, Some(unit)) => routing::route_to(unit, "site", "点位指定的承办单位", &place),
            (None, None) => routing::route(&city, &place, &kind),
        };
        new.address = new.address.or_else(|| site_address.map(str::to_owned));
        Ok(Self {
            site: site.map(|site| site.id),
            content_check: author.initial_check_state(app, &new.photos),
            author,
            new,
            city,
            now,
            point,
            place,
            kind,
            desk,
            emergency,
            beside,
        })
    }

    async fn number(&self, app: &App) -> Result<String> {
        let day = local_date(self.now, self.city.zone());
        let prefix = &self.city.meta.number_prefix;
        match &self.new.number {
            Some(text) => Ok(number::parse_given(text.trim(), prefix, day)?),
            None => app.state::<NumberAllocator>().next(&app.db, prefix, day).await,
        }
    }

    fn status(&self) -> Status {
        if self.desk.unit.is_some() {
            Status::Dispatched
        } else {
            Status::Triage
        }
    }

    fn order(&self, number: String) -> order::Model {
        let (new, now) = (&self.new, self.now);
        let point = self.point;
        order::Model {
            id: OrderId::generate(),
            number,
            channel: new.channel,
            status: self.status(),
            round: 1,
            version: 1,
            light: Light::Green,
            description: new.description.clone(),
            category_code: self.kind.code.clone(),
            category_source: self.kind.source,
            category_confidence: self.kind.confidence,
            reporter_id: new.reporter,
            filed_by: new.filed_by,
            confidential: new.confidential,
            longitude: point.map(|point| point.longitude),
            latitude: point.map(|point| point.latitude),
            given_longitude: new.location.map(|given| given.longitude),
            given_latitude: new.location.map(|given| given.latitude),
            given_datum: new.location.map(|given| given.datum),
            accuracy_m: new.location.and_then(|given| given.accuracy_m),
            address: new.address.clone(),
            boundary_set_id: self.place.boundary_set,
            area_code: self.place.county.clone(),
            township_code: self.place.township.clone(),
            zone: self.place.zone.clone(),
            place_relation: self.place.relation,
            unit_id: self.desk.unit,
            dispatch: self.desk.explanation.clone(),
            difficult: false,
            tracked: false,
            committee: None,
            kind: None,
            supervision_level: SupervisionLevel::None,
            wants_follow_up: new.wants_follow_up,
            occurred_at: new.occurred_at,
            site_id: self.site,
            call_id: new.call_id.clone(),
            returns: 0,
            extensions_granted: 0,
            dissatisfied_count: 0,
            due_at: self.due_at(),
            stage_since: now,
            merged_into: None,
            created_at: now,
            updated_at: now,
            dispatched_at: self.desk.unit.map(|_| now),
            accepted_at: None,
            replied_at: None,
            closed_at: None,
            content_check: self.content_check,
            import_id: None,
            emergency: self.emergency.as_ref().map(|emergency| emergency.kind.clone()),
        }
    }

    fn due_at(&self) -> Option<DateTime<Utc>> {
        self.desk.unit?;
        let fresh = self.city.deadline_rules().start_round(1, self.now);
        fresh.iter().map(|clock| clock.due_at).min()
    }

    /// Writes the rows of the new order: photos, assignments, deadlines, history, notices. Returns them, except the
    /// photos.
    async fn insert_children(
        &self,
        app: &App,
        txn: &WriteTransaction,
        actor: &Actor,
        order: &order::Model,
    ) -> Result<OrderContext> {
        let now = self.now;
        photos::attach(txn, order, actor, &self.new.photos, None, now).await?;
        self.author
            .request_check(app, txn, order, &self.new.photos, now)
            .await?;
        self.record(txn, actor, order).await?;
        notices::emit_all(
            txn,
            app.state::<MessageCatalog>(),
            &self.events(actor, order),
            now,
        )
        .await?;
        let mut around = OrderContext::default();
        if let Some(unit) = self.desk.unit {
            let law = self.city.deadline_rules();
            let supports = &self.desk.supports;
            around.known.assignments =
                assignments::assign_round(txn, order, unit, supports, None, now).await?;
            around.deadlines =
                deadline_rows::start(txn, law, order.id, &law.start_round(1, now), now).await?;
        }
        around.reporter = load::people(txn, std::iter::once(order.reporter_id))
            .await?
            .remove(&order.reporter_id);
        Ok(around)
    }

    /// Writes the first events: submission, remarks, dispatch.
    async fn record(&self, txn: &WriteTransaction, actor: &Actor, order: &order::Model) -> Result<()> {
        let submitted = order::Model {
            status: Status::Submitted,
            ..order.clone()
        };
        let mut came =
            NewEvent::new("submitted", actor, Status::Submitted, self.now).photos(&self.new.photos);
        came.from = None;
        let detail = json!({ "channel": order.channel, "filed_by": order.filed_by });
        let mut events = vec![(&submitted, came.detail(detail))];
        if let Some(beside) = &self.beside {
            let event = NewEvent::new(beside.action, actor, Status::Submitted, self.now)
                .visible_to(beside.visibility)
                .note(beside.note.clone())
                .detail(beside.detail.clone());
            events.push((&submitted, event));
        }
        let system = Actor::system();
        let went = match self.desk.unit {
            Some(unit) => self.dispatched(&system, unit),
            None => NewEvent::new("triaged", &system, Status::Submitted, self.now)
                .detail(json!({ "why": self.desk.explanation }))
                .visible_to(Visibility::Public),
        };
        events.push((order, went));
        history::append_first(txn, events).await
    }

    fn dispatched<'a>(&self, system: &'a Actor, unit: UnitId) -> NewEvent<'a> {
        let name = self.city.unit(unit).map(|unit| unit.name.clone());
        let detail = json!({
            "unit": unit,
            "unit_name": name,
            "support_units": self.desk.supports,
            "why": self.desk.explanation,
            "category": self.kind.code,
            "category_source": self.kind.source,
        });
        NewEvent::new("dispatched", system, Status::Submitted, self.now)
            .note(format!("派往{}", name.as_deref().unwrap_or_default()))
            .detail(detail)
    }

    /// Returns the events for the reporter, the lead unit, and the units that support by rule.
    fn events<'a>(&self, actor: &Actor, order: &'a order::Model) -> Vec<Event<'a>> {
        let told = |kind| Event::of(kind, order).by(actor.person);
        let next = match (&self.emergency, self.desk.unit) {
            (Some(_), _) => EventKind::EmergencyReported,
            (None, Some(_)) => EventKind::Dispatched,
            (None, None) => EventKind::TriageNeeded,
        };
        let supports = self.desk.supports.iter();
        let supports = supports
            .filter(|unit| Some(**unit) != self.desk.unit)
            .map(|unit| told(EventKind::SupportAssigned).unit(*unit).note(SUPPORT_BY_RULE));
        [told(EventKind::Submitted), told(next)]
            .into_iter()
            .chain(supports)
            .collect()
    }
}

/// Returns the code of a category given by code or name.
pub fn category(city: &City, text: &str) -> Result<String> {
    city.categories
        .find(text)
        .map(|category| category.code.clone())
        .ok_or_else(|| {
            Error::invalid(vec![FieldError::new(
                "category",
                "unknown_category",
                "没有这个类别。",
            )])
        })
}
