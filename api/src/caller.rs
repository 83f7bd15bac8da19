//! A person's rights. Role and unit come from the database at each request; the token only identifies the person.
//! `extract.rs` reads them.

use entity::ids::{PersonId, SessionId, UnitId};
use entity::kinds::{PersonLevel, Role};
use entity::person;

use crate::error::{Error, Result};

/// The signed-in person as stored in the database now.
#[derive(Clone, Debug)]
pub struct Caller {
    pub person: PersonId,
    pub session: SessionId,
    pub name: String,
    pub role: Role,
    pub level: Option<PersonLevel>,
    pub unit: Option<UnitId>,
    pub unit_head: bool,
    /// County-level code.
    pub area: Option<String>,
    pub committee: Option<String>,
    /// Limits of an API client; `None` for people and for clients that see all orders.
    pub limit: Option<OrderAccess>,
}

/// Which orders a person sees at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderAccess {
    /// Orders the person reported or endorsed.
    OwnOrders(PersonId),
    /// Orders assigned to the person's unit, now or before.
    Unit(UnitId),
    /// Those of a county-level area.
    Area(String),
    City,
    None,
}

impl Caller {
    /// 403 unless the caller has this role.
    pub fn require(&self, role: Role) -> Result<()> {
        self.require_any(&[role])
    }

    pub fn require_any(&self, roles: &[Role]) -> Result<()> {
        if roles.contains(&self.role) {
            Ok(())
        } else {
            Err(Error::forbidden("您的身份不能进行这项操作。"))
        }
    }

    #[must_use]
    pub fn order_access(&self) -> OrderAccess {
        if let Some(limit) = &self.limit {
            return limit.clone();
        }
        match self.role {
            Role::Delegate => OrderAccess::OwnOrders(self.person),
            Role::Handler => self.unit.map_or(OrderAccess::None, OrderAccess::Unit),
            Role::Supervisor if self.level == Some(PersonLevel::City) => OrderAccess::City,
            Role::Supervisor => self.area.clone().map_or(OrderAccess::None, OrderAccess::Area),
            Role::Operator | Role::Admin => OrderAccess::City,
        }
    }

    /// The person for whom a job acts, with their current rights and without a session.
    pub(super) fn absent(person: person::Model) -> Self {
        Self::of(person, SessionId(uuid::Uuid::nil()))
    }

    pub(super) fn of(person: person::Model, session: SessionId) -> Self {
        Self {
            person: person.id,
            session,
            name: person.name,
            role: person.role,
            level: person.level,
            unit: person.unit_id,
            unit_head: person.unit_head,
            area: person.area_code,
            committee: person.committee,
            limit: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(role: Role, level: Option<PersonLevel>, area: Option<&str>, unit: Option<UnitId>) -> Caller {
        Caller {
            person: PersonId::generate(),
            session: SessionId::generate(),
            name: "某人".to_owned(),
            role,
            level,
            unit,
            unit_head: false,
            area: area.map(str::to_owned),
            committee: None,
            limit: None,
        }
    }

    #[test]
    fn a_limited_client_sees_no_more_than_its_limit() {
        let limit = OrderAccess::Area("410305".to_owned());
        let client = Caller {
            limit: Some(limit.clone()),
            ..caller(Role::Operator, None, None, None)
        };
        assert_eq!(client.order_access(), limit);
    }

    #[test]
    fn each_role_sees_what_is_his() {
        let unit = UnitId::generate();
        let (city, county) = (Some(PersonLevel::City), Some(PersonLevel::County));
        let delegate = caller(Role::Delegate, city, Some("410305"), None);
        assert_eq!(delegate.order_access(), OrderAccess::OwnOrders(delegate.person));
        for (role, level, area, of_unit, sight) in [
            // A handler's county does not extend their sight: they see their unit's orders.
            (
                Role::Handler,
                None,
                Some("410305"),
                Some(unit),
                OrderAccess::Unit(unit),
            ),
            (Role::Handler, None, None, None, OrderAccess::None),
            (Role::Supervisor, city, None, None, OrderAccess::City),
            // City level applies, whatever area is given.
            (Role::Supervisor, city, Some("410305"), None, OrderAccess::City),
            (
                Role::Supervisor,
                county,
                Some("410305"),
                None,
                OrderAccess::Area("410305".to_owned()),
            ),
            (Role::Supervisor, county, None, None, OrderAccess::None),
            (Role::Operator, None, None, None, OrderAccess::City),
            (Role::Admin, None, None, None, OrderAccess::City),
        ] {
            assert_eq!(
                caller(role, level, area, of_unit).order_access(),
                sight,
                "{role} {level:?} {area:?}"
            );
        }
    }

    #[test]
    fn the_wrong_role_is_refused() {
        let delegate = caller(Role::Delegate, None, None, None);
        assert!(delegate.require_any(&[Role::Operator, Role::Delegate]).is_ok());
        assert_eq!(
            delegate.require(Role::Operator).unwrap_err().code(),
            Some("role_may_not")
        );
    }
}
