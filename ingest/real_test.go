package ingest

import (
	"path/filepath"
	"testing"
)

func TestRealFilesComeInWhole(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "shared", "data", "*.ndjson.zst"))
	if err != nil || len(files) == 0 {
		t.Skip("the real events are not here")
	}
	if testing.Short() {
		t.Skip("reads 294 MB")
	}
	var inputs []Input
	for _, f := range files {
		inputs = append(inputs, File(f))
	}
	sink := &countingSink{}
	result, err := Run(t.Context(), inputs, sink, Options{})
	if err != nil || result.Events != 111_032 || result.Bytes != 293_757_413 || sink.events != result.Events || result.BadLines != 0 {
		t.Errorf("%+v %v", result, err)
	}
	if sink.bytes > result.Bytes {
		t.Errorf("%d bytes became %d", result.Bytes, sink.bytes)
	}
}
