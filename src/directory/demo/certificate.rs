//! A lost or wrong travel health certificate, made out anew: what is needed is uploaded, so that one comes once.

use crate::directory::demo::fields::{choice, t};
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
    name: ("健康证明补发、换发", "Health certificate made out anew"),
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
        summary: t(
            "国际旅行健康证明、预防接种证书遗失或信息有误的，补发、换发。",
            "Travel health and vaccination certificates that were lost or are wrong, made out anew.",
        ),
        who: t("在本中心做过检查或接种的人员。", "People who were examined or vaccinated at this centre."),
        bring: vec![t("护照或居民身份证原件", "The original passport or identity card")],
        rules: vec![
            t(
                "证件照片须在预约时上传，核对后才受理。",
                "The document is uploaded when booking and checked before the booking is accepted.",
            ),
            t("换发的，请把原证书带来交回。", "If a certificate is wrong, bring it to be handed in."),
        ],
        fields: vec![choice(
            "reason",
            "办理原因",
            "Why",
            &[
                ("lost", "证书遗失", "It was lost"),
                ("wrong", "信息有误", "Something in it is wrong"),
                ("full", "签证页已满", "It is full"),
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
                label: t("护照或身份证照片", "Picture of the passport or identity card"),
                hint: Some(t(
                    "护照拍资料页；身份证拍正反两面，可以传 2 个文件。四角完整，字迹清楚，不要反光。",
                    "Of a passport the page with the photograph, of an identity card both sides (two files). All four corners, sharp, no reflections.",
                )),
                way: DocumentWay::Upload,
                required: true,
                kinds: FileKind::ALL.to_vec(),
                most_bytes: 10 << 20,
                most_pages: 4,
                most_files: 2,
            },
            DocumentSpec {
                key: "certificate".to_owned(),
                label: t("原证书照片或扫描件", "Picture or scan of the earlier certificate"),
                hint: Some(t("没有的可以不传。", "Leave it out if you have none.")),
                way: DocumentWay::Upload,
                required: false,
                kinds: FileKind::ALL.to_vec(),
                most_bytes: 5 << 20,
                most_pages: 10,
                most_files: 1,
            },
            DocumentSpec {
                key: "photograph".to_owned(),
                label: t("两寸彩色照片 1 张", "One colour photograph, 5 cm high"),
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
