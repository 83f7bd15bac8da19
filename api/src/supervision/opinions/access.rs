//! Access to an opinion: those who see its campaign, and the unit it is addressed to.

use entity::kinds::Role;
use entity::{campaign, opinion};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::supervision::campaigns::access::sees;
use crate::supervision::opinions::store;

/// Whether it is addressed to the caller's unit.
#[must_use]
pub fn is_addressee(caller: &Caller, opinion: &opinion::Model) -> bool {
    caller.role == Role::Handler && caller.unit == Some(opinion.unit_id)
}

/// The opinion with its campaign, or 404.
pub async fn visible(app: &App, caller: &Caller, number: &str) -> Result<(opinion::Model, campaign::Model)> {
    let found = store::by_number(&app.db, number).await?;
    let (opinion, campaign) = found.ok_or_else(Error::not_found)?;
    if is_addressee(caller, &opinion) || sees(caller, &campaign) {
        Ok((opinion, campaign))
    } else {
        Err(Error::not_found())
    }
}
