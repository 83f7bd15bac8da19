//! Writes the notices of an event in its transaction: one query per audience, one insert for all inbox lines, one for
//! all pushes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::ids::{DeliveryId, NoticeId, PersonId};
use entity::kinds::DeliveryStatus;
use entity::{delivery, notice, order, second_delivery};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde_json::json;

use crate::error::Result;
use crate::http::request_id;
use crate::jobs::queue::{self, NewJob};
use crate::notices::audience::{Audience, TemplateKey};
use crate::notices::event::{Event, PastEvent};
use crate::notices::fields::{cut, visible};
use crate::notices::messages::MessageCatalog;
use crate::notices::recipients::AudienceCache;
use crate::notices::second_channel::send::planned;
use crate::notices::store;
use crate::notices::subject::{Leads, NoticeData};
use crate::notices::template::Card;
use crate::notices::text_pattern::PlaceholderValues;
use crate::publication_rules;
use crate::stored_json::StoredJson as _;

/// Maximum number of characters of a report that a notice quotes.
const SUMMARY_CHARS: usize = 60;
/// Rows per statement; SQLite takes 32,766 values, the widest row has 15.
const ROWS: usize = 1_000;
/// The text that replaces a delegate's remarks to the desk for other delegates.
const SAID_TO_THE_DESK: &str = "由提出人说明";

/// A recipient of the event.
#[derive(Clone, Debug)]
struct Recipient {
    person: PersonId,
    audience: Audience,
    push: Option<TemplateKey>,
    /// The event is pushed to this audience, even if WeChat cannot reach the person.
    wanted: bool,
}

/// Writes the notices of an event. Call it inside the event's transaction, and wake the jobs (`app.jobs.wake`) after
/// the commit.
pub async fn emit(
    connection: &impl ConnectionTrait,
    voice: &MessageCatalog,
    event: &Event<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    emit_all(connection, voice, std::slice::from_ref(event), now).await
}

