package catalog

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/flare-pg/flare-pg/integration/pgoracle"
)

// factQueries say what facts/ has of each relation: the rows of PostgreSQL's own objects, and the columns that are not the same in all of them.
var factQueries = map[string]string{
	"pg_proc": `select oid, proname, prolang, procost, prorows, provariadic, prosupport::oid, prokind, proleakproof, proisstrict, proretset, provolatile, proparallel, pronargs,
		pronargdefaults, prorettype, proargtypes, proallargtypes, proargmodes, proargnames, prosrc, pg_get_function_arguments(oid) as arguments
		from pg_proc where pronamespace = 11 order by oid`,
	"pg_operator": `select oid, oprname, oprkind, oprcanmerge, oprcanhash, oprleft, oprright, oprresult, oprcom, oprnegate, oprcode::oid, oprrest::oid, oprjoin::oid
		from pg_operator where oprnamespace = 11 order by oid`,
	"pg_cast": `select oid, castsource, casttarget, castfunc, castcontext, castmethod from pg_cast order by oid`,
	"pg_aggregate": `select aggfnoid::oid, aggkind, aggnumdirectargs, aggtransfn::oid, aggfinalfn::oid, aggcombinefn::oid, aggserialfn::oid, aggdeserialfn::oid, aggmtransfn::oid,
		aggminvtransfn::oid, aggmfinalfn::oid, aggfinalextra, aggmfinalextra, aggfinalmodify, aggmfinalmodify, aggsortop, aggtranstype, aggtransspace, aggmtranstype,
		aggmtransspace, agginitval, aggminitval from pg_aggregate where aggfnoid::oid < 16384 order by 1`,
	"pg_opfamily": `select oid, opfmethod, opfname, opfnamespace, opfowner from pg_opfamily where opfmethod = 403 order by oid`,
	"pg_opclass":  `select oid, opcmethod, opcname, opcnamespace, opcowner, opcfamily, opcintype, opcdefault, opckeytype from pg_opclass where opcmethod = 403 order by oid`,
	"pg_amop": `select oid, amopfamily, amoplefttype, amoprighttype, amopstrategy, amoppurpose, amopopr, amopmethod, amopsortfamily
		from pg_amop where amopmethod = 403 order by oid`,
	"pg_amproc": `select oid, amprocfamily, amproclefttype, amprocrighttype, amprocnum, amproc::oid
		from pg_amproc where amprocfamily in (select oid from pg_opfamily where opfmethod = 403) order by oid`,
	"pg_am":         `select oid, amname, amhandler::oid, amtype from pg_am where amname in ('heap', 'btree') order by oid`,
	"pg_language":   `select oid, lanname, lanowner, lanispl, lanpltrusted, lanplcallfoid, laninline, lanvalidator from pg_language where lanname in ('internal', 'sql') order by oid`,
	"pg_tablespace": `select oid, spcname, spcowner from pg_tablespace where oid < 16384 order by oid`,
	"pg_collation": `select oid, collname, collnamespace, collowner, collprovider, collisdeterministic, collencoding, collcollate, collctype, colliculocale
		from pg_collation where collname in ('default', 'C', 'POSIX', 'ucs_basic') order by oid`,
	"pg_ts_parser":     `select oid, prsname, prsnamespace, prsstart::oid, prstoken::oid, prsend::oid, prsheadline::oid, prslextype::oid from pg_ts_parser where oid < 16384 order by oid`,
	"pg_ts_template":   `select oid, tmplname, tmplnamespace, tmplinit::oid, tmpllexize::oid from pg_ts_template where tmplname in ('simple', 'snowball') order by oid`,
	"pg_ts_dict":       `select oid, dictname, dictnamespace, dictowner, dicttemplate, dictinitoption from pg_ts_dict where oid < 16384 order by oid`,
	"pg_ts_config":     `select oid, cfgname, cfgnamespace, cfgowner, cfgparser from pg_ts_config where oid < 16384 order by oid`,
	"pg_ts_config_map": `select mapcfg::oid, maptokentype, mapseqno, mapdict::oid from pg_ts_config_map where mapcfg < 16384 order by 1, 2, 3`,
	"pg_range":         `select rngtypid, rngsubtype, rngmultitypid, rngcollation, rngsubopc, rngcanonical::oid, rngsubdiff::oid from pg_range order by rngtypid`,
	"pg_type": `select oid, typname, typlen, typbyval, typtype, typcategory, typispreferred, typdelim, typsubscript::oid, typelem, typarray, typinput::oid, typoutput::oid,
		typreceive::oid, typsend::oid, typmodin::oid, typmodout::oid, typanalyze::oid, typalign, typstorage, typcollation
		from pg_type where typnamespace = 11 and typrelid = 0 and not exists (select from pg_type e where e.oid = pg_type.typelem and e.typrelid <> 0) order by oid`,
}

// TestFactsAreThoseOfPostgreSQL: facts/ says what PostgreSQL 15 says; with -update it is rewritten.
func TestFactsAreThoseOfPostgreSQL(t *testing.T) {
	conn := pgoracle.Start(t).Connect(t)
	for name, query := range factQueries {
		rows, err := conn.PgConn().Exec(context.Background(), query).ReadAll()
		if err != nil {
			t.Fatal(name, err)
		}
		var text strings.Builder
		for i, f := range rows[0].FieldDescriptions {
			if i > 0 {
				text.WriteByte('\t')
			}
			text.WriteString(f.Name)
		}
		text.WriteByte('\n')
		for _, row := range rows[0].Rows {
			for i, v := range row {
				if i > 0 {
					text.WriteByte('\t')
				}
				if v == nil {
					text.WriteString(noFact)
				} else if strings.ContainsAny(string(v), "\t\n") {
					t.Fatalf("%s: %q", name, v)
				}
				text.Write(v)
			}
			text.WriteByte('\n')
		}
		file := fmt.Sprintf("facts/%s.txt", name)
		if *update {
			if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		have, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(have) != text.String() {
			t.Errorf("%s is not what PostgreSQL says", file)
		}
	}
}
