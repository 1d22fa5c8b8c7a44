//! What of the rows of this feature entries tell, column by column, and what of it is personal.

use crate::booking::model::sealed;
use crate::booking::store::entities::{appointment, booking};
use crate::evidence::rows::{Column, Evident, instant, maybe, personal, plain};
use serde_json::{Value, json};

impl Evident for booking::Model {
    const TABLE: &'static str = "booking";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            reference,
            service_id,
            account_id,
            enterprise_id,
            state,
            starts_at,
            ends_at,
            hold_expires_at,
            contact_name,
            contact_mobile,
            fields,
            officer_id,
            reason,
            sequence,
            created_at,
            updated_at,
            explain_by,
            explanation,
            explained_at,
            channel,
            consent_version,
            consented_at,
            consent_withdrawn_at,
            people,
            results_ready_at,
            requested_at,
            decided_at,
            late_from,
        } = self;
        vec![
            plain("reference", json!(reference)),
            plain("service_id", json!(service_id)),
            plain("account_id", json!(account_id)),
            plain("enterprise_id", json!(enterprise_id)),
            plain("state", json!(state)),
            plain("starts_at", instant(*starts_at)),
            plain("ends_at", instant(*ends_at)),
            plain("hold_expires_at", maybe(*hold_expires_at)),
            personal("contact_name", contact_name.clone()),
            personal("contact_mobile", contact_mobile.clone()),
            personal("fields", sealed::told(fields)),
            plain("officer_id", json!(officer_id)),
            personal("reason", reason.clone()),
            plain("sequence", json!(sequence)),
            plain("created_at", instant(*created_at)),
            plain("updated_at", instant(*updated_at)),
            plain("explain_by", maybe(*explain_by)),
            personal("explanation", explanation.clone()),
            plain("explained_at", maybe(*explained_at)),
            plain("consent_version", json!(consent_version)),
            plain("consented_at", maybe(*consented_at)),
            plain("consent_withdrawn_at", maybe(*consent_withdrawn_at)),
            plain("people", json!(people)),
            plain("results_ready_at", maybe(*results_ready_at)),
            plain("requested_at", maybe(*requested_at)),
            plain("decided_at", maybe(*decided_at)),
            plain("late_from", maybe(*late_from)),
            // Online is what nobody need say: rows from before there was a choice do not.
            plain("channel", if *channel == booking::Channel::Online { Value::Null } else { json!(channel) }),
        ]
    }
}

impl Evident for appointment::Model {
    const TABLE: &'static str = "appointment";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            booking_id,
            position,
            stage,
            site,
            starts_at,
            ends_at,
            began_at,
            ended_at,
            officer_id,
        } = self;
        vec![
            plain("booking_id", json!(booking_id)),
            plain("position", json!(position)),
            plain("stage", json!(stage)),
            plain("site", json!(site)),
            plain("starts_at", instant(*starts_at)),
            plain("ends_at", instant(*ends_at)),
            plain("began_at", maybe(*began_at)),
            plain("ended_at", maybe(*ended_at)),
            plain("officer_id", json!(officer_id)),
        ]
    }
}
