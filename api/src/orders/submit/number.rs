//! `T20250117000725`: a prefix of the city, the local date, six digits.
//!
//! Numbers are taken in small blocks by a statement that commits at once, so no submitter holds the day's row while
//! writing the order, and submitters do not queue behind one another.

use std::collections::VecDeque;
use std::sync::Mutex;

use chrono::NaiveDate;
use entity::order_number;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryOrder as _};

use crate::error::{ErrorKind, Refusal, Result};

/// How many numbers a replica takes at a time. What it has not used when it stops is left out.
const BLOCK: i32 = 10;
const DIGITS: usize = 6;
const ROWS_A_STATEMENT: usize = 500;
const LAST: i32 = 999_999;
/// More than are given out in a day.
const SKIPPED: i32 = 100_000;

/// Why there is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// More than 999,999 orders in one day.
    DayIsFull,
    /// A number given by the caller is not of this form.
    Malformed,
    /// A number given by the caller is of another day.
    OtherDay,
    /// A number given by the caller is another order's.
    Used,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::DayIsFull => "numbers_exhausted",
            Self::Malformed => "number_malformed",
            Self::OtherDay => "number_of_another_day",
            Self::Used => "number_used",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::DayIsFull => "今天的工单编号已经用完，请明天再提交。",
            Self::Malformed => "工单编号的格式不对。",
            Self::OtherDay => "工单编号中的日期不是来电当天。",
            Self::Used => "这个工单编号已被使用。",
        }
        .to_owned()
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::DayIsFull => ErrorKind::Unavailable {
                retry_after_secs: 3_600,
            },
            Self::Malformed | Self::OtherDay | Self::Used => ErrorKind::Rule,
        }
    }
}

/// The numbers reserved by this replica and not yet used.
#[derive(Debug, Default)]
pub struct NumberAllocator(Mutex<ReservedBlock>);

#[derive(Debug, Default)]
struct ReservedBlock {
    day: Option<NaiveDate>,
    left: VecDeque<i32>,
}

impl NumberAllocator {
    /// The next number of a day. Not to be called with a transaction open: on SQLite it would wait for itself.
    pub async fn next(&self, db: &impl ConnectionTrait, prefix: &str, day: NaiveDate) -> Result<String> {
        let digits = match self.take_reserved(day) {
            Some(digits) => digits,
            None => {
                let first = reserve_block(db, day).await?;
                self.stash(day, first)
            }
        };
        if digits > LAST {
            return Err(Refused::DayIsFull.into());
        }
        Ok(write(prefix, day, digits))
    }

    fn take_reserved(&self, day: NaiveDate) -> Option<i32> {
        let mut held = self.lock();
        if held.day == Some(day) {
            held.left.pop_front()
        } else {
            None
        }
    }

    /// Stores the rest of a block; another task may have stored one too.
    fn stash(&self, day: NaiveDate, first: i32) -> i32 {
        let mut held = self.lock();
        if held.day != Some(day) {
            held.day = Some(day);
            held.left.clear();
        }
        held.left.extend(first + 1..first + BLOCK);
        first
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ReservedBlock> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Takes the next block of a day and says where it starts.
async fn reserve_block(db: &impl ConnectionTrait, day: NaiveDate) -> Result<i32> {
    let row = order_number::ActiveModel {
        day: Set(day),
        next: Set(1 + BLOCK),
    };
    let next = Expr::col((order_number::Entity, order_number::Column::Next)).add(BLOCK);
    let after = order_number::Entity::insert(row)
        .on_conflict(
            OnConflict::column(order_number::Column::Day)
                .value(order_number::Column::Next, next)
                .to_owned(),
        )
        .exec_with_returning(db)
        .await?;
    Ok(after.next - BLOCK)
}

/// Leaves out, for every day from `from` to `to`, the numbers that may have been given out already. Begins earlier if the
/// last day with numbers is earlier.
pub async fn skip_ahead(connection: &impl ConnectionTrait, from: NaiveDate, to: NaiveDate) -> Result<()> {
    let last_day = order_number::Entity::find().order_by_desc(order_number::Column::Day);
    let last = last_day.one(connection).await?;
    let from = last.map_or(from, |last| std::cmp::min(last.day, from));
    let days = from
        .iter_days()
        .take_while(|day| *day <= to)
        .map(|day| order_number::ActiveModel {
            day: Set(day),
            next: Set(1 + SKIPPED),
        });
    let next = Expr::col((order_number::Entity, order_number::Column::Next)).add(SKIPPED);
    let mut days = days.peekable();
    while days.peek().is_some() {
        order_number::Entity::insert_many(days.by_ref().take(ROWS_A_STATEMENT))
            .on_conflict(
                OnConflict::column(order_number::Column::Day)
                    .value(order_number::Column::Next, next.clone())
                    .to_owned(),
            )
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}

fn write(prefix: &str, day: NaiveDate, digits: i32) -> String {
    format!("{prefix}{}{digits:0DIGITS$}", day.format("%Y%m%d"))
}

/// Parses a number given with a call: it must be of that day; the database decides whether it is free.
pub fn parse_given(text: &str, prefix: &str, day: NaiveDate) -> Result<String, Refused> {
    let rest = text.strip_prefix(prefix).ok_or(Refused::Malformed)?;
    let well_formed = rest.len() == 8 + DIGITS && rest.bytes().all(|byte| byte.is_ascii_digit());
    let (date, digits) = rest.split_at_checked(8).ok_or(Refused::Malformed)?;
    if !well_formed || digits.bytes().all(|byte| byte == b'0') {
        return Err(Refused::Malformed);
    }
    if date != day.format("%Y%m%d").to_string() {
        return Err(Refused::OtherDay);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        "2025-01-17".parse().unwrap()
    }

    #[test]
    fn a_number_is_the_prefix_the_day_and_six_digits() {
        assert_eq!(write("T", day(), 725), "T20250117000725");
    }

    #[test]
    fn a_given_number_is_of_the_day_and_well_formed() {
        let cases = [
            ("T20250117000725", Ok(())),
            ("T20250118000725", Err(Refused::OtherDay)),
            ("20250117000725", Err(Refused::Malformed)),
            ("T2025011700072", Err(Refused::Malformed)),
            ("T20250117000000", Err(Refused::Malformed)),
            ("T2025011700072五", Err(Refused::Malformed)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_given(text, "T", day()).map(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn a_block_is_used_up_and_never_used_on_another_day() {
        let numbers = NumberAllocator::default();
        assert_eq!(numbers.take_reserved(day()), None);
        assert_eq!(numbers.stash(day(), 11), 11);
        assert_eq!(numbers.take_reserved(day()), Some(12));
        assert_eq!(numbers.take_reserved(day().succ_opt().unwrap()), None);
    }
}
