//! Pure: the rights for which a file is made, in the encoding that is stored with it.

use entity::kinds::Role;

use crate::caller::OrderAccess;

/// Returns `v1`, the role and what it sees. With other rights nobody gets anything of the file.
///
/// Each part is written out here, so that renaming a variant changes no stored row; another meaning takes another
/// version.
#[must_use]
pub fn encode(role: Role, access: &OrderAccess) -> String {
    let access = match access {
        OrderAccess::OwnOrders(person) => format!("own {person}"),
        OrderAccess::Unit(unit) => format!("unit {unit}"),
        OrderAccess::Area(code) => format!("area {code}"),
        OrderAccess::City => "city".to_owned(),
        OrderAccess::None => "none".to_owned(),
    };
    format!("v1 {role} {access}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_rights_are_these_texts() {
        let id = "0197e5a0-0000-7000-8000-000000000001";
        for (role, access, stored) in [
            (
                Role::Delegate,
                OrderAccess::OwnOrders(id.parse().unwrap()),
                format!("v1 delegate own {id}"),
            ),
            (
                Role::Handler,
                OrderAccess::Unit(id.parse().unwrap()),
                format!("v1 handler unit {id}"),
            ),
            (
                Role::Supervisor,
                OrderAccess::Area("410305".to_owned()),
                "v1 supervisor area 410305".to_owned(),
            ),
            (Role::Operator, OrderAccess::City, "v1 operator city".to_owned()),
            (Role::Admin, OrderAccess::None, "v1 admin none".to_owned()),
        ] {
            assert_eq!(encode(role, &access), stored);
        }
    }
}