/// Writes the notices of several events of one transaction. A person in the audiences of two events gets both.
pub async fn emit_all(
    connection: &impl ConnectionTrait,
    voice: &MessageCatalog,
    events: &[Event<'_>],
    now: DateTime<Utc>,
) -> Result<()> {
    let mut outgoing = OutboxBatch::default();
    for event in events {
        outgoing.add(connection, voice, event, now).await?;
    }
    outgoing.write(connection, now).await
}

/// Writes the inbox lines of events of the past, each at its own time. Nothing is pushed or sent another way. Lines from before
/// `read_until` are read.
pub(super) async fn insert_past(
    connection: &impl ConnectionTrait,
    voice: &MessageCatalog,
    events: &[PastEvent<'_>],
    read_until: DateTime<Utc>,
) -> Result<()> {
    let mut outgoing = OutboxBatch::default();
    for PastEvent { event, at } in events {
        let before = outgoing.notices.len();
        outgoing.add(connection, voice, event, *at).await?;
        let read_at = (*at < read_until).then_some(read_until);
        for line in outgoing.notices.iter_mut().skip(before) {
            line.read_at = Set(read_at);
        }
    }
    insert::<notice::Entity, _>(connection, outgoing.notices).await
}

/// The notices of a transaction.
#[derive(Default)]
struct OutboxBatch {
    found: AudienceCache,
    notices: Vec<notice::ActiveModel>,
    deliveries: Vec<delivery::ActiveModel>,
    second: Vec<(second_delivery::ActiveModel, NewJob)>,
}

impl OutboxBatch {
    async fn add(
        &mut self,
        connection: &impl ConnectionTrait,
        voice: &MessageCatalog,
        event: &Event<'_>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let recipients = self.recipients(connection, event).await?;
        if recipients.is_empty() {
            return Ok(());
        }
        debug_assert_eq!(
            event.kind.leads() == Leads::ToOrder,
            event.order.is_some(),
            "{:?}",
            event.kind
        );
        debug_assert_eq!(
            event.kind.leads() == Leads::ToSubject,
            event.subject.is_some(),
            "{:?}",
            event.kind
        );
        let facts = facts(connection, voice, event, now).await?;
        let wanted = if voice.consent_events_enabled {
            wanted(&recipients)
        } else {
            Vec::new()
        };
        let silent = store::known_unsubscribed(connection, &wanted, now).await?;
        let quiet = voice
            .quiet_until(now)
            .filter(|_| !voice.breaks_quiet_hours(event.kind.as_str()));
        for recipient in recipients {
            let facts = facts_for(&recipient, event, &facts);
            let Some(text) = voice.text(event.kind, recipient.audience.visibility(), &facts) else {
                continue;
            };
            let id = NoticeId::generate();
            if let Some(key) = recipient.push
                && let Some(mut card) = voice.card(key, &facts, now)
            {
                if let Some(subject) = &event.subject {
                    card.page = subject.page();
                }
                let asked = !silent.contains(&(recipient.person, key.as_str().to_owned()));
                let push = Push {
                    notice: id,
                    person: recipient.person,
                    key,
                    card,
                    due: asked.then_some(quiet.unwrap_or(now)),
                };
                self.deliveries.push(new_delivery(push, now));
            }
            if recipient.wanted
                && let Some(rule) = voice.second_channel.of(event.kind)
            {
                self.second
                    .push(planned(id, recipient.person, event.kind, rule, now)?);
            }
            self.notices.push(notice::ActiveModel {
                id: Set(id),
                person_id: Set(recipient.person),
                order_id: Set(event.order.map(|order| order.id)),
                event: Set(event.kind.as_str().to_owned()),
                title: Set(text.title),
                body: Set(text.body),
                data: Set(data(event, recipient.audience).to_stored()),
                created_at: Set(now),
                read_at: Set(None),
            });
        }
        Ok(())
    }

    async fn recipients(
        &mut self,
        connection: &impl ConnectionTrait,
        event: &Event<'_>,
    ) -> Result<Vec<Recipient>> {
        let mut found: BTreeMap<PersonId, Recipient> = BTreeMap::new();
        let skipped = event.actor.filter(|_| !event.kind.notifies_actor());
        for hears in event.kind.audiences() {
            for reachable in self.found.of(connection, hears.audience, event).await? {
                if Some(reachable.person) == skipped {
                    continue;
                }
                let pushed = hears.push.filter(|_| event.actor != Some(reachable.person));
                found.entry(reachable.person).or_insert(Recipient {
                    person: reachable.person,
                    audience: hears.audience,
                    push: pushed.filter(|_| reachable.bound),
                    wanted: pushed.is_some(),
                });
            }
        }
        Ok(found.into_values().collect())
    }

    async fn write(self, connection: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
        insert::<notice::Entity, _>(connection, self.notices).await?;
        insert::<delivery::Entity, _>(connection, self.deliveries).await?;
        let (rows, jobs): (Vec<_>, Vec<_>) = self.second.into_iter().unzip();
        insert::<second_delivery::Entity, _>(connection, rows).await?;
        queue::enqueue_all(connection, jobs, now).await
    }
}

/// Returns the recipients of a push with the template's name.
fn wanted(recipients: &[Recipient]) -> Vec<(PersonId, TemplateKey)> {
    recipients
        .iter()
        .filter_map(|recipient| Some((recipient.person, recipient.push?)))
        .collect()
}

fn data(event: &Event<'_>, audience: Audience) -> NoticeData {
    let subject = event.subject.as_ref();
    let subject = subject.filter(|subject| subject.is_open_to(audience.visibility()));
    NoticeData {
        number: event.order.map(|order| order.number.clone()),
        round: event.order.map(|order| order.round),
        reference: event.reference.clone(),
        subject: subject.cloned(),
    }
}

/// Collects the facts that all recipients may read; `reporter` is removed where it must stay hidden.
async fn facts(
    connection: &impl ConnectionTrait,
    voice: &MessageCatalog,
    event: &Event<'_>,
    now: DateTime<Utc>,
) -> Result<PlaceholderValues> {
    let mut facts = PlaceholderValues::new();
    voice.add_wording_values(event.kind, &mut facts);
    facts.insert("time", voice.date(now));
    let asked = |fact| voice.uses_placeholder(event.kind, fact);
    let unit = event.unit.or_else(|| event.order.and_then(|order| order.unit_id));
    if let (true, Some(unit)) = (asked("unit"), unit) {
        set_value(&mut facts, "unit", voice.unit(connection, unit).await?);
    }
    if let Some(order) = event.order {
        facts.insert("number", order.number.clone());
        facts.insert("round", order.round.to_string());
        facts.insert("summary", cut(&visible(&order.description), SUMMARY_CHARS));
        set_value(&mut facts, "due", order.due_at.map(|due| voice.deadline(due)));
        set_value(&mut facts, "committee", order.committee.clone());
        if let (true, Some(code)) = (asked("category"), &order.category_code) {
            set_value(&mut facts, "category", voice.category(connection, code).await?);
        }
        if asked("place") {
            set_value(&mut facts, "place", place(connection, voice, order).await?);
        }
        if asked("reporter") {
            set_value(
                &mut facts,
                "reporter",
                store::person_name(connection, order.reporter_id).await?,
            );
        }
    }
    set_value(&mut facts, "due", event.due.map(|due| voice.deadline(due)));
    set_value(&mut facts, "committee", event.committee.clone());
    set_value(&mut facts, "note", event.note.as_deref().map(visible));
    set_value(&mut facts, "title", event.title.clone());
    if event.order.is_none() {
        set_value(&mut facts, "summary", event.title.clone());
    }
    set_value(&mut facts, "reference", event.reference.clone());
    Ok(facts)
}

/// Sets a value unless it is missing.
fn set_value(facts: &mut PlaceholderValues, name: &'static str, value: Option<String>) {
    if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
        facts.insert(name, value);
    }
}

async fn place(
    connection: &impl ConnectionTrait,
    voice: &MessageCatalog,
    order: &order::Model,
) -> Result<Option<String>> {
    match order.address.as_deref().filter(|text| !text.trim().is_empty()) {
        Some(address) => Ok(Some(visible(address))),
        None => voice.area(connection, order).await,
    }
}

fn facts_for(recipient: &Recipient, event: &Event<'_>, facts: &PlaceholderValues) -> PlaceholderValues {
    let mut facts = facts.clone();
    let confidential = event.order.is_none_or(|order| order.confidential);
    if !recipient.audience.may_see_reporter(confidential) {
        facts.remove("reporter");
    }
    if let (Audience::Endorsers, Some(order)) = (recipient.audience, event.order) {
        redact_unpublished(&mut facts, order, event.actor);
    }
    facts
}

/// Removes content that is not published to other delegates: a report that has not passed its check, and remarks of
/// its delegate to the desk.
fn redact_unpublished(facts: &mut PlaceholderValues, order: &order::Model, actor: Option<PersonId>) {
    if let Some(instead) = publication_rules::placeholder_text(order.content_check) {
        facts.insert("summary", instead.to_owned());
        facts.remove("place");
    }
    if actor == Some(order.reporter_id) && facts.contains_key("note") {
        facts.insert("note", SAID_TO_THE_DESK.to_owned());
    }
}

/// A push on top of a notice.
struct Push {
    notice: NoticeId,
    person: PersonId,
    key: TemplateKey,
    card: Card,
    /// `None`: the person is known not to have subscribed.
    due: Option<DateTime<Utc>>,
}

/// Returns the row of a push: waiting, or ended as `not_subscribed` if a refusal is known.
fn new_delivery(push: Push, now: DateTime<Utc>) -> delivery::ActiveModel {
    let Push {
        notice,
        person,
        key,
        card,
        due,
    } = push;
    let status = if due.is_some() {
        DeliveryStatus::Waiting
    } else {
        DeliveryStatus::NotSubscribed
    };
    delivery::ActiveModel {
        id: Set(DeliveryId::generate()),
        notice_id: Set(notice),
        person_id: Set(person),
        template_key: Set(key.as_str().to_owned()),
        page: Set(card.page),
        data: Set(json!({ "fields": card.fields })),
        status: Set(status),
        attempts: Set(0),
        next_at: Set(due),
        leased_until: Set(None),
        errcode: Set(None),
        message_id: Set(None),
        created_at: Set(now),
        settled_at: Set(due.is_none().then_some(now)),
        request_id: Set(request_id::cause()),
    }
}

async fn insert<E, A>(connection: &impl ConnectionTrait, rows: Vec<A>) -> Result<()>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E>,
{
    for part in rows.chunks(ROWS) {
        E::insert_many(part.to_vec())
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}
