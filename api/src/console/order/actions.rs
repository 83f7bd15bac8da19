//! Makes the move that a form asked for, by the same services as the API.

use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use entity::kinds::DecisionKind;

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::console::forms::FormFields;
use crate::error::{Error, Result};
use crate::follow_up::manual::{self, Call};
use crate::follow_up::verdict::{self, NewVerdict};
use crate::moments::has_four_digit_year;
use crate::orders::Actor;
use crate::orders::actions::decisions::NewDecision;
use crate::orders::actions::{
    ActionRequest, accept, cancel, dispatch, endorse, extend, merge, note, reopen, reply, return_order,
    sub_assign,
};
use crate::orders::view::OrderView;
use crate::supervision::{supervision_orders, tracking, urges};

/// The entries of a form with the order and the caller.
pub struct ActionForm<'a> {
    pub app: &'a App,
    pub actor: &'a Actor,
    pub number: &'a str,
    pub entries: &'a FormFields,
    pub photos: Vec<entity::ids::PhotoId>,
    /// Stored documents: the administrative decision of a reply.
    pub files: Vec<entity::ids::FileId>,
}

impl<'a> ActionForm<'a> {
    /// With the version that the form was made from.
    fn request(&self) -> ActionRequest<'a> {
        let version = self.entries.text("version").parse().ok();
        ActionRequest::new(self.app, self.actor, self.number, version)
    }

    fn zone(&self) -> Tz {
        self.app.state::<CityHandle>().load().zone()
    }

    fn moment(&self, field: &str) -> Result<Option<DateTime<Utc>>> {
        let Some(text) = self.entries.some(field) else {
            return Ok(None);
        };
        let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
        let time = time.and_then(|time| self.zone().from_local_datetime(&time).earliest());
        let time = time
            .map(|time| time.to_utc())
            .filter(|time| has_four_digit_year(*time))
            .ok_or_else(|| Error::invalid_field(field, "malformed", "请按“年-月-日 时:分”填写。"))?;
        Ok(Some(time))
    }
}

/// One of a closed set; nothing chosen is none.
fn chosen<T: FromStr>(entries: &FormFields, field: &str) -> Result<Option<T>> {
    let text = entries.some(field);
    text.map(|text| {
        text.parse()
            .map_err(|_| Error::invalid_field(field, "malformed", "请选择一项。"))
    })
    .transpose()
}

/// Reads a field that must have a value.
fn choice<T: FromStr>(entries: &FormFields, field: &str) -> Result<T> {
    chosen(entries, field)?.ok_or_else(|| Error::invalid_field(field, "malformed", "请选择一项。"))
}

/// The order as it is after the move; 404 for a move that there is not.
pub async fn perform(action: &str, asked: ActionForm<'_>) -> Result<OrderView> {
    match action {
        "accept" | "reply" | "return" | "extensions" | "sub_assignments" | "answer_supervision_order" => {
            of_unit(action, asked).await
        }
        "dispatch" | "decide_extension" | "follow_ups" | "merge" | "unmerge" => {
            of_operator(action, asked).await
        }
        "urges" | "tracking" | "untrack" | "supervision_orders" => of_supervisor(action, asked).await,
        _ => of_delegate(action, asked).await,
    }
}

async fn of_unit(action: &str, asked: ActionForm<'_>) -> Result<OrderView> {
    let (request, entries) = (asked.request(), asked.entries);
    match action {
        "accept" => accept::accept(request).await,
        "reply" => {
            let how = entries.text("contacted_how").to_owned();
            let contacted = asked.moment("contacted_at")?;
            if contacted.is_none() && !how.is_empty() {
                return Err(Error::invalid_field(
                    "contacted_at",
                    "malformed",
                    "请一并填写联系的时间。",
                ));
            }
            if contacted.is_some() && how.is_empty() {
                return Err(Error::invalid_field(
                    "contacted_how",
                    "malformed",
                    "请一并填写联系方式。",
                ));
            }
            let answer = reply::NewReply {
                account: entries.text("account").to_owned(),
                public_reply: entries.some("public_reply").map(str::to_owned),
                photos: asked.photos,
                contacted: contacted.map(|at| (at, how)),
                decisions: decision(entries, &asked.files)?,
            };
            reply::reply(request, answer).await
        }
        "return" => {
            let proposed = entries.some("proposed_unit");
            return_order::send_back(request, entries.text("reason"), proposed).await
        }
        "extensions" => {
            let days = chosen::<u32>(entries, "days")
                .map_err(|_| Error::invalid_field("days", "malformed", "请填写天数。"))?;
            extend::request_extension(request, entries.text("reason"), days).await
        }
        "sub_assignments" => {
            let (unit, note) = (entries.text("unit"), entries.text("note"));
            sub_assign::sub_assign(request, unit, note, asked.moment("due_at")?).await
        }
        _ => {
            let (issued, text) = (entries.text("supervision_order"), entries.text("text"));
            supervision_orders::answer(request, issued, text).await
        }
    }
}

