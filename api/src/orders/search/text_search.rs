//! Searches orders by their words through an index, and keeps it. Its cost grows with the orders that match, not with
//! those that do not.

use entity::ids::OrderId;
use entity::order;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Statement, Value,
};

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::orders::search::grams::{Word, letters_of_order, terms_of_order};

/// Orders that are indexed in one transaction while the index catches up.
const BATCH: u64 = 500;

/// Adds an order to the index, in the transaction that inserts it.
pub async fn add(txn: &impl ConnectionTrait, order: &order::Model) -> Result<()> {
    let terms = terms_of_order(&order.number, &order.description, order.address.as_deref()).join(" ");
    let backend = txn.get_database_backend();
    let run = |sql: &'static str, values: Vec<Value>| {
        txn.execute_raw(Statement::from_sql_and_values(backend, sql, values))
    };
    if backend == DbBackend::Postgres {
        let sql = "INSERT INTO order_text (order_id, terms) VALUES ($1, CAST($2 AS tsvector)) \
                   ON CONFLICT (order_id) DO NOTHING";
        run(sql, vec![order.id.into(), terms.into()]).await?;
        return Ok(());
    }
    let letters = letters_of_order(&order.description, order.address.as_deref());
    let sql = "INSERT INTO order_text (order_id, letters) VALUES (?, ?) ON CONFLICT (order_id) DO NOTHING";
    if run(sql, vec![order.id.into(), letters.into()])
        .await?
        .rows_affected()
        == 0
    {
        return Ok(());
    }
    let sql = "INSERT INTO order_search (rowid, terms) SELECT seq, ? FROM order_text WHERE order_id = ?";
    run(sql, vec![terms.into(), order.id.into()]).await?;
    Ok(())
}

/// Adds orders that are not in the index yet, in the transaction that inserts them: two statements for all of them. At most
/// 500, which one statement of SQLite takes.
pub async fn add_all(txn: &impl ConnectionTrait, orders: &[order::Model]) -> Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let terms = |order: &order::Model| {
        terms_of_order(&order.number, &order.description, order.address.as_deref()).join(" ")
    };
    let with_terms: Vec<Value> = orders
        .iter()
        .flat_map(|order| [Value::from(order.id), Value::from(terms(order))])
        .collect();
    if txn.get_database_backend() == DbBackend::Postgres {
        let rows = (0..orders.len())
            .map(|row| format!("(${}, CAST(${} AS tsvector))", 2 * row + 1, 2 * row + 2))
            .collect::<Vec<_>>()
            .join(", ");
        let sql = format!("INSERT INTO order_text (order_id, terms) VALUES {rows}");
        return execute(txn, sql, with_terms).await;
    }
    let letters = |order: &order::Model| letters_of_order(&order.description, order.address.as_deref());
    let with_letters = orders
        .iter()
        .flat_map(|order| [Value::from(order.id), Value::from(letters(order))])
        .collect();
    let rows = vec!["(?, ?)"; orders.len()].join(", ");
    let sql = format!("INSERT INTO order_text (order_id, letters) VALUES {rows}");
    execute(txn, sql, with_letters).await?;
    let sql = format!(
        "WITH given (order_id, terms) AS (VALUES {rows}) INSERT INTO order_search (rowid, terms) \
         SELECT held.seq, given.terms FROM given JOIN order_text AS held ON held.order_id = given.order_id"
    );
    execute(txn, sql, with_terms).await
}

async fn execute(txn: &impl ConnectionTrait, sql: String, values: Vec<Value>) -> Result<()> {
    let statement = Statement::from_sql_and_values(txn.get_database_backend(), sql, values);
    txn.execute_raw(statement).await?;
    Ok(())
}

/// Indexes the orders that are not in the index yet: those of an older release, and those that came by the bulk. Run
/// again it continues.
pub async fn catch_up(app: &App) -> Result<usize> {
    let mut after: Option<OrderId> = None;
    let mut indexed = 0;
    loop {
        // `NOT IN` would compare each order with every row of the index.
        let held = order_ids(Expr::cust("order_text.order_id = orders.id"));
        let mut query = order::Entity::find()
            .filter(Expr::exists(held).not())
            .order_by_asc(order::Column::Id)
            .limit(BATCH);
        if let Some(after) = after {
            query = query.filter(order::Column::Id.gt(after));
        }
        let rows = query.all(&app.db).await?;
        let Some(last) = rows.last() else {
            return Ok(indexed);
        };
        after = Some(last.id);
        let txn = db::write(&app.db).await?;
        // Another replica may have indexed some of them since.
        for row in &rows {
            add(&txn, row).await?;
        }
        txn.commit().await?;
        indexed += rows.len();
    }
}

