//! The database and the data keys.

use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use crate::config::{Config, DatabaseConfig};
use crate::db::{self, Db, ServerFinding};
use crate::people::sealed_sample::sealed_phones;
use crate::preflight::rules::{self, Schema, Server};
use crate::sealing::{SealError, Sealer};
use crate::upkeep::check::{Check, State};
use crate::upkeep::machine;

const TIMEOUT: Duration = Duration::from_secs(15);
/// Sealed values that are tried.
const SAMPLE: u64 = 200;

/// Lines about the database, and its clock.
pub(super) struct Findings {
    pub(super) checks: Vec<Check>,
    pub(super) server_time: Option<DateTime<Utc>>,
}

impl From<Check> for Findings {
    fn from(check: Check) -> Self {
        Self {
            checks: vec![check],
            server_time: None,
        }
    }
}

/// Judges the database and whether the data keys open what is in it. A file that does not exist is not created.
pub(super) async fn check(config: &Config, sealer: &Sealer) -> Findings {
    let url = config.database.url.expose_secret();
    match db::sqlite_file(url) {
        Ok(Some(file)) if !file.exists() => {
            return Check::well("数据库", "SQLite，还没有，启动时建立").into();
        }
        Ok(_) => {}
        Err(_) => return unreachable("DATABASE_URL 写错了"),
    }
    let one = DatabaseConfig {
        read_url: None,
        ..config.database.clone()
    };
    let connected = tokio::time::timeout(TIMEOUT, db::open(&one)).await;
    let Ok(Ok(db)) = connected else {
        return unreachable("连接不上");
    };
    let findings = tokio::time::timeout(TIMEOUT, inspect(&db, sealer)).await;
    let mut findings = findings.unwrap_or_else(|_| unreachable("没有应答"));
    if let Some(direct) = &config.database.direct_url {
        let found = server(&db, direct).await;
        findings.checks.push(rules::direct_server(found));
    }
    if let Some(replica) = &config.database.read_url {
        let found = server(&db, replica).await;
        findings.checks.push(rules::read_replica(found));
    }
    let _ = db.close().await;
    findings
}

async fn server(db: &Db, url: &SecretString) -> Server {
    let found = tokio::time::timeout(TIMEOUT, db.inspect_server(url.expose_secret())).await;
    match found.unwrap_or(ServerFinding::Silent) {
        ServerFinding::Silent => Server::Silent,
        ServerFinding::Another => Server::Another,
        ServerFinding::Primary => Server::Primary,
        ServerFinding::Replica { bytes_behind } => Server::Replica { bytes_behind },
    }
}

fn unreachable(value: &str) -> Findings {
    let advice = "检查数据库服务、防火墙，以及 DATABASE_URL 中的地址、库名、账号和密码。";
    Check::well("数据库", value).but(State::Trouble, advice).into()
}

async fn inspect(db: &Db, sealer: &Sealer) -> Findings {
    let Ok(found) = db.inspect().await else {
        return unreachable("没有应答");
    };
    let schema = Schema {
        applied: found.applied,
        pending: found.pending,
        unknown: found.unknown,
        accepts_writes: found.accepts_writes,
    };
    let mut checks = vec![rules::schema(machine::database(db).await, schema)];
    if found.applied > 0 {
        checks.push(data_keys(db, sealer).await);
    }
    Findings {
        checks,
        server_time: found.server_time,
    }
}

async fn data_keys(db: &Db, sealer: &Sealer) -> Check {
    let name = "数据密钥";
    // A schema that is far behind may not have the table.
    let sealed = sealed_phones(db, SAMPLE).await.unwrap_or_default();
    let sealed: Vec<_> = sealed.iter().filter(|sealed| !sealed.is_empty()).collect();
    let refused = sealed.iter().find_map(|sealed| sealer.open(sealed).err());
    match refused {
        None if sealed.is_empty() => Check::well(name, "还没有加密的数据"),
        None => Check::well(name, "能读出已有的数据"),
        Some(SealError::UnknownKey(id)) => Check::well(name, format!("有数据是用密钥 {id} 加密的")).but(
            State::Trouble,
            "DATA_KEY 里没有它。把旧密钥加回去，放在新密钥后面。",
        ),
        Some(_) => Check::well(name, "读不出已有的数据").but(
            State::Trouble,
            "DATA_KEY 与加密时用的不同。换回原来的密钥，不要启动服务。",
        ),
    }
}
