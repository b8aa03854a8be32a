package session

import (
	"sync/atomic"

	"github.com/flare-pg/flare-pg/exec"
	"github.com/flare-pg/flare-pg/types"
)

// tempSpace is what the temporary files of one session take, which temp_file_limit bounds. Several goroutines may write files of it.
type tempSpace struct {
	make  func() (exec.TempFile, error)
	limit atomic.Int64 // bytes; negative: none
	used  atomic.Int64 // bytes
}

// codeTempFileLimit is configuration_limit_exceeded.
const codeTempFileLimit = "53400"

// file makes a temporary file whose bytes count.
func (s *tempSpace) file() (exec.TempFile, error) {
	f, err := s.make()
	if err != nil {
		return nil, err
	}
	return &boundedFile{TempFile: f, of: s}, nil
}

// boundedFile is a temporary file that takes some of a session's space until it is closed.
type boundedFile struct {
	exec.TempFile
	of    *tempSpace
	bytes int64
}

// Append fails with 53400 where the session's files would become larger than its limit.
func (f *boundedFile) Append(b []byte) (int64, error) {
	n, limit := int64(len(b)), f.of.limit.Load()
	if used := f.of.used.Add(n); limit >= 0 && used > limit {
		f.of.used.Add(-n)
		return 0, types.Errorf(codeTempFileLimit, "temporary file size exceeds temp_file_limit (%dkB)", limit>>10).
			WithHint("Raise work_mem, so that less goes to temporary files, or have a superuser raise temp_file_limit.")
	}
	at, err := f.TempFile.Append(b)
	if err != nil {
		f.of.used.Add(-n)
		return at, err
	}
	f.bytes += n
	return at, nil
}

func (f *boundedFile) Close() error {
	f.of.used.Add(-f.bytes)
	f.bytes = 0
	return f.TempFile.Close()
}
