//! The queue as an operator sees it, and the claim that reserves a matter for an operator.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::kinds::Role;
use entity::{order, order_return};

use super::kinds::QueueKind;
pub use super::store::PendingRequest;
use super::store::{self, After, Entry, ItemFilter};
use super::suggestions::{self, Proposals};
use crate::app::App;
use crate::caller::Caller;
use crate::city::categories::service::{suggest_all, two_matters_of_all};
use crate::city::snapshot::CityHandle;
use crate::db;
use crate::error::{Error, ErrorKind, Refusal, Result};
use crate::follow_up::left_reporters;
use crate::http::paging::Page;
use crate::orders::rules::dispatch_reason::DispatchReason;
use crate::orders::view::summary::{self, OrderSummary};
use crate::orders::{Actor, claims};
use crate::people::claims::Claim;
use crate::people::{self, profile};
use crate::sealing::Phone;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    NothingWaits,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        "nothing_waits"
    }

    fn detail(&self) -> String {
        "这件工单没有需要坐席处理的事项，可能已由他人处理，请刷新待办。".to_owned()
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Conflict
    }
}

/// A row of the queue, with what the operator needs to decide.
pub struct ItemContext {
    pub entry: Entry,
    pub order: OrderSummary,
    /// Why the product did not decide.
    pub reason: Option<String>,
    pub returned: Option<order_return::Model>,
    pub proposals: Proposals,
    pub claim: Option<Claim>,
}

pub struct Queue {
    pub page: Page<ItemContext>,
    pub counts: BTreeMap<QueueKind, u64>,
}

/// A page of these kinds, the most urgent first; all of them are counted.
pub async fn list(
    app: &App,
    caller: &Caller,
    kinds: &[QueueKind],
    after: Option<After>,
    limit: u64,
) -> Result<Queue> {
    caller.require(Role::Operator)?;
    let city = app.state::<CityHandle>().load();
    let mut entries = Vec::new();
    for kind in kinds {
        let wanted = ItemFilter {
            kind: *kind,
            allowance: kind.time_limit(&city.policy),
            only: None,
            after,
        };
        entries.extend(store::next(&app.db, wanted, limit + 1).await?);
    }
    entries.sort_by_key(Entry::key);
    let length = usize::try_from(limit + 1).unwrap_or(usize::MAX);
    entries.truncate(length);
    let page = Page::from_rows(entries, limit, Entry::key);
    let items = load_contexts(app, caller, page.items).await?;
    Ok(Queue {
        page: Page {
            items,
            next_cursor: page.next_cursor,
        },
        counts: store::counts(&app.db).await?,
    })
}

/// How many of each kind wait.
pub async fn counts(app: &App, caller: &Caller) -> Result<BTreeMap<QueueKind, u64>> {
    caller.require(Role::Operator)?;
    store::counts(&app.db).await
}

/// Adds what is shown beside the rows, in a fixed number of queries.
pub(super) async fn load_contexts(
    app: &App,
    caller: &Caller,
    entries: Vec<Entry>,
) -> Result<Vec<ItemContext>> {
    let ids: Vec<OrderId> = entries.iter().map(|entry| entry.order).collect();
    let orders = store::orders(&app.db, &ids).await?;
    let summaries = summary::summaries(app, &app.db, &Actor::from(caller), &orders).await?;
    let mut orders: HashMap<OrderId, (order::Model, OrderSummary)> = orders
        .into_iter()
        .zip(summaries)
        .map(|(order, summary)| (order.id, (order, summary)))
        .collect();
    let returned = entries.iter().filter(|entry| entry.kind == QueueKind::Returned);
    let returned: Vec<_> = returned.map(|entry| entry.order).collect();
    let mut returned = store::returns(&app.db, &returned).await?;
    let claims = claims::of_orders(&app.db, &ids, app.clock.now()).await?;
    let claims = people::claims::read(app, caller, claims).await?;
    let city = app.state::<CityHandle>().load();
    let wanted = entries.iter().filter(|entry| entry.kind.wants_unit());
    let texts = wanted.filter_map(|entry| {
        let (order, _) = orders.get(&entry.order)?;
        Some((entry.order, order.description.clone()))
    });
    let texts: HashMap<OrderId, String> = texts.collect();
    let mut matters = two_matters_of_all(&city, texts.clone()).await?;
    let suggested = suggest_all(&city, texts).await?;
    let mut items = Vec::with_capacity(entries.len());
    for entry in entries {
        // An order may wait for two things at once.
        let Some((order, summary)) = orders.get_mut(&entry.order) else {
            continue;
        };
        let returned = match entry.kind {
            QueueKind::Returned => returned.remove(&entry.order),
            _ => None,
        };
        let proposals = if entry.kind.wants_unit() {
            let categories = suggested.get(&entry.order).cloned().unwrap_or_default();
            Proposals {
                matters: matters.remove(&entry.order).unwrap_or_default(),
                ..suggestions::of(&city, order, returned.as_ref(), categories)
            }
        } else {
            Proposals::default()
        };
        let reason = Some(DispatchReason::read(&order.dispatch).reason);
        items.push(ItemContext {
            order: summary.clone(),
            reason: reason.filter(|reason| entry.kind.wants_unit() && !reason.is_empty()),
            returned,
            proposals,
            claim: claims.get(&entry.order.to_string()).cloned(),
            entry,
        });
    }
    Ok(items)
}

