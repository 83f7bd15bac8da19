//! Many orders: a few are submitted through the API, and their rows are copied under new ids and numbers,
//! spread over a year. One in so many is open and of the last two months, the others are closed.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::{AssignmentId, DeadlineId, OrderId, PersonId, UnitId};
use entity::kinds::{Channel, Light, Role, Status};
use entity::{assignment, deadline, order, order_change, order_event, person, unit};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue, ColumnTrait, ConnectionTrait as _, DbBackend, EntityTrait,
    IntoActiveModel as _, QueryFilter, QuerySelect as _,
};
use serde_json::json;
use zhitong::orders::search::text_search;

use crate::product::{Caller, Product};

/// Orders submitted for real.
const MODELS: usize = 24;
/// Delegates who have reported all of it, besides those who sign in.
const REPORTERS: usize = 2_000;
/// Orders copied in one go; SQLite takes 32,766 values a statement.
const BATCH: usize = 200;
const DAYS: i64 = 365;
/// Days in which the open orders arrived.
const OPEN_DAYS: i64 = 60;

/// An order's rows.
struct Model {
    order: order::Model,
    assignments: Vec<assignment::Model>,
    deadlines: Vec<deadline::Model>,
    events: Vec<order_event::Model>,
}

/// An order on the desk of a unit, and the token of somebody there.
#[derive(Clone)]
pub struct Desk {
    pub number: String,
    pub token: String,
}

/// Dispatched orders of the units whose people have signed in.
pub async fn desks(product: &Product, callers: &[Caller], count: u64) -> anyhow::Result<Vec<Desk>> {
    let units: HashMap<UnitId, String> = unit::Entity::find()
        .all(&product.db)
        .await?
        .into_iter()
        .map(|unit| (unit.id, unit.name))
        .collect();
    let orders = order::Entity::find()
        .filter(order::Column::Status.eq(Status::Dispatched))
        .limit(count)
        .all(&product.db)
        .await?;
    let desk = |order: order::Model| {
        let name = units.get(&order.unit_id?)?;
        let caller = callers
            .iter()
            .find(|caller| caller.person.role == "handler" && caller.person.unit.as_ref() == Some(name))?;
        Some(Desk {
            number: order.number,
            token: caller.token.clone(),
        })
    };
    Ok(orders.into_iter().filter_map(desk).collect())
}

/// Fills the database up to `count` orders, one in `one_open_in` of them open, and gives back all their numbers.
pub async fn fill(
    product: &Product,
    callers: &[Caller],
    count: usize,
    one_open_in: usize,
) -> anyhow::Result<Vec<String>> {
    submit_models(product, callers).await?;
    let models = read_models(product).await?;
    let reporters = more_delegates(product).await?;
    let newest = models
        .iter()
        .map(|m| m.order.created_at)
        .max()
        .context("no model")?;
    let mut numbers: Vec<String> = models.iter().map(|m| m.order.number.clone()).collect();
    while numbers.len() < count {
        let mut rows = Rows::default();
        for _ in 0..BATCH.min(count - numbers.len()) {
            let nth = numbers.len();
            let model = models.get(nth % models.len()).context("a model")?;
            let reporter = *reporters.get(nth % reporters.len()).context("a reporter")?;
            numbers.push(rows.copy(model, nth, nth.is_multiple_of(one_open_in), (reporter, newest)));
        }
        rows.insert(product).await?;
    }
    Ok(numbers)
}

