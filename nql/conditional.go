package nql

// conditional compiles if c then x else y for its value: y where c is false or unknown.
func (c *compiler) conditional(e *If) (operand, error) {
	cond, isConst, err := c.truth(e.Cond)
	if err != nil {
		return operand{}, err
	}
	then, err := c.value(e.Then)
	if err != nil {
		return operand{}, err
	}
	other, err := c.value(e.Else)
	if err != nil {
		return operand{}, err
	}
	if isConst {
		if cond(newState(0, 0)) == yes {
			return then, nil
		}
		return other, nil
	}
	return computed(func(st *state) val {
		if cond(st) == yes {
			return then.eval(st)
		}
		return other.eval(st)
	}), nil
}

// conditionalTruth compiles a conditional for its truth. Wildcards in its branches belong to them, not to it.
func (c *compiler) conditionalTruth(e *If) (truthFunc, bool, error) {
	cond, isConst, err := c.truth(e.Cond)
	if err != nil {
		return nil, false, err
	}
	then, thenConst, err := c.truth(e.Then)
	if err != nil {
		return nil, false, err
	}
	other, otherConst, err := c.truth(e.Else)
	if err != nil {
		return nil, false, err
	}
	if isConst {
		if cond(newState(0, 0)) == yes {
			return then, thenConst, nil
		}
		return other, otherConst, nil
	}
	return func(st *state) tri {
		if cond(st) == yes {
			return then(st)
		}
		return other(st)
	}, false, nil
}
