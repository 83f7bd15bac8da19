//! Editing, issuing and sending a report; each step is one transaction.

use chrono::Datelike as _;
use entity::ids::ReportId;
use entity::kinds::{RecipientKind, Role};
use entity::{insight_report, insight_report_recipient, insight_report_revision};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::{City, CityHandle};
use crate::db;
use crate::deadlines::calendar::local_date;
use crate::error::{Error, FieldError, Result};
use crate::insight::reports::drafts::rules::{self, Refused, check_draft, check_issued};
use crate::insight::reports::drafts::text::{self, EditedText};
use crate::insight::reports::service;
use crate::insight::reports::store::drafts::{self as store, NewRevision};
use crate::notices::{self, Event, EventKind, MessageCatalog, Subject};
use crate::stored_json::StoredJson as _;
use crate::webhooks::event_type::EventType;
use crate::webhooks::outbox;

/// Revisions that are kept of one report.
const MAX_REVISIONS: i32 = 100;

/// Saves an edited text as the next revision of a draft. `revision` is the one that the editor started from.
///
/// # Errors
/// `report_issued`, `report_changed` (409), and the refusals of the text (422).
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: ReportId,
    revision: i32,
    edited: &EditedText,
) -> Result<insight_report::Model> {
    let report = own(app, caller, id).await?;
    check_draft(report.status, report.stage)?;
    if report.revision != revision {
        return Err(Refused::Changed.into());
    }
    if report.revision >= MAX_REVISIONS {
        return Err(Refused::TooManyRevisions.into());
    }
    let body = text::apply(&service::body(&report)?, edited)?;
    let new = NewRevision {
        title: body.title.clone(),
        body: body.to_stored(),
        by: caller.person,
    };
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    store::keep(&txn, first(&report)).await?;
    if !store::replace(&txn, &report, &new).await? {
        return Err(Refused::Changed.into());
    }
    let row = insight_report_revision::Model {
        report_id: id,
        revision: report.revision + 1,
        title: new.title.clone(),
        body: new.body.clone(),
        edited_by: Some(new.by),
        edited_at: now,
    };
    store::keep(&txn, row).await?;
    txn.commit().await?;
    Ok(insight_report::Model {
        title: new.title,
        body: Some(new.body),
        revision: report.revision + 1,
        ..report
    })
}

/// The text as it is, for reports of before revisions were kept.
fn first(report: &insight_report::Model) -> insight_report_revision::Model {
    insight_report_revision::Model {
        report_id: report.id,
        revision: report.revision,
        title: report.title.clone(),
        body: report.body.clone().unwrap_or_default(),
        edited_by: None,
        edited_at: report.ready_at.unwrap_or(report.requested_at),
    }
}

/// Issues (签发) the draft: it gets its number and date, and its text is fixed.
///
/// # Errors
/// `report_issued`, `report_changed` (409).
pub async fn issue(app: &App, caller: &Caller, id: ReportId, revision: i32) -> Result<insight_report::Model> {
    let report = own(app, caller, id).await?;
    check_draft(report.status, report.stage)?;
    if report.revision != revision {
        return Err(Refused::Changed.into());
    }
    let now = app.clock.now();
    let city = app.state::<CityHandle>().load();
    let organ = report.area_code.as_deref().unwrap_or(&city.meta.code);
    let year = local_date(now, city.zone()).year();
    let txn = db::write(&app.db).await?;
    let number = rules::document_number(year, store::next_number(&txn, organ, year).await?);
    if !store::issue(&txn, &report, &number, caller.person, now).await? {
        return Err(Refused::Changed.into());
    }
    let data = json!({ "report": {
        "id": report.id, "kind": report.kind, "area": report.area_code, "title": report.title,
        "from": report.from_day, "to": report.to_day, "document_number": number,
    } });
    outbox::record(&txn, EventType::ReportIssued, data, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    service::visible(app, caller, id).await
}

/// Recipients of a report.
#[derive(Clone, Debug, Default)]
pub struct Recipients {
    /// Counties by code or name.
    pub counties: Vec<String>,
    /// Committees by name.
    pub committees: Vec<String>,
}

/// Sends an issued report: each recipient is notified, and a county's committee may read it and its photos from then on.
///
/// # Errors
/// `report_not_issued` (409), `no_recipient`, `unknown_committee`, `invalid_fields` (422).
pub async fn send(
    app: &App,
    caller: &Caller,
    id: ReportId,
    to: &Recipients,
) -> Result<insight_report::Model> {
    let report = own(app, caller, id).await?;
    check_issued(report.stage)?;
    let city = app.state::<CityHandle>().load();
    let to = resolved(&city, to)?;
    if to.is_empty() {
        return Err(Refused::NoRecipient.into());
    }
    let photos = service::body(&report)?.photos();
    let now = app.clock.now();
    let txn = db::write(&app.db).await?;
    for (kind, name) in to {
        if kind == RecipientKind::County {
            crate::photos::readers::admit(&txn, &name, &photos).await?;
        }
        let row = insight_report_recipient::Model {
            report_id: id,
            kind,
            name,
            sent_by: caller.person,
            sent_at: now,
        };
        if store::add_recipient(&txn, row.clone()).await? {
            tell(app, &txn, &report, row).await?;
        }
    }
    store::mark_sent(&txn, id, now).await?;
    txn.commit().await?;
    app.jobs.wake.notify_one();
    service::visible(app, caller, id).await
}

fn resolved(city: &City, to: &Recipients) -> Result<Vec<(RecipientKind, String)>> {
    let mut found = Vec::new();
    for text in &to.counties {
        let wrong = || Error::invalid(vec![FieldError::new("areas", "malformed", "没有这个县区。")]);
        let county = city.county(text).ok_or_else(wrong)?;
        found.push((RecipientKind::County, county.code.clone()));
    }
    for text in &to.committees {
        found.push((RecipientKind::Committee, city.committees.resolve(text)?));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Notifies a new recipient.
async fn tell(
    app: &App,
    txn: &impl ConnectionTrait,
    report: &insight_report::Model,
    to: insight_report_recipient::Model,
) -> Result<()> {
    let event = Event::general(EventKind::ReportSent)
        .about(Subject::Report(report.id))
        .by(to.sent_by)
        .title(report.title.clone())
        .reference(report.document_number.clone().unwrap_or_default());
    let event = match to.kind {
        RecipientKind::County => event.area(to.name),
        RecipientKind::Committee => event.committee(to.name),
    };
    notices::emit(txn, app.state::<MessageCatalog>(), &event, to.sent_at).await
}

/// The report, if it is the caller's to edit, issue and send: a committee's own, not one that was sent to it.
async fn own(app: &App, caller: &Caller, id: ReportId) -> Result<insight_report::Model> {
    let report = service::visible(app, caller, id).await?;
    let confined = service::confined_to(caller)?;
    if caller.role != Role::Supervisor || (confined.is_some() && confined != report.area_code) {
        return Err(Error::forbidden("分析报告由生成它的人大常委会修改、签发和发送。"));
    }
    Ok(report)
}