/// Returns about how many orders the index has, without counting them.
pub async fn size(db: &impl ConnectionTrait) -> Result<u64> {
    let backend = db.get_database_backend();
    let sql = if backend == DbBackend::Postgres {
        "SELECT CAST(reltuples AS bigint) FROM pg_class WHERE oid = CAST('order_text' AS regclass)"
    } else {
        "SELECT max(seq) FROM order_text"
    };
    let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
    let size: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    // PostgreSQL says -1 until the table was analysed for the first time: it is new, and small.
    Ok(size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default())
}

/// The orders with all of these words, found in the index: for counting, and for words that few orders have.
#[must_use]
pub fn indexed(words: &[Word], backend: DbBackend) -> Condition {
    // FTS5 takes no empty expression: a search of punctuation alone.
    if words.is_empty() {
        return Condition::all().add(Expr::value(1).eq(0));
    }
    let found = if backend == DbBackend::Postgres {
        let text = expression(words, &Syntax::POSTGRES);
        order_ids(Expr::cust_with_values("terms @@ CAST($1 AS tsquery)", [text]))
    } else {
        let text = expression(words, &Syntax::FTS5);
        let rows = Query::select()
            .column(Alias::new("rowid"))
            .from(Alias::new("order_search"))
            .and_where(Expr::cust_with_values("order_search MATCH ?", [text]))
            .to_owned();
        order_ids(Expr::col(Alias::new("seq")).in_subquery(rows))
    };
    Condition::all().add(order::Column::Id.in_subquery(found))
}

/// Orders with all of these words, each looked up by its id: for a page of words that few orders have.
///
/// A word of one character is the beginning of very many terms. Beside longer words, it is looked for in the orders that
/// have these.
#[must_use]
pub fn looked_up(words: &[Word], backend: DbBackend) -> Condition {
    let (short, long): (Vec<Word>, Vec<Word>) = words.iter().cloned().partition(|word| word.prefix.is_some());
    if short.is_empty() || long.is_empty() {
        return by_ids(words, backend);
    }
    by_ids(&long, backend).add(holds(&short, backend))
}

/// PostgreSQL's planner takes an array for short, where it would read all orders to join them with the index.
fn by_ids(words: &[Word], backend: DbBackend) -> Condition {
    if backend != DbBackend::Postgres {
        return indexed(words, backend);
    }
    let found = "orders.id = ANY(ARRAY(SELECT order_id FROM order_text WHERE terms @@ CAST($1 AS tsquery)))";
    let text = expression(words, &Syntax::POSTGRES);
    Condition::all().add(Expr::cust_with_values(found, [text]))
}

/// Whether an order that is at hand has all of these words, without the index.
#[must_use]
pub fn holds(words: &[Word], backend: DbBackend) -> SimpleExpr {
    if backend == DbBackend::Postgres {
        // The query is a subquery of its own, so that its text is parsed once.
        let held =
            "(SELECT terms @@ (SELECT CAST($1 AS tsquery)) FROM order_text WHERE order_id = orders.id)";
        return Expr::cust_with_values(held, [expression(words, &Syntax::POSTGRES)]);
    }
    let mut held = order_ids(Expr::cust("order_text.order_id = orders.id"));
    for word in words {
        held.and_where(has_letters(word));
    }
    Expr::exists(held)
}

fn order_ids(condition: SimpleExpr) -> SelectStatement {
    let mut found = Query::select();
    found
        .column((Alias::new("order_text"), Alias::new("order_id")))
        .from(Alias::new("order_text"))
        .and_where(condition);
    found
}

/// Whether an order's letters hold the word, or its number ends with the word's digits.
fn has_letters(word: &Word) -> SimpleExpr {
    let letters = word.letters.clone();
    if word.number.is_none() {
        return Expr::cust_with_values("instr(order_text.letters, ?) > 0", [letters]);
    }
    let ending = format!("%{letters}");
    Expr::cust_with_values(
        "(instr(order_text.letters, ?) > 0 OR orders.number LIKE ?)",
        [letters, ending],
    )
}

/// How a database writes a search for terms.
struct Syntax {
    and: &'static str,
    or: &'static str,
    prefix: &'static str,
}

impl Syntax {
    const POSTGRES: Self = Self {
        and: " & ",
        or: " | ",
        prefix: ":*",
    };
    const FTS5: Self = Self {
        and: " AND ",
        or: " OR ",
        prefix: "*",
    };
}

fn expression(words: &[Word], syntax: &Syntax) -> String {
    let word = |word: &Word| {
        let mut terms = word.terms.clone();
        terms.extend(
            word.prefix
                .as_ref()
                .map(|prefix| format!("{prefix}{}", syntax.prefix)),
        );
        let mut either = Vec::new();
        if !terms.is_empty() {
            either.push(format!("({})", terms.join(syntax.and)));
        }
        either.extend(word.number.clone());
        format!("({})", either.join(syntax.or))
    };
    words.iter().map(word).collect::<Vec<_>>().join(syntax.and)
}
