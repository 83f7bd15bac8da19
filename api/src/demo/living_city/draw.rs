//! Pure: draws a year of reports: when, where, about what, in which words, and how each was handled.
//!
//! Equal tables, city and moment give equal reports.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc, Weekday};
use chrono_tz::Tz;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::geography::{Geography, Spot};
use super::tables::{Kind, Tables, Topic};

/// Reports on an ordinary day.
const PER_DAY: f64 = 11.8;
const DAYS: u64 = 365;

/// One report, with the course its handling would take.
#[derive(Clone, Debug)]
pub struct DrawnReport {
    pub at: DateTime<Utc>,
    /// `None` where the text does not say it.
    pub category: Option<String>,
    pub spot: Spot,
    pub text: String,
    pub reply: String,
    pub course: Course,
    /// Any number, for choices that are made later.
    pub dice: u32,
}

/// How a report is handled.
#[derive(Clone, Debug)]
pub struct Course {
    pub channel_share: f64,
    /// Hours from dispatch to acceptance, per round.
    pub accept_hours: f64,
    /// Working days until the reply, with the hour of the day.
    pub reply_days: u32,
    pub reply_hour: u32,
    pub extensions: u32,
    /// Hours from the reply to the verdict.
    pub verdict_hours: f64,
    pub ending: Ending,
}

/// The delegate's final verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Satisfied,
    /// Handled again, then satisfied.
    DissatisfiedFirst,
    Unrated,
}

/// Draws the reports of the year before `until`, oldest first.
#[must_use]
pub fn year(tables: &Tables, geography: &Geography<'_>, until: DateTime<Utc>, zone: Tz) -> Vec<DrawnReport> {
    let mut drawing = Drawing {
        rng: StdRng::seed_from_u64(tables.seed),
        tables,
        geography,
        zone,
    };
    let today = until.with_timezone(&zone).date_naive();
    let mut reports = Vec::new();
    for back in (0..DAYS).rev() {
        let Some(day) = today.checked_sub_days(Days::new(back)) else {
            continue;
        };
        for _ in 0..drawing.reports_on(day) {
            let Some(kind) = drawing.kind(day) else {
                continue;
            };
            let Some(spot) = geography.anywhere(&mut drawing.rng, &tables.counties) else {
                continue;
            };
            reports.extend(drawing.report(day, kind, spot));
        }
    }
    for topic in &tables.topics {
        drawing.topic(topic, today, &mut reports);
    }
    drawing.rises(today, &mut reports);
    reports.retain(|report| report.at < until);
    reports.sort_by_key(|report| report.at);
    leave_to_operators(&tables.unclear, &mut reports);
    reports
}

/// Gives the newest reports texts that do not say what they are about.
fn leave_to_operators(texts: &[String], reports: &mut [DrawnReport]) {
    for (report, text) in reports.iter_mut().rev().zip(texts) {
        report.category = None;
        report.text = text.replace("{place}", &report.spot.name);
    }
}

struct Drawing<'a> {
    rng: StdRng,
    tables: &'a Tables,
    geography: &'a Geography<'a>,
    zone: Tz,
}

