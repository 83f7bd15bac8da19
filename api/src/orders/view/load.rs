//! Loads all rows that belong to some orders, with a fixed number of queries however many orders there are.

use std::collections::{BTreeMap, HashMap};

use entity::ids::{OrderId, PersonId, ReplyId};
use entity::{
    assignment, deadline, endorsement, extension, order, order_photo, order_return, person, photo, reply,
    reply_decision, supervision_order, verdict, video, watch_entry,
};
use places::datum::Wgs84;
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::EndorsementsView;
use crate::error::Result;
use crate::files::attach::{self, AttachedFile};
use crate::orders::rules::access::AccessContext;
use crate::orders::rules::actor::Actor;
use crate::videos;
use crate::watch_lists::near::{self, WatchedPlace};

/// Administrative decisions of replies, with their files.
pub type Decisions = HashMap<ReplyId, Vec<(reply_decision::Model, Option<AttachedFile>)>>;

/// The rows that belong to one order.
#[derive(Clone, Debug, Default)]
pub struct OrderContext {
    pub known: AccessContext,
    pub deadlines: Vec<deadline::Model>,
    pub extensions: Vec<extension::Model>,
    pub photos: Vec<(order_photo::Model, photo::Model)>,
    pub video: Option<video::Model>,
    pub verdicts: Vec<verdict::Model>,
    pub replies: Vec<reply::Model>,
    pub returns: Vec<order_return::Model>,
    /// 督办单, answered or not.
    pub supervision: Vec<supervision_order::Model>,
    /// Administrative decisions of each reply, with their files.
    pub decisions: Decisions,
    /// Places of watch lists nearby.
    pub watched: Vec<WatchedPlace>,
    pub reporter: Option<person::Model>,
    pub merged_into: Option<String>,
}

/// The rows of one table that belong to these orders, oldest first.
macro_rules! rows_of_orders {
    ($db:expr, $table:ident, $by:ident, $ids:expr) => {
        $table::Entity::find()
            .filter($table::Column::OrderId.is_in($ids))
            .order_by_asc($table::Column::$by)
            .all($db)
            .await?
    };
}

/// Loads the rows that belong to the orders, in their order.
pub async fn load_contexts(db: &impl ConnectionTrait, orders: &[order::Model]) -> Result<Vec<OrderContext>> {
    let clocks = rows_of_orders!(db, deadline, Id, orders.iter().map(|order| order.id));
    load_all(db, orders, clocks, NonEmptyTables::ALL).await
}

/// The tables of which an order mostly has no row.
struct NonEmptyTables {
    extensions: bool,
    verdicts: bool,
    replies: bool,
    returns: bool,
    supervision: bool,
    video: bool,
    /// Whether any place is watched at all.
    watched: bool,
}

impl NonEmptyTables {
    const ALL: Self = Self {
        extensions: true,
        verdicts: true,
        replies: true,
        returns: true,
        supervision: true,
        video: true,
        watched: true,
    };

    /// One question in place of five that mostly find nothing.
    async fn of(db: &impl ConnectionTrait, order: OrderId) -> Result<Self> {
        macro_rules! any {
            ($table:ident) => {
                Expr::exists(
                    Query::select()
                        .expr(Expr::value(1))
                        .from($table::Entity)
                        .and_where($table::Column::OrderId.eq(order))
                        .to_owned(),
                )
            };
        }
        let question = Query::select()
            .expr_as(any!(extension), "extensions")
            .expr_as(any!(verdict), "verdicts")
            .expr_as(any!(reply), "replies")
            .expr_as(any!(order_return), "returns")
            .expr_as(any!(supervision_order), "supervision")
            .expr_as(any!(video), "video")
            .expr_as(Expr::exists(watched_places()), "watched")
            .to_owned();
        let Some(row) = db.query_one(&question).await? else {
            return Ok(Self::ALL);
        };
        Ok(Self {
            extensions: row.try_get("", "extensions")?,
            verdicts: row.try_get("", "verdicts")?,
            replies: row.try_get("", "replies")?,
            returns: row.try_get("", "returns")?,
            supervision: row.try_get("", "supervision")?,
            video: row.try_get("", "video")?,
            watched: row.try_get("", "watched")?,
        })
    }
}

