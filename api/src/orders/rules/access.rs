//! How somebody stands to an order, and whether he may know of it at all.

use entity::ids::PersonId;
use entity::kinds::{ActorRole, AssignmentRole, AssignmentStatus};
use entity::{assignment, order};

use crate::content::publication_rules;
use crate::orders::rules::actor::Actor;
use crate::orders::rules::lifecycle::Standing;
use crate::people::caller::Sight;

/// What has to be known about an order, besides its row, to judge rights.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Every charge of every round.
    pub charges: Vec<assignment::Model>,
    pub endorsers: Vec<PersonId>,
}

impl Known {
    #[must_use]
    pub fn endorsed_by(&self, actor: &Actor) -> bool {
        self.endorsers.iter().any(|person| actor.is(*person))
    }

    /// The open part that the actor's unit has in this round beside the unit in charge.
    #[must_use]
    pub fn part_of(&self, actor: &Actor, round: i32) -> Option<&assignment::Model> {
        self.charges.iter().find(|charge| {
            Some(charge.unit_id) == actor.unit
                && charge.round == round
                && charge.role != AssignmentRole::Lead
                && matches!(charge.status, AssignmentStatus::Open | AssignmentStatus::Accepted)
        })
    }
}

/// Whether the actor may know that the order exists.
#[must_use]
pub fn sees(actor: &Actor, order: &order::Model, known: &Known) -> bool {
    match &actor.sight {
        Sight::City => true,
        Sight::Area(area) => order.area_code.as_deref() == Some(area),
        Sight::Unit(unit) => known.charges.iter().any(|charge| charge.unit_id == *unit),
        Sight::Own(person) => order.reporter_id == *person || known.endorsed_by(actor),
        Sight::Nothing => false,
    }
}

#[must_use]
pub fn standing(actor: &Actor, order: &order::Model, known: &Known) -> Standing {
    match actor.role {
        ActorRole::System => Standing::System,
        ActorRole::Operator => Standing::Operator,
        ActorRole::Admin => Standing::Admin,
        ActorRole::Supervisor if sees(actor, order, known) => Standing::SupervisorOfArea,
        ActorRole::Delegate if actor.is(order.reporter_id) => Standing::Reporter,
        ActorRole::Delegate if known.endorsed_by(actor) => Standing::Endorser,
        ActorRole::Delegate => Standing::OtherDelegate,
        ActorRole::Handler if actor.unit.is_some() && actor.unit == order.unit_id => {
            if actor.unit_head {
                Standing::UnitHead
            } else {
                Standing::LeadUnit
            }
        }
        ActorRole::Handler if known.part_of(actor, order.round).is_some() => Standing::SupportUnit,
        ActorRole::Handler | ActorRole::Supervisor | ActorRole::Resident => Standing::Stranger,
    }
}

/// Whether the order is published to the actor, as to other delegates: he is neither its reporter nor one of those who
/// handle it or watch over it.
#[must_use]
pub fn is_audience(actor: &Actor, order: &order::Model) -> bool {
    !actor.is_staff() && !actor.is(order.reporter_id)
}

/// What stands in place of the reporter's words; none where the actor may read them.
#[must_use]
pub fn in_place_of_words(actor: &Actor, order: &order::Model) -> Option<&'static str> {
    is_audience(actor, order)
        .then_some(order.content_check)
        .and_then(publication_rules::in_place_of_words)
}

/// Whether the reporter's name is kept from the actor: a confidential report is known by its matter only.
#[must_use]
pub fn hides_reporter(actor: &Actor, order: &order::Model) -> bool {
    let may_know = matches!(
        actor.role,
        ActorRole::Operator | ActorRole::Supervisor | ActorRole::Admin | ActorRole::System
    );
    order.confidential && !may_know && !actor.is(order.reporter_id)
}
