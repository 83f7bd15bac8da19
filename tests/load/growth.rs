//! Every list, filter and search side by side with 1,000, 100,000 and 1,000,000 orders: p50 and p99 of one caller's requests,
//! one after the other, by a client that asks for gzip.

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;

use crate::product::{Caller, Product};
use crate::seed;

const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];
/// Requests of each kind; the first ones fill caches and are not counted.
const REQUESTS: usize = 100;
const WARM_UP: usize = 5;

/// Requests of operators, as paths under the server's address. `{number}` is an order's, `{digits}` its last six digits,
/// `{rare}` words of one order.
const PATHS: [(&str, &str); 26] = [
    ("list of 50", "/api/v1/orders?scope=all&limit=50"),
    (
        "by nearest deadline",
        "/api/v1/orders?scope=all&sort=due&limit=50",
    ),
    ("status=dispatched", "/api/v1/orders?status=dispatched"),
    ("status=cancelled (few)", "/api/v1/orders?status=cancelled"),
    ("light=red (few)", "/api/v1/orders?light=red"),
    ("light=yellow,red (few)", "/api/v1/orders?light=yellow,red"),
    ("difficult=true (few)", "/api/v1/orders?difficult=true"),
    ("tracked=true (few)", "/api/v1/orders?tracked=true"),
    ("channel=call (few)", "/api/v1/orders?channel=call"),
    ("area", "/api/v1/orders?area=涧西区"),
    ("area, closed", "/api/v1/orders?area=涧西区&status=closed"),
    ("area, red (few)", "/api/v1/orders?area=涧西区&light=red"),
    ("category", "/api/v1/orders?category=占道经营"),
    ("from, to", "/api/v1/orders?from=2025-01-01&to=2035-01-01"),
    ("q: a rare word", "/api/v1/orders?q={rare}"),
    ("q: one order in a hundred", "/api/v1/orders?q=窨井盖"),
    ("q: a word of every order", "/api/v1/orders?q=路面塌陷"),
    ("q: no hit", "/api/v1/orders?q=海市蜃楼"),
    ("q: an order's number", "/api/v1/orders?q={number}"),
    ("q: its last six digits", "/api/v1/orders?q={digits}"),
    ("q and status", "/api/v1/orders?q=窨井盖&status=closed"),
    (
        "nearby",
        "/api/v1/orders/nearby?longitude=112.4&latitude=34.65&datum=wgs84&text=路面塌陷",
    ),
    ("similar", "/api/v1/orders/{number}/similar"),
    ("one order", "/api/v1/orders/{number}"),
    ("the one screen", "/api/v1/overview"),
    ("Open311 page", "/open311/v2/requests.json"),
];

/// Requests of delegates and handlers.
const OTHERS: [(&str, &str, &str); 3] = [
    ("delegate: scope=mine", "delegate", "/api/v1/orders?scope=mine"),
    ("handler: scope=unit", "handler", "/api/v1/orders?scope=unit"),
    (
        "handler: queue=due_soon",
        "handler",
        "/api/v1/orders?scope=unit&queue=due_soon",
    ),
];

/// One kind of request at one size.
struct Cell {
    p50_ms: f64,
    p99_ms: f64,
    status: u16,
}

/// Measures all sizes up to `most` and prints the table.
pub async fn run(binary: &Path, db: &'static str, most: usize) -> anyhow::Result<()> {
    let sizes: Vec<usize> = SIZES.into_iter().filter(|size| *size <= most).collect();
    let mut columns = Vec::new();
    for size in &sizes {
        columns.push(column(binary, db, *size).await?);
    }
    println!("\n{db}, one caller; p50 / p99 ms:\n");
    let head = sizes.iter().map(|size| format!(" {size} orders |"));
    println!("| request |{}", head.collect::<String>());
    println!("|---|{}", "---:|".repeat(sizes.len()));
    let names = PATHS
        .iter()
        .map(|(name, _)| *name)
        .chain(OTHERS.iter().map(|(name, ..)| *name));
    for (nth, name) in names.enumerate() {
        let cells = columns.iter().filter_map(|column| column.get(nth)).map(|cell| {
            let refused = if cell.status == 200 {
                String::new()
            } else {
                format!(" (HTTP {})", cell.status)
            };
            format!(" {:.1} / {:.1}{refused} |", cell.p50_ms, cell.p99_ms)
        });
        println!("| {name} |{}", cells.collect::<String>());
    }
    Ok(())
}

async fn column(binary: &Path, db: &str, size: usize) -> anyhow::Result<Vec<Cell>> {
    let product = Product::start(binary, db).await?;
    let callers = product.sign_in_everybody().await?;
    eprintln!("{db}: filling the database with {size} orders");
    let numbers = seed::fill(&product, &callers, size, 10).await?;
    seed::count(&product).await?;
    let of_role = |role: &str| {
        let caller = callers.iter().find(|caller| caller.person.role == role);
        caller.with_context(|| format!("no {role}"))
    };
    let number = numbers.get(size / 2).context("no order")?;
    let digits = number.get(number.len().saturating_sub(6)..).unwrap_or_default();
    let rare = format!("第 {} 处", size / 2);
    eprintln!("{db}: measuring with {size} orders");
    let mut cells = Vec::new();
    for (_, path) in PATHS {
        let path = path
            .replace("{number}", number)
            .replace("{digits}", digits)
            .replace("{rare}", &rare);
        cells.push(cell(&product, of_role("operator")?, &path).await?);
    }
    for (_, role, path) in OTHERS {
        cells.push(cell(&product, of_role(role)?, path).await?);
    }
    product.stop().await?;
    Ok(cells)
}

async fn cell(product: &Product, caller: &Caller, path: &str) -> anyhow::Result<Cell> {
    let (mut latencies_ms, mut status) = (Vec::new(), 0);
    for nth in 0..WARM_UP + REQUESTS {
        let request = product
            .http
            .get(format!("{}{path}", product.base))
            .header("Accept-Encoding", "gzip")
            .bearer_auth(&caller.token);
        let started = Instant::now();
        let answer = request.send().await?;
        status = answer.status().as_u16();
        answer.bytes().await?;
        if nth >= WARM_UP {
            latencies_ms.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    latencies_ms.sort_by(f64::total_cmp);
    let at = |part: usize| latencies_ms.get(latencies_ms.len() * part / 100).copied();
    Ok(Cell {
        p50_ms: at(50).unwrap_or(f64::NAN),
        p99_ms: at(99).unwrap_or(f64::NAN),
        status,
    })
}
