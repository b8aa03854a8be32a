package translate

import (
	"strings"
	"testing"
	"time"

	"github.com/flare-pg/flare-pg/plan"
	"github.com/flare-pg/flare-pg/types"
)

// A system relation that a few rows are joined with is looked into for each, and that changes no answer.
func TestLookingIntoASystemRelationGivesTheRowsOfTheJoin(t *testing.T) {
	met, able := 0, 0
	for _, sql := range []string{
		"select v.x, o.amname from (values (2), (403), (2742), (5), (null)) v(x) join pg_am o on o.oid = v.x::oid",
		"select v.x, o.amname from (values (2), (403), (2742), (5), (null)) v(x) left join pg_am o on o.oid = v.x::oid",
		"select v.x, o.amname from (values (2), (403), (2742), (5), (null)) v(x) left join pg_am o on o.oid = v.x::oid and o.amname <> 'btree'",
		"select v.x, o.amname from (values (2), (403)) v(x) left join pg_am o on o.oid = v.x::oid and length(o.amname) > v.x",
		"select v.x, t.typname from (values ('int4'), ('text'), ('nosuch')) v(x), pg_type t where t.typname = v.x and t.typnamespace = 11",
		"select c.collname, t.typname from (values (25), (19)) v(x) join pg_type t on t.oid = v.x::oid left join pg_collation c on c.oid = t.typcollation",
		"select (select max(o.amname) from pg_am o join (values (w.x)) u(y) on o.oid = u.y::oid) from (values (2), (403)) w(x)",
	} {
		env := types.NewEnv(time.Unix(0, 0).UTC())
		bound, err := Bind(&Context{Catalog: lawStream, Env: env}, parsed(t, sql)[0])
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		plan.WalkNodes(bound.(*Query).Plan, func(n plan.Node) bool {
			if s, ok := n.(*plan.SourceScan); ok {
				if l, ok := s.Source.(looksUp); ok && l.LooksUp() {
					able++
				}
			}
			return true
		})
		if strings.Contains(strings.Join(plan.Explain(bound.(*Query).Plan, plan.ExplainOptions{}), "\n"), "Lateral:") {
			met++
		}
		if one, other := answerOf(t, sql, false), answerOf(t, sql, true); one != other {
			t.Errorf("%s\n%s\n--- as written:\n%s", sql, one, other)
		}
	}
	if able > 6 && met < 4 {
		t.Errorf("%d of the joins look into a relation", met)
	}
}
