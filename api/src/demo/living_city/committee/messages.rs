//! Residents' messages at the sites of the city, from the tables and from reports by scanned code.

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::PersonId;
use entity::kinds::Channel;

use super::dates::Dates;
use super::tables::Messages;
use crate::app::App;
use crate::history_import::past_order::PastOrder;
use crate::orders::Actor;
use crate::orders::search::list::find_visible;
use crate::sites::past::{PastHandling, PastMessage, PastOutcome, SiteWithDelegates};

/// A delegate adopts a message so many hours after it was left.
const ADOPTED_AFTER_HOURS: i64 = 3;

/// A report by scanned code, which may have been a resident's message.
#[derive(Clone, Debug)]
pub struct Adoptable {
    number: String,
    reporter: PersonId,
    text: String,
    submitted_at: DateTime<Utc>,
}

/// Returns the reports by scanned code, the newest first.
#[must_use]
pub fn adoptable(orders: &[PastOrder]) -> Vec<Adoptable> {
    let scanned = orders.iter().rev().filter(|order| order.channel == Channel::Scan);
    scanned
        .map(|order| Adoptable {
            number: order.number.clone(),
            reporter: order.reporter,
            text: order.description.clone(),
            submitted_at: order.submitted_at,
        })
        .collect()
}

/// The messages' origin: the tables, and the reports that were adopted.
pub struct Sources<'a> {
    pub plan: &'a Messages,
    pub adoptable: &'a [Adoptable],
}

/// Returns the messages, spread over `sites`. None if there is no site with a delegate.
///
/// # Errors
/// Those of the database.
pub async fn all(
    app: &App,
    dates: &Dates<'_>,
    sources: Sources<'_>,
    sites: &[SiteWithDelegates],
) -> anyhow::Result<Vec<PastMessage>> {
    let mut messages = adopted(app, &sources, sites).await?;
    for (line, at) in sources.plan.texts.iter().zip(sites.iter().cycle()) {
        let created_at = dates.on_any_day(line.days, line.hour);
        let by = at.delegates.first().context("a site without delegates")?;
        let answer = line.answered_after.zip(line.answer.as_ref());
        messages.push(PastMessage {
            site: at.site.id,
            text: line.text.clone(),
            created_at,
            handling: answer.map(|(hours, answer)| PastHandling {
                by: *by,
                at: (created_at + TimeDelta::hours(hours)).min(dates.now),
                outcome: PastOutcome::Answered(answer.clone()),
            }),
        });
    }
    messages.sort_by_key(|message| message.created_at);
    Ok(messages)
}

async fn adopted(
    app: &App,
    sources: &Sources<'_>,
    sites: &[SiteWithDelegates],
) -> anyhow::Result<Vec<PastMessage>> {
    let site_of = |order: &&Adoptable| sites.iter().find(|at| at.delegates.contains(&order.reporter));
    let orders = sources.adoptable.iter();
    let chosen: Vec<_> = orders
        .filter_map(|order| Some((order, site_of(&order)?)))
        .take(sources.plan.adopted)
        .collect();
    let numbers: Vec<String> = chosen.iter().map(|(order, _)| order.number.clone()).collect();
    let rows = find_visible(app, &Actor::system(), &numbers).await?;
    let message = |(order, at): (&Adoptable, &SiteWithDelegates)| {
        let row = rows.iter().find(|row| row.number == order.number)?;
        Some(PastMessage {
            site: at.site.id,
            text: order.text.clone(),
            created_at: order.submitted_at - TimeDelta::hours(ADOPTED_AFTER_HOURS),
            handling: Some(PastHandling {
                by: order.reporter,
                at: order.submitted_at,
                outcome: PastOutcome::Adopted(row.id),
            }),
        })
    };
    Ok(chosen.into_iter().filter_map(message).collect())
}
