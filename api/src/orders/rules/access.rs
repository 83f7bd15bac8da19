//! Pure: a person's relation to an order, and whether they may know that it exists.

use entity::ids::PersonId;
use entity::kinds::{ActorRole, AssignmentRole, AssignmentStatus};
use entity::{assignment, order};

use crate::caller::OrderAccess;
use crate::orders::rules::actor::Actor;
use crate::orders::rules::lifecycle::ActorRelation;
use crate::publication_rules;

/// The facts besides the order's row that rights depend on.
#[derive(Clone, Debug, Default)]
pub struct AccessContext {
    /// Every charge of every round.
    pub assignments: Vec<assignment::Model>,
    pub endorsers: Vec<PersonId>,
}

impl AccessContext {
    #[must_use]
    pub fn endorsed_by(&self, actor: &Actor) -> bool {
        self.endorsers.iter().any(|person| actor.is(*person))
    }

    /// The open part that the actor's unit has in this round beside the unit in charge.
    #[must_use]
    pub fn non_lead_assignment(&self, actor: &Actor, round: i32) -> Option<&assignment::Model> {
        self.assignments.iter().find(|charge| {
            Some(charge.unit_id) == actor.unit
                && charge.round == round
                && charge.role != AssignmentRole::Lead
                && matches!(charge.status, AssignmentStatus::Open | AssignmentStatus::Accepted)
        })
    }
}

/// Whether the actor may know that the order exists.
#[must_use]
pub fn may_see(actor: &Actor, order: &order::Model, known: &AccessContext) -> bool {
    match &actor.order_access {
        OrderAccess::City => true,
        OrderAccess::Area(area) => order.area_code.as_deref() == Some(area),
        OrderAccess::Unit(unit) => known.assignments.iter().any(|charge| charge.unit_id == *unit),
        OrderAccess::OwnOrders(person) => order.reporter_id == *person || known.endorsed_by(actor),
        OrderAccess::None => false,
    }
}

#[must_use]
pub fn relation(actor: &Actor, order: &order::Model, known: &AccessContext) -> ActorRelation {
    match actor.role {
        ActorRole::System => ActorRelation::System,
        ActorRole::Operator => ActorRelation::Operator,
        ActorRole::Admin => ActorRelation::Admin,
        ActorRole::Supervisor if may_see(actor, order, known) => ActorRelation::SupervisorOfArea,
        ActorRole::Delegate if actor.is(order.reporter_id) => ActorRelation::Reporter,
        ActorRole::Delegate if known.endorsed_by(actor) => ActorRelation::Endorser,
        ActorRole::Delegate => ActorRelation::OtherDelegate,
        ActorRole::Handler if actor.unit.is_some() && actor.unit == order.unit_id => {
            if actor.unit_head {
                ActorRelation::UnitHead
            } else {
                ActorRelation::LeadUnit
            }
        }
        ActorRole::Handler if known.non_lead_assignment(actor, order.round).is_some() => {
            ActorRelation::SupportUnit
        }
        ActorRole::Handler | ActorRole::Supervisor | ActorRole::Resident => ActorRelation::Stranger,
    }
}

/// Returns `true` if the actor reads the order as other delegates do: they are neither its reporter nor a person who
/// handles or supervises it.
#[must_use]
pub fn is_public_reader(actor: &Actor, order: &order::Model) -> bool {
    !actor.is_staff() && !actor.is(order.reporter_id)
}

/// Returns the placeholder for the reporter's words. Returns `None` if the actor may read them.
#[must_use]
pub fn placeholder_text(actor: &Actor, order: &order::Model) -> Option<&'static str> {
    is_public_reader(actor, order)
        .then_some(order.content_check)
        .and_then(publication_rules::placeholder_text)
}

/// Returns `true` if the reporter of a confidential report is hidden from the actor.
#[must_use]
pub fn hides_reporter(actor: &Actor, order: &order::Model) -> bool {
    let may_know = matches!(
        actor.role,
        ActorRole::Operator | ActorRole::Supervisor | ActorRole::Admin | ActorRole::System
    );
    order.confidential && !may_know && !actor.is(order.reporter_id)
}
