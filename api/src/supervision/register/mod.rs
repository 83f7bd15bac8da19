//! 督办台账: the supervision register for supervisors and for units that owe an answer: supervision orders and their
//! answers, tracked orders by committee, urges. Each reader sees their own area.

use std::collections::{BTreeMap, HashMap};

use entity::ids::{OrderId, PersonId, UrgeId};
use entity::kinds::{Light, Role};
use entity::{order, supervision_order, urge};

use crate::app::App;
use crate::caller::{Caller, OrderAccess};
use crate::city::snapshot::CityHandle;
use crate::error::{Error, Result};
use crate::http::paging::{Page, Paging};
use crate::orders::Actor;
use crate::orders::view::summary::{OrderSummary, summaries};
use crate::people::profile;
use store::{After, OrdersPage, RegisterAccess};

mod state;
mod store;

pub use state::State;

/// The requested part of the register, limited to the caller's sight.
pub struct Register<'a> {
    app: &'a App,
    caller: &'a Caller,
    reach: RegisterAccess,
}

pub struct SupervisionOrderEntry {
    pub row: supervision_order::Model,
    pub order: OrderSummary,
}

pub struct TrackedEntry {
    pub order: OrderSummary,
    pub committee: Option<String>,
}

pub struct UrgeEntry {
    pub row: urge::Model,
    pub order: OrderSummary,
    pub by: String,
}

/// How many orders a committee tracks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrackedCounts {
    pub all: i64,
    pub yellow: i64,
    pub red: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub open: u64,
    pub overdue: u64,
}

impl<'a> Register<'a> {
    /// `area`: a county-level code, or its name; what is none of the city is an empty register's, and so is 404.
    pub fn open(app: &'a App, caller: &'a Caller, area: Option<&str>) -> Result<Self> {
        caller.require_any(&[Role::Supervisor, Role::Operator, Role::Handler, Role::Admin])?;
        let city = app.state::<CityHandle>().load();
        let area = match area {
            Some(text) => {
                let county = city.county(text).ok_or_else(Error::not_found)?;
                Some(county.code.clone())
            }
            None => None,
        };
        let reach = RegisterAccess {
            sight: caller.order_access(),
            area,
        };
        Ok(Self { app, caller, reach })
    }

    /// Whether there is more than one county to choose from.
    #[must_use]
    pub fn spans_counties(&self) -> bool {
        self.reach.sight == OrderAccess::City
    }

    pub async fn counts(&self) -> Result<Counts> {
        let now = self.app.clock.now();
        let count = |state| store::count_supervision_orders(&self.app.db, &self.reach, state, now);
        Ok(Counts {
            open: count(State::Open).await?,
            overdue: count(State::Overdue).await?,
        })
    }

    /// Those that wait by their due time, the nearest first; others the newest first.
    pub async fn issued(&self, state: Option<State>, paging: &Paging) -> Result<Page<SupervisionOrderEntry>> {
        let limit = paging.limit()?;
        let wanted = OrdersPage {
            state,
            after: paging.after()?,
            limit: limit + 1,
        };
        let now = self.app.clock.now();
        let rows = store::supervision_orders(&self.app.db, &self.reach, wanted, now).await?;
        let page = Page::from_rows(rows, limit, |row| After {
            due_at: row.due_at,
            id: row.id,
        });
        let orders = self.orders(page.items.iter().map(|row| row.order_id)).await?;
        let items = page.items.into_iter().filter_map(|row| {
            let order = orders.get(&row.order_id)?.clone();
            Some(SupervisionOrderEntry { row, order })
        });
        Ok(Page {
            items: items.collect(),
            next_cursor: page.next_cursor,
        })
    }

    /// Orders under tracking, the newest first; of one committee, of none (`""`), or all.
    pub async fn tracked(&self, committee: Option<&str>, paging: &Paging) -> Result<Page<TrackedEntry>> {
        let limit = paging.limit()?;
        let after: Option<OrderId> = paging.after()?;
        let db = &self.app.db;
        let rows = store::tracked_orders(db, &self.reach, committee, after, limit + 1).await?;
        let page = Page::from_rows(rows, limit, |row| row.id);
        let summaries = summaries(self.app, db, &Actor::from(self.caller), &page.items).await?;
        let items = page.items.into_iter().zip(summaries);
        let items = items.map(|(row, order)| TrackedEntry {
            order,
            committee: row.committee,
        });
        Ok(Page {
            items: items.collect(),
            next_cursor: page.next_cursor,
        })
    }

    /// Returns the tracked orders by committee name; orders without a committee come last.
    pub async fn committees(&self) -> Result<Vec<(Option<String>, TrackedCounts)>> {
        let mut loads: BTreeMap<(bool, Option<String>), TrackedCounts> = BTreeMap::new();
        for (committee, light, count) in store::committees(&self.app.db, &self.reach).await? {
            let load = loads.entry((committee.is_none(), committee)).or_default();
            load.all += count;
            match light {
                Light::Yellow => load.yellow += count,
                Light::Red => load.red += count,
                Light::Green => {}
            }
        }
        Ok(loads
            .into_iter()
            .map(|((_, committee), load)| (committee, load))
            .collect())
    }

    /// Lists urges, newest first.
    pub async fn urges(&self, paging: &Paging) -> Result<Page<UrgeEntry>> {
        let limit = paging.limit()?;
        let after: Option<UrgeId> = paging.after()?;
        let rows = store::urges(&self.app.db, &self.reach, after, limit + 1).await?;
        let page = Page::from_rows(rows, limit, |row| row.id);
        let orders = self.orders(page.items.iter().map(|row| row.order_id)).await?;
        let people: Vec<PersonId> = page.items.iter().filter_map(|row| row.person_id).collect();
        let names = profile::names(self.app, people).await?;
        let items = page.items.into_iter().filter_map(|row| {
            let order = orders.get(&row.order_id)?.clone();
            let by = row.person_id.and_then(|person| names.get(&person).cloned());
            let by = by.unwrap_or_default();
            Some(UrgeEntry { row, order, by })
        });
        Ok(Page {
            items: items.collect(),
            next_cursor: page.next_cursor,
        })
    }

    async fn orders(&self, ids: impl Iterator<Item = OrderId>) -> Result<HashMap<OrderId, OrderSummary>> {
        let db = &self.app.db;
        let rows = store::orders(db, ids.collect()).await?;
        let rows: Vec<order::Model> = rows.into_values().collect();
        let summaries = summaries(self.app, db, &Actor::from(self.caller), &rows).await?;
        Ok(rows.iter().map(|row| row.id).zip(summaries).collect())
    }
}
