//! Performs what a form of a matter asks.

use crate::city::snapshot::CityHandle;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, TimeZone as _, Utc};
use entity::ids::CampaignId;
use entity::kinds::{ActivityKind, OpinionKind};

use crate::console::campaigns::list::numbers;
use crate::console::forms::FormFields;
use crate::console::routes::submission::FormData;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::http::fields::{GivenPlace, invalid};
use crate::moments::has_four_digit_year;
use crate::supervision::activities::add::{self, NewActivity};
use crate::supervision::campaigns::change::{self, Change};
use crate::supervision::campaigns::close::{self, Closing, WatchListEntry};
use crate::supervision::campaigns::county_tasks::{self, CountyTask};
use crate::supervision::campaigns::stage::{self, NextStage};
use crate::supervision::campaigns::vote::NewVote;
use crate::supervision::campaigns::vote_count::VoteCount;
use crate::supervision::campaigns::{access, service, vote};
use crate::supervision::measures::set::{self, NewMeasure};
use crate::supervision::opinions::issue::{self, NewOpinion};

/// Performs an action on a matter; returns the name of what was done, for the notice on the next page.
pub async fn perform(
    visitor: &ConsoleUser,
    id: CampaignId,
    action: &str,
    sent: &FormData,
) -> Result<&'static str> {
    let (app, caller, now) = (&visitor.app, &visitor.caller, visitor.now);
    let entries = &sent.entries;
    match action {
        "stage" => {
            let next = NextStage {
                stage: required(entries, "stage")?,
                note: entries.text("note"),
            };
            stage::reach(app, caller, id, next, now).await?;
            Ok("stage_reached")
        }
        "activities" => {
            add::add(app, caller, id, activity(visitor, sent)?, now).await?;
            Ok("activity_held")
        }
        "opinions" => {
            issue::issue(app, caller, id, opinion(visitor, sent)?, now).await?;
            Ok("opinion_issued")
        }
        "measures" => {
            let due_at = moment(visitor, entries, "due_at")?;
            let new = NewMeasure {
                text: entries.text("text").to_owned(),
                unit: entries.text("unit").to_owned(),
                due_at: due_at.ok_or_else(|| invalid("due_at", "required", "请填写期限。"))?,
            };
            set::set(app, caller, id, new, now).await?;
            Ok("measure_set")
        }
        "county-tasks" => {
            let task = CountyTask {
                areas: numbers(entries.text("areas")),
                text: entries.text("text").to_owned(),
                due_at: moment(visitor, entries, "due_at")?,
            };
            county_tasks::create(app, caller, id, task, now).await?;
            Ok("county_tasks_set")
        }
        "vote" => {
            let count = VoteCount {
                satisfied: required(entries, "satisfied")?,
                basically_satisfied: required(entries, "basically_satisfied")?,
                dissatisfied: required(entries, "dissatisfied")?,
                present: required(entries, "present")?,
            };
            let participants = numbers(entries.text("participants"));
            vote::record(app, caller, id, NewVote { count, participants }, now).await?;
            Ok("vote_recorded")
        }
        "orders" => {
            let row = access::visible(app, caller, id).await?;
            let orders =
                service::orders_by_number(app, &visitor.actor(), numbers(entries.text("numbers"))).await?;
            service::add_orders(app, caller, &row, orders, now).await?;
            Ok("orders_gathered")
        }
        "change" => {
            change::change(app, caller, id, wanted(entries), now).await?;
            Ok("campaign_changed")
        }
        "close" => {
            close::close(app, caller, id, closing(entries), now).await?;
            Ok("campaign_closed")
        }
        _ => Err(Error::not_found()),
    }
}

fn activity(visitor: &ConsoleUser, sent: &FormData) -> Result<NewActivity> {
    let entries = &sent.entries;
    let kind: ActivityKind = required(entries, "kind")?;
    let at = moment(visitor, entries, "at")?;
    let text = |name: &str| entries.some(name).map(str::to_owned);
    Ok(NewActivity {
        kind,
        at: at.ok_or_else(|| invalid("at", "required", "请填写时间。"))?,
        place: text("place").map(GivenPlace::Name),
        participants: numbers(entries.text("participants")),
        led_by: text("led_by"),
        note: entries.text("note").to_owned(),
        outcome: text("outcome"),
        phone: text("phone"),
        photos: sent.photos.clone(),
        files: sent.files.clone(),
        orders: numbers(entries.text("numbers")),
    })
}

fn opinion(visitor: &ConsoleUser, sent: &FormData) -> Result<NewOpinion> {
    let entries = &sent.entries;
    let kind: OpinionKind = required(entries, "kind")?;
    Ok(NewOpinion {
        kind,
        to_unit: entries.text("to_unit").to_owned(),
        title: entries.text("title").to_owned(),
        text: entries.text("text").to_owned(),
        due_at: moment(visitor, entries, "due_at")?,
        files: sent.files.clone(),
    })
}

fn wanted(entries: &FormFields) -> Change {
    let text = |name: &str| entries.some(name).map(str::to_owned);
    Change {
        title: Some(entries.text("title").to_owned()),
        purpose: Some(entries.text("purpose").to_owned()),
        kind: Some(entries.text("kind").to_owned()),
        committee: text("committee"),
        findings: text("findings"),
    }
}

fn closing(entries: &FormFields) -> Closing {
    let text = |name: &str| entries.some(name).map(str::to_owned);
    Closing {
        outcome: entries.text("outcome").to_owned(),
        measures: text("measures"),
        findings: text("findings"),
        watch_list: entries.text("watch").lines().filter_map(watched).collect(),
        open_reason: text("open_reason"),
    }
}

/// `名称，原因`
fn watched(line: &str) -> Option<WatchListEntry> {
    let line = line.trim();
    let (name, reason) = line.split_once(['，', ',']).unwrap_or((line, ""));
    (!name.trim().is_empty()).then(|| WatchListEntry {
        name: name.trim().to_owned(),
        reason: reason.trim().to_owned(),
    })
}

/// A field that has to be read.
pub fn required<T: FromStr>(entries: &FormFields, field: &str) -> Result<T> {
    let text = entries.text(field);
    text.parse()
        .map_err(|_| invalid(field, "malformed", "请填写这一项。"))
}

/// A local time of a form.
pub fn moment(visitor: &ConsoleUser, entries: &FormFields, field: &str) -> Result<Option<DateTime<Utc>>> {
    let Some(text) = entries.some(field) else {
        return Ok(None);
    };
    let zone = visitor.app.state::<CityHandle>().load().zone();
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
    let time = time.and_then(|time| zone.from_local_datetime(&time).earliest());
    let time = time.map(|time| time.to_utc());
    let time = time
        .filter(|time| has_four_digit_year(*time))
        .ok_or_else(|| invalid(field, "malformed", "请按“年-月-日 时:分”填写。"))?;
    Ok(Some(time))
}
