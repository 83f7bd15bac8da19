//! Pure: the course of a drawn report up to now: dispatched like a new one, then handled along its course.
//!
//! The city's data and the moment are arguments.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::PersonId;
use entity::kinds::{CategorySource, Channel, Satisfaction, Solved};

use super::draw::{Course, DrawnReport, Ending, hours, reply_at};
use crate::city::snapshot::City;
use crate::deadlines::calendar::local_date;
use crate::history_import::past_order::{PastCategory, PastOrder, PastPlace, PastRound, PastVerdict};
use crate::orders::submit::routing;

/// Minutes between a report and its dispatch by the duty table.
const DISPATCH_MINUTES: i64 = 1;
/// Working days after which an order without a verdict is closed.
const UNRATED_AFTER_DAYS: u32 = 6;
const DAILY_NUMBERS: usize = 1_000_000;

/// The order of the `nth` report as it stands at `now`.
///
/// # Errors
/// When the report's category is not in the city's list.
pub fn past_order(
    city: &City,
    report: &DrawnReport,
    nth: usize,
    reporter: PersonId,
    now: DateTime<Utc>,
) -> anyhow::Result<PastOrder> {
    let kind = category(city, report.category.as_deref())?;
    let place = routing::resolve(city, Some(report.spot.point), None, &report.text);
    let desk = routing::route(city, &place, &kind);
    let rounds = match desk.unit {
        Some(_) => rounds(city, report, now),
        None => Vec::new(),
    };
    let closed_at = closed_at(city, &report.course, &rounds).filter(|at| *at <= now);
    let day = local_date(report.at, city.zone());
    let number = format!(
        "{}{}{:06}",
        city.meta.number_prefix,
        day.format("%Y%m%d"),
        (500_000 + nth) % DAILY_NUMBERS
    );
    Ok(PastOrder {
        number,
        channel: channel(report.course.channel_share),
        reporter,
        description: report.text.clone(),
        category: PastCategory {
            code: kind.code,
            source: kind.source,
            confidence: None,
        },
        place: PastPlace {
            point: Some(report.spot.point),
            address: Some(report.spot.name.clone()),
            boundary_set: place.boundary_set,
            county: place.county,
            township: place.township,
            zone: place.zone,
            relation: place.relation,
        },
        unit: desk.unit,
        supports: desk.supports,
        dispatch: desk.explanation,
        submitted_at: report.at,
        rounds,
        closed_at,
        photos: Vec::new(),
        supervision: Vec::new(),
    })
}

/// The category that the reporter chose; without one an operator has to dispatch.
fn category(city: &City, chosen: Option<&str>) -> anyhow::Result<routing::ResolvedCategory> {
    let Some(name) = chosen else {
        return Ok(routing::kind(None, CategorySource::Unknown, None));
    };
    let category = city
        .categories
        .find(name)
        .ok_or_else(|| anyhow::anyhow!("no category is called {name}"))?;
    Ok(routing::kind(Some(&category.code), CategorySource::Chosen, None))
}

fn channel(share: f64) -> Channel {
    if share < 0.62 {
        Channel::Snap
    } else if share < 0.9 {
        Channel::Call
    } else {
        Channel::Scan
    }
}

/// The rounds as far as they have come at `now`.
fn rounds(city: &City, report: &DrawnReport, now: DateTime<Utc>) -> Vec<PastRound> {
    let course = &report.course;
    let first = report.at + TimeDelta::minutes(DISPATCH_MINUTES);
    let verdict = match course.ending {
        Ending::Satisfied => Some((Satisfaction::Satisfied, None)),
        Ending::DissatisfiedFirst => Some((
            Satisfaction::Dissatisfied,
            Some("处理得不彻底，没过几天又和以前一样。"),
        )),
        Ending::Unrated => None,
    };
    let mut rounds = vec![round(city, report, first, verdict)];
    if course.ending == Ending::DissatisfiedFirst
        && let Some(judged) = rounds
            .last()
            .and_then(|round| round.verdict.as_ref())
            .map(|verdict| verdict.at)
    {
        let verdict = Some((Satisfaction::Satisfied, Some("这次解决到位，感谢。")));
        rounds.push(round(city, report, judged, verdict));
    }
    rounds.retain(|round| round.dispatched_at <= now);
    for round in &mut rounds {
        round.accepted_at = round.accepted_at.filter(|at| *at <= now);
        round.replied_at = round.replied_at.filter(|at| *at <= now);
        round.public_reply.take_if(|_| round.replied_at.is_none());
        round.verdict.take_if(|verdict| verdict.at > now);
    }
    rounds
}

fn round(
    city: &City,
    report: &DrawnReport,
    dispatched_at: DateTime<Utc>,
    verdict: Option<(Satisfaction, Option<&str>)>,
) -> PastRound {
    let (course, zone) = (&report.course, city.zone());
    let accepted_at = dispatched_at + hours(course.accept_hours);
    let extensions = usize::try_from(course.extensions).unwrap_or(0);
    let extended_by = vec![city.policy.clocks.extension_working_days; extensions];
    let days = course.reply_days + extended_by.iter().sum::<u32>();
    let start = local_date(dispatched_at, zone);
    let working_day = city.calendar.working_day_after(start, days);
    let replied_at = reply_at(working_day, course.reply_hour, report.dice, zone)
        .map_or(accepted_at, |at| at.max(accepted_at + TimeDelta::hours(1)));
    let verdict = verdict.map(|(result, comment)| PastVerdict {
        at: replied_at + hours(course.verdict_hours),
        result,
        solved: match result {
            // A few matters are judged well before all of it is done.
            Satisfaction::Satisfied if report.dice.is_multiple_of(25) => Solved::Partly,
            Satisfaction::Satisfied => Solved::Yes,
            _ => Solved::No,
        },
        comment: comment.map(str::to_owned),
    });
    PastRound {
        dispatched_at,
        accepted_at: Some(accepted_at),
        extended_by,
        replied_at: Some(replied_at),
        public_reply: Some(report.reply.clone()),
        verdict,
    }
}

/// When the order is closed: with a satisfied verdict, or unrated after the waiting time.
fn closed_at(city: &City, course: &Course, rounds: &[PastRound]) -> Option<DateTime<Utc>> {
    let last = rounds.last()?;
    match &last.verdict {
        Some(verdict) if verdict.result == Satisfaction::Satisfied => Some(verdict.at),
        Some(_) => None,
        None if course.ending == Ending::Unrated => Some(
            city.deadline_rules()
                .end_of_working_day(last.replied_at?, UNRATED_AFTER_DAYS),
        ),
        None => None,
    }
}