/// Lets the product count the copied orders, and says how many a second that were.
pub async fn count(product: &Product) -> anyhow::Result<f64> {
    let started = Instant::now();
    let every = "INSERT INTO order_change (order_id) SELECT id FROM orders";
    let orders = product.db.execute_unprepared(every).await?.rows_affected();
    while order_change::Entity::find().one(&product.db).await?.is_some() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let took = started.elapsed();
    // The autovacuum of a database that lives longer than a minute has long done it.
    if product.db.get_database_backend() == DbBackend::Postgres {
        product.db.execute_unprepared("VACUUM (ANALYZE)").await?;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    Ok(orders as f64 / took.as_secs_f64())
}

async fn submit_models(product: &Product, callers: &[Caller]) -> anyhow::Result<()> {
    let delegates: Vec<_> = callers.iter().filter(|c| c.person.role == "delegate").collect();
    for nth in 0..MODELS {
        let delegate = delegates.get(nth % delegates.len()).context("a delegate")?;
        let answer = product
            .http
            .post(format!("{}/api/v1/orders", product.base))
            .bearer_auth(&delegate.token)
            .header("Idempotency-Key", format!("load-model-{nth:06}"))
            .json(&report(nth))
            .send()
            .await?;
        let status = answer.status();
        anyhow::ensure!(
            status.is_success(),
            "POST /orders: {status} {}",
            answer.text().await?
        );
    }
    Ok(())
}

/// One order in so many was phoned in, is difficult and is tracked, and red while it is open.
const RARE_IN: usize = 1_000;

/// Degrees from a model's place to its copy's, so that not all lie at a few points.
fn spread(nth: usize, steps: usize) -> f64 {
    f64::from(u32::try_from(nth % steps).unwrap_or(0)) * 0.000_25
}

/// A word of one order in a hundred.
pub const RARE_WORD: &str = "窨井盖";

fn description(nth: usize) -> String {
    // Not one in ten of them: these are open.
    let rare = if nth % 100 == 37 {
        format!("{RARE_WORD}松动，")
    } else {
        String::new()
    };
    format!("第 {nth} 处路面塌陷，{rare}过往车辆绕行，存在安全隐患，请尽快处理。")
}

/// A report without photo from somewhere in the city's middle.
pub fn report(nth: usize) -> serde_json::Value {
    let step = f64::from(u32::try_from(nth % 400).unwrap_or(0));
    json!({
        "description": description(nth),
        "location": {
            "longitude": 112.36 + step * 0.0003,
            "latitude": 34.62 + step * 0.0001,
            "datum": "wgs84",
            "accuracy_m": 15.0,
        },
    })
}

async fn read_models(product: &Product) -> anyhow::Result<Vec<Model>> {
    let mut models = Vec::new();
    for order in order::Entity::find().all(&product.db).await? {
        let of_order = order.id;
        models.push(Model {
            assignments: assignment::Entity::find()
                .filter(assignment::Column::OrderId.eq(of_order))
                .all(&product.db)
                .await?,
            deadlines: deadline::Entity::find()
                .filter(deadline::Column::OrderId.eq(of_order))
                .all(&product.db)
                .await?,
            events: order_event::Entity::find()
                .filter(order_event::Column::OrderId.eq(of_order))
                .all(&product.db)
                .await?,
            order,
        });
    }
    Ok(models)
}

/// Copies of a delegate; nobody signs in as them.
async fn more_delegates(product: &Product) -> anyhow::Result<Vec<PersonId>> {
    let delegates = person::Entity::find()
        .filter(person::Column::Role.eq(Role::Delegate))
        .all(&product.db)
        .await?;
    let model = delegates.first().context("no delegate")?;
    let mut all: Vec<PersonId> = delegates.iter().map(|delegate| delegate.id).collect();
    let mut rows = Vec::new();
    for nth in 0..REPORTERS {
        let copy = person::Model {
            id: PersonId::generate(),
            phone_hash: format!("load-{nth}"),
            openid_sealed: None,
            openid_hash: None,
            bound_at: None,
            roster_key: format!("load-{nth}"),
            ..model.clone()
        };
        all.push(copy.id);
        rows.push(copy.into_active_model().reset_all());
    }
    for part in rows.chunks(BATCH) {
        person::Entity::insert_many(part.to_vec())
            .exec_without_returning(&product.db)
            .await?;
    }
    Ok(all)
}

#[derive(Default)]
struct Rows {
    orders: Vec<order::ActiveModel>,
    /// For the index of words.
    texts: Vec<order::Model>,
    assignments: Vec<assignment::ActiveModel>,
    deadlines: Vec<deadline::ActiveModel>,
    events: Vec<order_event::ActiveModel>,
}

impl Rows {
    /// Adds a copy of `model`, made some time in the last year, and gives back its number.
    fn copy(
        &mut self,
        model: &Model,
        nth: usize,
        open: bool,
        (reporter, newest): (PersonId, DateTime<Utc>),
    ) -> String {
        let id = OrderId::generate();
        let days = if open { OPEN_DAYS } else { DAYS };
        let seconds = i64::try_from(nth).unwrap_or(0) * 475_147 % (days * 24 * 60 * 60);
        let back = TimeDelta::seconds(seconds);
        let created = newest - back - TimeDelta::days(1);
        let number = format!("T{}{:06}", created.format("%Y%m%d"), nth % 1_000_000);
        let mut order = order::Model {
            id,
            number: number.clone(),
            description: description(nth),
            reporter_id: reporter,
            created_at: created,
            updated_at: created,
            ..model.order.clone()
        };
        if !open {
            order.status = Status::Closed;
            order.light = Light::Green;
            order.due_at = None;
            order.closed_at = Some(created + TimeDelta::days(2));
        }
        if nth.is_multiple_of(RARE_IN) {
            order.channel = Channel::Call;
            order.difficult = true;
            order.tracked = true;
            order.light = if open { Light::Red } else { Light::Green };
        }
        if let (Some(longitude), Some(latitude)) = (order.longitude, order.latitude) {
            order.longitude = Some(longitude + spread(nth, 401));
            order.latitude = Some(latitude + spread(nth, 307));
        }
        self.texts.push(order.clone());
        self.orders.push(order.into_active_model().reset_all());
        for assignment in &model.assignments {
            let copy = assignment::Model {
                id: AssignmentId::generate(),
                order_id: id,
                ..assignment.clone()
            };
            self.assignments.push(copy.into_active_model().reset_all());
        }
        for deadline in &model.deadlines {
            let mut copy = deadline::Model {
                id: DeadlineId::generate(),
                order_id: id,
                ..deadline.clone()
            };
            if !open {
                copy.stopped_at = Some(created + TimeDelta::days(1));
                copy.next_change_at = None;
            }
            self.deadlines.push(copy.into_active_model().reset_all());
        }
        for event in &model.events {
            let copy = order_event::Model {
                order_id: id,
                at: created,
                ..event.clone()
            };
            let mut row = copy.into_active_model().reset_all();
            row.id = ActiveValue::NotSet;
            self.events.push(row);
        }
        number
    }

    async fn insert(self, product: &Product) -> anyhow::Result<()> {
        let db = zhitong::db::write(&product.db).await?;
        order::Entity::insert_many(self.orders)
            .exec_without_returning(&db)
            .await?;
        for part in self.texts.chunks(BATCH) {
            text_search::add_all(&db, part).await?;
        }
        assignment::Entity::insert_many(self.assignments)
            .exec_without_returning(&db)
            .await?;
        for part in self.deadlines.chunks(BATCH * 2) {
            deadline::Entity::insert_many(part.to_vec())
                .exec_without_returning(&db)
                .await?;
        }
        for part in self.events.chunks(BATCH * 2) {
            order_event::Entity::insert_many(part.to_vec())
                .exec_without_returning(&db)
                .await?;
        }
        db.commit().await?;
        Ok(())
    }
}
