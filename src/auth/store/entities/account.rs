//! People who sign in: enterprise staff, travellers, officers, chiefs, auditors, administrators.

use crate::base::words::Language;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub login: String,
    pub password_hash: String,
    pub name: String,
    pub role: Role,
    pub enterprise_id: Option<Uuid>,
    /// Where somebody of an enterprise stands with it.
    pub membership: Option<Membership>,
    /// Since when they belong to it; nothing for who does not.
    pub member_since: Option<DateTimeUtc>,
    pub badge_no: Option<String>,
    pub email: Option<String>,
    pub mobile: Option<String>,
    pub locale: Language,
    pub active: bool,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Related<crate::auth::store::entities::enterprise::Entity> for Entity {
    fn to() -> RelationDef {
        Self::belongs_to(crate::auth::store::entities::enterprise::Entity)
            .from(Column::EnterpriseId)
            .to(crate::auth::store::entities::enterprise::Column::Id)
            .into()
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// Who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Role {
    #[sea_orm(string_value = "member")]
    #[serde(rename = "member")]
    Member,
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "traveller")]
    #[serde(rename = "traveller")]
    Traveller,
    #[sea_orm(string_value = "officer")]
    #[serde(rename = "officer")]
    Officer,
    #[sea_orm(string_value = "chief")]
    #[serde(rename = "chief")]
    Chief,
    #[sea_orm(string_value = "auditor")]
    #[serde(rename = "auditor")]
    Auditor,
    #[sea_orm(string_value = "supervisor")]
    #[serde(rename = "supervisor")]
    Supervisor,
    #[sea_orm(string_value = "admin_system")]
    #[serde(rename = "admin_system")]
    AdminSystem,
    #[sea_orm(string_value = "admin_security")]
    #[serde(rename = "admin_security")]
    AdminSecurity,
    #[sea_orm(string_value = "admin_audit")]
    #[serde(rename = "admin_audit")]
    AdminAudit,
}

/// Whether somebody may act for their enterprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Membership {
    /// Asks to join.
    #[sea_orm(string_value = "pending")]
    #[serde(rename = "pending")]
    Pending,
    #[sea_orm(string_value = "approved")]
    #[serde(rename = "approved")]
    Approved,
    #[sea_orm(string_value = "refused")]
    #[serde(rename = "refused")]
    Refused,
    /// Put out by a colleague who was there earlier, or by a chief.
    #[sea_orm(string_value = "ended")]
    #[serde(rename = "ended")]
    Ended,
}
