//! A lost or wrong travel health certificate, made out anew: what is needed is uploaded, so that one comes once.

use crate::base::words::demo;
use crate::directory::demo::fields::choice;
use crate::directory::demo::{DemoService, HOUR};
use crate::directory::model::documents::{DocumentSpec, DocumentWay, FileKind};
use crate::directory::model::terms::ServiceTerms;
use crate::directory::model::{Limits, ReminderTerms, ServiceSpec, Shares, WaitingTerms};
use crate::directory::store::entities::opening_rule::DayKind;
use crate::directory::store::entities::service::ServiceKind;

pub(super) const REISSUE: DemoService = DemoService {
    code: "certificate",
    kind: ServiceKind::Health,
    venue: "health",
    name: demo::certificate_name,
    seats: 2,
    quota: None,
    duration_minutes: 15,
    lead_minutes: 24 * HOUR,
    horizon_days: 30,
    needs_decision: true,
    rules: &[(DayKind::Working, 13 * HOUR + 30, 16 * HOUR)],
    stages: &[],
    spec,
};

fn spec() -> ServiceSpec {
    ServiceSpec {
        summary: demo::certificate_summary().into(),
        who: demo::certificate_who().into(),
        bring: vec![demo::certificate_bring_1().into()],
        rules: vec![demo::certificate_rule_1().into(), demo::certificate_rule_2().into()],
        fields: vec![choice(
            "reason",
            demo::certificate_reason(),
            [
                ("lost", demo::certificate_reason_lost()),
                ("wrong", demo::certificate_reason_wrong()),
                ("full", demo::certificate_reason_full()),
            ],
        )],
        checks: Vec::new(),
        trial: false,
        limits: Limits::default(),
        warnings: vec![],
        terms: ServiceTerms::default(),
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
        documents: vec![
            DocumentSpec {
                key: "identity".to_owned(),
                label: demo::certificate_document_identity().into(),
                hint: Some(demo::certificate_document_identity_hint().into()),
                way: DocumentWay::Upload,
                required: true,
                kinds: FileKind::ALL.to_vec(),
                most_bytes: 10 << 20,
                most_pages: 4,
                most_files: 2,
            },
            DocumentSpec {
                key: "certificate".to_owned(),
                label: demo::certificate_document_certificate().into(),
                hint: Some(demo::certificate_document_certificate_hint().into()),
                way: DocumentWay::Upload,
                required: false,
                kinds: FileKind::ALL.to_vec(),
                most_bytes: 5 << 20,
                most_pages: 10,
                most_files: 1,
            },
            DocumentSpec {
                key: "photograph".to_owned(),
                label: demo::certificate_document_photograph().into(),
                hint: None,
                way: DocumentWay::Bring,
                required: true,
                kinds: FileKind::ALL.to_vec(),
                most_bytes: 5 << 20,
                most_pages: 10,
                most_files: 1,
            },
        ],
    }
}
