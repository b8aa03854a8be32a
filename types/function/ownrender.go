package function

import (
	"bytes"
	"encoding/json"
	"errors"
	"sync"

	"github.com/flare-pg/flare-pg/column"
	"github.com/flare-pg/flare-pg/event"
	"github.com/flare-pg/flare-pg/nql/sparse"
	"github.com/flare-pg/flare-pg/types"
)

// registerRender registers flare.render: the message of an event, and a message template (https://messagetemplates.org) filled with properties.
func registerRender(r *registry) {
	r.own("flare", "render(json)", types.Text, Immutable, byRow(renderEvent)).Names = []string{"document"}
	r.own("flare", "render(text,jsonb)", types.Text, Immutable, byRow(renderTemplate)).Names = []string{"template", "properties"}
}

// decoders are for documents that need not have been stored: an event that has no time is one here.
var decoders = sync.Pool{New: func() any { return event.NewDecoder(event.Options{Now: new(int64)}) }}

// renderEvent gives what the column message would show of a document; null where that would be null. Errors: those of decoding an event.
func renderEvent(_ *Call, a []*column.Vector, i int, out *column.Vector) error {
	d := decoders.Get().(*event.Decoder)
	defer decoders.Put(d)
	doc, _, err := d.Decode(nil, a[0].Str(i), nil)
	if err != nil {
		if e := (*event.Error)(nil); errors.As(err, &e) {
			return types.Errorf(e.Code, "the document is not an event: %s", e.Error())
		}
		return err
	}
	text, ok := event.AppendMessage(nil, doc)
	if !ok {
		out.AppendNull()
		return nil
	}
	out.AppendBytes(text)
	return nil
}

// renderTemplate fills a template with the members of an object; of anything else no hole is filled.
func renderTemplate(c *Call, a []*column.Vector, i int, out *column.Vector) error {
	var properties bytes.Buffer // without the blanks of jsonb's text, which messages don't have
	if err := json.Compact(&properties, a[1].Str(i)); err != nil {
		return types.Errorf(types.CodeInternalError, "jsonb that is not JSON: %s", err)
	}
	holes, over := 0, false
	object := sparse.Of(properties.Bytes()).Kind == sparse.Object
	out.AppendBytes(event.Render(nil, string(a[0].Str(i)), func(name string) ([]byte, bool) {
		if holes++; holes%256 == 0 && !over {
			over = c.Env.Over()
		}
		if !object || over {
			return nil, false
		}
		v := sparse.Get(properties.Bytes(), []sparse.Step{{Name: name}})
		return v.Raw, v.Kind != sparse.Missing
	}))
	return c.ended()
}
