//! The customs offices by their codes: found by code and name, replaced by the office's own list.

use crate::both_stores;
use crate::people::system_entries;
use crate::support::TestApp;
use encoding_rs::GBK;
use mianqia::base::words::Language;
use mianqia::directory::ImportFault;
use mianqia::directory::model::customs::CustomsFault;
use serde_json::{Value, json};

const LIST: &str = "code,name_zh,name_en\n1901,样例海关,Sample Customs\n1902,样例机场海关,\n";

async fn import(app: &TestApp, csv: &[u8]) -> Result<usize, ImportFault> {
    let result = mianqia::directory::import_customs(&app.app.db, &app.clock, csv).await;
    app.app.directory.forget();
    result
}

async fn found(app: &TestApp, q: &str) -> Value {
    app.browser().get(&format!("/api/v1/customs-offices?q={q}")).await.ok()
}

both_stores! {
    at "2026-11-26T02:00:00Z";

    async fn customs_offices_are_found_by_code_and_by_name(app: &TestApp) {
        assert_eq!(import(app, LIST.as_bytes()).await.unwrap(), 2);
        let sample = json!({"code": "1901", "name": {"zh-CN": "样例海关", "en": "Sample Customs"}});
        let airport = json!({"code": "1902", "name": {"zh-CN": "样例机场海关", "en": "样例机场海关"}});
        assert_eq!(found(app, "19").await, json!({"items": [sample, airport], "total": 2}));
        assert_eq!(found(app, "%E6%9C%BA%E5%9C%BA").await["items"], json!([airport]));
        assert_eq!(found(app, "sample").await["items"], json!([sample]));
        assert_eq!(found(app, "1234").await, json!({"items": [], "total": 2}));
        assert_eq!(app.browser().get("/api/v1/customs-offices").await.ok()["total"], 2);
    }

    async fn a_list_of_customs_offices_is_replaced_whole_or_not_at_all(app: &TestApp) {
        import(app, LIST.as_bytes()).await.unwrap();
        let fault = import(app, format!("{LIST}903,丙,\n").as_bytes()).await.unwrap_err();
        assert!(matches!(fault, ImportFault::Customs(CustomsFault::Code { line: 4 })), "{fault}");
        assert_eq!(fault.text().in_language(Language::ZhCn), "第 4 行的关区代码应当是 4 位数字（开头的 0 不能丢）。 [customs_code]");
        assert_eq!(found(app, "").await["total"], 2);

        let other = GBK.encode("code,name_zh,name_en\n0101,甲关区,\n").0.into_owned();
        assert_eq!(import(app, &other).await.unwrap(), 1);
        assert_eq!(
            found(app, "").await,
            json!({"items": [{"code": "0101", "name": {"zh-CN": "甲关区", "en": "甲关区"}}], "total": 1})
        );
        let last = system_entries(app).await.into_iter().rfind(|(kind, _)| kind == "customs_offices.imported");
        let bytes: Value = serde_json::from_str(&last.unwrap().1).unwrap();
        assert_eq!(bytes["data"]["offices"], 1);
    }
}
