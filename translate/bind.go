package translate

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/engine"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// maxDepth bounds how deeply expressions and sub-selects may be nested. The grammar has a limit of its own, far above.
const maxDepth = 1000

// binder binds one statement.
type binder struct {
	c      *Context
	s      *Statement
	params []types.OID // types of the parameters met or declared; types.Unknown: not known yet
	// untyped are references to parameters made before their type was known.
	untyped []*plan.Param
	depth   int
	// repeated are the nodes of expressions that stand in the plan more than once where the text has them once.
	repeated int
	// noted keeps notices from being given twice in a statement.
	noted map[string]bool
	ctes  []*cte
	later []*cte // WITH queries that what is being bound is in front of
	// top: what is bound next is the statement itself, whose WITH may hold statements that write; writes: it does.
	top, writes bool
	into        *pg.SelectStmt // whose INTO is the statement's own
	// frame is that of the innermost sub-query or lateral entry being bound; nil: none.
	frame *frame
	// beside are the levels whose FROM clause the sub-selects being bound stand in without seeing it.
	beside []*scope
	// keys is what the query below the EXISTS being bound may find out.
	keys *existsKeys
	// subNames are the names that output columns take from the sub-queries that they show.
	subNames map[*pg.SubLink]string
	// named are the names that output columns take from the columns they show: property spellings.
	named map[*pg.ColumnRef]string
	// fields are the names that output columns take from the last field of x[0].field: as it was spelled.
	fields map[*pg.A_Indirection]string
	// scanned is a relation that reads each stream: what is known of its columns.
	scanned map[engine.StreamID]*relation
	// needs are the rights that the statement wants, owners in whose name it wants them: those of the views that are being bound.
	needs  []need
	owners []types.OID
	// located says where a reference stands, for errors that are found later.
	located map[plan.Expr]int32
	// notes are taken while a view's query is bound to be kept; nil: none are.
	notes *viewNotes
	views viewUse
	// samples counts TABLESAMPLEs: each chooses rows of its own.
	samples int
}

// Bind binds a statement. Errors are *types.Error with Position relative to the whole query string.
func Bind(c *Context, s *Statement) (Bound, error) {
	b := newBinder(c, s)
	for _, t := range c.Params {
		if t == 0 {
			t = types.Unknown
		}
		b.params = append(b.params, t)
	}
	bound, err := b.statement(s.tree)
	if err != nil {
		return nil, err
	}
	return bound, b.allowed(bound)
}

func newBinder(c *Context, s *Statement) *binder {
	return &binder{c: c, s: s, noted: map[string]bool{}, named: map[*pg.ColumnRef]string{}, fields: map[*pg.A_Indirection]string{},
		scanned: map[engine.StreamID]*relation{}, located: map[plan.Expr]int32{}, subNames: map[*pg.SubLink]string{}}
}

// statement binds any statement.
func (b *binder) statement(n *pg.Node) (Bound, error) {
	switch n := n.GetNode().(type) {
	case *pg.Node_SelectStmt:
		if holder := into(n.SelectStmt); holder != nil {
			return b.selectInto(n.SelectStmt, holder)
		}
		return b.query(n.SelectStmt)
	case *pg.Node_CreateTableAsStmt:
		if n.CreateTableAsStmt.Objtype == pg.ObjectType_OBJECT_TABLE {
			return b.createTableAs(n.CreateTableAsStmt)
		}
	case *pg.Node_InsertStmt:
		return b.modify("INSERT", n.InsertStmt.ReturningList, func() (plan.Node, error) { return b.insert(n.InsertStmt) })
	case *pg.Node_DeleteStmt:
		return b.modify("DELETE", n.DeleteStmt.ReturningList, func() (plan.Node, error) { return b.delete(n.DeleteStmt) })
	case *pg.Node_TruncateStmt:
		return b.truncate(n.TruncateStmt)
	case *pg.Node_CopyStmt:
		return b.copy(n.CopyStmt)
	case *pg.Node_ExplainStmt:
		return b.explain(n.ExplainStmt)
	case *pg.Node_PrepareStmt:
		return b.prepare(n.PrepareStmt)
	case *pg.Node_ExecuteStmt:
		return b.execute(n.ExecuteStmt)
	}
	return b.utility(n)
}

// query binds SELECT, VALUES and TABLE as a statement of its own.
func (b *binder) query(n *pg.SelectStmt) (*Query, error) {
	b.top = true
	r, err := b.selectStmt(n)
	if err != nil {
		return nil, err
	}
	if r, err = b.resolveUnknowns(r); err != nil {
		return nil, err
	}
	params, err := b.finishParams()
	if err != nil {
		return nil, err
	}
	b.handKeys(r)
	b.weigh(r)
	return &Query{Plan: r, Writes: b.writes, Params: params}, nil
}

