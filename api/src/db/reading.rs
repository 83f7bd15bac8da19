//! Reading from a replica: requests, which read what their person has written, and jobs, which read everything.

use std::sync::Arc;
use std::time::Duration;

use entity::ids::PersonId;
use sea_orm::{ConnectionTrait as _, DbErr};

use crate::db::marks;
use crate::db::pool::{Db, options};
use crate::db::read_scope::{ReadScope, Wants};
use crate::db::replica::{Behind, Replica};
use crate::db::write::write;

/// Between two looks at the replica.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// A request, as far as it matters to the choice of the server.
#[derive(Clone, Copy, Debug)]
pub struct RequestReads {
    /// It shows a list or counts, and nobody acts on what it reads.
    pub may_lag: bool,
    /// Its method may change something.
    pub may_write: bool,
}

impl Db {
    /// A handle whose lists may be answered by the replica at `url`, while it is at most `max_lag` behind. Looks at the
    /// replica every second as long as the handle lives.
    ///
    /// # Errors
    /// If the address cannot be parsed. A replica that is down is no error.
    pub async fn with_replica(mut self, url: &str, max_lag: Duration) -> Result<Self, DbErr> {
        let replica = Arc::new(Replica::open(options(url), max_lag).await?);
        let mut behind = Behind::default();
        self.look_at(&replica, &mut behind).await;
        let (primary, seen) = (self.clone(), Arc::downgrade(&replica));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK_INTERVAL).await;
                let Some(replica) = seen.upgrade() else {
                    return;
                };
                primary.look_at(&replica, &mut behind).await;
            }
        });
        self.replica = Some(replica);
        Ok(self)
    }

    /// While the primary does not answer nothing is decided: what it would refuse does not reach the replica.
    async fn look_at(&self, replica: &Replica, behind: &mut Behind) {
        if let Ok(primary) = self.primary_place().await {
            replica.look(&primary, behind).await;
        }
    }

    #[must_use]
    pub fn has_replica(&self) -> bool {
        self.replica.is_some()
    }

    /// Answers a request. Its reads may go to the replica once its person is known ([`super::identify_reader`]).
    ///
    /// Its writes are marked before the answer is sent, so that the next request of the same person reads it.
    pub async fn in_request<T>(&self, request: RequestReads, answer: impl Future<Output = T>) -> T {
        if self.replica.is_none() {
            return answer.await;
        }
        let wants = if request.may_lag {
            Wants::OwnWrites
        } else {
            Wants::Primary
        };
        let scope = ReadScope::new(wants);
        let answered = Arc::clone(&scope).run(answer).await;
        if let Some(person) = scope.reader()
            && (request.may_write || scope.has_written())
            && let Err(error) = self.mark(person).await
        {
            tracing::warn!(%error, "write not marked");
        }
        answered
    }

    async fn mark(&self, person: PersonId) -> Result<(), DbErr> {
        let txn = write(self).await?;
        txn.execute_raw(marks::mark(person)).await?;
        txn.commit().await
    }

    /// Reads much, for a job: from the replica if it has replayed all that is committed now, otherwise from the primary.
    pub async fn in_job<T>(&self, reading: impl Future<Output = T>) -> T {
        if self.replica.is_none() {
            return reading.await;
        }
        ReadScope::new(Wants::Everything).run(reading).await
    }
}