/// Decisions with their files, by order and reply.
async fn decisions(
    db: &impl ConnectionTrait,
    rows: Vec<reply_decision::Model>,
) -> Result<Vec<(OrderId, ReplyId, (reply_decision::Model, Option<AttachedFile>))>> {
    let files = rows.iter().filter_map(|row| row.file_id).collect();
    let files = attach::by_id(db, files).await?;
    let with_file = |row: reply_decision::Model| {
        let file = row.file_id.and_then(|id| files.get(&id).cloned());
        (row.order_id, row.reply_id, (row, file))
    };
    Ok(rows.into_iter().map(with_file).collect())
}

/// Whether there is a watched place is one look into a partial index.
fn watched_places() -> SelectStatement {
    Query::select()
        .expr(Expr::value(1))
        .from(watch_entry::Entity)
        .and_where(watch_entry::Column::RemovedAt.is_null())
        .and_where(watch_entry::Column::Latitude.is_not_null())
        .to_owned()
}

/// The orders that have a point.
fn points(orders: &[order::Model]) -> Vec<(OrderId, Wgs84)> {
    let point = |order: &order::Model| {
        let (longitude, latitude) = order.longitude.zip(order.latitude)?;
        Some((order.id, Wgs84 { longitude, latitude }))
    };
    orders.iter().filter_map(point).collect()
}

async fn load_all(
    db: &impl ConnectionTrait,
    orders: &[order::Model],
    clocks: Vec<deadline::Model>,
    filled: NonEmptyTables,
) -> Result<Vec<OrderContext>> {
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let mut all: HashMap<OrderId, OrderContext> =
        ids.iter().map(|id| (*id, OrderContext::default())).collect();
    macro_rules! spread {
        ($rows:expr, |$around:ident, $row:ident| $push:expr) => {
            for $row in $rows {
                if let Some($around) = all.get_mut(&$row.order_id) {
                    $push;
                }
            }
        };
    }
    macro_rules! read {
        ($table:ident, $by:ident) => {
            rows_of_orders!(db, $table, $by, ids.iter().copied())
        };
    }
    spread!(read!(assignment, Id), |to, row| to.known.assignments.push(row));
    spread!(read!(endorsement, CreatedAt), |to, row| to
        .known
        .endorsers
        .push(row.person_id));
    spread!(clocks, |to, row| to.deadlines.push(row));
    if filled.extensions {
        spread!(read!(extension, Id), |to, row| to.extensions.push(row));
    }
    if filled.verdicts {
        spread!(read!(verdict, CreatedAt), |to, row| to.verdicts.push(row));
    }
    if filled.replies {
        spread!(read!(reply, CreatedAt), |to, row| to.replies.push(row));
        for (order, reply, decision) in decisions(db, read!(reply_decision, Seq)).await? {
            if let Some(to) = all.get_mut(&order) {
                to.decisions.entry(reply).or_default().push(decision);
            }
        }
    }
    if filled.watched {
        for (id, places) in near::watched(db, &points(orders)).await? {
            if let Some(to) = all.get_mut(&id) {
                to.watched = places;
            }
        }
    }
    if filled.returns {
        spread!(read!(order_return, CreatedAt), |to, row| to.returns.push(row));
    }
    if filled.supervision {
        spread!(read!(supervision_order, Number), |to, row| to
            .supervision
            .push(row));
    }
    if filled.video {
        for (id, video) in videos::service::of_orders(db, &ids).await? {
            if let Some(to) = all.get_mut(&id) {
                to.video = Some(video);
            }
        }
    }
    for (place, file) in photos(db, &ids).await? {
        if let Some(to) = all.get_mut(&place.order_id) {
            to.photos.push((place, file));
        }
    }
    in_order_of(db, orders, all).await
}

