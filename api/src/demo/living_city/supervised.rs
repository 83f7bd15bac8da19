//! Pure: the supervision orders (督办单) of the drawn year: by dissatisfied verdicts, and by the standing committees.
//!
//! A dissatisfied verdict always issues one, as in the product. Committees issue one on part of the late orders, and one on the
//! oldest order of each unit with many open ones.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::UnitId;
use entity::kinds::{ActorRole, Satisfaction};
use entity::person;

use super::committee::cast::Cast;
use super::draw::reply_at;
use super::tables::Supervision;
use crate::city::snapshot::City;
use crate::deadlines::calendar::local_date;
use crate::history_import::past_order::{PastOrder, PastRound};
use crate::orders::Actor;
use crate::supervision::past::supervision_order::{Issue, PastAnswer, PastSupervisionOrder};

/// Committees issue one on each so many of the late orders.
const OF_LATE: usize = 3;
/// Each so many of those are the city's, the others those of the order's county.
const OF_CITY: usize = 4;
/// A unit with so many open orders has many.
const MANY_OPEN: usize = 4;
/// Hour of the day at which committees issue.
const ISSUED: u32 = 8;
/// Days; a working day is found within them.
const LONGEST_HOLIDAY: i64 = 20;
/// A unit answers so many minutes after it has replied to the delegate.
const ANSWERED_AFTER_MINUTES: i64 = 25;

/// The city's data, the people and the words that supervision orders are made of, and the moment.
#[derive(Clone, Copy)]
pub struct Bodies<'a> {
    pub city: &'a City,
    pub cast: &'a Cast,
    pub words: &'a Supervision,
    pub now: DateTime<Utc>,
}

