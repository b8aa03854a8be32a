package translate

import (
	pg "github.com/pganalyze/pg_query_go/v6"
)

// Analyzed reports whether a statement is bound when it is prepared: one that reads or changes rows, or holds such a one. Others may name what
// is there only once they run.
func (s *Statement) Analyzed() bool {
	switch s.tree.GetNode().(type) {
	case *pg.Node_SelectStmt, *pg.Node_InsertStmt, *pg.Node_DeleteStmt, *pg.Node_UpdateStmt, *pg.Node_MergeStmt,
		*pg.Node_ExplainStmt, *pg.Node_DeclareCursorStmt, *pg.Node_CreateTableAsStmt, *pg.Node_CallStmt:
		return true
	}
	return false
}

// Executes names the prepared statement that EXECUTE runs; "": it is another statement.
func (s *Statement) Executes() string { return s.tree.GetExecuteStmt().GetName() }

// Locks reports whether a statement is LOCK TABLE.
func (s *Statement) Locks() bool { return s.tree.GetLockStmt() != nil }

// Defines is the tag of a statement that changes what exists, "" for others: a read-only transaction refuses it before its names are looked up.
func (s *Statement) Defines() string {
	switch n := s.tree.GetNode().(type) {
	case *pg.Node_CreateStmt:
		return "CREATE TABLE"
	case *pg.Node_ViewStmt:
		return "CREATE VIEW"
	case *pg.Node_IndexStmt:
		return "CREATE INDEX"
	case *pg.Node_CreateSchemaStmt:
		return "CREATE SCHEMA"
	case *pg.Node_CreateRoleStmt:
		return "CREATE ROLE"
	case *pg.Node_CommentStmt:
		return "COMMENT"
	case *pg.Node_TruncateStmt:
		return "TRUNCATE TABLE"
	case *pg.Node_DropRoleStmt:
		return "DROP ROLE"
	case *pg.Node_AlterRoleStmt, *pg.Node_AlterRoleSetStmt:
		return "ALTER ROLE"
	case *pg.Node_DropStmt:
		return ofKind("DROP ", n.DropStmt.RemoveType)
	case *pg.Node_AlterTableStmt:
		return ofKind("ALTER ", n.AlterTableStmt.Objtype)
	case *pg.Node_AlterObjectSchemaStmt:
		return ofKind("ALTER ", n.AlterObjectSchemaStmt.ObjectType)
	case *pg.Node_RenameStmt:
		kind := n.RenameStmt.RenameType
		if kind == pg.ObjectType_OBJECT_COLUMN {
			kind = n.RenameStmt.RelationType
		}
		return ofKind("ALTER ", kind)
	case *pg.Node_GrantStmt:
		if n.GrantStmt.IsGrant {
			return "GRANT"
		}
		return "REVOKE"
	case *pg.Node_GrantRoleStmt:
		if n.GrantRoleStmt.IsGrant {
			return "GRANT ROLE"
		}
		return "REVOKE ROLE"
	}
	return ""
}

// ofKind adds the word for a kind of object; "" for one that there is none of here.
func ofKind(verb string, kind pg.ObjectType) string {
	words := map[pg.ObjectType]string{
		pg.ObjectType_OBJECT_TABLE: "TABLE", pg.ObjectType_OBJECT_VIEW: "VIEW", pg.ObjectType_OBJECT_INDEX: "INDEX",
		pg.ObjectType_OBJECT_SCHEMA: "SCHEMA", pg.ObjectType_OBJECT_ROLE: "ROLE",
	}
	if w, ok := words[kind]; ok {
		return verb + w
	}
	return ""
}
