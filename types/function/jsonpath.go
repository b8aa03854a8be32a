package function

import (
	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/types"
)

// registerJSONPath: the functions and operators that ask about a jsonb by a path.
func registerJSONPath(r *registry) {
	find := func(signature string, zones, silent bool, f func(run *pathRun, path *types.JSONPath, silent bool, out *column.Vector) error) Kernel {
		k := func(c *Call, n int, sel column.Selection, args []*column.Vector, out *column.Vector) error {
			var paths remembered[*types.JSONPath]
			regexps := map[*types.PathItem]*pattern{}
			return eachRow(c, n, sel, args, out, func(c *Call, a []*column.Vector, i int, out *column.Vector) error {
				path, err := paths.of(a[1].Str(i), types.ParseJSONPath)
				if err != nil {
					return err
				}
				var vars []byte
				if len(a) > 2 {
					vars = a[2].Str(i)
				}
				run, err := newPathRun(c.Env, path, a[0].Str(i), vars, zones)
				if err != nil {
					return err
				}
				run.regexps = regexps
				return f(run, path, silent || len(a) > 3 && a[3].Bool(i), out)
			})
		}
		if silent {
			r.op(signature, k)
		} else {
			r.fn(signature, k)
		}
		return k
	}
	const args = "(jsonb,jsonpath,jsonb,bool)"
	for _, tz := range []string{"", "_tz"} {
		find("jsonb_path_exists"+tz+args, tz != "", false, pathExists)
		find("jsonb_path_match"+tz+args, tz != "", false, pathMatch)
		find("jsonb_path_query_array"+tz+args, tz != "", false, pathQueryArray)
		find("jsonb_path_query_first"+tz+args, tz != "", false, pathQueryFirst)
	}
	find("jsonb @? jsonpath", false, true, pathExists)
	find("jsonb @@ jsonpath", false, true, pathMatch)
}

func newPathRun(env *types.Env, path *types.JSONPath, doc, vars []byte, zones bool) (*pathRun, error) {
	run := &pathRun{env: env, lax: !path.Strict, zones: zones, root: pathValue{text: types.AppendJSONBOf(env, nil, doc)}, length: -1}
	run.current = run.root
	if vars != nil {
		run.vars = types.AppendJSONBOf(env, nil, vars)
		if jsonKind(run.vars) != '{' {
			return nil, types.Errorf(types.CodeInvalidParameterValue, "\"vars\" argument is not an object").
				WithDetail("Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.")
		}
	}
	return run, nil
}

// failed is the end of a run: an error of the path's is its answer, unless the call is silent.
func failed(err error, silent bool) (suppressed bool, _ error) {
	if f, ok := err.(*pathFailure); ok {
		if silent {
			return true, nil
		}
		return false, f.err
	}
	return false, err
}

// all is everything that the path finds.
func (r *pathRun) all(path *types.JSONPath, silent bool) (found []pathValue, suppressed bool, err error) {
	err = r.run(path.Root, r.root, r.lax, func(v pathValue) error { found = append(found, v); return nil })
	suppressed, err = failed(err, silent)
	return found, suppressed, err
}

func pathExists(r *pathRun, path *types.JSONPath, silent bool, out *column.Vector) error {
	some, err := r.any(path.Root, r.root)
	suppressed, err := failed(err, silent)
	switch {
	case err != nil:
		return err
	case suppressed:
		out.AppendNull()
	default:
		out.AppendBool(some)
	}
	return nil
}

func pathMatch(r *pathRun, path *types.JSONPath, silent bool, out *column.Vector) error {
	found, suppressed, err := r.all(path, silent)
	if err != nil {
		return err
	}
	if len(found) == 1 && !suppressed {
		switch found[0].kind() {
		case 't':
			out.AppendBool(found[0].text[0] == 't')
			return nil
		case 'n':
			out.AppendNull()
			return nil
		}
	}
	if !silent {
		return types.Errorf(codeSingletonRequired, "single boolean result is expected")
	}
	out.AppendNull()
	return nil
}

func pathQueryArray(r *pathRun, path *types.JSONPath, silent bool, out *column.Vector) error {
	found, _, err := r.all(path, silent)
	if err != nil {
		return err
	}
	w := jsonWriter{}
	w.open('[')
	for _, v := range found {
		w.element(v.json())
	}
	out.AppendBytes(w.close(']'))
	return nil
}

func pathQueryFirst(r *pathRun, path *types.JSONPath, silent bool, out *column.Vector) error {
	found, _, err := r.all(path, silent)
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		out.AppendNull()
	default:
		out.AppendBytes(found[0].json())
	}
	return nil
}

// registerPathSets: jsonb_path_query, a row for each value found.
func registerPathSets(s *setFunctions) {
	for _, tz := range []string{"", "_tz"} {
		s.define("jsonb_path_query"+tz+"(jsonb,jsonpath,jsonb,bool)", func(c *SetCall) (Rows, error) {
			path, err := types.ParseJSONPath(c.Args[1].Str(0))
			if err != nil {
				return nil, err
			}
			var vars []byte
			if len(c.Args) > 2 {
				vars = c.Args[2].Str(0)
			}
			run, err := newPathRun(c.Env, path, c.Args[0].Str(0), vars, tz != "")
			if err != nil {
				return nil, err
			}
			found, _, err := run.all(path, len(c.Args) > 3 && c.Args[3].Bool(0))
			if err != nil {
				return nil, err
			}
			items := column.New(column.JSON)
			for _, v := range found {
				items.AppendBytes(v.json())
			}
			return &elementRows{items: items}, nil
		})
	}
}
