//! After-hours clearance (预约通关), after notice 2018 No. 109.

use crate::directory::demo::fields::{choice, field, t};
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
    name: ("非工作时间通关", "After-hours clearance"),
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
        summary: t(
            "在工作时间以外办理申报、查验、放行，夜间、周末和节假日都可以约。",
            "Declaration, inspection and release outside office hours: at night, on weekends and on public holidays.",
        ),
        who: t(
            "有急需通关货物的进出口企业及其代理；失信企业不适用。",
            "Importers, exporters and their agents with goods that cannot wait; not for discredited enterprises.",
        ),
        bring: vec![
            t("报关单号（已申报的）", "The declaration number, if already declared"),
            t("货物名称和 HS 编码", "Name and HS codes of the goods"),
            t("到港、提货或装运的时间安排", "Times of arrival, pick-up or loading"),
        ],
        rules: vec![
            t(
                "请至少提前 24 小时预约，高级认证企业提前 8 小时；由值班关员受理后生效。",
                "Book at least 24 hours ahead, 8 hours for advanced certified enterprises; it counts once the officer on duty has accepted it.",
            ),
            t(
                "“工作时间以外”按国家公布的日历计算：调休上班的周末是工作日，放假的工作日不是。",
                "“Outside office hours” goes by the official calendar: a make-up workday on a weekend is a working day, a public holiday is not.",
            ),
            t(
                "来不了请尽快取消并说明原因；开始前 12 小时内取消的，须在 5 个工作日内补交书面说明。",
                "If you cannot come, cancel as soon as you can and say why; within 12 hours of the start a written explanation is due within 5 working days.",
            ),
            t(
                "这里安排的是本地关员和时段，不替代全国统一的预约申请；有申请单编号的请一并填写。",
                "This arranges local officers and times and does not replace the national application; give its number if you have one.",
            ),
        ],
        fields: vec![
            choice(
                "eligibility",
                "货物属于",
                "The goods are",
                &[
                    ("relief", "救灾、抢险、医疗急需物资", "Relief, rescue or urgent medical goods"),
                    ("dangerous", "危险品", "Dangerous goods"),
                    ("perishable", "鲜活、冷冻、易腐货物", "Fresh, frozen or perishable goods"),
                    ("urgent", "其他急需通关的货物", "Other goods that cannot wait"),
                ],
            ),
            field("consignee", FieldKind::Text, "收发货人", "Consignee or consignor")
                .hint("与报关单上的名称一致。", "As it stands on the declaration."),
            field("goods", FieldKind::Text, "货物名称", "Goods").at_most(200),
            field("hs_codes", FieldKind::HsCodes, "HS 编码", "HS codes")
                .hint("4 至 10 位数字，多个用逗号隔开。", "4 to 10 digits each, with commas between them."),
            field("declaration_port", FieldKind::PortCode, "申报地海关", "Customs of declaration")
                .hint("4 位关区代码，也可以按名称找。", "The 4-digit customs code, or look it up by name."),
            field("entry_port", FieldKind::PortCode, "进出境海关", "Customs of entry or exit")
                .hint("4 位关区代码，也可以按名称找。", "The 4-digit customs code, or look it up by name."),
            choice(
                "transport",
                "运输方式",
                "Mode of transport",
                &[
                    ("rail", "铁路", "Rail"),
                    ("road", "公路", "Road"),
                    ("air", "航空", "Air"),
                    ("water", "水路", "Water"),
                    ("post", "邮件、快件", "Post or courier"),
                    ("other", "其他", "Other"),
                ],
            ),
            choice(
                "stage",
                "办理环节",
                "Stage",
                &[
                    ("declaration", "申报", "Declaration"),
                    ("inspection", "查验", "Inspection"),
                    ("release", "放行", "Release"),
                    ("all", "全部", "All of them"),
                ],
            )
            .without_stages(),
            field("declaration_no", FieldKind::DeclarationNo, "报关单号", "Declaration number")
                .hint("18 位数字；还没有申报可以不填。", "18 digits; leave it empty if not declared yet.")
                .link(SINGLE_WINDOW)
                .optional(),
            field("application_no", FieldKind::ExternalNo, "申请单编号", "Application number")
                .hint(
                    "全国预约通关申请的编号，没有可以不填。",
                    "The number of the national application; leave it empty if there is none.",
                )
                .link(NATIONAL_BOOKING)
                .optional(),
            field("vehicles", FieldKind::Text, "车牌、车皮或集装箱号", "Vehicle, wagon or container numbers")
                .at_most(200)
                .optional(),
            field(
                "reason",
                FieldKind::LongText,
                "需要在非工作时间办理的原因",
                "Why it cannot wait for office hours",
            ),
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
    let excluded = |tier, zh, en| ExcludedTier { tier, reason: t(zh, en) };
    ServiceTerms {
        bookers: Bookers::Enterprises,
        category_field: Some("eligibility".into()),
        lead_times: vec![LeadTime {
            tier: Some(CreditTier::AdvancedCertified),
            category: None,
            lead_minutes: 8 * HOUR,
        }],
        excluded_tiers: vec![
            excluded(
                CreditTier::Discredited,
                "失信企业不适用非工作时间预约通关（海关总署公告 2018 年第 109 号）。",
                "After-hours clearance is not for discredited enterprises (notice 2018 No. 109).",
            ),
            excluded(
                CreditTier::SeriouslyDiscredited,
                "严重失信企业不适用非工作时间预约通关（海关总署公告 2018 年第 109 号）。",
                "After-hours clearance is not for seriously discredited enterprises (notice 2018 No. 109).",
            ),
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
