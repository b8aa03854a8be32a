package catalog

import (
	"github.com/flare-pg/flare-pg/types"
	"github.com/flare-pg/flare-pg/types/textsearch"
)

// The catalogs of text search list the configurations and dictionaries of the languages that there are stemmers for.

func init() {
	for _, name := range []string{"pg_ts_parser", "pg_ts_template"} {
		builtin["pg_catalog."+name] = maker{fixed: rowsOfFacts(name, nil, nil)}
	}
	builtin["pg_catalog.pg_ts_dict"] = maker{fixed: rowsOfFacts("pg_ts_dict", func(f *facts, line []string) bool {
		return textsearch.DictionaryNamed(line[f.column("dictname")]) != nil
	}, nil)}
	builtin["pg_catalog.pg_ts_config"] = maker{fixed: rowsOfFacts("pg_ts_config", textConfigExists, nil)}
	builtin["pg_catalog.pg_ts_config_map"] = maker{fixed: rowsOfFacts("pg_ts_config_map", func(_ *facts, line []string) bool {
		configs := factsOf("pg_ts_config")
		return textConfigExists(configs, configs.of(types.OID(number(line[0]))))
	}, nil)}
}

func textConfigExists(f *facts, line []string) bool {
	return textsearch.ConfigNamed(line[f.column("cfgname")]) != nil
}
