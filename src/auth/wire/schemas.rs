//! How the types of the rules and tables of this feature look over the API.

use crate::auth::store::entities::account::{Membership, Role};
use crate::auth::store::entities::enterprise::EnterpriseState;
use crate::auth::store::entities::registration::RegistrationKind;
use crate::http::words_in_json;

words_in_json! {
    /// Who somebody is (contracts: roles).
    Role { Member, Agent, Traveller, Officer, Chief, Auditor, Supervisor, AdminSystem, AdminSecurity, AdminAudit }

    /// Whether somebody may act for their enterprise.
    Membership { Pending, Approved, Refused, Ended }

    /// Whether the office let the enterprise in.
    EnterpriseState { Pending, Approved, Refused }

    /// For whom somebody registers.
    RegistrationKind { Enterprise, Traveller }
}
