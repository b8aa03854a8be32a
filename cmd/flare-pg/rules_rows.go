package main

import (
	"context"
	"strings"

	"github.com/flare-pg/flare-pg/auth"
	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/types"
)

// provideRules registers pg_hba_file_rules: the lines of the rules file as it was last read, those with errors too. Without a file there are none.
func provideRules(r *catalog.Registry, d *door) {
	r.Provide("pg_catalog", "pg_hba_file_rules", nil, func(_ context.Context, _ *types.Env, rows *catalog.Rows) error {
		lines := d.lines.Load()
		if lines == nil {
			return nil
		}
		for _, l := range *lines {
			rows.Begin()
			rows.Int("line_number", int64(l.Number))
			if l.Error != "" {
				rows.Text("error", l.Error)
				rows.End()
				continue
			}
			rows.Text("type", string(l.Rule.Kind))
			rows.Text("database", nameArray(l.Rule.Databases))
			rows.Text("user_name", nameArray(l.Rule.Roles))
			if address, mask := l.Rule.Network(); address != "" {
				rows.Text("address", address)
				if mask != "" {
					rows.Text("netmask", mask)
				}
			}
			rows.Text("auth_method", string(l.Rule.Method))
			if len(l.Rule.Options) > 0 {
				rows.Text("options", textArray(l.Rule.Options))
			}
			rows.End()
		}
		return nil
	})
}

func nameArray(list []auth.Name) string {
	var out []string
	for _, n := range list {
		out = append(out, n.Text)
	}
	return textArray(out)
}

// textArray writes an array of texts.
func textArray(list []string) string {
	var out []string
	for _, s := range list {
		if s == "" || strings.ContainsAny(s, " \t\",{}\\") {
			s = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
		}
		out = append(out, s)
	}
	return "{" + strings.Join(out, ",") + "}"
}
