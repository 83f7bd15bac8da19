//! WeChat's events on subscribe messages: consents, refusals, and results of accepted messages.

use entity::delivery;
use entity::kinds::DeliveryStatus;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::notices::MessageCatalog;
use crate::notices::audience::TemplateKey;
use crate::notices::consents::{self, ConsentAnswer, PersonConsent};
use crate::notices::store;
use crate::sealing::OpenId;
use crate::sealing::Sealer;
use crate::wechat::push::PushEvent;

/// Applies an event of WeChat about subscribe messages; ignores other events.
pub async fn apply_push_event(app: &App, event: &PushEvent) -> Result<()> {
    match event {
        PushEvent::Consents { openid, consents, .. } => {
            for consent in consents {
                consented(app, openid, &consent.template_id, consent.accepted).await?;
            }
        }
        PushEvent::Delivered { openid, outcomes } => {
            for outcome in outcomes {
                let message_id = outcome.msgid.as_deref();
                settled(app, openid, &outcome.template_id, message_id, outcome.delivered).await?;
            }
        }
        PushEvent::MediaChecked { .. } | PushEvent::Other(_) => {}
    }
    Ok(())
}

/// Records a consent or refusal from WeChat's dialog or settings. Ignores unknown people and templates.
async fn consented(app: &App, openid: &str, template_id: &str, accepted: bool) -> Result<()> {
    let now = app.clock.now();
    let Some(template) = app.state::<MessageCatalog>().template_by_id(template_id) else {
        return Ok(());
    };
    let txn = db::write(&app.db).await?;
    let hash = app.state::<Sealer>().openid_hash(&OpenId::new(openid));
    if let Some(person) = store::person_by_openid(&txn, &hash).await? {
        if accepted {
            let consent = PersonConsent {
                person,
                key: template.key,
                answer: ConsentAnswer::Granted,
            };
            consents::apply(app, &txn, consent, now).await?;
        } else {
            consents::revoke(&txn, person, template.key, now).await?;
        }
    }
    txn.commit().await?;
    Ok(())
}

/// Records the final result of an accepted message: settles deliveries that timed out, and reports losses on WeChat's
/// side. `message_id` identifies the delivery if both sides know it, otherwise it is the oldest unsettled one of that
/// template.
async fn settled(
    app: &App,
    openid: &str,
    template_id: &str,
    message_id: Option<&str>,
    delivered: bool,
) -> Result<()> {
    let now = app.clock.now();
    let Some(template) = app.state::<MessageCatalog>().template_by_id(template_id) else {
        return Ok(());
    };
    let txn = db::write(&app.db).await?;
    let hash = app.state::<Sealer>().openid_hash(&OpenId::new(openid));
    if let Some(person) = store::person_by_openid(&txn, &hash).await? {
        let meant = meant(&txn, person, template.key, message_id).await?;
        if let Some(row) = meant {
            let status = if delivered {
                DeliveryStatus::Sent
            } else {
                DeliveryStatus::Failed
            };
            let known = row.message_id.clone().or(message_id.map(str::to_owned));
            let was_unknown = row.status == DeliveryStatus::Unknown;
            store::apply_delivery_report(&txn, &row, status, known, now).await?;
            if was_unknown {
                consents::consume(&txn, &[(person, template.key)], now).await?;
            }
        }
    }
    txn.commit().await?;
    Ok(())
}

async fn meant(
    txn: &impl ConnectionTrait,
    person: entity::ids::PersonId,
    key: TemplateKey,
    message_id: Option<&str>,
) -> Result<Option<delivery::Model>> {
    let own = Condition::all()
        .add(delivery::Column::PersonId.eq(person))
        .add(delivery::Column::TemplateKey.eq(key.as_str()));
    if let Some(message_id) = message_id {
        let named = delivery::Entity::find()
            .filter(own.clone())
            .filter(delivery::Column::MessageId.eq(message_id))
            .one(txn)
            .await?;
        if named.is_some() {
            return Ok(named);
        }
    }
    let unsettled = delivery::Entity::find()
        .filter(own)
        .filter(delivery::Column::Status.eq(DeliveryStatus::Unknown))
        .filter(delivery::Column::MessageId.is_null())
        .order_by_asc(delivery::Column::CreatedAt)
        .one(txn)
        .await?;
    Ok(unsettled)
}