async fn of_operator(action: &str, asked: ActionForm<'_>) -> Result<OrderView> {
    let (request, entries) = (asked.request(), asked.entries);
    match action {
        "dispatch" => {
            let decision = dispatch::Decision {
                unit: entries.text("unit").to_owned(),
                category: entries.some("category").map(str::to_owned),
                reason: entries.text("reason").to_owned(),
                is_final: entries.ticked("final"),
            };
            dispatch::dispatch(request, decision).await
        }
        "decide_extension" => {
            let id = entries
                .text("extension")
                .parse()
                .map_err(|_| Error::not_found())?;
            let granted = yes_or_no(entries, "granted")?;
            extend::decide(request, id, granted, entries.some("note")).await
        }
        "follow_ups" => {
            let reached = yes_or_no(entries, "reached")?;
            let call = Call {
                reached,
                outcome: entries.text("outcome").to_owned(),
                verdict: reached.then(|| given(entries, Vec::new())).transpose()?,
            };
            manual::record(request, call).await
        }
        "merge" => merge::merge(request, entries.text("into")).await,
        _ => merge::unmerge(request, entries.text("reason")).await,
    }
}

fn yes_or_no(entries: &FormFields, field: &str) -> Result<bool> {
    match entries.text(field) {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Error::invalid_field(field, "malformed", "请选择一项。")),
    }
}

fn given(entries: &FormFields, photos: Vec<entity::ids::PhotoId>) -> Result<NewVerdict> {
    Ok(NewVerdict {
        result: choice(entries, "result")?,
        process: chosen(entries, "process")?,
        solved: choice(entries, "solved")?,
        comment: entries.some("comment").map(str::to_owned),
        photos,
    })
}

async fn of_supervisor(action: &str, asked: ActionForm<'_>) -> Result<OrderView> {
    let (request, entries) = (asked.request(), asked.entries);
    let note = entries.text("note");
    match action {
        "urges" => urges::urge(request, note, entries.ticked("phoned")).await,
        "tracking" => tracking::track(request, entries.some("committee"), note).await,
        "untrack" => tracking::untrack(request, note).await,
        _ => {
            let due_at = asked.moment("due_at")?;
            let requirement = entries.text("requirement");
            supervision_orders::issue(request, requirement, due_at).await
        }
    }
}

async fn of_delegate(action: &str, asked: ActionForm<'_>) -> Result<OrderView> {
    let (request, entries) = (asked.request(), asked.entries);
    match action {
        "verdict" => {
            let given = given(entries, asked.photos)?;
            verdict::submit_verdict(request, given).await
        }
        "reopen" => {
            let reason = entries.text("reason");
            reopen::reopen(request, reason, &asked.photos).await
        }
        "cancel" => cancel::cancel(request, entries.text("reason")).await,
        "endorse" => endorse::endorse(asked.app, asked.actor, asked.number).await,
        "notes" => note::note(request, entries.text("text")).await,
        _ => Err(Error::not_found()),
    }
}

/// The administrative decision that the form names, if it does.
fn decision(entries: &FormFields, files: &[entity::ids::FileId]) -> Result<Vec<NewDecision>> {
    let Some(number) = entries.some("decision_number") else {
        if !files.is_empty() {
            return Err(Error::invalid_field(
                "decision_number",
                "required",
                "附了文书，请一并填写文书编号和日期。",
            ));
        }
        return Ok(Vec::new());
    };
    let kind = chosen(entries, "decision_kind")
        .map_err(|_| Error::invalid_field("decision_kind", "malformed", "请选择文书种类。"))?;
    let issued_on = chosen(entries, "decision_date").ok().flatten();
    Ok(vec![NewDecision {
        kind: kind.unwrap_or(DecisionKind::OrderToCorrect),
        document_number: number.to_owned(),
        issued_on: issued_on
            .ok_or_else(|| Error::invalid_field("decision_date", "malformed", "请填写文书日期。"))?,
        file: files.first().copied(),
        summary: entries.some("decision_summary").map(str::to_owned),
    }])
}
