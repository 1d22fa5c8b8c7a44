//! Which data keys the values of this store need (`base::keyring`), and how far a new one has come.

use crate::db::entities::data_key::{self, Model};
use crate::db::{Db, Tx};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

impl Db {
    /// All of them.
    pub async fn data_keys(&self) -> Result<Vec<Model>, DbErr> {
        data_key::Entity::find().all(&self.reader).await
    }

    /// A key is in use from now on.
    pub async fn note_data_key(&self, id: String, at: DateTime<Utc>) -> Result<(), DbErr> {
        self.write(move |tx| Box::pin(async move { note(tx, id, at).await })).await
    }

    /// These are not needed any more: what was sealed under them is lost.
    pub async fn give_up_data_keys(&self, ids: Vec<String>) -> Result<(), DbErr> {
        self.write(move |tx| {
            Box::pin(async move {
                let lost = data_key::Entity::delete_many().filter(data_key::Column::Id.is_in(ids));
                lost.exec(tx.conn()).await.map(|_| ())
            })
        })
        .await
    }

    /// So far the rows of before are under this key.
    pub async fn move_data_key(&self, row: Model) -> Result<(), DbErr> {
        self.write(move |tx| {
            Box::pin(async move {
                let row = row.into_active_model().reset_all();
                data_key::Entity::update(row).exec(tx.conn()).await.map(|_| ())
            })
        })
        .await
    }
}

/// A key is not needed any more: nothing of the store is under it.
pub async fn forget_data_key(tx: &Tx, id: String) -> Result<(), DbErr> {
    data_key::Entity::delete_by_id(id).exec(tx.conn()).await.map(|_| ())
}

async fn note(tx: &Tx, id: String, created_at: DateTime<Utc>) -> Result<(), DbErr> {
    let row = Model { id, created_at, sealed_up_to: None, sealed_at: None };
    data_key::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([data_key::Column::Id])
        .exec_without_returning(tx.conn())
        .await
        .map(|_| ())
}
