//! The version of the database server or library, for administrators.

use sea_orm::{ConnectionTrait as _, DbBackend, DbErr, Statement};

use crate::db::pool::Db;

impl Db {
    /// `16.4` or `3.46.0`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn version(&self) -> Result<String, DbErr> {
        let backend = self.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => "SELECT current_setting('server_version') AS version",
            _ => "SELECT sqlite_version() AS version",
        };
        let row = self.query_one_raw(Statement::from_string(backend, sql)).await?;
        let version: Option<String> = row.map(|row| row.try_get("", "version")).transpose()?;
        Ok(version.unwrap_or_default())
    }
}
