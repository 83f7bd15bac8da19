//! Loads the orders that come into question as typical cases: three queries, however many orders the report counts.

use std::collections::HashMap;

use entity::kinds::ContentCheck;
use entity::order;
use sea_orm::ConnectionTrait;

use crate::city::snapshot::City;
use crate::error::Result;
use crate::insight::reports::cases::{self, Candidate, CaseFact, OrderPhotoFact};
use crate::insight::reports::facts::ReportFact;
use crate::insight::reports::slice::Dimension;
use crate::insight::reports::tally::Tally;
use crate::insight::reports::writer::TopicFact;
use crate::insight::reports::{problems, store};

/// Chooses a case for each problem that the report tells. Confidential reports, and those whose words or photos did not
/// pass the content check, are no cases.
pub async fn load(
    connection: &impl ConnectionTrait,
    city: &City,
    facts: &[ReportFact],
    topics: &[TopicFact],
) -> Result<HashMap<Dimension, CaseFact>> {
    let tally = Tally::of(facts);
    let problems = problems::select(&tally, topics);
    let wanted: Vec<(Dimension, Vec<&ReportFact>)> = problems
        .into_iter()
        .map(|of| {
            let found = cases::candidates(facts, &of);
            (of, found)
        })
        .collect();
    let mut numbers: Vec<String> = wanted
        .iter()
        .flat_map(|(_, found)| found.iter().map(|fact| fact.number.clone()))
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    let orders = store::by_numbers(connection, &numbers).await?;
    let orders: Vec<order::Model> = orders.into_iter().filter(may_be_shown).collect();
    let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
    let mut photos: HashMap<_, Vec<OrderPhotoFact>> = HashMap::new();
    for row in store::photos(connection, &ids).await? {
        photos.entry(row.order_id).or_default().push(OrderPhotoFact {
            id: row.photo_id,
            role: row.role,
            round: row.round,
        });
    }
    let orders: HashMap<&str, &order::Model> = orders
        .iter()
        .map(|order| (order.number.as_str(), order))
        .collect();
    let candidate = |fact: &ReportFact| {
        let order = *orders.get(fact.number.as_str())?;
        let area = fact.area.as_deref().map_or("", |code| city.county_name(code));
        let unit = fact
            .unit
            .and_then(|id| city.unit(id))
            .map_or("", |unit| unit.name.as_str());
        Some((order, area.to_owned(), unit.to_owned()))
    };
    let mut chosen = Vec::new();
    for (of, found) in wanted {
        let known: Vec<_> = found
            .iter()
            .filter_map(|fact| candidate(fact).map(|known| (*fact, known)))
            .collect();
        let candidates: Vec<Candidate<'_>> = known
            .iter()
            .map(|(fact, (order, area, unit))| Candidate {
                order,
                fact,
                photos: photos.get(&order.id).map_or(&[][..], Vec::as_slice),
                area,
                unit,
            })
            .collect();
        chosen.extend(cases::choose(&candidates).map(|case| (of, case)));
    }
    Ok(cases::without_repeats(chosen))
}

fn may_be_shown(order: &order::Model) -> bool {
    !order.confidential && !matches!(order.content_check, ContentCheck::Risky | ContentCheck::Review)
}
