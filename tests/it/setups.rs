//! Services as a test wants them: by a chief's settings, or straight in the store where no page sets it so.

use crate::support::{Answer, Browser, TestApp};
use mianqia::directory::entities::service;
use reqwest::Method;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryTrait,
};
use serde_json::{Value, json};

/// The settings of a service, as chiefs are shown them.
pub async fn setup(chief: &Browser, service: &str) -> Value {
    chief.get(&format!("/api/v1/service-settings/{service}")).await.ok()
}

/// Sets what `change` makes of the settings that are there.
pub async fn set(chief: &Browser, service: &str, change: impl FnOnce(&mut Value)) -> Answer {
    let there = setup(chief, service).await;
    let mut body = json!({"version": there["version"], "settings": there["settings"], "reason": "试行", "anyway": false});
    change(&mut body);
    put(chief, service, body).await
}

/// Puts settings with their version and reason.
pub async fn put(chief: &Browser, service: &str, body: Value) -> Answer {
    chief.call(Method::PUT, &format!("/api/v1/service-settings/{service}"), Some(body)).await
}

/// A service with something else in its row.
pub async fn changed(app: &TestApp, code: &str, change: impl FnOnce(&mut service::Model)) -> String {
    let of_code = service::Entity::find().filter(service::Column::Code.eq(code));
    let mut row = of_code.one(app.app.db.reader()).await.unwrap().unwrap();
    change(&mut row);
    let (id, row) = (row.id, row.into_active_model().reset_all());
    write(app, row).await;
    id.to_string()
}

pub async fn write<A>(app: &TestApp, row: A)
where
    A: ActiveModelTrait + Send + 'static,
{
    let written = app.app.db.write(move |tx| {
        Box::pin(async move {
            tx.conn().execute(&<A::Entity as EntityTrait>::update(row).validate()?.into_query()).await?;
            Ok::<_, DbErr>(())
        })
    });
    written.await.unwrap();
    app.app.directory.forget();
}

/// After-hours clearance as whoever calls may have it, for an enterprise or for themselves.
pub async fn clearance_for_everybody(app: &TestApp) -> String {
    changed(app, "after-hours", |row| row.spec["terms"]["bookers"] = json!("everybody")).await
}
