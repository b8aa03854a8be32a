package translate

import (
	"fmt"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/function"
)

// refused are statements that have a reason of their own for not being there.
var refused = map[string]string{
	"UPDATE": "UPDATE is not supported: events are immutable",
	"MERGE":  "MERGE is not supported: events are immutable",
}

// utility binds the statements that are no query.
func (b *binder) utility(n *pg.Node) (Bound, error) {
	if d, err := b.define(n); d != nil || err != nil {
		return d, err
	}
	if c, err := b.cursorStatement(n); c != nil || err != nil {
		return c, err
	}
	if l, err := b.sessionStatement(n); l != nil || err != nil {
		return l, err
	}
	switch n := n.GetNode().(type) {
	case *pg.Node_TransactionStmt:
		return b.transaction(n.TransactionStmt)
	case *pg.Node_VariableSetStmt:
		return b.set(n.VariableSetStmt)
	case *pg.Node_VariableShowStmt:
		return &Show{Name: n.VariableShowStmt.Name}, nil
	case *pg.Node_DeallocateStmt:
		return &Deallocate{Name: n.DeallocateStmt.Name}, nil
	case *pg.Node_DiscardStmt:
		return &Discard{What: strings.TrimPrefix(n.DiscardStmt.Target.String(), "DISCARD_")}, nil
	case *pg.Node_CheckPointStmt:
		if !b.c.Catalog.Roles().Has(b.role(), catalog.CheckpointRole) {
			return nil, b.refuse("must be superuser or have privileges of pg_checkpoint to do CHECKPOINT")
		}
		return &Checkpoint{}, nil
	case *pg.Node_VacuumStmt:
		return b.vacuum(n.VacuumStmt)
	case *pg.Node_IndexStmt:
		return b.createIndex(n.IndexStmt)
	case *pg.Node_DropStmt:
		if n.DropStmt.RemoveType == pg.ObjectType_OBJECT_INDEX {
			return b.dropIndex(n.DropStmt)
		}
		return nil, b.unsupported(-1, "%s is not supported yet", construct(n))
	case *pg.Node_ConstraintsSetStmt:
		// There are no constraints that could be deferred.
		for _, c := range n.ConstraintsSetStmt.Constraints {
			return nil, b.errorf(-1, types.CodeUndefinedObject, "constraint %q does not exist", c.GetRangeVar().GetRelname())
		}
		return &NoOp{Tag: "SET CONSTRAINTS"}, nil
	case nil:
		return nil, b.unsupported(-1, "an empty statement is not supported")
	default:
		name := construct(n)
		if message, ok := refused[name]; ok {
			return nil, b.unsupported(-1, "%s", message).WithHint("Events are corrected by DELETE and INSERT, in one transaction.")
		}
		return nil, b.unsupported(-1, "%s is not supported yet", name)
	}
}

// transaction binds BEGIN and its relatives.
func (b *binder) transaction(n *pg.TransactionStmt) (Bound, error) {
	out := &Transaction{Name: n.SavepointName, Chain: n.Chain}
	switch n.Kind {
	case pg.TransactionStmtKind_TRANS_STMT_BEGIN, pg.TransactionStmtKind_TRANS_STMT_START:
		out.Kind, out.Start = "BEGIN", n.Kind == pg.TransactionStmtKind_TRANS_STMT_START
	case pg.TransactionStmtKind_TRANS_STMT_COMMIT:
		out.Kind = "COMMIT"
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK:
		out.Kind = "ROLLBACK"
	case pg.TransactionStmtKind_TRANS_STMT_SAVEPOINT:
		out.Kind = "SAVEPOINT"
	case pg.TransactionStmtKind_TRANS_STMT_RELEASE:
		out.Kind = "RELEASE"
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:
		out.Kind = "ROLLBACK TO"
	default:
		return nil, b.unsupported(n.Location, "prepared transactions are not supported")
	}
	return out, b.modes(out, n.Options)
}

// modes reads transaction modes.
func (b *binder) modes(out *Transaction, list []*pg.Node) error {
	for _, o := range list {
		d := o.GetDefElem()
		switch d.GetDefname() {
		case "transaction_isolation":
			out.Isolation = strings.ToLower(defString(d.Arg))
		case "transaction_read_only":
			v := defString(d.Arg) != "0" && defString(d.Arg) != "false"
			out.ReadOnly = &v
		case "transaction_deferrable":
			out.Deferrable = true // nothing waits here for a safe snapshot: both forms mean the same
		default:
			return b.unsupported(d.GetLocation(), "transaction mode %s is not supported", d.GetDefname())
		}
	}
	return nil
}

