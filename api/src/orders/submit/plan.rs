//! The plan of a new order: every decision about a report, made before it is written, and the rows that follow from it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId, SiteId, UnitId};
use entity::kinds::{CategorySource, ContentCheck, EventAction, Light, Status, SupervisionLevel, Visibility};
use entity::{order, video};

use crate::app::App;
use crate::city::categories::{self, service::Understood};
use crate::city::emergencies::EmergencyView;
use crate::city::snapshot::City;
use crate::db::WriteTransaction;
use crate::deadlines::calendar::local_date;
use crate::deadlines::deadline_rows;
use crate::error::{Error, FieldError, Result};
use crate::notices::MessageCatalog;
use crate::notices::{self, Event, EventKind};
use crate::orders::history::detail::EventDetail;
use crate::orders::history::{self, NewEvent};
use crate::orders::rules::actor::Actor;
use crate::orders::store::assignments::{self, RoundUnits};
use crate::orders::store::photos;
use crate::orders::submit::draft::NewOrder;
use crate::orders::submit::number::{self, NumberAllocator};
use crate::orders::submit::publication::{self, Author, NewReport};
use crate::orders::submit::routing::{self, ResolvedPlace, Routing};
use crate::orders::submit::site_defaults;
use crate::orders::view::load::{self, OrderContext};
use crate::stored_json::StoredJson as _;
use places::datum::Wgs84;

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
    pub action: EventAction,
    pub visibility: Visibility,
    pub note: String,
    pub detail: EventDetail,
}

/// A report to be submitted.
pub struct Submission<'a> {
    pub new: NewOrder,
    pub claim: Option<&'a IdempotencyScope>,
    /// Appended to the history.
    pub beside: Option<ExtraEvent>,
}

/// The decisions about a report before it is written.
pub(super) struct Plan<'a> {
    pub(super) new: NewOrder,
    pub(super) claim: Option<&'a IdempotencyScope>,
    author: Author,
    content_check: ContentCheck,
    city: Arc<City>,
    pub(super) now: DateTime<Utc>,
    point: Option<Wgs84>,
    place: ResolvedPlace,
    kind: routing::ResolvedCategory,
    desk: Routing,
    emergency: Option<EmergencyView>,
    site: Option<SiteId>,
    beside: Option<ExtraEvent>,
}

impl<'a> Plan<'a> {
    pub(super) async fn build(
        app: &App,
        city: Arc<City>,
        author: Author,
        submission: Submission<'a>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let Submission {
            mut new,
            claim,
            beside,
        } = submission;
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
            ..
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
            claim,
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

    pub(super) async fn number(&self, app: &App) -> Result<String> {
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

    pub(super) fn order(&self, number: String) -> order::Model {
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
            dispatch: self.desk.explanation.to_stored(),
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
    pub(super) async fn insert_children(
        &self,
        app: &App,
        txn: &WriteTransaction,
        actor: &Actor,
        order: &order::Model,
    ) -> Result<OrderContext> {
        let now = self.now;
        photos::attach(txn, order, actor, &self.new.photos, now).await?;
        let report = NewReport {
            order,
            photos: &self.new.photos,
        };
        self.author.request_check(app, txn, report, now).await?;
        let video = match self.new.video {
            Some(video) => Some(publication::attach_video(app, txn, order, video, now).await?),
            None => None,
        };
        self.record(txn, actor, order, video.as_ref()).await?;
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
            let units = RoundUnits {
                lead: unit,
                supports: &self.desk.supports,
            };
            around.known.assignments = assignments::assign_round(txn, order, units, None, now).await?;
            around.deadlines =
                deadline_rows::start(txn, law, order.id, &law.start_round(1, now), now).await?;
        }
        around.reporter = load::people(txn, std::iter::once(order.reporter_id))
            .await?
            .remove(&order.reporter_id);
        Ok(around)
    }

    /// Writes the first events: submission, remarks, dispatch.
    async fn record(
        &self,
        txn: &WriteTransaction,
        actor: &Actor,
        order: &order::Model,
        video: Option<&video::Model>,
    ) -> Result<()> {
        let submitted = order::Model {
            status: Status::Submitted,
            ..order.clone()
        };
        let mut came = NewEvent::new(EventAction::Submitted, actor, Status::Submitted, self.now)
            .photos(&self.new.photos);
        came.from = None;
        let detail = EventDetail::Submitted {
            channel: order.channel,
            filed_by: order.filed_by,
            video_sha256: video.map(|video| video.sha256.clone()),
        };
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
            None => NewEvent::new(EventAction::Triaged, &system, Status::Submitted, self.now)
                .detail(EventDetail::Triaged {
                    why: self.desk.explanation.clone(),
                })
                .visible_to(Visibility::Public),
        };
        events.push((order, went));
        history::append_first(txn, events).await
    }

    fn dispatched<'s>(&self, system: &'s Actor, unit: UnitId) -> NewEvent<'s> {
        let name = self.city.unit(unit).map(|unit| unit.name.clone());
        let detail = EventDetail::Dispatched {
            unit,
            unit_name: name.clone(),
            support_units: self.desk.supports.clone(),
            why: self.desk.explanation.clone(),
            category: self.kind.code.clone(),
            category_source: self.kind.source,
        };
        NewEvent::new(EventAction::Dispatched, system, Status::Submitted, self.now)
            .note(format!("派往{}", name.as_deref().unwrap_or_default()))
            .detail(detail)
    }

    /// Returns the events for the reporter, the lead unit, and the units that support by rule.
    fn events<'o>(&self, actor: &Actor, order: &'o order::Model) -> Vec<Event<'o>> {
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
