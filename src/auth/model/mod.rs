//! Roles and their rights: the one table. Pure. Beside it the rules of sign-in, each in a file of its own.

pub mod actor;
pub mod attempts;
pub mod browser;
pub mod budget;
pub mod counted;
pub mod device;
pub mod input;
pub mod name_rules;
pub mod names;
pub mod secret;
pub mod session;

use crate::auth::store::entities::account::Role;

/// Something that a role may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Book for one's enterprise or oneself, see and cancel one's own bookings.
    Book,
    /// See the office's day and every booking; accept, refuse, check in, complete.
    HandleBookings,
    /// Have the bookings of the whole office in a calendar of one's own.
    FollowOffice,
    /// Hold sessions: admit people, end the session.
    HoldSessions,
    /// Let enterprises in.
    ApproveEnterprises,
    /// Set on which terms services are booked.
    SetTerms,
    /// See the state of outgoing messages, send one again.
    SeeMessages,
    /// Bring in the official calendar.
    ImportCalendar,
    /// Announce overtime days and surge plans.
    AnnounceOpenings,
    /// See which jobs were given up, have one tried again.
    SeeJobs,
    /// Search and play recordings, check evidence.
    Review,
    /// See the figures of ratings and the answers without a who.
    SeeFigures,
}

/// Whether `role` includes `right`.
pub fn role_has(role: Role, right: Right) -> bool {
    use Right::*;
    let rights: &[Right] = match role {
        Role::Member | Role::Agent | Role::Traveller => &[Book],
        Role::Officer => &[HandleBookings, HoldSessions, SeeMessages],
        Role::Chief => &[
            HandleBookings,
            FollowOffice,
            HoldSessions,
            ImportCalendar,
            AnnounceOpenings,
            SetTerms,
            SeeMessages,
            SeeJobs,
            ApproveEnterprises,
            SeeFigures,
        ],
        Role::Auditor => &[Review, SeeFigures],
        Role::Supervisor => &[SeeFigures],
        Role::AdminSystem => &[SeeJobs],
        // Keys and rights come with their own pages; until then these two may only sign in.
        Role::AdminSecurity | Role::AdminAudit => &[],
    };
    rights.contains(&right)
}

/// The role's name as in the contracts.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Agent => "agent",
        Role::Traveller => "traveller",
        Role::Officer => "officer",
        Role::Chief => "chief",
        Role::Auditor => "auditor",
        Role::Supervisor => "supervisor",
        Role::AdminSystem => "admin_system",
        Role::AdminSecurity => "admin_security",
        Role::AdminAudit => "admin_audit",
    }
}
