package session

import (
	"github.com/flare-pg/flare-pg/catalog"
	"github.com/flare-pg/flare-pg/engine"
)

// sizes tells the catalog how large streams are, from what the store knows of their files without opening any.
func (s *Server) sizes() map[engine.StreamID]catalog.Size {
	out := map[engine.StreamID]catalog.Size{}
	if s.c.Store == nil {
		return out
	}
	tx := s.c.Store.Read()
	defer tx.Close()
	for _, f := range tx.Files() {
		size := out[f.Stream]
		size.Events += f.Events
		size.Bytes += f.Bytes
		size.IndexBytes += f.IndexBytes
		out[f.Stream] = size
	}
	return out
}
