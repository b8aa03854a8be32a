package engine

import (
	"errors"

	"github.com/flare-pg/flare-pg/engine/damage"
)

var (
	// ErrNotDataDir: the directory holds other things than a store, or nothing and Options.Create was not set.
	ErrNotDataDir = errors.New("not a flare-pg data directory")
	// ErrLocked: another process has the data directory open for writing; the text names it.
	ErrLocked = errors.New("data directory is in use")
	// ErrNewerFormat: a file was written by a newer version of the program; the text names file and versions.
	ErrNewerFormat = damage.ErrNewerFormat
	// ErrPoisoned: an fsync has failed, or a failed write could not be undone; the store takes no writes until it is opened anew. Reads go on.
	ErrPoisoned = errors.New("store takes no more writes after a failed fsync; it must be reopened")
	// ErrUnknownOutcome: a commit failed after the point of no return. Whether it happened shows when the store is opened anew.
	ErrUnknownOutcome = errors.New("outcome of the commit is unknown")
	// ErrNoSpace: the disk was full; the transaction is undone, and the store is as it was before it.
	ErrNoSpace = errors.New("no space left for the transaction")
	// ErrReadOnly: the store was opened read-only.
	ErrReadOnly = errors.New("store is open read-only")
	// ErrClosed: the store is closed.
	ErrClosed = errors.New("store is closed")
	// ErrStageUsed: the stage was committed, discarded, or broken by an earlier error.
	ErrStageUsed = errors.New("stage can't be used any more")
	// ErrNoStream: there is no such stream in the generation.
	ErrNoStream = errors.New("no such stream")
	// ErrNoSignal and ErrSignalExists: likewise of signals.
	ErrNoSignal     = errors.New("no such signal")
	ErrSignalExists = errors.New("signal exists")
	// ErrLowDisk: less room is left on the disk than Options.Reserve; nothing was written. Reads, deletion and retention go on.
	ErrLowDisk = errors.New("disk is nearly full")
	// ErrStreamExists: CreateStream or RenameStream with a name that is taken.
	ErrStreamExists = errors.New("stream exists")
)

// DamageError names damage in a file: bytes that are not what was written.
type DamageError = damage.Error
