//! Deletes rows past their retention period, up to 1,000 per transaction to keep locks short. Idempotent: the next run
//! continues.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::PersonId;
use entity::{
    content_check, delivery, hotline_nonce, idempotency_key, job, media_verdict, official_follower, person,
    push_message, refresh_token, second_delivery, session, site_message, site_upload, webhook_delivery,
};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, PaginatorTrait as _, QueryFilter, QuerySelect,
    QueryTrait as _,
};

use super::periods::Periods;
use super::{Mode, PurgedRows, erase};
use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::clock::Clock;
use crate::db;
use crate::error::Result;
use crate::webhooks::partitions;

const BATCH: u64 = 1_000;

/// Deletes expired rows and returns the number per kind. `on_step` is called after each kind.
pub async fn purge(app: &App, mode: Mode, on_step: impl Fn(&PurgedRows) + Sync) -> Result<Vec<PurgedRows>> {
    let city = app.state::<CityHandle>().load();
    let policy = city.files.get("policy.toml").unwrap_or_default();
    let periods = Periods::read(policy)?;
    let mut broom = PurgeRun {
        app,
        mode,
        now: app.clock.now(),
        lines: Vec::new(),
        on_step: &on_step,
    };
    broom.sign_ins(&periods).await?;
    broom.purge_operational(&periods).await?;
    broom.residents(&periods).await?;
    broom.people(&periods).await?;
    Ok(broom.lines)
}

struct PurgeRun<'a> {
    app: &'a App,
    mode: Mode,
    now: DateTime<Utc>,
    lines: Vec<PurgedRows>,
    on_step: &'a (dyn Fn(&PurgedRows) + Sync),
}

