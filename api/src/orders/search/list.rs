//! Lists of orders: those visible to the caller that match the filter, one page at a time.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId, UnitId};
use entity::kinds::{ActorRole, Light};
use entity::{assignment, endorsement, order};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait as _, QueryFilter,
    QueryOrder, QuerySelect, Select,
};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::caller::OrderAccess;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::http::paging::{Page, Paging};
use crate::orders::rules::actor::Actor;
use crate::orders::search::filter::{Filter, ListQuery, Scope, Sort};
use crate::orders::search::grams::TextQuery;
use crate::orders::search::{counted, text_search, unit_queue, word_pages};
use crate::orders::view::summary::{OrderSummary, summaries};

/// The sort key of the last row of a page.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct After {
    at: DateTime<Utc>,
    id: OrderId,
}

pub async fn list(
    app: &App,
    actor: &Actor,
    query: &ListQuery,
    paging: &Paging,
) -> Result<Page<OrderSummary>> {
    let filter = query.parse(&app.state::<CityHandle>().load())?;
    let limit = paging.limit()?;
    let rows = page(&app.db, actor, &filter, paging.after()?, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |order| key(order, filter.sort));
    let items = summaries(app, &app.db, actor, &page.items).await?;
    Ok(Page {
        items,
        next_cursor: page.next_cursor,
    })
}

/// How many orders the list has.
pub async fn count(app: &App, actor: &Actor, query: &ListQuery) -> Result<u64> {
    let filter = query.parse(&app.state::<CityHandle>().load())?;
    let backend = app.db.get_database_backend();
    Ok(base_query(actor, &filter, backend).count(&app.db).await?)
}

/// Returns `true` if the list has more than this many orders, without reading beyond them.
pub async fn has_more_than(app: &App, actor: &Actor, query: &ListQuery, limit: u64) -> Result<bool> {
    let filter = query.parse(&app.state::<CityHandle>().load())?;
    let next = base_query(actor, &filter, app.db.get_database_backend())
        .select_only()
        .column(order::Column::Id)
        .offset(limit)
        .limit(1);
    Ok(next.into_tuple::<OrderId>().one(&app.db).await?.is_some())
}

fn base_query(actor: &Actor, filter: &Filter, backend: DbBackend) -> Select<order::Entity> {
    let query = without_words(actor, filter).filter(words_condition(filter, backend));
    match filter.sort {
        Sort::Due => query.filter(order::Column::DueAt.is_not_null()),
        Sort::Newest => query,
    }
}

/// The orders of a list before its words are looked for.
fn without_words(actor: &Actor, filter: &Filter) -> Select<order::Entity> {
    order::Entity::find()
        .filter(access_condition(&actor.order_access))
        .filter(filter_condition(actor, filter))
}

fn words_condition(filter: &Filter, backend: DbBackend) -> Condition {
    match &filter.words {
        Some(TextQuery::Number(number)) => Condition::all().add(order::Column::Number.eq(number.as_str())),
        Some(TextQuery::Words(words)) => text_search::indexed(words, backend),
        None => Condition::all(),
    }
}

fn key(order: &order::Model, sort: Sort) -> After {
    let at = match sort {
        Sort::Due => order.due_at.unwrap_or(order.created_at),
        Sort::Newest => order.created_at,
    };
    After { at, id: order.id }
}

async fn page(
    db: &impl ConnectionTrait,
    actor: &Actor,
    filter: &Filter,
    after: Option<After>,
    limit: u64,
) -> Result<Vec<order::Model>> {
    let query = sorted(actor, filter, after);
    match &filter.words {
        Some(TextQuery::Words(words)) => word_pages::read(db, query, filter.sort, words, limit).await,
        _ => {
            let query = query.filter(words_condition(filter, db.get_database_backend()));
            Ok(query.limit(limit).all(db).await?)
        }
    }
}

