//! Writes that nothing in their use case waits for: put aside while it runs, sent together at its end.
//!
//! What a statement costs is above all the way to the store and back: on PostgreSQL a round trip, on SQLite a
//! turn of the thread that has the connection. A use case that has read what it needs has only to tell what is
//! to be written, and all of that travels as one.

use sea_orm::sea_query::{
    Alias, CommonTableExpression, Expr, InsertStatement, Query, SubQueryStatement, UpdateStatement,
    WithClause,
};
use sea_orm::{DbBackend, Statement, Values};

/// A statement of which nothing but its failure is of interest.
#[derive(Clone, Debug)]
pub enum Aside {
    Insert(InsertStatement),
    Update(UpdateStatement),
}

impl From<InsertStatement> for Aside {
    fn from(statement: InsertStatement) -> Self {
        Self::Insert(statement)
    }
}

impl From<UpdateStatement> for Aside {
    fn from(statement: UpdateStatement) -> Self {
        Self::Update(statement)
    }
}

impl Aside {
    fn build(&self, backend: DbBackend) -> Statement {
        match self {
            Self::Insert(statement) => backend.build(statement),
            Self::Update(statement) => backend.build(statement),
        }
    }

    fn into_part(self) -> SubQueryStatement {
        match self {
            Self::Insert(statement) => statement.into(),
            Self::Update(statement) => statement.into(),
        }
    }
}

/// All of them as one statement of PostgreSQL: its parts see the rows as they were before, are all carried out,
/// and references between them are checked at the end. None of them may write a row that another one writes.
pub(super) fn as_parts(all: Vec<Aside>) -> Statement {
    let backend = DbBackend::Postgres;
    if let [one] = &all[..] {
        return one.build(backend);
    }
    let mut with = WithClause::new();
    for (number, one) in all.into_iter().enumerate() {
        let name = Alias::new(format!("part_{number}"));
        with.cte(CommonTableExpression::new().query(one.into_part()).table_name(name).to_owned());
    }
    backend.build(&with.query(Query::select().expr(Expr::val(1)).to_owned()))
}

/// All of them in one text, as SQLite's driver takes it: each statement binds the values that are its own.
pub(super) fn in_a_row(all: &[Aside], before: Option<&str>, after: Option<&str>) -> Statement {
    let backend = DbBackend::Sqlite;
    let (mut texts, mut values) = (Vec::with_capacity(all.len() + 2), Vec::new());
    texts.extend(before.map(str::to_owned));
    for one in all {
        let Statement { sql, values: bound, .. } = one.build(backend);
        texts.push(sql);
        values.extend(bound.into_iter().flat_map(|Values(values)| values));
    }
    texts.extend(after.map(str::to_owned));
    Statement::from_sql_and_values(backend, texts.join("; "), values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::sea_query::ExprTrait;

    fn insert(table: &'static str, value: i32) -> Aside {
        let mut statement = Query::insert();
        statement.into_table(Alias::new(table)).columns([Alias::new("a"), Alias::new("b")]);
        statement.values_panic([Expr::val(value), Expr::val("x")]);
        statement.into()
    }

    fn update(table: &'static str) -> Aside {
        let mut statement = Query::update();
        statement
            .table(Alias::new(table))
            .value(Alias::new("a"), 7)
            .and_where(Expr::col(Alias::new("b")).eq(8));
        statement.into()
    }

    #[test]
    fn parts_of_one_statement_are_numbered_through() {
        let statement = as_parts(vec![insert("one", 1), update("two")]);
        assert_eq!(
            statement.sql,
            r#"WITH "part_0" AS (INSERT INTO "one" ("a", "b") VALUES ($1, $2)) , "part_1" AS (UPDATE "two" SET "a" = $3 WHERE "b" = $4) SELECT $5"#
        );
        assert_eq!(statement.values.map(|values| values.0.len()), Some(5));
        assert_eq!(as_parts(vec![update("two")]).sql, r#"UPDATE "two" SET "a" = $1 WHERE "b" = $2"#);
    }

    #[test]
    fn statements_in_a_row_keep_the_order_of_their_values() {
        let statement = in_a_row(&[insert("one", 1), update("two")], Some("savepoint s"), Some("release s"));
        assert_eq!(
            statement.sql,
            r#"savepoint s; INSERT INTO "one" ("a", "b") VALUES (?, ?); UPDATE "two" SET "a" = ? WHERE "b" = ?; release s"#
        );
        let values = statement.values.map(|values| values.0).unwrap_or_default();
        assert_eq!(values, [1.into(), "x".into(), 7.into(), 8.into()]);
    }
}
