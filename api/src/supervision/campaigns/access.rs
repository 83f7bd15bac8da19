//! Access to a campaign: the city's people of all, a county's supervisors of their county's.

use entity::campaign;
use entity::ids::CampaignId;
use entity::kinds::{CampaignStatus, PersonLevel, Role};
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::supervision::campaigns::stages::Refused;
use crate::supervision::campaigns::store;

/// The area that a caller's campaigns are restricted to: a county supervisor's own, `None` for the city's people.
pub fn area_restriction(caller: &Caller) -> Result<Option<String>> {
    match (caller.role, caller.level) {
        (Role::Supervisor, Some(PersonLevel::City)) | (Role::Operator | Role::Admin, _) => Ok(None),
        (Role::Supervisor, _) => caller.area.clone().map(Some).ok_or_else(Error::not_found),
        _ => Err(Error::forbidden("专项监督由人大常委会开展。")),
    }
}

/// Whether the caller may know of the campaign.
#[must_use]
pub fn sees(caller: &Caller, campaign: &campaign::Model) -> bool {
    area_restriction(caller).is_ok_and(|area| area.is_none() || area == campaign.area_code)
}

/// The campaign, or 404 if the caller may not know of it.
pub async fn visible(app: &App, caller: &Caller, id: CampaignId) -> Result<campaign::Model> {
    let campaign = store::find(&app.db, id).await?.ok_or_else(Error::not_found)?;
    if sees(caller, &campaign) {
        Ok(campaign)
    } else {
        Err(Error::not_found())
    }
}

/// Locks an open campaign for a change by one of its supervisors, for the rest of the transaction.
///
/// # Errors
/// 404 if the caller may not know of it, 403 if they are no supervisor, `campaign_closed` (409).
pub async fn lock_open(
    txn: &impl ConnectionTrait,
    caller: &Caller,
    id: CampaignId,
) -> Result<campaign::Model> {
    let campaign = lock(txn, caller, id).await?;
    if campaign.status == CampaignStatus::Closed {
        return Err(Refused::Closed.into());
    }
    Ok(campaign)
}

/// Same as [`lock_open`] for a campaign that may be closed.
pub async fn lock(txn: &impl ConnectionTrait, caller: &Caller, id: CampaignId) -> Result<campaign::Model> {
    let campaign = store::lock(txn, id).await?.ok_or_else(Error::not_found)?;
    if !sees(caller, &campaign) {
        return Err(Error::not_found());
    }
    caller.require(Role::Supervisor)?;
    Ok(campaign)
}
