//! A file of the official calendar as it came, with who brought it and what was odd about it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub origin: ImportOrigin,
    pub imported_at: DateTimeUtc,
    /// Who brought it by the page.
    pub account_id: Option<Uuid>,
    /// The notice: its number or address. The program's own files name it themselves.
    pub source: Option<String>,
    pub reason: Option<String>,
    /// Of the file, in hexadecimal.
    pub sha256: String,
    pub file: Vec<u8>,
    /// Codes of what was imported though it is like no notice so far.
    pub oddities: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// By which way a calendar came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ImportOrigin {
    /// Somebody signed in.
    #[sea_orm(string_value = "page")]
    #[serde(rename = "page")]
    Page,
    /// An operator at the machine.
    #[sea_orm(string_value = "command")]
    #[serde(rename = "command")]
    Command,
    /// Shipped with the program, or there before versions were kept.
    #[sea_orm(string_value = "program")]
    #[serde(rename = "program")]
    Program,
}
