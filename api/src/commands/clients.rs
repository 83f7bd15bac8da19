//! `zhitong clients`: keys of other systems that call the API.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Subcommand;
use entity::api_client;
use entity::ids::ClientId;
use serde_json::{Value, json};

use crate::app::App;
use crate::audit_log::AuditActor;
use crate::commands::open;
use crate::error::Error;
use crate::people::clients::service::{self, NewClient};

#[derive(Debug, Subcommand)]
pub enum ClientsCommand {
    /// Create a client and print its key, which is not shown again
    Create {
        /// Name of the other system; it appears in histories
        name: String,
        /// `orders:read`, `orders:write`, `link`, `open311` or `export`; repeat it for several
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
        /// RFC 3339 time after which the key is refused (default: never)
        #[arg(long)]
        expires_at: Option<DateTime<Utc>>,
        /// Id, code or name of the only unit whose orders the client sees (default: all units)
        #[arg(long, conflicts_with = "area")]
        unit: Option<String>,
        /// Code or name of the only county-level area whose orders the client sees (default: the whole city)
        #[arg(long)]
        area: Option<String>,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// List the clients, oldest first
    List {
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a new key for a client; the old one stays valid for a day
    Rotate {
        id: ClientId,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Refuse a client's keys from now on
    Revoke { id: ClientId },
}

pub async fn run(command: ClientsCommand) -> anyhow::Result<()> {
    let app = open().await?;
    match command {
        ClientsCommand::Create {
            name,
            scopes,
            expires_at,
            unit,
            area,
            json,
        } => {
            let new = NewClient {
                name,
                scopes,
                expires_at,
                unit,
                area,
            };
            let (id, key) = service::create(&app, AuditActor::CommandLine, new)
                .await
                .map_err(refusal)?;
            print_key(id, &key, json);
        }
        ClientsCommand::List { json } => list(&app, json).await?,
        ClientsCommand::Rotate { id, json } => {
            let key = service::rotate(&app, AuditActor::CommandLine, id)
                .await
                .map_err(refusal);
            print_key(id, &key.context("no active client has this id")?, json);
        }
        ClientsCommand::Revoke { id } => {
            let revoked = service::revoke(&app, AuditActor::CommandLine, id)
                .await
                .map_err(refusal);
            revoked.context("no active client has this id")?;
        }
    }
    Ok(())
}

/// Names every field that is wrong.
fn refusal(error: Error) -> anyhow::Error {
    match error {
        Error::Refused(refused) if !refused.errors.is_empty() => {
            let faults = refused.errors.iter();
            let faults: Vec<String> = faults
                .map(|fault| format!("{}: {} ({})", fault.field, fault.detail, fault.code))
                .collect();
            anyhow::anyhow!(faults.join("; "))
        }
        other => other.into(),
    }
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
fn print_key(id: ClientId, key: &str, as_json: bool) {
    if as_json {
        println!("{}", json!({ "id": id, "key": key }));
    } else {
        println!("client {id}\nkey    {key}\nStore the key now: it is not shown again.");
    }
}

#[expect(clippy::print_stdout, reason = "a command prints its result")]
async fn list(app: &App, as_json: bool) -> anyhow::Result<()> {
    let clients = service::list(app).await?;
    if as_json {
        let items: Vec<Value> = clients.iter().map(shown).collect();
        println!("{}", json!({ "items": items }));
        return Ok(());
    }
    for client in &clients {
        let scopes: Vec<String> = serde_json::from_value(client.scopes.clone()).unwrap_or_default();
        let used = client.last_used_at;
        let used = used.map_or_else(
            || "never used".to_owned(),
            |at| format!("used {}", at.to_rfc3339()),
        );
        let state = if client.revoked_at.is_some() {
            "revoked"
        } else {
            "active"
        };
        println!(
            "{}  {state}  {}  {}  {used}",
            client.id,
            client.name,
            scopes.join(",")
        );
    }
    Ok(())
}

fn shown(client: &api_client::Model) -> Value {
    json!({
        "id": client.id,
        "name": client.name,
        "scopes": client.scopes,
        "unit_id": client.unit_id,
        "area": client.area_code,
        "created_at": client.created_at,
        "expires_at": client.expires_at,
        "last_used_at": client.last_used_at,
        "revoked_at": client.revoked_at,
    })
}
