//! Prints every day of the years given as `date,working`, as the product counts it, for a comparison with somebody
//! else's calendar: `tests/python/working_days.py`.

use std::io::{BufWriter, Write as _};

use chrono::NaiveDate;
use zhitong::deadlines::parse;

const CALENDAR: &str = include_str!("../city/luoyang/calendar.json");

fn main() -> anyhow::Result<()> {
    let years: Vec<i32> = std::env::args()
        .skip(1)
        .map(|year| year.parse())
        .collect::<Result<_, _>>()?;
    anyhow::ensure!(!years.is_empty(), "usage: working_days YEAR...");
    let calendar = parse::calendar(CALENDAR)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for year in years {
        anyhow::ensure!(calendar.is_loaded(year), "{year} is not announced");
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        let next = NaiveDate::from_ymd_opt(year + 1, 1, 1).unwrap_or_default();
        for date in first.iter_days().take_while(|date| *date < next) {
            writeln!(out, "{date},{}", calendar.is_working_day(date))?;
        }
    }
    out.flush()?;
    Ok(())
}
