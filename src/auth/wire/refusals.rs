//! What the operations on people and enterprises are refused for.

use crate::http::{refusals, shared_refusals};

shared_refusals! {
    /// What whoever may not book is told: `Actor::may` for a right of bookers.
    BOOKERS { FORBIDDEN: "forbidden", "membership_pending", "membership_refused", "membership_ended"; }
    /// Too many wait for a password to be hashed.
    PASSWORDS { TOO_MANY_REQUESTS: "busy"; }
    /// Faults of what is typed when registering, with the field that has them.
    REGISTRATION {
        UNPROCESSABLE_ENTITY: "wrong_length", "wrong_character", "name_not_allowed", "bad_login", "bad_password";
    }
}

refusals! {
    SignIn {
        ..PASSWORDS;
        UNAUTHORIZED: "wrong_login" ("with Retry-After when the next attempt has to wait");
        TOO_MANY_REQUESTS: "too_many_attempts";
    }
    ChangePassword {
        ..PASSWORDS;
        UNPROCESSABLE_ENTITY: "wrong_password", "bad_password", "same_password";
        TOO_MANY_REQUESTS: "too_many_attempts";
    }

    RegisterEnterprise {
        ..PASSWORDS;
        ..REGISTRATION;
        UNPROCESSABLE_ENTITY: "wrong_check_digit";
        TOO_MANY_REQUESTS: "too_many_registrations";
    }
    RegisterTraveller { ..PASSWORDS; ..REGISTRATION; TOO_MANY_REQUESTS: "too_many_registrations"; }
    GetRegistration { NOT_FOUND: "unknown_link"; }
    ConfirmRegistration {
        NOT_FOUND: "unknown_link";
        CONFLICT: "login_taken";
        UNPROCESSABLE_ENTITY: "bad_login";
        TOO_MANY_REQUESTS: "too_many_attempts", "too_many_joining";
    }

    ListEnterprises { FORBIDDEN: "forbidden"; }
    FindEnterprises { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "wrong_length"; }
    ApproveEnterprise { FORBIDDEN: "forbidden"; CONFLICT: "already_decided"; }
    RefuseEnterprise {
        FORBIDDEN: "forbidden";
        CONFLICT: "already_decided";
        UNPROCESSABLE_ENTITY: "wrong_length";
    }

    SetCreditTier { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "wrong_length"; }

    ListMembers { ..BOOKERS; }
    ApproveMember {
        ..BOOKERS;
        CONFLICT: "already_decided", "not_oneself", "enterprise_pending", "enterprise_refused";
    }
    RefuseMember { ..BOOKERS; CONFLICT: "already_decided", "not_oneself"; }
    EndMember { ..BOOKERS; FORBIDDEN: "joined_later"; CONFLICT: "already_decided", "not_oneself"; }
}
