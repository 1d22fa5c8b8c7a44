//! A signed-in browser. The key is the SHA-256 of the 256-bit token; the token itself is never stored.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "auth_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    /// What the sign-in is called where the token must not be.
    pub id: Uuid,
    pub account_id: Uuid,
    /// What its owner recognises the browser by, such as "Chrome · Windows".
    pub browser: String,
    pub created_at: DateTimeUtc,
    pub last_seen_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Related<crate::auth::store::entities::account::Entity> for Entity {
    fn to() -> RelationDef {
        Self::belongs_to(crate::auth::store::entities::account::Entity)
            .from(Column::AccountId)
            .to(crate::auth::store::entities::account::Column::Id)
            .into()
    }
}

impl ActiveModelBehavior for ActiveModel {}
