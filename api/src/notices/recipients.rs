//! Finds the people of an audience with one query each, and one for all events of a transaction with the same audience.

use std::collections::HashMap;

use entity::ids::{PersonId, UnitId};
use entity::kinds::{PersonLevel, Role};
use entity::{endorsement, person};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::error::Result;
use crate::notices::audience::Audience;
use crate::notices::event::Event;

/// An active person, with their reachability by WeChat.
#[derive(Clone, Copy, Debug)]
pub struct AudienceMember {
    pub person: PersonId,
    pub bound: bool,
}

/// Cache of the audiences of a transaction.
#[derive(Default)]
pub struct AudienceCache(HashMap<AudienceKey, Vec<AudienceMember>>);

/// Members of an audience that are the same for many orders.
#[derive(PartialEq, Eq, Hash)]
struct AudienceKey {
    audience: Audience,
    unit: Option<UnitId>,
    county: Option<String>,
    committee: Option<String>,
}

impl AudienceCache {
    /// Returns the members of the audience; empty if the event names none.
    pub async fn of(
        &mut self,
        connection: &impl ConnectionTrait,
        audience: Audience,
        event: &Event<'_>,
    ) -> Result<Vec<AudienceMember>> {
        let Some(which) = condition(audience, event) else {
            return Ok(Vec::new());
        };
        let Some(whom) = whom(audience, event) else {
            return query(connection, which).await;
        };
        if let Some(found) = self.0.get(&whom) {
            return Ok(found.clone());
        }
        let found = query(connection, which).await?;
        self.0.insert(whom, found.clone());
        Ok(found)
    }
}

/// Returns `None` for the people of one order or one event.
fn whom(audience: Audience, event: &Event<'_>) -> Option<AudienceKey> {
    let order = event.order;
    let unit = match audience {
        Audience::Unit | Audience::UnitHead => order?.unit_id,
        Audience::NamedUnit => event.unit,
        Audience::Operators
        | Audience::CountySupervisors
        | Audience::CitySupervisors
        | Audience::Administrators
        | Audience::Committee => None,
        Audience::Reporter | Audience::ReporterUnasked | Audience::Endorsers | Audience::NamedPeople => {
            return None;
        }
    };
    let county = || order.and_then(|order| order.area_code.clone());
    let committee = || order.and_then(|order| order.committee.clone());
    Some(AudienceKey {
        audience,
        unit,
        county: event.area.clone().or_else(county),
        committee: event.committee.clone().or_else(committee),
    })
}

async fn query(connection: &impl ConnectionTrait, which: Condition) -> Result<Vec<AudienceMember>> {
    let rows: Vec<(PersonId, Option<String>)> = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .column(person::Column::OpenidHash)
        .filter(person::Column::Active.eq(true))
        .filter(which)
        .into_tuple()
        .all(connection)
        .await?;
    let reachable = |(person, openid): (PersonId, Option<String>)| AudienceMember {
        person,
        bound: openid.is_some(),
    };
    Ok(rows.into_iter().map(reachable).collect())
}

fn condition(audience: Audience, event: &Event<'_>) -> Option<Condition> {
    let order = event.order;
    let county = || {
        let code = order.and_then(|order| order.area_code.clone());
        event.area.clone().or(code)
    };
    match audience {
        Audience::Reporter => Some(Condition::all().add(person::Column::Id.eq(order?.reporter_id))),
        Audience::ReporterUnasked => {
            let unasked = order.filter(|order| !order.wants_follow_up)?;
            Some(Condition::all().add(person::Column::Id.eq(unasked.reporter_id)))
        }
        Audience::Endorsers => {
            let endorsers = Query::select()
                .column(endorsement::Column::PersonId)
                .from(endorsement::Entity)
                .and_where(endorsement::Column::OrderId.eq(order?.id))
                .to_owned();
            Some(Condition::all().add(person::Column::Id.in_subquery(endorsers)))
        }
        Audience::Unit => Some(handlers(order?.unit_id?)),
        Audience::UnitHead => Some(handlers(order?.unit_id?).add(person::Column::UnitHead.eq(true))),
        Audience::NamedUnit => Some(handlers(event.unit?)),
        Audience::Operators => Some(role(Role::Operator)),
        Audience::CountySupervisors => Some(
            role(Role::Supervisor)
                .add(person::Column::AreaCode.eq(county()?))
                .add(person::Column::Level.eq(PersonLevel::County)),
        ),
        Audience::CitySupervisors => {
            Some(role(Role::Supervisor).add(person::Column::Level.eq(PersonLevel::City)))
        }
        Audience::Administrators => Some(role(Role::Admin)),
        Audience::Committee => {
            let named = event.committee.clone();
            let committee = named.or_else(|| order.and_then(|order| order.committee.clone()))?;
            // Committees of two counties may have the same name; each receives only notices of its own county.
            let of_county = county().map(|code| person::Column::AreaCode.eq(code));
            let near = Condition::any().add(person::Column::Level.eq(PersonLevel::City));
            let named = role(Role::Supervisor).add(person::Column::Committee.eq(committee));
            Some(named.add(near.add_option(of_county)))
        }
        Audience::NamedPeople if event.people.is_empty() => None,
        Audience::NamedPeople => {
            Some(Condition::all().add(person::Column::Id.is_in(event.people.iter().copied())))
        }
    }
}

fn role(role: Role) -> Condition {
    Condition::all().add(person::Column::Role.eq(role))
}

fn handlers(unit: UnitId) -> Condition {
    role(Role::Handler).add(person::Column::UnitId.eq(unit))
}
