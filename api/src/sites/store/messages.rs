//! Queries on messages, as delegates and operators read and handle them.

use chrono::{DateTime, Utc};
use entity::ids::{OrderId, PersonId, SiteMessageId};
use entity::kinds::{ContentCheck, SiteMessageStatus};
use entity::{site, site_delegate, site_message};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait as _,
};

use crate::error::Result;

/// Selects the messages that a delegate reads: of their own sites, of sites of their county without delegates, and what
/// was handed over to them.
fn sites_of(delegate: PersonId, area: Option<&str>) -> Condition {
    let own: SelectStatement = site_delegate::Entity::find()
        .select_only()
        .column(site_delegate::Column::SiteId)
        .filter(site_delegate::Column::PersonId.eq(delegate))
        .into_query();
    let condition = Condition::any()
        .add(site_message::Column::SiteId.in_subquery(own))
        .add(site_message::Column::HandedTo.eq(delegate));
    let Some(area) = area else {
        return condition;
    };
    let looked_after: SelectStatement = site_delegate::Entity::find()
        .select_only()
        .column(site_delegate::Column::SiteId)
        .into_query();
    let of_county: SelectStatement = site::Entity::find()
        .select_only()
        .column(site::Column::Id)
        .filter(site::Column::AreaCode.eq(area))
        .filter(site::Column::Id.not_in_subquery(looked_after))
        .into_query();
    condition.add(site_message::Column::SiteId.in_subquery(of_county))
}

/// The visible messages.
#[derive(Clone, Debug)]
pub enum MessageAccess {
    Everything,
    /// Content that has passed the check, at the sites of a delegate.
    Delegate(PersonId, Option<String>),
}

impl MessageAccess {
    fn condition(&self) -> Condition {
        match self {
            Self::Everything => Condition::all(),
            Self::Delegate(person, area) => Condition::all()
                .add(site_message::Column::ContentCheck.eq(ContentCheck::Pass))
                .add(sites_of(*person, area.as_deref())),
        }
    }
}

pub async fn message(
    connection: &impl ConnectionTrait,
    id: SiteMessageId,
    reach: &MessageAccess,
) -> Result<Option<site_message::Model>> {
    let query = site_message::Entity::find_by_id(id).filter(reach.condition());
    Ok(query.one(connection).await?)
}

/// The filter of a list of messages.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<SiteMessageStatus>,
    pub check: Option<ContentCheck>,
    pub site_code: Option<String>,
}

/// Messages, the newest first.
pub async fn messages(
    connection: &impl ConnectionTrait,
    reach: &MessageAccess,
    filter: &Filter,
    after: Option<(DateTime<Utc>, SiteMessageId)>,
    limit: u64,
) -> Result<Vec<site_message::Model>> {
    use site_message::Column as C;
    let mut query = site_message::Entity::find().filter(reach.condition());
    if let Some(status) = filter.status {
        query = query.filter(C::Status.eq(status));
    }
    if let Some(check) = filter.check {
        query = query.filter(C::ContentCheck.eq(check));
    }
    if let Some(code) = &filter.site_code {
        let site = site::Entity::find()
            .select_only()
            .column(site::Column::Id)
            .filter(site::Column::Code.eq(code.as_str()))
            .into_query();
        query = query.filter(C::SiteId.in_subquery(site));
    }
    if let Some((created_at, id)) = after {
        let earlier = Condition::any()
            .add(C::CreatedAt.lt(created_at))
            .add(C::CreatedAt.eq(created_at).and(C::Id.lt(id)));
        query = query.filter(earlier);
    }
    let query = query
        .order_by_desc(C::CreatedAt)
        .order_by_desc(C::Id)
        .limit(limit);
    Ok(query.all(connection).await?)
}

pub async fn count_messages(
    connection: &impl ConnectionTrait,
    reach: &MessageAccess,
    status: SiteMessageStatus,
) -> Result<u64> {
    let query = site_message::Entity::find()
        .filter(reach.condition())
        .filter(site_message::Column::Status.eq(status));
    Ok(query.count(connection).await?)
}

/// How a message was handled, and by whom.
pub struct Handling<'a> {
    pub status: SiteMessageStatus,
    pub by: Option<PersonId>,
    pub order: Option<OrderId>,
    pub answer: Option<&'a str>,
}

/// Marks a message as handled if it is unhandled and has passed the check. Returns `false` otherwise.
pub async fn handle(
    txn: &impl ConnectionTrait,
    id: SiteMessageId,
    handling: Handling<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    use site_message::Column as C;
    let handled = site_message::Entity::update_many()
        .col_expr(C::Status, Expr::value(handling.status))
        .col_expr(C::HandledBy, Expr::value(handling.by))
        .col_expr(C::HandledAt, Expr::value(now))
        .col_expr(C::OrderId, Expr::value(handling.order))
        .col_expr(C::Answer, Expr::value(handling.answer))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(SiteMessageStatus::Received))
        .filter(C::ContentCheck.eq(ContentCheck::Pass))
        .exec(txn)
        .await?;
    Ok(handled.rows_affected == 1)
}

/// Stores the state of the check. Returns `false` if it is unchanged. A risky unhandled message is refused, and
/// restored when an operator decides otherwise.
pub async fn note_check(txn: &impl ConnectionTrait, id: SiteMessageId, check: ContentCheck) -> Result<bool> {
    use site_message::Column as C;
    let noted = site_message::Entity::update_many()
        .col_expr(C::ContentCheck, Expr::value(check))
        .filter(C::Id.eq(id))
        .filter(C::ContentCheck.ne(check))
        .exec(txn)
        .await?;
    let (from, to) = if check == ContentCheck::Risky {
        (SiteMessageStatus::Received, SiteMessageStatus::Refused)
    } else {
        (SiteMessageStatus::Refused, SiteMessageStatus::Received)
    };
    site_message::Entity::update_many()
        .col_expr(C::Status, Expr::value(to))
        .filter(C::Id.eq(id))
        .filter(C::Status.eq(from))
        .exec(txn)
        .await?;
    Ok(noted.rows_affected == 1)
}
