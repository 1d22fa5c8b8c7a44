//! What the program asks of the store about the store itself: does it keep things, whose is it, is it used.

use crate::db::entities::{store_identity, store_probe};
use crate::db::{Db, connect, is_sqlite};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, Statement};

/// Both tables have one row.
const THE_ROW: i32 = 1;

impl Db {
    /// Writes a small row durably, as everything else is written.
    pub async fn probe(&self, at: DateTime<Utc>) -> Result<(), DbErr> {
        self.write(move |tx| {
            Box::pin(async move {
                let row = store_probe::ActiveModel { id: Set(THE_ROW), at: Set(at) };
                let again = OnConflict::column(store_probe::Column::Id)
                    .update_column(store_probe::Column::At)
                    .to_owned();
                let insert = store_probe::Entity::insert(row).on_conflict(again);
                insert.exec_without_returning(tx.conn()).await.map(|_| ())
            })
        })
        .await
    }

    /// The fingerprint of the keyring that this store was made with.
    pub async fn keyring_fingerprint(&self) -> Result<Option<Vec<u8>>, DbErr> {
        let row = store_identity::Entity::find_by_id(THE_ROW).one(&self.reader).await?;
        Ok(row.map(|row| row.keyring_fingerprint))
    }

    /// From now on this keyring belongs to the store.
    pub async fn set_keyring_fingerprint(&self, print: [u8; 32], at: DateTime<Utc>) -> Result<(), DbErr> {
        self.write(move |tx| {
            Box::pin(async move {
                let row = store_identity::ActiveModel {
                    id: Set(THE_ROW),
                    keyring_fingerprint: Set(print.to_vec()),
                    created_at: Set(at),
                };
                let again = OnConflict::column(store_identity::Column::Id)
                    .update_columns([
                        store_identity::Column::KeyringFingerprint,
                        store_identity::Column::CreatedAt,
                    ])
                    .to_owned();
                let insert = store_identity::Entity::insert(row).on_conflict(again);
                insert.exec_without_returning(tx.conn()).await.map(|_| ())
            })
        })
        .await
    }
}

/// Whether nothing was ever put into the store of a URL. Makes nothing.
pub async fn is_blank(url: &str) -> Result<bool, DbErr> {
    let (pool, tables) = if is_sqlite(url) {
        let file = tokio::fs::metadata(connect::sqlite_file(url)).await;
        if file.map_or(0, |file| file.len()) == 0 {
            return Ok(true);
        }
        (connect::sqlite_writer(url).await?, "select name from sqlite_master where name = 'seaql_migrations'")
    } else {
        let tables = "select table_name from information_schema.tables \
                      where table_name = 'seaql_migrations' and table_schema = current_schema()";
        (connect::postgres(url).await?, tables)
    };
    let found = pool.query_one_raw(Statement::from_string(pool.get_database_backend(), tables)).await?;
    pool.close().await?;
    Ok(found.is_none())
}