impl PurgeRun<'_> {
    fn before(&self, days: u32) -> DateTime<Utc> {
        self.now - TimeDelta::days(i64::from(days))
    }

    async fn sign_ins(&mut self, periods: &Periods) -> Result<()> {
        let before = self.before(periods.sessions_days);
        let over = Condition::any()
            .add(session::Column::EndedAt.lt(before))
            .add(session::Column::ExpiresAt.lt(before));
        let sessions = session::Entity::find()
            .select_only()
            .column(session::Column::Id)
            .filter(over.clone())
            .into_query();
        let tokens = Condition::all().add(refresh_token::Column::SessionId.in_subquery(sessions));
        self.delete::<refresh_token::Entity>("refresh tokens", refresh_token::Column::TokenHash, tokens)
            .await?;
        self.delete::<session::Entity>("sign-ins", session::Column::Id, over)
            .await
    }

    /// Deletes the product's own working data.
    async fn purge_operational(&mut self, periods: &Periods) -> Result<()> {
        let done = Condition::all().add(job::Column::DoneAt.lt(self.before(periods.jobs_days)));
        self.delete::<job::Entity>("jobs done", job::Column::Id, done)
            .await?;
        let pushes = self.before(periods.pushes_days);
        let handled = Condition::all().add(push_message::Column::HandledAt.lt(pushes));
        self.delete::<push_message::Entity>("pushes from WeChat", push_message::Column::Id, handled)
            .await?;
        let received = Condition::all().add(media_verdict::Column::ReceivedAt.lt(pushes));
        self.delete::<media_verdict::Entity>(
            "WeChat's verdicts on pictures",
            media_verdict::Column::TraceId,
            received,
        )
        .await?;
        let expired = Condition::all().add(idempotency_key::Column::ExpiresAt.lt(self.now));
        self.delete::<idempotency_key::Entity>(
            "answers kept for repeats",
            idempotency_key::Column::Key,
            expired,
        )
        .await?;
        let expired = Condition::all().add(hotline_nonce::Column::ExpiresAt.lt(self.now));
        self.delete::<hotline_nonce::Entity>(
            "the call centre's nonces",
            hotline_nonce::Column::Nonce,
            expired,
        )
        .await?;
        let settled =
            Condition::all().add(delivery::Column::SettledAt.lt(self.before(periods.deliveries_days)));
        self.delete::<delivery::Entity>("pushes to phones", delivery::Column::Id, settled)
            .await?;
        let settled =
            Condition::all().add(second_delivery::Column::SettledAt.lt(self.before(periods.deliveries_days)));
        self.delete::<second_delivery::Entity>(
            "messages on second channels",
            second_delivery::Column::Id,
            settled,
        )
        .await?;
        self.webhook_deliveries(periods).await?;
        let gone =
            Condition::all().add(official_follower::Column::LeftAt.lt(self.before(periods.deliveries_days)));
        self.delete::<official_follower::Entity>(
            "people who no longer follow the official account",
            official_follower::Column::OpenidHash,
            gone,
        )
        .await?;
        let copies = Condition::all()
            .add(content_check::Column::SettledAt.lt(self.before(periods.checked_texts_days)))
            .add(content_check::Column::Text.ne(""));
        let emptied = vec![(content_check::Column::Text, Expr::value(""))];
        self.change::<content_check::Entity>(
            "texts that were checked",
            content_check::Column::Id,
            copies,
            emptied,
        )
        .await
    }

    /// Drops whole months where the table is partitioned, and deletes what is left of the others.
    async fn webhook_deliveries(&mut self, periods: &Periods) -> Result<()> {
        let before = self.before(periods.deliveries_days);
        if self.mode == Mode::Real
            && let Err(error) = partitions::keep(&self.app.db, Clock::real().now(), before).await
        {
            // The table is in use: what is not done today is done tomorrow.
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "delivery partitions not kept"
            );
        }
        let finished = Condition::all().add(webhook_delivery::Column::FinishedAt.lt(before));
        self.delete::<webhook_delivery::Entity>("calls of webhooks", webhook_delivery::Column::Id, finished)
            .await
    }

    async fn residents(&mut self, periods: &Periods) -> Result<()> {
        let before = self.before(periods.residents_days);
        let known = Condition::any()
            .add(site_message::Column::ContactSealed.is_not_null())
            .add(site_message::Column::DeviceHash.ne(""));
        let left = Condition::all()
            .add(site_message::Column::CreatedAt.lt(before))
            .add(known);
        let forgotten = vec![
            (site_message::Column::ContactSealed, Expr::value(None::<Vec<u8>>)),
            (site_message::Column::DeviceHash, Expr::value("")),
        ];
        self.change::<site_message::Entity>("residents' contacts", site_message::Column::Id, left, forgotten)
            .await?;
        let uploads = Condition::all().add(site_upload::Column::CreatedAt.lt(before));
        self.delete::<site_upload::Entity>("residents' uploads", site_upload::Column::PhotoId, uploads)
            .await
    }

    async fn people(&mut self, periods: &Periods) -> Result<()> {
        let left = Condition::all()
            .add(person::Column::RemovedAt.lt(self.before(periods.removed_people_days)))
            .add(person::Column::Active.eq(false))
            .add(erase::not_erased());
        let mut rows = 0;
        if self.mode == Mode::DryRun {
            rows = person::Entity::find().filter(left).count(&self.app.db).await?;
        } else {
            loop {
                let ids: Vec<PersonId> = person::Entity::find()
                    .select_only()
                    .column(person::Column::Id)
                    .filter(left.clone())
                    .limit(BATCH)
                    .into_tuple()
                    .all(&self.app.db)
                    .await?;
                if ids.is_empty() {
                    break;
                }
                for id in ids {
                    erase::person(self.app, id, Mode::Real).await?;
                    rows += 1;
                }
            }
        }
        self.done("people who left the roster", rows);
        Ok(())
    }

    async fn delete<E>(&mut self, what: &'static str, key: E::Column, over: Condition) -> Result<()>
    where
        E: EntityTrait,
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        if self.mode == Mode::DryRun {
            return self.count::<E>(what, over).await;
        }
        let mut rows = 0;
        loop {
            let some = next_batch::<E>(key, &over);
            let txn = db::write(&self.app.db).await?;
            let gone = E::delete_many()
                .filter(key.in_subquery(some))
                .filter(over.clone())
                .exec(&txn)
                .await?
                .rows_affected;
            txn.commit().await?;
            rows += gone;
            if gone == 0 {
                break;
            }
        }
        self.done(what, rows);
        Ok(())
    }

    async fn change<E>(
        &mut self,
        what: &'static str,
        key: E::Column,
        over: Condition,
        to: Vec<(E::Column, SimpleExpr)>,
    ) -> Result<()>
    where
        E: EntityTrait,
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        if self.mode == Mode::DryRun {
            return self.count::<E>(what, over).await;
        }
        let mut rows = 0;
        loop {
            let mut update = E::update_many().filter(key.in_subquery(next_batch::<E>(key, &over)));
            for (column, value) in &to {
                update = update.col_expr(*column, value.clone());
            }
            let txn = db::write(&self.app.db).await?;
            let changed = update.exec(&txn).await?.rows_affected;
            txn.commit().await?;
            rows += changed;
            if changed == 0 {
                break;
            }
        }
        self.done(what, rows);
        Ok(())
    }

    async fn count<E>(&mut self, what: &'static str, over: Condition) -> Result<()>
    where
        E: EntityTrait,
        E::Model: FromQueryResult + Sized + Send + Sync,
    {
        let rows = E::find().filter(over).count(&self.app.db).await?;
        self.done(what, rows);
        Ok(())
    }

    fn done(&mut self, what: &'static str, rows: u64) {
        let line = PurgedRows { what, rows };
        (self.on_step)(&line);
        self.lines.push(line);
    }
}

/// The keys of the next batch.
fn next_batch<E: EntityTrait>(key: E::Column, over: &Condition) -> sea_orm::sea_query::SelectStatement {
    E::find()
        .select_only()
        .column(key)
        .filter(over.clone())
        .limit(BATCH)
        .into_query()
}
