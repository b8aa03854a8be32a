package catalog

import (
	"encoding/json"
	"slices"

	"github.com/flare-pg/flare-pg/engine"
)

// globalSettings is the catalog object that keeps what ALTER ROLE ALL SET has every session begin with, as a list in JSON.
var globalSettings = engine.ObjectKey{Kind: "settings", Name: "all"}

// GlobalSettings are what every session begins with; a role's own settings come after them.
func (s *Snapshot) GlobalSettings() []TableOption { return globalSettingsOf(s.schema) }

func globalSettingsOf(s *engine.Schema) []TableOption {
	var list []TableOption
	if text, ok := s.Objects[globalSettings]; ok && json.Unmarshal(text, &list) != nil {
		return nil // what can't be read holds for nobody
	}
	return list
}

// AlterGlobalSettings sets one of them; value "" takes it away, name "" all.
func AlterGlobalSettings(e *engine.SchemaEdit, name, value string) error {
	r := Role{Settings: slices.Clone(globalSettingsOf(e.Schema()))}
	if name == "" {
		r.Settings = nil
	} else {
		r.SetSetting(name, value)
	}
	if len(r.Settings) == 0 {
		e.Put(engine.Object{ObjectKey: globalSettings})
		return nil
	}
	text, err := json.Marshal(r.Settings)
	if err != nil {
		return err
	}
	e.Put(engine.Object{ObjectKey: globalSettings, Data: text})
	return nil
}