fn sorted(actor: &Actor, filter: &Filter, after: Option<After>) -> Select<order::Entity> {
    let query = without_words(actor, filter);
    match filter.sort {
        Sort::Due => due(query, after),
        Sort::Newest => newest(query, after),
    }
}

/// The query of a list's first page before its words are looked for: for a look at its plan.
#[must_use]
pub fn first_page(actor: &Actor, filter: &Filter, limit: u64) -> Select<order::Entity> {
    sorted(actor, filter, None).limit(limit)
}

/// The first part of the condition lets the database start in the index where the page before ended.
fn due(query: Select<order::Entity>, after: Option<After>) -> Select<order::Entity> {
    use order::Column::{DueAt, Id};
    let query = query
        .filter(DueAt.is_not_null())
        .order_by_asc(DueAt)
        .order_by_asc(Id);
    match after {
        None => query,
        Some(After { at, id }) => query.filter(DueAt.gte(at)).filter(
            Condition::any()
                .add(DueAt.gt(at))
                .add(Condition::all().add(DueAt.eq(at)).add(Id.gt(id))),
        ),
    }
}

fn newest(query: Select<order::Entity>, after: Option<After>) -> Select<order::Entity> {
    use order::Column::{CreatedAt, Id};
    let query = query.order_by_desc(CreatedAt).order_by_desc(Id);
    match after {
        None => query,
        Some(After { at, id }) => query.filter(CreatedAt.lte(at)).filter(
            Condition::any()
                .add(CreatedAt.lt(at))
                .add(Condition::all().add(CreatedAt.eq(at)).add(Id.lt(id))),
        ),
    }
}

/// Selects the orders visible with this access: the rule of `access` for the database.
#[must_use]
pub fn access_condition(sight: &OrderAccess) -> Condition {
    match sight {
        OrderAccess::City => Condition::all(),
        OrderAccess::Area(area) => Condition::all().add(order::Column::AreaCode.eq(area.as_str())),
        OrderAccess::Unit(unit) => assigned(*unit),
        OrderAccess::OwnOrders(person) => reported_or_endorsed(*person),
        OrderAccess::None => nothing(),
    }
}

fn nothing() -> Condition {
    Condition::all().add(Expr::value(1).eq(0))
}

fn assigned(unit: UnitId) -> Condition {
    let charges = Query::select()
        .column(assignment::Column::OrderId)
        .from(assignment::Entity)
        .and_where(assignment::Column::UnitId.eq(unit))
        .to_owned();
    Condition::all().add(order::Column::Id.in_subquery(charges))
}

/// Two index look-ups joined by a union: an `OR` would read every order.
fn reported_or_endorsed(person: PersonId) -> Condition {
    let mut own: SelectStatement = Query::select()
        .column(order::Column::Id)
        .from(order::Entity)
        .and_where(order::Column::ReporterId.eq(person))
        .to_owned();
    let endorsed = Query::select()
        .column(endorsement::Column::OrderId)
        .from(endorsement::Entity)
        .and_where(endorsement::Column::PersonId.eq(person))
        .to_owned();
    own.union(UnionType::All, endorsed);
    Condition::all().add(order::Column::Id.in_subquery(own))
}

fn scoped(actor: &Actor, scope: Scope) -> Condition {
    match (scope, actor.person, actor.unit) {
        (Scope::All, ..) => Condition::all(),
        (Scope::Mine, Some(person), _) => reported_or_endorsed(person),
        (Scope::Unit, _, Some(unit)) => assigned(unit),
        (Scope::Area, ..) => match (&actor.order_access, &actor.area) {
            (OrderAccess::City, None) => Condition::all(),
            (_, Some(area)) => Condition::all().add(order::Column::AreaCode.eq(area.as_str())),
            _ => nothing(),
        },
        _ => nothing(),
    }
}

