//! After-hours clearance (预约通关), after notice 2018 No. 109.

use crate::base::words::{Text, demo};
use crate::directory::demo::fields::{choice, field};
use crate::directory::demo::{DAY, DemoService, DemoStage, HOUR};
use crate::directory::model::credit::CreditTier;
use crate::directory::model::terms::{Bookers, CancellingTerms, ExcludedTier, LeadTime, ServiceTerms};
use crate::directory::model::{FieldKind, Limits, ReminderTerms, ServiceSpec, Shares, WaitingTerms};
use crate::directory::store::entities::opening_rule::DayKind;
use crate::directory::store::entities::service::ServiceKind;
use crate::directory::store::entities::service_stage::Stage;

/// Where declarations are made and looked up (中国国际贸易单一窗口), and national applications (互联网+海关).
const SINGLE_WINDOW: &str = "https://www.singlewindow.cn/";
const NATIONAL_BOOKING: &str = "https://online.customs.gov.cn/";

/// Open after hours, whichever those are at its venue.
pub(super) const CLEARANCE: DemoService = DemoService {
    code: "after-hours",
    kind: ServiceKind::AfterHours,
    venue: "rail",
    name: demo::clearance_name,
    seats: 2,
    quota: None,
    duration_minutes: 60,
    lead_minutes: 24 * HOUR,
    horizon_days: 30,
    needs_decision: true,
    rules: &[(DayKind::AfterHours, 0, DAY)],
    stages: &[
        DemoStage {
            stage: Stage::Declaration,
            duration_minutes: 30,
            seats: None,
            gap: (0, 0),
            at_enterprise: false,
        },
        // One inspection place in the yard; to an enterprise an officer comes without it.
        DemoStage {
            stage: Stage::Inspection,
            duration_minutes: 60,
            seats: Some(1),
            gap: (0, 12 * HOUR),
            at_enterprise: true,
        },
        DemoStage {
            stage: Stage::Release,
            duration_minutes: 30,
            seats: None,
            gap: (0, 12 * HOUR),
            at_enterprise: false,
        },
    ],
    spec,
};

fn spec() -> ServiceSpec {
    ServiceSpec {
        summary: demo::clearance_summary().into(),
        who: demo::clearance_who().into(),
        bring: vec![
            demo::clearance_bring_1().into(),
            demo::clearance_bring_2().into(),
            demo::clearance_bring_3().into(),
        ],
        rules: vec![
            demo::clearance_rule_1().into(),
            demo::clearance_rule_2().into(),
            demo::clearance_rule_3().into(),
            demo::clearance_rule_4().into(),
        ],
        fields: vec![
            choice(
                "eligibility",
                demo::clearance_eligibility(),
                [
                    ("relief", demo::clearance_eligibility_relief()),
                    ("dangerous", demo::clearance_eligibility_dangerous()),
                    ("perishable", demo::clearance_eligibility_perishable()),
                    ("urgent", demo::clearance_eligibility_urgent()),
                ],
            ),
            field("consignee", FieldKind::Text, demo::clearance_consignee())
                .hint(demo::clearance_consignee_hint()),
            field("goods", FieldKind::Text, demo::clearance_goods()).at_most(200),
            field("hs_codes", FieldKind::HsCodes, demo::clearance_hs_codes())
                .hint(demo::clearance_hs_codes_hint()),
            field("declaration_port", FieldKind::PortCode, demo::clearance_declaration_port())
                .hint(demo::clearance_declaration_port_hint()),
            field("entry_port", FieldKind::PortCode, demo::clearance_entry_port())
                .hint(demo::clearance_entry_port_hint()),
            choice(
                "transport",
                demo::clearance_transport(),
                [
                    ("rail", demo::clearance_transport_rail()),
                    ("road", demo::clearance_transport_road()),
                    ("air", demo::clearance_transport_air()),
                    ("water", demo::clearance_transport_water()),
                    ("post", demo::clearance_transport_post()),
                    ("other", demo::clearance_transport_other()),
                ],
            ),
            choice(
                "stage",
                demo::clearance_stage(),
                [
                    ("declaration", demo::clearance_stage_declaration()),
                    ("inspection", demo::clearance_stage_inspection()),
                    ("release", demo::clearance_stage_release()),
                    ("all", demo::clearance_stage_all()),
                ],
            )
            .without_stages(),
            field("declaration_no", FieldKind::DeclarationNo, demo::clearance_declaration_no())
                .hint(demo::clearance_declaration_no_hint())
                .link(SINGLE_WINDOW)
                .optional(),
            field("application_no", FieldKind::ExternalNo, demo::clearance_application_no())
                .hint(demo::clearance_application_no_hint())
                .link(NATIONAL_BOOKING)
                .optional(),
            field("vehicles", FieldKind::Text, demo::clearance_vehicles()).at_most(200).optional(),
            field("reason", FieldKind::LongText, demo::clearance_reason()),
        ],
        checks: Vec::new(),
        trial: false,
        limits: Limits::default(),
        warnings: vec![],
        waiting: WaitingTerms::default(),
        reminders: ReminderTerms::default(),
        shares: Shares::default(),
        quota_shares: None,
        stages_only: false,
        groups: None,
        prepare: None,
        results_after_days: None,
        former_fields: Vec::new(),
        former_documents: Vec::new(),
        former_labels: Vec::new(),
        documents: Vec::new(),
        terms: terms(),
    }
}

/// After the notice, but that it is applied for at any hour here.
fn terms() -> ServiceTerms {
    let excluded = |tier, reason: Text| ExcludedTier { tier, reason: reason.into() };
    ServiceTerms {
        bookers: Bookers::Enterprises,
        category_field: Some("eligibility".into()),
        lead_times: vec![LeadTime {
            tier: Some(CreditTier::AdvancedCertified),
            category: None,
            lead_minutes: 8 * HOUR,
        }],
        excluded_tiers: vec![
            excluded(CreditTier::Discredited, demo::clearance_excluded_discredited()),
            excluded(CreditTier::SeriouslyDiscredited, demo::clearance_excluded_seriously_discredited()),
        ],
        cancelling: Some(CancellingTerms {
            free_until_minutes: 12 * HOUR,
            explain_within_working_days: 5,
            blocked_days: 14,
        }),
        decided_within_working_days: Some(1),
        ..ServiceTerms::default()
    }
}
