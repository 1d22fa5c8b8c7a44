//! A registration that waits for its e-mail to be confirmed. It takes neither login nor code meanwhile.

use crate::base::words::Language;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "registration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256 of the token in the mail's link.
    pub token_hash: Vec<u8>,
    pub kind: RegistrationKind,
    pub login: String,
    /// Empty once confirmed.
    pub password_hash: String,
    pub name: String,
    pub mobile: String,
    pub email: String,
    pub locale: Language,
    pub enterprise_name: Option<String>,
    pub uscc: Option<String>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    /// The account that it became.
    pub account_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// For whom somebody registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum RegistrationKind {
    #[sea_orm(string_value = "enterprise")]
    #[serde(rename = "enterprise")]
    Enterprise,
    #[sea_orm(string_value = "traveller")]
    #[serde(rename = "traveller")]
    Traveller,
}