fn filter_condition(actor: &Actor, filter: &Filter) -> Condition {
    use order::Column as C;
    let mut all = scoped(actor, filter.scope);
    if !filter.statuses.is_empty() {
        all = all.add(C::Status.is_in(filter.statuses.iter().copied()));
    }
    if !filter.lights.is_empty() {
        all = all.add(C::Light.is_in(filter.lights.iter().copied()));
        if !filter.lights.contains(&Light::Green) {
            all = all.add(Expr::cust(NOT_GREEN));
        }
    }
    if !filter.categories.is_empty() {
        all = all.add(C::CategoryCode.is_in(filter.categories.iter().cloned()));
    }
    if !filter.areas.is_empty() {
        all = all.add(C::AreaCode.is_in(filter.areas.iter().cloned()));
    }
    if !filter.units.is_empty() {
        all = all.add(C::UnitId.is_in(filter.units.iter().copied()));
    }
    if !filter.channels.is_empty() {
        all = all.add(C::Channel.is_in(filter.channels.iter().copied()));
    }
    all = all.add_option(filter.difficult.map(|yes| marked(C::Difficult, yes)));
    all = all.add_option(filter.tracked.map(|yes| marked(C::Tracked, yes)));
    if let Some(queue) = filter.queue {
        all = all.add(match actor.unit {
            Some(unit) => unit_queue::condition(queue, unit),
            None => nothing(),
        });
    }
    all = all.add(narrowing(actor, filter));
    if let Some(from) = filter.from {
        all = all.add(C::CreatedAt.gte(from));
    }
    all.add_option(filter.before.map(|before| C::CreatedAt.lt(before)))
}

/// The predicate of the partial index `orders_light_created`: a planner recognises it only as a literal.
const NOT_GREEN: &str = "orders.light <> 'green'";

/// Few orders have the mark, and a partial index has them; its predicate is the bare column.
fn marked(column: order::Column, yes: bool) -> SimpleExpr {
    if yes {
        Expr::col((order::Entity, column))
    } else {
        column.eq(false)
    }
}

/// Who may ask for the orders of one reporter: those who may know the reporter of a confidential order.
const KNOW_REPORTERS: [ActorRole; 3] = [ActorRole::Operator, ActorRole::Supervisor, ActorRole::Admin];

/// The parts of a filter that other pages link to.
fn narrowing(actor: &Actor, filter: &Filter) -> Condition {
    use order::Column as C;
    let mut all = Condition::all();
    if !filter.townships.is_empty() {
        all = all.add(C::TownshipCode.is_in(filter.townships.iter().cloned()));
    }
    if let Some(reporter) = filter.reporter {
        all = all.add(if KNOW_REPORTERS.contains(&actor.role) {
            Condition::all().add(C::ReporterId.eq(reporter))
        } else {
            nothing()
        });
    }
    if let Some([west, south, east, north]) = filter.within {
        all = all
            .add(C::Longitude.between(west, east))
            .add(C::Latitude.between(south, north));
    }
    match filter.counted {
        Some((counted, span)) => all.add(counted::condition(counted, span)),
        None => all,
    }
}

/// The orders of which the caller may know, out of these numbers; for campaigns and the like.
pub async fn find_visible(app: &App, actor: &Actor, numbers: &[String]) -> Result<Vec<order::Model>> {
    let query = order::Entity::find()
        .filter(order::Column::Number.is_in(numbers.iter().cloned()))
        .filter(access_condition(&actor.order_access));
    Ok(query.all(&app.db).await?)
}

/// The orders of a list, up to `limit`, whatever its pages: for campaigns that gather by a filter.
pub async fn visible_matching(
    app: &App,
    actor: &Actor,
    query: &ListQuery,
    limit: u64,
) -> Result<Vec<OrderId>> {
    let filter = query.parse(&app.state::<CityHandle>().load())?;
    Ok(without_words(actor, &filter)
        .filter(words_condition(&filter, app.db.get_database_backend()))
        .select_only()
        .column(order::Column::Id)
        .order_by_desc(order::Column::CreatedAt)
        .limit(limit)
        .into_tuple()
        .all(&app.db)
        .await?)
}
