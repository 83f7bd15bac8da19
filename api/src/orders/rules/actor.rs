//! Who acts on an order: a signed-in person, or the product itself when a clock or a job does.

use entity::ids::{PersonId, UnitId};
use entity::kinds::{ActorRole, Role};

use crate::caller::{Caller, OrderAccess};

#[derive(Clone, Debug)]
pub struct Actor {
    /// None for the system.
    pub person: Option<PersonId>,
    pub role: ActorRole,
    pub unit: Option<UnitId>,
    pub unit_head: bool,
    /// County-level code.
    pub area: Option<String>,
    pub order_access: OrderAccess,
}

impl Actor {
    /// The product itself.
    #[must_use]
    pub fn system() -> Self {
        Self {
            person: None,
            role: ActorRole::System,
            unit: None,
            unit_head: false,
            area: None,
            order_access: OrderAccess::City,
        }
    }

    /// Returns the call centre's system: an operator without a name.
    #[must_use]
    pub fn call_centre() -> Self {
        Self {
            role: ActorRole::Operator,
            ..Self::system()
        }
    }

    #[must_use]
    pub fn is(&self, person: PersonId) -> bool {
        self.person == Some(person)
    }

    /// Units, operators, supervisors: those who read what is internal.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        !matches!(self.role, ActorRole::Delegate | ActorRole::Resident)
    }
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        Self {
            person: Some(caller.person),
            role: role(caller.role),
            unit: caller.unit,
            unit_head: caller.unit_head,
            area: caller.area.clone(),
            order_access: caller.order_access(),
        }
    }
}

fn role(role: Role) -> ActorRole {
    match role {
        Role::Delegate => ActorRole::Delegate,
        Role::Operator => ActorRole::Operator,
        Role::Handler => ActorRole::Handler,
        Role::Supervisor => ActorRole::Supervisor,
        Role::Admin => ActorRole::Admin,
    }
}
