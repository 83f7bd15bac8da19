//! Writes matters of the past: all of them or none, in one transaction.
//!
//! Orders that a matter gathered have the event of it in their histories. Closed matters are looked back on. No notice, push
//! or webhook follows.

use chrono::Datelike as _;
use entity::kinds::EventAction;
use entity::{campaign, campaign_order, opinion, order};

use crate::app::App;
use crate::city::snapshot::{City, CityHandle};
use crate::db::{self, WriteTransaction};
use crate::deadlines::calendar::local_date;
use crate::error::Result;
use crate::orders::Actor;
use crate::orders::history::detail::EventDetail;
use crate::orders::history::{self, NewEvent};
use crate::supervision::opinions::{rules, store as opinions};
use crate::supervision::past::matter::PastMatter;
use crate::supervision::past::store::{self, OrdersBefore, Rows};
use crate::supervision::past::{diary, look_back};

/// Writes `matters`, already validated.
///
/// # Errors
/// Those of the database; then nothing is written.
pub async fn insert(app: &App, mut matters: Vec<PastMatter>) -> Result<()> {
    let city = app.state::<CityHandle>().load();
    let txn = db::write(&app.db).await?;
    number_opinions(&txn, &city, &mut matters).await?;
    let mut rows = Rows::default();
    for matter in matters {
        let wanted = OrdersBefore {
            category: &matter.gathers.category,
            area: matter.campaign.area_code.as_deref(),
            until: matter.gathered_at(),
            most: matter.gathers.most,
        };
        let orders = store::closed_before(&txn, &wanted).await?;
        note_joined(&txn, &matter, &orders).await?;
        add(&mut rows, matter, &orders);
    }
    let closed = rows.campaigns.iter().filter(|row| row.closed_at.is_some());
    let closed: Vec<campaign::Model> = closed.cloned().collect();
    store::insert(&txn, rows).await?;
    look_back::record(&txn, &city, closed, app.clock.now()).await?;
    txn.commit().await?;
    Ok(())
}

/// Numbers the opinions of each organ and year in the order in which they were issued.
async fn number_opinions(txn: &WriteTransaction, city: &City, matters: &mut [PastMatter]) -> Result<()> {
    let mut issued: Vec<(Option<String>, &mut opinion::Model)> = Vec::new();
    for matter in matters {
        let area = matter.campaign.area_code.clone();
        issued.extend(matter.opinions.iter_mut().map(|row| (area.clone(), row)));
    }
    issued.sort_by_key(|(_, row)| row.issued_at);
    for (area, row) in issued {
        let organ = city.organ(area.as_deref());
        let code = area.as_deref().unwrap_or(&city.meta.code);
        let year = local_date(row.issued_at, city.zone()).year();
        let next = opinions::next_number(txn, code, year).await?;
        row.number = rules::number(code, year, next);
        row.document_number = rules::document_number(&organ.document_prefix, year, next);
        row.issuer = organ.organ;
    }
    Ok(())
}

/// Appends to the histories of the orders that they joined the matter.
async fn note_joined(txn: &WriteTransaction, matter: &PastMatter, orders: &[order::Model]) -> Result<()> {
    if orders.is_empty() {
        return Ok(());
    }
    let (system, at) = (Actor::system(), matter.gathered_at());
    let joined = orders.iter().map(|order| {
        let event = NewEvent::new(EventAction::CampaignJoined, &system, order.status, at)
            .note(matter.campaign.title.as_str())
            .detail(EventDetail::CampaignJoined {
                campaign: matter.campaign.id,
            });
        (order, event)
    });
    history::append_past(txn, joined.collect()).await
}

/// Adds the rows of a matter and of its counties' tasks.
fn add(rows: &mut Rows, matter: PastMatter, orders: &[order::Model]) {
    rows.events.extend(diary::entries(&matter, orders.len()));
    let added_at = matter.gathered_at();
    let campaign = matter.campaign;
    rows.orders
        .extend(orders.iter().map(|order| campaign_order::Model {
            campaign_id: campaign.id,
            order_id: order.id,
            added_by: campaign.opened_by,
            added_at,
            told_at: Some(added_at),
        }));
    rows.campaigns.push(campaign);
    rows.activities.extend(matter.activities);
    rows.opinions.extend(matter.opinions);
    rows.measures.extend(matter.measures);
    rows.votes.extend(matter.votes);
    for task in matter.tasks {
        let area = task.matter.campaign.area_code.clone();
        let of_county = orders.iter().filter(|order| order.area_code == area);
        let of_county: Vec<order::Model> = of_county.cloned().collect();
        add(rows, task.matter, &of_county);
    }
}
