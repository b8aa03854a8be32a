package session

import (
	"strings"

	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/translate"
	"github.com/flare-pg/flare-pg/types"
)

// set is SET and RESET.
func (s *session) set(snapshot *catalog.Snapshot, b *translate.Set) (string, error) {
	if b.Reset && (b.Name == "" || strings.EqualFold(b.Name, "all")) {
		for _, d := range s.srv.settings.list {
			if !d.readOnly && s.privileged(snapshot, d) == nil {
				s.settings.set(d, s.settings.resetValue(d), false)
			}
		}
		return "RESET", nil
	}
	if b.Local && !s.tx.explicit && !s.several {
		s.warn(types.CodeNoActiveTransaction, "SET LOCAL can only be used in transaction blocks")
	}
	if b.Reset && !b.ToDefault && strings.EqualFold(b.Name, "transaction_isolation") && !s.tx.explicit && !s.several {
		s.warn(types.CodeNoActiveTransaction, "RESET TRANSACTION can only be used in transaction blocks")
	}
	d, err := s.settings.definition(b.Name)
	if err != nil {
		return "", err
	}
	switch key := strings.ToLower(d.name); {
	case key == "role" || key == "session_authorization":
		return tagOf(b), s.become(snapshot, b, key)
	case d.readOnly:
		return "", types.Errorf(types.CodeCantChangeRuntimeParam, "%s", d.unchangeable())
	}
	if err := s.privileged(snapshot, d); err != nil {
		return "", err
	}
	value := b.Value
	if d.name == "DateStyle" && !b.Reset {
		if value, err = mergeDateStyle(s.settings.get("DateStyle"), value); err != nil {
			return "", err
		}
	}
	if b.Reset {
		value = s.settings.resetValue(d)
	} else if value, err = d.canonicalAs(b.Name, value); err != nil {
		return "", err
	}
	return tagOf(b), s.change(d, value, b.Local)
}

// change gives a setting a value that is canonical already.
func (s *session) change(d *definition, value string, local bool) error {
	switch strings.ToLower(d.name) {
	case "transaction_isolation":
		return s.modes(&translate.Transaction{Isolation: value})
	case "transaction_read_only":
		on := value == "on"
		return s.modes(&translate.Transaction{ReadOnly: &on})
	}
	s.settings.set(d, value, local)
	return nil
}

func tagOf(b *translate.Set) string {
	if b.Reset && !b.ToDefault {
		return "RESET"
	}
	return "SET"
}

// show gives the rows of SHOW.
func (s *session) show(b *translate.Show) ([][]string, error) {
	if strings.EqualFold(b.Name, "all") {
		var rows [][]string
		for _, d := range s.srv.settings.list {
			rows = append(rows, []string{d.name, s.settings.get(d.name), d.desc})
		}
		return rows, nil
	}
	v, ok := s.settings.lookup(b.Name)
	if !ok {
		return nil, s.srv.settings.unknown(b.Name)
	}
	return [][]string{{v}}, nil
}

// discard is DISCARD.
func (s *session) discard(snapshot *catalog.Snapshot, b *translate.Discard) (string, error) {
	what := strings.ToUpper(b.What)
	switch what {
	case "ALL":
		if s.tx.explicit || s.several {
			return "", types.Errorf(types.CodeActiveTransaction, "DISCARD ALL cannot run inside a transaction block")
		}
		s.dropPortals()
		s.dropAllPrepared()
		s.listen(&translate.Listen{Off: true})
		s.calls.AdvisoryUnlockAll()
		if err := s.discardTemporaries(); err != nil {
			return "", err
		}
		for _, name := range []string{"session_authorization", ""} {
			if _, err := s.set(snapshot, &translate.Set{Name: name, Reset: true}); err != nil {
				return "", err
			}
		}
	case "PLANS":
		s.settings.changes++ // every plan is made anew
	case "SEQUENCES": // there are none
	case "TEMP", "TEMPORARY":
		if err := s.discardTemporaries(); err != nil {
			return "", err
		}
	default:
		return "", types.Errorf(types.CodeFeatureNotSupported, "DISCARD %s is not supported", what)
	}
	return "DISCARD " + what, nil
}
