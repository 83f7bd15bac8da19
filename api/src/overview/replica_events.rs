//! Publishes projection results to all replicas.
//!
//! On PostgreSQL this is a `NOTIFY` inside the projection transaction, received by every listening replica including
//! this one; on SQLite a direct call after the commit.
//!
//! The projection notifies, not the submitter: PostgreSQL serializes the commits of transactions that notify.

use chrono::{DateTime, TimeDelta, Utc};
use entity::order;
use sea_orm::{ConnectionTrait, Statement};
use secrecy::ExposeSecret as _;
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

use super::facts::OrderFacts;
use crate::app::App;
use crate::city::snapshot::City;
use crate::db;
use crate::error::Result;
use crate::http::time::local;
use crate::overview::news::{NewsKind, OrderNews, ReplicaMessage};
use crate::overview::screen_hub::ScreenHub;

const CHANNEL: &str = "zhitong_screen";
/// PostgreSQL takes 7,999 bytes.
const MAX_MESSAGE_BYTES: usize = 7_000;
/// More news than this at once are replaced by a resync.
const MAX_NEWS: usize = 100;
/// An order counted for the first time later than this after its arrival is history, not news.
const NEWS_WINDOW: TimeDelta = TimeDelta::hours(1);
const RECONNECT: Duration = Duration::from_secs(2);

/// Returns the news about an order that was counted as `was` and now as `is`.
#[must_use]
pub fn order_events(
    city: &City,
    order: &order::Model,
    was: Option<&OrderFacts>,
    is: &OrderFacts,
    now: DateTime<Utc>,
) -> Option<OrderNews> {
    let kind = match was {
        None if now - order.created_at <= NEWS_WINDOW => NewsKind::Arrived,
        None => return None,
        Some(was) if was.status != is.status => NewsKind::Moved,
        Some(was) if was.light != is.light => NewsKind::Light,
        Some(_) => return None,
    };
    Some(OrderNews {
        kind,
        number: order.number.clone(),
        status: is.status,
        light: is.light,
        category: order
            .category_code
            .as_deref()
            .map(|code| city.categories.name_of(code).to_owned()),
        area: order.area_code.clone(),
        area_name: order
            .area_code
            .as_deref()
            .map(|code| city.county_name(code).to_owned()),
        unit: order.unit_id.and_then(|unit| Some(city.unit(unit)?.name.clone())),
        at: local(order.updated_at, city.zone()),
    })
}

/// At least one: counts may have moved without any news.
#[must_use]
pub fn split_into_messages(seq: i64, mut news: Vec<OrderNews>) -> Vec<ReplicaMessage> {
    let parcel = |part| ReplicaMessage {
        seq,
        part,
        news: Vec::new(),
        truncated: false,
    };
    let mut parcels = vec![parcel(0)];
    let more = news.len() > MAX_NEWS;
    news.truncate(MAX_NEWS);
    let mut bytes = 0;
    for news in news {
        let size = serde_json::to_string(&news).map_or(0, |text| text.len()) + 1;
        if bytes + size > MAX_MESSAGE_BYTES {
            let part = parcels.last().map_or(0, |parcel| parcel.part + 1);
            parcels.push(parcel(part));
            bytes = 0;
        }
        bytes += size;
        if let Some(last) = parcels.last_mut() {
            last.news.push(news);
        }
    }
    if let Some(last) = parcels.last_mut() {
        last.truncated = more;
    }
    parcels
}

/// Puts the parcels on the wire, in the fold's transaction.
pub async fn notify(txn: &impl ConnectionTrait, parcels: &[ReplicaMessage]) -> Result<()> {
    if !db::supports_skip_locked(txn) {
        return Ok(());
    }
    for parcel in parcels {
        let text = serde_json::to_string(parcel).map_err(anyhow::Error::from)?;
        let notify = Statement::from_sql_and_values(
            txn.get_database_backend(),
            "SELECT pg_notify($1, $2)",
            [CHANNEL.into(), text.into()],
        );
        txn.query_one_raw(notify).await?;
    }
    Ok(())
}

/// Hands the parcels over where no wire does.
pub fn publish_locally(app: &App, parcels: Vec<ReplicaMessage>) {
    if !db::supports_skip_locked(&app.db) {
        for parcel in parcels {
            app.state::<ScreenHub>().publish_changes(parcel);
        }
    }
}

/// Listens until cancelled, on a connection of its own. After a disconnect all screens resynchronize, because events in
/// between are lost.
pub async fn listen(app: &App, stop: &CancellationToken) {
    if !db::supports_skip_locked(&app.db) {
        return;
    }
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => return,
            ended = listen_once(app) => {
                if let Err(error) = ended {
                    tracing::warn!(error = %error, "replica listener disconnected");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(RECONNECT) => {}
        }
    }
}

async fn listen_once(app: &App) -> Result<(), sqlx::Error> {
    // A pooler in transaction mode passes no notifications on.
    let url = app.config.database.server_url().expose_secret();
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    app.state::<ScreenHub>().request_resync();
    // None: the connection was lost.
    while let Some(notification) = listener.try_recv().await? {
        match serde_json::from_str(notification.payload()) {
            Ok(parcel) => app.state::<ScreenHub>().publish_changes(parcel),
            Err(error) => {
                tracing::warn!(error = %error, "replica event unreadable");
                app.state::<ScreenHub>().request_resync();
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::kinds::{Light, Status};

    fn some_news() -> OrderNews {
        OrderNews {
            kind: NewsKind::Arrived,
            number: "T20250908000001".to_owned(),
            status: Status::Dispatched,
            light: Light::Green,
            category: Some("占道经营".to_owned()),
            area: Some("A1".to_owned()),
            area_name: Some("某区".to_owned()),
            unit: Some("某某局".to_owned()),
            at: "2025-09-08T09:00:00+08:00".parse().unwrap(),
        }
    }

    #[test]
    fn every_parcel_fits_the_wire_and_nothing_is_lost() {
        let parcels = split_into_messages(7, vec![some_news(); 90]);
        assert!(parcels.len() > 1);
        assert_eq!(parcels.iter().map(|parcel| parcel.news.len()).sum::<usize>(), 90);
        for (index, parcel) in parcels.iter().enumerate() {
            assert!(serde_json::to_string(parcel).unwrap().len() < 7_999);
            assert_eq!((parcel.seq, parcel.part as usize), (7, index));
            assert!(!parcel.truncated);
        }
    }

    #[test]
    fn a_fold_without_news_still_says_that_counts_moved_and_a_flood_says_look_again() {
        assert_eq!(split_into_messages(1, Vec::new()).len(), 1);
        let flood = split_into_messages(2, vec![some_news(); 5_000]);
        assert_eq!(
            flood.iter().map(|parcel| parcel.news.len()).sum::<usize>(),
            MAX_NEWS
        );
        assert!(flood.last().unwrap().truncated);
    }
}
