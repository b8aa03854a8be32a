package translate

import pg "github.com/pganalyze/pg_query_go/v6"

// textSearchKinds are the objects of text search, their words and the catalogs that list those that there are.
var textSearchKinds = map[pg.ObjectType]struct{ words, catalog string }{
	pg.ObjectType_OBJECT_TSCONFIGURATION: {"CONFIGURATION", "pg_ts_config"}, pg.ObjectType_OBJECT_TSDICTIONARY: {"DICTIONARY", "pg_ts_dict"},
	pg.ObjectType_OBJECT_TSPARSER: {"PARSER", "pg_ts_parser"}, pg.ObjectType_OBJECT_TSTEMPLATE: {"TEMPLATE", "pg_ts_template"},
}

// refuseTextSearch is the error for a statement that makes, changes or drops an object of text search; nil for others.
func (b *binder) refuseTextSearch(n *pg.Node) error {
	verb, kind := "", pg.ObjectType_OBJECT_TYPE_UNDEFINED
	switch n := n.GetNode().(type) {
	case *pg.Node_DefineStmt:
		verb, kind = "CREATE", n.DefineStmt.Kind
	case *pg.Node_DropStmt:
		verb, kind = "DROP", n.DropStmt.RemoveType
	case *pg.Node_CommentStmt:
		verb, kind = "COMMENT ON", n.CommentStmt.Objtype
	case *pg.Node_RenameStmt:
		verb, kind = "ALTER", n.RenameStmt.RenameType
	case *pg.Node_AlterObjectSchemaStmt:
		verb, kind = "ALTER", n.AlterObjectSchemaStmt.ObjectType
	case *pg.Node_AlterOwnerStmt:
		verb, kind = "ALTER", n.AlterOwnerStmt.ObjectType
	case *pg.Node_AlterTsconfigurationStmt:
		verb, kind = "ALTER", pg.ObjectType_OBJECT_TSCONFIGURATION
	case *pg.Node_AlterTsdictionaryStmt:
		verb, kind = "ALTER", pg.ObjectType_OBJECT_TSDICTIONARY
	}
	of, ok := textSearchKinds[kind]
	if !ok {
		return nil
	}
	return b.unsupported(-1, "%s TEXT SEARCH %s is not supported", verb, of.words).
		WithHint("There are those that %s lists. SET default_text_search_config chooses a configuration, and functions such as to_tsvector take one as their first argument.", of.catalog)
}