/// The contexts in the order of their orders, with reporters and the orders that they were merged into.
async fn in_order_of(
    db: &impl ConnectionTrait,
    orders: &[order::Model],
    mut all: HashMap<OrderId, OrderContext>,
) -> Result<Vec<OrderContext>> {
    let reporters = people(db, orders.iter().map(|order| order.reporter_id)).await?;
    let targets = numbers(db, orders.iter().filter_map(|order| order.merged_into)).await?;
    let mut in_order = Vec::with_capacity(orders.len());
    for order in orders {
        let mut around = all.remove(&order.id).unwrap_or_default();
        around.reporter = reporters.get(&order.reporter_id).cloned();
        around.merged_into = order.merged_into.and_then(|id| targets.get(&id).cloned());
        in_order.push(around);
    }
    Ok(in_order)
}

impl OrderContext {
    /// Loads the rows of one order whose deadlines are known.
    pub async fn of(
        db: &impl ConnectionTrait,
        order: &order::Model,
        clocks: Vec<deadline::Model>,
    ) -> Result<Self> {
        let filled = NonEmptyTables::of(db, order.id).await?;
        let around = load_all(db, std::slice::from_ref(order), clocks, filled).await?;
        Ok(around.into_iter().next().unwrap_or_default())
    }

    /// Adds the order's photos and video, read on this connection.
    pub async fn with_photos(mut self, db: &impl ConnectionTrait, order: &order::Model) -> Result<Self> {
        self.photos = photos(db, &[order.id]).await?;
        self.video = videos::service::of_orders(db, &[order.id])
            .await?
            .remove(&order.id);
        let mut watched = near::watched(db, &points(std::slice::from_ref(order))).await?;
        self.watched = watched.remove(&order.id).unwrap_or_default();
        Ok(self)
    }
}

/// The photos of these orders, those added first first.
async fn photos(
    db: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<(order_photo::Model, photo::Model)>> {
    let places = order_photo::Entity::find()
        .filter(order_photo::Column::OrderId.is_in(orders.iter().copied()))
        .order_by_asc(order_photo::Column::AddedAt)
        .order_by_asc(order_photo::Column::PhotoId)
        .all(db)
        .await?;
    let files = photo_rows(db, &places).await?;
    let with_file = |place: order_photo::Model| {
        let file = files.get(&place.photo_id)?.clone();
        Some((place, file))
    };
    Ok(places.into_iter().filter_map(with_file).collect())
}

async fn photo_rows(
    db: &impl ConnectionTrait,
    places: &[order_photo::Model],
) -> Result<HashMap<entity::ids::PhotoId, photo::Model>> {
    if places.is_empty() {
        return Ok(HashMap::new());
    }
    let query =
        photo::Entity::find().filter(photo::Column::Id.is_in(places.iter().map(|place| place.photo_id)));
    Ok(query
        .all(db)
        .await?
        .into_iter()
        .map(|photo| (photo.id, photo))
        .collect())
}

pub async fn people(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = PersonId>,
) -> Result<HashMap<PersonId, person::Model>> {
    let query = person::Entity::find().filter(person::Column::Id.is_in(ids));
    Ok(query
        .all(db)
        .await?
        .into_iter()
        .map(|person| (person.id, person))
        .collect())
}

async fn numbers(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = OrderId>,
) -> Result<HashMap<OrderId, String>> {
    let ids: Vec<_> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(OrderId, String)> = order::Entity::find()
        .select_only()
        .columns([order::Column::Id, order::Column::Number])
        .filter(order::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// How many endorsed each order, and whether the actor did.
pub(super) async fn endorsements(
    db: &impl ConnectionTrait,
    actor: &Actor,
    orders: &[OrderId],
) -> Result<BTreeMap<OrderId, EndorsementsView>> {
    let rows: Vec<(OrderId, PersonId)> = endorsement::Entity::find()
        .select_only()
        .columns([endorsement::Column::OrderId, endorsement::Column::PersonId])
        .filter(endorsement::Column::OrderId.is_in(orders.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let mut counted: BTreeMap<OrderId, EndorsementsView> = BTreeMap::new();
    for (order, person) in rows {
        let view = counted.entry(order).or_default();
        view.count += 1;
        view.mine |= actor.is(person);
    }
    Ok(counted)
}