impl Bodies<'_> {
    /// Issues the supervision orders of the year on `orders`, which are sorted by submission.
    ///
    /// # Errors
    /// When the roster has no supervisor of a county or of the city.
    pub fn issue(self, orders: &mut [PastOrder]) -> anyhow::Result<()> {
        for (nth, order) in orders.iter_mut().enumerate() {
            self.by_verdict(nth, order);
        }
        let late: Vec<(usize, DateTime<Utc>)> = orders
            .iter()
            .enumerate()
            .filter_map(|(at, order)| Some((at, self.late_since(order)?)))
            .collect();
        for (nth, (at, since)) in late.into_iter().step_by(OF_LATE).enumerate() {
            if let Some(order) = orders.get_mut(at) {
                let at = self.morning_from(since, nth);
                self.by_committee(nth, at, &self.words.overdue, order)?;
            }
        }
        for (nth, at) in oldest_of_busy_units(orders).into_iter().enumerate() {
            if let Some(order) = orders.get_mut(at) {
                let at = self.last_morning(nth);
                self.by_committee(nth, at, &self.words.piling, order)?;
            }
        }
        Ok(())
    }

    fn by_verdict(self, nth: usize, order: &mut PastOrder) {
        let Some(unit) = order.unit else { return };
        let reporter = order.reporter;
        let judged = order.rounds.iter().zip(2..).filter_map(|(round, next)| {
            let verdict = round.verdict.as_ref()?;
            let is_bad = verdict.result == Satisfaction::Dissatisfied;
            is_bad.then_some(Issue {
                round: next,
                unit,
                at: verdict.at,
            })
        });
        let issued: Vec<PastSupervisionOrder> = judged
            .map(|issue| PastSupervisionOrder::by_verdict(self.city, issue, reporter))
            .map(|issued| self.answered(issued, nth, &order.rounds))
            .collect();
        order.supervision.extend(issued);
    }

    /// Issues one on the order's present round; not twice on one order, and not after the answer to the delegate.
    fn by_committee(
        self,
        nth: usize,
        at: Option<DateTime<Utc>>,
        demands: &[String],
        order: &mut PastOrder,
    ) -> anyhow::Result<()> {
        let Some(((unit, at), round)) = order.unit.zip(at).zip(order.rounds.last()) else {
            return Ok(());
        };
        let is_over = round.replied_at.is_some_and(|replied| replied <= at);
        if is_over || at < round.dispatched_at || at > self.now || !order.supervision.is_empty() {
            return Ok(());
        }
        let county = order.place.county.as_deref();
        let county = county.filter(|_| !nth.is_multiple_of(OF_CITY));
        let supervisor = acting(self.cast.supervisor(county, "")?, county);
        let issue = Issue {
            round: i32::try_from(order.rounds.len()).unwrap_or(1),
            unit,
            at,
        };
        let demand = chosen(demands, nth);
        let issued = PastSupervisionOrder::by_committee(self.city, issue, supervisor, demand);
        let issued = self.answered(issued, nth, &order.rounds);
        order.supervision.push(issued);
        Ok(())
    }

    /// Adds the unit's answer, if its reply to the delegate has come.
    fn answered(
        self,
        mut issued: PastSupervisionOrder,
        nth: usize,
        rounds: &[PastRound],
    ) -> PastSupervisionOrder {
        let round = usize::try_from(issued.issue.round - 1).ok();
        let round = round.and_then(|at| rounds.get(at));
        let replied = round.and_then(|round| round.replied_at);
        let at = replied.map(|at| at + TimeDelta::minutes(ANSWERED_AFTER_MINUTES));
        issued.answer = at.filter(|at| *at <= self.now).map(|at| PastAnswer {
            at,
            text: chosen(&self.words.answers, nth).to_owned(),
            by: self.cast.handler(issued.issue.unit),
        });
        issued
    }

    /// Returns when the first round became late, if it did.
    fn late_since(self, order: &PastOrder) -> Option<DateTime<Utc>> {
        let (rules, round) = (self.city.deadline_rules(), order.rounds.first()?);
        let [_, resolution] = rules.start_round(1, round.dispatched_at);
        let days = round.extended_by.iter();
        let due_at = days
            .fold(resolution, |clock, days| rules.extended(&clock, *days))
            .due_at;
        let is_only = order.rounds.len() == 1;
        let end = round.replied_at.unwrap_or(self.now);
        (is_only && end > due_at).then_some(due_at)
    }

    /// Returns the morning of the first working day from the day of `since`; another `nth` gives another minute.
    fn morning_from(self, since: DateTime<Utc>, nth: usize) -> Option<DateTime<Utc>> {
        let zone = self.city.zone();
        let eve = local_date(since, zone).pred_opt()?;
        let day = self.city.calendar.working_day_after(eve, 1);
        reply_at(day, ISSUED, u32::try_from(nth * 7).unwrap_or(0), zone)
    }

    /// Returns the last morning of a working day that is over.
    fn last_morning(self, nth: usize) -> Option<DateTime<Utc>> {
        let days = (0..LONGEST_HOLIDAY).map(|back| self.now - TimeDelta::days(back));
        let mut mornings = days.filter_map(|day| self.morning_from(day, nth));
        mornings.find(|morning| *morning <= self.now)
    }
}

/// Returns the place of the oldest open order of each unit with many, the oldest of all first.
fn oldest_of_busy_units(orders: &[PastOrder]) -> Vec<usize> {
    let mut open: BTreeMap<UnitId, Vec<usize>> = BTreeMap::new();
    for (at, order) in orders.iter().enumerate() {
        let is_handled = order
            .rounds
            .last()
            .is_some_and(|round| round.replied_at.is_none());
        if let Some(unit) = order.unit.filter(|_| is_handled && order.closed_at.is_none()) {
            open.entry(unit).or_default().push(at);
        }
    }
    let free = |at: &usize| orders.get(*at).is_some_and(|order| order.supervision.is_empty());
    let busy = open.into_values().filter(|all| all.len() >= MANY_OPEN);
    let mut oldest: Vec<usize> = busy.filter_map(|all| all.into_iter().find(free)).collect();
    oldest.sort_unstable();
    oldest
}

/// Returns the supervisor as the actor of a supervision order: for a county, or for the city.
fn acting(supervisor: &person::Model, county: Option<&str>) -> Actor {
    Actor {
        person: Some(supervisor.id),
        role: ActorRole::Supervisor,
        area: county.map(str::to_owned),
        ..Actor::system()
    }
}

fn chosen(texts: &[String], nth: usize) -> &str {
    let at = nth.checked_rem(texts.len());
    at.and_then(|at| texts.get(at)).map_or("", String::as_str)
}
