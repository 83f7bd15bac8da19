//! The operators' queue of 人工回访: whose delegate has not answered, the longest waiting first.

use chrono::{DateTime, FixedOffset, Utc};
use entity::ids::FollowUpId;
use entity::{follow_up, order};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::error::Result;
use crate::follow_up::left_reporters;
use crate::follow_up::pending_calls::calls;
use crate::http::paging::{Page, Paging};
use crate::http::time::local;
use crate::orders::Actor;
use crate::orders::view::load;
use crate::orders::view::summary::{OrderSummary, summaries};
use crate::people::profile;

/// Who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CalleeKind {
    Delegate,
    /// The delegate has left the roster.
    Committee,
}

/// The person to call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CalleeView {
    pub kind: CalleeKind,
    /// Of the delegate or of the committee.
    pub name: String,
}

/// A call to make.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueuedCall {
    pub order: OrderSummary,
    /// The person to call.
    pub callee: CalleeView,
    /// Of the delegate to be called; empty if the committee is to be called.
    pub phone_masked: String,
    /// Calls in vain that count so far.
    pub tries: i32,
    /// A call in vain counts from then on; `null` if it counts now.
    pub counts_from: Option<DateTime<FixedOffset>>,
    /// The outcome of the last call.
    pub outcome: Option<String>,
    pub queued_at: DateTime<FixedOffset>,
}

pub async fn list(app: &App, actor: &Actor, paging: &Paging) -> Result<Page<QueuedCall>> {
    let limit = paging.limit()?;
    let rows = waiting(app, paging.after()?, limit + 1).await?;
    let page = Page::from_rows(rows, limit, |(call, _)| (call.asked_at, call.id));
    let orders: Vec<order::Model> = page.items.iter().map(|(_, order)| order.clone()).collect();
    let shown = summaries(app, &app.db, actor, &orders).await?;
    let people = load::people(&app.db, orders.iter().map(|order| order.reporter_id)).await?;
    let city = app.state::<CityHandle>().load();
    let (zone, now) = (city.zone(), app.clock.now());
    let mut items = Vec::with_capacity(shown.len());
    for ((call, order), summary) in page.items.into_iter().zip(shown) {
        let delegate = people.get(&order.reporter_id).filter(|person| person.active);
        let delegate = delegate
            .cloned()
            .map(|person| profile::of(app, person))
            .transpose()?;
        let (kind, name, phone_masked) = match delegate {
            Some(delegate) => (CalleeKind::Delegate, delegate.name, delegate.phone_masked),
            None => (
                CalleeKind::Committee,
                left_reporters::committee(&city, &order),
                String::new(),
            ),
        };
        let counts_from = call.next_at.filter(|from| now < *from);
        items.push(QueuedCall {
            order: summary,
            callee: CalleeView { kind, name },
            phone_masked,
            tries: call.tries,
            counts_from: counts_from.map(|from| local(from, zone)),
            outcome: call.outcome,
            queued_at: local(call.asked_at, zone),
        });
    }
    Ok(Page {
        items,
        next_cursor: page.next_cursor,
    })
}

async fn waiting(
    app: &App,
    after: Option<(DateTime<Utc>, FollowUpId)>,
    limit: u64,
) -> Result<Vec<(follow_up::Model, order::Model)>> {
    use follow_up::Column::{AskedAt, Id};
    let mut query = calls();
    if let Some((at, id)) = after {
        let later = Condition::all().add(AskedAt.eq(at)).add(Id.gt(id));
        query = query.filter(Condition::any().add(AskedAt.gt(at)).add(later));
    }
    let calls = query
        .order_by_asc(AskedAt)
        .order_by_asc(Id)
        .limit(limit)
        .all(&app.db)
        .await?;
    let of_calls = calls.iter().map(|call| call.order_id);
    let orders = order::Entity::find()
        .filter(order::Column::Id.is_in(of_calls))
        .all(&app.db)
        .await?;
    let with_order = |call: follow_up::Model| {
        let order = orders.iter().find(|order| order.id == call.order_id)?.clone();
        Some((call, order))
    };
    Ok(calls.into_iter().filter_map(with_order).collect())
}