// set binds SET and RESET.
func (b *binder) set(n *pg.VariableSetStmt) (Bound, error) {
	switch n.Kind {
	case pg.VariableSetKind_VAR_SET_VALUE:
		value, err := b.setValue(n)
		if err != nil {
			return nil, err
		}
		return &Set{Name: n.Name, Value: value, Local: n.IsLocal}, nil
	case pg.VariableSetKind_VAR_SET_DEFAULT, pg.VariableSetKind_VAR_RESET:
		return &Set{Name: n.Name, Local: n.IsLocal, Reset: true, ToDefault: n.Kind == pg.VariableSetKind_VAR_SET_DEFAULT}, nil
	case pg.VariableSetKind_VAR_RESET_ALL:
		return &Set{Reset: true}, nil
	case pg.VariableSetKind_VAR_SET_MULTI:
		out := &Transaction{}
		switch n.Name {
		case "TRANSACTION":
			out.Kind = "SET TRANSACTION"
		case "SESSION CHARACTERISTICS":
			out.Kind = "SET SESSION CHARACTERISTICS"
		default:
			return nil, b.unsupported(-1, "SET %s is not supported", n.Name)
		}
		return out, b.modes(out, n.Args)
	}
	return nil, b.unsupported(-1, "SET … FROM CURRENT is not supported")
}

// listSettings take several values.
var listSettings = map[string]bool{
	"search_path": true, "datestyle": true, "temp_tablespaces": true, "local_preload_libraries": true, "session_preload_libraries": true, "log_destination": true,
}

// setValue flattens the values of SET into one text, as PostgreSQL does.
func (b *binder) setValue(n *pg.VariableSetStmt) (string, error) {
	if len(n.Args) > 1 && !listSettings[strings.ToLower(n.Name)] {
		return "", b.errorf(-1, types.CodeInvalidParameterValue, "SET %s takes only one argument", n.Name)
	}
	var parts []string
	for _, a := range n.Args {
		if c := a.GetTypeCast(); c != nil { // SET TIME ZONE INTERVAL '…' HOUR TO MINUTE
			e, err := b.cast(newScope(), c)
			if err != nil {
				return "", err
			}
			k, ok := e.(*plan.Const)
			if !ok || k.Value.Null(0) {
				return "", b.unsupported(-1, "this value of SET is not supported")
			}
			if k.OID == types.Interval {
				zone, err := b.zoneOf(k)
				if err != nil {
					return "", err
				}
				parts = append(parts, zone)
				continue
			}
			parts = append(parts, types.TextOf(b.c.Env, k.OID, k.Value, 0))
			continue
		}
		if a.GetAConst() == nil {
			return "", b.unsupported(-1, "this value of SET is not supported")
		}
		s := defString(a)
		if a.GetAConst().GetSval() != nil && (n.Name == "search_path" || n.Name == "temp_tablespaces") {
			s = quoteName(s)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", "), nil
}

// zoneOf names the time zone that lies an interval east of UTC as PostgreSQL does: 2 hours is <+02>-02.
func (b *binder) zoneOf(k *plan.Const) (string, error) {
	span := k.Value.Span(0)
	if span.Months != 0 || span.Days != 0 {
		return "", b.errorf(-1, types.CodeInvalidParameterValue, "interval value must not include months or days")
	}
	minutes, sign := span.Micros/60_000_000, "+"
	if minutes < 0 {
		minutes, sign = -minutes, "-"
	}
	at := fmt.Sprintf("%02d", minutes/60)
	if minutes%60 != 0 {
		at += fmt.Sprintf(":%02d", minutes%60)
	}
	opposite := map[string]string{"+": "-", "-": "+"}[sign]
	return "<" + sign + at + ">" + opposite + at, nil
}

// prepare keeps a statement for later; it is bound when it is run.
func (b *binder) prepare(n *pg.PrepareStmt) (Bound, error) {
	out := &Prepare{Name: n.Name}
	for _, t := range n.Argtypes {
		oid, _, err := b.typeName(t.GetTypeName())
		if err != nil {
			return nil, err
		}
		out.Params = append(out.Params, oid)
	}
	s := *b.s
	s.tree = n.Query
	out.Statement = &s
	return out, nil
}

// execute binds the arguments of EXECUTE.
func (b *binder) execute(n *pg.ExecuteStmt) (Bound, error) {
	out := &Execute{Name: n.Name}
	var want []types.OID
	if b.c.Prepared != nil {
		var err error
		if want, err = b.c.Prepared(n.Name); err != nil {
			return nil, err
		}
		if len(want) == 0 { // PostgreSQL doesn't look at them either
			return out, nil
		}
		if len(n.Params) != len(want) {
			return nil, b.errorf(-1, types.CodeSyntaxError, "wrong number of parameters for prepared statement %q", n.Name).
				WithDetail("Expected %d parameters but got %d.", len(want), len(n.Params))
		}
	}
	sc := newScope()
	sc.clause = "EXECUTE parameters"
	for i, p := range n.Params {
		e, err := b.expr(sc, p)
		if err != nil {
			return nil, err
		}
		if want != nil {
			from := e.Type()
			c, ok, err := b.coerce(e, want[i], -1, function.CastAssignment, location(p))
			if err != nil {
				return nil, err
			}
			if !ok {
				return nil, b.errorf(location(p), types.CodeDatatypeMismatch, "parameter $%d of type %s cannot be coerced to the expected type %s", i+1, typeName(from), typeName(want[i])).
					WithHint("You will need to rewrite or cast the expression.")
			}
			e = c
		}
		out.Args = append(out.Args, e)
	}
	if _, err := b.finishParams(); err != nil {
		return nil, err
	}
	return out, nil
}