impl<'a> Drawing<'a> {
    fn reports_on(&mut self, day: NaiveDate) -> u32 {
        let share = match day.weekday() {
            Weekday::Sat | Weekday::Sun => 0.7,
            Weekday::Mon => 1.25,
            _ => 1.1,
        };
        let mean = PER_DAY * share * self.rng.random_range(0.75..1.25);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small positive number"
        )]
        let count = mean.round() as u32;
        count
    }

    fn kind(&mut self, day: NaiveDate) -> Option<&'a Kind> {
        let weights: Vec<f64> = self
            .tables
            .kinds
            .iter()
            .map(|kind| Tables::weight(kind, day.month()))
            .collect();
        let mut rest = self.rng.random_range(0.0..weights.iter().sum::<f64>());
        let kinds = self.tables.kinds.iter().zip(weights);
        let mut chosen = None;
        for (kind, weight) in kinds {
            chosen = Some(kind);
            if rest < weight {
                break;
            }
            rest -= weight;
        }
        chosen
    }

    fn report(&mut self, day: NaiveDate, kind: &Kind, spot: Spot) -> Option<DrawnReport> {
        let text = self.pick(&kind.texts);
        let text = self.fill(&text, &spot.name);
        let reply = self.pick(&kind.replies);
        Some(DrawnReport {
            at: self.moment(day)?,
            category: Some(kind.category.clone()),
            text,
            reply: self.fill(&reply, &spot.name),
            spot,
            course: self.course(),
            dice: self.rng.random(),
        })
    }

    fn topic(&mut self, topic: &Topic, today: NaiveDate, into: &mut Vec<DrawnReport>) {
        let Some(kind) = self
            .tables
            .kinds
            .iter()
            .find(|kind| kind.category == topic.category)
        else {
            return;
        };
        let Some(centre) = self
            .geography
            .township(&topic.county, &topic.township, &topic.name)
        else {
            return;
        };
        let span = topic.weeks * 7;
        for nth in 0..topic.reports {
            // More towards the end: the matter grows.
            let share = 1.0 - (f64::from(nth) / f64::from(topic.reports)).powf(1.6);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "days, small and positive"
            )]
            let back = (share * f64::from(span)) as u64 + u64::from(topic.ends_days_ago);
            let Some(day) = today.checked_sub_days(Days::new(back)) else {
                continue;
            };
            let spot = self.geography.near(&mut self.rng, &centre);
            let Some(mut report) = self.report(day, kind, spot) else {
                continue;
            };
            let at = usize::try_from(nth).unwrap_or(0) % topic.texts.len();
            if let Some(text) = topic.texts.get(at) {
                report.text.clone_from(text);
            }
            into.push(report);
        }
    }

    fn rises(&mut self, today: NaiveDate, into: &mut Vec<DrawnReport>) {
        for rise in &self.tables.rises {
            let kinds = &self.tables.kinds;
            let Some(kind) = kinds.iter().find(|kind| kind.category == rise.category) else {
                continue;
            };
            for nth in 0..rise.per_week * rise.weeks {
                let back = u64::from(nth * 7 / rise.per_week.max(1)) + self.rng.random_range(0..3);
                let county = self.pick(&rise.counties);
                let day = today.checked_sub_days(Days::new(back));
                let spot = self.geography.in_county(&mut self.rng, &county);
                if let Some((day, spot)) = day.zip(spot) {
                    into.extend(self.report(day, kind, spot));
                }
            }
        }
    }

    fn course(&mut self) -> Course {
        let late_answer = self.rng.random_bool(0.03);
        let late_reply = self.rng.random_bool(0.05);
        let ending = match self.rng.random_range(0..100) {
            0..8 => Ending::DissatisfiedFirst,
            8..14 => Ending::Unrated,
            _ => Ending::Satisfied,
        };
        Course {
            channel_share: self.rng.random(),
            accept_hours: if late_answer {
                self.rng.random_range(25.0..50.0)
            } else {
                self.rng.random_range(0.3_f64..4.6).powi(2)
            },
            reply_days: if late_reply {
                4
            } else {
                self.rng.random_range(1..=3)
            },
            reply_hour: self.rng.random_range(9..18),
            extensions: match self.rng.random_range(0..100) {
                0..5 => 2,
                5..17 => 1,
                _ => 0,
            },
            verdict_hours: self.rng.random_range(3.0..200.0),
            ending,
        }
    }

    /// A moment of the day, in the hours in which people write.
    fn moment(&mut self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let hour = match self.rng.random_range(0..100) {
            0..40 => self.rng.random_range(8..12),
            40..70 => self.rng.random_range(14..18),
            70..92 => self.rng.random_range(18..22),
            _ => self.rng.random_range(6..24),
        };
        let time = NaiveTime::from_hms_opt(hour, self.rng.random_range(0..60), self.rng.random_range(0..60))?;
        let local = self.zone.from_local_datetime(&day.and_time(time)).earliest()?;
        Some(local.with_timezone(&Utc))
    }

    fn pick(&mut self, from: &[String]) -> String {
        from.get(self.rng.random_range(0..from.len()))
            .cloned()
            .unwrap_or_default()
    }

    fn fill(&mut self, text: &str, place: &str) -> String {
        let words = &self.tables.words;
        let (spot, when, span) = (
            self.pick(&words.spot),
            self.pick(&words.when),
            self.pick(&words.span),
        );
        let number = self.rng.random_range(2..9).to_string();
        text.replace("{place}", place)
            .replace("{spot}", &spot)
            .replace("{when}", &when)
            .replace("{span}", &span)
            .replace("{n}", &number)
    }
}

/// The moment `hour` o'clock of the `days`-th working day after `start`.
#[must_use]
pub fn reply_at(working_day: NaiveDate, hour: u32, dice: u32, zone: Tz) -> Option<DateTime<Utc>> {
    let time = NaiveTime::from_hms_opt(hour, dice % 60, 0)?;
    let local = zone.from_local_datetime(&working_day.and_time(time)).earliest()?;
    Some(local.with_timezone(&Utc))
}

/// A duration of so many hours.
#[must_use]
pub fn hours(hours: f64) -> TimeDelta {
    #[expect(clippy::cast_possible_truncation, reason = "a few days in seconds")]
    let seconds = (hours * 3_600.0) as i64;
    TimeDelta::seconds(seconds)
}
