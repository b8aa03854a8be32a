package plan

// title names a FunctionScan: by its alias in FROM, ProjectSet in a select list.
func (n *FunctionScan) title() string {
	if n.Name == "" {
		return "ProjectSet"
	}
	return "Function Scan on " + QuoteIdent(n.Name)
}

func (e *explainer) functions(n *FunctionScan) []string {
	d := deparser{o: e.ExplainOptions}
	for i := range n.Calls {
		if i > 0 {
			d.write(", ")
		}
		d.setCall(&n.Calls[i])
	}
	return []string{"Function Call: " + d.b.String()}
}

func (d *deparser) setCall(c *SetCall) {
	if c.Func == nil {
		d.expr(c.Scalar)
		return
	}
	if c.Func.Schema != "pg_catalog" {
		d.write(QuoteIdent(c.Func.Schema), ".")
	}
	d.write(QuoteIdent(c.Func.Name), "(")
	d.list(c.Args)
	d.write(")")
}