// modify binds INSERT and DELETE as statements of their own.
func (b *binder) modify(command string, returning []*pg.Node, bind func() (plan.Node, error)) (Bound, error) {
	b.top = true
	node, err := bind()
	if err != nil {
		return nil, err
	}
	out := &Modify{Command: command, Plan: node, Writes: b.writes}
	if len(returning) > 0 {
		out.Returning = node.Columns()
	}
	if out.Params, err = b.finishParams(); err != nil {
		return nil, err
	}
	b.handKeys(node)
	b.weigh(node)
	return out, nil
}

// finishParams gives the types of all parameters, or an error for one whose type nothing told.
func (b *binder) finishParams() ([]types.OID, error) {
	for i, t := range b.params {
		if t == types.Unknown {
			return nil, types.Errorf(types.CodeIndeterminateDatatype, "could not determine data type of parameter $%d", i+1)
		}
	}
	for _, p := range b.untyped {
		p.OID = b.params[p.Index]
	}
	return b.params, nil
}

// enter counts a level of nesting; leave undoes it.
func (b *binder) enter() error {
	b.depth++
	if b.depth > maxDepth {
		return types.Errorf(types.CodeStatementTooComplex, "stack depth limit exceeded").
			WithDetail("The statement is nested more than %d levels deep.", maxDepth)
	}
	return nil
}

func (b *binder) leave() { b.depth-- }

// at gives an error a position, unless it has one.
func (b *binder) at(err error, location int32) error {
	var e *types.Error
	if errors.As(err, &e) && e.Position == 0 {
		e.Position = b.s.position(location)
	}
	return err
}

func (b *binder) errorf(location int32, code, format string, args ...any) *types.Error {
	return types.Errorf(code, format, args...).At(b.s.position(location))
}

func (b *binder) unsupported(location int32, format string, args ...any) *types.Error {
	return b.errorf(location, types.CodeFeatureNotSupported, format, args...)
}

// notice tells the client something, once a statement.
func (b *binder) notice(location int32, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if b.c.Notice == nil || b.noted[text] {
		return
	}
	b.noted[text] = true
	b.c.Notice(&types.Error{Severity: "NOTICE", Code: types.CodeSuccessfulCompletion, Message: text, Position: b.s.position(location)})
}

// names takes the strings out of a list of String nodes.
func names(list []*pg.Node) []string {
	out := make([]string, 0, len(list))
	for _, n := range list {
		out = append(out, n.GetString_().GetSval())
	}
	return out
}

// qualified splits a dotted name into schema and name; ok is false for more than two parts.
func qualified(list []*pg.Node) (schema, name string, ok bool) {
	switch parts := names(list); len(parts) {
	case 1:
		return "", parts[0], true
	case 2:
		return parts[0], parts[1], true
	}
	return "", "", false
}

// xmlConstruct makes the SQL words of an expression over XML.
func xmlConstruct(op pg.XmlExprOp) string {
	if op == pg.XmlExprOp_IS_DOCUMENT {
		return "IS DOCUMENT"
	}
	return strings.TrimPrefix(op.String(), "IS_")
}

// construct makes the SQL words of a grammar node's type: *pg.Node_CreateFunctionStmt is CREATE FUNCTION.
func construct(node any) string {
	name := fmt.Sprintf("%T", node)
	name = name[strings.LastIndexByte(name, '.')+1:]
	name = strings.TrimSuffix(strings.TrimPrefix(name, "Node_"), "Stmt")
	var out strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			out.WriteByte(' ')
		}
		out.WriteRune(unicode.ToUpper(r))
	}
	if words, ok := constructs[out.String()]; ok {
		return words
	}
	return out.String()
}

// constructs are the words of statements whose nodes are named otherwise.
var constructs = map[string]string{
	"CREATE": "CREATE TABLE", "VIEW": "CREATE VIEW", "INDEX": "CREATE INDEX", "RULE": "CREATE RULE", "DEFINE": "CREATE of this kind",
	"CREATE SEQ": "CREATE SEQUENCE", "CREATE TRIG": "CREATE TRIGGER", "CREATE ENUM": "CREATE TYPE", "CREATE RANGE": "CREATE TYPE",
	"COMPOSITE TYPE": "CREATE TYPE", "CREATEDB": "CREATE DATABASE", "DROPDB": "DROP DATABASE", "RENAME": "ALTER … RENAME",
	"CLUSTER": "CLUSTER", "SEC LABEL": "SECURITY LABEL", "ALTER SEQ": "ALTER SEQUENCE",
}
