//! Which opinions and measures a list holds: those of a unit, of a county's campaigns, or all.

use entity::campaign;
use entity::ids::UnitId;
use entity::kinds::Role;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _,
};

use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::supervision::campaigns::access::area_restriction;

/// Selects the rows of a list.
#[derive(Clone, Debug)]
pub enum Scope {
    All,
    Unit(UnitId),
    /// Of a county's campaigns.
    Area(String),
}

impl Scope {
    /// Rows that concern the caller: a handler's unit, others' campaigns that they may know of.
    /// # Errors
    /// `not_found` (404) for a handler without a unit; those of [`area_restriction`].
    pub fn of(caller: &Caller) -> Result<Self> {
        if caller.role == Role::Handler {
            return caller.unit.map(Self::Unit).ok_or_else(Error::not_found);
        }
        Ok(area_restriction(caller)?.map_or(Self::All, Self::Area))
    }

    /// The condition on a table with these two columns.
    pub(super) fn condition<C: ColumnTrait>(&self, unit: C, campaign: C) -> Condition {
        match self {
            Self::All => Condition::all(),
            Self::Unit(id) => Condition::all().add(unit.eq(*id)),
            Self::Area(area) => {
                let of_area = campaign::Entity::find()
                    .select_only()
                    .column(campaign::Column::Id)
                    .filter(campaign::Column::AreaCode.eq(area.as_str()))
                    .into_query();
                Condition::all().add(campaign.in_subquery(of_area))
            }
        }
    }
}
