//! The database as it is configured.

use sea_orm::DbErr;
use secrecy::ExposeSecret as _;

use crate::config::DatabaseConfig;
use crate::db::pool::{self, Db};

/// Connects, through the pooler and with the replica if there are any.
///
/// # Errors
/// If the database cannot be reached. A replica that is down is no error.
pub async fn open(config: &DatabaseConfig) -> Result<Db, DbErr> {
    let url = config.url.expose_secret();
    let db = if config.direct_url.is_some() {
        pool::connect_pooled(url).await?
    } else {
        pool::connect(url).await?
    };
    match &config.read_url {
        Some(replica) => {
            db.with_replica(replica.expose_secret(), config.read_max_lag)
                .await
        }
        None => Ok(db),
    }
}
