//! Access to a watch list: the city's people of all, a county's supervisors of their county's and the whole city's.

use entity::kinds::{PersonLevel, Role};
use entity::watch_list;

use crate::caller::Caller;
use crate::error::{Error, Result};

/// The county that a caller's lists are restricted to; `None` for the whole city.
pub fn area_restriction(caller: &Caller) -> Result<Option<String>> {
    match (caller.role, caller.level) {
        (Role::Supervisor, Some(PersonLevel::City)) | (Role::Operator | Role::Admin, _) => Ok(None),
        (Role::Supervisor, _) => caller.area.clone().map(Some).ok_or_else(Error::not_found),
        _ => Err(Error::forbidden("监管名单由人大常委会建立和查看。")),
    }
}

/// 404 unless the caller may know of the list.
pub fn check_visible(caller: &Caller, list: &watch_list::Model) -> Result<()> {
    let restriction = area_restriction(caller).map_err(|_| Error::not_found())?;
    if restriction.is_none() || restriction == list.area_code {
        Ok(())
    } else {
        Err(Error::not_found())
    }
}
