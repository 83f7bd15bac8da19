//! One matter of the queue, opened; and the next one, when that is done.

use entity::kinds::Role;

use super::kinds::QueueKind;
use super::service::{self, CalledParty, ItemContext};
use super::store::{self, ItemFilter};
use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::{ErrorKind, Result};
use crate::orders::Actor;
use crate::orders::view::read;

/// Maximum number of rows searched for an unclaimed matter, more than the operators of a desk.
const SCAN_LIMIT: u64 = 50;

pub struct OpenItem {
    /// The pending items of the order; may be empty.
    pub items: Vec<ItemContext>,
    /// The person to call, for the operator who has claimed a call.
    pub callee: Option<CalledParty>,
}

/// Returns the order with its pending items of these kinds.
pub async fn open(app: &App, caller: &Caller, kinds: &[QueueKind], number: &str) -> Result<OpenItem> {
    caller.require(Role::Operator)?;
    let (order, _) = read::visible(app, &Actor::from(caller), number).await?;
    let city = app.state::<CityHandle>().load();
    let mut entries = Vec::new();
    for kind in kinds {
        let wanted = ItemFilter {
            kind: *kind,
            allowance: kind.time_limit(&city.policy),
            only: Some(order.id),
            after: None,
        };
        entries.extend(store::next(&app.db, wanted, 1).await?);
    }
    let items = service::load_contexts(app, caller, entries).await?;
    let calls = items.iter().any(|item| {
        item.entry.kind == QueueKind::FollowUp && item.claim.as_ref().is_some_and(|claim| claim.mine)
    });
    let callee = if calls {
        service::called_party(app, &order).await?
    } else {
        None
    };
    Ok(OpenItem { items, callee })
}

/// Claims the most urgent unclaimed matter of these kinds, other than `done`, and returns its number.
pub async fn take_next(
    app: &App,
    caller: &Caller,
    kinds: &[QueueKind],
    done: &str,
) -> Result<Option<String>> {
    let waiting = service::list(app, caller, kinds, None, SCAN_LIMIT).await?;
    for item in waiting.page.items {
        let taken = item.claim.is_some_and(|claim| !claim.mine);
        if taken || item.order.number == done {
            continue;
        }
        match service::claim(app, caller, &item.order.number).await {
            Ok(_) => return Ok(Some(item.order.number)),
            // Somebody was faster: there may be another one.
            Err(error) if error.kind() == Some(ErrorKind::Conflict) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
