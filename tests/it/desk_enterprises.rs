//! At the desk an enterprise is found by a part of its name or code, by those who may, and never more than a handful.

use crate::both_stores;
use crate::support::{Answer, Browser, TestApp};
use mianqia::auth::entities::enterprise;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

async fn find(browser: &Browser, typed: &str) -> Answer {
    // What an address would take for something else.
    let typed = typed.replace('%', "%25").replace('\\', "%5C").replace(' ', "%20");
    browser.get(&format!("/api/v1/desk/enterprises?q={typed}")).await
}

async fn names(browser: &Browser, typed: &str) -> Vec<String> {
    let found = find(browser, typed).await.ok();
    found["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

/// Enterprises like one of the demo's, under other names.
async fn let_in(app: &TestApp, names: Vec<String>) {
    let like = enterprise::Entity::find().filter(enterprise::Column::Uscc.eq("91239999MA0000162X"));
    let like = like.one(app.app.db.reader()).await.unwrap().unwrap();
    let row = |(number, name): (usize, String)| enterprise::Model {
        id: Uuid::now_v7(),
        name_key: name.clone(),
        name,
        uscc: format!("9123TEST{number:010}"),
        ..like.clone()
    };
    let rows: Vec<_> =
        names.into_iter().enumerate().map(row).map(IntoActiveModel::into_active_model).collect();
    let written = app.app.db.write(move |tx| {
        let rows = rows.clone();
        Box::pin(async move {
            enterprise::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
            Ok::<_, DbErr>(())
        })
    });
    written.await.unwrap();
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn officers_find_enterprises_that_were_let_in_by_a_part_of_their_name_or_code(app: &TestApp) {
        let (zhou, shen) = (app.signed_in("zhou").await, app.signed_in("shen").await);
        assert_eq!(names(&zhou, "雪原").await, ["雪原样例粮油"]);
        assert_eq!(names(&shen, " 样例医 ").await, ["江岸样例医疗"]);
        // Letters of a code in any case; who waits or was refused is not among them.
        assert_eq!(names(&zhou, "ma0000162x").await, ["江岸样例医疗"]);
        let all = find(&zhou, "样例").await.ok();
        assert_eq!((all["items"].as_array().unwrap().len(), &all["more"]), (3, &Value::Bool(false)), "{all}");
        assert_eq!(names(&zhou, "霜河").await, Vec::<String>::new());
        let one = &find(&zhou, "雪原").await.ok()["items"][0];
        assert_eq!((&one["uscc"], &one["credit_tier"]), (&"91239999MA0000082A".into(), &"certified".into()));
        let mut told: Vec<&String> = one.as_object().unwrap().keys().collect();
        told.sort_unstable();
        assert_eq!(told, ["credit_tier", "id", "name", "uscc"], "nobody's name or number");
        for login in ["lin", "luo", "tang", "sys"] {
            find(&app.signed_in(login).await, "样例").await.refused(403, "forbidden");
        }
    }

    async fn what_is_typed_is_taken_as_it_stands_and_never_too_short_or_too_long(app: &TestApp) {
        let zhou = app.signed_in("zhou").await;
        let odd = r"百分%_之\样例";
        let_in(app, vec![odd.to_owned()]).await;
        for (typed, found) in [("%_", vec![odd]), (r"之\", vec![odd]), ("%%", vec![]), ("__", vec![]), ("雪_样例", vec![])] {
            assert_eq!(names(&zhou, typed).await, found, "{typed}");
        }
        for typed in ["", "样", " 样 ", "%", &"样".repeat(101)] {
            let refused = find(&zhou, typed).await;
            refused.refused(422, "wrong_length");
            assert_eq!(refused.json()["field"], "q");
        }
    }

    async fn of_many_the_first_ten_are_told_and_that_there_are_more(app: &TestApp) {
        let zhou = app.signed_in("zhou").await;
        let_in(app, (0..12).map(|number| format!("众多样例{number:02}")).collect()).await;
        let found = find(&zhou, "众多").await.ok();
        assert_eq!((found["items"].as_array().unwrap().len(), &found["more"]), (10, &Value::Bool(true)), "{found}");
        assert_eq!((&found["items"][0]["name"], &found["items"][9]["name"]), (&"众多样例00".into(), &"众多样例09".into()));
        assert_eq!(names(&zhou, "众多样例11").await, ["众多样例11"]);
    }
}
