//! The variables of the database: the server, the way past a pooler, a replica.

use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;

use super::vars::Vars;

/// A replica is never read from when it is further behind.
const MAX_READ_LAG_SECS: u64 = 600;

/// How the database is reached.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// Of the server, or of a pooler in transaction mode if `direct_url` is set.
    pub url: SecretString,
    /// Of the server itself, for migrations and `LISTEN`.
    pub direct_url: Option<SecretString>,
    /// Of a streaming replica that answers lists.
    pub read_url: Option<SecretString>,
    /// A replica that is further behind is not read from.
    pub read_max_lag: Duration,
}

impl DatabaseConfig {
    /// The address past a pooler.
    #[must_use]
    pub fn server_url(&self) -> &SecretString {
        self.direct_url.as_ref().unwrap_or(&self.url)
    }
}

impl Vars<'_> {
    pub(super) fn database(&mut self, data_dir: &Path) -> DatabaseConfig {
        let file = format!("sqlite://{}", data_dir.join("zhitong.sqlite").display());
        let url = self.text("DATABASE_URL", &file);
        if !url.starts_with("sqlite:") && !is_postgres(&url) {
            self.fault("DATABASE_URL", "must start with sqlite:// or postgres://");
        }
        let of_postgres = is_postgres(&url);
        DatabaseConfig {
            url: url.into(),
            direct_url: self.second_database("DATABASE_DIRECT_URL", of_postgres),
            read_url: self.second_database("DATABASE_READ_URL", of_postgres),
            read_max_lag: self.max_lag(),
        }
    }

    fn second_database(&mut self, name: &str, of_postgres: bool) -> Option<SecretString> {
        let url = self.optional(name)?;
        if !of_postgres {
            self.fault(name, "needs PostgreSQL in DATABASE_URL; unset it for SQLite");
        } else if !is_postgres(&url) {
            self.fault(name, "must start with postgres://");
        }
        Some(url.into())
    }

    fn max_lag(&mut self) -> Duration {
        let name = "DATABASE_READ_MAX_LAG_SECS";
        let lag = self.seconds(name, "10");
        if lag.as_secs() > MAX_READ_LAG_SECS {
            self.fault(name, &format!("must be {MAX_READ_LAG_SECS} or less"));
        }
        lag
    }
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres:") || url.starts_with("postgresql:")
}
