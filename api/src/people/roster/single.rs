//! One person without a file: added or changed by the same rules as a row of a table, or taken off the roster.

use entity::ids::PersonId;
use entity::kinds::{ActKind, Role};
use serde_json::json;

use crate::app::App;
use crate::audit_log::{self, AuditActor, AuditEntry};
use crate::caller::Caller;
use crate::db;
use crate::error::{Error, Result};
use crate::people::roster::{self, ImportError, Options, RosterKind, RosterSummary, Source, apply};
use crate::people::{profile, store};

/// The columns of one row, as a form has them.
#[derive(Clone, Debug, Default)]
pub struct PersonFields {
    pub name: String,
    pub phone: String,
    pub role: String,
    pub level: String,
    pub electoral_unit: String,
    pub area: String,
    pub unit: String,
    pub unit_head: bool,
    pub committee: String,
    pub number: String,
}

impl PersonFields {
    /// A table of one row.
    fn table(&self) -> Vec<u8> {
        let head = if self.unit_head { "是" } else { "" };
        let cells = [
            ("姓名", self.name.as_str()),
            ("手机号", &self.phone),
            ("角色", &self.role),
            ("层级", &self.level),
            ("选举单位", &self.electoral_unit),
            ("区县", &self.area),
            ("承办单位", &self.unit),
            ("负责人", head),
            ("委员会", &self.committee),
            ("编号", &self.number),
        ];
        let headings: Vec<_> = cells.iter().map(|(heading, _)| *heading).collect();
        let quoted = |text: &str| format!("\"{}\"", text.replace(['\r', '\n'], " ").replace('"', "\"\""));
        let row: Vec<_> = cells.iter().map(|(_, text)| quoted(text)).collect();
        format!("{}\n{}\n", headings.join(","), row.join(",")).into_bytes()
    }
}

/// Adds a person, or changes the one whom the row means. Everybody else stays, unless the number passes to the new one.
pub async fn put(app: &App, caller: &Caller, fields: &PersonFields) -> Result<RosterSummary, ImportError> {
    caller.require(Role::Admin)?;
    let source = Source {
        bytes: fields.table(),
        kind: RosterKind::Staff,
        sheet: None,
    };
    let options = Options {
        dry_run: false,
        keep_missing: true,
        by: Some(AuditActor::Person(caller.person)),
    };
    roster::import(app, &source, options, &mut |_| {}).await
}

/// Changes a person of the roster by the same rules; an empty number means the present one.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: PersonId,
    fields: &PersonFields,
) -> Result<RosterSummary, ImportError> {
    let mut fields = fields.clone();
    if fields.phone.trim().is_empty() {
        let contact = profile::contact(app, id).await?.ok_or_else(Error::not_found)?;
        contact.1.expose().clone_into(&mut fields.phone);
    }
    put(app, caller, &fields).await
}

/// Takes a person off the roster: the binding and all sessions end; their orders stay.
pub async fn retire(app: &App, caller: &Caller, id: PersonId) -> Result<()> {
    caller.require(Role::Admin)?;
    if caller.person == id {
        return Err(Error::forbidden("不能让自己离开名册。"));
    }
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    if store::person(&txn, id).await?.is_none() {
        return Err(Error::not_found());
    }
    apply::remove(&txn, &[id], now).await?;
    let act = AuditEntry {
        by: AuditActor::Person(caller.person),
        kind: ActKind::RosterImported,
        subject: "",
        detail: json!({ "person": id, "added": 0, "changed": 0, "left": 1 }),
    };
    audit_log::record(&txn, act, now).await?;
    Ok(txn.commit().await?)
}
