//! Migrations and the first filling of the database. Processes that start together do it one after the other.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use migration::MigratorTrait;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr, RuntimeErr};
use sqlx::sqlite::SqliteConnectOptions;

use crate::db::pool::{options, supports_skip_locked};

/// Any number that nobody else on the database server uses for an advisory lock.
const SETUP_LOCK: i64 = 0x7a68_6974_6f6e_6701;

/// The right to change the schema and to seed. Held until [`Setup::finish`] or the end of the process.
pub struct Setup {
    /// A single connection. On PostgreSQL its session holds the advisory lock.
    connection: DatabaseConnection,
    /// Locked on SQLite; a lock in the database would be in the way of the migrations.
    _file: Option<File>,
}

impl Setup {
    /// Waits until no other process sets the database up.
    pub async fn begin(url: &str) -> Result<Self, DbErr> {
        let file = match sqlite_file(url)? {
            Some(path) => Some(lock_beside(path).await?),
            None => None,
        };
        let mut options = options(url);
        options.max_connections(1);
        let connection = Database::connect(options).await?;
        if supports_skip_locked(&connection) {
            let lock = format!("SELECT pg_advisory_lock({SETUP_LOCK})");
            connection.execute_unprepared(&lock).await?;
        }
        Ok(Self {
            connection,
            _file: file,
        })
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        migration::Migrator::up(&self.connection, None).await
    }

    /// Lets the next process in.
    pub async fn finish(self) -> Result<(), DbErr> {
        self.connection.close().await
    }
}

/// Brings the schema up to date.
pub async fn migrate(url: &str) -> Result<(), DbErr> {
    let setup = Setup::begin(url).await?;
    setup.migrate().await?;
    setup.finish().await
}

/// Takes the last migration back.
pub async fn migrate_down(url: &str) -> Result<(), DbErr> {
    let setup = Setup::begin(url).await?;
    migration::Migrator::down(&setup.connection, Some(1)).await?;
    setup.finish().await
}

/// Returns the file of an SQLite database, `None` for one in memory or for PostgreSQL.
/// # Errors
/// If the address cannot be parsed.
pub fn sqlite_file(url: &str) -> Result<Option<PathBuf>, DbErr> {
    if !url.starts_with("sqlite:") || url.contains(":memory:") {
        return Ok(None);
    }
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
    Ok(Some(options.get_filename().to_owned()))
}

/// Locks `<database>.lock`, off the async threads.
async fn lock_beside(database: PathBuf) -> Result<File, DbErr> {
    let lock = move || {
        let mut name = database.into_os_string();
        name.push(".lock");
        let file = File::create(Path::new(&name))?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    };
    let locked = tokio::task::spawn_blocking(lock).await;
    let locked = locked.map_err(std::io::Error::other).flatten();
    locked.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(sqlx::Error::Io(error).into())))
}
