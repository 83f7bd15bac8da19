//! The history of a topic: what the nightly search and people did with it.

use chrono::{DateTime, Utc};
use entity::ids::{PersonId, TopicId};
use entity::kinds::TopicAction;
use entity::topic_event;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::ROWS_AT_ONCE;

/// An event of a topic's history.
#[derive(Clone, Debug)]
pub struct TopicEvent {
    topic: TopicId,
    action: TopicAction,
    /// None: the nightly search.
    person: Option<PersonId>,
    /// The topic that this one was merged with or split from.
    other: Option<TopicId>,
    note: Option<String>,
}

impl TopicEvent {
    #[must_use]
    pub fn new(topic: TopicId, action: TopicAction) -> Self {
        Self {
            topic,
            action,
            person: None,
            other: None,
            note: None,
        }
    }

    #[must_use]
    pub fn topic(&self) -> TopicId {
        self.topic
    }

    #[must_use]
    pub fn action(&self) -> TopicAction {
        self.action
    }

    #[must_use]
    pub fn by(self, person: impl Into<Option<PersonId>>) -> Self {
        let person = person.into();
        Self { person, ..self }
    }

    #[must_use]
    pub fn with(self, other: TopicId) -> Self {
        let other = Some(other);
        Self { other, ..self }
    }

    #[must_use]
    pub fn note(self, note: Option<String>) -> Self {
        Self { note, ..self }
    }

    fn row(&self, at: DateTime<Utc>) -> topic_event::ActiveModel {
        let Self {
            topic,
            action,
            person,
            other,
            note,
        } = self.clone();
        topic_event::ActiveModel {
            topic_id: Set(topic),
            action: Set(action),
            person_id: Set(person),
            other_id: Set(other),
            note: Set(note),
            at: Set(at),
            ..Default::default()
        }
    }
}

/// Appends to a topic's history.
pub async fn append(
    connection: &impl ConnectionTrait,
    event: TopicEvent,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    append_all(connection, vec![event], at).await
}

/// Appends to the histories of several topics, in order.
pub async fn append_all(
    connection: &impl ConnectionTrait,
    events: Vec<TopicEvent>,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    for part in events.chunks(ROWS_AT_ONCE) {
        let rows = part.iter().map(|event| event.row(at));
        topic_event::Entity::insert_many(rows)
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}

pub async fn history(
    connection: &impl ConnectionTrait,
    topic: TopicId,
    limit: u64,
) -> Result<Vec<topic_event::Model>, DbErr> {
    topic_event::Entity::find()
        .filter(topic_event::Column::TopicId.eq(topic))
        .order_by_desc(topic_event::Column::Id)
        .limit(limit)
        .all(connection)
        .await
}
