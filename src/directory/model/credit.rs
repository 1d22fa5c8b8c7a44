//! The credit tiers of enterprises (总署令第 282 号, from April 2026). Pure.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// How far customs trusts an enterprise.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum CreditTier {
    /// 高级认证 (AEO advanced).
    AdvancedCertified,
    /// 认证.
    Certified,
    /// 常规: of whom nothing else was decided.
    #[default]
    Regular,
    /// 失信.
    Discredited,
    /// 严重失信.
    SeriouslyDiscredited,
}
