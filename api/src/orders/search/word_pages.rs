//! One page of the orders that have the words of a search. Neither database can estimate how many orders have a word, so the
//! first orders of the list are looked at: they tell whether a walk along the list looks at fewer orders than the index of
//! words gives to be sorted.

use chrono::{DateTime, Utc};
use entity::ids::OrderId;
use entity::order;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, QueryFilter as _, QuerySelect as _, Select};

use crate::error::Result;
use crate::orders::search::filter::Sort;
use crate::orders::search::grams::Word;
use crate::orders::search::text_search;

/// Orders that are looked at in any case.
const SAMPLE: u64 = 500;
/// Orders at most that are looked at instead of asking the index.
const LONGEST_WALK: u64 = 20_000;
/// A walk is so many times longer than the sample promises, because words are not spread evenly.
const RESERVE: u64 = 2;

/// Reads the first rows of a sorted list that have all of the words.
pub async fn read(
    db: &impl ConnectionTrait,
    list: Select<order::Entity>,
    sort: Sort,
    words: &[Word],
    limit: u64,
) -> Result<Vec<order::Model>> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let search = Search { sort, words, limit };
    let sample = walk(db, &list, &search, SAMPLE).await?;
    if sample.is_page {
        return Ok(sample.rows);
    }
    let found = sample.rows.len() as u64;
    if let Some(length) = (limit * SAMPLE * RESERVE).checked_div(found)
        && length <= LONGEST_WALK
        && length / RESERVE <= text_search::size(db).await? * found / SAMPLE
    {
        let longer = walk(db, &list, &search, length).await?;
        if longer.is_page {
            return Ok(longer.rows);
        }
    }
    let list = list.filter(text_search::looked_up(words, db.get_database_backend()));
    Ok(list.limit(limit).all(db).await?)
}

struct Search<'a> {
    sort: Sort,
    words: &'a [Word],
    limit: u64,
}

/// The orders with the words among the first of a list.
struct Walk {
    rows: Vec<order::Model>,
    /// Nothing behind them belongs to the page: it is full, or the list ends.
    is_page: bool,
}

async fn walk(
    db: &impl ConnectionTrait,
    list: &Select<order::Entity>,
    search: &Search<'_>,
    length: u64,
) -> Result<Walk> {
    let column = match search.sort {
        Sort::Due => order::Column::DueAt,
        Sort::Newest => order::Column::CreatedAt,
    };
    let end = list
        .clone()
        .select_only()
        .columns([column, order::Column::Id])
        .offset(length)
        .limit(1);
    let end: Option<(DateTime<Utc>, OrderId)> = end.into_tuple().one(db).await?;
    let before = end.map(|(at, id)| match search.sort {
        Sort::Due => Condition::all()
            .add(column.lte(at))
            .add(column.lt(at).or(order::Column::Id.lte(id))),
        Sort::Newest => Condition::all()
            .add(column.gte(at))
            .add(column.gt(at).or(order::Column::Id.gte(id))),
    });
    let near = list
        .clone()
        .filter(Condition::all().add_option(before))
        .filter(text_search::holds(search.words, db.get_database_backend()))
        .limit(search.limit);
    let rows = near.all(db).await?;
    Ok(Walk {
        is_page: end.is_none() || rows.len() as u64 >= search.limit,
        rows,
    })
}