/// A claimed matter.
pub struct Claimed {
    pub kinds: Vec<QueueKind>,
    pub until: DateTime<Utc>,
    /// The person to call, if the pending item is a call. No other place shows a whole number.
    pub callee: Option<CalledParty>,
}

/// The person whom an operator calls.
#[derive(Clone, Debug)]
pub enum CalledParty {
    Delegate {
        name: String,
        phone: Phone,
    },
    /// The delegate has left the roster: their standing committee, whose number the city knows.
    Committee {
        name: String,
    },
}

/// Returns whom to call about an order; `None` if the delegate's number cannot be read.
pub async fn called_party(app: &App, order: &order::Model) -> Result<Option<CalledParty>> {
    if left_reporters::has_left(&app.db, order).await? {
        let name = left_reporters::committee(&app.state::<CityHandle>().load(), order);
        return Ok(Some(CalledParty::Committee { name }));
    }
    let contact = profile::contact(app, order.reporter_id).await?;
    Ok(contact.map(|(name, phone)| CalledParty::Delegate { name, phone }))
}

/// Claims the matter for the caller; repeating renews the claim.
pub async fn claim(app: &App, caller: &Caller, number: &str) -> Result<Claimed> {
    caller.require(Role::Operator)?;
    let (now, zone) = (app.clock.now(), app.state::<CityHandle>().load().zone());
    let txn = db::write(&app.db).await?;
    let order = claims::lock(&txn, number).await?;
    claims::ensure_unclaimed(&txn, zone, order.id, Some(caller.person), now).await?;
    let kinds = store::kinds_of(&txn, order.id).await?;
    if kinds.is_empty() {
        return Err(Refused::NothingWaits.into());
    }
    let until = claims::acquire(&txn, order.id, caller.person, now).await?;
    txn.commit().await?;
    let callee = if kinds.contains(&QueueKind::FollowUp) {
        called_party(app, &order).await?
    } else {
        None
    };
    Ok(Claimed { kinds, until, callee })
}

/// Gives the matter back to the others; what the caller does not hold stays as it is.
pub async fn release(app: &App, caller: &Caller, number: &str) -> Result<()> {
    caller.require(Role::Operator)?;
    let txn = db::write(&app.db).await?;
    let order = claims::lock(&txn, number).await?;
    claims::release(&txn, order.id, caller.person).await?;
    Ok(txn.commit().await?)
}

/// The kinds asked for, by their names; all where none is named.
pub fn kinds(text: Option<&str>) -> Result<Vec<QueueKind>> {
    let names = text.unwrap_or_default().split(',').map(str::trim);
    let kinds: Vec<QueueKind> = names
        .filter(|name| !name.is_empty())
        .map(|name| {
            name.parse()
                .map_err(|()| Error::refused(ErrorKind::Malformed, "bad_filter", "kind：没有这个取值。"))
        })
        .collect::<Result<_>>()?;
    Ok(if kinds.is_empty() {
        QueueKind::ALL.to_vec()
    } else {
        QueueKind::ALL
            .into_iter()
            .filter(|kind| kinds.contains(kind))
            .collect()
    })
}
